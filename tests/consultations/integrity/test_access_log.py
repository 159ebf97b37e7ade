"""The integrity check of the access log names the seal whose entries do not match."""

import pgtrigger
import pytest

from consultations.integrity import access_log
from consultations.models import Access, AccessEntry, AccessSeal
from consultations.workflow import seal_access_log

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_owner")]


def test_altered_log_entry_is_reported_with_action():
    for _turn in range(3):
        AccessEntry.objects.add(Access.FALSE_COPY, sha256="a" * 64)
    seal_access_log()
    seal, told = AccessSeal.objects.get(), []
    assert (list(access_log.check(lambda *numbers: told.append(numbers))), told[-1]) == ([], (3, 3))
    with pgtrigger.ignore("consultations.AccessEntry:append_only"):
        AccessEntry.objects.filter(pk=seal.last_id).update(sha256="b" * 64)
    (finding,) = access_log.check()
    assert (finding.record, finding.words) == (
        f"consultations.accessseal:{seal.pk}", "at least one of 3 entries was altered",
    )  # fmt: skip
    assert "Restore the newest backup" in finding.to_do


def test_missing_seal_is_detected():
    AccessEntry.objects.add(Access.FALSE_COPY)
    seal_access_log()
    last = AccessSeal.objects.get().last_id
    with pgtrigger.ignore("consultations.AccessSeal:append_only"):
        AccessSeal.objects.all().delete()
    assert [(each.record, each.words) for each in access_log.check()] == [
        ("consultations.accessseal", f"the seal up to entry {last} of the access log is missing")
    ]
