"""Save, rename and remove filters: own ones only, and not too many."""

import pytest
from django.db import IntegrityError, transaction

from consultations.models import Event, SavedFilter
from consultations.workflow import remove_filter, rename_filter, save_filter
from consultations.workflow.saved_filters import MOST
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import make_consultation, make_member, make_secretariat, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


@pytest.fixture
def consultation():
    return make_consultation()


def save(consultation, by, name="To read", query="state=submitted", page="inputs"):
    return save_filter(consultation, by=by, page=page, name=name, query=query)


def test_saved_filter_is_kept_for_its_person_and_list(officer, consultation):
    made = save(consultation, officer)
    assert (made.user, made.consultation, made.page) == (officer, consultation, "inputs")
    assert (made.name, made.query) == ("To read", "state=submitted")
    assert list(SavedFilter.objects.visible_to(make_secretariat())) == []
    assert Event.objects.filter(by=officer).count() == 0


def test_filter_of_the_same_name_is_replaced(officer, consultation):
    save(consultation, officer)
    save(consultation, officer, query="state=returned")
    save(consultation, officer, page="points")
    save(make_consultation(), officer)
    save(consultation, make_secretariat())
    assert [each.query for each in officer.saved_filters.filter(consultation=consultation, page="inputs")] == [
        "state=returned"
    ]
    assert SavedFilter.objects.count() == 4


def test_unfiltered_list_is_not_saved(officer, consultation):
    with pytest.raises(Blocked, match="Filter the list first"):
        save(consultation, officer, query="")


def test_person_has_at_most_so_many(officer, consultation):
    for turn in range(MOST):
        save(consultation, officer, name=f"Filter {turn}")
    with pytest.raises(Blocked, match="You have saved 30 filters"):
        save(consultation, officer, name="One more")
    save(consultation, officer, name="Filter 7", query="theme=T1")
    remove_filter(officer.saved_filters.first(), by=officer)
    save(consultation, officer, name="One more")
    assert officer.saved_filters.count() == MOST


@pytest.mark.parametrize("make", [make_user, make_member, lambda: make_user("official"), lambda: make_user("sysadmin")])
def test_only_the_secretariat_saves_filters(consultation, make):
    with pytest.raises(NotAllowed):
        save(consultation, make())


def test_filter_is_renamed_unless_the_name_is_taken(officer, consultation):
    made, other = save(consultation, officer), save(consultation, officer, name="Mine", query="mine=yes")
    assert rename_filter(made, by=officer, name="Unread").name == "Unread"
    with pytest.raises(Blocked, match="another filter with this name"):
        rename_filter(other, by=officer, name="Unread")
    assert rename_filter(other, by=officer, name="Mine").name == "Mine"


def test_nobody_changes_filters_of_others(officer, consultation):
    made, other = save(consultation, officer), make_secretariat()
    with pytest.raises(NotAllowed):
        rename_filter(made, by=other, name="x")
    with pytest.raises(NotAllowed):
        remove_filter(made, by=other)
    made.refresh_from_db()
    assert made.name == "To read"


@pytest.mark.parametrize("wrong", [{"page": "people"}, {"name": "To read"}])
def test_database_refuses_unknown_lists_and_names_twice(officer, consultation, wrong):
    save(consultation, officer)
    fields = {"user": officer, "consultation": consultation, "page": "inputs", "name": "x", "query": "q=1", **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedFilter.objects.create(**fields)
