"""Find records by reference or words: who finds what, in which order, and what must not be found."""

import pytest

from consultations.queries import find
from consultations.queries.find import (
    Search,
    find_consultations,
    find_forums,
    find_inputs,
    find_organisations,
    find_people,
    find_points,
    matches,
)
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.plans import no_large_table_is_read_as_a_whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


@pytest.fixture
def consultation():
    return make_consultation()


def inputs_of(user, search):
    return find_inputs(user, search, matches(user, search))


def points_of(user, search):
    return find_points(user, search, matches(user, search))


def labels(results):
    return [each.label for each in results]


def of_rows(results):
    return labels(result for _row, result in results)


# --- What words mean --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number"),
    [("§ 35", 35), ("§35", 35), ("paragraph 35", 35), ("Par. 35", 35), ("35", 35), ("0002.1", None), ("§", None)],
)
def test_number_of_a_paragraph_is_read(words, number):
    assert Search(words).paragraph == number


def test_number_means_a_reference_of_every_year(consultation):
    year = consultation.opens_at.year
    assert Search("2").inputs == ["2", f"NCM-{year}-0002"]
    assert Search("0002.1").points == ["0002.1", f"NCM-{year}-0002.1"]
    assert Search("ncm-2026-0002").inputs == ["NCM-2026-0002"]
    assert Search("f-2017.s2.1").points == ["F-2017.S2.1"]
    assert Search("herders").inputs == []


# --- Inputs and points ------------------------------------------------------------------------------------------------


def test_input_is_found_by_reference_its_number_and_words(officer, consultation):
    sent = make_submission(consultation, title="The receipt that nobody gives")
    make_submission(consultation)
    number = sent.reference.rpartition("-")[2]
    for words in (sent.reference, sent.reference.lower(), number, str(int(number)), "receipt nobody", "rece"):
        assert labels(inputs_of(officer, Search(words))) == [sent.reference], words
    (results,) = inputs_of(officer, Search("receipt"))
    assert results == (
        sent.reference, "The receipt that nobody gives", sent.stakeholder.name, f"/desk/inputs/{sent.key}/", consultation.pk
    )  # fmt: skip


def test_input_with_this_number_is_first(officer, consultation):
    older = make_submission(consultation)
    number = older.reference.rpartition("-")[2]
    make_submission(consultation, body=f"See {number} there.")
    assert labels(inputs_of(officer, Search(number)))[0] == older.reference


def test_inputs_of_the_present_consultation_come_first(officer, consultation):
    other = make_consultation()
    own = [make_submission(consultation, title="Weavers") for _turn in range(2)]
    others = [make_submission(other, title="Weavers") for _turn in range(7)]
    results = inputs_of(officer, Search("weavers", consultation))
    assert labels(results) == [each.reference for each in [*reversed(own), *reversed(others[2:])]]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "set_aside", "withdrawn"])
def test_input_that_is_not_on_file_is_found_only_by_its_organisation_and_the_secretariat(officer, consultation, state):
    sent = make_submission(consultation, state=state, title="Weavers", audience="public")
    words = [Search("weavers"), *([Search(sent.reference)] if sent.reference else [])]
    strangers = (make_user(), make_member(make_ministry()), make_user("official"), make_user("sysadmin"))
    assert [inputs_of(person, search) for person in strangers for search in words if inputs_of(person, search)] == []
    assert len(inputs_of(sent.author, words[0])) == 1
    assert len(inputs_of(officer, words[0])) == (state != "draft")


def test_restricted_input_is_found_only_by_its_readers(officer, consultation):
    sent = make_submission(consultation, title="Weavers", audience="secretariat")
    for_members = make_submission(consultation, title="Weavers", audience="members")
    member = make_member(make_ministry())
    assert inputs_of(make_user(), Search("weavers")) == inputs_of(make_user(), Search(sent.reference)) == []
    assert labels(inputs_of(member, Search("weavers"))) == [for_members.reference]
    assert inputs_of(member, Search(sent.reference)) == []
    assert len(inputs_of(officer, Search("weavers"))) == 2


