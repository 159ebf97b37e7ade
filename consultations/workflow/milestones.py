"""Milestones: names, planned and actual dates, and outcome."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, Evidence, Milestone, MilestoneState, User
from consultations.models.forums import NO_YEAR, in_our_time
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

from .consultation_settings import demand_same, for_change

MILESTONE_WORDS = ("title", "short_title", "place", "is_key")
FURTHEST = timedelta(days=5 * 365)  # review forums come every fourth year; a later date is a slip of the hand
DATES = ("planned_start", "planned_end", "actual_start", "actual_end")


@verb
def add_milestone(
    consultation: Consultation,
    *,
    by: User,
    title: str,
    short_title: str = "",
    place: str = "",
    is_key: bool = False,
    state: str = MilestoneState.PLANNED,
    **days: date | None,
) -> Milestone:
    """Add a milestone to a consultation, with DATES: one to come, or one that was held already.

    Raises NotAllowed, or Blocked with every reason.
    """
    row = for_change(consultation, by)
    if reasons := [words for _field, words in problems_with_dates(Milestone(title=title), state=state, **days)]:
        raise Blocked(reasons)
    made = Milestone(
        consultation=row, title=title, short_title=short_title, place=place, is_key=is_key, kind="milestone",
        level="national", state=state, **days,
    )  # fmt: skip
    made.save()
    journal("add_milestone", made, by=by, after=made.state)
    return made


def words_of_milestone(milestone: Milestone) -> dict[str, Any]:
    """Return what a milestone is called as a change is made from it."""
    return {name: getattr(milestone, name) for name in MILESTONE_WORDS}


@verb
def name_milestone(milestone: Milestone, *, by: User, seen: str, **words: Any) -> Milestone:
    """Change what a milestone is called, where it takes place, and whether the home page shows it.

    `words`: MILESTONE_WORDS. Unchanged values have no effect. Raises NotAllowed, Conflict or Blocked.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change a milestone"))
    row = locked(milestone)
    before = words_of_milestone(row)
    demand_same(seen, before)
    changed = {name: value for name, value in words.items() if value != before[name]}
    same = Milestone.objects.filter(
        title=words["title"], planned_start=row.planned_start, actual_start=row.actual_start
    )
    if same.exclude(pk=row.pk).exists():
        raise Blocked(_("There is already a milestone with this name and these dates."))
    if changed:
        for name, value in changed.items():
            setattr(row, name, value)
        row.evidence = Evidence.OWN  # loading the reference data does not change it
        row.save()
        pairs = [[name, str(before[name]), str(value)] for name, value in changed.items()]
        journal("name_milestone", row, by=by, before=row.state, after=row.state, data={"changed": pairs})
    return row


@verb
def date_milestone(
    milestone: Milestone,
    *,
    by: User,
    state: str,
    planned_start: date | None = None,
    planned_end: date | None = None,
    actual_start: date | None = None,
    actual_end: date | None = None,
    note: str = "",
    planned_precision: str = "",
    actual_precision: str = "",
) -> Milestone:
    """Set the planned and actual dates and the state of a milestone; the journal keeps the earlier values.

    An entered first day is known to the day, unless its precision is given. Raises NotAllowed, or Blocked with every
    reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Record the outcome of a milestone"))
    row = locked(milestone)
    data: dict[str, Any] = dict(zip(DATES, (planned_start, planned_end, actual_start, actual_end), strict=True))
    before, was = {name: getattr(row, name) for name in DATES}, row.state
    reasons = [words for _field, words in problems_with_dates(row, state=state, **data)]
    if data == before and state == was:
        reasons.append(_("This changes nothing."))
    if reasons:
        raise Blocked(reasons)
    row.state, row.evidence = state, Evidence.OWN  # loading the reference data does not change it
    _set(row, data, planned_start=planned_precision, actual_start=actual_precision)
    row.save()
    changed = [[name, _format(before[name]), _format(data[name])] for name in DATES if before[name] != data[name]]
    journal("date_milestone", row, by=by, before=was, after=state, reason=note.strip(), data={"changed": changed})
    return row


def _set(row: Milestone, days: dict[str, date | None], **precisions: str) -> None:
    """Set the dates; an entered first day has day precision, whatever it had before, or the one given."""
    for first, precision in precisions.items():
        if getattr(row, first) != days[first]:
            setattr(row, first.replace("_start", "_precision"), (precision or "day") if days[first] else "")
    for name, day in days.items():
        setattr(row, name, day)


def _format(day: date | None) -> str:
    return day.isoformat() if day else ""


def problems_with_dates(
    milestone: Milestone,
    *,
    state: str,
    planned_start: date | None = None,
    planned_end: date | None = None,
    actual_start: date | None = None,
    actual_end: date | None = None,
) -> list[tuple[str, str]]:
    """Return the errors in the dates of a milestone in this state by field. One query."""
    days = {
        "planned_start": planned_start, "planned_end": planned_end,
        "actual_start": actual_start, "actual_end": actual_end,
    }  # fmt: skip
    new = {name: day for name, day in days.items() if day and day != getattr(milestone, name)}
    result = [(name, str(NO_YEAR)) for name, day in new.items() if not in_our_time(day)]
    far = _("This is in %(year)s, more than five years from now. Check the year.")
    last_day = timezone.localdate(now()) + FURTHEST
    result += [(name, far % {"year": day.year}) for name, day in new.items() if in_our_time(day) and day > last_day]
    if not planned_start and not actual_start:
        result.append(("planned_start", _("Enter the planned date or the date it took place.")))
    for first, last, name in (
        (planned_start, planned_end, "planned_end"),
        (actual_start, actual_end, "actual_end"),
    ):
        if last and not first:
            result.append((name, _("Enter the first day as well.")))
        elif first and last and last < first:
            result.append((name, _("The last day must be after the first.")))
    if state == MilestoneState.HELD and not actual_start:
        result.append(("actual_start", _("Enter the date it took place.")))
    if state != MilestoneState.HELD and actual_start:
        result.append(("actual_start", _("Choose “held”, or leave the date it took place empty.")))
    if actual_start and actual_start > timezone.localdate(now()):
        result.append(("actual_start", _("The date must be today or in the past.")))
    twins = Milestone.objects.filter(title=milestone.title, planned_start=planned_start, actual_start=actual_start)
    if twins.exclude(pk=milestone.pk).exists():
        result.append(("planned_start", _("There is already a milestone with this name and these dates.")))
    return result
