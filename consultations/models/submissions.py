"""Inputs of stakeholders, and the points in them."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.redaction import for_everybody, hide, mark_hidden

from ..db.constraints import no_delete, one_of, state_guards, together
from ..db.fields import CleanCharField, CleanTextField
from ..db.search_triggers import INPUT_COUNTS, list_unsplit, search_input, tally, tally_by_day, tally_by_objective
from ..journal_entries import canonical
from .accounts import Language, Office, User
from .forums import Consultation, Forum
from .organisations import Stakeholder
from .reference import Provision, Theme

BODY_LIMIT = 20_000
WORDING_LIMIT = 5_000
HIDEABLE = ("title", "body", "proposed_wording")


class Audience(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Members of the NCM only")
    SECRETARIAT = "secretariat", _("The secretariat only")


class Channel(models.TextChoices):
    WEB = "web", _("browser")
    EMAIL = "email", _("e-mail")
    LETTER = "letter", _("letter")
    FORUM = "forum", _("forum")


class SetAsideReason(models.TextChoices):
    OFF_TOPIC = "off_topic", _("it is not about the themes of the consultation")
    DUPLICATE = "duplicate", _("it duplicates another input from the same organisation")
    NOT_FOR_ORGANISATION = "no_mandate", _("the sender does not speak for the organisation")
    UNREADABLE = "unreadable", _("it cannot be read or understood, and the sender did not answer")
    PERSONAL = "personal", _("it is about a single case and belongs to another office")
    OTHER = "other", _("another reason")


class SubmissionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("received")
    ACCEPTED = "accepted", _("on file")
    RETURNED = "returned", _("sent back to the author")
    SET_ASIDE = "set_aside", _("set aside")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Inputs that are compared for campaigns; of them, those that were written or changed since.
COMPARED = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED)
TO_COMPARE = Q(compared_at=None) | Q(compared_at__lt=F("edited_at"))
STATES, AUDIENCES = dict(SubmissionState.choices), dict(Audience.choices)


def readable_by(user: Any, source: str = "") -> Q:
    """Return the condition of inputs that `user` may read, for rows that reach an input by `source`, as "submission__".

    Everyone: public inputs on file. NCM members and officials: also inputs on file for members. Members of an
    organisation: all of its inputs, including drafts. The secretariat: all sent inputs.

    Conditions on columns of the input let PostgreSQL start from the rows that are asked for; a list of the keys of all
    readable inputs would be made first.
    """
    accepted = Q((f"{source}state", SubmissionState.ACCEPTED))
    seen = Q()
    for audience in audiences_of(user):
        seen |= accepted & Q((f"{source}audience", audience))
    return seen | readable_in_full_by(user, source)


def audiences_of(user: Any) -> list[Audience]:
    """Return whose inputs on file `user` may read besides those of the own organisations."""
    if _is_somebody(user):
        is_member = any(membership.stakeholder.is_verified_member for membership in user.live_memberships)
        if is_member or user.office == Office.OFFICIAL:
            return [Audience.PUBLIC, Audience.MEMBERS]
    return [Audience.PUBLIC]


def readable_in_full_by(user: Any, source: str = "") -> Q:
    """Return the condition of inputs whose held-back passages `user` may read: the own organisation's; for the
    secretariat all that were sent. `source` as in `readable_by`.
    """
    if not _is_somebody(user):
        return Q((f"{source}pk__in", []))
    seen = Q((f"{source}stakeholder__in", own_organisations_of(user)))
    if reads_all_sent(user):
        seen |= Q((f"{source}submitted_at__isnull", False))
    return seen


def own_organisations_of(user: Any) -> list[int]:
    """Return the keys of the organisations all of whose inputs `user` may read."""
    members = user.live_memberships if _is_somebody(user) else []
    return [m.stakeholder_id for m in members if m.role != m.Role.CLEARING_OFFICER]


def reads_all_sent(user: Any) -> bool:
    """Return whether `user` may read all inputs that were sent."""
    return _is_somebody(user) and user.office in {Office.SECRETARIAT, Office.HEAD}


def _is_somebody(user: Any) -> bool:
    """Return what `permissions.is_signed_in` does, which stands in a layer above."""
    return getattr(user, "is_authenticated", False) and user.is_active


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> Self:
        """Return the inputs that `user` may read; every page, search, count, export and mail uses this rule."""
        return self.filter(readable_by(user))

    def in_full_for(self, user: Any) -> Self:
        """Return inputs whose held-back passages `user` may read."""
        return self.filter(readable_in_full_by(user))

    def to_be_written(self) -> Self:
        """Select what the form of an input needs: objectives, and whether the consultation still offers the theme."""
        offered = Consultation.themes.through.objects.filter(
            consultation=OuterRef("consultation"), theme=OuterRef("theme")
        )
        along = self.select_related("consultation", "stakeholder", "theme").prefetch_related("provisions")
        return along.annotate(theme_is_offered=Exists(offered))

    def sent(self) -> Self:
        """Return inputs that were sent and not withdrawn."""
        return self.filter(submitted_at__isnull=False).exclude(state=SubmissionState.WITHDRAWN)


class Submission(models.Model):
    """Input of one organisation on one theme. Evidence owned by its author, never changed by others."""

    COMMITTED = (
        "state", "reference", "consultation", "stakeholder", "author", "theme", "forum", "title", "body",
        "proposed_wording", "language", "audience", "channel", "received_on", "entered_by", "state_reason",
        "submitted_at", "content_sha256", "decided_at", "decided_by", "set_aside_for", "late_at", "late_by",
        "late_reason", "resent_at",
    )  # fmt: skip
    STILL_WRITTEN = (SubmissionState.DRAFT, SubmissionState.RETURNED)  # its author can save texts without an entry
    SILENT_WHILE = {"state": SubmissionState.DRAFT}
    State = SubmissionState
    READ_WITH = ("consultation", "stakeholder", "theme")  # relations that its moves use

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, null=True, blank=True, editable=False)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="submissions", verbose_name=_("consultation")
    )
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="submissions", verbose_name=_("organisation")
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="submissions", verbose_name=_("author"))
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="submissions", verbose_name=_("main theme"))
    provisions = models.ManyToManyField(Provision, blank=True, related_name="submissions", verbose_name=_("objectives"))
    forum = models.ForeignKey(
        Forum, models.PROTECT, null=True, blank=True, related_name="submissions", verbose_name=_("forum")
    )
    title = CleanCharField(_("title"), max_length=200, blank=True)
    body = CleanTextField(_("text"), max_length=BODY_LIMIT, blank=True)
    proposed_wording = CleanTextField(_("proposed wording"), max_length=WORDING_LIMIT, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    audience = models.CharField(_("who can read it"), max_length=12, choices=Audience, default=Audience.PUBLIC)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.WEB)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("typed by")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=SubmissionState, default=SubmissionState.DRAFT, editable=False
    )
    state_reason = CleanTextField(_("reason"), blank=True, editable=False)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("last edited"), default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    resent_at = models.DateTimeField(_("sent again"), null=True, blank=True, editable=False)
    content_sha256 = models.CharField(_("SHA-256 of the content"), max_length=64, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("decided by")
    )
    set_aside_for = models.CharField(
        _("why it was set aside"), max_length=10, choices=SetAsideReason, blank=True, editable=False
    )
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("assigned to")
    )
    signed_off_at = models.DateTimeField(_("signed off"), null=True, blank=True, editable=False)
    signed_off_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("signed off by")
    )
    checked_at = models.DateTimeField(_("checked against the original"), null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("checked by")
    )
    late_at = models.DateTimeField(_("allowed after the deadline"), null=True, blank=True, editable=False)
    late_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("allowed by")
    )
    late_reason = CleanTextField(_("why it was allowed after the deadline"), blank=True, editable=False)
    compared_at = models.DateTimeField(_("compared with other inputs"), null=True, blank=True, editable=False)
    # Title and texts as sent, while the desk hides words of them: the columns of the same names then hold notices.
    original = models.JSONField(_("as it was sent"), null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("input")
        verbose_name_plural = _("inputs")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            one_of("state", SubmissionState, "submission_state"),
            one_of("audience", Audience, "submission_audience"),
            one_of("channel", Channel, "submission_channel"),
            together("decided_at", "decided_by", name="submission_decided"),
            together("signed_off_at", "signed_off_by", name="submission_signed_off"),
            together("checked_at", "checked_by", name="submission_checked"),
            together("late_at", "late_by", name="submission_late"),
            models.CheckConstraint(condition=Q(late_at=None) | ~Q(late_reason=""), name="submission_late_reason"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("entered_by")), name="submission_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, reference=None, content_sha256="")
                | Q(submitted_at__isnull=False, reference__isnull=False) & ~Q(content_sha256=""),
                name="submission_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                name="submission_sent_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "set_aside"]) | ~Q(state_reason=""), name="submission_reason"
            ),
            models.CheckConstraint(
                condition=Q(channel="web", entered_by=None) | ~Q(channel="web") & Q(entered_by__isnull=False),
                name="submission_entered_by",
            ),
            models.CheckConstraint(
                condition=Q(original__isnull=True) | Q(state="accepted"), name="submission_hides_words_on_file"
            ),
        ]
        indexes = [
            models.Index(fields=["consultation", "state", "theme"], name="submission_tally"),
            models.Index(fields=["-submitted_at", "-id"], name="submission_newest"),
            models.Index(  # includes the sender: the inputs of a group are counted from the index alone
                fields=["state", "audience", "-submitted_at", "-id"], include=["stakeholder"], name="submission_public"
            ),
            models.Index(fields=["theme", "-submitted_at", "-id"], name="submission_theme"),
            models.Index(
                fields=["consultation", "-decided_at"],
                condition=Q(decided_at__isnull=False),
                name="submission_decided_last",
            ),
            models.Index(
                fields=["decided_at", "id"], condition=Q(state="accepted", audience="public"), name="submission_feed"
            ),
            models.Index(fields=["stakeholder", "-submitted_at", "-id"], name="submission_stakeholder"),
            models.Index(
                fields=["submitted_at", "id"],
                include=["theme"],
                condition=Q(state="submitted"),
                name="submission_waiting",
            ),
            models.Index(fields=["late_at", "id"], condition=Q(late_at__isnull=False), name="submission_late_ones"),
            models.Index(
                fields=["consultation"],
                condition=Q(state__in=COMPARED) & TO_COMPARE,
                name="submission_to_compare",
            ),
            models.Index(
                fields=["id"],
                condition=Q(title__contains="[[") | Q(body__contains="[[") | Q(proposed_wording__contains="[["),
                name="submission_holds_back",
            ),
        ]
        triggers = [
            *state_guards(
                "draft",
                [
                    ("draft", "submitted"),
                    ("returned", "submitted"),
                    ("submitted", "accepted"),
                    ("submitted", "returned"),
                    ("submitted", "set_aside"),
                    ("accepted", "submitted"),
                    ("set_aside", "submitted"),
                    ("draft", "withdrawn"),
                    ("submitted", "withdrawn"),
                    ("returned", "withdrawn"),
                ],
                or_begun=pgtrigger.Q(new__state="submitted", new__entered_by__isnull=False),
            ),
            no_delete(),
            *search_input(),
            *tally(INPUT_COUNTS, watched=("state", "submitted_at", "audience")),
            *list_unsplit(),
            *tally_by_day(),
            tally_by_objective(),
        ]

    def __str__(self) -> str:
        return self.reference or self.title or str(_("Draft without a title"))

    def get_state_display(self) -> str:  # type: ignore[no-redef] # the plugin adds Django's own to every class
        """Return the label of the state, without translating all states as Django's method would for each row."""
        return str(STATES.get(self.state, self.state))

    def get_audience_display(self) -> str:  # type: ignore[no-redef] # the same
        """Return the label of the audience; see `get_state_display`."""
        return str(AUDIENCES.get(self.audience, self.audience))

    @property
    def open_title(self) -> str:
        """Return the title without held-back passages."""
        return for_everybody(self.title)

    @property
    def texts(self) -> dict[str, str]:
        """Return title, text and proposed wording as sent, also where readers see a notice."""
        return self.original or {name: getattr(self, name) for name in HIDEABLE}

    def hidden_phrases(self) -> list[str]:
        """Return the phrases that the desk hides from readers."""
        if self.original is None:
            return []
        hidings = self.hidings.standing()
        return [phrase for words in hidings.values_list("words", flat=True) for phrase in words]

    def reveal(self) -> Self:
        """Set, in memory only, title and texts as sent, with hidden words marked like held-back passages: for pages of
        those who may read the input in full.
        """
        phrases = self.hidden_phrases()
        for name, text in (self.original or {}).items():
            setattr(self, name, text if name == "title" else mark_hidden(text, phrases))
        return self

    def notices_in_title(self) -> list[str]:
        """Return the day and ground of each hiding that changed the title, which itself has room for two words only."""
        title = (self.original or {}).get("title", "")
        hidings = self.hidings.standing() if title else []
        return [each.notice for each in hidings if hide(title, dict.fromkeys(each.words, "")) != title]

    def content(self, objectives: Iterable[str] | None = None) -> dict[str, object]:
        """Return the content that the receipt's hash is computed from. `objectives` are codes already loaded."""
        codes = self.provisions.values_list("code", flat=True) if objectives is None else objectives
        files = self._files() if self.pk else []
        return {
            "reference": self.reference,
            "consultation": self.consultation.slug,
            "organisation": self.stakeholder.name,
            "theme": self.theme.code,
            "objectives": sorted(codes),
            "audience": self.audience,
            "language": self.language,
            **self.texts,
            **({"files": files} if files else {}),
            **({"answers": answers} if (answers := self.answers_sent()) else {}),
        }

    def answers_sent(self) -> list[dict[str, str]]:
        """Return the author's answers at the time of resending, in the order of the questions."""
        rows = self.questions.all() if self.resent_at else []
        return [{"question": row.text, "answer": row.answer} for row in rows if row.was_answered_by(self.resent_at)]

    def _files(self) -> list[dict[str, str]]:
        """Return the author's files by name and hash, without the original of a paper input."""
        own = (file for file in self.attachments.all() if file.kind == "evidence" and file.sha256)
        added = [{"name": file.name, "sha256": file.sha256} for file in own if file.state != "removed"]
        return sorted(added, key=lambda file: (file["name"], file["sha256"]))  # by code point, whatever the collation

    def computed_sha256(self, objectives: Iterable[str] | None = None) -> str:
        """SHA-256 (FIPS 180-4) of the canonical JSON of `content`."""
        return hashlib.sha256(canonical(self.content(objectives)).encode()).hexdigest()


class Note(models.Model):
    """Internal note of the secretariat on an input, never shown to others."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="notes", verbose_name=_("input"))
    text = CleanTextField(_("note"), max_length=5000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission}: {self.by}"
