"""The inbox: order and words of its rows, when each is due, what is kept, and what it reads among many inputs."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.module_loading import import_string

from consultations import workflow
from consultations.models import User
from consultations.queries import inbox, working_day_after
from consultations.queries.inbox import LATE, LATER, TODAY, WEEK, group_of, kinds
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.plans import no_large_table_is_read_as_a_whole
from tests.waiting import rows_of

pytestmark = pytest.mark.django_db


def test_codes_are_unique():
    assert len(kinds()) == sum(len(import_string(table)) for table in settings.INBOX)


@pytest.mark.parametrize(
    ("today", "due", "group"),
    [
        (date(2026, 12, 2), date(2026, 12, 1), LATE), (date(2026, 12, 2), date(2026, 12, 2), TODAY),
        (date(2026, 12, 2), date(2026, 12, 6), WEEK), (date(2026, 12, 2), date(2026, 12, 7), LATER),
        (date(2026, 12, 6), date(2026, 12, 7), LATER), (date(2026, 12, 2), None, LATER),
        (date(2026, 12, 2), date(1936, 1, 1), LATE), (date(2026, 12, 2), date(2036, 1, 1), LATER),
    ],
)  # fmt: skip
def test_a_week_ends_on_sunday(monkeypatch, today, due, group):
    noon = timezone.make_aware(timezone.datetime(today.year, today.month, today.day, 12))
    monkeypatch.setattr(inbox, "now", lambda: noon)
    assert group_of(due) == group


def test_what_is_due_at_an_hour_is_late_from_then_on(monkeypatch):
    noon = timezone.make_aware(timezone.datetime(2026, 12, 2, 12))
    monkeypatch.setattr(inbox, "now", lambda: noon)
    assert group_of(noon.date(), noon + timedelta(minutes=1)) == TODAY
    assert group_of(noon.date(), noon - timedelta(minutes=1)) == LATE


def test_late_comes_first_then_own_then_what_has_waited_longest():
    officer, theirs = make_secretariat(), make_consultation()
    own = change(make_submission(state="submitted", title="Mine"), assigned_to=officer)
    for days, title in ((1, "Younger"), (2, "Older"), (40, "Late")):
        sent = make_submission(make_consultation(), state="submitted", title=title)
        change(sent, submitted_at=own.submitted_at - timedelta(days=days))
    change(own, submitted_at=own.submitted_at - timedelta(days=1, minutes=-1))
    words = [row.words for row in rows_of(officer)]
    assert words[0] == "Read “Late”"
    mine, younger = words.index("Read “Mine”"), words.index("Read “Younger”")
    assert mine < younger  # of one day
    assert rows_of(officer)[0].group == LATE
    assert theirs.pk


def test_inputs_are_due_after_five_working_days():
    officer = make_secretariat()
    sent = change(make_submission(state="submitted"), submitted_at=now() - timedelta(days=3))
    (row,) = rows_of(officer)
    assert row.due == working_day_after(timezone.localdate(sent.submitted_at), 5)


def test_invitation_says_its_last_day_and_opens_its_letter(client):
    body = make_stakeholder()
    letter = make_invitation(make_forum(), body, respond_by=timezone.localdate())
    days = date_format(letter.forum.ends_on, "j M Y")
    (row,) = rows_of(make_member(body))
    assert (row.group, row.when, row.about) == (
        TODAY, "today", f"{body.name}; {days}, {letter.forum.place}; seats: 2"
    )  # fmt: skip
    assert letter.reference in client.get(row.url).content.decode()


def test_invitation_to_a_forum_of_several_days_names_the_first_and_the_last():
    body = make_stakeholder()
    make_invitation(make_forum(starts_on=date(2027, 1, 31), ends_on=date(2027, 2, 1)), body)
    (row,) = rows_of(make_member(body))
    assert "; 31 Jan – 1 Feb 2027, " in row.about


@pytest.mark.django_db(transaction=True)
def test_draft_begun_a_moment_ago_waits_for_its_author_although_rows_are_kept():
    body, consultation, theme = make_stakeholder(), make_consultation(), make_theme()
    consultation.themes.add(theme)
    writer = make_member(body)
    assert rows_of(writer) == []
    workflow.start_draft(consultation, body, by=writer, theme=theme, title="A day of rest")
    (row,) = rows_of(writer)
    assert (row.words, row.button) == ("Finish “A day of rest”", "Go on")


def test_words_are_in_the_language_of_the_reader_though_rows_are_kept():
    officer = make_secretariat()
    make_submission(state="submitted", title="Passes")
    with translation.override("sw"):
        (swahili,) = rows_of(officer)
    (english,) = rows_of(officer)
    assert english.words == "Read “Passes”"
    assert swahili.words != english.words


def test_title_with_percent_signs_is_shown_as_it_is():
    make_submission(state="submitted", title="100 %(what)s of 50 % {x} \U0001f41f")
    (row,) = rows_of(make_secretariat())
    assert row.words == "Read “100 %(what)s of 50 % {x} \U0001f41f”"


def test_more_than_a_hundred_inputs_are_counted_as_such():
    raw = inbox.Raw(
        "read", now(), None, None, False, 101, {"place": "", "what": "A", "reference": "", "who": "", "key": KEY}
    )
    row = inbox._in_words(kinds()["read"], raw, inbox.WorkingDays([]))
    assert row.words == "Read “A” and more than 100 more"


KEY = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def everybody():
    ministry = make_ministry()
    return {
        "secretariat": make_secretariat(), "head": make_head(), "system administrator": make_user("sysadmin"),
        "official": make_user("official"), "focal point": make_member(), "member": make_member(ministry),
        "clearing officer": make_member(ministry, "clearing_officer"), "nobody": make_user(),
    }  # fmt: skip


def test_inbox_reads_no_large_table_as_a_whole_for_any_role():
    for name, user in everybody().items():
        with no_large_table_is_read_as_a_whole():
            assert rows_of(user) == [], name


def test_inbox_takes_four_queries_for_any_role():
    change(make_submission(state="submitted"), submitted_at=now())
    for name, user in everybody().items():
        person = User.objects.get(pk=user.pk)
        with CaptureQueriesContext(connection) as queries:
            inbox.inbox(person)
        assert len(queries) <= 3, name  # memberships, rows, public holidays


def test_statement_of_one_officer_finds_the_rows_of_another():
    first, second = make_secretariat(), make_secretariat()
    change(make_submission(state="submitted"), assigned_to=second)
    assert rows_of(first) == []
    assert [row.code for row in rows_of(second)] == ["read_assigned"]


@pytest.mark.django_db(transaction=True)
def test_count_is_kept_until_the_next_entry_of_the_journal():
    officer = make_secretariat()
    sent = make_submission(state="submitted")
    workflow.add_note(sent, by=officer, text="One entry, so that the journal has one.")
    person = User.objects.get(pk=officer.pk)
    assert inbox.waiting_count(person) == 1
    with CaptureQueriesContext(connection) as queries:
        assert inbox.waiting_count(person) == 1
    looks = [
        query for query in queries if "consultations_event" in query["sql"]
    ]  # once in a second, for other machines
    assert len(queries) == len(looks) <= 1
    workflow.accept(sent, by=officer)
    assert [row.code for row in inbox.inbox(person)] == ["split"]


def test_nobody_waits_for_visitors_and_closed_accounts(rf):
    from django.contrib.auth.models import AnonymousUser

    assert inbox.waiting_count(AnonymousUser()) == 0
    assert inbox.waiting_count(make_user("secretariat", is_active=False)) == 0
