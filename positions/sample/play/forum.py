"""Forum in the sample: announcement, delegates, points made in groups, adoption."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from consultations.models import DelegateState, Forum, ForumSession, SessionKind, SessionRole, SessionRoleKind
from consultations.workflow import (
    announce,
    check_in,
    close_forum,
    close_registration,
    close_session,
    confirm,
    hand_in,
    nominate,
    open_forum,
    open_session,
    validate,
    write_point,
)
from ncm_portal.workflow import journal
from positions import sample
from positions.workflow import adopt, begin_session, count_quorum

from .agenda import Act, Chapter, Stage, one_after_another
from .clearance import reserve
from .drafting import answer
from .inputs import day_meant
from .organisations import people_of

DESK, CHAIR = "mercy", "ruth"
CODE = "F17"  # prefix of its points' references: F17.S5.1
AN_HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


# --- Before the day -------------------------------------------------------------------------------------------------


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts before the forum, then those of the day itself."""
    delegates, programme = sample.delegates(), sample.read("programme")["session"]
    yield Act(stage.moment("forum_announced") - AN_HOUR, prepare, (programme,))
    yield Act(stage.moment("forum_announced"), move_forum, (announce,))
    for moment, row in one_after_another(stage.moment("delegates_named"), 5 * MINUTE, delegates):
        yield Act(moment, name_delegate, (row,))
    for moment, row in one_after_another(stage.moment("delegates_confirmed"), MINUTE, delegates):
        yield Act(moment, give_seat, (row,))
    yield Act(stage.moment("registration_closed"), move_forum, (close_registration,))
    attended = [row for row in delegates if row["checked_in"]]
    for moment, row in one_after_another(stage.moment("doors_opened"), MINUTE / 2, attended):
        yield Act(moment, let_through, (row,))
    yield Act(stage.moment("session_opened"), move_forum, (open_forum,))
    for row in programme:
        yield Act(_time(stage, row["starts"]), move_session, (row["key"], open_session))
        yield Act(_time(stage, row["ends"]), move_session, (row["key"], close_session))
    yield from _point_acts(stage)
    yield Act(_time(stage, programme[-1]["ends"]), move_forum, (close_forum,))


def _time(stage: Stage, clock: Any) -> datetime:
    """Return a time on the day of the forum."""
    return timezone.make_aware(datetime.combine(stage.facts["forum"]["date"], clock))


def prepare(stage: Stage, programme: list[sample.Row]) -> None:
    """Create the forum, its programme and rapporteurs, as in the admin."""
    facts, officer = stage.facts["forum"], stage.person(DESK)
    stage.forum = Forum.objects.create(
        consultation=stage.consultation,
        code=CODE,
        starts_on=facts["date"],
        ends_on=facts["end_date"],
        convenors="; ".join(facts["convenors"]),
        seats=facts["representatives"],
        **{field: facts[field] for field in ("slug", "title", "place", "venue", "contact", "source")},
    )
    journal("enter", stage.forum, by=officer, after=stage.forum.state)
    for order, row in enumerate(programme, start=1):
        stage.sessions[row["key"]] = ForumSession.objects.create(
            forum=stage.forum,
            order=order,
            theme=stage.themes[row["theme"]] if "theme" in row else None,
            starts_at=_time(stage, row["starts"]),
            ends_at=_time(stage, row["ends"]),
            **{field: row[field] for field in ("title", "kind", "room")},
        )
    for person in sample.people():
        for key in person.get("sessions", []):
            user, session = stage.person(person["key"]), stage.sessions[key]
            SessionRole.objects.create(session=session, user=user, kind=SessionRoleKind.RAPPORTEUR)
    rows = [session.title for session in stage.sessions.values()]
    journal("edit", stage.forum, by=officer, data={str(ForumSession._meta.verbose_name): rows})


def move_forum(stage: Stage, verb: Any) -> None:
    """Move the forum on."""
    stage.forum = verb(stage.forum, by=stage.person(DESK))


def name_delegate(stage: Stage, row: sample.Row) -> None:
    """Name a delegate, as the organisation's focal point, or as the secretariat if it has none."""
    body, key = stage.bodies[row["organisation"]], row.get("person")
    by = [*people_of({"key": row["organisation"]}, "focal_point"), DESK][0]
    stage.delegates[row["name"]] = nominate(
        stage.forum,
        body,
        by=stage.person(by),
        name=row["name"],
        title=row["position"],
        role=row["role"].replace(" ", "_"),
        county=stage.counties.get(row["county"]),
        user=stage.people[key] if key else None,
        email=stage.people[key].email if key else "",
    )


