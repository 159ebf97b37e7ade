"""Words of an input hidden by two officers, objections, and showing the words again."""

import json

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consultations import workflow
from consultations.imports.submissions import _described
from consultations.integrity import hashes
from consultations.models import Attachment, Event, Hiding, OutgoingMail, Point, Submission
from consultations.queries.inbox import inbox
from consultations.queries.journal import altered_records
from ncm_portal.workflow import Blocked, NotAllowed
from tests.committed import every_verb_commits
from tests.factories import (
    change,
    make_attachment,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db
BODY = "Ask *Amina Barasa*, 0700 111 222, at the border. She saw [[the men of Amina]] pay. Build a shelter."


@pytest.fixture(autouse=True)
def commits(monkeypatch):
    with every_verb_commits(monkeypatch):
        yield


@pytest.fixture
def officers():
    return make_secretariat(name="Hassan Guyo"), make_secretariat(name="Ruth Langat")


@pytest.fixture
def sent():
    author = make_member(make_stakeholder("Herders (sample)"), is_primary=True)
    made = make_submission(stakeholder=author.memberships.get().stakeholder, author=author, title="Barasa", body=BODY)
    return change(made, content_sha256=made.computed_sha256())


def propose(sent, by, *words, **values):
    given = {"words": list(words), "ground": "personal"} | values
    return workflow.propose(sent, act="hide_words", by=by, reason="A neighbour is named.", values=given)


def hide(sent, officers, *words, **values):
    workflow.confirm_proposal(propose(sent, officers[0], *words, **values), by=officers[1])
    sent.refresh_from_db()
    return sent.hidings.latest("pk")


def reasons_of(act, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        act(*args, **kwargs)
    return raised.value.reasons


def test_words_are_hidden_when_another_officer_confirms(sent, officers):
    made = propose(sent, officers[0], "Amina Barasa")
    sent.refresh_from_db()
    assert (sent.body, sent.original) == (BODY, None)
    reasons_of(workflow.confirm_proposal, made, by=officers[0], kind=NotAllowed)
    workflow.confirm_proposal(made, by=officers[1])
    sent.refresh_from_db()
    day = f"{timezone.localtime(made.proposed_at):%-d %B %Y}"
    notice = f"(Words hidden on {day}: personal data of a third person)"
    assert sent.body == BODY.replace("Amina Barasa", notice)
    assert sent.original == {"title": "Barasa", "body": BODY, "proposed_wording": ""}
    hiding = sent.hidings.get()
    assert (hiding.proposed_by, hiding.confirmed_by, hiding.note) == (*officers, "A neighbour is named.")
    data = {"ground": "personal", "proposed_by": "Hassan Guyo", "confirmed_by": "Ruth Langat"}
    assert list(Event.objects.filter(verb="hide_words").values_list("by", "data")) == [(officers[1].pk, data)]


def test_notice_is_in_language_of_input(officers):
    sent = make_submission(body="Muulize Amina Barasa.", language="sw")
    assert "Amina" not in hide(sent, officers, "Amina Barasa").submission.body


def test_hash_stays_valid_while_words_are_hidden(sent, officers):
    before = sent.content_sha256
    hide(sent, officers, "0700 111 222", "barasa")
    assert (sent.title, sent.content_sha256) == ("(words hidden)", before)
    assert sent.computed_sha256() == before
    assert [list(hashes.check()), list(altered_records())] == [[], []]
    Submission.objects.filter(pk=sent.pk).update(original={**sent.original, "body": "Other words"})
    assert [finding.record for finding in hashes.check()] == [f"consultations.submission:{sent.pk}"]


def test_no_entry_of_journal_contains_hidden_words(sent, officers):
    hide(sent, officers, "Amina Barasa")
    entries = json.dumps(list(Event.objects.values("object_label", "reason", "data")))
    assert "Amina" not in entries
    assert "Amina" not in "".join(OutgoingMail.objects.values_list("body", flat=True))


def test_author_is_told_ground_and_way_to_object(sent, officers):
    hide(sent, officers, "Amina Barasa")
    mail = OutgoingMail.objects.get(to=sent.author.email)
    assert mail.subject == f"Words of your input {sent.reference} are hidden from readers"
    assert "personal data of a third person" in " ".join(mail.body.split())
    assert f"/my-organisation/inputs/{sent.key}/hidden/" in mail.body


def test_points_and_files_with_hidden_words_are_hidden_too(sent, officers):
    taken, other, named = (make_point(sent, text=text) for text in ("Ask Amina Barasa.", "Build.", "The neighbour"))
    scan, text = make_attachment(sent, name="scan.pdf"), make_attachment(sent, name="note.pdf", text="amina  barasa")
    free = make_attachment(sent, name="map.pdf")
    hide(sent, officers, "Amina Barasa", points=[named.pk], files=[scan.pk])
    assert set(Point.objects.filter(held_back=True)) == {taken, named}
    visible = Attachment.objects.visible_to(None)
    assert (set(visible), other in Point.objects.visible_to(None)) == ({free}, True)
    assert set(Attachment.objects.visible_to(sent.author)) == {scan, text, free}
    assert set(Point.objects.visible_to(officers[0])) == {taken, other, named}


def test_point_taken_from_hidden_words_later_is_held_back(sent, officers):
    hide(sent, officers, "Amina Barasa")
    texts = ("Ask Amina Barasa about it", "Build a shelter.")
    points = [workflow.split(sent, by=officers[0], kind="challenge", text=text) for text in texts]
    assert [point.held_back for point in points] == [True, False]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"words": []}, "Mark or enter the words to hide."),
        ({"words": ["Amina"], "ground": "rude"}, "Choose a ground from the list."),
        ({"words": ["Nobody"]}, "These words are not in the input, or are already hidden: “Nobody”."),
        ({"words": ["Bara"]}, "These words are not in the input, or are already hidden: “Bara”."),
        ({"words": ["Amina"] * 21}, "Hide at most 20 passages at once."),
    ],
)
def test_words_are_hidden_only_on_listed_ground_and_where_they_stand(sent, officers, values, reason):
    assert reasons_of(propose, sent, officers[0], **values) == [reason]


