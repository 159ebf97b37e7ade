"""Bulk import of inputs: each row is judged like a single one; written at once, journalled one by one."""

import itertools
import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from consultations.integrity.journal import verdict
from consultations.models import Event, SearchEntry, Submission, Tally, copy_in
from consultations.workflow import SUBMISSION_MOVES, SheetRow, WhyNot, take_in_many
from ncm_portal.workflow import Blocked, NotAllowed, check
from tests.factories import (
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FORMS = ("", " ", "words", "[[held back]]", "an [[open one", "a closed]] one", "[[one [[in]] another]]")


def row(stakeholder, **fields):
    words = {"title": "What we ask", "body": "Wages on time.", "received_on": TODAY}
    return SheetRow(key=uuid.uuid4(), stakeholder=stakeholder, theme=make_theme("T1"), **(words | fields))


def test_bulk_rows_have_same_refusals_as_single_inputs():
    consultation, by = make_consultation(), make_secretariat()
    bodies = [make_stakeholder(), make_stakeholder(), make_stakeholder(state="suspended")]
    fields = {"consultation": consultation, "channel": "letter", "author": by, "entered_by": by}
    asked, answers = WhyNot(Submission(**fields)), set()
    days = (TODAY, TODAY + timedelta(days=30))
    for body, day, title, text, wording in itertools.product(bodies, days, FORMS, FORMS, FORMS[2:5]):
        said = row(body, received_on=day, title=title, body=text, proposed_wording=wording)
        alone = Submission(**fields, **{name: value for name, value in said._asdict().items() if name != "provisions"})
        try:
            check(SUBMISSION_MOVES["take_in"], alone, by=by)
            reasons = []
        except Blocked as refusal:
            reasons = refusal.reasons
        assert asked.about(said) == reasons
        answers.add(len(reasons))
    assert answers == {0, 1, 2, 3, 4, 5}


def test_bulk_intake_equals_single_intake():
    consultation, by, body = make_consultation(), make_secretariat(), make_stakeholder()
    objectives = (make_provision("GCM-02", theme=make_theme("T1")), make_provision("GCM-05", theme=make_theme("T1")))
    said = [row(body, title=f"No. {turn}", provisions=objectives[: turn % 3]) for turn in range(30)]
    taken = take_in_many(
        consultation, [*said, row(body, title=""), said[0]], by=by, channel="letter", data={"file": "x"}
    )
    assert [list(taken.refused.values()), len(taken.new)] == [[["It has no title yet"]], 30]
    kept = {each.key: each for each in Submission.objects.all()}
    assert [kept[each.key].title for each in said] == [each.title for each in said]
    assert {each.state for each in kept.values()} == {"submitted"}
    assert len({each.reference for each in kept.values()}) == 30
    for each in said:
        mine = kept[each.key]
        assert mine.content_sha256 == mine.computed_sha256()
        assert set(mine.provisions.all()) == set(each.provisions)
        entry = Event.objects.about(mine).get()
        assert (entry.verb, entry.by, entry.before, entry.after) == ("take_in_many", by, "draft", "submitted")
        assert entry.data == {"file": "x"}
    assert SearchEntry.objects.count() == 30
    assert Tally.objects.get(stakeholder=body).inputs == 30
    assert verdict().complaint == ""
    assert take_in_many(consultation, said, by=by, channel="letter").new == []


def test_only_secretariat_registers_inputs():
    body = make_stakeholder()
    with pytest.raises(NotAllowed):
        take_in_many(make_consultation(), [row(body)], by=make_member(body), channel="letter")


def copied(**fields):
    like = make_submission(state="draft", **fields)
    return Submission(
        consultation=like.consultation, stakeholder=like.stakeholder, author=like.author, theme=like.theme,
        channel=like.channel, entered_by=like.entered_by, received_on=like.received_on, state="submitted",
        reference="NCM-X", submitted_at=timezone.now(), content_sha256="0" * 64,
    )  # fmt: skip


def refused(new):
    try:
        with transaction.atomic():
            copy_in([new])
    except ProgrammingError as error:
        return "pgtrigger" in str(error)
    return False


def test_only_typed_inputs_may_start_as_submitted():
    assert refused(copied())
    typed = copied(channel="letter")
    typed.state = "accepted"
    assert refused(typed)
    typed.state = "submitted"
    assert not refused(typed)


def test_copied_rows_get_keys_and_empty_copy_does_nothing():
    copy_in([])
    written = copied(channel="letter")
    copy_in([written])
    assert Submission.objects.get(reference="NCM-X").pk == written.pk
    written.title = "Changed"
    written.save()
    assert Submission.objects.get(pk=written.pk).title == "Changed"
