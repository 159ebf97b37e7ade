"""Pages for each move of a paper: access, fields, and the message while the move is not possible."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations.models import Event
from ncm_portal.workflow import now
from positions import workflow
from positions.models import PositionPaper
from positions.views.papers import ELSEWHERE, HOME, MOVE_FORMS
from positions.workflow import PAPER_MOVES
from tests.access_log import last_refusal
from tests.factories import (
    change,
    make_check_in,
    make_delegate,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.office_factories import change_rules
from tests.pages import confirmed, words
from tests.paper_factories import make_edition, make_paper
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
MADE_HERE = [verb for verb in PAPER_MOVES if verb not in ELSEWHERE]
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }}"


@pytest.fixture
def text():
    return make_text()


@pytest.fixture
def as_secretariat(text):
    return sign_in(Client(), text.secretariat)


@pytest.fixture
def as_head(text):
    return sign_in(Client(), text.head)


def page_of(paper, verb):
    return reverse("desk_paper_move", args=[paper.slug, verb])


def barriers(page):
    return [need.text for need in page.context["in_the_way"]]


def state_of(paper):
    return PositionPaper.objects.values_list("state", flat=True).get(pk=paper.pk)


def typed(moment):
    """Return the date and time of a field as a browser sends them."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


# --- The table of pages -------------------------------------------------------------------------------------------


def test_every_move_has_page_and_explanation():
    assert [verb for verb in MADE_HERE if not PAPER_MOVES[verb].asks] == []
    assert set(MOVE_FORMS) <= set(MADE_HERE)
    homes = [verb for verbs in HOME.values() for verb in verbs]
    assert len(homes) == len(set(homes))
    assert set(homes) <= set(PAPER_MOVES)
    asking = {verb for verb in MADE_HERE if PAPER_MOVES[verb].needs_reason}
    assert asking <= set(MOVE_FORMS)  # a move that needs a reason asks for one


# --- Who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", MADE_HERE)
def test_move_is_shown_to_permitted_people_only(text, verb):
    address = page_of(text.paper, verb)
    outside = [make_user(), make_user("official"), make_user("sysadmin"), make_member(make_stakeholder())]
    inside = [text.secretariat, text.head]
    statuses = [sign_in(Client(), person).get(address).status_code for person in outside + inside]
    assert statuses == [404, 404, 404, 404, 200, 200]
    assert Client().get(address).url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("verb", MADE_HERE)
def test_move_is_404_for_others(text, verb):
    before = Event.objects.count()
    data = {"reason": "Why.", "note": "Why.", "rule": "consensus"}
    for person in (make_user(), make_user("official"), make_user("sysadmin"), make_member(make_stakeholder())):
        effects = {"effects": PAPER_MOVES[verb].effects_on(text.paper).fingerprint}
        assert sign_in(Client(), person).post(page_of(text.paper, verb), data | effects).status_code == 404
    assert (state_of(text.paper), Event.objects.count()) == ("clearance_text", before)


def test_unknown_moves_are_404(as_head, text):
    for verb in ("publish_now", "delete", *ELSEWHERE):
        assert as_head.get(page_of(text.paper, verb)).status_code == 404
        assert as_head.post(page_of(text.paper, verb)).status_code == 404
    assert as_head.get(reverse("desk_paper_move", args=["nowhere", "suspend"])).status_code == 404


def test_officer_reads_that_move_belongs_to_head(text, as_secretariat):
    page = as_secretariat.get(page_of(text.paper, "suspend"))
    assert barriers(page) == ["Only the head of the secretariat can do this: Suspend."]
    refused = confirmed(as_secretariat, page_of(text.paper, "suspend"), {"reason": "I would like to."})
    assert refused.status_code == 409
    assert refused.context["reasons"] == barriers(page)
    assert last_refusal(text.paper)[1:3] == ("suspend", "I would like to.")
    assert state_of(text.paper) == "clearance_text"


