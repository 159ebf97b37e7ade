"""Upgrade of e-mail addresses to their normal form, on earlier rows."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.db.migrations.state import ProjectState
from django.db.models.expressions import RawSQL

from consultations.models import User
from tests.factories import make_stakeholder, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]
migration = import_module("consultations.migrations.0003_normal_addresses")
given_up = import_module("consultations.migrations.0013_given_up_addresses")


@pytest.fixture
def before():
    """Remove the constraints, as before the upgrade."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consultations_user DROP CONSTRAINT user_email_normal")
        cursor.execute("ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_normal")


def account(address, verified=True):
    user = make_user()
    User.objects.filter(pk=user.pk).update(email=RawSQL("%s", [address]))
    row = EmailAddress.objects.create(user=user, email="later@example.org", verified=False)
    EmailAddress.objects.filter(pk=row.pk).update(email=address, verified=verified)
    return user


def upgrade():
    with connection.schema_editor(atomic=False) as editor:
        migration.bring_into_normal_form(apps, editor)
        state = ProjectState.from_apps(apps)
        for operation in migration.Migration.operations[-2:]:  # what the database then holds
            operation.database_forwards("consultations", editor, state, state)


def stands(user):
    user.refresh_from_db()
    return user.email, user.is_active, list(EmailAddress.objects.filter(user=user).values_list("email", flat=True))


def test_a_domain_outside_ascii_is_corrected_with_what_was_confirmed(before):
    ayse = account("ayse@ışık.com.tr")
    upgrade()
    assert stands(ayse) == ("ayse@xn--k-ekaa7p.com.tr", True, ["ayse@xn--k-ekaa7p.com.tr"])


def test_of_two_accounts_with_one_address_the_normal_one_keeps_it_else_the_older(before):
    other, real = account("ſam@example.org"), account("sam@example.org")
    older, newer = account('"kim"@example.org'), account("kim@ｅxample.org")
    upgrade()
    assert stands(real) == ("sam@example.org", True, ["sam@example.org"])
    assert stands(other) == ("ſam@example.org", False, [])
    assert stands(older) == ("kim@example.org", True, ["kim@example.org"])
    assert stands(newer) == ("kim@ｅxample.org", False, [])
    with connection.schema_editor(atomic=False) as editor:
        given_up.mark_given_up(apps, editor)
    assert stands(newer) == (f"kim@ｅxample.org #{newer.pk}", False, [])
    newer.save()
    assert stands(older) == ("kim@example.org", True, ["kim@example.org"])


def test_a_closed_double_keeps_no_confirmed_address_of_the_other(before):
    real, look_alike = make_user(email="sam@example.org"), account("ſam@example.org")
    upgrade()
    assert stands(look_alike)[2] == ["sam@example.org"]  # the real one had confirmed none
    with connection.schema_editor(atomic=False) as editor:
        given_up.mark_given_up(apps, editor)
    assert stands(look_alike) == (f"ſam@example.org #{look_alike.pk}", False, [])
    assert stands(real)[:2] == ("sam@example.org", True)


def test_an_account_without_an_address_that_mail_reaches_is_closed(before):
    user = account("root@[127.0.0.1]")
    upgrade()
    assert stands(user) == ("root@[127.0.0.1]", False, [])


def test_addresses_of_organisations_are_corrected_where_they_have_a_form(before):
    plain, wrong = make_stakeholder(), make_stakeholder()
    rows = type(plain).objects
    rows.filter(pk=plain.pk).update(contact_email=RawSQL("%s", ["Office@Example.ORG"]))
    rows.filter(pk=wrong.pk).update(contact_email=RawSQL("%s", ["office at example"]))
    upgrade()
    assert list(rows.filter(pk__in=[plain.pk, wrong.pk]).order_by("pk").values_list("contact_email", flat=True)) == [
        "office@example.org",
        "office at example",
    ]


def test_normalised_addresses_are_unchanged(before):
    user = account("ruth@example.org")
    upgrade()
    assert stands(user) == ("ruth@example.org", True, ["ruth@example.org"])
