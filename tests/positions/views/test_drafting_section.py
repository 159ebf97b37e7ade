"""Drafting a section: text with outline, and points beside it that can be linked to a paragraph."""

from uuid import uuid4

import pytest

from consultations.models import Term
from positions import workflow
from tests.factories import make_point, make_submission
from tests.paper_factories import bring_paper, make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """Create a draft whose first theme has one point without a paragraph and one with a paragraph."""
    found = make_draft()
    found.free = make_point(make_submission(found.consultation, theme=found.t1), text="Shelters should be dry.")
    return found


@pytest.fixture
def desk(client, draft):
    """Return the drafter's client."""
    return sign_in(client, draft.drafter)


def room(desk, draft, section=None, **asked):
    return desk.get(at("desk_section", draft, (section or draft.first).pk), asked)


def pick(desk, draft, **fields):
    fields = {"cite": f"rests_on {draft.free.reference}", "paragraph": draft.paragraph.key, **fields}
    sent = {name: value for name, value in fields.items() if value is not None}
    return desk.post(at("desk_section_pick", draft, draft.first.pk) + "?theme=T1", sent)


def test_uncited_points_of_theme_are_shown_beside_text(desk, draft):
    assert list(room(desk, draft).context["points"]) == [draft.free]
    assert list(room(desk, draft, draft.second).context["points"]) == [draft.other]
    assert [point.resting for point in room(desk, draft, theme="T1").context["points"]] == [1, 0]
    assert list(room(desk, draft, words="dry shelters").context["points"]) == [draft.free]
    assert list(room(desk, draft, words="nowhere").context["points"]) == []
    assert room(desk, draft, theme="T9").status_code == 200


def test_points_are_paginated(desk, draft):
    said = make_submission(draft.consultation, theme=draft.t2)
    made = sorted(make_point(said).reference for _turn in range(22))
    page = room(desk, draft, draft.second)
    assert [point.reference for point in page.context["points"]] == sorted([*made, draft.other.reference])[:20]
    assert len(page.context["points"]) == 20
    rest = desk.get(page.context["more"])
    assert [point.reference for point in rest.context["points"]] == sorted([*made, draft.other.reference])[20:]
    assert rest.context["more"] == ""


def test_point_is_cited_by_paragraph(desk, draft):
    response = pick(desk, draft, cite=f"partly {draft.free.reference}")
    assert response.url == f"{at('desk_section', draft, draft.first.pk)}?theme=T1&p=1#p1"
    assert (draft.free, "partly") in [(row.point, row.relation) for row in draft.paragraph.wording.groundings.all()]
    assert f"Paragraph 1 now cites {draft.free.reference}." in desk.get(response.url).text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cite": None}, "There is no such point."),
        ({"cite": "rests_on NCM-1"}, "There is no such point."),
        ({"cite": "loves NCM-1"}, "There is no such point."),
        ({"paragraph": "x"}, "Choose the paragraph."),
        ({"paragraph": uuid4()}, "This paragraph is not in this section any more."),
    ],
)
def test_invalid_citation_is_refused_with_reason(desk, draft, fields, reason):
    response = pick(desk, draft, **fields)
    assert (response.status_code, problems(response)) == (422, [reason])
    assert draft.paragraph.wording.groundings.count() == 1


def test_closed_text_shows_points_but_accepts_no_citations(desk, draft):
    bring_paper(draft.paper, "review")
    page = room(desk, draft)
    assert draft.free.reference in page.text
    assert 'id="pick"' not in page.text
    assert problems(pick(desk, draft)) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]


def test_outline_marks_open_sections(desk, draft):
    make_paragraph(draft.second, "It rests on nothing.")
    make_paragraph(draft.second, "Ours.", is_secretariat_text=True)
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for routes.", why="So.")
    found = room(desk, draft, draft.second).context
    assert [(each.number, each.first, each.written, each.bare, each.doubtful) for each in found["sections"]] == [
        ("", 1, 0, 0, 0), ("1", 1, 1, 0, 1), ("2", 2, 2, 1, 0),
    ]  # fmt: skip
    assert [row["paragraph"].number for row in found["rows"]] == [2, 3]