# --- What the page says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", MADE_HERE)
def test_get_request_changes_nothing(as_head, text, verb):
    before = Event.objects.count()
    page = as_head.get(page_of(text.paper, verb))
    as_head.head(page_of(text.paper, verb))
    assert (Event.objects.count(), state_of(text.paper)) == (before, "clearance_text")
    content = words(page)
    assert str(PAPER_MOVES[verb].label) in content
    if "clearance_text" in PAPER_MOVES[verb].sources and not page.context["in_the_way"]:
        (said, *_more) = PAPER_MOVES[verb].effects_on(text.paper).sentences
        assert said in content.replace("&#x27;", "'")


@pytest.mark.parametrize("verb", [verb for verb in MADE_HERE if "clearance_text" not in PAPER_MOVES[verb].sources])
def test_unavailable_move_shows_reason_without_form(as_head, text, verb):
    page = as_head.get(page_of(text.paper, verb))
    label = PAPER_MOVES[verb].label
    assert barriers(page)[0] == f"You cannot use “{label}” while this is fixed for clearance."
    assert "<main" in page.content.decode()
    assert 'method="post" novalidate' not in page.content.decode()


def test_all_reasons_are_shown_at_once(as_head, text):
    paper = make_paper(text.paper.consultation, state="cleared", forum=None)
    page = as_head.get(page_of(paper, "lay_before_forum"))
    expected = ["No announced forum is chosen", "The forum has no programme"]
    assert barriers(page) == expected
    refused = confirmed(as_head, page_of(paper, "lay_before_forum"))
    assert refused.status_code == 409
    assert refused.context["reasons"] == expected
    for reason in expected:
        assert reason in words(refused)
    assert state_of(paper) == "cleared"


def test_move_pages_take_few_queries(as_head, text, django_assert_max_num_queries):
    for verb in MADE_HERE:
        with django_assert_max_num_queries(24):
            assert as_head.get(page_of(text.paper, verb)).status_code == 200


# --- What is typed --------------------------------------------------------------------------------------------------


def test_missing_values_are_reported_at_fields(as_secretariat, text):
    page = confirmed(as_secretariat, page_of(text.paper, "request_clearance"), {"due_at": ""})
    assert (page.status_code, page.context["form"].errors) == (422, {"due_at": ["Enter a date and time"]})
    page = confirmed(as_secretariat, page_of(text.paper, "reopen_text"), {"reason": " \n "})
    assert (page.status_code, page.context["form"].errors) == (422, {"reason": ["Enter the reason"]})
    assert 'id="id_reason_error"' in page.content.decode()
    assert state_of(text.paper) == "clearance_text"


def test_refusal_keeps_typed_text(as_secretariat, text):
    soon = typed(now() + timedelta(days=2))
    page = confirmed(as_secretariat, page_of(text.paper, "request_clearance"), {"due_at": soon})
    assert page.status_code == 409
    (reason,) = page.context["reasons"]
    assert reason.endswith("working days, and 10 are needed. Choose a later date.")
    assert f'value="{soon}"' in page.content.decode()


def test_long_note_survives_refusal(as_head, text):
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=now() + timedelta(days=30))
    page = confirmed(as_head, page_of(text.paper, "clear_paper"), {"note": HOSTILE})
    assert page.status_code == 409
    assert [reason.split(" has until")[0] for reason in page.context["reasons"]] == [
        "Ministry of One",
        "Ministry of Two",
    ]
    content = page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }}</textarea>" in content
    assert "<script>alert" not in content
    assert state_of(text.paper) == "in_clearance"


@pytest.mark.parametrize("note", ["x" * 5_001, "Before\x00after", "\ufffe"], ids=["long", "NUL", "non-character"])
def test_invalid_note_is_refused_at_field(as_head, text, note):
    page = confirmed(as_head, page_of(text.paper, "clear_paper"), {"note": note})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["note"]
    assert page.context["form"]["note"].value() == note


def test_repeated_move_is_made_once(as_secretariat, text):
    data = {"due_at": typed(now() + timedelta(days=30))}
    assert confirmed(as_secretariat, page_of(text.paper, "request_clearance"), data).status_code == 302
    again = confirmed(as_secretariat, page_of(text.paper, "request_clearance"), data)
    assert again.status_code == 409
    assert again.context["reasons"][0] == "You cannot use “Ask the ministries to clear” while this is in clearance."
    assert Event.objects.about(text.paper).filter(verb="request_clearance").count() == 1


