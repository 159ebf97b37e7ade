"""Round that is open today, so that visitors can send an input and the secretariat has work at its desk."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone

from consultations.models import Consultation, Office, Point, Submission, SubmissionState, User
from consultations.queries import working_day_after
from consultations.workflow import add_milestone, endorse, extend, merge_group, open_consultation, rule_on_sign_off
from ncm_portal.workflow import journal
from positions import sample
from positions.workflow import create_paper

from .accounts import open_accounts
from .agenda import Act, Chapter, Stage
from .inputs import give_back, let_in, look_after, search, send, write
from .organisations import register

MORNING, NOON, DEADLINE, STEP = time(8), time(12), time(17), timedelta(hours=1)
OFFICER = "wanjiru"


def today(stage: Stage) -> Stage:
    """Return the same people and organisations for another consultation."""
    return Stage(stage.work, people=stage.people, bodies=stage.bodies)


def on(days: int, hour: time = MORNING) -> datetime:
    """Return a time in Nairobi some days from today."""
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=days), hour))


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: the round opens; some inputs are read, some wait, some are drafts; one organisation waits."""
    rows = sample.read("open_round")
    opened = on(-rows["consultation"]["opened_days_ago"])
    yield Act(opened - STEP, prepare, (rows["consultation"],))
    yield Act(opened, open_round)
    yield Act(opened + STEP, plan, (rows["milestone"],))
    yield Act(on(-rows["sign_off"]["days_ago"]), wait_for_sign_offs, (rows["sign_off"],))
    for row in sample.rows("open_round", "input"):
        begun = on(-row["days_ago"], time(10))
        yield Act(begun, write, (row,))
        if row["fate"] != "draft":
            yield Act(begun + STEP, send, (row,))
        if row["fate"] in ("accepted", "returned"):
            yield Act(begun + 5 * STEP, let_in if row["fate"] == "accepted" else give_back, (row,))
        if "officer" in row:
            yield Act(begun + 6 * STEP, look_after, (row,))
    for row in rows["organisation"]:
        yield Act(on(-row["days_ago"]), come, (row, rows["person"]))
    for row in rows["co_signature"]:
        yield Act(on(-row["days_ago"], NOON), co_sign, (row,))
    yield Act(on(-rows["search"]["days_ago"], NOON), find_the_campaign, (rows["search"],))
    yield Act(on(-1), begin_paper, (rows["paper"],))


def prepare(stage: Stage, facts: sample.Row) -> None:
    """Create the consultation, as in the admin."""
    stage.consultation = Consultation.objects.create(
        opens_at=on(-facts["opened_days_ago"]),
        closes_at=on(facts["closes_in_days"], DEADLINE),
        is_sample=True,
        **{field: facts[field] for field in ("slug", "title", "short_title", "purpose")},
    )
    stage.consultation.themes.set(stage.themes[code] for code in facts["themes"])
    journal("enter", stage.consultation, by=stage.person(OFFICER), after=stage.consultation.state)


def open_round(stage: Stage) -> None:
    """The secretariat opens it."""
    stage.consultation = open_consultation(stage.consultation, by=stage.person(OFFICER))


def plan(stage: Stage, rows: list[sample.Row]) -> None:
    """Plan what comes after the deadline, on working days."""
    deadline = timezone.localdate(stage.consultation.closes_at)
    for row in rows:
        words = {name: row[name] for name in ("title", "short_title", "is_key")}
        day = working_day_after(deadline, row["after_deadline"])
        add_milestone(stage.consultation, by=stage.person(OFFICER), planned_start=day, **words)


def wait_for_sign_offs(stage: Stage, row: sample.Row) -> None:
    """Require sign-offs for an organisation's inputs from now on."""
    rule_on_sign_off(stage.bodies[row["organisation"]], by=stage.person(row["by"]), needed=True)


def come(stage: Stage, row: sample.Row, people: list[sample.Row]) -> None:
    """Register an organisation that waits for verification."""
    open_accounts(stage, people, by=stage.person("brian"))
    register(stage, row, by=people[0]["key"])


def co_sign(stage: Stage, row: sample.Row) -> None:
    """Co-sign the input of another organisation."""
    endorse(stage.inputs[row["input"]], stage.bodies[row["organisation"]], by=stage.person(row["by"]))


def find_the_campaign(stage: Stage, row: sample.Row) -> None:
    """Run the search for duplicates; an officer marks similar inputs as one campaign."""
    match = search(stage, officer := stage.person(row["officer"]))
    merge_group(match.filter(first_input__isnull=False), by=officer, reason=row["campaign"])


def begin_paper(stage: Stage, facts: sample.Row) -> None:
    """Create the paper of the round, left for visitors to write."""
    create_paper(stage.consultation, by=stage.person(OFFICER), **facts)


def tally(stage: Stage) -> str:
    """Return the number of waiting inputs and the deadline."""
    inputs = Submission.objects.filter(consultation=stage.consultation)
    waiting = inputs.filter(state=SubmissionState.SUBMITTED).count()
    points = Point.objects.filter(consultation=stage.consultation).count()
    closes = timezone.localtime(stage.consultation.closes_at)
    return f"{inputs.count()} inputs, {waiting} to read, {points} points, open until {closes:%d %B %Y}"


def keep_open() -> Consultation | None:
    """Extend the round, as the head, if its deadline has passed; return it in that case."""
    facts = sample.read("open_round")["consultation"]
    result = Consultation.objects.filter(slug=facts["slug"], is_sample=True, closes_at__lt=timezone.now()).first()
    head = User.objects.filter(is_sample=True, office=Office.HEAD).first()
    if result is None or head is None:
        return None
    return extend(result, closes_at=on(facts["closes_in_days"], DEADLINE), by=head, reason=facts["reason_to_extend"])


CHAPTER = Chapter("Open round", acts, tally)
