"""Formatting helpers for print: dates, number ranges, hash groups and bold words."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from django.utils import dateformat
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

NAIROBI = timezone(timedelta(hours=3), "EAT")  # East Africa Time has no summer time
YEAR_AND_BODY = re.compile(r"^[A-Z]+-\d{4}-")


class Piece(NamedTuple):
    """Run of text within a line; `strong` for operative words."""

    text: str
    strong: bool = False


def day(moment: str) -> str:
    """Format "2017-10-17", or a time on that day in Nairobi, as "17 October 2017"; an empty string stays empty."""
    if not moment:
        return ""
    when = (
        date.fromisoformat(moment)
        if len(moment) == len("2017-10-17")
        else datetime.fromisoformat(moment).astimezone(NAIROBI)
    )
    return dateformat.format(when, "j F Y")


def minute(moment: str) -> str:
    """Format a time as "17 October 2017, 16:40 EAT (UTC+3)"."""
    when = datetime.fromisoformat(moment).astimezone(NAIROBI)
    return _("%(moment)s EAT (UTC+3)") % {"moment": dateformat.format(when, "j F Y, H:i")}


def days(first: str, last: str) -> str:
    """Format a day or a range of days, with a shared month and year only once."""
    if not last or last == first:
        return day(first)
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if start.year != end.year:
        return f"{day(first)} – {day(last)}"
    if start.month != end.month:
        return f"{dateformat.format(start, 'j F')} – {day(last)}"
    return f"{start.day}–{day(last)}"


def unbroken(text: str) -> str:
    """Return a text with no-break spaces in its dates: "4 September 2017"."""
    months = "|".join(map(str, MONTHS.values()))
    return re.sub(rf"(?<=\d) ({months})\b(?: (?=\d{{4}}))?", lambda match: match[0].replace(" ", "\u00a0"), text)


def spans(numbers: list[int]) -> str:
    """Format [1, 2, 3, 7] as "1–3, 7". Two neighbours stay separate: "1, 2"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def groups_of_four(digest: str, *, in_line: int = 8) -> list[str]:
    """Format a hash in groups of four characters, eight groups per line, to compare it aloud."""
    groups = [digest[start : start + 4] for start in range(0, len(digest), 4)]
    return [" ".join(groups[start : start + in_line]) for start in range(0, len(groups), in_line)]


def short_reference(reference: str) -> str:
    """Return NCM-2017-0042.3 as 0042.3: prefix and year are the same throughout a paper."""
    return YEAR_AND_BODY.sub("", reference)


def blocks(text: str, verb: str = "") -> list[list[list[Piece]]]:
    """Split a text into paragraphs of lines of pieces; the first occurrence of the operative words is strong."""
    match = re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", text) if verb else None
    start, end = match.span() if match else (0, 0)
    pieces = [Piece(text[:start]), Piece(text[start:end], strong=True), Piece(text[end:])]
    paragraphs: list[list[list[Piece]]] = [[[]]]
    for piece in pieces:
        for number, line in enumerate(piece.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
            if number:
                start_line(paragraphs)
            if line.strip():
                paragraphs[-1][-1].append(Piece(line, piece.strong))
    return [[line for line in paragraph if line] for paragraph in paragraphs if any(paragraph)]


def start_line(paragraphs: list[list[list[Piece]]]) -> None:
    """Start a new line; after an empty one, a new paragraph."""
    if paragraphs[-1][-1]:
        paragraphs[-1].append([])
    elif len(paragraphs[-1]) > 1:
        paragraphs[-1].pop()
        paragraphs.append([[]])
