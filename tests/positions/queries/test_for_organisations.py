"""What waits for organisations, clearing officers and officials among papers, and until it is done."""

from datetime import timedelta

import pytest
from django.test import Client

from ncm_portal.workflow import now
from positions.models import Amendment, Brief, Recommendation, RestrictedAnnex, Stance, StepAnswer
from positions.queries.for_organisations import KINDS
from tests.factories import change, make_point, make_submission, walk
from tests.paper_factories import freeze, make_disposition, make_paper, take_stance
from tests.positions.queries.test_for_you import (
    codes_of,
    new_amendment,
    new_clearance,
    new_milestone,
    new_paragraph,
    new_round,
    new_step,
)
from tests.sign_in import sign_in
from tests.waiting import Case, check, make_people, rows_of

pytestmark = pytest.mark.django_db


def clearance(people):
    asked, paragraph = new_clearance(people)
    return Case({"clearing"}, lambda: take_stance(asked, paragraph))


def clearance_changed(people):
    asked, paragraph = new_clearance(people)
    answered = take_stance(asked, paragraph)
    change(answered, replaced_at=now())
    Stance.objects.create(clearance=asked, paragraph=paragraph, wording=paragraph.wording)
    return Case({"clearing"}, lambda: take_stance(asked, paragraph))


def step(people):
    paper, asked, edition = new_step(people)
    return Case(
        {"clearing"},
        lambda: StepAnswer.objects.create(
            paper=paper, step=asked, edition=edition, concurs=True, by=people.clearing, at=now()
        ),
    )


# --- Organisations ----------------------------------------------------------------------------------------------------


def amendment_stale(people):
    amendment = walk(new_amendment(people), "stale")
    return Case({"clearing"}, lambda: walk(amendment, "proposed"))


def recommendation(people):
    amendment = new_amendment(people)
    row = Recommendation.objects.create(
        amendment=amendment, advice="accept", reason="It is clearer.", by=people.secretariat, at=now()
    )
    answered = {"consent": "consents", "consent_by": people.clearing, "consent_at": now()}
    return Case({"clearing"}, lambda: change(row, **answered))


def amendment_decided(people):
    amendment = walk(
        new_amendment(people), "not_accepted", decided_by=people.secretariat, decided_at=now(), decision_reason="No."
    )
    return Case({"clearing"}, lambda: change(amendment, decided_at=now() - timedelta(days=15)))


def review(people):
    amendment = new_amendment(people, state="review")
    Amendment.objects.filter(pk=amendment.pk).update(sponsor=people.body)
    return Case({"clearing"}, lambda: change(amendment, sponsor=people.ministry))


def silence(people):
    paper = walk(make_paper(state="cleared"), "silence", silence_until=now() + timedelta(days=3))
    return Case({"clearing"}, lambda: walk(paper, "consolidation"))


def outcomes(people):
    point = make_point(make_submission(stakeholder=people.body, author=people.focal))
    paper = make_paper(point.consultation, state="published")
    answer = make_disposition(paper, walk(point, "disposed"), answered_at=now())
    return Case({"focal"}, lambda: change(answer, answered_at=now() - timedelta(days=15)))


# --- Officials --------------------------------------------------------------------------------------------------------


def restricted_paper(people):
    paper = make_paper(state="adopted", is_restricted=True)
    new_paragraph(paper)
    freeze(paper)
    return Case({"official"}, lambda: None)


def brief(people):
    paper = make_paper(state="published")
    new_paragraph(paper)
    edition, milestone = freeze(paper), new_milestone(paper.consultation)
    Brief.objects.create(edition=edition, milestone=milestone, number=1, ask="Passes.", by=people.head, at=now())
    return Case({"official"}, lambda: None)


def edition(people):
    paper = make_paper(state="published")
    new_paragraph(paper)
    freeze(paper)
    return Case({"official"}, lambda: walk(paper, "superseded"))


def annexes(people):
    paper = make_paper(state="published")
    RestrictedAnnex.objects.create(paper=paper, number=1, title="Red", text="Lines.", by=people.head, at=now())
    return Case({"official"}, lambda: None)


CASES = {
    "clearance": clearance, "clearance_changed": clearance_changed, "step": step, "amendment_stale": amendment_stale, "recommendation": recommendation,
    "amendment_decided": amendment_decided, "review": review, "silence": silence, "outcomes": outcomes, "restricted_paper": restricted_paper, "brief": brief,
    "annexes": annexes, "edition": edition,
}  # fmt: skip


def test_every_kind_has_a_case():
    assert CASES.keys() == {kind.code for kind in KINDS}


@pytest.mark.parametrize("code", CASES)
def test_kind_waits_for_those_who_can_act_until_it_is_done(code):
    check(code, CASES[code])


def test_new_brief_is_new_again_for_an_official_who_read_the_last_one():
    people = make_people()
    brief(people)
    row = next(row for row in rows_of(people.official) if row.code == "brief")
    assert sign_in(Client(), people.official).get(row.url).status_code == 200
    assert codes_of(people.official) == {"edition"}
    (last,) = Brief.objects.all()
    about = {"edition": last.edition, "milestone": last.milestone, "by": people.head}
    Brief.objects.create(**about, number=2, ask="Two passes.", at=now())
    assert codes_of(people.official) == {"brief", "edition"}


def test_row_of_an_amendment_says_what_was_decided_and_why_until_its_text_is_restricted():
    people = make_people()
    amendment_decided(people)
    (row,) = rows_of(people.clearing)
    amendment = Amendment.objects.get()
    assert (row.words, row.about) == (
        f"Your amendment to {amendment.round.paper.short_title} is not accepted", "No.",
    )  # fmt: skip
    change(amendment.round.paper, is_restricted=True)
    assert rows_of(people.clearing) == []


def test_public_review_waits_for_every_verified_organisation():
    people = make_people()
    new_round(make_paper(state="review"), audience="public")
    assert {name for name in ("focal", "stranger", "clearing", "nobody") if codes_of(getattr(people, name))} == {
        "focal", "stranger", "clearing",
    }  # fmt: skip
