"""`manage.py check_addresses` finds and repairs rows inserted without normalisation."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.expressions import RawSQL

from consultations.models import Event, User
from tests.factories import make_stakeholder, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]


@pytest.fixture
def unguarded():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consultations_user DROP CONSTRAINT user_email_normal")
        cursor.execute("ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_normal")


def write(record, address, field="email"):
    type(record)._base_manager.filter(pk=record.pk).update(**{field: RawSQL("%s", [address])})
    record.refresh_from_db()
    return record


def account(address):
    user = write(make_user(name="Somebody"), address)
    write(EmailAddress.objects.create(user=user, email=f"later{user.pk}@example.org", verified=True), address)
    return user


def check(capsys, *arguments):
    problem = ""
    try:
        call_command("check_addresses", *arguments)
    except CommandError as error:
        problem = str(error)
    return capsys.readouterr().out, problem


def test_no_findings_for_valid_addresses(capsys):
    make_user()
    make_stakeholder(contact_email="office@example.org")
    assert check(capsys) == ("Every address is in its normal form.\n", "")


def test_duplicate_and_unnormalised_addresses_are_reported_without_changes(unguarded, capsys):
    real, look_alike, odd = make_user(email="sam@example.org"), account("ſam@example.org"), account("a@ışık.tr")
    body = write(make_stakeholder("Coast Network"), "Office@Example.org", "contact_email")
    out, problem = check(capsys)
    assert f"person {look_alike.pk} (Somebody): '\\u017fam@example.org' is the address of account {real.pk}" in out
    assert f"person {odd.pk} (Somebody): 'a@\\u0131\\u015f\\u0131k.tr' should be a@xn--k-ekaa7p.tr" in out
    assert f"stakeholder {body.pk} (Coast Network): 'Office@Example.org' should be office@example.org" in out
    assert problem == "5 addresses are not in their normal form."
    assert not Event.objects.exists()


def test_repair_merges_duplicates_and_corrects_addresses(unguarded, capsys):
    real, look_alike = make_user(email="sam@example.org"), account("ſam@example.org")
    older, newer = account('"kim"@example.org'), account("KIM@example.org")
    odd, hopeless = account("a@ışık.tr"), account("root@[127.0.0.1]")
    body = write(make_stakeholder(), "Office@Example.org", "contact_email")
    out, problem = check(capsys, "--repair")
    assert (out.splitlines()[-1], problem) == ("Every address is in its normal form.", "")
    for record in (real, look_alike, older, newer, odd, hopeless, body):
        record.refresh_from_db()
    assert [(each.email, each.is_active) for each in (real, look_alike, older, newer, odd, hopeless)] == [
        ("sam@example.org", True),
        (f"ſam@example.org #{look_alike.pk}", False),
        ("kim@example.org", True),
        (f"KIM@example.org #{newer.pk}", False),
        ("a@xn--k-ekaa7p.tr", True),
        ("root@[127.0.0.1]", False),
    ]
    look_alike.save()  # an edit in the admin, say: what was given up stays given up
    assert body.contact_email == "office@example.org"
    kept = set(EmailAddress.objects.values_list("user", "email"))
    assert kept >= {(older.pk, "kim@example.org"), (odd.pk, "a@xn--k-ekaa7p.tr")}
    assert not {look_alike.pk, newer.pk, hopeless.pk} & {user for user, _email in kept}
    reasons = {event.object_id: event.reason for event in Event.objects.filter(verb="close_account")}
    assert reasons[str(look_alike.pk)] == f"Account {real.pk} has the same address."
    assert reasons[str(hopeless.pk)].startswith(
        "Mail to its address cannot be sent: “[127.0.0.1]” is not a valid domain."
    )
    assert {event.verb for event in Event.objects.about(odd)} == {"repair_address"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _guards_hold_again()


def _guards_hold_again():
    (constraint,) = [each for each in User._meta.constraints if each.name == "user_email_normal"]
    with connection.schema_editor() as editor:
        editor.add_constraint(User, constraint)


def test_invalid_a_label_in_domain_is_reported(unguarded, capsys):
    account("a@xn--zz--.org")
    assert "is no address that mail can be sent to" in check(capsys)[0]
