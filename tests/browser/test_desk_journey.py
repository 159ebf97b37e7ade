"""Three officers work in two consultations at once, with slips; with scripts, and without."""

import pytest
from django.core.cache import cache

from tests.browser.journey import desk, desk_forum, desk_papers, desk_settings, desk_texts
from tests.browser.journey.walk import Walk

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    desk.two_consultations_are_open,
    desk.each_officer_lands_on_what_waits,
    desk.the_switcher_leads_to_the_other_place,
    desk_settings.a_filter_becomes_a_tab_of_ones_own,
    desk.the_wrong_button_is_undone_at_once,
    desk.a_colleague_was_faster,
    desk.seven_are_decided_together_while_one_moves,
    desk.a_reference_is_found_from_anywhere,
    desk.a_sentence_becomes_a_point,
    desk.words_are_hidden_by_two,
    desk.a_consultation_is_copied_and_opened_early,
    desk.a_letter_is_worded_by_the_office,
    desk_settings.the_letterhead_is_the_offices_own,
    desk_settings.a_milestone_moves,
    desk_settings.a_holiday_is_declared,
    desk_settings.an_office_joins_those_that_clear,
    desk_settings.a_document_is_put_up_for_everybody,
    desk.open_work_goes_to_a_colleague,
    desk_texts.a_question_is_asked_and_answered,
    desk_texts.two_drafters_change_the_same_words,
    desk_forum.unsent_letters_are_discarded,
    desk.registration_is_closed_by_a_slip,
    desk_texts.a_round_is_decided_in_its_list,
    desk_texts.a_later_paper_cites_what_was_answered,
    desk.the_forum_meets,
    desk_forum.the_admin_and_the_desk_keep_one_history,
    desk_forum.the_forum_and_a_session_are_opened_again,
    desk_forum.a_delegate_reads_along_on_a_phone,
    desk_papers.a_review_hour_in_another_year_is_asked_about,
    desk_papers.a_review_round_is_opened_again,
    desk_papers.a_paper_is_put_in_force_again,
    desk_papers.a_ministry_answers_by_letter,
    desk_papers.its_reservation_is_confirmed_at_adoption,
    desk_texts.a_ministry_lets_its_time_pass,
    desk_settings.the_daily_mail_lists_what_waits,
]


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def walk(request, open_window, live_server, settings, tmp_path, picture):
    settings.PORTAL_ADDRESS, settings.MEDIA_ROOT = live_server.url, tmp_path / "files"
    cache.clear()
    walk = Walk(open_window, live_server.url, tmp_path, picture, has_scripts=request.param)
    yield walk
    walk.back_to_today()
    cache.clear()


def test_three_officers_work_in_two_consultations(walk):
    for step in STEPS:
        with walk.step(step.__name__.replace("_", " ")):
            step(walk)
