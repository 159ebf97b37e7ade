"""Read the check-in queue of a device, sent online or as a file; refuse invalid ones with a message."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import Forum
from consultations.workflow.checkin_queue import moment
from ncm_portal.workflow import Blocked, now

KIND = "ncm-door-queue"
LARGEST = 4 * 1024 * 1024
LONGEST_OFFSET = timedelta(days=80 * 365)


@dataclass(frozen=True)
class Queue:
    """Rows of a device with its name and its clock at the time of sending."""

    rows: list[Any]
    device: str
    device_now: datetime


def read_queue(data: bytes, forum: Forum) -> Queue:
    """Read the queue of a device of `forum`. Raises Blocked if it is invalid or belongs to another forum."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        payload = None
    rows = payload.get("rows") if isinstance(payload, dict) and payload.get("kind") == KIND else None
    if not isinstance(payload, dict) or not isinstance(rows, list):
        raise Blocked(_("This is not a queue from a device, or it is damaged. Nothing was imported."))
    if payload.get("forum") != forum.code:
        raise Blocked(_("This queue belongs to another forum. Nothing was imported."))
    device = payload.get("device")
    return Queue(rows, device if isinstance(device, str) else "", _device_now(payload))


def _device_now(payload: dict[str, Any]) -> datetime:
    """Return the device's current time. A file was saved earlier: `offset` is its clock difference in ms."""
    offset = payload.get("offset")
    try:
        off = timedelta(milliseconds=offset if isinstance(offset, int | float) else 0)
    except (OverflowError, ValueError):
        off = timedelta()
    return moment(payload.get("now"), now() - max(-LONGEST_OFFSET, min(off, LONGEST_OFFSET)))
