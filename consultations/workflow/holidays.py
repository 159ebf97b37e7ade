"""Public holidays by notice in the Gazette: added, and taken out again if they were entered or declared in error."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Evidence, HolidayRule, PublicHoliday, User
from consultations.models.forums import NO_YEAR, in_our_time
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries.holidays import public_holidays
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

from .consultation_settings import FURTHEST

CHANGE = gettext_lazy("Change public holidays")


def problems_with_holiday(on: date) -> list[str]:
    """Return what is wrong with a day by notice. At most one query."""
    if not in_our_time(on):
        return [str(NO_YEAR)]
    if abs(on - timezone.localdate(now())) > FURTHEST:
        return [_("This is in %(year)s, more than three years from now. Check the year.") % {"year": on.year}]
    known = public_holidays(on, on).get(on)
    return [_("This day is a public holiday already: %(name)s.") % {"name": known}] if known else []


@verb
def add_holiday(*, by: User, name: str, on: date, source: str) -> PublicHoliday:
    """Add a public holiday by notice. Days due in working days are counted with it from now on; those that were set
    stay. A day that was taken out comes back under the same name. Raises NotAllowed, or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=CHANGE)
    if reasons := problems_with_holiday(on):
        raise Blocked(reasons)
    values = {"counts": True, "source": source, "evidence": Evidence.OWN, "rule": HolidayRule.ONCE}
    made, _is_new = PublicHoliday.objects.update_or_create(name=name, on=on, defaults=values)
    journal("add_holiday", made, by=by, data={"name": name, "on": on.isoformat(), "source": source})
    return made


@verb
def strike_holiday(holiday: PublicHoliday, *, by: User) -> PublicHoliday:
    """Take a public holiday by notice out of the calendar; it stays on record. Repeating it has no effect.

    Raises NotAllowed, or Blocked for a day of the Schedule of the Act.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=CHANGE)
    row = locked(holiday)
    if row.rule != HolidayRule.ONCE:
        raise Blocked(_("This day stands in the Public Holidays Act. An administrator changes it."))
    if row.counts:
        row.counts, row.evidence = False, Evidence.OWN
        row.save(update_fields=["counts", "evidence"])
        journal("strike_holiday", row, by=by, data={"name": row.name, "on": str(row.on)})
    return row
