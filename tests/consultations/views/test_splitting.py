"""The page of an input at the desk: its sentences, its points beside them, and notes."""

import html

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.bidi import isolated
from consultations.models import Event, Note, Point
from tests.factories import (
    make_consultation,
    make_likeness,
    make_point,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\nThank you for reading this."


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def received():
    return make_submission(make_consultation(), state="submitted", body=BODY)


@pytest.fixture
def accepted():
    return make_submission(make_consultation(), body=BODY)


def at(submission, *more):
    return "/".join([f"/desk/inputs/{submission.key}", *map(str, more), ""])


# --- Taking points out ----------------------------------------------------------------------------------------------


def split(client, submission, **fields):
    data = {"kind": "recommendation", "theme": "T1", **fields}
    return client.post(at(submission, "points"), {f"point-{name}": value for name, value in data.items()})


def test_every_sentence_can_be_marked(client, officer, accepted):
    page = client.get(at(accepted))
    assert [[(p.number, p.text) for p in line] for line in page.context["lines"]] == [
        [(0, "We ask for a seasonal pass for herders."), (1, "It should cost nothing at all.")],
        [(2, "Thank you for reading this.")],
    ]


def test_point_is_extracted_from_marked_sentences(client, officer, accepted):
    make_provision("GCM-05")
    answer = split(client, accepted, passages=["0", "1"], kind="challenge", objectives=["GCM-05"])
    assert answer["Location"] == at(accepted) + "#at1"
    point = Point.objects.get()
    assert point.text == "We ask for a seasonal pass for herders. It should cost nothing at all."
    assert (point.kind, point.state, point.created_by) == ("challenge", "validated", officer)
    assert [provision.code for provision in point.provisions.all()] == ["GCM-05"]
    assert point.text in words(client.get(at(accepted)))


def test_second_click_extracts_no_second_point(client, officer, accepted):
    answers = [split(client, accepted, passages=["0"]) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Point.objects.count() == 1


def test_marks_and_typed_text_are_kept_on_error(client, officer, accepted):
    page = split(client, accepted, passages=["1"], text="x" * 2_001, theme="T2", kind="wish")
    assert page.status_code == 422
    assert sorted(page.context["split_form"].errors) == ["kind", "text"]
    assert [p.number for line in page.context["lines"] for p in line if p.is_marked] == [1]
    assert "x" * 2_001 in page.content.decode()
    assert "2,001 characters long" in words(page)
    assert not Point.objects.exists()


def test_no_point_from_input_that_is_not_on_file(client, officer, received):
    page = split(client, received, text="A pass.")
    assert page.status_code == 409
    assert page.context["reasons"] == ["Put the input on file before splitting it into points."]
    assert page.context["split_form"]["text"].value() == "A pass."
    assert "A pass." in page.content.decode()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "w" * 2_000, "Ng'ang'a \u202e حبيب አማርኛ"])
def test_point_keeps_typed_text_literally(client, officer, accepted, text):
    split(client, accepted, text=text)
    assert isolated(html.escape(Point.objects.get().text)) in client.get(at(accepted)).content.decode()


def test_a_text_of_one_endless_word_is_shown(client, officer):
    endless = make_submission(body="w" * 10_000, title="t" * 200)
    page = client.get(at(endless))
    assert "w" * 10_000 in page.content.decode()


# --- Points beside the text -----------------------------------------------------------------------------------------


def listed(page):
    """The points beside the text: number, state, and whether its words can be taken again."""
    return [(each.point.number, each.point.state, each.is_free) for each in page.context["points"]]


def test_taken_words_carry_the_number_of_their_point(client, officer, accepted):
    for text in ("seasonal pass", "It should cost nothing at all. Thank you"):
        workflow.split(accepted, by=officer, kind="recommendation", text=text)
    page = client.get(at(accepted))
    assert [[(passage.points, passage.is_left) for passage in line] for line in page.context["lines"]] == [
        [([1], True), ([2], False)], [([], True)],
    ]  # fmt: skip
    assert "2 sentences are in no point yet." in words(page)
    assert '<mark class="took">seasonal pass</mark>' in page.content.decode()


