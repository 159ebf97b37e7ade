"""The page of all figures: each benchmark replaces its own section and keeps the others."""

import re
import subprocess
import sys
import time

import pytest
from django.db import connection

from tests.benchmarks import figures

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(tmp_path, monkeypatch):
    written = tmp_path / "performance.md"
    written.write_text("# Figures\n\nWhat they mean.\n")
    monkeypatch.setattr(figures, "PAGE", written)
    return written


def test_a_benchmark_replaces_its_own_section_and_keeps_the_others(page):
    figures.record("Export", ["what", "s"], [["CSV", 1]])
    figures.record("Badges", ["what", "s"], [["300", 2]])
    figures.record("Export", ["what", "s"], [["CSV", 3]])
    begin, badges, export = page.read_text().split("\n## ")
    assert begin == "# Figures\n\nWhat they mean.\n"
    assert badges.endswith("| what | s |\n|---|---|\n| 300 | 2 |\n")
    assert export.endswith("| what | s |\n|---|---|\n| CSV | 3 |\n")


def test_a_section_names_the_machine_and_what_makes_its_server_less_durable(page):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    figures.record("Export", ["what"], [])
    assert re.search(r"PostgreSQL \d+\S* with .*synchronous_commit=off.*, Python 3", page.read_text())


TAKE = "x = bytearray(%d * 2**20); import time; time.sleep(0.1)"


def take(megabytes):
    subprocess.run([sys.executable, "-c", TAKE % megabytes], check=True)


def test_memory_of_a_child_is_its_own_whatever_ran_before():
    take(200)
    with subprocess.Popen([sys.executable, "-c", TAKE % 150 + "; time.sleep(60)"]) as another:
        time.sleep(0.5)
        with figures.children_watched() as peaks:
            take(50)
        another.kill()
    assert 50 < max(peaks) < 100


def test_memory_of_a_call_is_its_own_whatever_ran_before():
    len(bytearray(200 * 2**20))
    assert 45 < figures.grown(lambda: bytearray(50 * 2**20)) < 100
