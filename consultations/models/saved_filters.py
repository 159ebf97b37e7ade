"""Filters of lists that officers save for themselves."""

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..db.constraints import one_of
from ..db.fields import CleanCharField
from .accounts import User
from .forums import Consultation

NAME_LIMIT, QUERY_LIMIT = 40, 1000


class FilteredPage(models.TextChoices):
    INPUTS = "inputs", _("Inputs")
    POINTS = "points", _("Points")


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: Any) -> Self:
        """Return the person's own filters."""
        return self.filter(user=user.pk) if getattr(user, "is_authenticated", False) else self.none()


class SavedFilter(models.Model):
    """Filter of a list of one consultation, saved by a person under a name. Nobody else sees it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="saved_filters", verbose_name=_("person"))
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="saved_filters", verbose_name=_("consultation")
    )
    page = models.CharField(_("list"), max_length=10, choices=FilteredPage)
    name = CleanCharField(_("name"), max_length=NAME_LIMIT)
    query = CleanCharField(_("query string"), max_length=QUERY_LIMIT)
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["created_at", "pk"]
        constraints = [
            one_of("page", FilteredPage, "savedfilter_page"),
            models.UniqueConstraint(fields=["user", "consultation", "page", "name"], name="savedfilter_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
