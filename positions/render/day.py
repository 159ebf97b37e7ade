"""Render the documents of a forum as HTML and PDF, in the design of the position paper.

Pure. A file contains one document or several.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.template import Context
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from positions.render import qr
from positions.render.environment import engine, set_up_alone
from positions.render.paper import RENDERER_VERSION, attested
from positions.render.plain import blocks, day, days, minute
from positions.render.text_fitting import size_for

ATTACHMENT = "forum-paper.json"
STYLESHEET = "day.css"
GROUPS = (
    "ministry",
    "state_agency",
    "county_government",
    "independent_commission",
    "un_agency",
    "development_partner",
    "civil_society",
    "faith_based",
    "academia",
    "research",
    "private_sector",
    "employers",
    "workers",
    "diaspora",
    "migrants",
    "media",
)
FINAL_STATES = ("published",)
Content = dict[str, Any]


# --- People -----------------------------------------------------------------------------------------------------------


def pattern(group: str) -> str:
    """Return one of sixteen patterns for a group's band on a badge, so that groups are not distinguished by colour
    alone.
    """
    return f"g{GROUPS.index(group) + 1}" if group in GROUPS else "g0"


def code(content: Content, ticket: str) -> str:
    """Return the check-in code of a badge."""
    return f"NCM:{content['forum']['code']}:{ticket}"


def badge(content: Content, person: Content) -> Content:
    """Return a badge: font size, pattern and code."""
    return {
        **person,
        "role": _capital(person["role"]),
        "name_size": size_for(person["name"], 87, 41, largest=36),
        "body_size": size_for(person["organisation"], 87, 17, largest=16, leading=1.2),
        "group_size": size_for(person["group_name"], 47, 11, largest=12),
        "pattern": pattern(person["group"]),
        "qr": qr.code(code(content, person["ticket"])),
    }


def badges(content: Content) -> Content:
    """Return badges in sheets of four."""
    rows = [badge(content, person) for person in content["people"]]
    sheets = [rows[start : start + 4] for start in range(0, len(rows), 4)]
    return {"sheets": sheets, "people": rows, "room": content.get("room", "").partition("://")[2]}


def plates(content: Content) -> Content:
    """Return name-plates with font sizes."""
    return {
        "people": [
            {
                **person,
                "name_size": size_for(person["name"], 250, 50, largest=72),
                "body_size": size_for(person["organisation"], 250, 26, largest=32),
            }
            for person in content["people"]
        ]
    }


def half_name(half: Content) -> str:
    """Return the label of a half-day."""
    words = _("%(day)s, morning") if half["is_morning"] else _("%(day)s, afternoon")
    return words % {"day": day(half["day"])}


def register(content: Content) -> Content:
    """Return the register: labels of half-days, people with a seat, and numbers of blank rows."""
    return {
        "halves": [half_name(half) for half in content["halves"]],
        "people": content["people"],
        "blank": range(1, content["blank"] + 1),
    }


def attendance(content: Content) -> Content:
    """Return the attendance: a row for each person, a cell for each half-day."""
    codes = [half["code"] for half in content["halves"]]
    rows = [
        {**person, "number": number, "cells": [person["came"].get(code) for code in codes]}
        for number, person in enumerate(content["people"], start=1)
    ]
    return {
        "halves": [half_name(half) for half in content["halves"]],
        "rows": rows,
        "sums": [sum(row["cells"][place] is not None for row in rows) for place in range(len(codes))],
    }


def certificates(content: Content) -> Content:
    """Return certificates: formatted days and font sizes."""
    forum = content["forum"]
    return {
        "people": [
            {
                **person,
                "name_size": size_for(person["name"], 210, 34, largest=42),
                "body_size": size_for(person["organisation"], 210, 16, largest=18),
                "days": spoken_days(person["days"]),
            }
            for person in content["people"]
        ],
        "title_size": size_for(forum["title"], 210, 20, largest=21),
        "place": ", ".join(filter(None, [forum["venue"], forum["place"]])),
    }


def spoken_days(dates: list[str]) -> str:
    """Format days in a sentence: consecutive days as a range."""
    numbers = [date.fromisoformat(each).toordinal() for each in dates]
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        return days(dates[0], dates[-1])
    return _listed([day(each) for each in dates])


def seat_plan(content: Content) -> Content:
    """Return the seats by group, and the total of the reserve lists."""
    return {"groups": content["groups"], "reserve": sum(len(group["reserve"]) for group in content["groups"])}


# --- The programme ----------------------------------------------------------------------------------------------------


def programme(content: Content) -> Content:
    """Return the programme by day."""
    return {
        "days": [{**each, "name": day(each["day"])} for each in content["days"]],
        "concept": blocks(content["concept"]),
    }


def session_sheets(content: Content) -> Content:
    """Return sheets with formatted day, code and the number of lines by kind."""
    return {
        "sheets": [{**sheet, "when": _when(sheet), "qr": qr.code(sheet["address"])} for sheet in content["sheets"]],
        "kinds": [
            (_("Findings, good practice, challenges"), range(7)),
            (_("Recommendations"), range(7)),
            (_("Commitments: who does what by when"), range(4)),
            (_("Decisions"), range(4)),
            (_("Dissent: who does not agree, and why"), range(3)),
        ],
    }


def _when(session: Content) -> str:
    return _("%(day)s, %(starts)s to %(ends)s EAT (UTC+3)") % {
        "day": day(session["day"]),
        "starts": session["starts"],
        "ends": session["ends"],
    }


# --- The outcome ------------------------------------------------------------------------------------------------------


def minutes(content: Content) -> Content:
    """Return the minutes with dates and figures formatted."""
    return {
        "sessions": [
            {**each, "when": _when(each), "points": _with_commitments(each["points"])} for each in content["sessions"]
        ],
        "figures": _figures(content),
        "halves": [(half_name(half), half["came"]) for half in content["halves"] if half["came"]],
        "floor": [{**row, "when": minute(row["at"]), "tally": _tally(row["tally"])} for row in content["floor"]],
        "decisions": [{**row, "when": minute(row["at"])} for row in content["decisions"]],
        "counts": [{**row, "when": minute(row["at"])} for row in content["counts"]],
        "actions": [{**row, "due": day(row["due_on"])} for row in content["actions"]],
        "groups": [{**group, "name": group["name"] or _("Without a group")} for group in content["by_group"]],
        "has_points": any(each["points"] for each in content["sessions"]),
    }


def _with_commitments(kinds: list[Content]) -> list[Content]:
    """Return points by kind, with responsible party and date formatted."""
    return [{**kind, "points": [{**row, "promise": _commitment(row)} for row in kind["points"]]} for kind in kinds]


def _commitment(point: Content) -> str:
    by = _("by %(day)s") % {"day": day(point["due_on"])} if point["due_on"] else ""
    return ", ".join(filter(None, [point["responsible"], by]))


def _figures(content: Content) -> list[tuple[int, str]]:
    attended, bodies, groups = content["came"], content["organisations"], len(content["by_group"])
    return [
        (attended, ngettext("person came", "people came", attended)),
        (content["confirmed"], ngettext("was confirmed", "were confirmed", content["confirmed"])),
        (bodies, ngettext("organisation", "organisations", bodies)),
        (groups, ngettext("group", "groups", groups)),
    ]


def _tally(tally: list[int]) -> str:
    if not tally:
        return ""
    yes, no, abstain = tally
    return _("%(yes)s yes, %(no)s no, %(abstain)s abstained") % {"yes": yes, "no": no, "abstain": abstain}


def communique(content: Content) -> Content:
    """Return the communiqué as paragraphs, headings and lists."""
    return {
        "body": [(kind, [blocks(line) for line in lines]) for kind, lines in content["blocks"]],
        "state": _capital(content["state_name"]),
        "published": day(content["published"]) if content["published"] else "",
    }


# --- One file ---------------------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[Callable[[Content], Content], Callable[[], str]]] = {
    "badges": (badges, lambda: _("Badges")),
    "badges-single": (badges, lambda: _("Badges")),
    "name-plates": (plates, lambda: _("Name-plates")),
    "register": (register, lambda: _("Register of participants")),
    "attendance": (attendance, lambda: _("Register of attendance")),
    "certificates": (certificates, lambda: _("Certificate of participation")),
    "seat-plan": (seat_plan, lambda: _("Seats by group")),
    "programme": (programme, lambda: pgettext("of a forum", "Programme")),
    "session-sheets": (session_sheets, lambda: _("Sheet for the rapporteur")),
    "minutes": (minutes, lambda: _("Minutes")),
    "communique": (communique, lambda: _("Communiqué")),
}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _listed(words: list[str]) -> str:
    """Format a list in a sentence: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def warnings(content: Content) -> list[str]:
    """Return the warnings for every page: sample or draft."""
    lines = [_("SAMPLE: organisations and people are invented")] * bool(content["sample"])
    if content["paper"] == "minutes" and content["is_draft"]:
        lines.append(_("DRAFT: these minutes have not been reported yet"))
    if content["paper"] == "communique" and content["state"] not in FINAL_STATES:
        lines.append(_("NOT FOR PUBLICATION: %(state)s") % {"state": content["state_name"]})
    return lines


