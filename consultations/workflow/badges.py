"""What was printed for a forum: which paper in which state of its content, and whose badges."""

from collections.abc import Collection, Mapping

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Delegate, DelegateState, Forum, User
from consultations.permissions import is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, now, verb

SECRETARIAT = gettext_lazy("the secretariat")


@verb
def print_paper(
    forum: Forum,
    paper: str,
    *,
    fingerprint: str,
    pages: int,
    by: User,
    people: Mapping[int, str] | None = None,
    badges: Collection[int] = (),
) -> Model:
    """Record that a paper of the forum was printed and what it said, so that the portal can tell what changed since.

    `people` gives for each delegate (by primary key) what was printed of that person; `badges` are those whose badge it
    was: they are marked, and printing one anew moves the mark. Gives the entry of the journal, by whose number the same
    lot is found again. Raises NotAllowed, or Blocked when a badge belongs to nobody who has a seat here.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Print a paper"))
    if badges:
        _mark(forum, badges)
    data = {"paper": paper, "fingerprint": fingerprint, "pages": pages, "people": dict(people or {})}
    return journal("print_paper", forum, by=by, data=data)


def _mark(forum: Forum, badges: Collection[int]) -> None:
    rows = list(Delegate.objects.select_for_update(no_key=True).filter(forum=forum, pk__in=badges).order_by("pk"))
    problems = [
        _("%(name)s is %(state)s, not confirmed.") % {"name": row.name, "state": row.get_state_display()}
        for row in rows
        if row.state != DelegateState.CONFIRMED
    ]
    if len(rows) < len(set(badges)):
        problems.append(_("Somebody among them is no delegate to this forum."))
    if problems:
        raise Blocked(problems)
    Delegate.objects.filter(pk__in=badges).update(badge_printed_at=now())
