"""Benchmark: writing, verifying and loading the archive of 2,000 inputs with 4,000 points, against copying the same
bytes.

The baseline reads every byte of the package, computes its SHA-256 and writes it to disk, which every archive has to do.
Times are of the processors, of this process and its database session: how long a disk takes to make a file durable says
nothing about either side, and varied more than all the rest.
"""

import hashlib
import os
import statistics
from functools import partial

import pytest
from django.db import transaction

from positions.archive import check, export, open_package
from positions.archive.loading import load
from tests.benchmarks.figures import grown, record, taken
from tests.crowd import make_crowd

MOST = {"write": 16, "check": 2, "load": 80}  # times the floor
COPIES = 20  # of the floor, whose median is taken: one takes 0.05 s
MEMORY = 40  # MB more than before


def copied(folder, target):
    """Run the baseline."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        hashlib.sha256(data).hexdigest()
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with copy.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def checked(target):
    with open_package(target) as package:
        check(package)


def loaded(target):
    with open_package(target) as package:
        load(package)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.django_db
def test_the_archive_of_a_large_consultation(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    target = tmp_path / "record"
    with transaction.atomic():
        consultation = make_crowd(2000).consultation
        export(consultation, tmp_path / "first")  # loads what is loaded at the first one
        steps = {"write": measured(lambda: export(consultation, target))}
        transaction.set_rollback(True)
    copies = [taken(partial(copied, target, tmp_path / f"copy {turn}")) for turn in range(COPIES)]
    floor = [statistics.median(times) for times in zip(*copies, strict=True)]
    steps |= {"check": measured(lambda: checked(target)), "load": measured(lambda: loaded(target))}
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    print(f"\n  an archive of {size:.1f} MB")
    ratios = show(steps, floor)
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST[name]} == {}
    assert max(memory for *_times, memory in steps.values()) <= MEMORY


def measured(act):
    """Return the processor time of a step, its time on the clock, and how much memory it took in MB."""
    times = []
    memory = grown(lambda: times.extend(taken(act)))
    return (*times, memory)


def show(steps, floor):
    """Record what each step costs; return the ratios to the floor."""
    ratios = {name: processor / floor[0] for name, (processor, _clock, _memory) in steps.items()}
    rows = [["floor", *(f"{seconds:.2f}" for seconds in floor), "1.0", "", ""]]
    rows += [
        [name, f"{processor:.2f}", f"{clock:.2f}", f"{ratios[name]:.1f}", MOST[name], f"{memory:.0f}"]
        for name, (processor, clock, memory) in steps.items()
    ]
    head = ["step", "s, processors", "s, clock", "ratio", "at most", "MB more memory"]
    record("Archive of 2,000 inputs, beside copying its bytes", head, rows)
    return ratios