def readable(content: Content) -> Content:
    """Return a document as its template needs it, for pages and print."""
    make, title = KINDS[content["paper"]]
    forum = content["forum"]
    return {
        "content": content,
        "forum": forum,
        "template": f"print/day/{content['paper']}.html",
        "title": title(),
        "when": days(forum["first"], forum["last"]),
        "where": ", ".join(filter(None, [forum["venue"], forum["place"]])),
        "as_of": minute(content["as_of"]),
        "warnings": warnings(content),
        **make(content),
    }


def html(content: Content) -> str:
    """Return one document, or the `parts` of a set, as HTML for printing, in its language."""
    set_up_alone()
    result = content.get("parts") or [content]
    with translation.override(result[0]["language"]):
        parts = [readable(part) for part in result]
        title = " – ".join([*dict.fromkeys(part["title"] for part in parts), parts[0]["forum"]["title"]])
        values = {
            "parts": parts,
            "language": result[0]["language"],
            "title": title,
            "warnings": list(dict.fromkeys(warning for part in parts for warning in part["warnings"])),
            "renderer": f"NCM Portal, {RENDERER_VERSION}",
            "moment": _moment(result).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return engine().get_template("print/day/day.html").render(Context(values, use_l10n=False, use_tz=False))


def _moment(parts: list[Content]) -> datetime:
    return max(datetime.fromisoformat(part["as_of"]).astimezone(UTC) for part in parts)


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render a document (or a set) as PDF/A-3a and PDF/UA-1 with its data attached as JSON; deterministic.

    Raises ValueError if the hash does not match or a character cannot be printed.
    """
    from positions.render.press import press

    attachment = attested(content, sha256)
    return press(
        html(content),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"What this paper was made from, SHA-256 {sha256}",
        moment=_moment(content.get("parts") or [content]),
        also=STYLESHEET,
    )
