"""Accounts: people who sign in, their offices, languages and notification settings."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consultations.db.email_addresses import NormalEmailField, normal_unless

from ..db.constraints import office_guards, one_of
from ..db.fields import CleanCharField


class Office(models.TextChoices):
    NONE = "", _("none")
    SECRETARIAT = "secretariat", _("secretariat")
    HEAD = "head", _("head of the secretariat")
    OFFICIAL = "official", _("official")
    SYSADMIN = "sysadmin", _("system administrator")


STAFF_OFFICES = (Office.SECRETARIAT, Office.HEAD, Office.SYSADMIN)


class Language(models.TextChoices):
    ENGLISH = "en", _("English")
    KISWAHILI = "sw", _("Kiswahili")


class Notices(models.TextChoices):
    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("together, once a day")
    NONE = "none", _("none, except receipts")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with `email`."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a system administrator, who has no say in decisions."""
        return self.create_user(email, password, **{"office": Office.SYSADMIN, **fields})

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the person with this address in any spelling."""
        return self.get(email=email)


class User(AbstractBaseUser):
    """Person who signs in with an e-mail address. The name is kept exactly as entered."""

    email = NormalEmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("This e-mail address is already in use.")}
    )
    name = CleanCharField(_("name"), max_length=200)
    phone = CleanCharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    office = models.CharField(_("office"), max_length=12, choices=Office, blank=True, default=Office.NONE)
    notices = models.CharField(_("notices by mail"), max_length=8, choices=Notices, default=Notices.AT_ONCE)
    daily_mail_on = models.DateField(_("day of the last daily mail"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("can sign in"), default=True)
    is_sample = models.BooleanField(_("invented for the demo"), default=False, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [
            normal_unless(models.Q(is_active=False), "user_email_normal"),  # closed accounts keep theirs
            one_of("office", Office, "user_office"),
            one_of("notices", Notices, "user_notices"),
        ]
        triggers = office_guards()

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Return whether the person may use the admin."""
        return self.office in STAFF_OFFICES

    @property
    def is_superuser(self) -> bool:
        """Return False: nobody bypasses the permissions of moves."""
        return False

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Grant staff the permissions that the admin checks; admin classes and verbs decide what is allowed."""
        return self.is_active and self.is_staff and ".delete_" not in perm

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    @cached_property
    def live_memberships(self) -> list[Any]:
        """Return the person's current memberships with their organisations, cached for the request.

        `is_asked`: whether the organisation answers for a clearance step, such as legal vetting.
        """
        return list(self.memberships.live().with_asked().select_related("stakeholder"))
