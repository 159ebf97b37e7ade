"""Drafts: autosave without overwriting colleagues, preview and sign-off."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import Attachment, Event, Presence, Submission
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_attachment,
    make_member,
    make_provision,
    make_secretariat,
    make_submission,
    make_theme,
)
from tests.pages import tidy, words
from tests.sign_in import sign_in

from .test_submissions_stakeholder import SUBMIT, WORDS, post, problems

pytestmark = pytest.mark.django_db
SECRET = "the cells of Nadapal"


@pytest.fixture
def draft(author, organisation, consultation):
    return make_submission(consultation, organisation, state="draft", author=author, theme=make_theme("T1"), **TYPED)


TYPED = {"title": "A pass", "body": f"Open words. [[We saw {SECRET}.]]", "proposed_wording": ""}


def autosave(client, key, **changed):
    return client.post(reverse("draft_save", args=[key]), {"key": str(key), **WORDS, **changed})


def at(draft):
    return draft.edited_at.isoformat()


# --- Saved as it is typed -------------------------------------------------------------------------------------------


def test_typed_text_is_autosaved_and_time_is_shown(client, author, consultation):
    key = uuid.uuid4()
    answer = autosave(client, key, title="", body="Her")
    saved = Submission.objects.get()
    assert (saved.key, saved.state, saved.body, saved.author) == (key, "draft", "Her", author)
    told = answer.json()
    assert told == {
        "said": told["said"],
        "seen_at": at(saved),
        "address": reverse("draft", args=[key]),
        "others": [],
    }
    assert told["said"].startswith("Saved at ")


def test_further_autosaves_change_same_draft_and_are_journalled_once(client, author, consultation):
    key, seen_at = uuid.uuid4(), ""
    for body in ("Her", "Herders", "Herders", "Herders should"):
        seen_at = autosave(client, key, body=body, seen_at=seen_at).json()["seen_at"]
    saved = Submission.objects.get()
    assert saved.body == "Herders should"
    assert [event.verb for event in Event.objects.about(saved)] == ["draft"]


def test_autosaving_then_sending_creates_one_input(client, author, consultation):
    key = uuid.uuid4()
    autosave(client, key, body="Her")
    seen_at = at(Submission.objects.get())
    answers = [post(client, SUBMIT, key=str(key), seen_at=seen_at) for _turn in range(2)]
    sent = Submission.objects.get()
    assert [answer["Location"] for answer in answers] == [reverse("receipt", args=[sent.reference])] * 2


def test_text_of_colleague_is_never_overwritten(client, author, organisation, draft):
    colleague = sign_in(Client(), make_member(organisation, "alternate"))
    seen_at = at(draft)
    assert autosave(colleague, draft.key, body="Hers.", seen_at=seen_at).status_code == 200
    answer = autosave(client, draft.key, body="Mine.", seen_at=seen_at)
    assert (answer.status_code, answer.json()["theirs"]["body"]) == (409, "Hers.")
    draft.refresh_from_db()
    assert (draft.body, answer.json()["theirs"]["seen_at"]) == ("Hers.", at(draft))


def test_draft_with_open_bracket_is_saved(client, author, draft):
    assert autosave(client, draft.key, body="Open [[half", seen_at=at(draft)).status_code == 200
    draft.refresh_from_db()
    assert draft.body == "Open [[half"


def test_unsavable_draft_is_reported(client, author, consultation):
    answer = autosave(client, uuid.uuid4(), theme="", body="a\0b")
    assert (answer.status_code, len(answer.json()["reasons"])) == (422, 2)
    assert not Submission.objects.exists()


def test_sent_input_is_not_autosaved(client, author, organisation, consultation):
    sent = make_submission(consultation, organisation, author=author)
    answer = autosave(client, sent.key, body="Other words", seen_at=at(sent))
    assert (answer.status_code, answer.json()) == (
        409,
        {"reasons": ["This input has already been sent, so its text cannot be changed."]},
    )


@pytest.mark.parametrize("name", ["draft_save", "draft_preview", "sign_off"])
@pytest.mark.parametrize("stranger", [make_member, make_secretariat])
def test_other_organisations_draft_is_404(client, stranger, consultation, name):
    draft = make_submission(consultation, state="draft")
    sign_in(client, stranger())
    address = reverse(name, args=[draft.key])
    methods = {"draft_save": [client.post], "draft_preview": [client.get]}.get(name, [client.get, client.post])
    assert {method(address, WORDS).status_code for method in methods} == {404}


# --- Who else is there ----------------------------------------------------------------------------------------------


def test_two_colleagues_see_each_other_editing(client, author, organisation, draft):
    other = make_member(organisation, "alternate")
    colleague = sign_in(Client(), other)
    assert "Also in this draft now:" in words(client.get(reverse("draft", args=[draft.key])))
    assert client.get(reverse("draft", args=[draft.key])).context["others"] == []
    page = colleague.get(reverse("draft", args=[draft.key]))
    assert [each.user for each in page.context["others"]] == [author]
    assert autosave(client, draft.key, seen_at=at(draft)).json()["others"] == [other.name]


def test_absent_colleague_is_not_shown_or_stored(client, author, organisation, draft):
    gone, long_gone = make_member(organisation), make_member(organisation)
    for user, minutes in ((gone, 6), (long_gone, 60 * 25)):
        Presence.objects.create(submission=draft, user=user, seen_at=now() - timedelta(minutes=minutes))
    page = client.get(reverse("draft", args=[draft.key]))
    assert page.context["others"] == []
    assert set(Presence.objects.values_list("user", flat=True)) == {author.pk, gone.pk}


# --- What others will see -------------------------------------------------------------------------------------------


def test_preview_shows_public_and_restricted_parts(client, author, draft):
    page = words(client.get(reverse("draft_preview", args=[draft.key])))
    everybody, own = page.split("What your organisation and the secretariat see")
    assert "Open words. [passage held back]" in everybody
    assert SECRET not in everybody
    assert f"Open words. We saw {SECRET}." in own


def test_preview_equals_published_input(client, author, draft):
    change(draft, proposed_wording="Kenya *supports* passes.")
    page = client.get(reverse("draft_preview", args=[draft.key])).content.decode()
    seen = page[page.index('<div class="said"') : page.index("</blockquote>")].replace("<h4>", "<h2>")
    draft = Submission.objects.get(pk=draft.pk)
    sent = make_submission(
        draft.consultation, draft.stakeholder, body=draft.body, proposed_wording=draft.proposed_wording
    )
    public = Client().get(reverse("input", args=[sent.reference])).content.decode()
    assert seen.replace("</h4>", "</h2>") in public


@pytest.mark.parametrize(
    ("audience", "heading", "shown"),
    [
        ("public", "What everyone sees", True),
        ("members", "What members of the NCM and officials see", True),
        ("secretariat", "What others see", False),
    ],
)
def test_preview_is_for_chosen_audience(client, author, draft, audience, heading, shown):
    change(draft, audience=audience)
    page = words(client.get(reverse("draft_preview", args=[draft.key])))
    before = page.split("What your organisation and the secretariat see")[0]
    assert (heading in page, "Open words." in before) == (True, shown)


def test_saving_for_preview_redirects_to_preview(client, author, consultation):
    answer = post(client, do="preview")
    assert answer["Location"] == reverse("draft_preview", args=[Submission.objects.get().key])


def test_submitted_input_has_no_preview(client, author, organisation, consultation):
    sent = make_submission(consultation, organisation, author=author)
    answer = client.get(reverse("draft_preview", args=[sent.key]))
    assert answer["Location"] == reverse("my_input", args=[sent.key])


# --- Passages that are held back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["body", "proposed_wording"])
def test_input_with_unclosed_passage_is_not_sent(client, author, consultation, field):
    page = post(client, **{field: "We say [[this and no more"})
    label = {"body": "Text", "proposed_wording": "Proposed wording"}[field]
    assert page.status_code == 422
    assert problems(page) == [
        f"{label}: Near “We say [[this and no more” the brackets do not match: every [[ needs a ]], and none can "
        "be inside another."
    ]


def test_title_cannot_contain_withheld_passage(client, author, consultation):
    page = post(client, title="A [[secret]] pass")
    assert problems(page) == ["Title: Everyone can see the title, so no part of it can be held back."]


# --- Signed off inside ----------------------------------------------------------------------------------------------


def test_primary_focal_point_signs_off_and_others_request_it(client, author, organisation, draft):
    change(organisation, signs_off=True)
    head = sign_in(Client(), make_member(organisation, is_primary=True))
    preview = reverse("draft_preview", args=[draft.key])
    assert [move.verb for move in client.get(preview).context["inside"]] == ["ask_sign_off"]
    assert [move.verb for move in head.get(preview).context["inside"]] == ["sign_off"]


def test_primary_focal_point_signs_off_own_draft_from_each_page(consultation, organisation):
    """Also before it is saved for the first time: sending it would be refused."""
    change(organisation, signs_off=True)
    head = make_member(organisation, is_primary=True)
    browser, key = sign_in(Client(), head), str(uuid.uuid4())
    form = browser.get(SUBMIT, {"consultation": consultation.slug})
    assert [move.verb for move in form.context["inside"]] == ["sign_off"]
    answer = post(browser, key=key, do="sign_off")
    draft = Submission.objects.get(key=key)
    assert (answer.status_code, draft.signed_off_by) == (302, head)
    other = make_submission(consultation, organisation, state="draft", author=head, theme=draft.theme, **TYPED)
    page = browser.get(reverse("my_input", args=[other.key]))
    assert [move.verb for move in page.context["inside"]] == ["sign_off"]
    assert f'href="{reverse("draft_preview", args=[other.key])}">Sign off</a>' in tidy(page.text)


def test_unsaved_draft_without_required_sign_off_offers_none(client, author, consultation):
    assert client.get(SUBMIT, {"consultation": consultation.slug}).context["inside"] == []


def test_preview_shows_others_no_refused_file(client, author, draft):
    """The author reads above that a file was refused; others will not see it, and so it is not in the preview."""
    make_attachment(draft, name="ready.pdf")
    for state, fields in {"waiting": {}, "refused": {"state_reason": "A virus."}}.items():
        made = {"name": f"{state}.pdf", "size": 8, "received": 8, "sha256": "a" * 64, "media_type": "application/pdf"}
        made |= {"stored_as": uuid.uuid4().hex, "uploaded_by": author}
        change(Attachment.objects.create(submission=draft, **made), state=state, **fields)
    page = client.get(reverse("draft_preview", args=[draft.key]))
    sheet = page.text[page.text.index('aria-labelledby="others"') :]
    assert [name in sheet for name in ("ready.pdf", "waiting.pdf", "refused.pdf")] == [True, True, False]
    assert "The file refused.pdf was refused and is not part of this input: A virus." in words(page)


def test_sign_off_requires_current_text(client, author, organisation, draft):
    change(organisation, signs_off=True)
    head = sign_in(Client(), make_member(organisation, is_primary=True))
    seen_at = at(draft)
    autosave(client, draft.key, body="Other words.", seen_at=seen_at)
    page = head.post(reverse("sign_off", args=[draft.key]), {"do": "sign_off", "seen_at": seen_at})
    assert page.status_code == 409
    draft.refresh_from_db()
    assert draft.signed_off_at is None
    head.post(reverse("sign_off", args=[draft.key]), {"do": "sign_off", "seen_at": at(draft)})
    draft.refresh_from_db()
    assert draft.signed_off_at is not None
    assert [event.verb for event in Event.objects.about(draft)][-1:] == ["sign_off"]


def test_sign_off_is_refused_if_file_was_added_since_preview(client, author, organisation, draft):
    change(organisation, signs_off=True)
    head = sign_in(Client(), make_member(organisation, is_primary=True))
    preview, signing = reverse("draft_preview", args=[draft.key]), reverse("sign_off", args=[draft.key])
    seen = make_attachment(draft)
    assert f'name="file" value="{seen.key}"' in head.get(preview).content.decode()
    make_attachment(draft, name="later.pdf")
    signed = {"do": "sign_off", "seen_at": at(draft), "file": [str(seen.key)]}
    page = head.post(signing, signed)
    why = "A file was added since you opened this page. Check it before you sign."
    assert (page.status_code, page.context["reasons"]) == (409, [why])
    assert "later.pdf" in words(page)
    seen_now = [str(file.key) for file in draft.attachments.all()]
    assert head.post(signing, {**signed, "file": seen_now}).status_code == 302
    draft.refresh_from_db()
    assert draft.signed_off_at is not None


def test_sign_off_in_form_is_refused_if_file_was_added_since(client, author, organisation, draft):
    change(organisation, signs_off=True)
    head = sign_in(Client(), make_member(organisation, is_primary=True))
    seen, form = make_attachment(draft), reverse("draft", args=[draft.key])
    assert f'form="draft" name="file" value="{seen.key}"' in head.get(form).content.decode()
    said = {"do": "sign_off", "seen_at": at(draft), "body": draft.body, "title": draft.title}
    later = make_attachment(draft, name="later.pdf")
    page = post(head, form, **said, file=[str(seen.key)])
    why = "A file was added since you opened this page. Check it before you sign."
    assert (page.status_code, page.context["reasons"], "later.pdf" in words(page)) == (409, [why], True)
    draft.refresh_from_db()
    post(head, form, **{**said, "seen_at": at(draft)}, file=[str(seen.key), str(later.key)])
    draft.refresh_from_db()
    assert draft.signed_off_at is not None


def test_signed_draft_can_be_submitted(client, author, organisation, draft):
    change(organisation, signs_off=True)
    change(draft, signed_off_at=now(), signed_off_by=author)
    found = client.get(reverse("draft_preview", args=[draft.key])).context
    assert (found["inside"], found["may_send"]) == ([], True)
    assert [need.text for need in found["needs"] if not need.met] == [
        "Next: Send, Withdraw. Who: focal points and alternates of the organisation"
    ]


def test_input_without_required_sign_off_is_not_sent(client, author, organisation, draft):
    change(organisation, signs_off=True)
    make_member(organisation, is_primary=True)
    page = post(client, reverse("draft", args=[draft.key]), seen_at=at(draft))
    assert page.status_code == 409
    assert problems(page) == ["The primary focal point of Herders (sample) has not signed it off yet"]


def test_requesting_sign_off_from_form_saves_first(client, author, organisation, draft):
    change(organisation, signs_off=True)
    make_member(organisation, is_primary=True)
    answer = post(client, reverse("draft", args=[draft.key]), do="ask_sign_off", body="Newest.", seen_at=at(draft))
    draft.refresh_from_db()
    assert (answer["Location"], draft.body) == (reverse("draft_preview", args=[draft.key]), "Newest.")
    assert Event.objects.about(draft).last().verb == "ask_sign_off"


def test_only_primary_focal_point_sets_whether_sign_off_is_required(client, author, organisation):
    address = reverse("sign_off_rule", args=[organisation.pk])
    for stranger in (client, sign_in(Client(), make_secretariat())):
        assert stranger.post(address, {"needed": "yes"}).status_code == 404
    head = sign_in(Client(), make_member(organisation, is_primary=True))
    for answer, needed in (("yes", True), ("no", False)):
        assert "Ask for a sign-off from now on" in words(head.get("/my-organisation/")) or needed is False
        head.post(address, {"needed": answer})
        organisation.refresh_from_db()
        assert organisation.signs_off is needed


# --- What it costs --------------------------------------------------------------------------------------------------


def statements(queries):
    """Return the queries without transaction statements."""
    return [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_submission_takes_fourteen_queries(client, author, consultation):
    """The whole request: sign-in, form, text, files, reference, salts, journal and receipt, the last with two for the
    letterhead and the consultation's own words.
    """
    objectives = [make_provision(code, theme=make_theme("T1")).code for code in ("GCM-02", "GCM-05", "GCM-10")]
    post(client, do="save", objectives=objectives)
    draft = Submission.objects.get()
    with CaptureQueriesContext(connection) as found:
        answer = post(client, reverse("draft", args=[draft.key]), objectives=objectives, seen_at=at(draft))
    draft.refresh_from_db()
    assert (answer.status_code, len(statements(found))) == (302, 14)
    assert (draft.state, draft.content()["objectives"]) == ("submitted", objectives)
    assert draft.content_sha256 == draft.computed_sha256()


def test_closed_theme_must_be_replaced(client, draft, consultation):
    consultation.themes.remove(draft.theme)
    page = post(client, reverse("draft", args=[draft.key]), seen_at=at(draft))
    assert (page.status_code, problems(page)[0].split(":")[0]) == (422, "Main theme")
