"""Names of organisations are checked however they are created; the desk is informed and decides."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import workflow
from consultations.lookalikes import skeleton
from consultations.models import Event, Evidence, Stakeholder
from consultations.queries import lookalikes_of
from consultations.reference_data.reading import Draft, Row
from consultations.reference_data.saving import save
from tests.consultations.admin.test_forms import filled
from tests.consultations.imports.sheets import BODIES, confirm, messages_on, upload, workbook
from tests.factories import make_member, make_secretariat, make_stakeholder, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
GENUINE, FALSE = "Kenya Red Cross", "Kenya Red Cr\u043ess"  # the second with a Cyrillic o
WARNING = f"The name “{FALSE}” is similar to another name or has unusual characters."


@pytest.fixture
def genuine():
    return make_stakeholder(GENUINE)


def at(body):
    return reverse("desk_organisation", args=[body.pk])


def test_registered_look_alike_is_flagged_for_desk_decision(client, genuine):
    sign_in(client, make_user())
    client.post("/organisations/register/", {"name": FALSE, "group": "civil_society", "about": ""})
    false = Stakeholder.objects.get(name=FALSE)
    assert (false.state, list(lookalikes_of(false))) == ("registered", [genuine])
    told = {"looks_like": [GENUINE], "unusual_characters": ["U+043E"]}
    assert Event.objects.about(false).get(verb="register").data == told
    sign_in(client, make_secretariat())
    assert words(client.get("/desk/organisations/")).count("check the name") == 2  # both of them
    page = words(client.get(at(false)))
    assert f"Check the name It is easily confused with the name of: {GENUINE} (verified)" in page
    assert "U+043E CYRILLIC SMALL LETTER O: it is from a different alphabet than the rest of the word" in page
    assert client.post(f"{at(false)}verify/").status_code == 302
    false.refresh_from_db()
    assert false.state == "verified"


def test_an_ordinary_name_is_registered_without_a_flag(client, genuine):
    sign_in(client, make_user())
    client.post("/organisations/register/", {"name": "Ng’ombe na Wafugaji", "group": "civil_society", "about": ""})
    body = Stakeholder.objects.get(name="Ng’ombe na Wafugaji")
    assert Event.objects.about(body).get(verb="register").data == {}
    sign_in(client, make_secretariat())
    assert "check the name" not in words(client.get("/desk/organisations/")).lower()
    assert "Check the name" not in words(client.get(at(body)))


def test_admin_warns_about_look_alike_and_saves_it(client, genuine):
    sign_in(client, make_secretariat())
    body = make_stakeholder("Another")
    answer = filled(client, Stakeholder, body, name=FALSE)
    page = client.get(answer["Location"])
    assert any(message.startswith(WARNING) for message in messages_on(page))
    assert Stakeholder.objects.get(pk=body.pk).name_skeleton == skeleton(GENUINE)
    assert "Check the name" in words(client.get(reverse("admin:consultations_stakeholder_change", args=[body.pk])))


def test_import_lists_names_to_check(client, genuine):
    sign_in(client, make_secretariat())
    rows = [[name, "", "civil_society", "", "no", "", ""] for name in (FALSE, "Muungano wa Wakulima")]
    answer = confirm(client, "stakeholder", upload(client, "stakeholder", workbook(BODIES, *rows)))
    told = [message for message in messages_on(answer) if "is similar to another" in message]
    assert [message.startswith(WARNING) for message in told] == [True]
    false = Stakeholder.objects.get(name=FALSE)
    assert Event.objects.about(false).get().data["unusual_characters"] == ["U+043E"]


def test_organisation_registered_by_verb_is_checked_for_look_alikes(genuine):
    body = workflow.register_organisation(by=make_user(), name="KENYA RED CROSS", group="un_agency")
    assert Event.objects.about(body).get().data == {"looks_like": [GENUINE]}


def test_renaming_by_reference_data_updates_name_skeleton():
    values = {"code": "KRC", "name": "Old name", "group": "civil_society", "evidence": Evidence.READ}
    for name in ("Old name", GENUINE):
        save("", Stakeholder, ["code"], [Draft(Row("x.csv", 2, {}), {**values, "name": name})])
        assert Stakeholder.objects.get().name_skeleton == skeleton(name)


@pytest.mark.usefixtures("by_owner")  # who alone may ANALYZE
def test_look_alike_search_uses_index(genuine):
    Stakeholder.objects.bulk_create(
        Stakeholder(name=f"Association {number} of herders", group="civil_society") for number in range(3_000)
    )
    false = make_stakeholder(FALSE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE consultations_stakeholder")
    started = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        assert list(lookalikes_of(false)) == [genuine]
    assert (time.process_time() - started < 0.2, len(queries)) == (True, 1)
    assert "stakeholder_skeleton" in lookalikes_of(false).explain()


def test_name_check_is_hidden_from_organisation(client, genuine):
    body = make_stakeholder(FALSE)
    sign_in(client, make_member(body, is_primary=True))
    assert "check the name" not in words(client.get(f"/my-organisation/?organisation={body.pk}")).lower()
