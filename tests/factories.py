"""Records for the tests: plain functions with sensible defaults. The database checks each step of a state.

Papers and what belongs to them are made in tests/paper_factories.py.
"""

import hashlib
import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from consultations.journal_entries import FIRST_HASH
from consultations.models import (
    ActionPoint,
    Attachment,
    Channel,
    CheckIn,
    CheckInChannel,
    Communique,
    Consultation,
    Delegate,
    Event,
    Forum,
    ForumFile,
    ForumSession,
    Framework,
    Group,
    Invitation,
    Likeness,
    Mandate,
    Membership,
    MembershipRole,
    Office,
    Point,
    PointKind,
    Proposal,
    Provision,
    Relation,
    Stakeholder,
    Submission,
    Theme,
    ThemeProvision,
    User,
)
from consultations.tokens import hashed, token
from ncm_portal import workflow

PASSWORD = "a long enough password"
_numbers = itertools.count(1)

# The way to each state, from the state in which a record is born.
ROADS: dict[type[models.Model], dict[str, list[str]]] = {
    Stakeholder: {
        "registered": [], "verified": ["verified"], "refused": ["refused"], "suspended": ["verified", "suspended"],
    },
    Consultation: {
        "draft": [], "open": ["open"], "closed": ["open", "closed"], "archived": ["open", "closed", "archived"],
    },
    Forum: {
        "draft": [], "announced": ["announced"], "registration_closed": ["announced", "registration_closed"],
        "in_session": ["announced", "registration_closed", "in_session"],
        "held": ["announced", "registration_closed", "in_session", "held"],
        "reported": ["announced", "registration_closed", "in_session", "held", "reported"],
        "cancelled": ["cancelled"],
    },
    ForumSession: {"planned": [], "open": ["open"], "closed": ["open", "closed"], "cancelled": ["cancelled"]},
    Delegate: {
        "nominated": [], "confirmed": ["confirmed"], "waitlisted": ["waitlisted"], "refused": ["refused"],
        "withdrawn": ["withdrawn"],
    },
    Invitation: {
        "draft": [], "sent": ["sent"], "answered": ["sent", "answered"], "declined": ["sent", "declined"],
        "lapsed": ["sent", "lapsed"], "discarded": ["discarded"],
    },
    Submission: {
        "draft": [], "submitted": ["submitted"], "accepted": ["submitted", "accepted"],
        "returned": ["submitted", "returned"], "set_aside": ["submitted", "set_aside"],
        "withdrawn": ["submitted", "withdrawn"],
    },
    Point: {
        "draft": [], "submitted": ["submitted"], "validated": ["validated"], "merged": ["validated", "merged"],
        "disposed": ["validated", "disposed"], "withdrawn": ["withdrawn"],
    },
    Likeness: {"open": [], "merged": ["merged"], "dismissed": ["dismissed"]},
    ActionPoint: {"open": [], "done": ["done"], "dropped": ["dropped"]},
    Proposal: {
        "proposed": [], "confirmed": ["confirmed"], "refused": ["refused"], "withdrawn": ["withdrawn"],
        "lapsed": ["lapsed"],
    },
}  # fmt: skip


SMALL = 32_000  # the column of an order holds no more


def number() -> int:
    """A number that no other record of this run has."""
    return next(_numbers)


def walk(record: models.Model, *states: str, **fields: Any) -> Any:
    """Move `record` along `states` step by step, with `fields` set at the first; return it reloaded."""
    for state in states:
        type(record)._base_manager.filter(pk=record.pk).update(state=state, **fields)
    record.refresh_from_db()
    return record


def bring(record: models.Model, state: str, **fields: Any) -> Any:
    """Move a new `record` to `state` along its usual path; return it reloaded."""
    return walk(record, *ROADS[type(record)][state], **fields)


# --- People and organisations ---------------------------------------------------------------------------------------


def make_user(office: str = Office.NONE, *, name: str = "", email: str = "", **fields: Any) -> User:
    """Create a person who can sign in with PASSWORD. Skips model validation, which the database covers: its queries
    took a seventh of a run.
    """
    turn = number()
    email = (email or f"person{turn}@example.org").lower()
    made = User(email=email, name=name or f"Person {turn}", office=office, **fields)
    made.set_password(PASSWORD)
    made.save()
    return made


def make_secretariat(**fields: Any) -> User:
    """An officer of the secretariat."""
    return make_user(Office.SECRETARIAT, **fields)


def make_head(**fields: Any) -> User:
    """The head of the secretariat."""
    return make_user(Office.HEAD, **fields)


