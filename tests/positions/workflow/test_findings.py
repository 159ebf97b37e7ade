"""After adoption: milestone dates, findings, their corrections and release, and who may read them when."""

import csv
import hashlib
import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from consultations.models import ActionPoint, Event, Evidence, Milestone
from consultations.workflow import date_milestone
from ncm_portal import workflow as house
from ncm_portal.workflow import Blocked, NotAllowed
from positions import workflow
from positions.models import Reflection
from positions.render.pdf import RenderFailed
from positions.text.canonical import canonical
from positions.verification import printing
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_forum,
    make_head,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_user,
    walk,
)
from tests.pages import tidy, words
from tests.paper_factories import bring_paper, freeze, make_whole_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
ADDIS = "Regional consultation, Addis Ababa"


@pytest.fixture
def world() -> SimpleNamespace:
    """Create a published paper of three paragraphs, the second on objective 2, and a past milestone."""
    found = make_whole_paper()
    change(found.forum, starts_on=date(2017, 10, 17), ends_on=date(2017, 10, 17))
    bring_paper(found.paper, "adopted")
    found.edition = freeze(found.paper, status="Adopted by consensus")
    bring_paper(found.paper, "published")
    found.milestone = Milestone.objects.create(
        title=ADDIS, kind="meeting", level="regional", actual_start=date(2017, 10, 26), state="held", is_key=True
    )
    found.objective, found.principle = make_provision("GCM-02"), make_provision("GCM-P-f")
    found.officer, found.head = make_secretariat(), make_head()
    return found


def reflect(world, *, by=None, **words):
    about = {
        "milestone": world.milestone, "paragraph": world.paragraphs[1], "provision": world.objective,
        "value": "in_part", "reference": "Summary, paragraph 3", "note": "Half of it.",
    }  # fmt: skip
    return workflow.reflect(world.paper, by=by or world.officer, **{**about, **words})


def reasons(act) -> list[str]:
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def public_page(world) -> str:
    return words(Client().get(reverse("paper_alignment", args=[world.paper.slug])))


def test_finding_is_public_after_release_and_correction_immediately(world):
    found = reflect(world)
    assert "Half of it." not in public_page(world)
    with pytest.raises(NotAllowed):
        workflow.release_reflections(world.paper, by=world.officer, milestone=world.milestone)
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    assert (
        "Paragraph 2 A. Regional consultation, Addis Ababa In part , 2. Label GCM-02. Summary, paragraph 3 Half of it."
        in public_page(world)
    )
    after = {"value": "contrary", "reference": "Summary, paragraph 4", "note": "The opposite.", "reason": "Read again."}
    newer = workflow.correct_reflection(found, by=world.officer, **after)
    page = public_page(world)
    assert "Contrary , 2. Label GCM-02. Summary, paragraph 4 The opposite. Corrected: Read again." in page
    assert "Before: in part. Summary, paragraph 3: Half of it." in page
    assert reasons(lambda: workflow.correct_reflection(found, by=world.officer, **after)) == [
        "Somebody has corrected this finding since you opened it."
    ]
    struck = workflow.strike_reflection(newer, by=world.officer, reason="Wrong paragraph.")
    assert (struck.value, struck.reference, struck.note) == ("struck", "Summary, paragraph 4", "The opposite.")
    assert "The opposite." not in public_page(world)
    said = Event.objects.about(world.paper).filter(verb__contains="reflect").order_by("number")
    assert [(each.verb, each.before, each.after, each.reason) for each in said] == [
        ("reflect", "", "in_part", ""),
        ("release_reflections", "", "", ""),
        ("correct_reflection", "in_part", "contrary", "Read again."),
        ("strike_reflection", "contrary", "struck", "Wrong paragraph."),
    ]
    assert "release_reflections" in refused_verbs(world.paper)


