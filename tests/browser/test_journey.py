"""The whole journey in a browser, from an empty portal to a verified hash."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command

from tests.browser.journey import deciding, drafting, following, inputs, opening, people, publishing
from tests.browser.journey.walk import Walk

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    opening.a_visitor_finds_nothing_open,
    opening.the_secretariat_sets_up_a_second_factor,
    opening.the_secretariat_opens_a_consultation,
    opening.the_secretariat_announces_a_forum,
    opening.the_secretariat_enters_two_ministries,
    opening.a_visitor_finds_the_consultation,
    people.a_focal_point_signs_up,
    people.the_focal_point_registers_the_organisation,
    people.the_focal_point_cannot_send_yet,
    people.others_register_too,
    people.the_secretariat_verifies_them,
    people.the_secretariat_names_a_member,
    people.the_secretariat_invites_clearing_officers,
    people.a_clearing_officer_joins_with_a_new_account,
    people.a_clearing_officer_joins_with_an_account,
    inputs.the_focal_point_sends_with_a_double_click,
    inputs.their_organisation_sees_where_it_stands,
    inputs.others_send_what_is_not_for_everybody,
    inputs.nobody_else_reads_them,
    inputs.the_desk_returns_one,
    inputs.the_desk_sets_one_aside,
    inputs.the_desk_accepts_and_takes_points_out,
    inputs.the_desk_merges_two_points,
    inputs.the_secretariat_names_a_rapporteur,
    inputs.the_rapporteur_writes_down_a_point,
    inputs.the_consultation_closes,
    opening.colleagues_sign_in,
    drafting.the_paper_is_begun,
    drafting.paragraphs_are_written,
    drafting.every_point_gets_an_answer,
    drafting.nothing_is_left_open,
    drafting.two_drafters_edit_one_paragraph,
    drafting.a_review_round_is_opened,
    drafting.a_member_proposes_other_words,
    drafting.the_round_closes_and_the_words_are_taken,
    deciding.the_ministries_are_asked,
    deciding.an_officer_sees_only_the_own_paragraphs,
    deciding.an_officer_objects,
    deciding.the_objection_is_settled,
    deciding.the_head_clears,
    deciding.the_forum_comes_together,
    deciding.the_chair_counts_the_quorum,
    deciding.the_chair_declares_the_decision,
    publishing.the_author_knows_nothing_yet,
    publishing.an_official_reads_it_before_the_public,
    publishing.a_technician_decides_nothing,
    publishing.one_officer_proposes,
    publishing.another_publishes,
    publishing.the_author_reads_what_became_of_each_point,
    publishing.a_visitor_reads_the_paper,
    publishing.nothing_confidential_is_to_be_found,
    publishing.a_visitor_downloads_and_verifies,
    publishing.a_visitor_scans_the_code,
    following.the_secretariat_enters_a_milestone,
    following.officers_carry_a_brief_to_it,
    following.a_print_of_it_is_known_to_those_who_may_read_it,
    following.the_milestone_takes_place,
    following.what_it_left_is_written_down,
    following.a_visitor_reads_what_became_of_it,
    following.a_promise_of_the_forum_is_kept,
    publishing.the_journal_tells_it_all,
]


@pytest.fixture
def nobody_counted():
    """Reset the rate limit counters, which are not cleared with the tables after a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def walk(open_window, live_server, nobody_counted, settings, tmp_path, picture):
    """The journey on this test's server under its own URL."""
    settings.PORTAL_ADDRESS = live_server.url
    call_command("load_reference", stdout=StringIO())
    walk = Walk(open_window, live_server.url, tmp_path, picture)
    yield walk
    walk.back_to_today()


def test_journey_from_visitor_to_verified_hash(walk):
    for step in STEPS:
        with walk.step(step.__name__.replace("_", " ")):
            step(walk)
