"""Adoption of a paper, its frozen record, and publication by two officers."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed
from positions import edition, workflow
from positions.models import Artefact, Decision
from positions.workflow import PAPER_MOVES
from tests.factories import (
    bring,
    change,
    make_check_in,
    make_consultation,
    make_delegate,
    make_head,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.office_factories import change_rules
from tests.paper_factories import (
    bring_paper,
    make_clearance,
    make_disposition,
    make_edition,
    make_paper,
    reword,
    take_stance,
)
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    """Create a text in session at its forum; three of three groups and both members may attend."""
    found = make_text("forum_text")
    make_edition(found.paper, "0.3", kind="forum")
    change_rules(found.paper.consultation, quorum_groups=2, quorum_member_share="0.667")
    found.forum = bring(found.forum, "in_session")
    found.paper.refresh_from_db()
    found.guest = make_stakeholder("Guests", group="academia")
    found.came = [make_delegate(found.forum, body) for body in (found.one, found.two, found.guest)]
    return found


def come(text, number=3):
    for delegate in text.came[:number]:
        make_check_in(delegate)
    return workflow.count_quorum(text.paper, by=text.head)


def in_session(text):
    come(text)
    text.paper = workflow.begin_session(text.paper, by=text.head)
    return text.paper


def adopted(text, rule="consensus", reasons=""):
    text.paper = workflow.adopt(in_session(text), by=text.head, rule=rule, reasons=reasons)
    return text.paper


# --- The quorum -----------------------------------------------------------------------------------------------------


def test_quorum_counts_checked_in_members_and_groups(text):
    count = come(text)
    figures = (count.members_present, count.members_total, count.members_needed, count.groups_present, count.is_met)
    assert figures == (2, 2, 2, 2, True)
    assert count.electorate == [
        {"name": "Ministry of One", "group": "ministry", "present": True},
        {"name": "Ministry of Two", "group": "ministry", "present": True},
    ]


def test_voided_check_in_does_not_count_but_substitute_does(text):
    for delegate in text.came[:2]:
        check = make_check_in(delegate)
    make_check_in(text.came[1], voids=check)
    assert workflow.count_quorum(text.paper, by=text.head).members_present == 1
    substitute = make_delegate(text.forum, text.guest, sits_in_for=text.came[1])
    make_check_in(substitute)
    assert workflow.count_quorum(text.paper, by=text.head).members_present == 2


def test_adoption_cannot_start_without_quorum(text):
    come(text, 1)
    with pytest.raises(Blocked) as refusal:
        workflow.begin_session(text.paper, by=text.head)
    assert refusal.value.reasons == ["Quorum: 1 member institutions present, 2 needed; 1 groups present, 2 needed"]


def test_only_chair_counts_quorum_and_declares_decision(text):
    with pytest.raises(NotAllowed):
        workflow.count_quorum(text.paper, by=text.secretariat)
    paper = in_session(text)
    with pytest.raises(NotAllowed):
        workflow.adopt(paper, by=text.secretariat, rule="consensus")


def test_quorum_cannot_be_counted_after_decision(text):
    paper = adopted(text)
    with pytest.raises(Blocked) as refusal:
        workflow.count_quorum(paper, by=text.head)
    assert refusal.value.reasons == ["The decision is made, so the quorum cannot be counted again."]
    assert paper.quorum_counts.count() == 1


# --- Reservations and the decision ----------------------------------------------------------------------------------


def test_consensus_freezes_edition_1_0_with_record(text):
    paper = adopted(text)
    frozen = paper.editions.get(number="1.0")
    assert (paper.state, frozen.kind, frozen.status) == ("adopted", "adopted", "Adopted by consensus")
    record = json.loads(frozen.content)["adoption"]
    assert (record["rule"], record["members_present"], record["members_total"]) == ("consensus", 2, 2)
    decision = Decision.objects.get()
    assert (decision.edition.kind, decision.chair, decision.quorum.is_met) == ("forum", text.head, True)


def test_reservation_is_printed_and_does_not_block_adoption(text):
    workflow.record_reservation(
        text.paper, stakeholder=text.guest, paragraph=text.second, text="It costs money.", by=text.head
    )
    paper = in_session(text)
    with pytest.raises(Blocked) as refusal:
        workflow.adopt(paper, by=text.head, rule="consensus")
    assert refusal.value.reasons == ["There are reservations: declare consensus with reservations."]
    with pytest.raises(Blocked) as refusal:
        workflow.adopt(paper, by=text.head, rule="consensus_with_reservations")
    assert refusal.value.reasons == ["Enter the chair's reasons: they are printed in the record."]
    paper = workflow.adopt(paper, by=text.head, rule="consensus_with_reservations", reasons="One body reserves.")
    content = json.loads(paper.editions.get(number="1.0").content)
    assert content["reservations"] == [{"organisation": "Guests", "paragraph": 3, "text": "It costs money."}]
    assert content["edition"]["status"] == "Adopted by consensus, 1 reservation"


def test_reservation_is_withdrawn_once_with_reason_before_decision(text):
    words = {"stakeholder": text.one, "text": "It costs money.", "by": text.head}
    first, second = (
        workflow.record_reservation(text.paper, paragraph=paragraph, **words) for paragraph in (text.first, text.second)
    )
    with pytest.raises(Blocked) as refusal:
        workflow.withdraw_reservation(first, by=text.head, reason=" ")
    assert refusal.value.reasons == ["Enter a reason. It is kept in the journal."]
    workflow.withdraw_reservation(first, by=text.head, reason="The budget was found.")
    adopted(text, "consensus_with_reservations", "One body reserves.")
    for reservation in (first, second):  # as they were read before, by somebody who looked at the page
        with pytest.raises(Blocked) as refusal:
            workflow.withdraw_reservation(reservation, by=text.head, reason="Once more.")
        assert refusal.value.reasons == ["This reservation can no longer be withdrawn."]
    kept = text.paper.reservations.order_by("pk").values_list("withdrawn_reason", flat=True)
    assert list(kept) == ["The budget was found.", ""]


def test_consensus_with_reservations_requires_one(text):
    with pytest.raises(Blocked) as refusal:
        adopted(text, "consensus_with_reservations", "None, really.")
    assert refusal.value.reasons == ["There is no reservation: declare consensus."]


def test_announced_reservation_must_be_recorded_and_objection_resolved(text):
    clearance = make_clearance(text.paper, text.one, text.first, text.second)
    take_stance(clearance, text.first, "reservation", reason="Costs.")
    take_stance(clearance, text.second, "object", reason="No.", proposed_text="Yes.")
    with pytest.raises(Blocked) as refusal:
        adopted(text)
    assert refusal.value.reasons == [
        "Ministry of One objects to a paragraph",
        "1 announced reservation is not on record yet",
    ]


def test_announced_reservation_counts_once_ministry_or_chair_confirms_it(text):
    stance = take_stance(make_clearance(text.paper, text.one, text.first), text.first, "reservation", reason="Costs.")
    for stranger in (text.secretariat, text.officer_two):
        with pytest.raises(NotAllowed):
            workflow.confirm_reservation(stance, text="Costs.", by=stranger)
    assert not text.paper.reservations.exists()
    workflow.confirm_reservation(stance, text=" Costs. ", by=text.officer_one)
    assert adopted(text, "consensus_with_reservations", "It is borne.").state == "adopted"
    assert [(each.stakeholder, each.text) for each in text.paper.reservations.all()] == [(text.one, "Costs.")]


def test_refused_confirmation_lists_all_reasons(text):
    stance = take_stance(make_clearance(text.paper, text.one, text.first), text.first, "agree")
    bring_paper(text.paper, "adopted")
    with pytest.raises(Blocked) as refusal:
        workflow.confirm_reservation(stance, text="", by=text.head, seen=1)
    assert refusal.value.reasons == [
        "Announced reservations are confirmed from the end of the clearance until the decision.",
        "The ministry does not announce this reservation any more.",
        "The words of the paragraph changed meanwhile. Read them, then confirm again.",
        "Enter the text of the reservation as it should be printed.",
    ]


def test_refused_reservation_lists_all_reasons(text):
    paper = bring_paper(text.paper, "adopted")
    with pytest.raises(Blocked) as refusal:
        workflow.record_reservation(paper, stakeholder=text.one, paragraph=text.first, text=" ", by=text.head)
    assert refusal.value.reasons == [
        "Reservations are recorded from clearance until the decision.",
        "Enter the text of the reservation as it should be printed.",
    ]


def test_text_that_is_not_adopted_returns_to_consolidation_with_reason(text):
    paper = workflow.not_adopt(in_session(text), by=text.head, reason="Two members ask for time.")
    assert (paper.state, Decision.objects.get().rule, paper.editions.filter(number="1.0").exists()) == (
        "consolidation",
        "not_adopted",
        False,
    )


def test_decision_and_edition_are_immutable(text):
    adopted(text)
    for table in ("positions_decision", "positions_edition", "positions_quorumcount"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_unprintable_characters_are_reported_before_freezing(text):
    said = (
        "Paragraph 2 (“Kenya calls for 漢字.”): no font of the portal has these characters: 字 (U+5B57), 漢 (U+6F22)."
    )
    in_session(text)
    reword(text.first, "Kenya calls for 漢字.")
    for name in ("open_review", "fix_clearance_text", "lay_before_forum"):
        assert said in [each.text for each in PAPER_MOVES[name].conditions(text.paper)]
    with pytest.raises(Blocked) as refusal:
        workflow.adopt(text.paper, by=text.head, rule="consensus")
    assert said in refusal.value.reasons
    reword(text.first, "Kenya calls for letters.")
    assert workflow.adopt(text.paper, by=text.head, rule="consensus").state == "adopted"


# --- Publication ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(text, settings, tmp_path):
    """Create an adopted paper with an accepted point of a public input, and its files."""
    settings.MEDIA_ROOT = tmp_path
    said = make_submission(text.paper.consultation, text.guest)
    text.point = make_point(said)
    make_disposition(text.paper, text.point, "noted", reason="It was heard.")
    paper = adopted(text)
    workflow.make_files(paper.editions.get(number="1.0"), by=text.secretariat)
    return text


def test_files_are_made_once_and_stored(ready):
    frozen = ready.paper.editions.get(number="1.0")
    before = list(Artefact.objects.order_by("pk").values_list("pk", "sha256"))
    workflow.make_files(frozen, by=ready.secretariat)
    assert list(Artefact.objects.order_by("pk").values_list("pk", "sha256")) == before
    assert [artefact.format for artefact in frozen.artefacts.all()] == ["akn.xml", "dispositions.csv", "json", "pdf"]
    with frozen.artefacts.get(format="json").file.open("rb") as file:
        stored = file.read().decode()
    assert (stored, edition.sha256(stored)) == (frozen.content, frozen.sha256)


def test_publication_requires_valid_files_and_proposal_by_first_officer(text):
    paper = adopted(text)
    with pytest.raises(Blocked) as refusal:
        workflow.publish(paper, by=text.secretariat)
    assert refusal.value.reasons == [
        "The PDF of the adopted edition has not been made yet",
        "No first officer has proposed publication yet",
    ]


def test_publication_requires_two_officers(ready):
    paper = workflow.propose_publication(ready.paper, by=ready.secretariat)
    with pytest.raises(NotAllowed):
        workflow.publish(paper, by=ready.secretariat)
    published = workflow.publish(paper, by=make_secretariat())
    assert (published.state, published.publication_proposed_by) == ("published", ready.secretariat)


def test_database_refuses_publication_by_one_officer(ready):
    paper = workflow.propose_publication(ready.paper, by=ready.secretariat)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE positions_positionpaper SET state='published', published_at=now(), published_by_id=%s WHERE id=%s",
            [ready.secretariat.pk, paper.pk],
        )


def test_publication_answers_all_points_and_mails_each_author_once(ready):
    disposition = ready.paper.dispositions.get()
    assert disposition.answered_at is None
    OutgoingMail.objects.all().delete()
    paper = workflow.propose_publication(ready.paper, by=ready.secretariat)
    workflow.publish(paper, by=make_secretariat())
    disposition.refresh_from_db()
    ready.point.refresh_from_db()
    assert (disposition.answered_at is not None, ready.point.state) == (True, "disposed")
    mail = OutgoingMail.objects.get()
    assert mail.to == ready.point.submission.author.email
    assert f"{ready.point.reference}: noted. It was heard." in mail.body


def test_newer_published_paper_supersedes_older_one(ready):
    paper = workflow.propose_publication(ready.paper, by=ready.secretariat)
    older = workflow.publish(paper, by=make_secretariat())
    newer = make_paper(older.consultation, state="adopted")
    with pytest.raises(Blocked, match="The newer paper must be published first"):
        workflow.supersede(older, by=ready.head, newer=newer, reason="A newer position.")
    newer = bring_paper(newer, "published")
    older = workflow.supersede(older, by=ready.head, newer=newer, reason="A newer position.")
    assert (older.state, Event.objects.about(older).last().data) == ("superseded", {"newer": newer.slug})


@pytest.mark.parametrize("which", ["of another consultation", "published earlier", "itself"])
def test_unrelated_paper_cannot_supersede(which):
    older = make_paper(state="published")
    others = {
        "of another consultation": lambda: make_paper(state="published"),
        "published earlier": lambda: change(
            make_paper(older.consultation, state="published"), published_at=older.published_at - timedelta(days=1)
        ),
        "itself": lambda: older,
    }
    newer, head = others[which](), make_head()
    with pytest.raises(Blocked) as refusal:
        workflow.supersede(older, by=head, newer=newer, reason="A newer position.")
    assert refusal.value.reasons == [
        f"“{newer.title}” cannot replace this paper: it was not published later for the same consultation, and does not "
        "name this paper as its predecessor."
    ]
    older.refresh_from_db()
    assert older.state == "published"


def test_paper_of_other_consultation_supersedes_its_named_predecessor():
    older, officer = make_paper(state="published"), make_secretariat()
    given = {"slug": "next", "title": "The next position", "short_title": "Next", "by": officer}
    with pytest.raises(Blocked, match="The earlier paper must be published before another one can replace it"):
        workflow.create_paper(make_consultation(), **given, predecessor=make_paper())
    newer = workflow.create_paper(make_consultation(), **given, predecessor=older)
    newer = bring_paper(newer, "published")
    assert workflow.supersede(older, by=make_head(), newer=newer, reason="A new round.").state == "superseded"
    assert Event.objects.about(newer).first().data == {"predecessor": older.slug}


def test_database_keeps_predecessor_given_at_creation():
    older, newer = make_paper(state="published"), make_paper()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        change(newer, predecessor=older)


# --- Halting --------------------------------------------------------------------------------------------------------


def test_suspended_paper_resumes_in_previous_state(text):
    halted = workflow.suspend(text.paper, by=text.head, reason="Elections.")
    assert (halted.state, halted.suspended_from) == ("suspended", "forum_text")
    assert workflow.resume(halted, by=text.head).state == "forum_text"


def test_database_refuses_skipping_the_meeting(text):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE positions_positionpaper SET state='adopted' WHERE id=%s", [text.paper.pk])