def test_only_input_on_file_has_hidden_words(officers):
    waiting = make_submission(state="submitted", body="Amina")
    assert reasons_of(propose, waiting, officers[0], "Amina") == ["It is not on file, so other readers do not see it."]
    with pytest.raises(DatabaseError), transaction.atomic():
        change(waiting, original={"title": "", "body": "", "proposed_wording": ""})


def test_nobody_else_can_propose_to_hide_words(sent):
    for person in (sent.author, make_user("official"), make_user("sysadmin")):
        reasons_of(propose, sent, person, "Amina", kind=NotAllowed)


def test_decision_is_not_undone_while_words_are_hidden(sent, officers):
    hide(sent, officers, "Amina")
    reasons = reasons_of(workflow.reopen, sent, by=officers[0], reason="A slip.")
    assert reasons == ["Words of it are hidden: show them again first"]


def test_author_objects_once_and_secretariat_keeps_words_hidden(sent, officers):
    hiding = hide(sent, officers, "Amina")
    reasons_of(workflow.object_to_hiding, hiding, by=officers[0], reason="No.", kind=NotAllowed)
    workflow.object_to_hiding(hiding, by=sent.author, reason="She agreed to it.")
    rows = [row for row in inbox(officers[0]) if row.code == "objection"]
    assert [row.words for row in rows] == ["Answer an objection to hidden words: Herders (sample)"]
    workflow.uphold_hiding(hiding, by=officers[0], reason="Her consent is not on file.")
    hiding.refresh_from_db()
    assert (hiding.state, hiding.objection, hiding.answer) == (
        "upheld", "She agreed to it.", "Her consent is not on file.",
    )  # fmt: skip
    mail = OutgoingMail.objects.filter(to=sent.author.email).latest("pk")
    assert mail.subject == f"Words of your input {sent.reference} stay hidden"
    assert "Her consent is not on file." in mail.body
    reasons_of(workflow.object_to_hiding, hiding, by=sent.author, reason="Still.")
    sent.refresh_from_db()
    assert "Amina" not in sent.body


def test_words_are_shown_again_with_their_points_and_files(sent, officers):
    point, file = make_point(sent, text="Ask Amina Barasa."), make_attachment(sent, text="Amina Barasa")
    hiding = hide(sent, officers, "Amina Barasa")
    workflow.lift_hiding(hiding, by=officers[0], reason="She agreed to it.")
    for row in (sent, point, file):
        row.refresh_from_db()
    assert (sent.body, sent.original, point.held_back, file.is_hidden) == (BODY, None, False, False)
    mail = OutgoingMail.objects.filter(to=sent.author.email).latest("pk")
    assert mail.subject == f"Words of your input {sent.reference} are shown again"
    reasons_of(workflow.lift_hiding, hiding, by=officers[0], reason="Again.")


def test_words_hidden_twice_stay_hidden_until_both_are_lifted(sent, officers):
    point = make_point(sent, text="Ask Amina Barasa.")
    first, second = (hide(sent, officers, words) for words in ("Ask Amina Barasa", "0700 111 222"))
    third = hide(sent, officers, "border. She saw the men of Amina pay", ground="danger", points=[point.pk])
    workflow.lift_hiding(first, by=officers[0], reason="A slip.")
    sent.refresh_from_db()
    point.refresh_from_db()
    assert ("Amina Barasa" in sent.body, "0700" in sent.body, point.held_back) == (True, False, True)
    for hiding in (second, third):
        workflow.lift_hiding(hiding, by=officers[0], reason="A slip.")
    sent.refresh_from_db()
    assert (sent.body, Hiding.objects.standing().count()) == (BODY, 0)


def test_import_knows_input_with_hidden_words_again(sent, officers):
    before = list(_described(Submission.objects.all()))
    hide(sent, officers, "Amina Barasa")
    assert list(_described(Submission.objects.all())) == before


def test_hiding_cannot_be_changed_or_be_of_one_person(sent, officers):
    hiding = hide(sent, officers, "Amina")
    for fields in ({"words": []}, {"note": "Other"}, {"confirmed_by": officers[0]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Hiding.objects.filter(pk=hiding.pk).update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        Hiding.objects.create(
            submission=sent, ground="personal", note="A", proposed_by=officers[0], confirmed_by=officers[0],
            at=hiding.at,
        )  # fmt: skip