def make_stakeholder(
    name: str = "", *, group: str = Group.CIVIL_SOCIETY, state: str = "verified", **fields: Any
) -> Stakeholder:
    """An organisation, verified unless another state is asked for."""
    made = Stakeholder.objects.create(name=name or f"Organisation {number()}", group=group, **fields)
    return bring(made, state)


def make_ministry(name: str = "", **fields: Any) -> Stakeholder:
    """A ministry that is a member of the NCM."""
    fields = {"group": Group.MINISTRY, "is_ncm_member": True, **fields}
    return make_stakeholder(name or f"Ministry {number()}", **fields)


def make_member(
    stakeholder: Stakeholder | None = None,
    role: str = MembershipRole.FOCAL_POINT,
    *,
    user: User | None = None,
    **fields: Any,
) -> User:
    """A person who acts for `stakeholder` (a new one by default) in `role` since last year."""
    user = user or make_user()
    fields.setdefault("valid_from", timezone.localdate(workflow.now()) - timedelta(days=365))
    Membership.objects.create(user=user, stakeholder=stakeholder or make_stakeholder(), role=role, **fields)
    return user


def make_mandate(ministry: Stakeholder, theme: Theme, **fields: Any) -> Mandate:
    """A confirmed mandate of `ministry` over `theme`."""
    return Mandate.objects.create(ministry=ministry, theme=theme, **{"is_confirmed": True, **fields})


# --- The frame ------------------------------------------------------------------------------------------------------


def make_theme(code: str = "T1", **fields: Any) -> Theme:
    """The theme with `code`, made if there is none."""
    turn = int("".join(filter(str.isdigit, code)) or number())
    fields = {"order": turn % SMALL, "title": f"Theme {turn}", "title_sw": f"Mada {turn}", "evidence": "S", **fields}
    return Theme.objects.get_or_create(code=code, defaults=fields)[0]


def make_provision(code: str = "GCM-02", *, theme: Theme | None = None, relation: str = Relation.LEAD) -> Provision:
    """The provision with `code`, made if there is none; linked to `theme` if one is given."""
    turn = int("".join(filter(str.isdigit, code)) or number())
    kinds = {"GCM-P": Framework.GCM_PRINCIPLE, "GCM": Framework.GCM_OBJECTIVE}
    framework = kinds.get(code.rpartition("-")[0], Framework.SDG if code[:1].isdigit() else Framework.GCM_OBJECTIVE)
    fields = {"framework": framework, "order": turn % SMALL, "label": f"Label {code}", "title": f"Title of {code}"}
    made = Provision.objects.get_or_create(code=code, defaults=fields)[0]
    if theme:
        ThemeProvision.objects.get_or_create(theme=theme, provision=made, defaults={"relation": relation})
    return made


def make_consultation(*, state: str = "open", themes: tuple[str, ...] = ("T1", "T2"), **fields: Any) -> Consultation:
    """A consultation that opened a week ago and closes in a week."""
    turn, now = number(), workflow.now()
    fields = {
        "slug": f"round-{turn}", "title": f"Consultation {turn}", "short_title": f"Round {turn}",
        "purpose": "To hear what the country should stand for.",
        "opens_at": now - timedelta(days=7), "closes_at": now + timedelta(days=7), **fields,
    }  # fmt: skip
    made = Consultation.objects.create(**fields)
    made.themes.set([make_theme(code) for code in themes])
    return bring(made, state)


# --- Forums ---------------------------------------------------------------------------------------------------------


def make_forum(consultation: Consultation | None = None, *, state: str = "announced", **fields: Any) -> Forum:
    """A forum of one day, in ten days."""
    turn, day = number(), timezone.localdate(workflow.now()) + timedelta(days=10)
    fields = {
        "code": f"F{turn}", "slug": f"forum-{turn}", "title": f"Forum {turn}", "place": "Nairobi",
        "convenors": "National Coordination Mechanism on Migration, Agency for Movement (sample)",
        "starts_on": day, "ends_on": fields.get("starts_on", day), **fields,
    }  # fmt: skip
    return bring(Forum.objects.create(consultation=consultation or make_consultation(), **fields), state)


def make_session(forum: Forum | None = None, *, state: str = "planned", **fields: Any) -> ForumSession:
    """A session of an hour."""
    forum, turn = forum or make_forum(), number()
    start = datetime.combine(forum.starts_on, datetime.min.time(), workflow.now().tzinfo) + timedelta(hours=6)
    fields = {
        "order": turn % SMALL, "title": f"Session {turn}", "starts_at": start,
        "ends_at": fields.get("starts_at", start) + timedelta(hours=1), **fields,
    }  # fmt: skip
    return bring(ForumSession.objects.create(forum=forum, **fields), state)


