"""The matrix of answers: rows that are shown together, the story of one answer, and how little is asked."""

import pytest

from positions.models import StanceValue
from positions.queries.clearance import LOOKS, NOT_ASKED, answer_at, matrix_of
from tests.factories import make_ministry, make_secretariat
from tests.paper_factories import make_clearance, make_letter, make_paper, make_paragraph, make_section, take_stance

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(state="in_clearance")


@pytest.fixture
def reader():
    return make_secretariat()


def texts(section, count):
    return [make_paragraph(section, f"Kenya builds {turn} piers.", is_secretariat_text=True) for turn in range(count)]


def shown(paper, reader):
    return [(row.numbers, row.looks) for row in matrix_of(paper, reader=reader).rows]


def test_neighbours_with_the_same_settled_answers_are_one_row(paper, reader):
    first, second = make_section(paper), make_section(paper)
    one, two, three, four = texts(first, 4)
    five, six = texts(second, 2)
    clearance = make_clearance(paper, make_ministry(), one, two, four, five, six)
    for each in (one, two, four, five):
        take_stance(clearance, each)
    take_stance(clearance, six, "agree_with_comment", reason="Well.")
    assert shown(paper, reader) == [
        ([1, 2], ["agree"]), ([4], ["agree"]), ([5], ["agree"]), ([6], ["agree_with_comment"])
    ]  # fmt: skip
    assert three not in {row.opening for row in matrix_of(paper, reader=reader).rows}


def test_every_answer_has_a_sign_and_words():
    known = set(StanceValue.values)
    assert known - LOOKS.keys() == {""}
    assert all(sign and words for sign, words in LOOKS.values())


def test_key_counts_paragraphs(paper, reader):
    one, two = texts(make_section(paper), 2)
    clearance = make_clearance(paper, make_ministry("Ministry of One"), one, two)
    make_clearance(paper, make_ministry("Ministry of Two"), one)
    for each in (one, two):
        take_stance(clearance, each)
    key = [(str(words), number) for _sign, words, number in matrix_of(paper, reader=reader).key]
    assert key == [("no answer yet", 1), ("agree", 2)]
    assert shown(paper, reader) == [([1], ["agree", "no_answer"]), ([2], ["agree", NOT_ASKED])]


def test_letter_to_countersign_is_that_of_another_with_its_scan(paper, reader):
    (one,) = texts(make_section(paper), 1)
    clearance = make_clearance(paper, make_ministry(), one)
    make_letter(clearance, one)
    make_letter(clearance, one, typed_by=reader, scan_sha256="a" * 64)
    assert matrix_of(paper, reader=reader).columns[0].letter is None
    letter = make_letter(clearance, one, scan_sha256="a" * 64)
    assert matrix_of(paper, reader=reader).columns[0].letter == letter


def test_answer_is_read_only_where_the_ministry_was_asked(paper, reader):
    one, _two = texts(make_section(paper), 2)
    clearance = make_clearance(paper, make_ministry(), one)
    assert answer_at(paper, 1, clearance).paragraph == one
    assert answer_at(paper, 2, clearance) is None
    assert answer_at(paper, 0, clearance) is None
    assert answer_at(make_paper(), 1, clearance) is None


def test_queries_do_not_grow_with_the_text(paper, reader, django_assert_num_queries):
    section = make_section(paper)
    for _turn in range(3):
        make_clearance(paper, make_ministry(), *texts(section, 5))
    with django_assert_num_queries(4):
        assert len(matrix_of(paper, reader=reader).rows) == 15
