"""A database that does not answer in time is a page (503) that says so and keeps what was typed, never a 500."""

import re
import uuid

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client, RequestFactory

from consultations.models import Event, Submission
from consultations.models.journal import JOURNAL_LOCK
from ncm_portal.middleware import server_error
from tests.database_roles import as_superuser
from tests.factories import make_consultation, make_member
from tests.pages import words
from tests.sign_in import sign_in

BODY = "Recruiters shall be licensed in both countries."
HEADING = "The portal cannot answer right now"


@pytest.mark.django_db(transaction=True)
def test_form_that_waits_too_long_for_a_lock_gets_503_with_its_words_and_can_be_sent_again():
    make_consultation(themes=["T1"])
    client = sign_in(Client(raise_request_exception=False), make_member())
    form = {"key": str(uuid.uuid4()), "do": "send", "theme": "T1", "title": "Licences", "body": BODY}
    form |= {"proposed_wording": "", "language": "en", "audience": "public"}
    entries = Event.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with as_superuser() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [JOURNAL_LOCK])
        refused = client.post("/submit/", form)
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert refused["Cache-Control"] == "no-store, private"
    assert HEADING in words(refused)
    assert BODY in refused.content.decode()
    assert (Submission.objects.filter(state="submitted").count(), Event.objects.count()) == (0, entries)
    assert client.post("/submit/", form).status_code == 302
    assert Submission.objects.filter(state="submitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_visitor_gets_503_when_a_query_takes_too_long():
    with as_superuser() as cursor, connection.cursor() as own:
        cursor.execute("BEGIN; LOCK TABLE consultations_consultation IN ACCESS EXCLUSIVE MODE")
        own.execute("SET statement_timeout = '50ms'")
        page = Client(raise_request_exception=False).get("/inputs/")
    assert (page.status_code, page["Retry-After"]) == (503, "60")
    assert re.search(r"reference number: <b\s*>[2-9A-Z]{4}-[2-9A-Z]{4}</b>", page.content.decode())


def answer_while_handling(error):
    """Return the page of the error handler, called as Django calls it."""
    try:
        raise error  # noqa: TRY301 - as a view would
    except error:
        return server_error(RequestFactory().get("/"))


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ProgrammingError, 500), (ValueError, 500)])
def test_only_a_database_that_cannot_answer_is_unavailable(error, status):
    assert answer_while_handling(error).status_code == status
