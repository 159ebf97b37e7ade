"""What can wait for a person among inputs, organisations, forums, mail and proposals; see `queries.inbox`."""

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ActionPoint,
    ActionState,
    Communique,
    CommuniqueState,
    ConsultationState,
    Delegate,
    DelegateState,
    Event,
    Forum,
    ForumState,
    Invitation,
    InvitationState,
    Job,
    JobState,
    Likeness,
    LikenessState,
    MailState,
    Misreading,
    OutgoingMail,
    Point,
    PointState,
    Proposal,
    ProposalState,
    QueuedOutcome,
    QueuedRow,
    SessionRoleKind,
    Stakeholder,
    Submission,
    SubmissionState,
    UnsplitInput,
    User,
)
from consultations.permissions import (
    is_head,
    is_secretariat,
    is_signed_in,
    is_staff,
    live_memberships,
    organisations_of,
)
from consultations.tokens import token
from ncm_portal.workflow import acts

from .duplicates import open_pairs
from .followup import reported_done
from .inbox import FORUMS, INPUTS, MOST, NEWS, NOW, PORTAL, Facts, Kind, oldest, or_else, page
from .submissions import asked_late

READ_WITHIN, SPLIT_WITHIN, ANSWER_WITHIN, DECIDE_WITHIN = 5, 5, 5, 2  # working days
REMIND_BEFORE = timedelta(days=3)  # from then on, letters without a reply are listed
TITLE = or_else("title", "reference")
INPUT = {"what": TITLE, "reference": "reference", "who": "stakeholder__name", "key": Cast("key", CharField())}
OF_FORUM = {"what": "forum__title", "slug": "forum__slug"}
GOING = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED)


def is_focal_point(user: Any) -> bool:
    """Return whether `user` writes for any organisation today."""
    return bool(organisations_of(user))


def takes_part(user: Any) -> bool:
    """Return whether `user` could have a role in a session without an office of the staff."""
    return is_signed_in(user) and not user.is_staff


def _own(user: Any) -> list[int]:
    return [body.pk for body in organisations_of(user)]


# --- Inputs -----------------------------------------------------------------------------------------------------------


def _received(user: Any) -> QuerySet[Submission, Any]:
    return Submission.objects.visible_to(user).filter(state=SubmissionState.SUBMITTED)


UNCHECKED = Q(entered_by__isnull=False, checked_at=None)


def _assigned(user: Any) -> QuerySet[Submission, Any]:
    return _received(user).filter(assigned_to=user).exclude(UNCHECKED)


def _to_read(user: Any) -> QuerySet[Submission, Any]:
    return oldest(_received(user).filter(assigned_to=None).exclude(UNCHECKED), "submitted_at", "pk")


def _to_check(user: Any) -> QuerySet[Submission, Any]:
    return oldest(_received(user).filter(UNCHECKED).exclude(entered_by=user), "submitted_at", "pk")


def _to_split(user: Any) -> QuerySet[Submission]:
    waiting = UnsplitInput.objects.filter(Q(submission__assigned_to=None) | Q(submission__assigned_to=user))
    first = waiting.order_by("submitted_at", "submission_id").values("submission")[: MOST + 1]
    return Submission.objects.visible_to(user).filter(pk__in=first)


def _alike(user: Any) -> QuerySet[Likeness]:
    first = Likeness.objects.filter(state=LikenessState.OPEN)
    return open_pairs().filter(pk__in=oldest(first, "-score", "pk").values("pk"))


def _late(user: Any) -> QuerySet[Submission]:
    return asked_late().exclude(consultation__state=ConsultationState.ARCHIVED)


def _handed_in(user: Any) -> QuerySet[Point]:
    points = Point.objects.filter(session__isnull=False, state=PointState.SUBMITTED)
    return points if is_secretariat(user) else _of_own_sessions(points, user, SessionRoleKind.CHAIR)


def _own_drafts(user: Any) -> QuerySet[Point]:
    points = Point.objects.filter(session__isnull=False, state=PointState.DRAFT)
    return _of_own_sessions(points, user, SessionRoleKind.RAPPORTEUR)


