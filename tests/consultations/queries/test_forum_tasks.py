"""Next tasks of a forum, derived from counts without a database."""

from django.urls import reverse

from consultations.models import Consultation, Forum
from consultations.queries.delegates import Seated, plan
from consultations.queries.forum_tasks import Action, Counts, Linked, figures, linked, next_actions

QUIET = {"sessions": 3, "letters": 9}


def tasks_of(state="announced", days_left=20, people=None, quotas=None, seats=50, **counts):
    quotas = {"ministry": (0, 0)} if quotas is None else quotas
    return next_actions(Counts(state, days_left, plan(seats, quotas, people or {}), **{**QUIET, **counts}))


def test_finished_forum_has_no_tasks():
    assert tasks_of() == []
    assert tasks_of("reported", conflicts=3, points=2) == tasks_of("cancelled", unanswered=4) == []


def test_urgent_tasks_come_first():
    people = {Seated("ministry", "", "nominated"): 12, Seated("county_government", "", "confirmed"): 2}
    assert tasks_of(
        people=people,
        quotas={"ministry": (9, 3), "county_government": (12, 0)},
        clashes=("two sessions are in room B",),
        no_rapporteur=("Trafficking",),
        unanswered=8,
        overdue=1,
        letters_to_send=2,
        not_notified=5,
        to_print=3,
        printed=40,
        to_take_back=1,
    ) == [
        Action("Programme: two sessions are in room B", "forum_programme", True),
        Action("1 letter with no reply, overdue", "forum_letters", True),
        Action("Badges: 1 was printed for someone who no longer has a seat: collect it", "forum_delegates", True),
        Action("No rapporteur for Trafficking", "forum_programme"),
        Action("2 letters to send", "forum_letters"),
        Action("7 letters with no reply yet", "forum_letters"),
        Action("12 nominations to decide", "forum_delegates"),
        Action("Balance of the seats: 2 remarks", "forum_delegates"),
        Action("5 people to notify", "forum_tell"),
        Action("Badges: 3 delegates confirmed since the last print", "forum_papers"),
    ]


def test_missing_items_are_urgent_a_week_before():
    found = tasks_of(days_left=7, sessions=0, letters=0, quotas={}, people={Seated("", "", "nominated"): 1}, to_print=1)
    assert [(action.words, action.urgent) for action in found] == [
        ("No programme yet", True),
        ("1 nomination to decide", True),
        ("1 badge to print", True),
        ("No letter of invitation yet", False),
        ("No seats planned for the groups", False),
    ]
    assert tasks_of("registration_closed", letters=0) == []
    many = tasks_of(days_left=7, no_rapporteur=("A", "B", "C", "D"), clashes=("a", "b", "c", "d", "e"))
    assert [action.words for action in many] == [
        "Programme: a", "Programme: b", "Programme: c", "Programme: 2 more clashes", "No rapporteur for A, B, C, …",
    ]  # fmt: skip


def test_free_seat_is_offered_to_group_with_waiting_list():
    people = {Seated("ministry", "", "waitlisted"): 1, Seated("media", "", "waitlisted"): 1}
    quotas = {"ministry": (1, 2), "media": (0, 1)}
    assert [action.words for action in tasks_of(people=people, quotas=quotas)] == [
        "Balance: Ministry: only 0 of 1 seats are taken.",
        "Ministry: a seat is free and there are people on the reserve list",
    ]


def test_check_in_and_points_come_first_during_forum():
    assert tasks_of("in_session", days_left=0, conflicts=2, points=1, unanswered=5, not_notified=1) == [
        Action("2 check-in conflicts to resolve", "forum_door", True),
        Action("1 person to notify", "forum_tell", True),
        Action("1 point of the sessions to validate", "desk_points"),
    ]


def test_forum_in_session_names_who_has_not_come_and_badges_to_print():
    people = {Seated("ministry", "", "confirmed"): 5}
    assert tasks_of("in_session", days_left=0, people=people, attended=0, to_print=2) == [
        Action("5 delegates have not come yet", "forum_registers"),
        Action("2 badges to print", "forum_papers", True),
    ]
    assert tasks_of("in_session", days_left=0, people=people, attended=5) == []
    assert tasks_of("in_session", days_left=0, people=people, attended=6) == []  # one of them lost the seat since
    assert tasks_of("held", people=people, communiques=1, communiques_out=1) == []


def test_follow_up_comes_first_after_forum():
    assert tasks_of("held", drafts=2, to_carry=1) == [
        Action("2 points of the sessions are still drafts", "desk_points"),
        Action("1 commitment to carry over", "forum_actions"),
        Action("No communiqué yet", "forum_communique"),
    ]
    assert tasks_of("held", communiques=1) == [Action("The communiqué is not published yet", "forum_communique")]
    assert tasks_of("held", communiques=1, communiques_out=1) == tasks_of("in_session", drafts=2, to_carry=1) == []


def test_figures_have_labels():
    people = {Seated("ministry", "", "confirmed"): 3, Seated("media", "", "waitlisted"): 2}
    counts = Counts(
        "announced", 3, plan(9, {}, people), letters=9, letters_to_send=2, answered=4, declined=1, attended=2
    )
    assert [(number, label) for number, label in figures(counts)] == [
        (7, "invited"), (4, "answered"), (1, "declined"), (0, "named"), (3, "confirmed"), (2, "on the reserve list"),
        (2, "came"),
    ]  # fmt: skip


def test_each_task_has_the_address_and_the_button_of_its_page():
    forum = Forum(slug="f", consultation=Consultation(slug="c"))
    actions = [
        Action("4 badges to print", "forum_papers", True),
        Action("2 points", "desk_points"),
        Action("x", "none"),
    ]
    assert linked(forum, actions) == [
        Linked("4 badges to print", reverse("forum_papers", args=["f"]), True, "Print"),
        Linked("2 points", reverse("desk_points", args=["c"]), False, "Read"),
        Linked("x", "", False, "Open"),
    ]
