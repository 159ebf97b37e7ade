"""Two users act at the same time, repeatedly: one succeeds, and the other is told why not.

With RACE_ROUNDS=200, as in `make bench`, each race runs two hundred times; the normal run takes fewer to save time.
"""

import itertools
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from zeal import zeal_ignore

from consultations.models import Event
from ncm_portal import workflow as clock
from ncm_portal.workflow import Blocked
from positions import workflow
from positions.models import Clearance, Paragraph, PositionPaper, Stance
from tests.factories import change, make_check_in, make_delegate
from tests.office_factories import change_rules
from tests.paper_factories import bring_paper, make_decision, make_paper, make_paragraph, make_section
from tests.positions.clearing import make_officer, make_text

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RACE_ROUNDS", "40"))


def race(begin: Callable[[], Any], look: Callable[[list[str]], Any], *acts: Callable[[Any], Any]) -> Counter[Any]:
    """Run `acts` at the same time ROUNDS times, each in a thread with its own database connection, and count the
    outcomes.

    `begin` returns the record to act on; `look` reads the result, given who was refused.
    """
    gate, seen = threading.Barrier(len(acts) + 1, timeout=30), Counter()
    table: dict[str, Any] = {}

    def run(place: int) -> None:
        for _turn in range(ROUNDS):
            gate.wait()
            try:
                with zeal_ignore():
                    acts[place](table["record"])
                table[place] = "done"
            except Blocked as refusal:
                table[place] = refusal.reasons[0]
            except Exception as error:  # whatever else happens is no outcome: it is counted, and the test fails
                table[place] = repr(error)
            gate.wait()
        connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    with zeal_ignore():
        for _turn in range(ROUNDS):
            table["record"] = begin()
            gate.wait()
            gate.wait()
            seen[look([table[place] for place in range(len(acts))])] += 1
    for thread in threads:
        thread.join()
    return seen


@pytest.fixture
def text():
    """Create a text in clearance: one ministry is asked about two paragraphs and agreed to the second."""
    made = make_text()
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=clock.now() + timedelta(days=60))
    made.asked = made.paper.clearances.get(ministry=made.one)
    workflow.agree_to_rest(made.paper.clearances.get(ministry=made.two), by=made.officer_two)
    made.other_officer = make_officer(made.one)
    return made


def ask_again(text) -> Clearance:
    """Reset the clearance: no answer about the first paragraph, agreement to the second."""
    live = text.asked.stances.filter(replaced_at=None)
    live.filter(paragraph=text.first).update(value="", by=None, at=None, reason="", proposed_text="")
    live.exclude(paragraph=text.first).update(value="agree", by=text.officer_one, at=clock.now())
    row = Clearance.objects.get(pk=text.asked.pk)
    return row if row.state == "requested" else change(row, state="requested", answered_at=None)


def stances(text) -> tuple[Any, ...]:
    rows = Stance.objects.filter(clearance=text.asked, paragraph=text.first, replaced_at=None)
    return tuple(rows.values_list("value", flat=True))


def test_concurrent_officers_of_ministry_leave_one_stance_and_one_answer(text):
    def act(officer: Any, value: str) -> Callable[[Clearance], Any]:
        words = {"reason": "It binds us.", "proposed_text": "Kenya considers."} if value == "object" else {}
        read = Stance(wording_id=text.first.wording_id).mark  # both saw that nobody had answered
        return lambda row: workflow.take_stance(row, text.first, by=officer, value=value, seen=read, **words)

    before = Event.objects.about(text.asked).filter(verb="answer").count()
    seen = race(
        lambda: ask_again(text),
        lambda told: (*told, *stances(text), Clearance.objects.get(pk=text.asked.pk).state),
        act(text.officer_one, "agree"),
        act(text.other_officer, "object"),
    )
    overtaken = "Someone changed this since you opened it. Both texts are shown and nothing is lost."
    assert set(seen) <= {("done", overtaken, "agree", "answered"), (overtaken, "done", "object", "answered")}
    assert seen.total() == ROUNDS
    assert Event.objects.about(text.asked).filter(verb="answer").count() - before == ROUNDS


def test_late_answer_and_recorded_silence_exclude_each_other(text):
    def begin() -> Clearance:
        return change(ask_again(text), due_at=clock.now() - timedelta(hours=1))

    seen = race(
        begin,
        lambda told: (*told, *stances(text), Clearance.objects.get(pk=text.asked.pk).state),
        lambda row: workflow.take_stance(row, text.first, by=text.officer_one, value="agree"),
        lambda row: workflow.record_silence(row, by=text.secretariat),
    )
    answered = "You cannot use “Record silence” while this is answered."
    assert set(seen) <= {
        ("done", answered, "agree", "answered"),
        ("This clearance is closed.", "done", "silent", "silent"),
    }
    assert seen.total() == ROUNDS


