"""Copies that go round: restricted ones that were printed, and files that somebody took for ours and that are not."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from ncm_portal.workflow import demand, journal, verb
from positions.models import Artefact, Brief, Edition
from positions.permissions import may_print_restricted
from positions.verification import RESTRICTED, Verdict, is_restricted_print


@dataclass(frozen=True)
class Stranger:
    """A file that is none of ours: in the journal it stands among the files of editions, under its hash and name."""

    _meta: ClassVar[Any] = Artefact._meta
    pk: str
    name: str

    def __str__(self) -> str:
        return self.name


@verb
def print_restricted(record: Edition | Brief, *, sha256: str, by: User) -> None:
    """Enter in the journal that the delegation's copy of an edition, or a brief, was printed: for whom, and the hash
    of the file, by which it is known again. Raises NotAllowed."""
    who = gettext_lazy("officials, the secretariat and its head")
    demand(may_print_restricted(by, record), who=who, to=gettext_lazy("Print what is restricted"))
    journal(RESTRICTED, record, by=by, data={"sha256": sha256})


@verb
def note_false_copy(verdict: Verdict, *, name: str, size: int, by: Any) -> None:
    """Enter in the journal that a file was verified and is not authentic: about the edition whose text is in it, else
    about the file itself. `by` may be a visitor. Nothing else is kept of the file. Where it is a restricted print in
    hands that it was not meant for, the journal says so, and nobody else: each file is looked for alike."""
    about: Any = verdict.found.edition if verdict.found else Stranger(verdict.sha256, name or verdict.sha256)
    who = by if getattr(by, "pk", None) else SimpleNamespace(pk=None, name=_("a visitor"))
    data = {"file": name, "sha256": verdict.sha256, "size": size, "state": verdict.state, "reasons": [verdict.sentence]}
    if is_restricted_print(verdict.sha256):
        data["is_restricted_print"] = True
    journal("verify_copy:refused", about, by=who, reason=verdict.sentence, data=data)