def _of_own_sessions(points: QuerySet[Point], user: Any, kind: str) -> QuerySet[Point]:
    return points.filter(session__in=user.session_roles.filter(kind=kind).values("session"))


def _unanswered(user: Any) -> QuerySet[Misreading]:
    return Misreading.objects.filter(answered_at=None)


OF_SESSION = {"what": "session__title", "session": "session_id"}
READING = (
    Kind(
        "read_assigned", INPUTS, is_secretariat, _assigned,
        _("Read “%(what)s”"), _("Read"), page("desk_input", "key"),
        about=_("%(reference)s, %(who)s; assigned to you"),
        since="submitted_at", days=READ_WITHIN, facts=INPUT, own=lambda user: Q(assigned_to=user),
    ),
    Kind(
        "read", INPUTS, is_secretariat, _to_read,
        _("Read “%(what)s”"), _("Read"), page("desk_input", "key"),
        many=_("Read “%(what)s” and %(others)s more"), about=_("%(reference)s, %(who)s"),
        about_many=_("%(reference)s, %(who)s, has waited longest"),
        each=("consultation_id",), since="submitted_at", days=READ_WITHIN, facts=INPUT,
    ),
    Kind(
        "second_check", INPUTS, is_secretariat, _to_check,
        _("Compare “%(what)s” with the original"), _("Compare"), page("intake_check", "key"),
        many=_("Compare %(n)s typed inputs with their originals"), about=_("%(who)s; typed by %(by)s"),
        about_many=_("“%(what)s”, typed by %(by)s, has waited longest"),
        each=("consultation_id",), since="submitted_at", days=DECIDE_WITHIN, facts={**INPUT, "by": "entered_by__name"},
    ),
    Kind(
        "split", INPUTS, is_secretariat, _to_split,
        _("Split “%(what)s” into points"), _("Split"), page("desk_input", "key"),
        many=_("Split %(n)s inputs on file into points"), about=_("%(reference)s, %(who)s"),
        about_many=_("“%(what)s” has waited longest"),
        each=("consultation_id",), since="submitted_at", days=READ_WITHIN + SPLIT_WITHIN, facts=INPUT,
    ),
    Kind(
        "alike", INPUTS, is_secretariat, _alike,
        _("Compare two texts that are nearly the same"), _("Compare"), page("likeness", "pk"),
        many=_("Compare texts that are nearly the same: %(n)s pairs"),
        each=(), since="found_at", days=ANSWER_WITHIN, place="", facts={"pk": "pk"},
    ),
    Kind(
        "late_input", INPUTS, is_head, _late,
        _("Decide a late input: %(who)s"), _("Decide"), page("late_inputs", "slug"),
        many=_("Decide %(n)s late inputs"), about=_("asked by %(by)s: %(why)s"),
        about_many=_("%(who)s has waited longest"),
        each=("consultation_id",), since="asked_at", days=1,
        facts={"who": "stakeholder__name", "by": "asked_by", "why": "why", "slug": "consultation__slug"},
    ),
    Kind(
        "session_points", INPUTS, is_signed_in, _handed_in,
        _("Read back a point of “%(what)s”"), _("Read back"), page("session_read_back", "session"),
        many=_("Read back %(n)s points of “%(what)s”"), each=("session_id",), since="created_at", days=DECIDE_WITHIN,
        facts=OF_SESSION,
    ),
    Kind(
        "session_drafts", INPUTS, takes_part, _own_drafts,
        _("Hand in a point of “%(what)s”"), _("Open"), page("session_points", "session"),
        many=_("Hand in %(n)s points of “%(what)s”"), each=("session_id",), since="created_at", days=1,
        facts=OF_SESSION,
    ),
    Kind(
        "reply", INPUTS, is_secretariat, _unanswered,
        _("Answer a reply: %(who)s"), _("Answer"), page("desk_replies", "slug"),
        many=_("Answer %(n)s replies of organisations"), about=_("It does not recognise its point %(point)s."),
        about_many=_("%(who)s has waited longest"),
        each=("point__consultation_id",), since="at", days=ANSWER_WITHIN, place="point__consultation__short_title",
        facts={"who": "stakeholder__name", "point": "point__reference", "slug": "point__consultation__slug"},
    ),
)  # fmt: skip


