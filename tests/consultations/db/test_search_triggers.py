"""Triggers maintain the search index, without held-back text, and the tallies."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from consultations import workflow
from consultations.models import (
    Attachment,
    DayTally,
    ObjectiveTally,
    Point,
    PointState,
    SearchEntry,
    Submission,
    Tally,
    UnsplitInput,
)
from tests.factories import bring, change, make_point, make_provision, make_stakeholder, make_submission, make_theme

pytestmark = pytest.mark.django_db


def matches(words: str, configuration: str = "english") -> int:
    """Return how many entries contain these words."""
    condition = "words @@ websearch_to_tsquery(%s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM consultations_searchentry WHERE {condition}", [configuration, words])
        return cursor.fetchone()[0]


def counted_from_rows(model, counts: Q, column: str) -> dict[tuple, int]:
    """Return the expected tallies, counted from the records."""
    rows = model.objects.filter(counts).order_by().values_list("consultation", "theme", "stakeholder")
    return {row[:3]: row[3] for row in rows.annotate(Count("pk"))}


def stored_counts(column: str) -> dict[tuple, int]:
    rows = Tally.objects.exclude(**{column: 0}).values_list("consultation", "theme", "stakeholder", column)
    return {row[:3]: row[3] for row in rows}


def test_search_covers_both_languages_and_ignores_accents():
    make_submission(title="Safe routes", body="Mundũ wa Gĩthĩo hutembea.", proposed_wording="We commit to remedies.")
    assert [matches("route"), matches("remedy"), matches("mundu", "portal"), matches("hutembea", "portal")] == [
        1,
        1,
        1,
        1,
    ]
    assert matches("nothing") == 0


def test_held_back_passages_are_not_indexed():
    sent = make_submission(body="We saw [[the quagga\nlantern]] there and [[another zebra]] too.")
    assert [matches("quagga"), matches("lantern"), matches("zebra"), matches("there too saw", "portal")] == [0, 0, 0, 1]
    draft = change(make_submission(state="draft"), body="A [[heron]] ledger")
    assert [matches("heron"), matches("ledger")] == [0, 1]
    make_point(sent, text="quagga", held_back=True)
    assert matches("quagga") == 0
    assert SearchEntry.objects.filter(submission=draft).count() == 1


def test_points_and_files_are_indexed_with_their_input():
    sent = make_submission(body="Words.")
    point = make_point(sent, text="A lantern for each shelter")
    assert list(SearchEntry.objects.filter(point=point).values_list("submission", flat=True)) == [sent.pk]
    file = Attachment.objects.create(
        submission=sent, name="giraffe.pdf", size=3, uploaded_by=sent.author, stored_as="a", text="ostrich"
    )
    assert matches("ostrich") == 0
    Attachment.objects.filter(pk=file.pk).update(state="ready", received=3, sha256="0" * 64, media_type="text/plain")
    assert [matches("ostrich"), matches("giraffe.pdf", "portal")] == [1, 1]
    Attachment.objects.filter(pk=file.pk).update(state="removed")
    assert matches("ostrich") == 0


def test_counts_are_updated_by_every_move():
    one, other, theme = make_stakeholder(), make_stakeholder(), make_theme("T2")
    for state in Submission.State.values:
        make_submission(stakeholder=one, state=state)
    last = make_submission(stakeholder=other, theme=theme, state="submitted")
    point = make_point(make_submission(stakeholder=other, state="accepted"))
    make_point(last if last.state == "accepted" else point.submission, theme=theme)

    def all_agree():
        sent = Q(submitted_at__isnull=False) & ~Q(state="withdrawn")
        stand = Q(state__in=[PointState.VALIDATED, PointState.MERGED, PointState.DISPOSED])
        assert stored_counts("inputs") == counted_from_rows(Submission, sent, "inputs")
        assert stored_counts("points") == counted_from_rows(Point, stand, "points")
        for audience in ("public", "members"):
            on_file = Q(state="accepted", audience=audience)
            assert stored_counts(audience) == counted_from_rows(Submission, on_file, audience)

    all_agree()
    for move in ({"stakeholder": one}, {"state": "accepted"}, {"audience": "members"}, {"state": "submitted"}):
        change(last, **move)
        all_agree()
    bring(last, "withdrawn")
    all_agree()
    change(point, theme=theme)
    change(point, state="withdrawn")
    all_agree()


def unsplit():
    return list(UnsplitInput.objects.order_by("submitted_at").values_list("submission", flat=True))


def test_inputs_on_file_are_listed_until_their_first_point():
    one, other = (make_submission(state="submitted") for _turn in range(2))
    assert unsplit() == []
    bring(one, "accepted")
    bring(other, "accepted")
    assert unsplit() == [one.pk, other.pk]
    change(other, state="submitted")
    assert unsplit() == [one.pk]
    change(other, state="accepted", submitted_at=one.submitted_at - timedelta(days=1))
    assert unsplit() == [other.pk, one.pk]
    make_point(one)
    assert unsplit() == [other.pk]
    change(one, state="submitted")
    change(one, state="accepted")
    assert unsplit() == [other.pk]


# --- By day and by objective ----------------------------------------------------------------------------------------


def stored_days():
    rows = DayTally.objects.exclude(inputs=0).order_by().values_list("consultation", "day", "channel")
    return {row[:3]: row[3] for row in rows.annotate(Sum("inputs"))}


def counted_days():
    rows = Submission.objects.sent().order_by().values_list("consultation", TruncDate("submitted_at"), "channel")
    return {row[:3]: row[3] for row in rows.annotate(Count("pk"))}


def stored_objectives():
    rows = ObjectiveTally.objects.exclude(inputs=0).values_list("consultation", "provision", "stakeholder", "inputs")
    return {row[:3]: row[3] for row in rows}


def counted_objectives():
    named = Submission.objects.sent().exclude(provisions=None).order_by()
    rows = named.values_list("consultation", "provisions", "stakeholder")
    return {row[:3]: row[3] for row in rows.annotate(Count("pk"))}


@pytest.fixture
def objectives():
    return [make_provision(code, theme=make_theme("T1")) for code in ("GCM-02", "GCM-05", "GCM-06")]


def agree():
    assert (stored_days(), stored_objectives()) == (counted_days(), counted_objectives())
    return sum(stored_days().values()), sum(stored_objectives().values())


def test_inputs_are_counted_by_day_and_objective_once_they_are_sent(objectives):
    draft = make_submission(state="draft")
    draft.provisions.set(objectives[:2])
    assert agree() == (0, 0)
    sent = workflow.submit(draft, by=draft.author)
    assert agree() == (1, 2)
    bring(sent, "accepted")
    assert agree() == (1, 2)


def test_objectives_named_and_removed_later_are_counted(objectives):
    sent = make_submission()
    sent.provisions.set(objectives)
    assert agree() == (1, 3)
    sent.provisions.remove(objectives[0])
    assert agree() == (1, 2)
    sent.provisions.clear()
    assert agree() == (1, 0)


def test_withdrawn_input_leaves_its_day_and_objectives(objectives):
    sent = make_submission(state="submitted")
    sent.provisions.set(objectives[:1])
    assert agree() == (1, 1)
    bring(sent, "withdrawn")
    assert agree() == (0, 0)


def test_corrected_time_sender_or_channel_moves_the_counts(objectives):
    sent = make_submission(state="submitted")
    sent.provisions.set(objectives)
    change(sent, submitted_at=sent.submitted_at - timedelta(days=3))
    assert agree() == (1, 3)
    change(sent, stakeholder=make_stakeholder("Another (sample)"))
    assert agree() == (1, 3)


def test_day_is_that_of_nairobi(objectives):
    change(make_submission(state="submitted"), submitted_at=datetime(2017, 10, 3, 22, 30, tzinfo=UTC))
    assert list(DayTally.objects.exclude(inputs=0).values_list("day", flat=True)) == [date(2017, 10, 4)]


def test_many_inputs_at_once_are_counted(objectives):
    consultation, body = make_submission(state="submitted").consultation, make_stakeholder("Many (sample)")
    rows = [make_submission(consultation, body, state="submitted") for _turn in range(3)]
    through = Submission.provisions.through
    through.objects.bulk_create(
        [through(submission=row, provision=objective) for row in rows for objective in objectives]
    )
    assert agree() == (4, 9)
    through.objects.filter(provision=objectives[0]).delete()
    assert agree() == (4, 6)