def test_finding_may_name_guiding_principle(world):
    found = reflect(world, provision=world.principle)
    assert Event.objects.about(world.paper).get(verb="reflect").data == {
        "milestone": ADDIS, "paragraph": str(world.paragraphs[1].key), "provision": "GCM-P-f",
    }  # fmt: skip
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    page = public_page(world)
    assert "How it was made Who has written, and who has not yet Participation report Read the position" in page
    assert "Guiding principles Paragraphs and the guiding principles of the Compact" in page
    assert (
        "Paragraph 2 A. Regional consultation, Addis Ababa In part , (f) Label GCM-P-f. Summary, paragraph 3 Half of it."
        in page
    )
    workflow.strike_reflection(found, by=world.officer, reason="Wrong principle.")
    assert "Guiding principles Paragraphs" not in public_page(world)


def test_finding_refusal_lists_all_reasons(world):
    change(world.milestone, state="planned", planned_start=date(2017, 10, 26))
    wrong = {"value": "struck", "reference": " ", "provision": make_provision("10.7")}
    assert reasons(lambda: reflect(world, **wrong)) == [
        "The milestone has not taken place yet.",
        "Choose what you found.",
        "Enter the document and its paragraph.",
        "Choose one of the objectives or guiding principles of the Compact.",
    ]
    change(world.milestone, state="held")
    assert reasons(lambda: reflect(world, note="")) == [
        "Enter in the note what is missing or what the document says instead."
    ]
    found = reflect(world)
    assert reasons(lambda: reflect(world)) == [
        "This paragraph already has a finding on this provision: correct that one."
    ]
    same = {"value": "in_part", "reference": "Summary, paragraph 3", "note": "Half of it."}
    assert reasons(lambda: workflow.correct_reflection(found, by=world.officer, reason=" ", **same)) == [
        "This changes nothing.", "Enter a reason: it is kept with the correction.",
    ]  # fmt: skip
    assert reasons(lambda: workflow.strike_reflection(found, by=world.officer, reason="x" * 501)) == [
        "Enter a reason of at most 500 characters."
    ]
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    assert reasons(lambda: workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)) == [
        "The findings are already released."
    ]
    change(world.paper, state="superseded")
    other = Milestone.objects.create(title="Other", kind="k", level="l", planned_start=date(2018, 1, 1))
    assert reasons(lambda: workflow.release_reflections(world.paper, by=world.head, milestone=other)) == [
        "There are no findings yet."
    ]
    for act in (
        lambda by: reflect(world, by=by),
        lambda by: workflow.correct_reflection(found, by=by, reason="Why.", **same),
        lambda by: workflow.strike_reflection(found, by=by, reason="Why."),
    ):
        with pytest.raises(NotAllowed):
            act(make_user("official"))


def test_findings_are_immutable(world):
    found = reflect(world)
    fields = {
        field: getattr(found, field)
        for field in ("edition", "milestone", "paragraph", "provision", "value", "reference", "note", "by", "at")
    }
    for act, error in (
        (lambda: Reflection.objects.filter(pk=found.pk).update(note="Other."), DatabaseError),
        (lambda: Reflection.objects.filter(pk=found.pk).delete(), DatabaseError),
        (lambda: Reflection.objects.create(**fields), IntegrityError),  # a second first finding
        (lambda: Reflection.objects.create(**fields, replaces=found), IntegrityError),  # without a reason
        (
            lambda: Reflection.objects.create(**{**fields, "note": ""}, replaces=found, reason="Why."),
            IntegrityError,
        ),
        (
            lambda: Reflection.objects.create(**{**fields, "provision": make_provision("GCM-03"), "value": "struck"}),
            IntegrityError,
        ),
        (lambda: Reflection.objects.create(**{**fields, "provision": make_provision("10.7")}), DatabaseError),
        (lambda: Reflection.objects.create(**{**fields, "provision": None}), DatabaseError),
    ):
        with pytest.raises(error), transaction.atomic():
            act()
    assert Reflection.objects.count() == 1


def test_public_page_takes_few_queries(world, django_assert_num_queries):
    found = reflect(world)
    after = {"value": "contrary", "reference": "Summary, paragraph 4", "note": "The opposite.", "reason": "Read again."}
    workflow.correct_reflection(found, by=world.officer, **after)
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    public_page(world)  # the content of an edition is kept by its hash
    with django_assert_num_queries(6):
        public_page(world)


