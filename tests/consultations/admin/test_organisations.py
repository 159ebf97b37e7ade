"""Memberships in the admin: people begin and stop acting for an organisation by the verbs that the desk calls."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from zeal import zeal_ignore

from consultations.models import Event, Membership, Ministry, OutgoingMail, Stakeholder
from tests import factories
from tests.consultations.admin.test_forms import errors_of, filled

pytestmark = [pytest.mark.django_db]
FIRST = date(2026, 1, 5)


def entries(body):
    return [(event.verb, event.data) for event in Event.objects.about(body).order_by("pk")]


def row(number, **facts):
    named = {f"memberships-{number}-{name}": value for name, value in facts.items()}
    return {"memberships-TOTAL_FORMS": number + 1, **named}


def test_ministry_hears_of_its_new_clearing_officer(client, officer):
    ministry, person = factories.make_ministry(contact_email="ps@example.org"), factories.make_user()
    new = row(0, user=person.pk, role="clearing_officer", valid_from=FIRST, mandate_letter="OP/CAB.9/1")
    answer = filled(client, Ministry, Ministry.objects.get(pk=ministry.pk), **new)
    assert answer.status_code == 302, errors_of(answer)
    mails = [(mail.to, "Letter of mandate: OP/CAB.9/1" in mail.body) for mail in OutgoingMail.objects.all()]
    assert mails == [("ps@example.org", True)]
    assert entries(ministry) == [("join", {"person": person.name, "role": "clearing_officer"})]
    made = ministry.memberships.get()
    assert (made.valid_from, made.mandate_letter, made.valid_until) == (FIRST, "OP/CAB.9/1", None)


def test_new_member_can_be_the_first_to_write_to(client, officer):
    body, person = factories.make_stakeholder(), factories.make_user()
    new = row(0, user=person.pk, role="focal_point", is_primary="on", valid_from=FIRST, valid_until="2100-01-01")
    assert filled(client, Stakeholder, body, **new).status_code == 302
    made = body.memberships.get()
    assert (made.is_primary, made.valid_from, made.valid_until) == (True, FIRST, date(2100, 1, 1))
    assert [verb for verb, _data in entries(body)] == ["join", "edit"]


def test_office_holder_cannot_be_added(client, officer):
    body, person = factories.make_stakeholder(), factories.make_secretariat(name="Amina Otieno")
    new = row(0, user=person.pk, role="alternate", valid_from=FIRST, mandate_letter="Typed")
    answer = filled(client, Stakeholder, body, **new)
    words = "Amina Otieno holds an office of the secretariat and cannot act for an organisation."
    assert (errors_of(answer), "Typed" in answer.text) == ([words], True)
    assert (entries(body), body.memberships.count()) == ([], 0)


@zeal_ignore()
def test_second_row_with_an_end_cannot_replace_the_one_that_lasts(client, officer):
    body = factories.make_stakeholder()
    person = factories.make_member(body)
    new = row(1, user=person.pk, role="focal_point", valid_from=FIRST, valid_until="2100-01-01")
    assert errors_of(filled(client, Stakeholder, body, **new)) == ["This person is listed twice in the same role."]
    assert (entries(body), body.memberships.get().valid_until) == ([], None)


def test_past_membership_is_entered_without_telling_anybody(client, officer):
    ministry = factories.make_ministry()
    past = {"role": "clearing_officer", "valid_from": "2019-01-01", "valid_until": "2020-01-01"}
    answer = filled(client, Stakeholder, ministry, **row(0, user=factories.make_user().pk, **past))
    assert answer.status_code == 302, errors_of(answer)
    assert ministry.memberships.get().valid_until == date(2020, 1, 1)
    assert [verb for verb, _data in entries(ministry)] == ["edit"]
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("days", [0, 9])
def test_membership_ends_on_the_day_typed(client, officer, days):
    body, day = factories.make_stakeholder(), timezone.localdate() - timedelta(days=days)
    person = factories.make_member(body, is_primary=True)
    answer = filled(client, Stakeholder, body, **row(0, valid_until=day, mandate_letter="OP/2"))
    assert answer.status_code == 302, errors_of(answer)
    membership = body.memberships.get()
    assert (membership.valid_until, membership.is_primary, membership.mandate_letter) == (day, False, "OP/2")
    (first, data), (second, _edited) = entries(body)
    assert (first, data, second) == ("leave", {"person": person.name, "role": "focal_point"}, "edit")


@pytest.mark.parametrize(
    ("was", "until"), [(None, timezone.localdate() + timedelta(days=9)), (date(2026, 2, 1), date(2026, 3, 1))]
)
def test_day_to_come_and_corrected_day_are_saved_plainly(client, officer, was, until):
    body = factories.make_stakeholder()
    factories.make_member(body, valid_from=FIRST, valid_until=was)
    answer = filled(client, Stakeholder, body, **row(0, valid_until=until))
    assert answer.status_code == 302, errors_of(answer)
    assert [verb for verb, _data in entries(body)] == ["edit"]
    assert body.memberships.get().valid_until == until


def test_first_and_last_day_can_be_corrected_together(client, officer):
    body = factories.make_stakeholder()
    factories.make_member(body, valid_from=date(2026, 6, 1))
    answer = filled(client, Stakeholder, body, **row(0, valid_from=FIRST, valid_until="2026-02-01"))
    assert answer.status_code == 302, errors_of(answer)
    kept = body.memberships.get()
    assert (kept.valid_from, kept.valid_until) == (FIRST, date(2026, 2, 1))


@pytest.mark.parametrize("name", ["user", "role"])
def test_person_and_role_of_a_membership_stay(client, officer, name):
    body = factories.make_stakeholder()
    person = factories.make_member(body)
    other = {"user": factories.make_user().pk, "role": "alternate"}[name]
    answer = filled(client, Stakeholder, body, about="Typed", **row(0, **{name: other, "mandate_letter": "OP/3"}))
    assert errors_of(answer) == ["The person and the role of a membership stay. End it and add another."]
    assert all(words in answer.text for words in ("Typed", "OP/3"))
    assert entries(body) == []
    assert Membership.objects.get(user=person, role="focal_point").mandate_letter == ""
    assert Stakeholder.objects.get(pk=body.pk).about == ""