def test_held_back_words_find_an_input_only_for_the_secretariat_and_are_never_shown(officer, consultation):
    make_submission(consultation, title="Wages [[of Mueni]]", body="In Kisauni [[Mueni was not paid]].")
    assert inputs_of(make_user(), Search("mueni")) == []
    (results,) = inputs_of(officer, Search("mueni"))
    assert "Mueni" not in results.title


def test_own_inputs_lead_to_where_their_organisation_works_on_them(consultation):
    draft = make_submission(consultation, state="draft", title="Weavers")
    sent = make_submission(consultation, draft.stakeholder, author=draft.author, title="Herders")
    assert [each.url for each in inputs_of(draft.author, Search("weavers"))] == [f"/submit/{draft.key}/"]
    assert [each.url for each in inputs_of(draft.author, Search("herders"))] == [f"/my-organisation/inputs/{sent.key}/"]
    assert [each.url for each in inputs_of(make_user(), Search("herders"))] == [f"/inputs/{sent.reference}/"]


def test_point_is_found_by_reference_its_number_and_words(officer, consultation):
    point = make_point(make_submission(consultation), text="Recruitment fees are borne by the employer.")
    number = point.reference.rpartition("-")[2]
    for words in (point.reference, number, "recruitment employer"):
        ((_row, results),) = points_of(officer, Search(words))
        assert (results.label, results.url) == (point.reference, f"/desk/points/{point.reference}/")
    ((_row, results),) = points_of(make_user(), Search(number))
    assert results.url == f"/inputs/{point.submission.reference}/"


def test_points_are_found_only_where_their_source_is_readable(officer, consultation):
    make_point(make_submission(consultation, audience="secretariat"), text="Looms for everybody.")
    make_point(make_submission(consultation), text="Looms for Mueni.", held_back=True)
    in_session = make_point(session=make_session(make_forum(consultation)), state="submitted", text="Looms at last.")
    for person in (make_user(), make_member(make_ministry()), make_user("sysadmin")):
        assert points_of(person, Search("looms")) == points_of(person, Search(in_session.reference)) == []
    assert len(points_of(officer, Search("looms"))) >= 2


def test_point_of_a_session_leads_to_its_forum(consultation):
    forum = make_forum(consultation, state="reported")
    point = make_point(session=make_session(forum))
    ((_row, results),) = points_of(make_user(), Search(point.reference.lower()))
    assert (results.label, results.url) == (point.reference, f"/forums/{forum.slug}/")


# --- Organisations and people -----------------------------------------------------------------------------------------


def test_staff_find_all_organisations_others_those_they_read_of(officer, consultation):
    silent = make_stakeholder("Care Workers' Union", state="registered")
    wrote = make_stakeholder("Home Care Forum", short_name="HCF")
    make_submission(consultation, wrote)
    assert [body for body, _found in find_organisations(officer, Search("care"))] == [silent, wrote]
    ((body, results),) = find_organisations(make_user(), Search("care"))
    assert (body, results.url) == (wrote, f"/inputs/?organisation={wrote.pk}")
    ((body, results),) = find_organisations(make_member(silent), Search("union"))
    assert (body, results.url) == (silent, "/my-organisation/")
    assert [results.note for _body, results in find_organisations(officer, Search("hcf"))] == ["1 input"]


def test_organisation_that_only_wrote_what_others_may_not_read_is_not_found(consultation):
    body = make_stakeholder("Care Workers' Union")
    make_submission(consultation, body, audience="secretariat")
    make_submission(consultation, body, state="draft")
    assert find_organisations(make_user(), Search("care")) == []
    assert find_organisations(make_member(make_ministry()), Search("care")) == []


def test_system_administrator_is_led_to_the_administration():
    body = make_stakeholder("Care Workers' Union")
    ((_body, results),) = find_organisations(make_user("sysadmin"), Search("care"))
    assert results.url == f"/admin/consultations/stakeholder/{body.pk}/change/"


