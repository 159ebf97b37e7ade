"""Consultation and inputs in the sample: written, sent, returned, sent again, read, split into points."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.utils import timezone

from consultations.models import Consultation, Likeness, Milestone, Point, PointState, Submission, SubmissionState, User
from consultations.workflow import (
    accept,
    add_note,
    answer_question,
    ask_to_compare,
    assign,
    close_consultation,
    edit_draft,
    merge,
    merge_likeness,
    open_consultation,
    return_for_completion,
    set_aside,
    split,
    start_draft,
    submit,
    withdraw,
)
from ncm_portal.workflow import journal
from positions import sample

from .agenda import Act, Chapter, Stage

SCREENER = "hassan"
WRITING = timedelta(hours=1)


# --- The round ------------------------------------------------------------------------------------------------------


def round_acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts that prepare, open and close the round."""
    yield Act(stage.moment("round_prepared"), prepare_round)
    yield Act(stage.facts["consultation"]["opens"], open_round)
    yield Act(stage.facts["consultation"]["closes"], close_round)


def prepare_round(stage: Stage) -> None:
    """Create the consultation and its milestones, as in the admin."""
    facts, officer = stage.facts["consultation"], stage.person("wanjiru")
    stage.consultation = Consultation.objects.create(
        slug=stage.facts["paper"]["slug"],
        opens_at=facts["opens"],
        closes_at=facts["closes"],
        quorum_member_share=f"{float(Fraction(facts['members_quorum'])):.3f}",
        quorum_groups=facts["groups_quorum"],
        is_sample=True,
        **{field: facts[field] for field in ("title", "short_title", "purpose")},
    )
    stage.consultation.themes.set(stage.themes[code] for code in facts["themes"])
    journal("enter", stage.consultation, by=officer, after=stage.consultation.state)
    for milestone in Milestone.objects.filter(is_key=True, consultation=None):
        milestone.consultation = stage.consultation
        milestone.save(update_fields=["consultation"])
        changed = {"consultation": [None, str(stage.consultation)]}
        journal("edit", milestone, by=officer, data={"changed": changed})


def open_round(stage: Stage) -> None:
    """Open the consultation."""
    stage.consultation = open_consultation(stage.consultation, by=stage.person("wanjiru"))


def close_round(stage: Stage) -> None:
    """Close the consultation."""
    stage.consultation = close_consultation(stage.consultation, by=stage.person("wanjiru"))


def round_tally(stage: Stage) -> str:
    """Return the numbers of themes and milestones."""
    milestones = stage.consultation.milestones.count()
    return f"{stage.consultation.themes.count()} themes, {milestones} milestones, opened and closed"


