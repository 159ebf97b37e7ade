"""The sample is played by verbs: all of its files is in the database, and nothing else is."""

import json
import uuid
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.utils import timezone

from consultations import queries as consultation_queries
from consultations.integrity.journal import verdict
from consultations.jobs import run_next
from consultations.models import (
    AccessEntry,
    Checkpoint,
    Consultation,
    Delegate,
    Event,
    ForumSession,
    Job,
    Mandate,
    Membership,
    OutgoingMail,
    Point,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from consultations.permissions import needs_second_factor
from consultations.queries.inbox import inbox
from positions import sample
from positions.edition import problems
from positions.models import (
    Amendment,
    Artefact,
    Clearance,
    Disposition,
    Edition,
    PaperState,
    PositionPaper,
    Recommendation,
    Reservation,
    ReviewRound,
    Stance,
    rivals,
)
from positions.queries import papers
from positions.sample.play import CannotPlay, accounts, play
from positions.sample.play.drafting import KEYS
from positions.workflow import take_stance
from tests import pdf_text
from tests.factories import make_head
from tests.positions.sample.test_sample import adopted_text

NOT_OF_THE_RECORD = {"decide"}  # written about a point, but what it says is the outcome and not the point's state
FATES = {"accepted": "accepted", "returned_accepted": "accepted"}


@pytest.fixture
def paper(played) -> PositionPaper:
    return PositionPaper.objects.get(slug="gcm-2017")


@pytest.fixture
def adopted(paper) -> dict:
    return json.loads(paper.editions.get(number="1.0").content)


@pytest.fixture
def pdf(paper) -> Artefact:
    return Artefact.objects.get(edition__paper=paper, format="pdf")


def run(command: str, *args: str) -> str:
    said = StringIO()
    call_command(command, *args, stdout=said)
    return said.getvalue()


# --- Everything in the files is there -----------------------------------------------------------------------------


def test_people_and_organisations_equal_sample(played):
    waiting = sample.read("open_round")
    people = {row["email"]: row["office"] for row in [*sample.people(), *waiting["person"]]}
    assert dict(User.objects.values_list("email", "office")) == people
    states = {row["name"]: row["status"].replace("invited", "registered") for row in sample.organisations()}
    states |= {row["name"]: row["status"] for row in waiting["organisation"]}
    bodies = Stakeholder.objects.filter(is_sample=True)
    assert dict(bodies.values_list("name", "state")) == states
    members = {row["name"] for row in sample.organisations() if row["is_ncm_member"] and row["status"] == "verified"}
    assert set(Stakeholder.objects.members().values_list("name", flat=True)) == members
    mandates = [(m["theme"], row["name"], m["lead"]) for row in sample.organisations() for m in row.get("mandates", [])]
    confirmed = Mandate.objects.filter(is_confirmed=True).order_by()
    assert sorted(confirmed.values_list("theme__code", "ministry__name", "is_lead")) == sorted(mandates)


def test_roles_equal_sample(played):
    roles = {"focal_point", "clearing_officer", "alternate"}
    rows = {(row["email"], row["role"]) for row in sample.people() if row.get("role") in roles}
    rows |= {("victor.wanga@swift-passage.example.org", "focal_point")}  # of the body that was refused
    rows |= {(row["email"], "focal_point") for row in sample.read("open_round")["person"]}
    assert set(Membership.objects.values_list("user__email", "role")) == rows
    one_each = Membership.objects.filter(role="focal_point", is_primary=True)
    assert one_each.count() == sum(role == "focal_point" for _email, role in rows)


def test_inputs_have_their_planned_states(paper):
    inputs = Submission.objects.filter(consultation=paper.consultation)
    fates = {row["title"]: FATES.get(row["fate"], row["fate"]) for row in sample.inputs()}
    assert dict(inputs.values_list("title", "state")) == fates
    assert dict(inputs.values_list("title", "body")) == {row["title"]: row["body"] for row in sample.inputs()}
    assert dict(inputs.values_list("title", "audience")) == {row["title"]: row["audience"] for row in sample.inputs()}
    references = sorted(inputs.values_list("reference", flat=True))
    assert references == [f"NCM-2017-{number:04}" for number in range(1, len(fates) + 1)]
    in_order = list(inputs.order_by("reference").values_list("submitted_at", flat=True))
    assert in_order == sorted(row["sent"] for row in sample.inputs())


def test_points_are_validated_or_merged_as_planned(paper):
    points = Point.objects.filter(consultation=paper.consultation)
    rows = [*sample.input_points(), *sample.session_points()]
    assert sorted(points.values_list("text", flat=True)) == sorted(row["text"] for row in rows)
    assert Counter(points.values_list("kind", flat=True)) == Counter(row["kind"] for row in rows)
    assert Counter(points.values_list("state", flat=True)) == {"disposed": 76, "merged": 6}
    promised = points.filter(kind="commitment")
    assert promised.exclude(responsible="").count() == promised.count() == sum("who" in row for row in rows)
    assert promised.filter(due_on=None).count() == 1  # "before the long rains" is no day


def test_forum_equals_sample(paper):
    forum, delegates = paper.forum, Delegate.objects.filter(forum=paper.forum)
    assert (forum.state, forum.seats, str(forum.starts_on), forum.place) == ("reported", 50, "2017-10-17", "Nairobi")
    assert sorted(delegates.values_list("name", "title", "state")) == sorted(
        (row["name"], row["position"], "confirmed") for row in sample.delegates()
    )
    assert sorted(delegates.values_list("badge_number", flat=True)) == list(range(1, 51))
    came = {row["name"] for row in sample.delegates() if row["checked_in"]}
    assert set(delegates.filter(check_ins__isnull=False).values_list("name", flat=True)) == came
    programme = sample.read("programme")["session"]
    assert list(forum.sessions.values_list("title", flat=True)) == [row["title"] for row in programme]


def test_answers_of_ministries_equal_sample(paper):
    assert Counter(paper.clearances.values_list("state", flat=True)) == {"answered": 8}
    stances = Stance.objects.filter(clearance__paper=paper)
    live = Counter(stances.filter(replaced_at=None).values_list("value", flat=True))
    assert live == {"agree": 76, "agree_with_comment": 2, "reservation": 1}
    assert Counter(stances.exclude(replaced_at=None).values_list("value", flat=True)) == {"object": 1, "agree": 2}
    proposed = Amendment.objects.filter(round__paper=paper)
    assert Counter(proposed.values_list("state", flat=True)) == {"accepted": 1, "not_accepted": 1}
    assert paper.clearance_note == sample.read("clearance")["head"]["note"]


def test_paper_was_published_by_two_officers_with_every_point_answered(paper):
    publication = sample.read("clearance")["publication"]
    emails = {row["key"]: row["email"] for row in sample.people()}
    signed = (paper.publication_proposed_by.email, paper.published_by.email)
    assert signed == (emails[publication["by"]], emails[publication["second_officer"]])
    assert (paper.state, paper.published_at) == (PaperState.PUBLISHED, publication["published"])
    rows = Counter(row["outcome"] for row in sample.dispositions())
    assert Counter(Disposition.objects.answered().values_list("outcome", flat=True)) == rows


# --- The adopted edition and its files ----------------------------------------------------------------------------


def test_edition_contains_adopted_text(adopted):
    paragraphs = [each for section in adopted["sections"] for each in section["paragraphs"]]
    assert [each["text"] for each in paragraphs] == [adopted_text(row) for row in sample.paragraphs()]
    assert len(paragraphs) == 50
    written = [row["heading"] for row in sample.sections() if row.get("paragraph")]
    assert [section["heading"] for section in adopted["sections"]] == written
    assert [each["strength"] for each in paragraphs] == [row["strength"] for row in sample.paragraphs()]


def test_edition_contains_reservations_objection_and_decision(adopted):
    rows, names = sample.read("clearance"), {row["key"]: row["name"] for row in sample.organisations()}
    numbers = {row["key"]: number for number, row in enumerate(sample.paragraphs(), 1)}
    reserved = {(names[row["organisation"]], numbers[row["paragraph"]], row["text"]) for row in rows["reservation"]}
    assert {(each["organisation"], each["paragraph"], each["text"]) for each in adopted["reservations"]} == reserved
    (objection,) = adopted["objections_resolved"]
    (stance,) = [row for row in rows["stance"] if row["stance"] == "object"]
    assert objection == {
        "organisation": names[stance["ministry"]],
        "paragraph": numbers[stance["paragraph"]],
        "objection": stance["reason"],
        "proposed": stance["proposed"],
        "resolution": rows["objection"]["why"],
    }
    adoption = adopted["adoption"]
    assert (adoption["rule"], adoption["chair"], adoption["reasons"]) == (
        "consensus_with_reservations", rows["adoption"]["chair"], rows["adoption"]["reasons"],
    )  # fmt: skip
    assert adopted["edition"]["status"] == "Adopted by consensus, 2 reservations"


def test_edition_counts_inputs_and_organisations(adopted):
    accepted = [row for row in sample.inputs() if row["fate"] in FATES]
    assert adopted["tallies"]["inputs"] == len(accepted) == 40
    assert adopted["tallies"]["organisations"] == len({row["organisation"] for row in accepted})
    assert len(adopted["points"]) == adopted["tallies"]["points"] == len(sample.dispositions()) == 82
    assert [each["reference"] for each in adopted["points"] if not each["outcome"]] == []
    assert (len(adopted["participants"]), adopted["forum"]["representatives"]) == (50, 50)
    assert [each["term"] for each in adopted["acronyms"]] == ["IGAD", "IOM", "NCM"]


def test_edition_contains_no_confidential_text(paper, adopted):
    hidden = Submission.objects.filter(consultation=paper.consultation).exclude(audience="public")
    said = Point.objects.filter(submission__in=hidden)
    text = json.dumps(adopted["points"], ensure_ascii=False)
    assert hidden.count() == sum(row["audience"] != "public" for row in sample.inputs())
    assert [point.reference for point in said if point.text in text] == []


def test_same_sample_gives_same_edition(adopted):
    """Editions are identical on every machine: keys come from the sample, times from its timetable."""
    keys = [each["key"] for section in adopted["sections"] for each in section["paragraphs"]]
    assert keys == [str(uuid.uuid5(KEYS, row["key"])) for row in sample.paragraphs()]
    assert adopted["edition"]["frozen_at"] == "2017-10-17T13:40:00+00:00"


def test_each_pdf_page_is_marked_as_sample(pdf):
    with pdf.file.open() as file:
        pages = pdf_text.pages(file.read())
    assert len(pages) >= 12
    line = "SAMPLE: not a position of the Government of Kenya"
    assert [number for number, page in enumerate(pages, 1) if line not in page] == []


def test_files_are_valid_and_copied(pdf, settings):
    assert problems(pdf.edition) == []
    words = {"file": "editions/asked-for.docx", "sha256": "0" * 64, "size": 1, "renderer": "x"}
    words["rendered_at"] = timezone.now()
    Artefact.objects.create(edition=pdf.edition, format="docx", **words)  # a visitor asked for it; it is not copied
    run("play_demo")
    copy = settings.VAR_DIR / "demo" / "position-paper.pdf"
    with pdf.file.open() as file:
        assert copy.read_bytes() == file.read()
    assert json.loads((settings.VAR_DIR / "demo" / "position-paper.json").read_text())["sample"] is True


def test_database_without_its_files_shows_how_to_start_again(pdf, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    words = r"^The file of positions.artefact \d+ is gone or was altered\. Begin afresh:  make clean demo$"
    with pytest.raises(CommandError, match=words):
        run("play_demo")


@pytest.mark.vera
def test_pdf_passes_validator(pdf, vera):
    assert vera(pdf.file.path, "ua1,3a") == []


# --- By verbs alone -----------------------------------------------------------------------------------------------


def guarded_models() -> list:
    """Return every model with a database trigger that guards its states."""
    models = [*apps.get_app_config("consultations").get_models(), *apps.get_app_config("positions").get_models()]
    models = [model for model in models if model not in (Job, OutgoingMail)]  # guarded too, without a journal
    return [model for model in models if any(t.name == "state_moves" for t in getattr(model._meta, "triggers", []))]


def test_models_with_guarded_states_are_listed():
    assert {Submission, Point, PositionPaper, ForumSession, Clearance, Amendment} <= set(guarded_models())


@pytest.mark.parametrize("model", guarded_models(), ids=lambda model: model.__name__)
def test_every_state_equals_last_journal_entry(played, model):
    events = Event.objects.filter(kind=model._meta.label_lower, after__in=model.State.values)
    events = events.exclude(verb__in=NOT_OF_THE_RECORD).order_by("number")
    said = {event.object_id: event.after for event in events}
    initial = model._meta.get_field("state").default
    rows = model._base_manager.values_list("pk", "state")
    assert dict(rows) == {pk: said.get(str(pk), initial) for pk, _state in rows}


def test_journal_is_intact_and_chronological(played):
    found = verdict()
    assert (found.complaint, found.checked) == ("", Event.objects.count())
    moments = list(Event.objects.order_by("number").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert AccessEntry.objects.count() == 0
    assert Event.objects.filter(at__gt=timezone.now()).count() == 0


def test_organisations_are_fictitious(played):
    real = Stakeholder.objects.filter(is_sample=False)
    assert real.exclude(state="registered").count() == 0
    for model in (Submission, Point, Delegate, Membership, Reservation):
        assert model.objects.filter(stakeholder__in=real).count() == 0
    assert Clearance.objects.filter(ministry__in=real).count() == 0
    assert Amendment.objects.filter(sponsor__in=real).count() == 0
    assert User.objects.filter(is_sample=False).count() == 0
    assert Consultation.objects.filter(is_sample=False).count() == 0


def test_mail_addresses_belong_to_sample(played):
    assert OutgoingMail.objects.exclude(to__endswith=".example.org").count() == 0


# --- The round that is open ---------------------------------------------------------------------------------------


def test_open_consultation_is_visible_to_visitors(played):
    current = consultation_queries.public_rounds()[0]
    assert (current.slug, current.takes_inputs, current.is_sample) == ("compact-review", True, True)
    assert current.days_left in (27, 28)  # midnight may have passed since the sample was played
    assert set(current.themes.values_list("code", flat=True)) == {f"T{number}" for number in range(1, 8)}
    assert Counter(current.submissions.values_list("state", flat=True)) == {
        "submitted": 3, "draft": 2, "accepted": 4, "returned": 1,
    }  # fmt: skip
    assert papers.latest_edition(current) == Edition.objects.get(number="1.0")


def test_secretariat_has_pending_tasks(played):
    officer = User.objects.get(email="hassan.guyo@secretariat.example.org")
    assert [(row.code, row.words) for row in inbox(officer)] == [
        ("nominations", "Decide 4 nominations"),
        ("organisation", "Verify the organisation “Lakeside Women Cross-Border Traders (sample)”"),
        ("read", "Read “The receipt that nobody gives” and 1 more"),
        ("read_assigned", "Read “Passes for herders: what works at two crossings”"),
        ("alike", "Compare texts that are nearly the same"),
        ("clearances", "Clearance of Figures (sample): 3 ministries have not answered"),
    ]


def test_clearing_officer_has_paragraphs_to_answer(played):
    officer = User.objects.get(email="joseph.ekai@home-affairs.example.org")
    asked = Clearance.objects.visible_to(officer).get(state="requested")
    assert (asked.paper.slug, asked.paper.state) == ("compact-review-figures", PaperState.IN_CLEARANCE)
    written = [row["text"] for row in sample.read("open_round")["interim"]["paragraph"]]
    assert list(asked.stances.values_list("wording__text", "value")) == [(text, "") for text in written]
    assert take_stance(asked, asked.stances.first().paragraph, by=officer, value="agree").value == "agree"


def test_public_review_has_two_conflicting_amendments(played):
    review = ReviewRound.objects.visible_to(AnonymousUser()).get()
    assert (review.paper.slug, review.is_open) == ("compact-review-registers", True)
    found = list(review.amendments.order_by("pk"))
    contending = [each.sponsor.label for each in found if rivals(each, found)]
    assert contending == ["Statistics (sample)", "Domestic Workers Watch (sample)"]
    assert [each.advice for each in Recommendation.objects.filter(amendment__round=review, consent="")] == ["in_part"]


def test_closed_consultation_is_opened_again(played, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=60))
    assert consultation_queries.public_rounds()[0].takes_inputs is False
    assert "it is open again until" in run("play_demo")
    assert consultation_queries.public_rounds()[0].takes_inputs is True
    assert "open again" not in run("play_demo")


# --- Running it -----------------------------------------------------------------------------------------------------


def test_second_run_changes_nothing(played):
    before = Event.objects.count(), OutgoingMail.objects.count(), User.objects.count()
    assert "was played before; its paper is published" in run("play_demo")
    assert (Event.objects.count(), OutgoingMail.objects.count(), User.objects.count()) == before


@pytest.mark.usefixtures("by_owner")
def test_single_start_creates_tables_loads_reference_and_plays(played, settings, tmp_path):
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_FOLDER = tmp_path / "key.pem", tmp_path / "anchored"
    said = run("play_demo", "--with-tables").splitlines()
    assert [line for line in said if line.startswith("→")] == [
        "→ Making the tables", "→ Loading the reference data", "→ Playing the 2017 consultation",
    ]  # fmt: skip
    assert (tmp_path / "key.pem").exists()
    assert Checkpoint.objects.get().number == Event.objects.latest("number").number
    assert "  themes: 0 new, 0 changed, 7 the same" in said
    assert "  The consultation of 2017 was played before; its paper is published. Nothing to do." in said


def test_users_of_every_role_can_sign_in(played):
    said = run("play_demo")
    for row in accounts.log_ins():
        user = User.objects.get(email=row.email)
        assert row.email in said
        assert user.check_password(accounts.password())
        assert row.second_factor == Authenticator.objects.filter(user=user).exists() == needs_second_factor(user)
    assert accounts.password() in said
    assert "DEMO=1 .venv/bin/python manage.py demo_code E-MAIL" in said  # without DEMO=1 the command refuses
    confirmed = EmailAddress.objects.filter(verified=True, primary=True).values_list("email", flat=True)
    assert set(confirmed) == set(User.objects.values_list("email", flat=True))


def test_password_is_not_printed_under_another_key(played, settings):
    settings.SECRET_KEY = "another machine's key"
    assert accounts.password() not in run("play_demo")


def test_printed_code_equals_current_totp_code(played, time_machine):
    time_machine.move_to("2026-01-01T12:00:05Z", tick=False)
    user = User.objects.get(email="ruth.langat@secretariat.example.org")
    code, rest = run("demo_code", "Ruth.Langat@secretariat.example.org").split(maxsplit=1)
    assert TOTP(Authenticator.objects.get(user=user)).validate_code(code)
    assert rest == f"(for 25 s, then {accounts.codes(user).then})\n"


@pytest.mark.parametrize(
    ("email", "complaint"),
    [("nobody@example.org", "no such account"), ("rose.ondieki@careunion.example.org", "password alone")],
)
def test_account_without_authenticator_has_no_code(played, email, complaint):
    with pytest.raises(CommandError, match=complaint):
        run("demo_code", email)


def test_demo_commands_are_refused_in_production(settings):
    settings.LOCAL = False
    for command in (["play_demo"], ["demo_code", "ruth.langat@secretariat.example.org"]):
        with pytest.raises(CommandError, match="DEMO=1"):
            run(*command)


@pytest.mark.django_db
def test_missing_reference_data_are_reported():
    with pytest.raises(CommandError, match="load_reference"):
        run("play_demo")


@pytest.mark.django_db
def test_refusal_rolls_everything_back():
    call_command("load_reference", stdout=StringIO())
    make_head()
    with pytest.raises(
        CommandError, match=r"Nothing was played\. .* Only two people, one to propose and one to confirm"
    ):
        run("play_demo")
    assert User.objects.filter(is_sample=True).count() == 0
    assert Theme.objects.count() == 7


def test_existing_paper_at_same_address_is_kept(played):
    Consultation.objects.update(is_sample=False)
    with pytest.raises(CannotPlay, match="is here already and is published"):
        play(print, run_next)
