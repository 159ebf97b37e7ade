"""Participation report: figures, page and PDF."""

import hashlib
import json

import pytest
from django.core.cache import cache
from django.urls import reverse

from consultations.models import County, Point
from positions.queries.participation import report
from positions.render.participation import readable, render
from positions.render.pdf import RenderFailed, render_apart
from positions.text.canonical import canonical
from positions.views import participation as page
from tests.factories import (
    make_consultation,
    make_point,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import words
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"), is_sample=True)


@pytest.fixture
def sample_inputs(consultation):
    """Create two inputs of a union in Kilifi, a church without inputs, and four points, two of them answered."""
    county = County.objects.create(code="003", name="Kilifi", slug="kilifi")
    County.objects.create(code="005", name="Lamu", slug="lamu")
    union = make_stakeholder("Secret Society", group="workers", county=county)
    make_stakeholder(group="faith_based")
    make_stakeholder(group="media", state="registered")
    sent = make_submission(consultation, union, audience="secretariat", title="canary")
    points = [make_point(sent) for _turn in range(3)]
    make_point(make_submission(consultation, union, theme=make_theme("T2")))
    paper = make_paper(consultation)
    paragraph = make_paragraph(make_section(paper, make_theme("T1")))
    make_disposition(paper, points[0], "accepted", paragraph, answered_at=consultation.opens_at)
    make_disposition(paper, points[1], "noted", paragraph, answered_at=consultation.opens_at)
    make_disposition(paper, points[2], "not_accepted", paragraph)  # not told to anybody yet
    return bring_paper(paper, "published")


def digest(content):
    return hashlib.sha256(canonical(content)).hexdigest()


def printed(content, **limits):
    return render_apart(content, digest(content), content["address"], document="participation", **limits)


# --- Figures --------------------------------------------------------------------------------------------------------


def test_report_counts_asked_and_answered(consultation, sample_inputs):
    found = report(consultation)
    assert found["figures"] == {"inputs": 2, "organisations": 1, "groups": 1, "points": 4}
    assert [row for row in found["asked"] if row["organisations"]] == [
        {"group": "faith_based", "organisations": 1, "answered": 0, "inputs": 0},
        {"group": "workers", "organisations": 1, "answered": 1, "inputs": 2},
    ]
    assert found["tallies"]["theme_by_group"] == [
        {"theme": "T1", "group": "workers", "inputs": 1},
        {"theme": "T2", "group": "workers", "inputs": 1},
    ]
    assert [(row["name"], row["organisations"], row["inputs"]) for row in found["counties"]] == [
        ("Kilifi", 1, 2),
        ("Lamu", 0, 0),
    ]
    assert found["channels"] == [{"channel": "web", "inputs": 2}]


def test_only_published_answers_are_counted(consultation, sample_inputs):
    first, second = report(consultation)["points"]
    assert {outcome: number for outcome, number in first["outcomes"].items() if number} == {"accepted": 1, "noted": 1}
    assert (first["points"], first["open"], second["points"], second["open"]) == (3, 1, 1, 1)
    assert readable(report(consultation))["points"][-1]["cells"] == [1, 0, 0, 1, 0]


def test_newest_published_answer_counts(consultation, sample_inputs):
    point = Point.objects.get(dispositions__outcome="noted")
    later = make_paper(consultation)
    make_disposition(later, point, "not_accepted", answered_at=consultation.closes_at)
    bring_paper(later, "published")
    told = report(consultation)["points"][0]["outcomes"]
    assert {outcome: number for outcome, number in told.items() if number} == {"accepted": 1, "not_accepted": 1}


def test_answers_of_unpublished_paper_are_not_counted(consultation):
    point = make_point(make_submission(consultation))
    paper = make_paper(consultation)
    make_disposition(paper, point, "noted", answered_at=consultation.opens_at)
    first = report(consultation)["points"][0]
    assert (sum(first["outcomes"].values()), first["open"]) == (0, 1)


def test_report_has_no_names_or_quotations(consultation, sample_inputs):
    said = json.dumps(report(consultation), ensure_ascii=False)
    assert ("Secret Society" in said, "canary" in said) == (False, False)


def test_same_data_give_same_report(consultation, sample_inputs):
    assert report(consultation) == report(consultation)


def test_report_before_first_entry_is_as_of_opening(consultation, sample_inputs):
    assert report(consultation)["as_of"] == consultation.opens_at.isoformat(timespec="seconds")


# --- The page -------------------------------------------------------------------------------------------------------


def test_page_shows_report(client, consultation, sample_inputs):
    answer = client.get(reverse("participation"))
    said = words(answer)
    assert "SAMPLE" in said
    assert "Workers 1 1 2" in said
    assert "Counties with no input yet: Lamu." in said
    assert "All themes 4 1 0 0 1 0 2" in said
    assert ("Secret Society" in said, "canary" in said) == (False, False)
    assert f'href="/participation/{consultation.slug}.pdf"' in answer.content.decode()


def test_query_count_does_not_depend_on_inputs(client, sample_inputs, django_assert_num_queries):
    with django_assert_num_queries(8):  # the memory of pages asks once more
        client.get(reverse("participation"))


def test_page_works_without_inputs_or_consultation(client):
    assert "No consultation has been opened yet" in words(client.get(reverse("participation")))
    make_consultation()
    assert "All themes 0 0 0 0 0 0 0" in words(client.get(reverse("participation")))


# --- The PDF --------------------------------------------------------------------------------------------------------


def test_pdf_is_printed_once_and_cached(client, consultation, sample_inputs, monkeypatch):
    asked = []
    monkeypatch.setattr(page, "render_apart", lambda *_given, **options: asked.append(options) or b"%PDF-kept")
    address = reverse("participation_pdf", args=[consultation.slug])
    answers = [client.get(address) for _turn in range(2)]
    assert [(answer.content, answer["Content-Type"]) for answer in answers] == [(b"%PDF-kept", "application/pdf")] * 2
    assert asked == [{"document": "participation"}]


def test_one_report_is_printed_at_a_time(client, consultation):
    cache.add(f"participation-{consultation.slug}-printing", 1)
    answer = client.get(reverse("participation_pdf", args=[consultation.slug]))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_printing_failure_is_reported_in_plain_words(client, consultation, monkeypatch):
    def fail(*_given, **_options):
        raise RenderFailed("no")

    monkeypatch.setattr(page, "render_apart", fail)
    address = reverse("participation_pdf", args=[consultation.slug])
    assert [client.get(address).status_code for _turn in range(2)] == [503, 503]
    assert "Read it on its page" in client.get(address).content.decode()


def test_unpublished_consultation_has_no_report(client):
    draft = make_consultation(state="draft")
    for slug in (draft.slug, "none"):
        assert client.get(reverse("participation_pdf", args=[slug])).status_code == 404


def test_mismatched_hash_is_refused(consultation):
    with pytest.raises(ValueError, match="not the SHA-256"):
        render(report(consultation), sha256="0" * 64, address="")


@pytest.mark.vera
def test_pdf_passes_both_standards(consultation, sample_inputs, vera, tmp_path):
    content = report(consultation)
    first = printed(content)
    (tmp_path / "report.pdf").write_bytes(first)
    assert vera(tmp_path / "report.pdf", "ua1,3a") == []
    assert printed(content) == first


@pytest.mark.vera
def test_an_empty_report_passes_both_standards(vera, tmp_path):
    (tmp_path / "report.pdf").write_bytes(printed(report(make_consultation())))
    assert vera(tmp_path / "report.pdf", "ua1,3a") == []
