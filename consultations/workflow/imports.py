"""Imports confirmed by a person: of inputs, run by the worker, of delegates and of organisations.

`consultations.imports` reads the rows and passes its readers to these verbs.
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
def prepare_import(consultation: Consultation, *, by: User, options: Mapping[str, Any], rows: int) -> Job:
    """Store the options of a spreadsheet upload for its preview, until it is confirmed.

    Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=IMPORT_INPUTS)
    return Job.objects.create(
        kind=JobKind.IMPORT_INPUTS, consultation=consultation, by=by, asked=dict(options), total=rows
    )


@verb
def confirm_names(job: Job, *, by: User, names: Mapping[str, int], wrong_rows: Callable[[Job], list[int]]) -> Job:
    """Set the organisations meant by differently spelt names. Raises NotAllowed or Blocked.

    `wrong_rows` reads the spreadsheet again and returns the numbers of the rows that are invalid with these names.
    """
    row = _prepared(job, by)
    row.asked["names"] = {**row.asked["names"], **names}
    row.asked["wrong"] = wrong_rows(row)
    row.save()
    return row


@verb
def confirm_import(job: Job, *, by: User) -> Job:
    """Start an import, once: the worker imports its valid new rows. Raises NotAllowed or Blocked."""
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
    """Changes in a list of delegates compared with the existing entries."""

    def newcomers(self) -> Iterable[tuple[Stakeholder, dict[str, Any]]]:
        """Return the new delegates: the organisation and the values of each, including the name."""

    def corrections(self) -> Iterable[tuple[Delegate, dict[str, Any]]]:
        """Return the existing entries to correct, with their new values."""


@verb
def import_delegates[Read: DelegateList](forum: Forum, *, by: User, read: Callable[[], Read]) -> Read:
    """Nominate the new delegates of a list, correct changed ones, and return the list.

    `read` parses it once the forum is locked, so that concurrent imports of one list do not both nominate. Raises
    Blocked if the list changes nothing. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Import delegates"))
    locked(forum)
    result = read()
    new, changed = list(result.newcomers()), list(result.corrections())
    if not new and not changed:
        raise Blocked(_("Nothing in the list is new or changed."))
    for stakeholder, fields in new:
        nominate(forum, stakeholder, by=by, **fields)
    for delegate, fields in changed:
        edit_delegate(delegate, by=by, **fields)
    return result


# --- Organisations ----------------------------------------------------------------------------------------------------


@verb
def import_stakeholders(rows: Iterable[Mapping[str, Any]], *, by: User) -> list[Stakeholder]:
    """Create the new organisations of a spreadsheet, and correct changed ones.

    Each row holds the values of one, identified by name. Other verbs change their state. Raises NotAllowed.
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
        body.evidence = Evidence.OWN  # changed reference data belongs to the secretariat from here on
    body.save()
    odd = suspicion(body) if "name" in changed else {}
    journal("import", body, by=by, after=body.state, data={"changed": changed, **odd})
    return body
