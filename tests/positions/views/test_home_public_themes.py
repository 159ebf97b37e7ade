"""The page of a theme."""

import pytest
from django.urls import reverse

from consultations.models import Instrument
from positions.views import home
from tests.factories import (
    change,
    make_consultation,
    make_point,
    make_provision,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import tidy, words
from tests.paper_factories import bring_paper, make_paper, make_paragraph, make_section

pytestmark = pytest.mark.django_db


def get(client, code="T1", **asked):
    return client.get(reverse("theme", args=[code]), asked)


def test_page_shows_questions_and_provisions_of_theme(client):
    theme = make_theme("T1", title="Smuggling", introduction="Why it matters.", lead_bodies="Police")
    make_provision("GCM-09", theme=theme)
    assumed = make_provision("GCM-08", theme=theme).links.get()
    change(assumed, evidence="G")
    make_provision("GCM-10", theme=theme, relation="related")
    instrument = Instrument.objects.create(code="A", title="Act A", short_title="Act A", level="national", kind="act")
    instrument.themes.add(theme)
    page = get(client)
    said = words(page)
    assert "Smuggling Kiswahili: Mada 1 (not edited yet) Why it matters." in said
    assert "Objective 8 Label GCM-08 : Title of GCM-08 (to be confirmed by the secretariat) Objective 9" in said
    assert "Related GCM-10 Label GCM-10 Instruments Act A Lead bodies Police (to be confirmed" in said


def test_page_counts_all_inputs_and_lists_public_ones(client):
    consultation, theme = make_consultation(), make_theme("T1")
    shown = make_submission(consultation, make_stakeholder("Open Society of Herders"), theme=theme, title="Shown")
    make_submission(
        consultation, make_stakeholder("Quiet Guild", group="workers"), theme=theme, audience="members", title="Unshown"
    )
    make_submission(consultation, theme=make_theme("T2"), title="Of another theme")
    make_submission(make_consultation(state="closed"), theme=theme, title="Of another round")
    make_point(shown)
    page = get(client)
    said = words(page)
    assert "inputs 2 point 1 groups 2" in said
    assert [found.title for found in page.context["inputs"]] == ["Shown"]
    assert [found.name for found in page.context["organisations"]] == ["Open Society of Herders"]
    assert "Quiet Guild" not in said
    assert f'<a href="/inputs/?theme=T1&amp;round={consultation.slug}">' in page.content.decode()


def test_many_organisations_are_named_on_demand(client, monkeypatch):
    monkeypatch.setattr(home, "MOST_NAMED", 2)
    consultation = make_consultation()
    for name in ("Beta", "Alpha"):
        make_submission(consultation, make_stakeholder(name))
    assert "Show all organisations" not in words(get(client))
    make_submission(consultation, make_stakeholder("Gamma"))
    page = get(client)
    assert [body.name for body in page.context["organisations"]] == ["Alpha", "Beta"]
    assert '<a href="?organisations=all#heard">Show all organisations</a>' in tidy(page.text)
    page = get(client, organisations="all")
    assert [body.name for body in page.context["organisations"]] == ["Alpha", "Beta", "Gamma"]
    assert "Show all organisations" not in words(page)


def test_button_starts_input_on_theme_while_consultation_is_open(client):
    consultation = make_consultation()
    assert (
        f'class="button" href="{reverse("write", args=[consultation.slug])}?theme=T1"' in get(client).content.decode()
    )
    type(consultation).objects.update(state="closed")
    assert 'class="button"' not in get(client).content.decode()


def test_published_paper_is_linked(client):
    consultation = make_consultation(state="closed")
    paper = make_paper(consultation, title="The position")
    opening, own = make_section(paper), make_section(paper, make_theme("T1"))
    make_paragraph(opening)
    for _turn in range(3):
        make_paragraph(own)
    assert get(client).context["paper"] is None
    bring_paper(paper, "published")
    page = get(client)
    assert page.context["paper"] == (paper.slug, "The position", [2, 3, 4])
    assert "What the paper says Paragraphs 2–4 of The position" in words(page)
    assert f'href="{reverse("paper", args=[paper.slug])}#p2"' in page.content.decode()
    assert get(client, "T2").context["paper"] is None


def test_theme_outside_consultations_has_page(client):
    make_theme("T1")
    assert get(client).status_code == 200


@pytest.mark.parametrize("code", ["T99", "t1", "1", "x" * 300])
def test_unknown_theme_is_404(client, code):
    make_theme("T1")
    assert get(client, code).status_code == 404


def test_kiswahili_page_has_kiswahili_title(client):
    make_theme("T1")
    client.cookies["django_language"] = "sw"
    page = get(client).content.decode()
    assert "<h1>Mada 1</h1>" in tidy(page)
    assert 'lang="sw">Mada 1' not in page


def test_earlier_consultation_is_linked(client):
    old = make_consultation(state="closed", short_title="Old round", slug="old")
    new = make_consultation(short_title="New round", slug="new")
    make_submission(old, title="Said long ago")
    make_submission(new, title="Said today")
    assert "Said today" in words(get(client))
    page = client.get(reverse("theme", args=["T1"]), {"round": "old"})
    assert ("Said long ago" in words(page), "Said today" in words(page)) == (True, False)
    assert b'href="?round=new"' in page.content
    unknown = client.get(reverse("theme", args=["T1"]), {"round": "none"})
    assert (unknown.status_code, "Said today" in words(unknown)) == (200, True)