def test_findings_on_restricted_paper_are_not_public(world):
    reflect(world)
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    assert Reflection.objects.public().count() == 1
    change(world.paper, is_restricted=True)
    assert Reflection.objects.public().count() == 0
    assert Client().get(reverse("paper_alignment", args=[world.paper.slug])).status_code == 404


# --- The annex to print -----------------------------------------------------------------------------------------------


@pytest.fixture
def press(monkeypatch):
    """Replace printing by a fast press that records its arguments."""
    cache.clear()
    caches["limits"].clear()
    orders = []
    monkeypatch.setattr(printing, "render_apart", lambda *order, **_document: orders.append(order) or b"%PDF-1.7 quick")
    return orders


def annex(world, **headers):
    return Client().get(reverse("paper_alignment_pdf", args=[world.paper.slug]), headers=headers)


def test_annex_covers_entries_up_to_last_public_one(world, press):
    reflect(world)
    assert (annex(world).status_code, press[-1][0]["findings"], press[-1][0]["entry"]) == (200, [], None)
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    released = Event.objects.latest("number")
    later = Milestone.objects.create(
        title="Later", kind="k", level="l", actual_start=date(2018, 2, 5), state="held", is_key=True
    )
    reflect(world, milestone=later)  # what nobody has released is no part of it, and its entry tells nothing
    assert annex(world).content == b"%PDF-1.7 quick"
    content, sha256, address = press[-1]
    assert (content["entry"], content["as_of"]) == (released.number, released.at.isoformat(timespec="seconds"))
    assert [(each["milestone"], each["provision"], each["paragraph"]) for each in content["findings"]] == [
        (0, "GCM-02", 2)
    ]
    assert "Later" not in json.dumps(content["findings"])
    assert sha256 == hashlib.sha256(canonical(content)).hexdigest()
    assert address == content["address"] == f"{settings.PORTAL_ADDRESS}/papers/{world.paper.slug}/alignment/"
    date_milestone(world.milestone, by=world.officer, state="held", actual_start=date(2017, 10, 27))
    annex(world)
    assert press[-1][0]["entry"] == Event.objects.latest("number").number == released.number + 2


def test_annex_is_printed_once_per_change(world, press, settings):
    found = reflect(world)
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    first = annex(world)
    assert (first["Cache-Control"], first["Content-Type"]) == ("public, no-cache", "application/pdf")
    assert annex(world).content == first.content
    again = annex(world, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again["ETag"], len(press)) == (304, first["ETag"], 1)
    workflow.strike_reflection(found, by=world.officer, reason="Wrong.")
    assert (annex(world, **{"If-None-Match": first["ETag"]}).status_code, len(press)) == (200, 2)
    caches["limits"].clear()
    settings.LIMITS = {**settings.LIMITS, "print": (1, 600)}
    assert [annex(world).status_code for _turn in range(2)] == [200, 429]


def test_annex_is_public_like_its_page_and_failure_is_reported(world, press, monkeypatch):
    cache.add("printing-alignment", 1)
    busy = annex(world)
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    cache.delete("printing-alignment")

    def fail(*_order, **_document):
        raise RenderFailed("broken")

    with monkeypatch.context() as broken:
        broken.setattr(printing, "render_apart", fail)
        failed = annex(world)
    assert (failed.status_code, failed.text) == (503, "The portal could not print the annex. Read it on its page.")
    change(world.paper, is_restricted=True)
    assert (annex(world).status_code, press) == (404, [])


# --- Milestones -------------------------------------------------------------------------------------------------------