# --- Inputs ---------------------------------------------------------------------------------------------------------


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts on each input according to its fate."""
    for number, row in enumerate(sample.inputs()):
        yield Act(row["sent"] - WRITING, write, (row,))
        yield Act(row["sent"], send, (row,))
        fate = row["fate"]
        if fate.startswith("returned"):
            yield Act(row["returned"], give_back, (row,))
        if fate == "returned_accepted":
            yield Act(row["resent"], complete, (row,))
        if fate == "withdrawn":
            yield Act(row["withdrawn"], take_back, (row,))
        if fate in ("accepted", "returned_accepted", "set_aside"):
            screened = next_morning(row.get("resent") or row["sent"]) + timedelta(minutes=number)
            yield Act(screened, put_aside if fate == "set_aside" else let_in, (row,))


def next_morning(moment: datetime) -> datetime:
    """Return ten in the morning of the next working day in Nairobi."""
    local = timezone.localtime(moment)
    days = {4: 3, 5: 2}.get(local.weekday(), 1)
    return timezone.make_aware(datetime.combine(local.date() + timedelta(days=days), time(10)))


def write(stage: Stage, row: sample.Row) -> None:
    """Write a draft."""
    stage.inputs[row["key"]] = start_draft(
        stage.consultation,
        stage.bodies[row["organisation"]],
        by=stage.person(row["author"]),
        provisions=stage.provisions(row["objectives"]),
        theme=stage.themes[row["theme"]],
        title=row["title"],
        body=row.get("first_body", row["body"]),
        proposed_wording=row.get("proposed", ""),
        language=row["language"],
        audience=row["audience"],
    )


def send(stage: Stage, row: sample.Row) -> None:
    """Send it."""
    stage.inputs[row["key"]] = submit(stage.inputs[row["key"]], by=stage.person(row["author"]))


def give_back(stage: Stage, row: sample.Row) -> None:
    """Return it for completion."""
    stage.inputs[row["key"]] = return_for_completion(
        stage.inputs[row["key"]],
        by=stage.person(SCREENER),
        reason=row["return_reason"],
        questions=row.get("questions", []),
    )


def complete(stage: Stage, row: sample.Row) -> None:
    """Answer the questions, complete it and send it again."""
    author = stage.person(row["author"])
    for question, answer in zip(stage.inputs[row["key"]].questions.all(), row.get("answers", []), strict=True):
        answer_question(question, by=author, answer=answer)
    edit_draft(stage.inputs[row["key"]], by=author, body=row["body"])
    send(stage, row)


def take_back(stage: Stage, row: sample.Row) -> None:
    """Withdraw it."""
    taken = withdraw(stage.inputs[row["key"]], by=stage.person(row["author"]), reason=row["reason"])
    stage.inputs[row["key"]] = taken


def look_after(stage: Stage, row: sample.Row) -> None:
    """Assign it to an officer, with a note on open questions."""
    officer = stage.person(row["officer"])
    assign(stage.inputs[row["key"]], to=officer, by=officer)
    add_note(stage.inputs[row["key"]], by=officer, text=row["note"])


def put_aside(stage: Stage, row: sample.Row) -> None:
    """Set it aside with a reason."""
    stage.inputs[row["key"]] = set_aside(
        stage.inputs[row["key"]],
        by=stage.person(SCREENER),
        reason=row["reason"],
        set_aside_for=row["set_aside_for"],
    )


def let_in(stage: Stage, row: sample.Row) -> None:
    """Put it on file and split it into points."""
    submission = accept(stage.inputs[row["key"]], by=stage.person(SCREENER))
    stage.inputs[row["key"]] = submission
    for point in row.get("point", []):
        stage.points[point["key"]] = split(
            submission,
            by=stage.person(SCREENER),
            kind=point["kind"],
            text=point.get("text", point["from"]),
            provisions=stage.provisions(point["objectives"]),
            responsible=point.get("who", ""),
            due_on=day_meant(point.get("by_when", "")),
        )


def day_meant(words: str) -> date | None:
    """Return the date meant; None for a season ("before the long rains of 2018") or nothing."""
    try:
        return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def tally(stage: Stage) -> str:
    """Return the numbers of sent inputs and their states."""
    sent = Submission.objects.filter(pk__in=[each.pk for each in stage.inputs.values()])
    states = list(sent.values_list("state", flat=True))
    shown = (SubmissionState.ACCEPTED, SubmissionState.RETURNED, SubmissionState.SET_ASIDE, SubmissionState.WITHDRAWN)
    return ", ".join([f"{len(states)} sent", *(f"{states.count(state)} {state.label}" for state in shown)])


# --- Points that say the same ---------------------------------------------------------------------------------------


def merge_acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts that join duplicate points."""
    yield Act(stage.moment("merges_done"), merge_points)


def search(stage: Stage, officer: User) -> QuerySet[Likeness]:
    """Run the search for duplicates and return its result, the most similar first."""
    ask_to_compare(stage.consultation, by=officer)
    while stage.work():
        pass
    texts = ("first_input", "second_input", "first_point", "second_point")
    of_it = Q(first_input__consultation=stage.consultation) | Q(first_point__consultation=stage.consultation)
    return Likeness.objects.filter(of_it).select_related(*texts)


def merge_points(stage: Stage) -> None:
    """Join a point to its duplicate: through the pair, if the search found it."""
    officer = stage.person(SCREENER)
    pairs = {frozenset((pair.first_point_id, pair.second_point_id)): pair for pair in search(stage, officer)}
    for row in sample.input_points():
        if "merged_into" in row:
            point, into = stage.points[row["key"]], stage.points[row["merged_into"]]
            pair, why = pairs.get(frozenset((point.pk, into.pk))), {"by": officer, "reason": row["merge_reason"]}
            if pair:
                merge_likeness(pair, into=into, **why)
                point.refresh_from_db()
            else:
                stage.points[row["key"]] = merge(point, into=into, **why)


def merge_tally(stage: Stage) -> str:
    """Return the numbers of points and joined points."""
    points = Point.objects.filter(consultation=stage.consultation)
    return f"{points.count()} from inputs, {points.filter(state=PointState.MERGED).count()} merged"


ROUND = Chapter("Consultation", round_acts, round_tally)
CHAPTER = Chapter("Inputs", acts, tally)
POINTS = Chapter("Points", merge_acts, merge_tally)