def test_objection_and_clearance_by_head_exclude_each_other(text):
    def begin() -> PositionPaper:
        paper = PositionPaper.objects.get(pk=text.paper.pk)
        if paper.state == "cleared":
            change(paper, state="silence")
            for state in ("consolidation", "clearance_text", "in_clearance"):
                change(paper, state=state)
        row = ask_again(text)
        row.stances.filter(value="").update(value="agree", by=text.officer_one, at=clock.now())
        change(row, state="answered", answered_at=clock.now())
        return paper

    def object_now(paper: PositionPaper) -> None:
        words = {"reason": "It binds us.", "proposed_text": "Kenya considers."}
        row = Clearance.objects.select_related("paper").get(pk=text.asked.pk)
        workflow.take_stance(row, text.first, by=text.officer_one, value="object", **words)

    seen = race(
        begin,
        lambda told: (*told, *stances(text), PositionPaper.objects.get(pk=text.paper.pk).state),
        object_now,
        lambda paper: workflow.clear_paper(paper, by=text.head, note="Cleared."),
    )
    assert set(seen) <= {
        ("done", "Ministry of One objects to a paragraph", "object", "in_clearance"),
        ("This clearance is closed.", "done", "agree", "cleared"),
    }
    assert seen.total() == ROUNDS


def test_consensus_and_reservation_exclude_each_other(text, monkeypatch):
    monkeypatch.setattr("positions.edition.freeze", lambda paper, **facts: None)  # the record of it is tested elsewhere
    themes = list(text.paper.consultation.themes.all())

    def begin() -> PositionPaper:
        paper = make_paper(text.paper.consultation, forum=text.forum)
        make_paragraph(make_section(paper, themes[0]), is_secretariat_text=True)
        make_decision(paper)
        return bring_paper(paper, "in_session")

    def reserve(paper: PositionPaper) -> None:
        paragraph = paper.sections.get().paragraphs.get()
        workflow.record_reservation(
            paper, stakeholder=text.one, paragraph=paragraph, text="It costs money.", by=text.secretariat
        )

    def look(told: list[str]) -> tuple[Any, ...]:
        paper = PositionPaper.objects.latest("pk")
        return (*told, paper.state, paper.reservations.count())

    seen = race(begin, look, lambda paper: workflow.adopt(paper, by=text.head, rule="consensus"), reserve)
    assert set(seen) <= {
        ("done", "Reservations are recorded from clearance until the decision.", "adopted", 0),
        ("There are reservations: declare consensus with reservations.", "done", "in_session", 1),
    }
    assert seen.total() == ROUNDS


def test_adopted_text_includes_concurrent_change_from_floor(text, monkeypatch):
    frozen: list[str] = []
    words = lambda paper: paper.sections.get().paragraphs.get().wording.text  # noqa: E731
    monkeypatch.setattr("positions.edition.freeze", lambda paper, **facts: frozen.append(words(paper)))
    change_rules(text.paper.consultation, quorum_groups=1)
    for body in (text.one, text.two):
        make_check_in(make_delegate(text.forum, body), by=text.secretariat)
    theme = text.paper.consultation.themes.first()

    def begin() -> PositionPaper:
        paper = make_paper(text.paper.consultation, forum=text.forum)
        make_paragraph(make_section(paper, theme), is_secretariat_text=True)
        make_decision(paper)
        return bring_paper(paper, "in_session")

    def amend(paper: PositionPaper) -> None:
        ruling = workflow.Ruling("adopted", amendment="Kenya calls for shelters.", moved_by=text.two)
        workflow.decide_paragraph(paper, paper.sections.get().paragraphs.get(), by=text.head, ruling=ruling)

    def look(told: list[str]) -> tuple[Any, ...]:
        paper = PositionPaper.objects.latest("pk")
        return (*told, paper.state, words(paper) == frozen[-1])

    seen = race(begin, look, lambda paper: workflow.adopt(paper, by=text.head, rule="consensus"), amend)
    assert set(seen) <= {
        ("done", "done", "adopted", True),
        ("done", "The text is not in session.", "adopted", True),
    }
    assert (seen.total(), len(frozen)) == (ROUNDS, ROUNDS)


def test_frozen_text_equals_current_text_despite_concurrent_edit():
    text, turn = make_text("consolidation"), itertools.count()

    def begin() -> PositionPaper:
        paper = PositionPaper.objects.get(pk=text.paper.pk)
        frozen = paper.state == "clearance_text"
        return workflow.reopen_text(paper, by=text.secretariat, reason="Anew.") if frozen else paper

    def edit(paper: PositionPaper) -> None:
        words = f"Kenya commits to one, {next(turn)}."
        workflow.reword(Paragraph.objects.get(pk=text.first.pk), by=text.head, text=words, why="Later.")

    def look(told: list[str]) -> tuple[Any, ...]:
        content = json.loads(text.paper.editions.latest("pk").content)
        frozen = [each["text"] for section in content["sections"] for each in section["paragraphs"]]
        standing = Paragraph.objects.get(pk=text.first.pk).wording.text
        return (*told, PositionPaper.objects.get(pk=text.paper.pk).state, standing in frozen)

    seen = race(begin, look, lambda paper: workflow.fix_clearance_text(paper, by=text.secretariat), edit)
    closed = "The text can change only while the paper is drafted or consolidated. Now it is fixed for clearance."
    assert set(seen) <= {("done", "done", "clearance_text", True), ("done", closed, "clearance_text", True)}
    assert seen.total() == ROUNDS