def test_planned_and_actual_dates_are_both_stored(world):
    milestone = Milestone.objects.create(
        title="Conference", kind="adoption", level="global", planned_start=date(2018, 9, 1), planned_precision="month",
        evidence=Evidence.READ,
    )  # fmt: skip
    given = {"state": "held", "planned_start": date(2018, 9, 1), "actual_start": date(2018, 12, 10)}
    date_milestone(milestone, by=world.officer, note="Moved to Marrakech.", actual_end=date(2018, 12, 11), **given)
    milestone.refresh_from_db()
    assert (milestone.planned_start, milestone.planned_precision) == (date(2018, 9, 1), "month")
    assert (milestone.actual_start, milestone.actual_end) == (date(2018, 12, 10), date(2018, 12, 11))
    assert (milestone.state, milestone.actual_precision, milestone.evidence) == ("held", "day", Evidence.OWN)
    entry = Event.objects.about(milestone).get()
    assert (entry.before, entry.after, entry.reason) == ("planned", "held", "Moved to Marrakech.")
    assert entry.data["changed"] == [["actual_start", "", "2018-12-10"], ["actual_end", "", "2018-12-11"]]
    with pytest.raises(NotAllowed):
        date_milestone(milestone, by=make_user("official"), **given)


def test_dates_refusal_lists_all_reasons(world):
    Milestone.objects.create(title=ADDIS, kind="k", level="l", planned_start=date(2018, 1, 2))
    given = {"planned_start": date(2018, 1, 2), "planned_end": date(2018, 1, 1)}
    tomorrow = date.fromordinal(house.now().date().toordinal() + 2)
    assert reasons(lambda: date_milestone(world.milestone, by=world.officer, state="held", **given)) == [
        "The last day must be after the first.",
        "Enter the date it took place.",
        "There is already a milestone with this name and these dates.",
    ]
    assert reasons(lambda: date_milestone(world.milestone, by=world.officer, state="moved", actual_start=tomorrow)) == [
        "Choose “held”, or leave the date it took place empty.",
        "The date must be today or in the past.",
    ]
    far = {"state": "planned", "planned_start": date(2036, 5, 4)}
    assert reasons(lambda: date_milestone(world.milestone, by=world.officer, **far)) == [
        "This is in 2036, more than five years from now. Check the year.",
    ]
    assert reasons(lambda: date_milestone(world.milestone, by=world.officer, state="planned", actual_end=tomorrow)) == [
        "Enter the planned date or the date it took place.",
        "Enter the first day as well.",
    ]
    unchanged = {"state": "held", "actual_start": date(2017, 10, 26)}
    assert reasons(lambda: date_milestone(world.milestone, by=world.officer, **unchanged)) == ["This changes nothing."]


# --- Pages of the desk ------------------------------------------------------------------------------------------------


def test_new_milestone_is_entered_where_its_link_leads(world):
    officer, paper = sign_in(Client(), world.officer), world.paper
    link = reverse("desk_settings_page", args=[paper.consultation.slug, "milestones"])
    page = officer.get(reverse("desk_after", args=[paper.slug]))
    assert f'<a href="{link}">Enter a new milestone</a>' in tidy(page.text)
    form = officer.get(link)
    assert (form.status_code, form.text.count('name="title"')) == (200, 1)


