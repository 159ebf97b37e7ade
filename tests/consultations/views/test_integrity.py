"""Integrity page, to which the desk leads."""

import pytest
from django.urls import reverse

from consultations.models import IntegrityCheck
from ncm_portal.workflow import now
from tests import factories
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
FINDING = {
    "check": "inputs", "record": "consultations.submission:7", "words": "The words are others",
    "to_do": "Put them back.", "title": "Input NCM-2026-0007: <b>A title</b>", "address": "http://portal/desk/x/",
}  # fmt: skip


def keep(*findings, number=None):
    number = len(findings) if number is None else number
    return IntegrityCheck.objects.create(
        begun_at=now(), seconds=12.5, number=number, findings=findings, looked_at={"inputs": 4900}
    )


def page(client, name, office="secretariat"):
    return sign_in(client, factories.make_user(office)).get(reverse(name))


def test_page_states_that_no_check_has_run(client):
    assert "No check has run yet. The first one runs tonight." in words(page(client, "desk_checks"))


def test_desk_leads_to_checks(client):
    sign_in(client, factories.make_secretariat())
    assert f'href="{reverse("desk_checks")}"' in client.get(reverse("desk"), follow=True).text


def test_page_shows_time_of_last_check_without_findings(client):
    keep(FINDING)
    keep()
    answer = page(client, "desk_checks")
    assert "in 12.5 s: no problems." in words(answer)
    assert "4,900" in words(answer)
    assert "1 finding" in words(answer)


def test_findings_show_record_and_instructions(client):
    keep(FINDING, number=3)
    answer = page(client, "desk_checks")
    assert "3 findings on " in words(answer)
    assert (
        '<a href="http://portal/desk/x/"><bdi>Input NCM-2026-0007: &lt;b&gt;A title&lt;/b&gt;</bdi></a>' in answer.text
    )
    for text in (
        "The words are others.",
        "Put them back.",
        "consultations.submission:7",
        "2 more findings are not listed",
    ):
        assert text in words(answer)


def test_system_administrators_read_findings_without_titles(client):
    keep(FINDING)
    answer = page(client, "desk_checks", "sysadmin")
    assert ("consultations.submission:7" in words(answer), "A title" in answer.text) == (True, False)


@pytest.mark.parametrize("office", ["official", ""])
def test_page_is_404_for_everybody_else(client, office):
    assert page(client, "desk_checks", office).status_code == 404


def test_page_takes_two_queries(client, django_assert_max_num_queries):
    for _turn in range(4):
        keep(FINDING)
    sign_in(client, factories.make_secretariat())
    with django_assert_max_num_queries(9):
        client.get(reverse("desk_checks"))
