"""What can wait for a person among inputs, organisations, forums, mail and proposals; see `queries.inbox`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, JSONObject, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ActionPoint,
    Communique,
    CommuniqueState,
    ConsultationState,
    Delegate,
    DelegateState,
    Forum,
    ForumSession,
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
    SessionState,
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
)
from ncm_portal.workflow import acts

from .duplicates import groups_among, number_of_groups, open_pairs
from .followup import reported_done
from .inbox import FORUMS, INPUTS, MOST, NOW, PORTAL, Facts, Kind, Raw, oldest, or_else, page
from .submissions import asked_late

READ_WITHIN, SPLIT_WITHIN, ANSWER_WITHIN, DECIDE_WITHIN = 5, 5, 5, 2  # working days
REMIND_BEFORE = timedelta(days=3)  # from then on, letters without a reply are listed
TIME_TO_REPLY = timedelta(days=7)  # that a letter leaves to whom it invites
ONE_DAY = timedelta(days=1)
TITLE = or_else("title", "reference")
INPUT = {"what": TITLE, "reference": "reference", "who": "stakeholder__name", "key": Cast("key", CharField())}
FORUM = {"what": "title", "slug": "slug"}
OF_FORUM = {"what": "forum__title", "slug": "forum__slug"}
GOING = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED)


def takes_part(user: Any) -> bool:
    """Return whether `user` could have a role in a session without an office of the staff."""
    return is_signed_in(user) and not user.is_staff


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


def _counted_pairs() -> QuerySet[Likeness]:
    first = Likeness.objects.filter(state=LikenessState.OPEN)
    return open_pairs().filter(pk__in=oldest(first, "-score", "pk").values("pk"))


def _alike(user: Any) -> QuerySet[Likeness]:
    """Return the pair that has waited longest: a row for each would hold all pairs again."""
    return Likeness.objects.filter(pk__in=_counted_pairs().order_by("found_at", "pk").values("pk")[:1])


SIDES = JSONObject(**{side: side for side in ("first_point", "second_point", "first_input", "second_input")})
PAIRS = ArraySubquery(_counted_pairs().order_by().values(sides=SIDES))


def _groups(raw: Raw) -> int:
    """Return the number of groups that the pairs form; of all pairs, if more wait than were read."""
    pairs = raw.facts.pop("pairs")
    return number_of_groups()[0] if len(pairs) > MOST else groups_among(pairs)


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
        _("Compare texts that are nearly the same"), _("Compare"), page("likeness", "pk"),
        many=_("Compare texts that are nearly the same: %(n)s groups"),
        each=(), groups=_groups, since="found_at", days=ANSWER_WITHIN, place="", facts={"pk": "pk", "pairs": PAIRS},
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


def _letters_to_send(user: Any) -> QuerySet[Invitation]:
    return Invitation.objects.filter(state=InvitationState.DRAFT, forum__state=ForumState.ANNOUNCED)


def _registration_to_close(user: Any) -> QuerySet[Forum]:
    """Return the forums that begin tomorrow at the latest: none opens before its registration is closed."""
    return Forum.objects.filter(state=ForumState.ANNOUNCED, starts_on__lte=TruncDate(NOW + ONE_DAY))


def _to_begin(user: Any) -> QuerySet[Forum]:
    return Forum.objects.filter(state=ForumState.REGISTRATION_CLOSED, starts_on__lte=TruncDate(NOW))


def _to_end(user: Any) -> QuerySet[Forum]:
    """Return the forums in session after their last day, or on it once no session is still to end."""
    ahead = ForumSession.objects.filter(forum=OuterRef("pk"), ends_at__gt=NOW).exclude(state=SessionState.CANCELLED)
    running = Forum.objects.filter(state=ForumState.IN_SESSION, ends_on__lte=TruncDate(NOW))
    return running.filter(Q(ends_on__lt=TruncDate(NOW)) | ~Exists(ahead))


def _move(verb: str) -> Callable[[Facts], str]:
    return lambda facts: reverse("forum_move", args=[facts["slug"], verb])


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
        "letters_to_send", FORUMS, is_secretariat, _letters_to_send,
        _("Send a letter of invitation: %(who)s"), _("Send"), page("forum_letters", "slug"),
        many=_("Send %(n)s letters of invitation"), about=_("to %(what)s; written, not sent yet"),
        about_many=_("to %(what)s; written, not sent yet"), each=("forum_id",),
        due_on=F("respond_by") - TIME_TO_REPLY, place="forum__consultation__short_title",
        facts={**OF_FORUM, "who": "stakeholder__name"},
    ),
    Kind(
        "registration_to_close", FORUMS, is_secretariat, _registration_to_close,
        _("Close registration for the forum: its day has come"), _("Close"), _move("close_registration"),
        about="%(what)s", due_on="starts_on", facts=FORUM,
    ),
    Kind(
        "forum_to_open", FORUMS, is_secretariat, _to_begin,
        _("Open the forum: its day has come"), _("Open"), _move("open_forum"),
        about="%(what)s", due_on="starts_on", facts=FORUM,
    ),
    Kind(
        "forum_to_close", FORUMS, is_secretariat, _to_end,
        _("Close the forum: its last session is over"), _("Close"), _move("close_forum"),
        about="%(what)s", due_on="ends_on", facts=FORUM,
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
        since="ends_on", days=DECIDE_WITHIN, facts=FORUM,
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

KINDS = (*READING, *MEETING, *RUNNING)