# --- The way to publication, page by page ---------------------------------------------------------------------------


def send(client, paper, verb, **data):
    answer = confirmed(client, page_of(paper, verb), data, follow=True)
    assert answer.context.get("reasons", []) == []
    assert [str(message) for message in answer.context["messages"]] == [f"Done: {PAPER_MOVES[verb].label}."]
    return answer.redirect_chain


def home(page, paper):
    return [(reverse(page, args=[paper.slug]), 302)]


def test_paper_moves_from_consolidation_to_publication(as_secretariat, as_head, text, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    paper = text.paper
    send(as_secretariat, paper, "reopen_text", reason="One word more.")
    assert send(as_secretariat, paper, "fix_clearance_text") == home("desk_clearance", paper)
    send(as_secretariat, paper, "request_clearance", due_at=typed(now() + timedelta(days=30)))
    for clearance, officer in zip(paper.clearances.all(), (text.officer_one, text.officer_two), strict=True):
        workflow.agree_to_rest(clearance, by=officer)
    assert send(as_head, paper, "clear_paper", note="All agree.") == home("desk_clearance", paper)
    send(as_secretariat, paper, "open_silence", until=typed(now() + timedelta(hours=80)))
    change(paper, silence_until=now() - timedelta(minutes=1))
    send(as_secretariat, paper, "end_silence")
    assert send(as_head, paper, "lay_before_forum") == home("desk_adoption", paper)
    for state in ("registration_closed", "in_session"):
        change(text.forum, state=state)
    change_rules(paper.consultation, quorum_groups=1, quorum_member_share="0.001")
    make_check_in(make_delegate(text.forum, text.one))
    workflow.count_quorum(paper, by=text.head)
    send(as_head, paper, "begin_session")
    assert send(as_head, paper, "adopt", rule="consensus", reasons="") == home("desk_adoption", paper)
    files = as_secretariat.post(reverse("desk_files", args=[paper.slug]), follow=True)
    assert [str(message) for message in files.context["messages"]] == ["The files are ready and passed their checks."]
    assert send(as_secretariat, paper, "propose_publication") == home("desk_publication", paper)
    own = confirmed(as_secretariat, page_of(paper, "publish"))
    assert own.status_code == 409
    assert own.context["reasons"] == [
        "Only an officer of the secretariat other than the one who proposed publication can do this: Publish."
    ]
    assert send(sign_in(Client(), make_secretariat()), paper, "publish") == home("desk_publication", paper)
    assert state_of(paper) == "published"


def test_suspended_paper_is_resumed_from_desk(as_head, text):
    assert send(as_head, text.paper, "suspend", reason="A new law.") == home("desk_paper", text.paper)
    send(as_head, text.paper, "resume")
    assert state_of(text.paper) == "clearance_text"


def test_member_breaks_silence_and_is_not_redirected_to_desk(text):
    paper = text.paper
    workflow.request_clearance(paper, by=text.secretariat, due_at=now() + timedelta(days=30))
    change(paper, state="cleared")
    change(paper, state="silence", silence_until=datetime(2099, 1, 1, tzinfo=ZoneInfo("Africa/Nairobi")))
    member = sign_in(Client(), text.officer_one)
    page = member.get(page_of(paper, "break_silence"))
    assert page.context["back"] == reverse("papers")
    assert reverse("paper_edition", args=[paper.slug, "0.2"]) in page.content.decode()
    assert "The silence procedure ends on 1 January 2099, 00:00 EAT (UTC+3)." in words(page)
    assert send(member, paper, "break_silence", reason="The costs.") == [(reverse("papers"), 302)]
    assert state_of(paper) == "consolidation"
    assert member.get(page_of(paper, "reopen_text")).status_code == 404


def test_desk_pages_of_paper_link_to_its_moves(as_head, text):
    make_edition(text.paper, "0.9", kind="clearance")
    page = as_head.get(reverse("desk_clearance", args=[text.paper.slug]))
    assert [opened.move.verb for opened in page.context["moves"]] == ["request_clearance", "reopen_text"]
    assert page_of(text.paper, "request_clearance") in page.content.decode()
