"""Conflicts in a programme, moving sessions, and possible duplicates of names, without a database."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from consultations.queries.delegates import Person, same_name, twins
from consultations.queries.programme import Part, Place, Planned, clashes, moved

DAY = date(2017, 10, 17)
START = datetime(2017, 10, 17, 6, tzinfo=UTC)  # nine in the morning, EAT


def session(pk, start=0, minutes=60, *, kind="plenary", theme=None, room="", parts=(), order=None):
    begins = START + timedelta(minutes=start)
    ends = begins + timedelta(minutes=minutes)
    return Planned(pk, order or pk, f"S{pk}", kind, theme, room, begins, ends, tuple(Part(*part) for part in parts))


def words(*sessions):
    return [clash.words for clash in clashes(sessions, DAY, DAY)]


def test_programme_without_conflicts_has_no_warnings():
    same_room = session(1, room="Hall"), session(2, 60, room="hall")
    at_once = session(3, 120, kind="breakout", theme=1, room="A"), session(4, 120, kind="breakout", theme=2, room="B")
    breaks = session(5, 180, 30, kind="break"), session(6, 180, 30, kind="break")
    assert words(*same_room, *at_once, *breaks) == []
    assert words() == []


def test_all_programme_conflicts_are_reported():
    chair, both = ("chair", "#7", "Amina"), ("rapporteur", "#7", "Amina")
    assert words(
        session(1, room="Hall", parts=[chair, both]),
        session(2, 30, kind="breakout", room="HALL", parts=[("speaker", "#7", "Amina")]),
        session(3, 80, 30, kind="break"),
        session(4, 24 * 60),
    ) == [
        "Amina is both chair and rapporteur of S1.",
        "S2 is a breakout and has no theme.",
        "S4 is outside the days of the forum.",
        "S1 and S2 are in Hall at the same time.",
        "Amina has a role in S1 and S2 at the same time.",
        "S2 and S3 overlap, and one of them is a break.",
    ]


def test_session_moves_up_past_parallel_sessions_and_breaks_stay():
    programme = [session(1, 0, 60), session(2, 75, 30), session(3, 75, 45), session(4, 120, 60)]
    assert moved(programme, 2, up=True) == {
        2: Place(2, START, START + timedelta(minutes=30)),
        3: Place(3, START, START + timedelta(minutes=45)),
        1: Place(1, START + timedelta(minutes=60), START + timedelta(minutes=120)),
    }
    assert moved(programme, 3, up=True) == {
        3: Place(2, *programme[2][6:8]), 2: Place(3, *programme[1][6:8]),
    }  # fmt: skip
    assert moved(programme, 1, up=True) == moved(programme, 4, up=False) == {}
    assert moved([*programme, session(5, 24 * 60)], 5, up=True) == {}


LENGTHS = st.lists(st.tuples(st.integers(5, 90), st.integers(0, 30)), min_size=2, max_size=6)


@settings(max_examples=40)
@given(LENGTHS, st.data())
def test_moving_down_and_up_restores_order(lengths, data):
    programme, at = [], 0
    for pk, (minutes, pause) in enumerate(lengths, 1):
        programme.append(session(pk, at, minutes))
        at += minutes + pause
    pk = data.draw(st.integers(1, len(programme) - 1))

    def after(sessions, places):
        return [each._replace(**places[each.pk]._asdict()) if each.pk in places else each for each in sessions]

    down = after(programme, moved(programme, pk, up=False))
    assert sorted(down, key=lambda each: each.starts_at)[pk].pk == pk
    assert {each.ends_at - each.starts_at for each in down} == {each.ends_at - each.starts_at for each in programme}
    assert max(each.ends_at for each in down) == max(each.ends_at for each in programme)
    assert after(down, moved(down, pk, up=True)) == programme


ONE = [
    ("Ng'ang'a Kamau", "NG’ANG’A KAMAU"),
    ("Dr. Amina Wanjiku", "Wanjiku Amina"),
    ("Amina W. Njeri", "Amina Wanjiku Njeri"),
    ("Amina Njeri", "Amina Wanjiku Njeri"),
    ("Peter Otieno", "Peter Ottieno"),
    ("José Mwangi", "Jose Mwangi"),
    ("محمد علي", "محمد علي"),
]
TWO = [
    ("Amina Njeri", "Amina Wanjiru"),
    ("Amina", "Amina Wanjiru"),
    ("A. Njeri", "B. Njeri"),
    ("John Ali", "John Aly"),
    ("", ""),
    ("Hon. Dr.", "Hon. Dr."),
]


def test_names_of_one_person_match_and_names_of_two_do_not():
    assert [pair for pair in ONE if not same_name(*pair)] == []
    assert [pair for pair in TWO if same_name(*pair)] == []


NAMES = st.lists(st.sampled_from(["amina", "A.", "Njeri", "Njery", "Otieno", "Ali", "Dr", "ʼ"]), max_size=4).map(
    " ".join
)


@settings(max_examples=60)
@given(NAMES, NAMES)
def test_name_similarity_is_symmetric(first, second):
    assert same_name(first, second) == same_name(second, first)
    assert same_name(first, " ".join(reversed(first.split()))) == same_name(first, first)


def test_shared_mailbox_is_no_duplicate():
    people = [
        Person(3, "Amina Njeri", "PS@interior.go.ke"),
        Person(1, "A. M. Njeri", "ps@interior.go.ke"),
        Person(2, "Said Omar", "ps@interior.go.ke"),
        Person(4, "Njeri Amina", ""),
    ]
    assert twins(people) == [(1, 3), (1, 4), (3, 4)]