def test_people_are_found_by_staff_only_by_name_address_or_organisation():
    body = make_stakeholder("Care Workers' Union", short_name="Care Workers")
    person = make_member(body, user=make_user(name="Rose Moraa Ondieki", email="rose@example.org"))
    for staff in (make_secretariat(), make_head(), make_user("sysadmin")):
        for words, bodies in (("moraa", []), ("rose@example", []), ("care", [body])):
            (results,) = find_people(staff, Search(words), bodies)
            assert results == (
                "Person",
                "Rose Moraa Ondieki",
                "Focal point, Care Workers",
                f"/desk/accounts/{person.pk}/",
                None,
            )
    for stranger in (person, make_user("official"), make_member(make_ministry())):
        assert find_people(stranger, Search("moraa"), [body]) == []


def test_notes_of_people_say_office_address_or_that_the_account_is_closed(officer):
    make_user("official", name="Wambui A")
    make_user(name="Wambui B", email="wambui@example.org")
    change(make_user(name="Wambui C"), is_active=False)
    assert [each.note for each in find_people(officer, Search("wambui"), [])] == [
        "Official", "wambui@example.org", "Account closed",
    ]  # fmt: skip


# --- Forums and consultations -----------------------------------------------------------------------------------------


def test_forum_and_consultation_in_preparation_are_found_by_the_secretariat_only(officer):
    hidden = make_consultation(state="draft", title="Review of 2026")
    make_consultation(title="Review of 2017")
    make_forum(hidden, state="draft", title="Nairobi forum")
    shown = make_forum(make_consultation(), title="Mombasa forum")
    assert {each.title for each in find_consultations(officer, Search("review"))} == {
        "Review of 2026",
        "Review of 2017",
    }
    assert [each.title for each in find_consultations(make_user(), Search("review"))] == ["Review of 2017"]
    assert {each.title for each in find_forums(officer, Search("forum"))} == {"Nairobi forum", "Mombasa forum"}
    assert [each.url for each in find_forums(make_user(), Search("forum"))] == [f"/forums/{shown.slug}/"]


def test_single_character_finds_nothing_by_words(officer, consultation):
    make_submission(consultation, title="A b c")
    make_stakeholder("B")
    assert inputs_of(officer, Search("b")) == points_of(officer, Search("b")) == []
    assert find_organisations(officer, Search("b")) == find_forums(officer, Search("b")) == []


@pytest.mark.parametrize("words", ["%%", "'':*", "((|&", "\u202eabc", "שלום עולם", "\\\\", "!!", "::"])
def test_odd_characters_are_looked_for_as_they_are(officer, consultation, words):
    make_submission(consultation, title="Weavers")
    assert inputs_of(officer, Search(words)) == []
    assert points_of(officer, Search(words)) == find_organisations(officer, Search(words)) == []


def test_large_tables_are_read_by_indexes(officer, consultation):
    make_submission(consultation, title="Weavers")
    readers = (officer, make_user(), make_member(make_ministry()))
    with no_large_table_is_read_as_a_whole():
        for person in readers:
            for words in ("weavers", "weavers looms", "0002", "NCM-2026-0002.1"):
                for at in (None, consultation):
                    search = Search(words, at)
                    inputs_of(person, search)
                    points_of(person, search)
                    find_organisations(person, search)


def test_words_of_many_texts_are_found_among_the_newest(officer, consultation, monkeypatch):
    monkeypatch.setattr(find, "FEW_TEXTS", 1)
    sent = [make_submission(consultation, title="Looms for weavers") for _turn in range(3)]
    points = [make_point(each, text="Weavers ask for looms.") for each in sent]
    elsewhere = make_submission(make_consultation(), title="Weavers again")
    words = Search("weavers", consultation)
    assert labels(inputs_of(officer, words)) == [each.reference for each in [*reversed(sent), elsewhere]]
    assert of_rows(points_of(officer, words)) == [each.reference for each in reversed(points)]
    monkeypatch.setattr(find, "WALKED", 1)
    assert of_rows(points_of(officer, words)) == [points[-1].reference]
