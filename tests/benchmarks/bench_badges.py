"""Benchmark: printing 300 badges in a child process takes less than 15 seconds of CPU time; reports memory and wall
time.
"""

import hashlib
import io
import resource
import time

import pikepdf

from consultations.models import Group
from positions.render.sandbox import render_apart
from positions.text.canonical import canonical
from tests.benchmarks.figures import children_watched, record

MANY, MOST_SECONDS = 300, 15
NAMES = ("Ng'ang'a wa Thiong'o", "أحمد عبد الرحمن بن يوسف", "ገብረ እግዚአብሔር", "Wilhelmina Nyambura-Achieng' Otieno III")


def badges(number):
    """Return the content of distinct badges."""
    forum = {
        "code": "F2026", "title": "Stakeholder forum on the Global Compact", "place": "Nairobi", "venue": "KSMS",
        "first": "2026-12-01", "last": "2026-12-02", "convenors": "NCM", "consultation": "The Compact", "state": "announced",
    }  # fmt: skip
    people = [
        {
            "pk": turn, "name": f"{NAMES[turn % len(NAMES)]} {turn}", "role": "delegate", "number": turn,
            "organisation": f"State Department {turn} for Immigration and Citizen Services",
            "group": Group.values[turn % len(Group.values)], "group_name": str(Group.labels[turn % len(Group.values)]),
            "ticket": hashlib.sha256(str(turn).encode()).hexdigest()[:32],
        }
        for turn in range(1, number + 1)
    ]  # fmt: skip
    start = {"schema": "ncm-forum-paper/1", "paper": "badges", "language": "en", "sample": False}
    return {
        **start,
        "as_of": "2026-11-24T10:00:00+00:00",
        "forum": forum,
        "people": people,
        "address": "https://ncm.example/",
    }


def test_three_hundred_badges():
    made = badges(MANY)
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with children_watched() as peaks:
        data = render_apart(made, hashlib.sha256(canonical(made)).hexdigest(), made["address"], document="day")
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with pikepdf.open(io.BytesIO(data)) as document:
        pages = len(document.pages)
    size, peak = len(data) / 1e6, max(peaks)
    head = ["sheets", "MB of the file", "s", "s, clock", "MB of the process", "at most, s"]
    row = [pages, f"{size:.2f}", f"{taken:.1f}", f"{clock:.1f}", f"{peak:.0f}", MOST_SECONDS]
    record(f"{MANY} badges", head, [row], on_database=False)
    assert pages == MANY // 4
    assert taken < MOST_SECONDS
