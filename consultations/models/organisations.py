"""Organisations with dated names, groups and counties; mandates and memberships."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.db.email_addresses import NormalEmailField
from consultations.lookalikes import Unusual, unusual
from ncm_portal import workflow

from ..db.constraints import no_delete, no_office_holder, one_of, state_guards, together
from ..db.fields import CleanCharField, CleanTextField, SkeletonField
from .accounts import User
from .reference import Evidence


class County(models.Model):
    """One of the 47 counties (Constitution of Kenya 2010, First Schedule)."""

    code = CleanCharField(_("code"), max_length=3, unique=True)
    name = CleanCharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    alternative_spellings = CleanCharField(_("other spellings"), max_length=200, blank=True)
    headquarters = CleanCharField(_("headquarters"), max_length=60, blank=True)
    former_province = CleanCharField(_("former province"), max_length=40, blank=True)
    iso_code = CleanCharField(_("ISO 3166-2"), max_length=6, blank=True)
    migration_note = CleanCharField(_("note on migration"), max_length=200, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Group(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    STATE_AGENCY = "state_agency", _("State department or agency")
    COUNTY = "county_government", _("County government")
    COMMISSION = "independent_commission", _("Independent commission")
    UN = "un_agency", _("UN agency")
    PARTNER = "development_partner", _("Development partner")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    FAITH = "faith_based", _("Faith-based")
    ACADEMIA = "academia", _("Academia")
    RESEARCH = "research", _("Research")
    PRIVATE_SECTOR = "private_sector", _("Private sector")
    EMPLOYERS = "employers", _("Employers")
    WORKERS = "workers", _("Workers")
    DIASPORA = "diaspora", _("Diaspora")
    MIGRANTS = "migrants", _("Migrants")
    MEDIA = "media", _("Media")


GROUPS = dict(Group.choices)


class StakeholderState(models.TextChoices):
    REGISTERED = "registered", _("not verified yet")
    VERIFIED = "verified", _("verified")
    REFUSED = "refused", _("refused")
    SUSPENDED = "suspended", _("suspended")


class StakeholderQuerySet(models.QuerySet["Stakeholder"]):
    def waiting(self) -> Self:
        """Return organisations that wait for verification by the secretariat."""
        has_people = models.Exists(Membership.objects.filter(stakeholder=models.OuterRef("pk")))
        return self.filter(has_people, state=StakeholderState.REGISTERED)

    def verified(self) -> Self:
        """Return organisations that take part."""
        return self.filter(state=StakeholderState.VERIFIED)

    def members(self) -> Self:
        """Return verified member institutions of the NCM, which count for the quorum."""
        return self.verified().filter(is_ncm_member=True)


class Stakeholder(models.Model):
    """Organisation that takes part. `name` is the current name; earlier names are in `names` with dates."""

    State = StakeholderState

    code = CleanCharField(_("registry code"), max_length=20, unique=True, null=True, blank=True)
    name = CleanCharField(_("name"), max_length=250)
    name_skeleton = SkeletonField(_("name as displayed"), of="name")
    short_name = CleanCharField(_("short name"), max_length=60, blank=True)
    group = models.CharField(_("group"), max_length=24, choices=Group)
    county = models.ForeignKey(County, models.PROTECT, null=True, blank=True, verbose_name=_("county"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    is_ncm_member = models.BooleanField(_("member of the NCM"), default=False)
    contact_email = NormalEmailField(_("contact e-mail"), blank=True)
    registration_number = CleanCharField(_("registration number"), max_length=60, blank=True)
    website = CleanCharField(_("website"), max_length=200, blank=True, validators=[URLValidator(["https", "http"])])
    phone = CleanCharField(_("telephone"), max_length=40, blank=True)
    about = CleanTextField(_("what the organisation does"), blank=True, max_length=2000)
    signs_off = models.BooleanField(
        _("inputs need a sign-off"),
        default=False,
        help_text=_("The primary focal point must sign off each input before it is sent."),
    )
    legal_basis = CleanCharField(_("legal basis"), max_length=250, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=StakeholderState, default=StakeholderState.REGISTERED, editable=False
    )
    state_reason = CleanTextField(_("reason"), blank=True, editable=False)
    is_sample = models.BooleanField(_("invented for the demo"), default=False, editable=False)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        ordering = ["name", "pk"]
        constraints = [
            one_of("state", StakeholderState, "stakeholder_state"),
            one_of("group", Group, "stakeholder_group"),
            models.CheckConstraint(
                name="stakeholder_website", condition=models.Q(website="") | models.Q(website__regex="^https?://")
            ),
        ]
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="stakeholder_misspelt"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="stakeholder_part_of_name"),
            models.Index(Upper("short_name"), name="stakeholder_short_name"),
            models.Index(fields=["name_skeleton"], name="stakeholder_skeleton"),
        ]
        triggers = [
            *state_guards(
                "registered",
                [
                    ("registered", "verified"),
                    ("registered", "refused"),
                    ("verified", "suspended"),
                    ("suspended", "verified"),
                ],
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.name

    def get_group_display(self) -> str:  # type: ignore[no-redef] # the plugin adds Django's own to every class
        """Return the label of the group, without translating all groups as Django's method would for each row."""
        return str(GROUPS.get(self.group, self.group))

    @property
    def unusual_characters(self) -> list[Unusual]:
        """Return invisible or confusable characters of its names."""
        return unusual(f"{self.name} {self.short_name}")

    @property
    def label(self) -> str:
        """Return the short name, or else the name."""
        return self.short_name or self.name

    @property
    def is_verified_member(self) -> bool:
        """Return whether it is a verified member institution of the NCM today, like `StakeholderQuerySet.members`."""
        return self.is_ncm_member and self.state == StakeholderState.VERIFIED


