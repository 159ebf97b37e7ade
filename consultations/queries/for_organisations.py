"""What can wait for the people of an organisation among inputs and letters; a part of `for_you`."""

import uuid
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ActionPoint,
    ActionState,
    ConsultationState,
    Endorsement,
    Event,
    Invitation,
    InvitationState,
    Misreading,
    Submission,
    SubmissionState,
)
from consultations.permissions import live_memberships, organisations_of
from consultations.tokens import token

from .for_you import ANSWER_WITHIN, GOING, INPUT
from .inbox import FORUMS, INPUTS, NEWS, NOW, Facts, Kind, or_else, page


def is_focal_point(user: Any) -> bool:
    """Return whether `user` writes for any organisation today."""
    return bool(organisations_of(user))


def _own(user: Any) -> list[int]:
    return [body.pk for body in organisations_of(user)]


def _returned(user: Any) -> QuerySet[Submission]:
    return Submission.objects.filter(stakeholder__in=_own(user), state=SubmissionState.RETURNED)


ASKED = Exists(
    Event.objects.filter(
        kind=Submission._meta.label_lower, object_id=Cast(OuterRef("pk"), CharField()), verb="ask_sign_off"
    )
)
UNSIGNED = Q(stakeholder__signs_off=True, signed_off_at=None)


def _still_written(user: Any) -> QuerySet[Submission]:
    """Return the drafts of the person's organisations that can still be sent."""
    drafts = Submission.objects.filter(stakeholder__in=_own(user), state=SubmissionState.DRAFT, entered_by=None)
    open_now = Q(consultation__state=ConsultationState.OPEN, consultation__closes_at__gte=NOW)
    return drafts.filter(open_now | Q(late_at__isnull=False))


def _drafts(user: Any) -> QuerySet[Submission]:
    return _still_written(user).exclude(UNSIGNED & ASKED)


def _to_sign_off(user: Any) -> QuerySet[Submission]:
    signing = [member.stakeholder_id for member in live_memberships(user) if member.is_primary]
    return _still_written(user).filter(UNSIGNED & ASKED, stakeholder__in=signing)


def _invited(user: Any) -> QuerySet[Invitation]:
    return Invitation.objects.filter(stakeholder__in=_own(user), state=InvitationState.SENT, forum__state__in=GOING)


def _letter(facts: Facts) -> str:
    return reverse("forum_answer", args=[token(uuid.UUID(facts["key"]), facts["issue"])])


def _days(ends: dict[str, str]) -> str:
    """Return the days of a forum: "3 Feb 2027", "3 Feb – 4 Feb 2027"."""
    first, last = date.fromisoformat(ends["first"]), date.fromisoformat(ends["last"])
    written = date_format(last, "j M Y")
    return written if first == last else f"{date_format(first, 'j M')} – {written}"


def _promised(user: Any) -> QuerySet[ActionPoint]:
    return ActionPoint.objects.filter(stakeholder__in=_own(user), state=ActionState.OPEN, report="")


def _answered(user: Any) -> QuerySet[Misreading]:
    return Misreading.objects.filter(stakeholder__in=_own(user), answered_at__gte=NOW - NEWS)


def _co_signed(user: Any) -> QuerySet[Endorsement]:
    """Return the new co-signatures below inputs of the person's organisations."""
    return Endorsement.objects.live().filter(submission__stakeholder__in=_own(user), at__gte=NOW - NEWS)


DRAFT = {"what": or_else("title", "theme__title"), "key": Cast("key", CharField()), "by": "author__name"}
KINDS = (
    Kind(
        "returned", INPUTS, is_focal_point, _returned,
        _("Answer the secretariat about “%(what)s”"), _("Answer"), page("my_input", "key"), about="%(why)s",
        since="decided_at", days=ANSWER_WITHIN, facts={**INPUT, "why": "state_reason"},
        own=lambda user: Q(author=user),
    ),
    Kind(
        "sign_off", INPUTS, is_focal_point, _to_sign_off,
        _("Sign off “%(what)s”"), _("Read"), page("draft", "key"), about=_("written by %(by)s"),
        since="edited_at", due_at="consultation__closes_at", facts=DRAFT,
    ),
    Kind(
        "draft", INPUTS, is_focal_point, _drafts,
        _("Finish “%(what)s”"), _("Go on"), page("draft", "key"), about=_("draft begun by %(by)s; not sent yet"),
        since="created_at", due_at="consultation__closes_at", facts=DRAFT, own=lambda user: Q(author=user),
    ),
    Kind(
        "invitation", FORUMS, is_focal_point, _invited,
        _("Reply to the invitation: %(what)s"), _("Reply"), _letter,
        about=_("%(who)s; %(days)s, %(where)s; seats: %(seats)s"),
        since="sent_at", due_on="respond_by", place="forum__consultation__short_title",
        facts={
            "what": "forum__title", "who": "stakeholder__name", "seats": "seats", "key": Cast("key", CharField()),
            "issue": "token_round", "where": "forum__place",
            "days": JSONObject(first="forum__starts_on", last="forum__ends_on"),
        },
        labels={"days": _days},
    ),
    Kind(
        "action", FORUMS, is_focal_point, _promised,
        _("Report on your action point: %(what)s"), _("Report"), page("my_action", "key"), about="%(who)s",
        since="at", due_on="due_on", place="forum__consultation__short_title",
        facts={"what": "text", "who": "stakeholder__name", "key": Cast("key", CharField())},
    ),
    Kind(
        "reply_answered", INPUTS, is_focal_point, _answered,
        _("The secretariat answered your reply about %(point)s"), _("Read"), page("my_input", "key"),
        since="answered_at", place="point__consultation__short_title", is_news=True,
        facts={"point": "point__reference", "key": Cast("point__submission__key", CharField())},
    ),
    Kind(
        "co_signed", INPUTS, is_focal_point, _co_signed,
        _("%(who)s co-signs “%(what)s”"), _("Read"), page("input", "reference"),
        many=_("%(n)s organisations co-sign “%(what)s”"),
        each=("submission_id",), since="at", place="submission__consultation__short_title", is_news=True,
        facts={
            "what": or_else("submission__title", "submission__reference"), "who": "stakeholder__name",
            "reference": "submission__reference",
        },
    ),
)  # fmt: skip
