"""Search index and counters, maintained by the database."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .attachments import Attachment
from .forums import Consultation
from .organisations import Stakeholder
from .points import Point
from .reference import Provision, Theme
from .submissions import Submission


class SearchEntry(models.Model):
    """Full-text search entry of one input, point or file: English stems, and every word without accents (Kiswahili,
    names), without held-back passages. Written by triggers, so that imports cannot bypass them.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    point = models.OneToOneField(Point, models.CASCADE, null=True, related_name="+")
    attachment = models.OneToOneField(Attachment, models.CASCADE, null=True, related_name="+")
    words = SearchVectorField()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(point=None, attachment=None), name="searchentry_input_once"
            ),
            models.CheckConstraint(condition=Q(point=None) | Q(attachment=None), name="searchentry_one_source"),
        ]
        # What was written last waits in a list of up to 256 kB, which every search reads as well (0.2 ms for 100
        # inputs): the words of many entries enter the index together, at a quarter of the cost.
        indexes = [GinIndex(fields=["words"], name="searchentry_words", fastupdate=True, gin_pending_list_limit=256)]

    def __str__(self) -> str:
        return str(self.submission_id)


class Tally(models.Model):
    """Number of inputs of an organisation, and of its valid points, on a theme. Maintained by triggers.

    `public` and `members` are the inputs on file for everyone and for members only. `stakeholder` is empty for points
    of sessions without an organisation.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="tallies")
    theme = models.ForeignKey(Theme, models.CASCADE, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, null=True, related_name="+")
    inputs = models.IntegerField(_("inputs"), default=0)
    points = models.IntegerField(_("points"), default=0)
    public = models.IntegerField(_("inputs on file for everyone"), default=0)
    members = models.IntegerField(_("inputs on file for members"), default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "theme", "stakeholder"], nulls_distinct=False, name="tally_once"
            ),
            models.CheckConstraint(condition=Q(inputs__gte=0, points__gte=0), name="tally_not_negative"),
            models.CheckConstraint(condition=Q(public__gte=0, members__gte=0), name="tally_on_file_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.theme}"


class DayTally(models.Model):
    """Number of inputs that came on a day (in Nairobi) by one channel. Maintained by triggers.

    Inputs of one day are spread over slots by their organisation, so that those sent at the same moment do not wait for
    each other.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="day_tallies")
    day = models.DateField(_("day"))
    channel = models.CharField(_("channel"), max_length=20)
    slot = models.SmallIntegerField(_("slot"))
    inputs = models.IntegerField(_("inputs"), default=0)

    class Meta:
        verbose_name = _("tally of a day")
        verbose_name_plural = _("tallies of days")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "day", "channel", "slot"], name="daytally_once"),
            models.CheckConstraint(condition=Q(inputs__gte=0), name="daytally_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.inputs}"


class ObjectiveTally(models.Model):
    """Number of inputs of an organisation that name an objective. Maintained by triggers."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="objective_tallies")
    provision = models.ForeignKey(Provision, models.CASCADE, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, related_name="+")
    inputs = models.IntegerField(_("inputs"), default=0)

    class Meta:
        verbose_name = _("tally of an objective")
        verbose_name_plural = _("tallies of objectives")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "provision", "stakeholder"], name="objectivetally_once"),
            models.CheckConstraint(condition=Q(inputs__gte=0), name="objectivetally_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.provision}"


class UnsplitInput(models.Model):
    """Input on file without points, which the secretariat splits. Maintained by triggers: finding them among all inputs
    would read all of them.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="unsplit")
    submitted_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("input without points")
        verbose_name_plural = _("inputs without points")
        indexes = [models.Index(fields=["submitted_at", "submission"], name="unsplitinput_oldest")]

    def __str__(self) -> str:
        return str(self.submission_id)
