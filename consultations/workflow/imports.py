"""Imports that a person confirms: of inputs, carried out by the worker, of delegates and of organisations.

What the rows say is read by `consultations.imports`, which gives its readers to these verbs.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, Delegate, Evidence, Forum, Job, JobKind, JobState, Stakeholder, User
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries import suspicion
from ncm_portal.workflow import Blocked, demand, journal, locked, verb

from .delegates import edit_delegate
from .forums import nominate

IMPORT_INPUTS = gettext_lazy("Import inputs")


# --- Inputs -----------------------------------------------------------------------------------------------------------


@verb
def prepare_import(consultation: Consultation, *, by: User, asked: Mapping[str, Any], rows: int) -> Job:
    """Keep what was chosen at the upload of a spreadsheet, for its preview and until somebody confirms it.

    Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=IMPORT_INPUTS)
    return Job.objects.create(
        kind=JobKind.IMPORT_INPUTS, consultation=consultation, by=by, asked=dict(asked), total=rows
    )


@verb
def confirm_names(job: Job, *, by: User, names: Mapping[str, int], wrong_rows: Callable[[Job], list[int]]) -> Job:
    """Say which organisations are meant by names that are written otherwise. Raises NotAllowed or Blocked.

    `wrong_rows` reads the spreadsheet anew and returns the numbers of the rows that are wrong with these names.
    """
    row = _prepared(job, by)
    row.asked["names"] = {**row.asked["names"], **names}
    row.asked["wrong"] = wrong_rows(row)
    row.save()
    return row


@verb
def confirm_import(job: Job, *, by: User) -> Job:
    """Let the import begin, once: its sound new rows are taken in by the worker. Raises NotAllowed or Blocked."""
    row = _prepared(job, by)
    row.state, row.by = JobState.WAITING, by
    row.save()
    journal("import", row, by=by, data={"file": row.asked["name"], "names": row.asked["names"]})
    return row


def _prepared(job: Job, by: User) -> Job:
    demand(is_secretariat(by), who=SECRETARIAT, to=IMPORT_INPUTS)
    row = locked(job)
    if row.state != JobState.PREPARED:
        raise Blocked(_("This import has already been confirmed."))
    return row


# --- Delegates --------------------------------------------------------------------------------------------------------


class DelegateList(Protocol):
    """What a list of delegates asks for, as it was read against the entries that are here."""

    def newcomers(self) -> Iterable[tuple[Stakeholder, dict[str, Any]]]:
        """Whom it names newly: the organisation that sends them, and what is said of each, the name too."""

    def corrections(self) -> Iterable[tuple[Delegate, dict[str, Any]]]:
        """The entries of which it says something else, each with what that is."""


@verb
def import_delegates[Read: DelegateList](forum: Forum, *, by: User, read: Callable[[], Read]) -> Read:
    """Nominate whom a list names newly, correct of whom it says something else, and return the list.

    `read` reads it once the forum is locked, so that two imports of one list never both nominate. The same list again
    changes nothing: then it raises Blocked. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Import delegates"))
    locked(forum)
    found = read()
    new, changed = list(found.newcomers()), list(found.corrections())
    if not new and not changed:
        raise Blocked(_("Nothing in the list is new or changed."))
    for stakeholder, said in new:
        nominate(forum, stakeholder, by=by, **said)
    for delegate, said in changed:
        edit_delegate(delegate, by=by, **said)
    return found


# --- Organisations ----------------------------------------------------------------------------------------------------


@verb
def import_stakeholders(rows: Iterable[Mapping[str, Any]], *, by: User) -> list[Stakeholder]:
    """Enter the organisations that a spreadsheet names newly, and correct those of which it says something else.

    Each row holds the values of one, told apart by its name. Their state is moved by other verbs. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Import organisations"))
    return [_keep(values, by) for values in rows]


def _keep(values: Mapping[str, Any], by: User) -> Stakeholder:
    here = Stakeholder.objects.select_for_update(of=("self",), no_key=True).select_related("county")
    body = here.filter(name=values["name"]).first() or Stakeholder()
    changed = {}
    for name, value in values.items():
        if (before := getattr(body, name)) != value:
            changed[name] = [str(before or ""), str(value or "")]
            setattr(body, name, value)
    if body.pk:
        body.evidence = Evidence.OWN  # a fact of the reference data that was changed is the secretariat's own from here
    body.save()
    odd = suspicion(body) if "name" in changed else {}
    journal("import", body, by=by, after=body.state, data={"changed": changed, **odd})
    return body
