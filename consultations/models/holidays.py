"""Public holidays: rules for those of every year, rows for gazetted ones."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..db.constraints import one_of
from ..db.fields import CleanCharField, CleanTextField
from .reference import Evidence

DAYS_OF_EVERY_YEAR = (
    Q(month__in=[1, 3, 5, 7, 8, 10, 12]) | Q(month__in=[4, 6, 9, 11], day__lte=30) | Q(month=2, day__lte=28)
)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of a Gregorian year, by the computus of Meeus, Jones and Butcher (Nature, 20 April 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - correction + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


class HolidayRule(models.TextChoices):
    EVERY_YEAR = "every_year", _("on the same date every year")
    EASTER = "easter", _("counted from Easter Sunday")
    ONCE = "once", _("on one day, by notice in the Gazette")


class PublicHoliday(models.Model):
    """Public holiday under the Public Holidays Act (Cap. 110): in Part I of its Schedule, or declared under
    section 3.
    """

    Rule = HolidayRule

    code = models.CharField(_("code"), max_length=40, unique=True, null=True, blank=True, editable=False)
    name = CleanCharField(_("name"), max_length=80)
    rule = models.CharField(_("when"), max_length=10, choices=HolidayRule, default=HolidayRule.ONCE)
    on = models.DateField(_("day by notice"), null=True, blank=True)
    month = models.PositiveSmallIntegerField(_("month"), null=True, blank=True)
    day = models.PositiveSmallIntegerField(_("day of the month"), null=True, blank=True)
    days_from_easter = models.SmallIntegerField(_("days from Easter Sunday"), null=True, blank=True)
    first_year = models.PositiveSmallIntegerField(_("from the year"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("until the year"), null=True, blank=True)
    counts = models.BooleanField(
        _("in force"), default=True, help_text=_("Untick this if the day was entered or declared in error.")
    )
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True, help_text=_("The Gazette notice, with number and date."))

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        ordering = ["rule", "month", "day", "days_from_easter", "on"]
        constraints = [
            one_of("rule", HolidayRule, "publicholiday_rule"),
            models.CheckConstraint(
                condition=Q(rule="once", on__isnull=False, month=None, day=None, days_from_easter=None)
                | Q(rule="every_year", on=None, month__isnull=False, day__isnull=False, days_from_easter=None)
                | Q(rule="easter", on=None, month=None, day=None, days_from_easter__isnull=False),
                name="publicholiday_when",
                violation_error_message=_(
                    "Fill in only what the rule needs: the day by notice, or the month "
                    "and day, or the days from Easter Sunday."
                ),
            ),
            models.CheckConstraint(
                condition=Q(month=None) | Q(day__gte=1, day__lte=31) & DAYS_OF_EVERY_YEAR,
                name="publicholiday_month",
                violation_error_message=_("This date does not exist in every year."),
            ),
            models.CheckConstraint(
                condition=Q(days_from_easter=None) | Q(days_from_easter__gte=-60, days_from_easter__lte=60),
                name="publicholiday_easter",
                violation_error_message=_("Enter 60 days or fewer from Easter Sunday."),
            ),
            models.UniqueConstraint(fields=["name", "on"], name="publicholiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.on:%-d %B %Y}" if self.on else self.name

    def in_year(self, year: int) -> date | None:
        """Return the date in `year` before the rule about Sundays; None if it does not apply to that year."""
        if not self.counts or year < (self.first_year or year) or year > (self.last_year or year):
            return None
        if self.rule == HolidayRule.EASTER:
            return easter_sunday(year) + timedelta(days=self.days_from_easter or 0)
        if self.rule == HolidayRule.EVERY_YEAR:
            return date(year, self.month or 1, self.day or 1)
        return self.on if self.on and self.on.year == year else None
