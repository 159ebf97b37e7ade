"""Printing is killed or the disk is full: nothing is stored or served, users are told, and a retry works."""

import errno
import json
import os
import resource
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from consultations.uploads.disk_space import WORDS
from ncm_portal.workflow import Blocked
from positions import edition, workflow
from positions.render.pdf import RenderFailed, render_apart
from tests import factories, paper_factories
from tests.access_log import last_refusal
from tests.positions.render.conftest import children

pytestmark = pytest.mark.django_db
KILLED = (
    "The printing process was killed: its 60 seconds of processor time were over, or the machine had no memory left."
    " Nothing was kept. Try again."
)
TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def stored(settings, tmp_path):
    """Return the folder of stored files."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "editions"


@pytest.fixture
def frozen(stored):
    return paper_factories.freeze(paper_factories.make_whole_paper().paper)


@pytest.fixture
def officer():
    return factories.make_secretariat()


def used(pid):
    """Return the processor time of a process in seconds."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def killed_after(seconds):
    """Kill the next child process after this processor time."""
    before, over = children(), threading.Event()

    def kill():
        while not over.is_set():
            for pid in children() - before:
                if used(pid) >= seconds:
                    os.kill(int(pid), signal.SIGKILL)
                    over.set()
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


def printing_time(frozen):
    """Return the processor time of a complete print."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    render_apart(json.loads(frozen.content), frozen.sha256, edition.address(frozen))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def killed_at(share, frozen, whole):
    """Return the error message when printing is killed at this share of its time; retry earlier twice if the child was
    faster.
    """
    for attempt in (1.0, 0.95, 0.9):
        try:
            with killed_after(share * whole * attempt):
                render_apart(json.loads(frozen.content), frozen.sha256, edition.address(frozen))
        except RenderFailed as failure:
            return str(failure)
    return ""


def test_killed_printing_leaves_nothing_and_second_try_works(frozen, stored, officer):
    whole = printing_time(frozen)
    assert [killed_at(share, frozen, whole) for share in (0.1, 0.9)] == [KILLED] * 2
    with killed_after(whole / 2), pytest.raises(Blocked) as refusal:
        workflow.make_files(frozen, by=officer)
    assert refusal.value.reasons == [f"The PDF could not be made: {KILLED}"]
    assert (frozen.artefacts.count(), stored.exists()) == (0, False)
    assert last_refusal(frozen) == (officer, "make_files", "", refusal.value.reasons)
    workflow.make_files(frozen, by=officer)
    assert edition.problems(frozen) == []


@pytest.mark.parametrize("place", ["os.fsync", "tempfile.TemporaryDirectory"])
def test_full_disk_is_reported_and_nothing_is_stored(frozen, stored, officer, monkeypatch, place):
    def full(*_given, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if place == "os.fsync":
            patched.setattr("positions.render.pdf.render_apart", lambda *given, **named: b"%PDF-1.7 quick")
            patched.setattr("positions.render.pdf.inspect", lambda data: [])
        patched.setattr(place, full)
        with pytest.raises(Blocked) as refusal:
            workflow.make_files(frozen, by=officer)
    assert refusal.value.reasons == [str(WORDS)]
    assert (frozen.artefacts.count(), list(stored.glob("*"))) == (0, [])
    assert last_refusal(frozen) == (officer, "make_files", "", [str(WORDS)])
