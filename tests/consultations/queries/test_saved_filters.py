"""Tabs above a list: the person's own filters, and which of them the list shows."""

import pytest

from consultations.models import SavedFilter
from consultations.queries.saved_filters import Tab, normal_query, saved_tabs
from tests.factories import make_consultation, make_secretariat


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=submitted&before=NCM-2026-0002&open=0002", "state=submitted"),
        ("saved=kiswahili&organisation=Northern&filter=1&done=0002", "organisation=Northern&saved=kiswahili"),
        ("?theme=T1&state=submitted&words=", "state=submitted&theme=T1"),
        ("words=care+workers", "words=care+workers"),
        ("", ""),
        ("&".join(f"a{turn}=1" for turn in range(100)), ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_equal_filters_are_equal_text(query, expected):
    assert normal_query(query) == expected


@pytest.mark.django_db
def test_tabs_are_all_and_the_persons_own(django_assert_num_queries):
    officer, consultation = make_secretariat(), make_consultation()
    of_list = {"consultation": consultation, "page": "inputs"}
    for person, name, query in ((officer, "To read", "state=submitted"), (make_secretariat(), "Not mine", "a=1")):
        SavedFilter.objects.create(user=person, name=name, query=query, **of_list)
    SavedFilter.objects.create(user=officer, consultation=make_consultation(), page="inputs", name="There", query="a=1")
    SavedFilter.objects.create(user=officer, consultation=consultation, page="points", name="Points", query="a=1")
    address = f"/desk/{consultation.slug}/inputs/"
    with django_assert_num_queries(1):
        tabs = saved_tabs(officer, consultation, "inputs", "state=submitted&before=x")
    assert tabs.tabs == [Tab("", address, False), Tab("To read", f"{address}?state=submitted", True)]
    assert tabs.manage == f"/desk/{consultation.slug}/filters/inputs/?query=state%3Dsubmitted"
    assert [tab.is_current for tab in saved_tabs(officer, consultation, "inputs", "").tabs] == [True, False]
