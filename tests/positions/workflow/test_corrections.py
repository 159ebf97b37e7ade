"""After adoption: corrections by two officers, superseded papers, and content for officials only."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed
from positions import edition, notifications, workflow
from positions.models import Corrigendum, Edition, PositionPaper, RestrictedAnnex
from positions.queries import papers
from positions.render import annexes
from tests.factories import change, make_head, make_member, make_secretariat, make_stakeholder, make_user
from tests.pages import confirmed, words
from tests.paper_factories import make_paper, make_published_paper
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = make_published_paper()
    found.officer, found.second = make_secretariat(), make_secretariat()
    found.slipped = found.paragraphs[2]
    return found


def propose(published, text="Kenya and its Counties commit to a third.", reason="A capital was missing."):
    return workflow.propose_corrigendum(
        published.paper, by=published.officer, reason=reason, texts={published.slipped: text}
    )


def refusal(act):
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def test_corrected_edition_is_issued_with_files_by_two_officers(published):
    groundings = list(published.slipped.wording.groundings.values_list("point", "relation"))
    proposed = propose(published)
    with pytest.raises(NotAllowed):
        workflow.issue_corrigendum(proposed, by=published.officer)
    issued = workflow.issue_corrigendum(proposed, by=published.second)
    made, base = issued.edition, published.edition
    assert (made.number, made.kind, made.status) == ("1.0.1", "corrected", "Adopted by consensus; corrected")
    assert edition.problems(made) == []  # printed, and sound
    before, after = json.loads(base.content), json.loads(made.content)
    assert after["correction"] == {
        "of": "1.0", "reason": "A capital was missing.",
        "changes": [{
            "paragraph": 3, "before": "Kenya and its counties commit to a third.",
            "after": "Kenya and its Counties commit to a third.",
        }],
    }  # fmt: skip
    assert {key for key in before if before[key] != after[key]} == {"edition", "sections"}
    assert ("Corrected", "edition 1.0, in the words of paragraph 3: A capital was missing.") in annexes.adoption_facts(
        after
    )
    assert papers.latest_official(published.paper) == made
    published.slipped.refresh_from_db()
    assert published.slipped.wording.text == "Kenya and its Counties commit to a third."
    assert list(published.slipped.wording.groundings.values_list("point", "relation")) == groundings
    page = words(Client().get(reverse("paper", args=[published.paper.slug])))
    assert "Edition 1.0.1 corrects a mistake in edition 1.0: A capital was missing. See what changed" in page
    old = Client().get(reverse("edition_file", args=[published.paper.slug, "1.0", "json"]))
    assert b"".join(old.streaming_content) == base.content.encode()
    again = propose(published, "Kenya and its Counties commit to a fourth.", "Third for fourth.")
    assert workflow.issue_corrigendum(again, by=published.second).edition.number == "1.0.2"


def test_non_editorial_change_is_refused_with_all_reasons(published):
    long = "Kenya will not pay for anything that the counties have asked of it."
    assert refusal(lambda: propose(published, long, " ")) == [
        "Enter what the mistake was: everyone can read this next to the corrected edition.",
        "Paragraph 3: A correction changes at most 5 words of a paragraph; 11 words change here.",
        "Paragraph 3: These words carry the meaning, so a correction cannot add or remove them: and, not, will.",
        "Paragraph 3: The operative words must stay as adopted: commit to.",
    ]
    assert refusal(lambda: propose(published, "Kenya and its counties commit to a third.")) == ["This changes nothing."]
    with pytest.raises(NotAllowed):
        workflow.propose_corrigendum(published.paper, by=make_user("official"), reason="So.", texts={})
    propose(published)
    assert refusal(lambda: propose(published)) == ["Another correction already waits for a second officer."]
    change(published.paper, state="superseded")
    assert refusal(lambda: workflow.issue_corrigendum(Corrigendum.objects.get(), by=published.second)) == [
        "The paper is not published"
    ]


def test_unprintable_correction_is_not_issued(published, monkeypatch):
    def fail(frozen):
        raise Blocked("The PDF could not be made.")

    monkeypatch.setattr("positions.edition.render_artefacts", fail)
    proposed = propose(published)
    assert refusal(lambda: workflow.issue_corrigendum(proposed, by=published.second)) == ["The PDF could not be made."]
    proposed.refresh_from_db()
    assert (proposed.state, Edition.objects.filter(number="1.0.1").exists()) == ("proposed", False)
    assert workflow.decline_corrigendum(proposed, by=published.officer, reason="Later.").state == "declined"


def test_database_requires_two_officers(published):
    proposed = propose(published)
    with pytest.raises(IntegrityError, match="corrigendum_two_officers"), transaction.atomic():
        change(
            proposed,
            state="issued",
            edition=published.edition,
            decided_by=published.officer,
            decided_at=proposed.proposed_at,
        )


def test_correction_is_proposed_and_issued_in_browser(published, monkeypatch):
    monkeypatch.setattr("positions.edition.render_artefacts", lambda frozen: None)
    first, second = (sign_in(Client(), one) for one in (published.officer, published.second))
    new = reverse("desk_corrigendum_new", args=[published.paper.slug])
    texts = {"text_1": "Who speaks.", "text_2": "Kenya calls for three things.", "text_3": "Kenya agrees to a third."}
    refused = first.post(new, {"reason": "A slip.", **texts})
    assert refused.status_code == 422
    assert "Paragraph 3: The operative words must stay as adopted: commit to." in words(refused)
    assert "Kenya agrees to a third." in words(refused)
    unseen = first.post(
        new, {"reason": "A slip.", **texts, "text_3": "Kenya and its \u202ecounties commit to a third."}
    )
    assert (unseen.status_code, "U+202E" in words(unseen)) == (422, True)
    texts["text_3"] = "Kenya and its Counties commit to a third."
    proposed = first.post(new, {"reason": "A capital.", **texts})
    page = proposed["Location"]
    assert "Removed: counties" in words(first.get(page))
    assert first.post(f"{page}issue_corrigendum/").status_code == 409
    assert "The corrected edition is in force" in words(second.post(f"{page}issue_corrigendum/", follow=True))


# --- A newer paper ----------------------------------------------------------------------------------------------------


def test_superseded_paper_stays_at_its_address(published):
    newer, elsewhere = make_paper(published.paper.consultation, state="published"), make_paper(state="published")
    client = sign_in(Client(), make_head())
    address = reverse("desk_paper_move", args=[published.paper.slug, "supersede"])
    missing = confirmed(client, address, {"reason": "A new round."})
    assert (missing.status_code, "The newer paper: Choose the newer paper" in words(missing)) == (422, True)
    assert list(missing.context["form"].fields["newer"].queryset) == [newer]
    for other in (published.paper, elsewhere):
        refused = confirmed(client, address, {"newer": other.slug, "reason": "A new round."})
        assert (refused.status_code, "The newer paper: Choose the newer paper" in words(refused)) == (422, True)
    confirmed(client, address, {"newer": newer.slug, "reason": "A new round."})
    page = words(Client().get(reverse("paper", args=[published.paper.slug])))
    assert f"A newer paper replaces this one: {newer.title}" in page
    old = Client().get(reverse("edition_file", args=[published.paper.slug, "1.0", "json"]))
    assert b"".join(old.streaming_content) == published.edition.content.encode()
    back = reverse("desk_paper_move", args=[published.paper.slug, "take_back_supersession"])
    assert f'href="{back}"' in client.get(reverse("desk_publication", args=[published.paper.slug])).text
    confirmed(client, back, {"reason": "It was the wrong paper."})
    page = words(Client().get(reverse("paper", args=[published.paper.slug])))
    assert "A newer paper replaces this one" not in page
    published.paper.refresh_from_db()
    assert published.paper.state == "published"


# --- For officials only -----------------------------------------------------------------------------------------------


def test_only_officials_read_restricted_annex(published):
    secret = "Zebra-crossing"
    workflow.write_annex(published.paper, by=published.officer, title="Red lines", text=f"First {secret}.")
    workflow.write_annex(published.paper, by=published.officer, title="Red lines", text=f"Then {secret}.", number=1)
    address = reverse("annexes", args=[published.paper.slug])
    for person in (published.officer, make_head(), make_user("official")):
        page = sign_in(Client(), person).get(address)
        assert ("Then Zebra-crossing." in words(page), "First" in words(page)) == (True, False)
        assert page["Cache-Control"] == "no-store, private"
    for person in (make_user(), make_user("sysadmin"), make_member(make_stakeholder(state="verified"))):
        client = sign_in(Client(), person)
        assert client.get(address).status_code == 404
        assert secret not in words(client.get(reverse("paper", args=[published.paper.slug])))
    assert [row.text for row in RestrictedAnnex.objects.order_by("pk")] == [f"First {secret}.", f"Then {secret}."]
    assert secret not in "".join(str(entry.data) + entry.reason for entry in Event.objects.all())
    frozen = edition.content(
        published.paper, number="1.0.9", kind="corrected", status="-", frozen_at=published.edition.frozen_at
    )
    assert secret not in json.dumps(frozen)
    assert refusal(lambda: workflow.write_annex(published.paper, by=published.officer, title=" ", text="", number=7)) == [
        "Enter the title.", "Enter the text.", "There is no such annex.",
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        workflow.write_annex(published.paper, by=make_user("official"), title="A", text="B")


def test_restricted_paper_is_published_to_officials_only(published):
    paper, editions = published.paper, published.edition
    change(paper, is_restricted=True)
    slug = paper.slug
    closed = [
        reverse("paper", args=[slug]), reverse("paper_edition", args=[slug, "1.0"]),
        reverse("edition_file", args=[slug, "1.0", "pdf"]), reverse("edition_file", args=[slug, "1.0", "json"]),
        reverse("edition_lines", args=[slug, "1.0"]), reverse("paper_compare", args=[slug]),
        reverse("edition_whole", args=[slug, "1.0"]), reverse("edition_section", args=[slug, "1.0", 1]),
        reverse("paper_compare_pdf", args=[slug]),
    ]  # fmt: skip
    member = make_member(published.ministry)
    for client in (Client(), sign_in(Client(), make_user()), sign_in(Client(), member)):
        assert [client.get(address).status_code for address in closed] == [404] * len(closed)
        assert paper.title not in words(client.get(reverse("papers")))
        assert paper.title not in words(client.get(reverse("home")))
        assert paper.title not in words(client.get(reverse("verify_hash", args=[editions.sha256])))
    official = sign_in(Client(), make_user("official"))
    assert "Restricted: only officials" in words(official.get(closed[0]))
    pdf = official.get(closed[2])
    assert (pdf.status_code, pdf["Cache-Control"]) == (200, "private, no-cache")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert papers.answers_for([published.public]) == {}
    assert list(PositionPaper.objects.published()) == []


def test_head_restricts_and_lifts_restriction_before_publication_without_mail():
    text = make_text("in_clearance")
    assert workflow.restrict(text.paper, by=text.head, reason="Negotiations.").is_restricted
    with pytest.raises(NotAllowed):
        workflow.open_to_all(text.paper, by=text.secretariat, reason="So.")
    assert not workflow.open_to_all(text.paper, by=text.head, reason="They ended.").is_restricted
    change(text.paper, is_restricted=True)
    before = OutgoingMail.objects.count()
    notifications.answered(text.paper)
    assert OutgoingMail.objects.count() == before
