"""Benchmark: searching duplicates among 2,000 points, 200 later ones, and a campaign of 2,000 letters.

The baseline splits each text into words, which every comparison has to do.
"""

import random
import time

from consultations.similarity import INPUTS_ALIKE, POINTS_ALIKE, pairs_among, words_of
from tests.benchmarks.figures import grown, record

POINTS, LATER = 2_000, 200
MOST_SECONDS, MOST_MEGABYTES = 120, 130  # 121 MB since freed memory that is used again counts as well


def texts(number: int, words: int, seed: int) -> list[tuple[int, str]]:
    """Return texts of about `words` words, few common and most rare (Zipf)."""
    chance = random.Random(seed)
    sounds = [
        a + b
        for a in ["b", "ch", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "w"]
        for b in ["a", "e", "i", "o", "u", "an", "et", "il"]
    ]
    known = ["".join(chance.choices(sounds, k=chance.randint(2, 4))) for _turn in range(8_000)]
    weights = [1 / rank for rank in range(1, len(known) + 1)]
    return [
        (key, " ".join(chance.choices(known, weights, k=chance.randint(words // 2, words * 2))))
        for key in range(number)
    ]


def seconds(work) -> tuple[float, int]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def search(new, old=(), *, at_least: float) -> int:
    return sum(len(each) for each in pairs_among(new, old, at_least=at_least))


def test_two_thousand_points_take_seconds():
    points = texts(POINTS, 30, seed=1)
    later = [(POINTS + key, text) for key, text in texts(LATER, 30, seed=2)]
    letter = texts(1, 400, seed=3)[0][1]
    campaign = [(key, f"{letter} {text}") for key, text in texts(POINTS, 10, seed=4)]
    floor, _words = seconds(lambda: sum(len(words_of(text)) for _key, text in points))
    runs = {}
    work = {
        "2,000 points": lambda: search(points, at_least=POINTS_ALIKE),
        "200 more, beside the 2,000": lambda: search(later, points, at_least=POINTS_ALIKE),
        "2,000 letters of one campaign": lambda: search(campaign, at_least=INPUTS_ALIKE),
    }
    peak = grown(lambda: runs.update({name: seconds(each) for name, each in work.items()}))
    rows = [[name, f"{taken:.2f}", pairs] for name, (taken, pairs) in runs.items()]
    rows += [["floor: cutting 2,000 points into words", f"{floor:.2f}", ""], ["memory, MB", f"{peak:.0f}", ""]]
    record("Similar texts", ["texts", f"s (at most {MOST_SECONDS})", "pairs"], rows, on_database=False)
    assert max(taken for taken, _pairs in runs.values()) < MOST_SECONDS
    assert runs["200 more, beside the 2,000"][0] < runs["2,000 points"][0]
    assert peak < MOST_MEGABYTES