def make_delegate(
    forum: Forum, stakeholder: Stakeholder | None = None, *, state: str = "confirmed", **fields: Any
) -> Delegate:
    """A delegate of `stakeholder` (a new one by default), confirmed unless another state is asked for."""
    stakeholder = stakeholder or make_stakeholder()
    fields = {"name": f"Delegate {number()}", "title": "Officer", "group": stakeholder.group, **fields}
    return bring(Delegate.objects.create(forum=forum, stakeholder=stakeholder, **fields), state)


def make_invitation(
    forum: Forum, stakeholder: Stakeholder | None = None, *, state: str = "sent", **fields: Any
) -> Invitation:
    """A letter to `stakeholder` (a new one by default) with two seats, sent two days ago, to be answered in a week."""
    turn, moment = number(), workflow.now() - timedelta(days=2)
    fields = {
        "seats": 2, "reference": f"NCM/{forum.code}/{turn:03d}", "email": f"office{turn}@example.org",
        "respond_by": timezone.localdate(workflow.now()) + timedelta(days=7), **fields,
    }  # fmt: skip
    made = Invitation.objects.create(forum=forum, stakeholder=stakeholder or make_stakeholder(), **fields)
    if state in ("draft", "discarded"):
        return bring(made, state)
    walk(made, "sent", sent_at=moment, token_hash=hashed(token(made.key, made.token_round)))
    answered = {"answered_at": moment, "answered_by": "Somebody"} if state in ("answered", "declined") else {}
    return walk(made, *ROADS[Invitation][state][1:], **answered)


def make_check_in(delegate: Delegate, *, by: User | None = None, **fields: Any) -> CheckIn:
    """Create a check-in of the delegate."""
    fields = {"channel": CheckInChannel.MANUAL, "at": workflow.now(), **fields}
    return CheckIn.objects.create(delegate=delegate, by=by or make_secretariat(), **fields)


def make_action(forum: Forum | None = None, *, state: str = "open", **fields: Any) -> ActionPoint:
    """Create an action point of an organisation (a new one by default)."""
    forum = forum or make_forum(state="held")
    fields = {
        "text": f"Action {number()}.",
        "by": fields.get("by") or make_secretariat(),
        "at": workflow.now(),
        **fields,
    }
    fields.setdefault("stakeholder", None if fields.get("responsible") else make_stakeholder())
    ended = {} if state == "open" else {"ended_on": timezone.localdate(workflow.now()), "report": "It came so."}
    return bring(ActionPoint.objects.create(forum=forum, **fields), state, **ended)


def make_communique(forum: Forum | None = None, *, state: str = "draft", **fields: Any) -> Communique:
    """Create the communiqué of a past forum with a contact for comments."""
    forum = forum or make_forum(state="held", contact="Desk, desk@example.org")
    fields = {"body": "The forum adopted a thing.", "written_by": make_secretariat(), **fields}
    made = Communique.objects.create(forum=forum, written_at=workflow.now(), **fields)
    steps = ["circulated", "cleared", "published"]
    for step in steps[: steps.index(state) + 1] if state in steps else []:
        sealed = {"published_at": workflow.now(), "sha256": hashlib.sha256(made.body.encode()).hexdigest()}
        signed = {"cleared_by": make_head()} if step == "cleared" else {}
        walk(made, step, **signed, **(sealed if step == "published" else {}))
    return made


# --- Inputs and points ----------------------------------------------------------------------------------------------


def make_submission(
    consultation: Consultation | None = None,
    stakeholder: Stakeholder | None = None,
    *,
    state: str = "accepted",
    **fields: Any,
) -> Submission:
    """An input of `stakeholder`, accepted and public unless asked otherwise. "withdrawn" was sent before."""
    turn, consultation, stakeholder = number(), consultation or make_consultation(), stakeholder or make_stakeholder()
    fields = {
        "theme": fields.get("theme") or consultation.themes.first() or make_theme(),
        "author": fields.get("author") or make_member(stakeholder),
        "title": f"Input {turn}", "body": f"What organisation {turn} asks for.", **fields,
    }  # fmt: skip
    if fields.get("channel", Channel.WEB) != Channel.WEB:
        fields.setdefault("entered_by", make_secretariat())
    made = Submission.objects.create(consultation=consultation, stakeholder=stakeholder, **fields)
    return send(made, state)


