"""Duplicates, co-signatures and what became of a point, in a browser on phone and desktop."""

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Endorsement, Likeness, Misreading, Point
from ncm_portal.workflow import now
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import (
    change,
    make_consultation,
    make_likeness,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
ASKS = [
    "Abolish recruitment fees charged to migrant workers, under whatever name they go.",
    "Recruitment fees must no longer be charged to migrant workers or to their families.",
    "No fee should be charged to a migrant worker for being recruited.",
]
LETTER = "Animals must cross the border with the rains, and so must we. We ask for a seasonal pass that costs nothing. "


@pytest.fixture
def consultation(db):
    return make_consultation(themes=("T1",), title="A round of consultation", short_title="Round A")


@pytest.fixture
def officer(db):
    officer = make_secretariat(name="Officer")
    give_second_factor(officer)
    return officer


def alike(consultation) -> Likeness:
    """Three duplicate points, and a campaign of eight letters."""
    points = [make_point(make_submission(consultation), text=text) for text in ASKS]
    pair = make_likeness(points[0], points[1], words=["recruitment", "fees", "charged", "migrant", "workers"])
    make_likeness(points[1], points[2], words=["fees", "charged", "migrant"], score=0.5)
    letters = [make_submission(consultation, title="A pass", body=LETTER * 4 + "w" * 200) for _turn in range(8)]
    for other in letters[1:]:
        make_likeness(letters[0], other, words=["animals", "border"], score=0.97)
    return pair


@SIZES
def test_duplicates_are_compared_and_decided(open_window, picture, consultation, officer, size):
    pair = alike(consultation)
    window = open_window(size)
    window.log_in(officer)
    window.goto(reverse("likenesses", args=[consultation.slug]))
    window.check()
    picture(window, "likenesses")
    window.get_by_role("link", name="3 points that may be duplicates").click()
    window.get_by_role("heading", name="Are these points duplicates?").wait_for()
    window.check()
    picture(window, "likeness")
    window.expect_status(422)
    window.get_by_role("button", name="Join as duplicates").click()
    window.get_by_label("Reason").fill("All three ask employers to bear the fees.")
    window.get_by_label(pair.second_point.reference, exact=True).check()
    window.get_by_role("button", name="Join as duplicates").click()
    window.get_by_text(f"They are now joined to {pair.second_point.reference}.").wait_for()
    window.check()
    assert Point.objects.filter(merged_into=pair.second_point).count() == 2


def test_campaign_is_shown_as_one_group(open_window, picture, consultation, officer):
    alike(consultation)
    window = open_window(*BOTH)
    window.log_in(officer)
    window.goto(reverse("likenesses", args=[consultation.slug]))
    window.get_by_role("link", name="8 inputs that may be one campaign").click()
    window.check()
    picture(window, "campaign")


def published(consultation):
    """Point with another joined to it, answered in a published paper."""
    inputs = [make_submission(consultation, make_stakeholder(name)) for name in ("Herders' Union", "Market Women")]
    root, merged = (make_point(sent, text=text) for sent, text in zip(inputs, ASKS, strict=False))
    workflow.merge(merged, into=root, by=make_secretariat(), reason="The same.")
    paper = make_paper(consultation, short_title="Paper A")
    text = "Kenya calls for an end to recruitment fees that are charged to workers, under whatever name."
    paragraph = make_paragraph(make_section(paper), text, points=(root,))
    make_disposition(
        paper, root, "accepted_in_part", paragraph, answered_at=now(), reason="Fees, yes; families, later."
    )
    make_disposition(paper, merged, "merged", answered_at=now(), reason="It stands with the other.")
    change(root, state="disposed")
    bring_paper(paper, "published")
    return inputs


@SIZES
def test_co_signature_and_its_outcome_are_public(open_window, picture, consultation, size):
    sent, other = published(consultation)
    signer = make_member(make_stakeholder("Coast Network", group="academia"))
    workflow.endorse(sent, other.stakeholder, by=make_member(other.stakeholder))
    window = open_window(size)
    window.goto(reverse("input", args=[sent.reference]))
    for fold in window.locator("details").all():
        fold.locator("summary").click()
    window.check()
    picture(window, "input-became")
    window.log_in(signer)
    window.goto(reverse("input", args=[sent.reference]))
    window.check()
    window.get_by_role("button", name="Co-sign it for Coast Network").click()
    window.get_by_text("Coast Network co-signs this input now.").wait_for()
    window.check()
    picture(window, "input-co-signed")
    window.get_by_role("button", name="Withdraw the co-signature").click()
    window.get_by_text("The co-signature is withdrawn.").wait_for()
    assert Endorsement.objects.live().count() == 1


@SIZES
def test_author_reports_misread_point(open_window, picture, consultation, size):
    sent, _other = published(consultation)
    window = open_window(size)
    window.log_in(sent.author)
    window.goto(reverse("my_input", args=[sent.key]))
    window.check()
    window.get_by_role("link", name="This does not answer my point").click()
    window.get_by_label("What your organisation meant").fill("The fees of families are the heart of it.")
    window.check()
    picture(window, "misread")
    window.get_by_role("button", name="Send the reply").click()
    window.get_by_text("Your reply is sent.").wait_for()
    workflow.answer_misreading(Misreading.objects.get(), by=make_secretariat(), answer="Paragraph 1 will say so.")
    window.reload()
    window.get_by_text("Paragraph 1 will say so.").wait_for()
    window.check()
    picture(window, "my-input-became")