def test_point_in_other_words_replaces_the_first(client, officer, accepted):
    make_provision("GCM-05")
    split(client, accepted, passages=["0"], objectives=["GCM-05"])
    form = client.get(at(accepted), {"edit": "1"}).context["split_form"]
    assert (form["text"].value(), form["objectives"].value()) == ("We ask for a seasonal pass for herders.", ["GCM-05"])
    split(client, accepted, text="A seasonal pass.", kind="finding", instead="1")
    assert [(point.text, point.kind, point.state) for point in Point.objects.order_by("number")] == [
        ("We ask for a seasonal pass for herders.", "recommendation", "withdrawn"),
        ("A seasonal pass.", "finding", "validated"),
    ]
    assert Event.objects.about(Point.objects.get(number=1)).last().reason == "Worded again."


def test_joined_point_keeps_its_words_and_what_was_typed_is_kept(client, officer, accepted):
    point = make_point(accepted, text="A pass.")
    make_point(accepted, text="One pass.", state="merged", into=point)
    page = split(client, accepted, text="A pass for herders.", instead=str(point.number))
    assert (page.status_code, page.context["edited"]) == (409, point)
    assert page.context["split_form"]["text"].value() == "A pass for herders."
    assert "Other points are joined to it: separate them first" in words(page)
    assert Point.objects.count() == 2


@pytest.mark.parametrize("number", ["", "2", "99999", "²", "1e3", "x" * 10_000, "-1"])
def test_unknown_point_to_edit_is_ignored(client, officer, accepted, number):
    workflow.split(accepted, by=officer, kind="recommendation", text="A pass.")
    assert client.get(at(accepted), {"edit": number}).context["edited"] is None
    split(client, accepted, text="Another pass.", instead=number)
    assert [point.state for point in Point.objects.all()] == ["validated", "validated"]


def test_removed_point_stays_on_record_and_its_words_can_be_taken_again(client, officer, accepted):
    make_provision("GCM-05")
    split(client, accepted, passages=["0"], objectives=["GCM-05"])
    assert client.post(at(accepted, "points", 1, "again"))["Location"] == at(accepted) + "#points"
    assert Point.objects.count() == 1  # it stands: the same words are the same point
    client.post(at(accepted, "points", 1, "remove"), {"reason": "It was made by mistake."})
    page = client.get(at(accepted))
    assert listed(page) == [(1, "withdrawn", True)]
    assert [passage.points for line in page.context["lines"] for passage in line] == [[], [], []]
    client.post(at(accepted, "points", 1, "again"))
    again = Point.objects.get(number=2)
    assert (again.text, again.state) == ("We ask for a seasonal pass for herders.", "validated")
    assert [provision.code for provision in again.provisions.all()] == ["GCM-05"]
    assert listed(client.get(at(accepted))) == [(1, "withdrawn", False), (2, "validated", False)]


def test_removing_needs_a_reason(client, officer, accepted):
    make_point(accepted)
    page = client.post(at(accepted, "points", 1, "remove"), {"reason": " "})
    assert (page.status_code, page.context["reasons"]) == (409, ["Enter a reason. It is kept in the journal."])
    assert Point.objects.get().state == "validated"


def test_other_verbs_and_points_of_other_inputs_are_404(client, officer, accepted):
    elsewhere = make_point(make_submission(accepted.consultation))
    for address in (at(accepted, "points", elsewhere.number, "remove"), at(accepted, "points", 9**15, "remove")):
        assert client.post(address, {"reason": "x"}).status_code == 404
    assert client.post(at(elsewhere.submission, "points", elsewhere.number, "dispose")).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.state == "validated"


def test_undecided_duplicates_stand_beside_their_point(client, officer, accepted):
    body = make_stakeholder("Seafarers (sample)")
    point, other, gone = (
        make_point(make_submission(accepted.consultation, body) if n else accepted, text=f"Pass {n}") for n in range(3)
    )
    pair = make_likeness(point, other)
    make_likeness(point, gone, state="dismissed")
    page = client.get(at(accepted))
    assert [(twin.pair, twin.point) for twin in page.context["points"][0].twins] == [(pair.pk, other)]
    assert f"Nearly the same as {other.reference} , Seafarers (sample): “Pass 1”" in words(page)


