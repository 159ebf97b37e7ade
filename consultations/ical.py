"""Write iCalendar files (RFC 5545) from plain values. The same values give the same bytes.

External rules: RFC 5545, 3.1 (lines folded after 75 octets, CRLF), 3.3.11 (text escapes), 3.6.1 and 3.6.5 (events;
every named time zone must be described), 3.8.7.2 and 3.8.7.4 (DTSTAMP, SEQUENCE).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NAIROBI = ZoneInfo("Africa/Nairobi")
PRODUCT = "-//National Coordination Mechanism on Migration//NCM Portal//EN"
LINE = 75  # octets, without the line end
# Texts must not contain controls other than tab and line feed; others would reverse what follows on the line.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# East Africa Time has had no summer time since 1942, and none is planned.
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Africa/Nairobi",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0300",
    "TZOFFSETTO:+0300",
    "TZNAME:EAT",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True)
class Entry:
    """One event: `uid` never changes, `sequence` grows with every change, `changed_at` is the time of the last
    change.
    """

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    address: str = ""
    is_cancelled: bool = False


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """Return a calendar with this name and these entries as bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "X-WR-TIMEZONE:Africa/Nairobi",
        *ZONE,
    ]
    for entry in entries:
        lines += _event(entry)
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry) -> list[str]:
    optional = [("LOCATION", escaped(entry.location)), ("DESCRIPTION", escaped(entry.description))]
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{entry.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTART;TZID=Africa/Nairobi:{entry.starts_at.astimezone(NAIROBI):%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Africa/Nairobi:{entry.ends_at.astimezone(NAIROBI):%Y%m%dT%H%M%S}",
        f"SUMMARY:{escaped(entry.summary)}",
        *(f"{name}:{text}" for name, text in optional if text),
        *([f"URL:{entry.address}"] if entry.address else []),
        f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """Escape a text for a property value."""
    text = UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> bytes:
    """Encode a content line in UTF-8 and fold it after 75 octets without splitting a character."""
    rows, row = [], b""
    for character in line:
        octets = character.encode()
        if len(row) + len(octets) > LINE:
            rows.append(row)
            row = b" "
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"