# --- Forums -----------------------------------------------------------------------------------------------------------


def _nominated(user: Any) -> QuerySet[Delegate]:
    return Delegate.objects.filter(state=DelegateState.NOMINATED, forum__state__in=GOING)


def _no_reply(user: Any) -> QuerySet[Invitation]:
    sent = Invitation.objects.filter(state=InvitationState.SENT, forum__state=ForumState.ANNOUNCED)
    return sent.filter(respond_by__lte=TruncDate(NOW + REMIND_BEFORE))


def _conflicts(user: Any) -> QuerySet[QueuedRow]:
    return QueuedRow.objects.filter(settled_at=None).exclude(outcome=QueuedOutcome.TAKEN)


def _without_communique(user: Any) -> QuerySet[Forum]:
    begun = Communique.objects.filter(forum=OuterRef("pk")).exclude(state=CommuniqueState.DRAFT)
    return Forum.objects.filter(~Exists(begun), state=ForumState.HELD)


def _circulated(user: Any) -> QuerySet[Communique]:
    return Communique.objects.filter(state=CommuniqueState.CIRCULATED)


def _cleared(user: Any) -> QuerySet[Communique]:
    return Communique.objects.filter(state=CommuniqueState.CLEARED).exclude(written_by=user)


def _reported_done(user: Any) -> QuerySet[ActionPoint]:
    return reported_done()


COMMUNIQUE = {**OF_FORUM, "by": "written_by__name"}
MEETING = (
    Kind(
        "nominations", FORUMS, is_secretariat, _nominated,
        _("Decide a nomination: %(who)s"), _("Decide"), page("forum_delegates", "slug"),
        many=_("Decide %(n)s nominations"), about=_("for %(what)s"), about_many=_("for %(what)s"),
        each=("forum_id",), since="invitation__answered_at", days=DECIDE_WITHIN,
        place="forum__consultation__short_title", facts={**OF_FORUM, "who": "stakeholder__name"},
    ),
    Kind(
        "no_reply", FORUMS, is_secretariat, _no_reply,
        _("Letters: an invitation without a reply"), _("Remind"), page("forum_letters", "slug"),
        many=_("Letters: %(n)s invitations without a reply"), about=_("%(who)s; to %(what)s"),
        about_many=_("to %(what)s"), each=("forum_id",), since="sent_at", due_on="respond_by",
        place="forum__consultation__short_title", facts={**OF_FORUM, "who": "stakeholder__name"},
    ),
    Kind(
        "check_in_conflicts", FORUMS, is_secretariat, _conflicts,
        _("Resolve a check-in conflict"), _("Resolve"), page("forum_door", "slug"),
        many=_("Resolve %(n)s check-in conflicts"), about=_("at %(what)s"), about_many=_("at %(what)s"),
        each=("forum_id",), since="received_at", days=1, place="forum__consultation__short_title", facts=OF_FORUM,
    ),
    Kind(
        "communique_to_write", FORUMS, is_secretariat, _without_communique,
        _("Write and circulate the communiqué"), _("Write"), page("forum_communique", "slug"), about="%(what)s",
        since="ends_on", days=DECIDE_WITHIN, facts={"what": "title", "slug": "slug"},
    ),
    Kind(
        "communique_to_clear", FORUMS, is_head, _circulated,
        _("Clear the communiqué"), _("Read"), page("forum_communique", "slug"), about=_("%(what)s; written by %(by)s"),
        since="written_at", days=ANSWER_WITHIN, place="forum__consultation__short_title", facts=COMMUNIQUE,
    ),
    Kind(
        "communique_to_publish", FORUMS, is_secretariat, _cleared,
        _("Publish the communiqué: a second officer is needed"), _("Check"), page("forum_communique", "slug"),
        about=_("%(what)s; written by %(by)s"),
        since="written_at", days=ANSWER_WITHIN, place="forum__consultation__short_title", facts=COMMUNIQUE,
    ),
    Kind(
        "reported_done", FORUMS, is_secretariat, _reported_done,
        _("Confirm that it is done: %(what)s"), _("Check"), page("desk_commitments", query="?state=reported"),
        many=_("Confirm that %(n)s action points are done"), about=_("reported by %(who)s"),
        each=("forum_id",), due_on="due_on", place="forum__consultation__short_title",
        facts={"what": "text", "who": Coalesce("stakeholder__name", "responsible")},
    ),
)  # fmt: skip