def give_seat(stage: Stage, row: sample.Row) -> None:
    """Confirm a delegate."""
    stage.delegates[row["name"]] = confirm(stage.delegates[row["name"]], by=stage.person(DESK))


# --- The day --------------------------------------------------------------------------------------------------------


def let_through(stage: Stage, row: sample.Row) -> None:
    """Check a delegate in."""
    check_in(stage.delegates[row["name"]], by=stage.person(DESK))


def move_session(stage: Stage, key: str, verb: Any) -> None:
    """Open or close a session."""
    stage.sessions[key] = verb(stage.sessions[key], by=stage.person(DESK))


def _point_acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts on points: recorded during a group session and handed in before its end; then validated."""
    programme = {row["key"]: row for row in sample.read("programme")["session"]}
    points = sample.session_points()
    for number, row in enumerate(points):
        session = programme[row["session"]]
        yield Act(_time(stage, session["starts"]) + (20 + number) * MINUTE, write_down, (row,))
        yield Act(_time(stage, session["ends"]) - (10 - number) * MINUTE, give_in, (row,))
    for moment, row in one_after_another(stage.moment("session_points_validated"), MINUTE, points):
        yield Act(moment, take_up, (row,))


def write_down(stage: Stage, row: sample.Row) -> None:
    """Record a point as the rapporteur."""
    stage.points[row["key"]] = write_point(
        stage.sessions[row["session"]],
        by=stage.person(row["rapporteur"]),
        kind=row["kind"],
        text=row["text"],
        stakeholder=stage.bodies[row["raised_by"]],
        theme=stage.themes[row["theme"]],
        provisions=stage.provisions(row["objectives"]),
        responsible=row.get("who", ""),
        due_on=day_meant(row.get("by_when", "")),
    )


def give_in(stage: Stage, row: sample.Row) -> None:
    """Hand it in as the rapporteur."""
    stage.points[row["key"]] = hand_in(stage.points[row["key"]], by=stage.person(row["rapporteur"]))


def take_up(stage: Stage, row: sample.Row) -> None:
    """Validate it as the secretariat."""
    stage.points[row["key"]] = validate(stage.points[row["key"]], by=stage.person(DESK))


def tally(stage: Stage) -> str:
    """Return the numbers of confirmed, present and speaking delegates."""
    confirmed = stage.forum.delegates.filter(state=DelegateState.CONFIRMED)
    attended = confirmed.filter(check_ins__isnull=False).distinct().count()
    breaks = [session for session in stage.sessions.values() if session.kind == SessionKind.BREAK]
    sessions, spoken = len(stage.sessions) - len(breaks), len(sample.session_points())
    return f"{confirmed.count()} delegates, {attended} came, {sessions} sessions, {spoken} points"


# --- The decision ---------------------------------------------------------------------------------------------------


def adoption_acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts of adoption: quorum, answers to the points of groups, reservations, adoption."""
    rows = sample.read("clearance")
    spoken = {row["key"] for row in sample.session_points()}
    yield Act(stage.moment("quorum_counted"), count)
    for row in sample.dispositions():
        if row["point"] in spoken:
            yield Act(stage.moment("session_points_answered"), answer, (row,))
    yield Act(stage.moment("session_points_answered"), take_up_text)
    for row in rows["reservation"]:
        if row["made"] == "forum":
            yield Act(rows["adoption"]["at"] - AN_HOUR / 2, reserve, (row, CHAIR))
    yield Act(rows["adoption"]["at"], declare, (rows["adoption"],))


def count(stage: Stage) -> None:
    """Count the quorum."""
    count_quorum(stage.paper, by=stage.person(CHAIR))


def take_up_text(stage: Stage) -> None:
    """Start discussing the text."""
    stage.paper = begin_session(stage.paper, by=stage.person(CHAIR))


def declare(stage: Stage, row: sample.Row) -> None:
    """Declare the text adopted."""
    by = stage.person(row["chair_person"])
    stage.paper = adopt(stage.paper, by=by, rule=row["rule"], reasons=row["reasons"])


def adoption_tally(stage: Stage) -> str:
    """Return the quorum and the edition's status."""
    quorum, adopted = stage.paper.quorum_counts.get(), stage.paper.editions.get(number="1.0")
    return f"{quorum.members_present} of {quorum.members_total} members; {adopted.status.lower()}"


CHAPTER = Chapter("Forum", acts, tally)
ADOPTION = Chapter("Adoption", adoption_acts, adoption_tally)
