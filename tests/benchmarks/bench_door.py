"""Benchmark: 500 delegates checked in on four offline devices, whose 2,000 rows arrive together.

Every badge is on every device: 500 check-ins are accepted, 1,500 conflict, and all are stored. Devices send at most 200
rows per request, in turn. The baseline writes the same number of rows of one table with COPY.
"""

import json
import re
import time
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from consultations.models import CheckIn, QueuedRow, copy_in
from consultations.queries import checkin
from ncm_portal.workflow import now
from tests.benchmarks.figures import record, taken
from tests.factories import make_delegate, make_forum, make_secretariat, make_stakeholder
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
DELEGATES, DEVICES, MOST_SECONDS = 500, 4, 5
SCRIPT = (settings.BASE_DIR / "static/js/door_queue.js").read_text("utf-8")
PART = int(re.search(r"MOST = (\d+)", SCRIPT)[1])  # rows that a device sends at once


def queues(forum) -> list[list[dict]]:
    codes = [f"NCM:{forum.code}:{ticket.hex}" for ticket in forum.delegates.values_list("ticket", flat=True)]
    begun = now() - timedelta(minutes=90)
    return [
        [
            {
                "key": str(uuid.uuid4()), "kind": "check_in", "how": "qr", "code": code, "person": turn,
                "at": (begun + timedelta(seconds=7 * turn + device)).isoformat(),
            }
            for turn, code in enumerate(codes)
        ]
        for device in range(DEVICES)
    ]  # fmt: skip


def test_2000_rows_of_four_devices_reconcile_in_less_than_5_seconds(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    forum, by = make_forum(starts_on=now().date(), seats=DELEGATES), make_secretariat()
    sign_in(client, by)
    client.get(reverse("door", args=[forum.slug]))
    bodies = [make_stakeholder() for _turn in range(60)]
    for turn in range(DELEGATES):
        make_delegate(forum, bodies[turn % 60], badge_number=turn + 1)
    sent = queues(forum)

    def send_all() -> None:
        for turn in range(0, DELEGATES, PART):
            for device, rows in enumerate(sent):
                told = {"kind": "ncm-door-queue", "forum": forum.code, "device": f"phone {device}"}
                body = json.dumps({**told, "now": now().isoformat(), "rows": rows[turn : turn + PART]})
                answer = client.post(reverse("door_queue", args=[forum.slug]), body, content_type="application/json")
                assert answer.status_code == 200

    first, clock = taken(send_all)
    outcomes = list(QueuedRow.objects.values_list("outcome", flat=True))
    counted = (len(outcomes), outcomes.count("taken"), outcomes.count("conflict"), CheckIn.objects.count())
    again, _clock = taken(send_all)
    assert counted == (2_000, 500, 1_500, 2_000)
    assert (QueuedRow.objects.count(), CheckIn.objects.count()) == (2_000, 2_000)
    start = time.perf_counter()
    assert checkin.present(forum, now()).seats == DELEGATES
    counting = time.perf_counter() - start
    start = time.perf_counter()
    copy_in(
        [CheckIn(delegate_id=check.delegate_id, channel="qr", at=check.at, by=by) for check in CheckIn.objects.all()]
    )
    floor = time.perf_counter() - start
    head = ["taken in, s", "clock, s", "again, s", "who is present, s", "floor: COPY, s", "at most, s"]
    row = [f"{first:.2f}", f"{clock:.2f}", f"{again:.2f}", f"{counting:.3f}", f"{floor:.2f}", MOST_SECONDS]
    record("2,000 rows from a door without a network", head, [row])
    assert first < MOST_SECONDS
    assert again < MOST_SECONDS