# --- The portal -------------------------------------------------------------------------------------------------------


def _proposed(user: Any) -> QuerySet[Proposal]:
    waiting = Proposal.objects.visible_to(user).filter(state=ProposalState.PROPOSED, lapses_at__gte=NOW)
    open_ones = waiting.exclude(proposed_by=user).exclude(concerns=user)
    confirmed = [act.code for act in acts().values() if act.confirmers.may(user, User())]
    return open_ones.filter(act__in=confirmed)


def _bodies(user: Any) -> QuerySet[Stakeholder]:
    return Stakeholder.objects.waiting()


def _failed(user: Any) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(state=MailState.FAILED)


def _failed_mails(facts: Facts) -> str:
    return reverse("admin:consultations_outgoingmail_changelist", query={"state__exact": MailState.FAILED.value})


def _prepared(user: Any) -> QuerySet[Job]:
    return Job.objects.filter(state=JobState.PREPARED, by=user)


RUNNING = (
    Kind(
        "proposal", PORTAL, is_staff, _proposed,
        _("Confirm as the second person: %(act)s"), _("Check"), page("desk_proposal", "key"),
        about=_("%(what)s; proposed by %(by)s"), since="proposed_at", due_at="lapses_at", place="",
        facts={
            "act": "act", "what": "record_label", "by": "proposed_by__name", "key": Cast("key", CharField()),
        },
        labels={"act": lambda code: acts()[code].label},
    ),
    Kind(
        "organisation", PORTAL, is_secretariat, _bodies,
        _("Verify the organisation “%(what)s”"), _("Verify"), page("desk_organisation", "pk"),
        many=_("Verify the organisation “%(what)s” and %(others)s more"),
        each=(), since="created_at", days=DECIDE_WITHIN, place="", facts={"what": "name", "pk": "pk"},
    ),
    Kind(
        "failed_mail", PORTAL, is_staff, _failed,
        _("A mail could not be sent"), _("See why"), _failed_mails, many=_("%(n)s mails could not be sent"),
        about="%(what)s", each=(), since="created_at", days=1, place="", facts={"what": "subject"},
    ),
    Kind(
        "import", PORTAL, is_secretariat, _prepared,
        _("Confirm your import, or leave it"), _("Look"), page("job", "key"),
        since="at", days=1, facts={"key": Cast("key", CharField())}, own=lambda user: Q(by=user),
    ),
)  # fmt: skip


# --- For the people of an organisation --------------------------------------------------------------------------------


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


def _promised(user: Any) -> QuerySet[ActionPoint]:
    return ActionPoint.objects.filter(stakeholder__in=_own(user), state=ActionState.OPEN, report="")


def _answered(user: Any) -> QuerySet[Misreading]:
    return Misreading.objects.filter(stakeholder__in=_own(user), answered_at__gte=NOW - NEWS)


DRAFT = {"what": or_else("title", "theme__title"), "key": Cast("key", CharField()), "by": "author__name"}
TAKING_PART = (
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
        _("Reply to the invitation: %(what)s"), _("Reply"), _letter, about=_("%(who)s; seats: %(seats)s"),
        since="sent_at", due_on="respond_by", place="forum__consultation__short_title",
        facts={
            "what": "forum__title", "who": "stakeholder__name", "seats": "seats", "key": Cast("key", CharField()),
            "issue": "token_round",
        },
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
)  # fmt: skip

KINDS = (*READING, *MEETING, *RUNNING, *TAKING_PART)
