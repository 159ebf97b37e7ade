"""Public figures: counts include everything sent, names only what the reader may see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils import translation

from consultations import queries
from consultations.models import Audience, Milestone, Provision, Submission
from ncm_portal import workflow
from tests.factories import (
    change,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
SENT_STATES = ["submitted", "accepted", "returned", "set_aside"]


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2", "T3"))


# --- Rounds -------------------------------------------------------------------------------------------------------


def test_open_consultation_precedes_latest():
    now = workflow.now()
    first = make_consultation(state="closed", opens_at=now - timedelta(days=90), closes_at=now - timedelta(days=60))
    opened = make_consultation(opens_at=now - timedelta(days=20))
    later = make_consultation(state="closed", opens_at=now - timedelta(days=10), closes_at=now - timedelta(days=5))
    make_consultation(state="draft")
    assert queries.public_rounds() == [opened, later, first]
    assert queries.round_named("", queries.public_rounds()) == opened
    assert queries.round_named(first.slug, queries.public_rounds()) == first


def test_no_consultation_is_taken_for_granted_where_several_are_open():
    rounds = [make_consultation() for _turn in range(2)]
    assert queries.round_named("", queries.public_rounds()) is None
    assert queries.round_named("no-such", queries.public_rounds()) is None
    assert queries.round_named(rounds[1].slug, queries.public_rounds()) == rounds[1]


def test_consultation_past_deadline_is_not_open():
    now = workflow.now()
    over = make_consultation(opens_at=now - timedelta(days=9), closes_at=now - timedelta(seconds=1))
    latest = make_consultation(state="closed", opens_at=now - timedelta(days=8), closes_at=now - timedelta(days=2))
    assert queries.public_rounds() == [latest, over]


def test_no_consultation_without_records():
    make_consultation(state="draft")
    assert queries.round_named("", queries.public_rounds()) is None


def test_consultation_shows_latest_announced_forum():
    consultation = make_consultation()
    day = workflow.now().date()
    make_forum(consultation, starts_on=day, title="First")
    second = make_forum(consultation, starts_on=day + timedelta(days=5), title="Second")
    make_forum(consultation, state="draft", starts_on=day + timedelta(days=9))
    (found,) = queries.public_rounds()
    assert (found.forum_slug, found.forum_title) == (second.slug, "Second")


def test_key_milestones_are_general_or_of_consultation_in_date_order():
    own, other = make_consultation(), make_consultation()
    day = workflow.now().date()

    def milestone(title, days, **fields):
        return Milestone.objects.create(
            title=title, kind="meeting", level="global", planned_start=day + timedelta(days=days),
            **{"is_key": True, **fields},
        )  # fmt: skip

    milestone("Of another round", 1, consultation=other)
    milestone("Not key", 1, is_key=False)
    late, early = milestone("Late", 9), milestone("Early", 2, consultation=own)
    moved = milestone("Moved", 1, actual_start=day + timedelta(days=5))
    assert queries.key_milestones(own) == [early, moved, late]


def test_consultation_without_milestones_shows_those_of_next(django_assert_num_queries):
    new, finished, other = make_consultation(), make_consultation(), make_consultation()
    day = workflow.now().date()
    fields = {"kind": "meeting", "level": "global", "planned_start": day, "is_key": True}
    for_all = Milestone.objects.create(title="For all", **fields)
    way = Milestone.objects.create(title="The way", consultation=finished, **fields)
    Milestone.objects.create(title="Another way", consultation=other, **fields)
    with django_assert_num_queries(1):
        assert queries.key_milestones(new, finished) == [for_all, way]
    assert queries.key_milestones(new, None) == [for_all]
    assert queries.key_milestones(None) == [for_all]


# --- Numbers ------------------------------------------------------------------------------------------------------


def test_only_sent_inputs_are_counted(consultation):
    one, two = make_stakeholder(group="academia"), make_stakeholder(group="media")
    for state in SENT_STATES:
        make_submission(consultation, one, state=state, audience="secretariat")
    make_submission(consultation, two, audience="members")
    for state in ("draft", "withdrawn"):
        make_submission(consultation, make_stakeholder(group="workers"), state=state)
    make_submission(make_consultation(), make_stakeholder())
    assert queries.participation(consultation) == (5, 2, 2)


def test_consultation_without_inputs_has_zeros(consultation):
    assert queries.participation(consultation) == (0, 0, 0)
    rows = [(row.inputs, row.points, row.groups) for row in queries.theme_figures(consultation)[0]]
    assert rows == [(0, 0, 0)] * 3


def test_theme_figures(consultation, django_assert_num_queries):
    first, second, third = consultation.themes.all()
    church, union = make_stakeholder(group="faith_based"), make_stakeholder(group="workers")
    sent = make_submission(consultation, church, theme=first)
    make_submission(consultation, union, theme=first, state="submitted")
    make_submission(consultation, union, theme=first, audience="secretariat")
    make_submission(consultation, union, theme=second)
    kept = make_point(sent)
    make_point(sent, state="merged", into=kept)
    make_point(sent, state="draft")
    make_point(sent, theme=third)
    with django_assert_num_queries(2):
        figures = queries.theme_figures(consultation)[0]
    assert [(row.theme, row.inputs, row.points, row.groups) for row in figures] == [
        (first, 3, 2, 2),
        (second, 1, 0, 1),
        (third, 0, 1, 0),
    ]


def test_themes_list_leading_objectives_and_known_targets(consultation):
    theme = make_theme("T1")
    for code in ("GCM-16", "GCM-04", "GCM-15"):
        make_provision(code, theme=theme)
    make_provision("GCM-08", theme=theme, relation="related")
    make_provision("16.2", theme=theme, relation="related")
    assumed = make_provision("8.7", theme=theme, relation="related").links.get()
    change(assumed, evidence="G")
    found = queries.themes_of([consultation]).get(code="T1")
    assert (found.objectives, found.targets) == ([4, 15, 16], ["16.2"])


def test_participation_counts_by_group_and_theme(consultation, django_assert_num_queries):
    first, second, third = themes = list(consultation.themes.all())
    church, union = make_stakeholder(group="faith_based"), make_stakeholder(group="workers")
    make_submission(consultation, union, theme=third, audience="secretariat")
    for theme in (first, first, second):
        make_submission(consultation, church, theme=theme, state="submitted")
    make_submission(consultation, union, theme=third, state="withdrawn")
    with django_assert_num_queries(1):
        found = queries.inputs_by_group(consultation, themes)
    assert [(group.code, group.by_theme, group.total) for group in found.groups] == [
        ("faith_based", [2, 1, 0], 3),
        ("workers", [0, 0, 1], 1),
    ]
    assert (found.totals, found.total) == ([2, 1, 1], 4)
    assert len(found.silent) == 14
    assert "Media" in found.silent


def test_participation_covers_requested_themes(consultation):
    make_submission(consultation, theme=make_theme("T2"))
    found = queries.inputs_by_group(consultation, [make_theme("T1")])
    assert (found.groups, found.totals, found.total) == ([], [], 0)


def test_only_organisations_with_a_readable_input_are_named(consultation):
    theme = make_theme("T1")
    public, members = make_stakeholder("Beta"), make_ministry("Alpha")
    for _turn in range(2):
        make_submission(consultation, public, theme=theme)
    make_submission(consultation, members, theme=theme, audience="members")
    make_submission(consultation, make_stakeholder("Gamma"), theme=theme, state="submitted")
    make_submission(consultation, make_stakeholder("Delta"), theme=make_theme("T2"))
    make_submission(make_consultation(), make_stakeholder("Epsilon"), theme=theme)

    def named(user):
        return [(found.name, found.input_count) for found in queries.named_organisations(consultation, user, theme)]

    assert named(VISITOR) == [("Beta", 2)]
    assert named(make_member(make_ministry())) == [("Alpha", 1), ("Beta", 2)]
    assert named(make_secretariat()) == [("Alpha", 1), ("Beta", 2), ("Gamma", 1)]


def test_numbers_of_organisations_are_of_what_each_reader_may_read(consultation):
    theme, bodies = make_theme("T1"), [make_stakeholder(), make_ministry()]
    for body in bodies:
        for audience in Audience.values:
            for state in Submission.State.values:
                make_submission(consultation, body, theme=theme, audience=audience, state=state)
    clearing = make_member(bodies[0], "clearing_officer", user=make_user())
    members = [make_member(body) for body in (*bodies, make_stakeholder())]
    readers = [VISITOR, *members, clearing, *map(make_user, ("official", "sysadmin", "secretariat")), make_head()]
    for user in readers:
        readable = Submission.objects.visible_to(user).sent().filter(consultation=consultation, theme=theme)
        rows = readable.order_by("stakeholder__name").values_list("stakeholder__name")
        assert list(queries.named_organisations(consultation, user, theme)) == list(rows.annotate(Count("pk"))), user


def test_delegates_are_counted_by_group_without_names(django_assert_num_queries):
    forum = make_forum()
    ministry, church = make_ministry(), make_stakeholder(group="faith_based")
    for sender in (ministry, ministry, make_ministry(), church):
        make_delegate(forum, sender)
    make_delegate(forum, church, group="")
    for state in ("nominated", "waitlisted", "refused", "withdrawn"):
        make_delegate(forum, church, state=state)
    make_delegate(make_forum(), church)
    with django_assert_num_queries(1):
        found = queries.delegates_of(forum)
    assert found.groups == [("Ministry", 3, 2), ("Faith-based", 1, 1), ("Without a group", 1, 1)]
    assert (found.people, found.organisations) == (5, 3)


def test_labels_are_in_active_language(consultation):
    make_submission(consultation, make_stakeholder(group="media"))
    with translation.override("sw"):
        found = queries.inputs_by_group(consultation, list(consultation.themes.all()))
        assert [str(theme) for theme in found.themes] == ["Mada 1", "Mada 2", "Mada 3"]


# --- The list of inputs -------------------------------------------------------------------------------------------


def at_minutes(consultation, *minutes):
    """Accepted inputs, sent so many minutes ago."""
    now = workflow.now()
    sent = [make_submission(consultation) for _minute in minutes]
    return [
        change(each, submitted_at=now - timedelta(minutes=minute)) for each, minute in zip(sent, minutes, strict=True)
    ]


def pages(inputs, **edge):
    return queries.input_page(inputs, **{"before": None, "after": None, **edge})


def test_filters_combine(consultation):
    theme, objective = make_theme("T2"), make_provision("GCM-05")
    wanted = make_submission(consultation, theme=theme)
    wanted.provisions.add(objective)
    make_submission(consultation, theme=theme)
    make_submission(consultation).provisions.add(objective)
    group = wanted.stakeholder.group
    asked = queries.InputFilters(consultation=consultation, theme=theme, objective=objective, group=group)
    assert list(queries.readable_inputs(VISITOR, asked)) == [wanted]
    assert list(queries.readable_inputs(VISITOR, queries.InputFilters(group="media"))) == []


def test_pages_run_from_newest_to_oldest_and_back(consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 2)
    a, b, c, d, e = at_minutes(consultation, 1, 2, 3, 4, 5)
    inputs = queries.readable_inputs(VISITOR, queries.InputFilters())
    first = pages(inputs)
    assert first == ([a, b], "", b.reference)
    second = pages(inputs, before=b)
    assert second == ([c, d], c.reference, d.reference)
    assert pages(inputs, before=d) == ([e], e.reference, "")
    assert pages(inputs, after=e) == ([c, d], c.reference, d.reference)
    assert pages(inputs, after=c) == ([a, b], "", b.reference)
    assert pages(inputs, before=e) == ([], "", "")
    assert pages(inputs, after=a) == ([], "", "")


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_a_full_page_links_to_another_only_if_there_is_one(monkeypatch, number):
    """With three rows per page, a fourth row makes a second page, which links back."""
    monkeypatch.setattr(queries.submissions, "PAGE", 3)
    keys = [make_provision(f"P{turn}").pk for turn in range(number)][::-1]
    rows = Provision.objects.filter(pk__in=keys).order_by("-pk")
    page = queries.page_between(rows, "pk", older_than=None, newer_than=None)
    assert [row.pk for row in page.rows] == keys[:3]
    assert (page.newer, page.older) == ("", str(keys[2]) if number > 3 else "")
    last = queries.page_between(rows, "pk", older_than=Q(pk__lt=keys[0]), newer_than=None)
    assert [row.pk for row in last.rows] == keys[1:4]
    assert (last.newer, last.older) == (str(keys[1]), str(keys[3]) if number > 4 else "")
    first = queries.page_between(rows, "pk", older_than=None, newer_than=Q(pk__gt=keys[-1]))
    assert [row.pk for row in first.rows] == keys[:-1][-3:]
    assert (first.newer, first.older) == (str(keys[1]) if number > 4 else "", str(keys[-2]))


def test_inputs_of_same_moment_appear_exactly_once(consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 2)
    sent = at_minutes(consultation, 1, 1, 1, 1, 1)
    inputs, seen, page = queries.readable_inputs(VISITOR, queries.InputFilters()), [], None
    edge = None
    while page is None or page.older:
        page = pages(inputs, before=edge)
        seen += page.rows
        edge = page.rows[-1]
    assert seen == sorted(sent, key=lambda found: -found.pk)


def test_new_input_does_not_shift_older_page(consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 2)
    _a, b, c, d = at_minutes(consultation, 1, 2, 3, 4)
    inputs = queries.readable_inputs(VISITOR, queries.InputFilters())
    before = pages(inputs, before=b).rows
    make_submission(consultation)
    assert before == pages(inputs, before=b).rows == [c, d]


@pytest.mark.parametrize(
    "asked", ["", "\0", "nul\0", "NCM-2017-9999", "ncm-1", "٣", "x" * 10_000, "' OR 1=1 --", "\ud800"]
)
def test_invalid_reference_finds_nothing(asked, django_assert_max_num_queries):
    make_submission()
    with django_assert_max_num_queries(1):
        assert list(queries.readable_by_reference(VISITOR, [asked])) == []


def test_reference_search_finds_readable_inputs_only(consultation):
    public = make_submission(consultation)
    hidden = make_submission(consultation, audience="members")
    both = [public.reference, hidden.reference]
    assert set(queries.readable_by_reference(VISITOR, both)) == {public}
    assert set(queries.readable_by_reference(make_secretariat(), both)) == set(Submission.objects.all())