def test_comments_and_advice_are_shown_and_do_not_block(desk, draft):
    Term.objects.create(term="irregular", kind="migration", definition="Outside the rules; say irregular, not illegal")
    workflow.comment(draft.paragraph, by=draft.colleague, text="Which routes?")
    text = "No illegal routes."
    workflow.reword(draft.paragraph, by=draft.colleague, text=text, why="So.")
    page = room(desk, draft)
    told = [
        "Use “irregular” instead of “illegal”: it is the term of the vocabulary.",
        "The paragraph is marked “calls for”, but its text does not say so.",
    ]
    assert [(row["advice"], row["paragraph"].remarks) for row in page.context["rows"]] == [(told, 1)]
    draft.paragraph.refresh_from_db()
    words = {"text": "Illegal too.", "why": "", "base": draft.paragraph.wording_id}
    response = desk.post(at("desk_paragraph", draft, draft.paragraph.key), words)
    assert response.context["rows"][0]["advice"] == told


# --- What is typed or pasted ----------------------------------------------------------------------------------------

TURNED = (
    "Text: The text contains an invisible character that reverses the direction of the text after it (U+202E). Type "
    "this passage again: right-to-left scripts do not need this character."
)
CODE = (
    "Text: The text contains the HTML code of a page (%s). Copy the text again and paste it as plain text: "
    "Ctrl+Shift+V."
)


def write(desk, draft, text):
    words = {"text": text, "why": "Kept too.", "base": draft.paragraph.wording_id}
    return desk.post(at("desk_paragraph", draft, draft.paragraph.key), words)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ng\u2019ang\u2019a wa Ki\u0303mani", "Ng\u2019ang\u2019a wa K\u0129mani"),  # one letter and its mark are one
        ("Kenya asks \u0647\u062c\u0631\u0629 for routes.", "Kenya asks \u0647\u062c\u0631\u0629 for routes."),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\ufeffRoutes\u200b and shel\u00adters", "Routes and shelters"),
        ("Less than < 5 or a<b, AT&T and <b>", "Less than < 5 or a<b, AT&T and <b>"),
    ],
)
def test_every_alphabet_is_accepted_and_invisible_characters_are_removed(desk, draft, typed, kept):
    assert write(desk, draft, typed).status_code == 302
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ('<p class="MsoNormal">Kenya<o:p></o:p></p>', CODE % "&lt;p class=&quot;MsoNormal&quot;&gt;"),
        ("Kenya <o:p>calls", CODE % "&lt;o:p"),
        ("Kenya \u202ecalls", TURNED),
        (
            "Kenya o\u0338\u0317\u0324\u0333\u0349 calls",
            "Text: A character has more than 4 marks above or below it (o). Remove some of them.",
        ),
        ("w " * 500_000, "Text: The paragraph is 1,000,000 characters long. It must be 3,000 characters or fewer: shorten it by 997,000."),
    ],
    ids=["Word", "Word in part", "turned around", "marks", "a megabyte"],
)  # fmt: skip
def test_unreadable_text_is_refused_with_instructions_and_kept(desk, draft, typed, problem):
    response = write(desk, draft, typed)
    assert (response.status_code, problems(response)) == (422, [problem])
    assert response.context["form"]["text"].value() == typed
    assert 'value="Kept too."' in response.text


# --- A long section -------------------------------------------------------------------------------------------------


def test_long_section_is_paginated_and_paragraph_opens_its_page(desk, draft):
    made = [make_paragraph(draft.first, f"Kenya notes thing {turn}.", by=draft.drafter) for turn in range(44)]
    keys = [draft.paragraph.key, *(each.key for each in made)]
    for asked, numbers in [({}, (1, 20)), ({"p": "20"}, (1, 20)), ({"p": "21"}, (21, 40)), ({"p": "45"}, (41, 45)),
                           ({"p": "46"}, (1, 20)), ({"p": "²"}, (1, 20)), ({"p": "9" * 99}, (1, 20))]:  # fmt: skip
        found = room(desk, draft, **asked).context
        shown = [row["paragraph"] for row in found["rows"]]
        assert (shown[0].number, shown[-1].number) == numbers
        assert [each.key for each in shown] == keys[numbers[0] - 1 : numbers[1]]
        assert found["part"].others == [(1, 20), (21, 40), (41, 45)]
    rows = room(desk, draft, p="21").context["rows"]
    assert [(row["up"], row["down"]) for row in (rows[0], rows[-1])] == [(keys[18], keys[21]), (keys[37], keys[40])]
    assert list(room(desk, draft, p="21").context["points"]) == [draft.free]
    response = pick(desk, draft, paragraph=made[-1].key)
    assert response.url == f"{at('desk_section', draft, draft.first.pk)}?theme=T1&p=45#p45"
    place = at("desk_paragraph_place", draft, made[-1].key)
    assert desk.post(place, {"after": made[30].key}).url == f"{at('desk_section', draft, draft.first.pk)}?p=33#p33"
    assert room(desk, draft, draft.second).context["part"].others == []
