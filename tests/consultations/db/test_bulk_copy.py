"""Instances made alike and inserted by COPY are those that Django makes one by one."""

import pytest

from consultations.models import Submission, copy_in, made_alike
from tests.factories import make_consultation, make_secretariat, make_stakeholder, make_theme

pytestmark = pytest.mark.django_db


def test_instances_made_alike_equal_named_ones(django_assert_num_queries):
    by, consultation = make_secretariat(), make_consultation(themes=("T1",))
    shared = {"consultation": consultation, "author": by, "entered_by": by, "channel": "letter"}
    shared |= {"stakeholder": make_stakeholder(), "theme": make_theme("T1"), "created_at": by.date_joined}
    own = [{"title": f"No. {turn}", "body": "Wages", "key": Submission().key} for turn in range(3)]
    named = [Submission(**shared, **each) for each in own]
    for one in named:
        one.edited_at = named[0].edited_at
    alike = list(made_alike(Submission, own, {**shared, "edited_at": named[0].edited_at}))
    fields = [field.attname for field in Submission._meta.concrete_fields]
    assert [[getattr(one, name) for name in fields] for one in alike] == [
        [getattr(one, name) for name in fields] for one in named
    ]
    with django_assert_num_queries(0):  # relations are not asked for again
        assert {(one.consultation, one.author, one._state.adding) for one in alike} == {(consultation, by, True)}


def test_copied_rows_are_stored_with_keys_of_their_own():
    by, body = make_secretariat(), make_stakeholder()
    shared = {"consultation": make_consultation(themes=("T1",)), "author": by, "stakeholder": body}
    own = [{"title": f"No. {turn}", "body": "", "key": Submission().key} for turn in range(3)]
    rows = list(made_alike(Submission, own, {**shared, "theme": make_theme("T1")}))
    copy_in(rows)
    assert not any(row._state.adding for row in rows)
    stored = list(Submission.objects.order_by("pk"))
    assert [(row.pk, row.title, row.key, row.state) for row in stored] == [
        (row.pk, row.title, row.key, "draft") for row in rows
    ]
