"""Find papers, paragraphs and commands: within rights, in groups, and commands that lead somewhere."""

import pytest
from django.urls import reverse

from consultations.models import Office
from consultations.queries.find import Search
from ncm_portal import workflow
from positions.queries.find import find
from tests.factories import (
    make_consultation,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_submission,
    make_user,
)
from tests.paper_factories import (
    make_disposition,
    make_edition,
    make_paper,
    make_paragraph,
    make_published_paper,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


def drafted(consultation=None, *texts, **fields):
    paper = make_paper(consultation or make_consultation(), **fields)
    section = make_section(paper)
    for text in texts:
        make_paragraph(section, text)
    return paper


def titles(results):
    return [each.title for each in results]


def strangers():
    return (make_user(), make_member(make_ministry()), make_user(Office.OFFICIAL), make_user(Office.SYSADMIN))


# --- Papers and paragraphs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["drafting", "consolidation", "adopted", "withdrawn"])
def test_text_that_is_not_published_is_found_by_the_secretariat_only(officer, state):
    paper = drafted(None, "No worker begins in debt.", title="Position on debt", state=state)
    results = find(officer, Search("debt")).go_to
    assert {each.label for each in results} == {"Position paper", "Paragraph 1"}
    assert [each.url for each in results if each.label == "Paragraph 1"] == [
        reverse("desk_paragraph", args=[paper.slug, paper.sections.get().paragraphs.get().key])
    ]
    for person in strangers():
        assert find(person, Search("debt")).number == find(person, Search("§ 1")).number == 0, person.office


def test_restricted_paper_is_found_neither_by_title_nor_by_text():
    published = make_published_paper(slug="kept", title="Position on debt")
    make_paragraph(make_section(published.paper), "No worker begins in debt.")
    assert find(make_user(), Search("debt")).number > 0
    type(published.paper).objects.filter(pk=published.paper.pk).update(is_restricted=True)
    assert find(make_user(), Search("debt")).number == find(make_user(), Search("§ 1")).number == 0


def test_published_paragraph_is_found_by_everybody_in_its_edition():
    published = make_published_paper(slug="gcm")
    number = published.paper.sections.last().paragraphs.count()
    paragraphs = [each for each in find(make_user(), Search(f"§ {number}")).go_to if each.label.startswith("Paragraph")]
    assert [each.url for each in paragraphs] == [f"/papers/gcm/1.0/paragraphs/{number}/"]


def test_numbers_of_paragraphs_are_those_in_print(officer):
    paper = drafted(None, "First.", "Second about looms.")
    first = paper.sections.get().paragraphs.first()
    make_paragraph(make_section(paper), "Third about looms.")
    assert [each.label for each in find(officer, Search("looms")).go_to] == ["Paragraph 2", "Paragraph 3"]
    type(first).objects.filter(pk=first.pk).update(removed_at=workflow.now())
    assert [each.label for each in find(officer, Search("looms")).go_to] == ["Paragraph 1", "Paragraph 2"]
    assert [each.title for each in find(officer, Search("§ 2")).go_to] == ["Third about looms."]


def test_answered_point_names_its_paragraph_only_once_published(officer):
    published = make_published_paper(slug="gcm", short_title="GCM 2017")
    point = make_point(make_submission(published.paper.consultation), state="disposed")
    paragraph = published.paper.sections.first().paragraphs.first()
    disposition = make_disposition(published.paper, point, "accepted", paragraph, answered_at=workflow.now())
    notes = [each.note for each in find(officer, Search(point.reference)).go_to]
    assert notes == ["Paragraph 1, GCM 2017"]
    type(disposition).objects.filter(pk=disposition.pk).update(answered_at=None)
    assert [each.note for each in find(officer, Search(point.reference)).go_to] == [point.stakeholder.name]


def test_paper_under_review_leads_its_readers_to_the_review(officer):
    paper = make_paper(title="Position on debt", state="drafting")
    make_edition(paper, "0.1", "draft")
    assert titles(find(officer, Search("position debt")).go_to) == ["Position on debt"]
    assert find(make_member(make_ministry()), Search("position debt")).number == 0


# --- Groups -----------------------------------------------------------------------------------------------------------


def test_other_consultations_are_elsewhere(officer):
    here, there = make_consultation(), make_consultation()
    own, other = (make_submission(place, title="Weavers") for place in (here, there))
    drafted(there, "Looms for weavers.")
    results = find(officer, Search("weavers", here))
    assert [each.label for each in results.go_to] == [own.reference]
    assert [each.label for each in results.elsewhere] == [other.reference, "Paragraph 1"]
    assert find(officer, Search("weavers")).elsewhere == []


def test_exact_reference_is_first(officer):
    sent = make_submission(make_consultation())
    make_point(sent)
    make_submission(sent.consultation, body=f"As {sent.reference} said.")
    assert find(officer, Search(sent.reference)).go_to[0].label == sent.reference
