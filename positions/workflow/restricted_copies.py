"""Restricted prints, and files that are not authentic."""

from typing import Any

from django.utils.translation import gettext_lazy

from consultations.models import Access, AccessEntry, User
from ncm_portal.workflow import demand, journal, verb
from positions.models import Brief, Edition
from positions.permissions import may_print_restricted
from positions.verification import RESTRICTED, Verdict, is_restricted_print


@verb
def print_restricted(record: Edition | Brief, *, sha256: str, by: User) -> None:
    """Journal that the delegation's copy of an edition, or a brief, was printed: for whom, and the hash of the file, by
    which it can be recognised. Raises NotAllowed.
    """
    who = gettext_lazy("officials, the secretariat and its head")
    demand(may_print_restricted(by, record), who=who, to=gettext_lazy("Print what is restricted"))
    journal(RESTRICTED, record, by=by, data={"sha256": sha256})


def note_false_copy(verdict: Verdict, *, name: str, size: int, by: Any) -> None:
    """Log that a verified file is not authentic: its hash, and the edition whose text it contains, if any. `by` may be
    a visitor. Nothing else of the file is kept. The log also notes restricted prints in the wrong hands, but the
    response does not reveal it: every file is looked up alike.
    """
    about = verdict.edition_copy.edition if verdict.edition_copy else None
    details = {"file": name[:200], "size": size, "state": verdict.state, "reasons": [verdict.sentence]}
    if is_restricted_print(verdict.sha256):
        details["is_restricted_print"] = True
    AccessEntry.objects.add(Access.FALSE_COPY, by=by, about=about, sha256=verdict.sha256, details=details)
