"""Benchmark: writing, verifying and loading the archive of 2,000 inputs with 4,000 points, against copying the same
bytes.

The baseline reads every byte of the package, computes its SHA-256 and writes it to disk, which every archive has to do.
"""

import hashlib
import os
from time import perf_counter

import pytest
from django.db import transaction

from positions.archive import check, export, open_package
from positions.archive.loading import load
from tests.benchmarks.figures import grown
from tests.crowd import make_crowd

WRITING, CHECKING, LOADING = 10, 2, 30  # times the floor, at most
MEMORY = 250  # MB more than before


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


def timed(act):
    began = perf_counter()
    act()
    return perf_counter() - began


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
        steps = {}
        memory = grown(lambda: steps.update(writing=timed(lambda: export(consultation, target))))
        transaction.set_rollback(True)
    floor = timed(lambda: copied(target, tmp_path / "floor"))
    work = {"checking": lambda: checked(target), "loading": lambda: loaded(target)}
    memory = max(memory, grown(lambda: steps.update({name: timed(act) for name, act in work.items()})))
    writing, checking, loading = steps.values()
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    print(f"\narchive of {size:.1f} MB: floor {floor:.2f} s; times the floor: write {writing / floor:.1f}, "
          f"check {checking / floor:.1f}, load {loading / floor:.1f}; {memory:.0f} MB more memory")  # fmt: skip
    assert writing / floor <= WRITING
    assert checking / floor <= CHECKING
    assert loading / floor <= LOADING
    assert memory <= MEMORY