def test_desk_writes_corrects_withdraws_and_releases_findings(world):
    slug, pk = world.paper.slug, world.milestone.pk
    here = reverse("desk_findings", args=[slug, pk])
    officer, head = sign_in(Client(), world.officer), sign_in(Client(), world.head)
    assert ADDIS in words(officer.get(reverse("desk_after", args=[slug])))
    assert officer.get(reverse("desk_after", args=[slug]), {"milestone": pk}).url == here
    assert officer.get(reverse("desk_after", args=[slug]), {"milestone": "9" * 30}).status_code == 404
    page = officer.get(here)
    assert "1 left to examine" in words(page)
    assert page.context["form"].initial == {"paragraph": "2", "provision": "GCM-02"}
    assert page.context["form"].fields["provision"].choices == [
        ("Objectives", [("GCM-02", "2. Label GCM-02")]), ("Guiding principles", [("GCM-P-f", "(f) Label GCM-P-f")]),
    ]  # fmt: skip
    typed = {"paragraph": "2", "provision": "GCM-02", "value": "in_part", "reference": "Typed here", "note": ""}
    refused = officer.post(here, typed)
    assert (refused.status_code, "Typed here" in refused.content.decode()) == (422, True)
    assert "Note: Enter in the note what is missing or what the document says instead." in words(refused)
    assert officer.post(here, {**typed, "note": "Half."}).status_code == 302
    assert officer.post(here, {**typed, "note": "Half."}).status_code == 409
    found = Reflection.objects.get()
    one = reverse("desk_finding", args=[slug, pk, found.pk])
    assert officer.post(one, {"value": "reflected", "reference": "R", "reason": ""}).status_code == 422
    assert officer.post(one, {"value": "reflected", "reference": "R", "reason": "Read again."}).status_code == 302
    assert "Somebody has corrected this finding since you opened it." in words(officer.get(one))
    last = Reflection.objects.current().get()
    assert "Half." in words(officer.get(reverse("desk_finding", args=[slug, pk, last.pk])))
    release, strike = (
        reverse("desk_release", args=[slug, pk]),
        f"{reverse('desk_finding', args=[slug, pk, last.pk])}strike/",
    )
    assert officer.post(release).status_code == 409
    assert head.post(release).status_code == 302
    assert officer.post(strike, {"reason": " "}).status_code == 409
    assert officer.post(strike, {"reason": "Wrong."}).status_code == 302
    dates = reverse("desk_milestone", args=[slug, pk])
    assert "Enter the date it took place." in words(
        officer.post(dates, {"state": "held", "planned_start": "2018-01-01"})
    )
    assert officer.post(dates, {"state": "moved", "planned_start": "2018-01-01"}).status_code == 302
    assert "You can record findings once the milestone has taken place." in words(officer.get(here))
    outsider = sign_in(Client(), make_user("official"))
    assert {
        outsider.get(address).status_code for address in (here, one, dates, reverse("desk_after", args=[slug]))
    } == {404}


# --- For the review report --------------------------------------------------------------------------------------------


def table_of(client, world, name) -> list[list[str]]:
    answer = client.get(reverse("review_report", args=[world.paper.slug, name]))
    return list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines())) if answer.status_code == 200 else []


def test_tables_for_review_report_are_exported(world):
    point = make_point(session=make_session(world.forum, title="Group 1"), kind="commitment", text="To count.")
    reflect(world, note="=1+1", reference="Summary, paragraph 3")
    officer, official = sign_in(Client(), world.officer), sign_in(Client(), make_user("official"))
    reflect(world, provision=world.principle)
    (row, other) = table_of(officer, world, "findings")[1:]
    assert row[:10] == [
        ADDIS, "Objective of the Global Compact for Migration", "GCM-02", "Title of GCM-02", "2",
        "Kenya calls for three things.", "in part", "Summary, paragraph 3", "'=1+1", "",
    ]  # fmt: skip
    assert other[1:4] == ["Guiding principle of the Global Compact for Migration", "GCM-P-f", "Title of GCM-P-f"]
    assert (row[-1], table_of(official, world, "findings")[1:]) == ("no", [])
    workflow.release_reflections(world.paper, by=world.head, milestone=world.milestone)
    assert [each[-1] for each in table_of(official, world, "findings")[1:]] == ["yes", "yes"]
    assert table_of(official, world, "milestones")[1][:8] == [ADDIS, "", "", "", "2017-10-26", "", "held", "yes"]
    ActionPoint.objects.create(
        forum=world.forum, point=point, text="To count.", responsible="Bureau", by=world.officer, at=house.now()
    )
    later = make_forum(world.consultation)
    page = words(officer.get(reverse("forum_actions", args=[later.slug])))
    assert "Left open by earlier forums" in page
    assert "To count." in page
    assert "Left open" not in words(officer.get(reverse("forum_actions", args=[world.forum.slug])))
    walk(world.forum, "registration_closed", "in_session", "held", "reported")
    assert [each[1:7] for each in table_of(official, world, "commitments")[1:]] == [
        ["Group 1", point.reference, "To count.", "Bureau", "", "open"]
    ]
    for person in (make_user(), make_user("sysadmin")):
        stranger = sign_in(Client(), person)
        assert stranger.get(reverse("review_report", args=[world.paper.slug, "findings"])).status_code == 404
    assert officer.get(reverse("review_report", args=[world.paper.slug, "nothing"])).status_code == 404