class StakeholderName(models.Model):
    """Name of an organisation from one date to another."""

    stakeholder = models.ForeignKey(Stakeholder, models.PROTECT, related_name="names", verbose_name=_("stakeholder"))
    name = CleanCharField(_("name"), max_length=250)
    valid_from = models.DateField(_("from"))
    from_precision = CleanCharField(_("precision"), max_length=8, default="day")
    valid_to = models.DateField(_("until"), null=True, blank=True)
    to_precision = CleanCharField(_("precision"), max_length=8, blank=True)
    basis = CleanCharField(_("basis"), max_length=250, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("dated name")
        verbose_name_plural = _("dated names")
        ordering = ["stakeholder", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "name", "valid_from"], name="stakeholdername_once")
        ]

    def __str__(self) -> str:
        return self.name


class MinistryManager(models.Manager["Ministry"]):
    def get_queryset(self) -> "models.QuerySet[Ministry]":
        return super().get_queryset().filter(group__in=[Group.MINISTRY, Group.STATE_AGENCY])


class Ministry(Stakeholder):
    """Government body that clears texts within its mandate."""

    objects: ClassVar[MinistryManager] = MinistryManager()  # type: ignore[assignment] # has no use for its methods

    class Meta:
        proxy = True
        verbose_name = _("ministry")
        verbose_name_plural = _("ministries")


class Mandate(models.Model):
    """Ministry's mandate over a theme. Only mandates confirmed by the secretariat count in clearance."""

    ministry = models.ForeignKey(Stakeholder, models.PROTECT, related_name="mandates", verbose_name=_("ministry"))
    theme = models.ForeignKey("Theme", models.PROTECT, related_name="mandates", verbose_name=_("theme"))
    is_lead = models.BooleanField(_("lead"), default=False)
    is_confirmed = models.BooleanField(_("confirmed by the secretariat"), default=False)
    basis = CleanCharField(_("basis"), max_length=250, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["theme", "-is_lead", "ministry"]
        constraints = [
            models.UniqueConstraint(fields=["ministry", "theme"], name="mandate_once"),
            models.UniqueConstraint(
                fields=["theme"],
                condition=models.Q(is_lead=True, is_confirmed=True),
                name="mandate_one_lead",
                violation_error_message=_("This theme already has a confirmed lead ministry."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ministry}: {self.theme}"


class MembershipRole(models.TextChoices):
    FOCAL_POINT = "focal_point", _("focal point")
    ALTERNATE = "alternate", _("alternate")
    CLEARING_OFFICER = "clearing_officer", _("clearing officer")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self, day: date | None = None) -> Self:
        """Return memberships in force on `day` (default: today); the end date is exclusive."""
        day = day or timezone.localdate(workflow.now())
        return self.filter(valid_from__lte=day).filter(models.Q(valid_until=None) | models.Q(valid_until__gt=day))

    def not_over(self) -> Self:
        """Return current and future memberships."""
        day = timezone.localdate(workflow.now())
        return self.filter(models.Q(valid_until=None) | models.Q(valid_until__gt=day))

    def with_asked(self) -> Self:
        """Annotate `is_asked`: whether the organisation answers for a clearance step, such as legal vetting."""
        rows = Stakeholder.objects.filter(pk=OuterRef("stakeholder"), chain_steps__is_asked=True)
        return self.annotate(is_asked=Exists(rows))


class Membership(models.Model):
    """Membership of a person in an organisation, in one role, from a start date to an exclusive end date."""

    is_asked: bool  # cache of the person's own memberships: see User.live_memberships

    Role = MembershipRole

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=18, choices=MembershipRole)
    is_primary = models.BooleanField(_("primary focal point"), default=False)
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_until = models.DateField(_("no longer from"), null=True, blank=True)
    mandate_letter = CleanCharField(_("reference of the mandate letter"), max_length=120, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["stakeholder", "role", "pk"]
        constraints = [
            one_of("role", MembershipRole, "membership_role"),
            models.UniqueConstraint(
                fields=["stakeholder"],
                condition=models.Q(is_primary=True, valid_until=None),
                name="membership_one_primary",
                violation_error_message=_("This organisation already has a primary focal point."),
            ),
            models.UniqueConstraint(
                fields=["user", "stakeholder", "role"], condition=models.Q(valid_until=None), name="membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_primary=False) | models.Q(role="focal_point"),
                name="membership_primary_is_focal_point",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="membership_dates",
            ),
        ]
        triggers = [no_delete(), no_office_holder()]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.stakeholder}"


class MembershipInvitation(models.Model):
    """E-mailed invitation to act for an organisation. Only the hash of the link's token is stored."""

    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="invitations", verbose_name=_("organisation")
    )
    email = NormalEmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=18, choices=MembershipRole)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to an organisation")
        verbose_name_plural = _("invitations to organisations")
        ordering = ["-invited_at"]
        constraints = [
            one_of("role", MembershipRole, "membershipinvitation_role"),
            together("accepted_by", "accepted_at", name="membershipinvitation_accepted"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.stakeholder}"
