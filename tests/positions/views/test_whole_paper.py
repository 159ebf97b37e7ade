"""The full-length paper of the sample, typed completely into the drafting pages."""

import json
from datetime import timedelta
from uuid import uuid4

import pgtrigger
import pytest
from django.urls import reverse

from consultations.models import Point, PointState, User
from ncm_portal.workflow import now
from positions.models import Edition, PositionPaper
from tests.sign_in import always

SLUG = "drafted-again"
PARAGRAPH = ("strength", "verb", "text", "lang", "secretariat_text", "provisions", "sources")


def officer(name: str) -> User:
    return User.objects.get(email__startswith=name, is_sample=True)


def send(client, page, *args, **fields):
    """Submit a form of the desk, require a redirect and return its URL."""
    answer = client.post(reverse(page, args=[SLUG, *args]), fields)
    assert answer.status_code == 302, answer.text
    return answer.url


def before_publication() -> None:
    """Reset the outcomes of the points past the triggers, because no verb does so."""
    with pgtrigger.ignore("consultations.Point:state_moves"):
        Point.objects.filter(state=PointState.DISPOSED).update(state=PointState.VALIDATED)


def begin(client, adopted: PositionPaper) -> PositionPaper:
    words = {"title": adopted.title, "short_title": "Again", "purpose": "To see the pages carry it", "slug": SLUG}
    answer = client.post(reverse("desk_paper_new"), {"consultation": adopted.consultation.slug, **words})
    assert answer.status_code == 302, answer.text
    return PositionPaper.objects.get(slug=SLUG)


def type_in(client, section, paragraph) -> str:
    """Enter a paragraph with its marks and sources, and return its key."""
    words = {"text": paragraph.wording.text, "strength": paragraph.strength, "why": "Typed anew."}
    words["objectives"] = [each.code for each in paragraph.provisions.all()]
    if paragraph.is_secretariat_text:
        words["is_secretariat_text"] = "on"
    key = str(uuid4())
    send(client, "desk_section", section.pk, key=key, **words)
    for source in paragraph.wording.groundings.select_related("point"):
        send(client, "desk_sources", key, cite=f"{source.relation} {source.point.reference}")
    return key


def answer(client, given, keys: dict[int, str]) -> None:
    named = [keys[each.pk] for each in given.paragraphs.all()]
    words = {"outcome": given.outcome, "reason_code": given.reason_code, "reason": given.reason, "paragraphs": named}
    send(client, "desk_disposition", given.point.reference, **words)


def read(edition: Edition) -> list[tuple[str, list[dict]]]:
    """Return the headings of an edition with their paragraphs, without keys that differ between papers."""
    sections = json.loads(edition.content)["sections"]
    return [
        (each["heading"], [{name: paragraph[name] for name in PARAGRAPH} for paragraph in each["paragraphs"]])
        for each in sections
    ]


@pytest.mark.usefixtures("by_owner")  # for what comes before the publication
def test_adopted_paper_can_be_drafted_completely_in_browser(played):
    adopted, keys = PositionPaper.objects.get(slug="gcm-2017"), {}
    before_publication()
    with always(officer("wanjiru")) as client:
        again = begin(client, adopted)
        for old, new in zip(adopted.sections.all(), again.sections.all(), strict=True):
            if new.heading != old.heading:
                send(client, "desk_section_edit", new.pk, heading=old.heading)
            for paragraph in old.paragraphs.standing().select_related("wording"):
                keys[paragraph.pk] = type_in(client, new, paragraph)
    with always(officer("mercy")) as client:
        for given in adopted.dispositions.select_related("point"):
            answer(client, given, keys)
        shown = client.get(reverse("desk_review", args=[SLUG])).context["effects"]
        hour = f"{now() + timedelta(days=5):%Y-%m-%dT17:00}"
        send(client, "desk_review", closes_at=hour, effects=shown.fingerprint, typed=shown.typed)
    frozen, last = again.editions.get(), adopted.editions.get(number="1.0")
    assert len(keys) == 50
    assert read(frozen) == read(last)
    assert frozen.sha256 != last.sha256
