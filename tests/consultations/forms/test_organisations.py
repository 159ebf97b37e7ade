"""Registration of an organisation: names, numbers and addresses, and the order of the counties."""

import pytest

from consultations.forms import OrganisationForm
from consultations.models import County
from tests.factories import make_stakeholder

pytestmark = pytest.mark.django_db


def test_duplicate_organisation_is_refused():
    make_stakeholder("Pwani Network")
    make_stakeholder("Refused Network", state="refused")
    group = {"group": "civil_society"}
    assert OrganisationForm({"name": "PWANI network", **group}).errors == {
        "name": ["PWANI network is already on the register. Ask its focal point or the secretariat to invite you."]
    }
    make_stakeholder("Council of Elders", state="registered", code="KE-1")
    assert list(OrganisationForm({"name": "council of elders", **group}).errors) == ["name"]
    assert OrganisationForm({"name": "Refused Network", **group}).errors == {}


def test_organisation_form_shows_errors_at_fields():
    form = OrganisationForm({"name": "a\0", "short_name": "s" * 61, "group": "club", "contact_email": "@"})
    assert sorted(form.errors) == ["contact_email", "group", "name", "short_name"]


def test_registration_takes_number_website_and_telephone():
    given = {"name": "Umoja", "group": "civil_society", "registration_number": "OP.218/051/2014"}
    form = OrganisationForm({**given, "website": "umoja.example.org", "phone": "0712 345 678"})
    assert form.is_valid()
    kept = [form.cleaned_data[name] for name in ("registration_number", "website", "phone")]
    assert kept == ["OP.218/051/2014", "https://umoja.example.org", "+254712345678"]
    form = OrganisationForm({**given, "website": "javascript:alert(1)", "phone": "call me"})
    assert sorted(form.errors) == ["phone", "website"]
    assert OrganisationForm(given).is_valid()


def test_counties_of_registration_are_in_alphabetical_order():
    for code, name in (("001", "Mombasa"), ("047", "Nairobi"), ("040", "Busia")):
        County.objects.create(code=code, name=name, slug=name.lower())
    offered = [str(label) for _value, label in OrganisationForm().fields["county"].choices]
    assert offered[1:] == ["Busia", "Mombasa", "Nairobi"]
