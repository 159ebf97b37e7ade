"""Consultations in the admin: begun, and their facts and themes changed, by the verbs of the desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from consultations.models import Consultation, Event
from ncm_portal.workflow import now
from tests import factories
from tests.consultations.admin.test_forms import errors_of, filled
from tests.pages import admin_page as page

pytestmark = [pytest.mark.django_db]


def entries(consultation):
    return [(event.verb, event.data) for event in Event.objects.about(consultation).order_by("pk")]


def draft(**given):
    made = factories.make_consultation(state="draft", **given)
    return factories.change(made, opens_at=now() + timedelta(days=3), closes_at=now() + timedelta(days=30)) or made


def test_facts_are_changed_by_the_verb_and_rules_at_the_desk(client, officer):
    made = draft()
    before, days = made.short_title, made.clearance_working_days
    record = client.get(page(Consultation, "change", made.pk))
    assert f'href="{reverse("desk_settings_page", args=[made.slug, "rules"])}"' in record.text
    answer = filled(client, Consultation, made, short_title="Lakes 2027", clearance_working_days=days + 1)
    assert answer.status_code == 302, errors_of(answer)
    made.refresh_from_db()
    assert (made.short_title, made.clearance_working_days) == ("Lakes 2027", days)
    assert entries(made) == [("change_facts", {"changed": [["short_title", before, "Lakes 2027"]]})]


def test_themes_are_chosen_by_the_verb_which_keeps_one_with_inputs(client, officer):
    made = draft()
    one, other = factories.make_theme("T1"), factories.make_theme("T2")
    made.themes.set([one])
    with zeal_ignore():
        assert filled(client, Consultation, made, themes=[one.pk, other.pk]).status_code == 302
    assert [verb for verb, _data in entries(made)] == ["choose_themes"]
    factories.make_submission(made, theme=one)
    with zeal_ignore():
        answer = filled(client, Consultation, made, themes=[other.pk], title="Another title")
    assert errors_of(answer) == [f"“{one}” stays: 1 input is about it."]
    assert "Another title" in answer.text
    made.refresh_from_db()
    assert (made.themes.count(), made.title == "Another title", len(entries(made))) == (2, False, 1)


def test_name_of_another_consultation_is_refused(client, officer):
    other, made = draft(), draft()
    answer = filled(client, Consultation, made, title=other.title.upper())
    assert errors_of(answer) == ["Another consultation has this name. Choose one that people can tell apart."]
    assert entries(made) == []


def test_what_a_colleague_changed_meanwhile_is_told(client, officer):
    made = draft()
    seen = client.get(page(Consultation, "change", made.pk)).context["adminform"].form["seen"].value()
    Consultation.objects.filter(pk=made.pk).update(purpose="Theirs")
    answer = filled(client, Consultation, made, title="Mine", seen=seen)
    assert "Theirs" in errors_of(answer)[0]
    made.refresh_from_db()
    assert (made.title == "Mine", entries(made)) == (False, [])


def test_consultation_is_begun_by_the_verb(client, officer):
    rows = {"milestones-TOTAL_FORMS": 0, "milestones-INITIAL_FORMS": 0}
    facts = {
        "title": "Consultation on the lakes", "short_title": "Lakes 2027", "slug": "lakes-2027", "purpose": "To hear.",
        "opens_at": "2027-01-04T08:00", "closes_at": "2027-02-04T17:00", "themes": [factories.make_theme("T1").pk],
    }  # fmt: skip
    initial = client.get(page(Consultation, "add")).context["adminform"].form
    rules = {name: initial[name].value() for name in initial.fields if name not in facts}
    sent = {name: value for name, value in {**rules, **rows, **facts}.items() if value not in (None, "")}
    answer = client.post(page(Consultation, "add"), sent)
    assert answer.status_code == 302, errors_of(answer)
    made = Consultation.objects.get(slug="lakes-2027")
    assert (made.purpose, made.themes.count()) == ("To hear.", 1)
    assert [verb for verb, _data in entries(made)] == ["begin_consultation", "edit"]
