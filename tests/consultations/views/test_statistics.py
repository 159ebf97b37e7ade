"""Coverage page: every input counts, numbers link to lists, gaps are shown."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from consultations import charts
from consultations.models import ConsultationState, County, Office, Submission
from consultations.queries import statistics
from tests.factories import (
    change,
    make_consultation,
    make_provision,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
NAIROBI = ZoneInfo("Africa/Nairobi")


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


def numbers(matrix):
    """Return the nonzero cells of a matrix."""
    return {(line.code, cell.group): cell.number for line in matrix.lines for cell in line.cells if cell.number}


# --- Figures --------------------------------------------------------------------------------------------------------


def test_themes_by_group(consultation, django_assert_num_queries):
    union, paper = make_stakeholder(group="workers"), make_stakeholder(group="media")
    for audience in ("public", "secretariat"):
        make_submission(consultation, union, audience=audience)
    make_submission(consultation, paper, theme=make_theme("T2"), state="submitted")
    make_submission(consultation, paper, state="withdrawn")
    make_submission(make_consultation(), paper)
    themes = list(consultation.themes.all())
    with django_assert_num_queries(1):
        found = statistics.by_theme(consultation, themes)
    assert numbers(found) == {("T1", "workers"): 2, ("T2", "media"): 1}
    assert [(line.total, line.gaps) for line in found.lines] == [(2, 15), (1, 15)]
    assert (sum(found.totals), found.total, found.silent) == (3, 3, [])


def test_objectives_by_group(consultation, django_assert_num_queries):
    first, second, third = (make_provision(f"GCM-0{number}") for number in (1, 2, 3))
    target = make_provision("16.2")
    sent = make_submission(consultation, make_stakeholder(group="workers"), audience="members")
    sent.provisions.add(first, second, target)
    make_submission(consultation, make_stakeholder(group="media")).provisions.add(second)
    make_submission(consultation, state="draft").provisions.add(third)
    make_submission(make_consultation()).provisions.add(third)
    with django_assert_num_queries(1):
        found = statistics.by_objective(consultation)
    assert numbers(found) == {("GCM-01", "workers"): 1, ("GCM-02", "workers"): 1, ("GCM-02", "media"): 1}
    assert [line.label for line in found.silent] == ["3. Label GCM-03"]


def test_counties_with_and_without_inputs(consultation, django_assert_num_queries):
    kilifi, lamu = (County.objects.create(code=code, name=name, slug=name.lower()) for code, name in [
        ("003", "Kilifi"), ("005", "Lamu"),
    ])  # fmt: skip
    for _turn in range(2):
        make_submission(consultation, make_stakeholder(county=kilifi))
    make_submission(consultation)
    with django_assert_num_queries(1):
        assert statistics.by_county(consultation) == [(kilifi, 2, 2), (lamu, 0, 0)]


def arrive(consultation, *days):
    for day in days:
        change(
            make_submission(consultation),
            submitted_at=consultation.opens_at.replace(hour=21, minute=30) + timedelta(days=day),
        )


def test_arrivals_by_day_in_nairobi_with_the_empty_days(consultation):
    arrive(consultation, 0, 0, 2)
    first = (consultation.opens_at + timedelta(days=1)).date()  # 21:30 UTC is after midnight in Nairobi
    days = [first + timedelta(days=turn) for turn in range(3)]
    assert statistics.arrivals(consultation) == [
        (days[0], days[0], 2, 2),
        (days[1], days[1], 0, 2),
        (days[2], days[2], 1, 3),
    ]


def test_arrivals_by_week_where_there_are_many_days(consultation):
    arrive(consultation, 0, 6, 7, 30)
    found = statistics.arrivals(consultation)
    assert [(row.last - row.first).days for row in found] == [6] * 5
    assert [(row.inputs, row.so_far) for row in found] == [(2, 2), (1, 3), (0, 3), (0, 3), (1, 4)]


def test_no_arrivals_without_inputs(consultation):
    assert statistics.arrivals(consultation) == []


def test_each_of_the_47_counties_has_one_place_on_the_map():
    tiles = statistics.tiles()
    assert sorted(tiles) == [f"{number:03}" for number in range(1, 48)]
    assert len({(tile.column, tile.row) for tile in tiles.values()}) == 47
    assert len({tile.label for tile in tiles.values()}) == 47


# --- Pictures -------------------------------------------------------------------------------------------------------


def test_map_shades_follow_numbers():
    found = charts.tile_map(("c", "C", turn, 0, number) for turn, number in enumerate([0, 1, 25, 26, 100]))
    assert [square.level for square in found.squares] == [0, 1, 1, 2, 4]
    assert [square.x for square in found.squares] == [2, 50, 98, 146, 194]
    assert (found.width, found.height) == (240, 48)


def test_column_heights_follow_numbers():
    found = charts.time_line([0, 1, 1000])
    assert [column.height for column in found.columns] == [0, 2, 180]
    assert [column.y + column.height for column in found.columns] == [found.base] * 3
    assert found.columns[-1].x + found.columns[-1].width <= found.width
    assert charts.time_line([]).columns == []


# --- The page -------------------------------------------------------------------------------------------------------


def test_every_number_links_to_its_list(client, consultation):
    county = County.objects.create(code="003", name="Kilifi", slug="kilifi")
    sent = make_submission(consultation, make_stakeholder(group="workers", county=county), title="Pay on time")
    sent.provisions.add(make_provision("GCM-06"))
    page = client.get(reverse("coverage_public"))
    cells = [
        "theme=T1&amp;group=workers",
        "objective=GCM-06&amp;group=workers",
        "county=kilifi",
        "theme=T1",
        "objective=GCM-06",
        "group=workers",
        f"arrived={sent.submitted_at.astimezone(NAIROBI).date()}",
    ]
    found = [f'href="/inputs/?{cell}"' in page.content.decode() for cell in cells]
    assert found == [True] * len(cells)
    for cell in cells:
        listed = client.get(f"/inputs/?{cell.replace('&amp;', '&')}")
        assert [row.title for row in listed.context["inputs"]] == ["Pay on time"]


def test_timeline_number_links_to_arrivals_of_that_nairobi_day(client, consultation):
    arrive(consultation, 0, 6, 7)
    early, there, late = Submission.objects.order_by("submitted_at")
    day = early.submitted_at.astimezone(NAIROBI).date()
    week = f"{day}--{day + timedelta(days=6)}"
    asked = {
        str(day): [early], week: [there, early], f"{day}--{day + timedelta(days=7)}": [late, there, early],
        f"{day - timedelta(days=1)}": [], "2017-02-30": None, f"{week}--{day}": None, f"{late}--{day}": None,
        "9999-12-31": None, "0001-01-01": None, f"{day + timedelta(days=1)}--{day}": None,
    }  # fmt: skip
    for words_asked, expected in asked.items():
        page = client.get("/inputs/", {"arrived": words_asked})
        known = list(page.context["inputs"]) if not page.context["not_found"] else None
        assert known == expected, words_asked
    assert client.get("/inputs.json", {"arrived": str(day)}).getvalue().count(b'"reference"') == 1


def test_page_shows_no_names_or_titles(client, consultation):
    make_submission(consultation, make_stakeholder("Secret Society"), title="canary", audience="secretariat")
    page = client.get(reverse("coverage_public")).content.decode()
    assert ("Secret Society" in page, "canary" in page) == (False, False)
    assert "1 input from 1 organisation" in " ".join(page.split())


def test_other_consultation_can_be_selected(client, consultation):
    other = make_consultation(state="closed", themes=("T2",))
    make_submission(other)
    page = client.get(reverse("coverage_public"), {"round": other.slug})
    assert page.context["participation"].inputs == 1
    assert (
        f'href="/inputs/?theme=T2&amp;group=civil_society&round={other.slug}"'.replace("&round", "&amp;round")
        in page.content.decode()
    )
    assert client.get(reverse("coverage_public"), {"round": "none"}).context["round"] == consultation


def test_page_works_without_consultation(client):
    assert "No consultation has been opened yet" in words(client.get(reverse("coverage_public")))


def test_query_count_does_not_depend_on_inputs(client, consultation, django_assert_num_queries):
    for _turn in range(3):
        make_submission(consultation).provisions.add(make_provision())
    with django_assert_num_queries(7):
        client.get(reverse("coverage_public"))


# --- At the desk ----------------------------------------------------------------------------------------------------


def desk_page(consultation):
    return reverse("coverage_desk", args=[consultation.slug])


@pytest.mark.parametrize("office", [None, Office.OFFICIAL, Office.SYSADMIN])
def test_coverage_at_desk_is_for_secretariat(client, consultation, office):
    sign_in(client, make_user(office) if office else make_user())
    assert client.get(desk_page(consultation)).status_code == 404


def test_coverage_at_desk_counts_its_consultation_and_names_who_is_missing(client, consultation):
    sign_in(client, make_user(Office.SECRETARIAT))
    wrote, silent = make_stakeholder(group="workers"), make_stakeholder(group="media", name="Silent Radio")
    make_submission(consultation, wrote)
    make_submission(make_consultation(), silent)
    page = client.get(desk_page(consultation))
    rows = {row.code: (row.total, row.dots) for row in page.context["groups"]}
    assert rows["workers"] == (1, [(1, 4), (0, 0)])
    assert rows["media"] == (0, [(0, 0), (0, 0)])
    assert next(iter(rows)) == "workers"
    assert list(page.context["silent"]) == [silent]
    assert page.context["participation"].inputs == 1
    text = page.text
    assert f'href="{reverse("non_responses", args=[consultation.slug])}"' in text
    assert f'href="{reverse("desk_organisation", args=[silent.pk])}"' in text


def test_coverage_at_desk_costs_the_same_queries_for_many(client, consultation, django_assert_max_num_queries):
    sign_in(client, make_user(Office.SECRETARIAT))
    for turn in range(14):
        make_stakeholder(name=f"Body {turn}")
    with django_assert_max_num_queries(18):
        page = client.get(desk_page(consultation))
    assert (len(page.context["silent"]), page.context["silent_number"], page.context["more"]) == (12, 14, 2)


def test_coverage_at_desk_before_opening_has_no_figures(client):
    sign_in(client, make_user(Office.SECRETARIAT))
    page = client.get(desk_page(make_consultation(state=ConsultationState.DRAFT)))
    assert "has not opened yet" in page.text
    assert "groups" not in page.context