def make_attachment(submission: Submission, *, data: bytes = b"%PDF-1.7", **fields: Any) -> Attachment:
    """A file of an input, ready to be opened: a piece of evidence unless another kind is asked for."""
    fields = {
        "name": "letter.pdf", "size": len(data), "stored_as": uuid.uuid4().hex,
        "uploaded_by": fields.get("uploaded_by") or submission.author, **fields,
    }  # fmt: skip
    made = Attachment.objects.create(submission=submission, **fields)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.write_bytes(data)
    found = {"received": len(data), "sha256": hashlib.sha256(data).hexdigest(), "media_type": "application/pdf"}
    return walk(made, "ready", **found)


def make_forum_file(forum: Forum, *, data: bytes = b"%PDF-1.7", **fields: Any) -> ForumFile:
    """A document of a forum that everybody may read, unless another kind is asked for."""
    is_document = "kind" not in fields
    fields = {
        "title": "Programme", "for_everybody": is_document, "name": "programme.pdf", "media_type": "application/pdf",
        "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "at": timezone.now(), **fields,
    }  # fmt: skip
    made = ForumFile.objects.create(forum=forum, by=fields.pop("by", None) or make_secretariat(), **fields)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.write_bytes(data)
    return made


def send(submission: Submission, state: str = "submitted") -> Submission:
    """Move a draft along its road to `state`, with what the database wants to see there."""
    now = workflow.now()
    for step in ROADS[Submission][state]:
        if step == "submitted":
            submission.reference = f"NCM-{now.year}-{number():04}"
            sha256 = submission.computed_sha256()
            found = {"reference": submission.reference, "submitted_at": now, "content_sha256": sha256}
        elif step == "withdrawn":
            found = {}
        else:
            reason = "" if step == "accepted" else "Please say which county you mean."
            found = {"decided_at": now, "decided_by": make_secretariat(), "state_reason": reason}
        walk(submission, step, **found)
    return submission


def change(record: models.Model, **fields: Any) -> Any:
    """Set `fields` without verbs; return the record reloaded."""
    type(record)._base_manager.filter(pk=record.pk).update(**fields)
    record.refresh_from_db()
    return record


def make_point(
    submission: Submission | None = None,
    *,
    session: ForumSession | None = None,
    state: str = "validated",
    into: Point | None = None,
    by: User | None = None,
    **fields: Any,
) -> Point:
    """A point of `submission` (a new one by default) or of `session`; "merged" needs `into`."""
    if not session:
        submission = submission or make_submission()
    source = session or submission
    turn = source.points.count() + 1
    prefix = f"{session.forum.code}.S{session.order}" if session else submission.reference
    fields = {
        "reference": f"{prefix}.{turn}", "number": turn, "kind": PointKind.RECOMMENDATION,
        "consultation": session.forum.consultation if session else submission.consultation,
        "stakeholder": None if session else submission.stakeholder,
        "theme": (session.theme or make_theme()) if session else submission.theme,
        "text": f"What point {turn} asks for.", **fields,
    }  # fmt: skip
    made = Point.objects.create(submission=submission, session=session, created_by=by or make_secretariat(), **fields)
    if state == "merged":
        return walk(bring(made, "validated"), "merged", merged_into=into)
    return bring(made, state)


def make_likeness(first: Any, second: Any, *, state: str = "open", score: float = 0.8, **fields: Any) -> Likeness:
    """Create a pair of possibly duplicate points or inputs."""
    kind = "point" if isinstance(first, Point) else "input"
    pair = sorted([first, second], key=lambda text: text.pk)
    fields = {f"first_{kind}": pair[0], f"second_{kind}": pair[1], "words": ["asks"], "method": "words", **fields}
    made = Likeness.objects.create(score=score, **fields)
    decided = {"decided_at": workflow.now(), "decided_by": make_secretariat(), "reason": "Looked at."}
    return bring(made, state, **decided) if state != "open" else made


def make_old_entries(record: models.Model, count: int, *, by: Any = None) -> list[Event]:
    """Create journal entries in format 1 after existing ones."""
    last = Event.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, FIRST_HASH)
    for turn in range(count):
        number, moment = number + 1, timezone.now()
        said = {"at": moment, "recorded_at": moment, "reason": f"reason {turn}", "data": {"turn": turn}, "by": by}
        event = Event(number=number, previous_hash=previous, verb="note", by_name=getattr(by, "name", "nobody"), **said)
        event.kind, event.object_id = record._meta.label_lower, str(record.pk)
        event.object_label = str(record)
        event.hash = previous = event.computed_hash()
        event.save()
    return list(Event.objects.order_by("-number")[:count])[::-1]
