"""Page of one input: text as typed, and an outcome of each point once published."""

import re

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from consultations.workflow import confirm_proposal, propose, split
from ncm_portal import workflow
from tests.factories import (
    make_consultation,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import without_tokens, words
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def address(submission) -> str:
    return reverse("input", args=[submission.reference])


def get(client, submission):
    page = client.get(address(submission))
    assert page.status_code == 200
    return page


def test_page_shows_input_as_sent(client):
    sender = make_stakeholder("Coast Network", group="workers")
    sent = make_submission(
        make_consultation(short_title="Round A"), sender, title="Pay on time", body="First line\nsecond.\n\nNext.",
        proposed_wording="Wages are paid on time.", theme=make_theme("T2"),
    )  # fmt: skip
    sent.provisions.add(make_provision("GCM-06"))
    page = get(client, sent)
    text = page.content.decode()
    assert '<div class="said" lang="en"><p>First line<br>\nsecond.</p>\n<p>Next.</p>\n</div>' in text
    assert '<blockquote class="said" lang="en"><p>Wages are paid on time.</p>\n</blockquote>' in text
    said = words(page)
    for expected in ("Pay on time Coast Network", "Workers", "Theme 2", "GCM-06 Label GCM-06", "Round A", "Everyone"):
        assert expected in said
    assert sent.reference in said
    assert " ".join(re.findall("....", sent.content_sha256)) in said


HELD = "the cells of Nadapal"


def test_withheld_passage_is_replaced_by_notice_for_others(client):
    body = make_stakeholder()
    sent = make_submission(stakeholder=body, body=f"Open. [[We saw {HELD}.]]", proposed_wording=f"Close [[{HELD}]].")
    hash_of = " ".join(re.findall("....", sent.content_sha256))
    readers = {"visitor": None, "other": make_member(), "own": make_member(body), "desk": make_secretariat()}
    found = {}
    for who, user in readers.items():
        client.logout()
        page = words(get(sign_in(client, user) if user else client, sent))
        found[who] = (page.count(HELD), page.count("[passage held back]"), hash_of in page)
    apart, whole = (0, 2, False), (2, 0, True)
    assert found == {"visitor": apart, "other": apart, "own": whole, "desk": whole}


def test_hidden_title_says_when_and_why_it_is_hidden(client):
    body = make_stakeholder()
    sent = make_submission(stakeholder=body, title="Ask Amina Barasa", body="Amina Barasa of Wajir knows.")
    proposed_by, confirmed_by = make_secretariat(), make_head()
    for phrase in ("Amina Barasa", "Wajir"):
        values = {"words": [phrase], "ground": "personal"}
        made = propose(sent, act="hide_words", by=proposed_by, reason="A neighbour.", values=values)
        confirm_proposal(made, by=confirmed_by)
    page = words(get(client, sent))
    day = f"{localtime(made.proposed_at):%-d %B %Y}"
    notice = f"(Words hidden on {day}: personal data of a third person)"
    assert f"Ask (words hidden) {notice} {body.name}" in page
    assert "Amina" not in page
    assert words(get(sign_in(client, make_member(body)), sent)).count("Words hidden on") == 0


def test_point_on_withheld_passage_is_shown_to_permitted_readers_only(client):
    body, desk = make_stakeholder(), make_secretariat()
    sent = make_submission(stakeholder=body, body=f"Open. [[We saw {HELD}.]]")
    split(sent, by=desk, kind="challenge", text=f"[[We saw {HELD}.")
    assert HELD not in words(get(client, sent))
    assert f"We saw {HELD}." in words(get(sign_in(client, make_member(body)), sent))


def test_kiswahili_text_is_marked_with_language(client):
    sent = make_submission(language="sw", title="Mshahara", body="Mshahara ulipwe kwa wakati.")
    assert get(client, sent).content.decode().count('lang="sw">') >= 2


HOSTILE = [
    "<script>alert(1)</script>", "{{ 7|add:7 }} {% load x %}", "Ng'ang'a & \"Sons\"", "ĩũ العربية አማርኛ",
    "x" * 10_000, "&lt;b&gt; &#60;", "<img src=x onerror=alert(1)>", "a\tb   c",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_text_is_shown_literally(client, text):
    from html import unescape

    sent = make_submission(title=text[:200], body=text, proposed_wording=text[:5000])
    make_point(sent, text=text[:2000])
    page = get(client, sent).content.decode()
    assert "<script>" not in page
    assert "<img" not in page
    assert unescape(page.replace("<bdi>", "").replace("</bdi>", "")).count(text[:2000]) >= 3


# --- What became of it ----------------------------------------------------------------------------------------------


@pytest.fixture
def answered():
    """Create a paper in session that decided on two points of one input and is not published yet."""
    consultation = make_consultation(state="closed")
    sent = make_submission(consultation)
    first, second = make_point(sent, text="The first ask."), make_point(sent, text="The second ask.")
    paper = make_paper(consultation, short_title="Paper A")
    section = make_section(paper)
    paragraphs = [make_paragraph(section) for _turn in range(4)]
    make_disposition(paper, first, "accepted", paragraphs[1], paragraphs[2], paragraphs[3], answered_at=workflow.now())
    make_disposition(paper, second, "not_accepted", reason="Two members were against.", answered_at=workflow.now())
    return bring_paper(paper, "adopted"), sent


def test_no_answer_is_shown_before_publication(client, answered):
    _paper, sent = answered
    page = words(get(client, sent))
    assert page.count("Not answered yet") == 2
    assert "Two members were against." not in page


def test_points_have_answers_after_publication(client, answered):
    paper, sent = answered
    bring_paper(paper, "published")
    page = get(client, sent)
    said = words(page)
    assert f"{sent.reference}.1 · Recommendation The first ask. Taken up Paper A, paragraphs 2–4" in said
    assert f"{sent.reference}.2 · Recommendation The second ask. Not taken up Paper A Two members were against." in said
    assert f'<a href="{reverse("paper", args=[paper.slug])}#p2">' in page.content.decode()


def test_one_paragraph_of_two_digits_is_called_a_paragraph(client):
    consultation = make_consultation(state="closed")
    sent = make_submission(consultation)
    point = make_point(sent, text="The first ask.")
    paper = make_paper(consultation, short_title="Paper A")
    section = make_section(paper)
    paragraphs = [make_paragraph(section) for _turn in range(12)]
    make_disposition(paper, point, "accepted", paragraphs[11], answered_at=workflow.now())
    bring_paper(bring_paper(paper, "adopted"), "published")
    assert "Taken up Paper A, paragraph 12" in words(get(client, sent))


def test_unsent_decision_is_not_shown(client, answered):
    paper, sent = answered
    third = make_point(sent)
    make_disposition(paper, third, "noted", reason="Kept for the next round.")
    bring_paper(paper, "published")
    assert "Kept for the next round." not in words(get(client, sent))


def test_unvalidated_points_are_not_shown(client):
    sent = make_submission()
    make_point(sent, state="draft", text="Half a thought")
    page = words(get(client, sent))
    assert "Half a thought" not in page
    assert "The secretariat has not recorded the points of this input yet." in page


def test_joined_point_names_target_to_permitted_readers_only(client):
    consultation = make_consultation()
    sent, public, hidden = (make_submission(consultation, audience=who) for who in ("public", "public", "members"))
    seen, unseen = make_point(public), make_point(hidden)
    make_point(sent, state="merged", into=seen)
    make_point(sent, state="merged", into=unseen)
    page = get(client, sent)
    assert f'<a href="{address(public)}#{seen.reference}">{seen.reference}</a>' in page.content.decode()
    assert hidden.reference not in page.content.decode()
    assert "Joined to another point that says the same." in words(page)
    sign_in(client, make_secretariat())
    assert unseen.reference in get(client, sent).content.decode()


# --- Not there and not yours are one page ---------------------------------------------------------------------------


def hidden_inputs():
    """Create inputs of each state and audience that visitors may not see."""
    consultation = make_consultation()
    states = ("submitted", "returned", "set_aside", "withdrawn")
    audiences = ("members", "secretariat")
    return [
        *(make_submission(consultation, state=state) for state in states),
        *(make_submission(consultation, audience=audience) for audience in audiences),
    ]


def page_without_its_address(client, path) -> tuple[int, str]:
    page = client.get(path)
    return page.status_code, without_tokens(page).replace(path, "")


@pytest.mark.parametrize("who", ["visitor", "stranger", "other organisation"])
def test_unknown_and_unreadable_inputs_are_same_404(client, who):
    paths = [address(sent) for sent in hidden_inputs()]
    if who != "visitor":
        sign_in(client, make_user() if who == "stranger" else make_member())
    unknown = page_without_its_address(client, "/inputs/NCM-2017-9999/")
    assert unknown[0] == 404
    assert [page_without_its_address(client, path) for path in paths] == [unknown] * len(paths)


@pytest.mark.parametrize("reference", ["None", "x", "%F0%9F%98%80", "9" * 400, "NCM-2017-0001%0A", "..%2f..", "'--"])
def test_invalid_reference_is_404(client, reference):
    make_submission(state="draft")
    assert client.get(f"/inputs/{reference}/").status_code == 404


def test_audiences_are_respected(client):
    consultation, ministry = make_consultation(), make_ministry()
    for_members = make_submission(consultation, audience="members")
    own = make_submission(consultation, ministry, audience="secretariat", state="submitted")
    sign_in(client, make_member(ministry))
    assert "Members of the NCM only" in words(get(client, for_members))
    assert "Received" in words(get(client, own))
    sign_in(client, make_head())
    assert [get(client, sent).status_code for sent in (for_members, own)] == [200, 200]


def test_draft_has_no_page_even_for_author(client):
    draft = make_submission(state="draft")
    sign_in(client, draft.author)
    assert client.get(f"/inputs/{draft.key}/").status_code == 404