def test_proposed_wording_is_taken_as_a_point_once(client, officer):
    wording = "Kenya asks [[at Busia]] every worker what the job cost."
    submission = make_submission(body=BODY, proposed_wording=wording)
    assert client.get(at(submission)).context["takes_wording"]
    split(client, submission, text=wording, theme=submission.theme.code)
    point = Point.objects.get()
    assert (point.text, point.held_back) == ("Kenya asks at Busia every worker what the job cost.", True)
    assert not client.get(at(submission)).context["takes_wording"]
    assert not client.get(at(make_submission(body=BODY))).context["takes_wording"]


def test_script_gets_the_main_part_of_the_page(client, officer, accepted):
    data = {"point-kind": "finding", "point-theme": "T1", "point-passages": ["2"]}
    page = client.post(at(accepted, "points"), data, headers={"X-Fragment": "desk"})
    assert page.status_code == 200
    assert page.content.strip().startswith(b'<div id="desk"')
    assert "Thank you for reading this." in words(page)
    assert "X-Fragment" in page["Vary"]
    page = client.post(at(accepted, "points"), data | {"point-text": "x" * 2_001}, headers={"X-Fragment": "desk"})
    assert page.status_code == 422


# --- The next one ---------------------------------------------------------------------------------------------------


def after(client, submission, **asked):
    return client.get(at(submission), asked).context["after"]


def inputs_of(consultation, **asked):
    return reverse("desk_inputs", args=[consultation.slug], query=asked)


def test_next_input_is_the_next_to_read_or_to_split(client, officer):
    consultation = make_consultation(themes=("T1", "T2"))
    first, second, other = (
        make_submission(consultation, body=BODY, theme=make_theme(code)) for code in ("T1", "T1", "T2")
    )
    assert after(client, first) == inputs_of(consultation, saved="to-split")
    assert after(client, first, list="saved=to-split&theme=T1&open=x&done=y") == at(second) + (
        "?list=saved%3Dto-split%26theme%3DT1"
    )
    assert after(client, other, list="saved=to-split&theme=T2") == inputs_of(consultation, saved="to-split", theme="T2")
    unread = [make_submission(consultation, state="submitted", theme=make_theme(code)) for code in ("T1", "T2")]
    assert after(client, first) == inputs_of(consultation, open=unread[0].reference)
    assert after(client, first, list="saved=to-read&theme=T2") == inputs_of(
        consultation, saved="to-read", theme="T2", open=unread[1].reference
    )


@pytest.mark.parametrize("asked", ["saved=x&order=y", "x" * 10_000, "open=NCM-1936-0001", "until=1936-13-45"])
def test_unreadable_list_leads_to_a_list(client, officer, accepted, asked):
    assert after(client, accepted, list=asked).startswith(inputs_of(accepted.consultation))


def test_page_keeps_the_list_it_was_opened_from(client, officer, accepted):
    page = client.get(at(accepted), {"list": "saved=to-split"})
    action = f'action="{at(accepted, "points")}?list=saved%3Dto-split"'
    assert action in page.content.decode()
    data = {"point-kind": "finding", "point-theme": "T1", "point-passages": ["2"]}
    answer = client.post(at(accepted, "points") + "?list=saved%3Dto-split", data)
    assert answer["Location"] == at(accepted) + "?list=saved%3Dto-split#at2"


# --- Notes ----------------------------------------------------------------------------------------------------------


def test_note_is_visible_to_secretariat_only(client, officer, received):
    answer = client.post(at(received, "notes"), {"note-text": "Ask {{ Amina }}."})
    assert answer["Location"] == at(received) + "#notes"
    assert (Note.objects.get().text, Note.objects.get().by) == ("Ask {{ Amina }}.", officer)
    assert "Ask {{ Amina }}." in words(client.get(at(received)))


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "n" * 5_001])
def test_invalid_note_is_refused_and_kept(client, officer, received, text):
    page = client.post(at(received, "notes"), {"note-text": text})
    assert page.status_code == 422
    assert page.context["note_form"]["text"].value() == text
    assert not Note.objects.exists()


def test_input_page_query_count_is_low(client, officer, accepted, django_assert_max_num_queries):
    for turn in range(5):
        make_likeness(make_point(accepted), make_point(make_submission(accepted.consultation), text=f"Pass {turn}"))
        Note.objects.create(submission=accepted, by=make_secretariat(), text="Note")
    client.get(at(accepted))
    with django_assert_max_num_queries(24):
        client.get(at(accepted))
