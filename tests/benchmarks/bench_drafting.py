"""The drafting room over a long paper: words compared and merged, two editions side by side, a text frozen, the page.

Times of words are the best of several runs, each beside the time of a quarter of the text: four times as much may take
about four times as long.
"""

import random
import time
from collections.abc import Callable

from positions.wording import merge, redline

LONG, FOLD, MOST_SECONDS = 5_000, 4, 0.1
MOST_GROWTH = 1.6 * FOLD  # linear but for what a quarter of the text gains from the processor's memory
RUNS = 5


def best(action: Callable[[], object], runs: int = RUNS) -> float:
    """The shortest of several runs, in seconds."""
    found = []
    for _turn in range(runs):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def prose(length: int, chance: random.Random) -> list[str]:
    """As many words, few of them frequent and most of them rare, as in any language."""
    return [f"word{int(chance.paretovariate(0.7)) % 3_000}" for _turn in range(length)]


def edited(text: list[str], rate: float, chance: random.Random) -> str:
    """The text with so many of its words replaced, taken away or joined by another."""
    found = []
    for word in text:
        kind = int(chance.random() / rate * 3) if rate else 3
        found.append(["", "other", f"{word} and", word][min(kind, 3)])
    return " ".join(filter(None, found))


CASES = {
    "one word in a hundred": (0.01, prose),
    "every third word": (0.3, prose),
    "written anew": (1.0, prose),
    "a hundred words only": (0.3, lambda length, chance: [f"w{chance.randrange(101)}" for _turn in range(length)]),
    "two words only": (0.3, lambda length, chance: [chance.choice("ab") for _turn in range(length)]),
}


def times(length: int, case: str) -> tuple[float, float]:
    """The seconds that a redline and a merge of this length take."""
    rate, make = CASES[case]
    chance = random.Random(case)
    base = make(length, chance)
    whole, mine, theirs = " ".join(base), edited(base, rate, chance), edited(base, rate, chance)
    return best(lambda: redline(whole, mine)), best(lambda: merge(whole, mine, theirs))


def test_words_of_a_long_paragraph():
    found = {case: (times(LONG // FOLD, case), times(LONG, case), times(LONG * FOLD, case)) for case in CASES}
    print(f"\nwords compared and merged, milliseconds, best of {RUNS}\n{'':<24}{'redline':>27}{'merge':>27}")
    print(f"{'words':<24}" + 2 * "".join(f"{length:>9,}" for length in (LONG // FOLD, LONG, LONG * FOLD)))
    for case, rows in found.items():
        print(f"{case:<24}" + "".join(f"{row[kind] * 1000:>9.1f}" for kind in (0, 1) for row in rows))
    longest = {case: max(rows[1]) for case, rows in found.items()}
    assert {case: seconds for case, seconds in longest.items() if seconds > MOST_SECONDS} == {}
    growth = {case: max(rows[2][kind] / rows[1][kind] for kind in (0, 1)) for case, rows in found.items()}
    assert {case: times for case, times in growth.items() if times > MOST_GROWTH} == {}
