"""Spreadsheets through the admin's own pages: previewed, confirmed, kept once; whatever is wrong is named cell by cell."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations.models import County, Event, Stakeholder, Submission
from ncm_portal.workflow import now
from tests.consultations.intake.sheets import (
    BODIES,
    HEAD,
    ROW,
    confirm,
    problems,
    said,
    send,
    sheet,
    upload,
    workbook,
)
from tests.factories import (
    make_consultation,
    make_member,
    make_stakeholder,
)
from tests.pages import words

# --- Inputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_inputs_are_previewed_and_then_kept(client, officer, network, consultation, make):
    preview = send(client, consultation, make(HEAD, ROW), "inputs")
    assert preview.status_code == 200
    assert preview.context["tally"] == [(1, "new"), (0, "to change"), (0, "the same as here")]
    assert preview.context["rows"] == [("new", ["Coast Network", "T1", "Pay on time"])]
    assert not Submission.objects.exists()
    answer = confirm(client, "submission", preview)
    assert said(answer) == ["Imported: 1 new, 0 changed, 0 the same."]
    kept = Submission.objects.get()
    assert (kept.stakeholder, kept.theme.code, kept.title, kept.body) == (network, "T1", ROW[3], ROW[4])
    assert (kept.proposed_wording, kept.audience, kept.language) == (ROW[5], "public", "en")
    assert [provision.code for provision in kept.provisions.all()] == ["GCM-02"]
    assert (kept.state, kept.channel, kept.received_on) == ("submitted", "letter", timezone.localdate())
    assert (kept.reference, kept.content_sha256) == (f"NCM-{now():%Y}-0001", kept.computed_sha256())
    assert (kept.entered_by, kept.consultation) == (officer, consultation)
    entry = Event.objects.about(kept).get()
    assert (entry.verb, entry.by, entry.after) == ("take_in", officer, "submitted")


def test_an_input_is_the_organisations_and_not_the_importers(client, officer, consultation):
    confirm(client, "submission", send(client, consultation, workbook(HEAD, ROW)))
    kept = Submission.objects.get()
    client.post(reverse("admin:consultations_submission_move", args=[kept.pk, "accept"]), {"reason": ""})
    page = words(Client().get(reverse("input", args=[kept.reference])))
    assert "Coast Network" in page
    assert officer.name not in page
    assert Submission.objects.visible_to(make_member(kept.stakeholder)).get() == kept


def test_importing_the_same_again_changes_nothing(client, consultation):
    data = workbook(HEAD, ROW)
    confirm(client, "submission", send(client, consultation, data))
    before = Submission.objects.values().get()
    again = send(client, consultation, data)
    assert again.context["tally"] == [(0, "new"), (0, "to change"), (1, "the same as here")]
    assert said(confirm(client, "submission", again)) == ["Imported: 0 new, 0 changed, 1 the same."]
    assert Submission.objects.values().get() == before


def test_a_second_confirmation_does_nothing(client, consultation):
    preview = send(client, consultation, workbook(HEAD, ROW))
    confirm(client, "submission", preview)
    answer = confirm(client, "submission", preview)
    assert said(answer) == ["This spreadsheet was imported already, or was uploaded too long ago. Upload it again."]
    assert Submission.objects.count() == 1


def test_the_preview_writes_nothing_and_locks_nothing(client, consultation):
    before = Event.objects.count()
    send(client, consultation, workbook(HEAD, ROW))
    assert (Event.objects.count(), Submission.objects.count()) == (before, 0)


def test_each_cell_that_is_wrong_is_named_with_its_reason(client, consultation):
    make_stakeholder("Twice")
    make_stakeholder("twice")
    make_stakeholder("Not yet", state="registered")
    page = send(
        client,
        consultation,
        workbook(
            HEAD,
            ROW,
            ["Nobody", "T77", "GCM-99; GCM-02", "A title", "A text", "", "press", "fr"],
            [],
            ["", "", "", "", "", "", "", ""],
            ["Coast Network", "", "", "", "  ", "", "", ""],
            ["twice", "T1", "", "t" * 201, "b" * 20_001, "w" * 5_001, "", ""],
            ["Not yet", "T1", "", "A title", "A text", "", "", ""],
        ),
    )
    assert page.status_code == 422
    assert problems(page) == [
        (3, "organisation", "No stakeholder is called “Nobody”."),
        (3, "theme", "No theme is called “T77”."),
        (3, "audience", "“press” is none of: public, members, secretariat"),
        (3, "language", "“fr” is none of: en, sw"),
        (3, "objectives", "Unknown: GCM-99"),
        (6, "theme", "This cell is empty."),
        (7, "organisation", "Several are called “twice”."),
        (7, "title", "The text has 201 characters; 200 are the limit."),
        (7, "body", "The text has 20,001 characters; 20,000 are the limit."),
        (7, "proposed_wording", "The text has 5,001 characters; 5,000 are the limit."),
        (8, "", "The secretariat has not verified Not yet"),
    ]
    assert page.context["problem_count"] == "4 rows have a problem"
    for word in ("T77", "No theme is called", "4 rows have a problem"):
        assert word in words(page)
    assert "confirm_form" not in page.context
    assert not Submission.objects.exists()


def test_a_row_without_words_says_which(client, consultation):
    page = send(client, consultation, workbook(HEAD, ["Coast Network", "T1", "", "", "", "", "", ""]))
    assert problems(page) == [(2, "", "It has no title yet"), (2, "", "It has no text yet")]


def test_a_40_000_character_cell_and_unreadable_characters_are_named(client, consultation):
    rows = [
        [*ROW[:3], title, body, *ROW[5:]] for title, body in (("a\x0bb", "x"), ("t", "a\ufffeb"), ("t", "x" * 40_000))
    ]
    page = send(client, consultation, sheet(HEAD, *rows), "inputs.csv")
    why = "The text holds characters that cannot be shown (%s). Remove them and send again."
    assert problems(page) == [
        (2, "title", why % "U+000B"),
        (3, "body", why % "U+FFFE"),
        (4, "body", "The text has 40,000 characters; 20,000 are the limit."),
    ]
    page = send(client, consultation, workbook(HEAD, [*ROW[:4], "x" * 32_767, *ROW[5:]]))
    assert problems(page) == [(2, "body", "The text has 32,767 characters; 20,000 are the limit.")]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_day_of_the_deadline_is_in_time_and_the_next_is_not(client, consultation, state):
    over = make_consultation(state=state, opens_at=now() - timedelta(days=40), closes_at=now() - timedelta(days=5))
    day = timezone.localdate(over.closes_at)
    page = send(client, over, workbook(HEAD, ROW), received_on=(day + timedelta(days=1)).isoformat())
    assert problems(page) == [(2, "", f"It was not received by {day.day} {day:%B %Y}")]
    in_time = send(client, over, workbook(HEAD, ROW), received_on=day.isoformat())
    confirm(client, "submission", in_time)
    assert Submission.objects.get().received_on == day


@pytest.mark.parametrize(
    ("changed", "field", "error"),
    [
        ({"received_on": "2999-01-01"}, "received_on", "This day lies ahead."),
        ({"received_on": "soon"}, "received_on", "Enter a valid date."),
        ({"consultation": ""}, "consultation", "This field is required."),
        (
            {"consultation": "999999"},
            "consultation",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
        ({"channel": "web"}, "channel", "Select a valid choice. web is not one of the available choices."),
    ],
)
def test_the_choices_are_checked_beside_their_fields(client, consultation, changed, field, error):
    page = send(client, consultation, workbook(HEAD, ROW), **changed)
    assert (page.status_code, page.context["form"].errors) == (422, {field: [error]})
    assert f'id="id_{field}_error"' in page.content.decode()


def test_what_is_no_longer_possible_at_the_confirmation_is_said(client, consultation, network):
    preview = send(client, consultation, workbook(HEAD, ROW))
    Stakeholder.objects.filter(pk=network.pk).update(state="suspended")
    answer = confirm(client, "submission", preview)
    assert said(answer) == [
        "Row 2, not imported:  The secretariat has not verified Coast Network",
        "Imported: 0 new, 0 changed, 0 the same.",
    ]
    assert not Submission.objects.exists()


# --- Stakeholders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [workbook, sheet], ids=["xlsx", "csv"])
def test_stakeholders_are_entered_and_changed(client, officer, make):
    mombasa = County.objects.create(code="001", name="Mombasa", slug="mombasa")
    known = make_stakeholder("Ng’ang’a Foundation", group="media", evidence="R")
    data = make(
        BODIES,
        ["Coast Workers", "CW", "Workers", "mombasa", "yes", "office@example.org", "Two\nlines"],
        ["Ng’ang’a Foundation", "NF", "civil_society", None, "", "", ""],
    )
    preview = upload(client, "stakeholder", data)
    assert preview.context["tally"] == [(1, "new"), (1, "to change"), (0, "the same as here")]
    assert Stakeholder.objects.count() == 1
    assert said(confirm(client, "stakeholder", preview)) == ["Imported: 1 new, 1 changed, 0 the same."]
    made = Stakeholder.objects.get(name="Coast Workers")
    assert (made.short_name, made.group, made.county, made.is_ncm_member) == ("CW", "workers", mombasa, True)
    assert (made.contact_email, made.about, made.state) == ("office@example.org", "Two\nlines", "registered")
    known.refresh_from_db()
    assert (known.group, known.state, known.evidence) == ("civil_society", "verified", "N")
    entry = Event.objects.about(known).get()
    assert (entry.verb, entry.by) == ("import", officer)
    assert entry.data == {"changed": {"short_name": ["", "NF"], "group": ["media", "civil_society"]}}
    again = upload(client, "stakeholder", data)
    assert again.context["tally"] == [(0, "new"), (0, "to change"), (2, "the same as here")]


def test_what_is_wrong_with_a_stakeholder_is_named(client):
    make_stakeholder("Twice")
    make_stakeholder("Twice")
    page = upload(
        client,
        "stakeholder",
        workbook(
            BODIES,
            ["", "", "media", "", "", "", ""],
            ["A", "", "", "", "", "", ""],
            ["B", "", "club", "Atlantis", "perhaps", "no address", "x" * 2_001],
            ["Twice", "", "media", "", "", "", ""],
            ["n" * 251, "", "media", "", "", "", ""],
        ),
    )
    assert [(row, column) for row, column, _why in problems(page)] == [
        (2, "name"),
        (3, "group"),
        (4, "group"),
        (4, "county"),
        (4, "is_ncm_member"),
        (4, "contact_email"),
        (4, "about"),
        (5, "name"),
        (6, "name"),
    ]
    assert problems(page)[3:5] == [
        (4, "county", "No county is called “Atlantis”."),
        (4, "is_ncm_member", "“perhaps” is neither yes nor no."),
    ]
    assert Stakeholder.objects.count() == 2


def test_a_state_in_the_sheet_is_not_a_decision(client):
    make_stakeholder("Waiting", state="registered")
    page = upload(client, "stakeholder", workbook(["name", "group", "state"], ["Waiting", "media", "verified"]))
    confirm(client, "stakeholder", page)
    assert Stakeholder.objects.get().state == "registered"


def test_one_problem_keeps_everything_out(client):
    page = upload(client, "stakeholder", workbook(BODIES, ["Good", "", "media"], ["Bad", "", "club"]))
    assert page.status_code == 422
    assert not Stakeholder.objects.exists()


def test_a_thousand_stakeholders_come_in_within_reason(client):
    rows = [
        [f"Organisation {turn}", "", "civil_society", "", "no", f"office{turn}@example.org", "We help."]
        for turn in range(1_000)
    ]
    began = time.monotonic()
    preview = upload(client, "stakeholder", workbook(BODIES, *rows))
    assert preview.context["tally"][0] == (1_000, "new")
    assert (len(preview.context["rows"]), preview.context["more"]) == (50, 950)
    confirm(client, "stakeholder", preview)
    assert Stakeholder.objects.count() == 1_000
    assert time.monotonic() - began < 60  # some 5 s on two idle cores
