"""The queue of a device as it travels, over the line or as a file: read whole, or refused in words."""

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
    """The rows of a device, its name, and what its clock says while they are handed over."""

    rows: list[Any]
    device: str
    device_now: datetime


def read_queue(data: bytes, forum: Forum) -> Queue:
    """Read the queue of a device of `forum`. Raises Blocked, in words, where it is none or of another forum."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    rows = told.get("rows") if isinstance(told, dict) and told.get("kind") == KIND else None
    if not isinstance(told, dict) or not isinstance(rows, list):
        raise Blocked(_("This is not a queue from a device, or it is damaged. Nothing was imported."))
    if told.get("forum") != forum.code:
        raise Blocked(_("This queue belongs to another forum. Nothing was imported."))
    device = told.get("device")
    return Queue(rows, device if isinstance(device, str) else "", _device_now(told))


def _device_now(told: dict[str, Any]) -> datetime:
    """What the device's clock says now. A file was saved earlier: `offset` tells how far it was off, in ms."""
    offset = told.get("offset")
    try:
        off = timedelta(milliseconds=offset if isinstance(offset, int | float) else 0)
    except (OverflowError, ValueError):
        off = timedelta()
    return moment(told.get("now"), now() - max(-LONGEST_OFFSET, min(off, LONGEST_OFFSET)))
