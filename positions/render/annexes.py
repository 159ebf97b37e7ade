"""Annexes of a paper as rows and facts for printing."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from positions.queries import explorer
from positions.queries.explorer import OTHER
from positions.render.labels import (
    objectives,
    outcome_words,
    reason_words,
    rule_words,
    session_words,
    speakers,
    vote_words,
    with_values,
)
from positions.render.plain import blocks, day, minute, short_reference, spans
from positions.render.sections import VERY_LONG, targets

STANCES = ("agree", "agree_with_comment", "reservation", "object", "abstain", "recuse", "silent")
MARKS = {"accepted": "●", "accepted_in_part": "◐", "merged": "○", "noted": "○", "not_accepted": "◇"}
Content = dict[str, Any]


def matrix(content: Content) -> list[Content]:
    """Annex A: a row for each theme."""
    provisions = {provision["code"]: provision for provision in content["provisions"]}
    return [
        {
            "code": theme["code"],
            "title": theme["title"],
            "lang": theme["lang"],
            "beside": theme["beside"],
            "objectives": objectives(theme["objectives"], provisions),
            "related": ", ".join(number for number, _label in objectives(theme["related"], provisions)),
            "sdg": ", ".join(theme["sdg"]),
            "lead": theme["lead"],
        }
        for theme in content["themes"]
    ]


def programme(content: Content) -> list[Content]:
    """Annex B: the programme of the forum in order."""
    forum = content.get("forum") or {}
    return [
        {
            "time": f"{item['starts']}–{item['ends']}",
            "title": item["title"],
            "kind": session_words(item["kind"]),
            "room": item.get("room", ""),
            "pause": item["kind"] == "break",
        }
        for item in forum.get("programme", [])
    ]


def participants(content: Content) -> list[Content]:
    """Annex C: the participants by group, in the order of the edition, with names as given."""
    members = defaultdict(list)
    for person in content.get("participants", []):
        members[person["group"]].append(person)
    order = [*content["groups"], *sorted(set(members) - set(content["groups"]))]
    return [
        {"name": content["groups"].get(group, group), "members": members[group]} for group in order if members[group]
    ]


def participation_table(content: Content) -> Content:
    """Annex C: the number of public points of each group cited on each theme, counted like in the explorer; empty
    without citations.
    """
    names = {**content["groups"], OTHER: _("Said in sessions, or of another group")}
    lines = explorer.participation_by_theme(content, list(content["groups"]))
    cells = [{cell.group: cell.points for cell in line.cells} for line in lines]
    shown = [group for group in names if any(column.get(group) for column in cells)]
    rows = [(names[group], [column.get(group, 0) for column in cells]) for group in shown]
    hidden = (_("Points that are not public"), [line.hidden for line in lines])
    return (
        {
            "themes": [_("Other sections") if line.theme == OTHER else line.theme for line in lines],
            "rows": [*rows, hidden] if any(hidden[1]) else rows,
            "sums": [line.all.points + line.hidden for line in lines],
        }
        if lines
        else {}
    )


def dispositions(content: Content) -> list[Content]:
    """Annex D: the answers to points by theme."""
    known = {theme["code"]: f"{theme['code']} {theme['title']}" for theme in content["themes"]}
    rows = defaultdict(list)
    places, answers, joined = targets(content), _by_reference(content), _joined(content)
    for point in content.get("points", []):
        root = answers.get(point.get("into", ""), point)
        answered = point["paragraphs"] or root["paragraphs"]
        rows[point["theme"] if point["theme"] in known else ""].append(
            {
                "id": places[point["reference"]],
                "long": len(point["text"] or "") + len(point["reason"]) > VERY_LONG,
                "reference": short_reference(point["reference"]),
                "organisation": contributors(point, joined[point["reference"]]),
                "text": blocks(point["text"]) if point["text"] is not None else None,
                "outcome": point["outcome"],
                "words": outcome_words(point["outcome"]) if root is point else joined_words(root),
                "mark": MARKS.get(point["outcome"], ""),
                "where": _("paragraphs") if len(answered) > 1 else _("paragraph"),
                "paragraphs": answered,
                "why": reason_words(point.get("reason_code", "")),
                "reason": blocks(point["reason"]),
            }
        )
    names = {**known, "": _("Other points")}
    return [{"name": name, "rows": rows[code]} for code, name in names.items() if rows[code]]


def _by_reference(content: Content) -> dict[str, Content]:
    return {point["reference"]: point for point in content.get("points", [])}


def _joined(content: Content) -> dict[str, list[Content]]:
    """Return the joined points by the reference of the point they are joined to."""
    result = defaultdict(list)
    for point in content.get("points", []):
        result[point.get("into", "")].append(point)
    return result


def contributors(point: Content, joined: list[Content]) -> str:
    """Return everyone named for a point: who raised it, and whose points joined it."""
    if not joined:
        return speakers(point)
    names = ", ".join(f"{each['organisation']} ({short_reference(each['reference'])})" for each in joined)
    return _("%(speakers)s; joined by %(names)s") % {"speakers": speakers(point), "names": names}


def joined_words(root: Content) -> str:
    """Return the answer to a joined point: that of the point it is joined to."""
    words = _("Merged with %(point)s") % {"point": short_reference(root["reference"])}
    return f"{words}: {outcome_words(root['outcome'])}" if root["outcome"] else words


def summary(content: Content) -> list[tuple[str, int]]:
    """Return the number of points by outcome."""
    outcomes = [point["outcome"] for point in content.get("points", [])]
    return [
        (outcome_words(outcome), outcomes.count(outcome))
        for outcome in ("accepted", "accepted_in_part", "merged", "noted", "not_accepted")
    ]


def method_note(content: Content) -> str:
    """Return the note on how duplicates were found and decided; empty if no search suggested any."""
    result = content.get("likeness")
    if not result:
        return ""
    return _(
        "Note on the method. A search compared the words of all points, two at a time. How alike two texts are depends"
        " on these two alone: on the share of words, without their endings, and of groups of three letters that both"
        " have. From two fifths on, it suggested a pair as one that may say the same (%(pairs)s). It decided nothing:"
        " officers of the secretariat read each pair, merged %(merged)s and kept %(dismissed)s apart, with a reason in"
        " the journal. Points that were merged stand in this table with their own authors, and every organisation"
        " behind a point is counted."
    ) % {name: result[name] for name in ("pairs", "merged", "dismissed")}


def adoption_facts(content: Content) -> list[tuple[str, str]]:
    """Annex F: the record of adoption; empty before adoption."""
    adoption, forum = content.get("adoption"), content.get("forum") or {}
    if not adoption:
        return []
    return with_values(
        (_("Decision"), content["edition"]["status"]),
        (_("Taken"), f"{minute(adoption['at'])}, {adoption['place']}"),
        (_("Forum"), forum.get("title", "")),
        (_("Convened by"), "; ".join(forum.get("convenors", []))),
        (_("In the chair"), adoption["chair"]),
        (_("Quorum"), adoption["quorum"]),
        (_("Rule applied"), rule_words(adoption["rule"])),
        (_("Manner"), _("Paragraph by paragraph, then as a whole") if adoption.get("paragraph_by_paragraph") else ""),
        (_("Roll call"), roll_tally(adoption)),
        (_("Reasons"), adoption["reasons"]),
        (_("Corrected"), correction_words(content)),
    )


def correction_words(content: Content) -> str:
    """Return which edition was corrected where and why; empty for others."""
    result = content.get("correction")
    if not result:
        return ""
    numbers = ", ".join(str(change["paragraph"]) for change in result["changes"])
    words = _("edition %(of)s, in the words of paragraph %(numbers)s: %(reason)s")
    return words % {"of": result["of"], "numbers": numbers, "reason": result["reason"]}


def roll_tally(adoption: Content) -> str:
    """Return the tally of a roll call; empty if there was none."""
    words = _("%(yes)s yes, %(no)s no, %(abstain)s abstain")
    call = adoption.get("roll_call")
    return words % {name: call[name] for name in ("yes", "no", "abstain")} if call else ""


def roll_call(content: Content) -> list[tuple[str, str]]:
    """Annex F: each institution in the roll call with its vote."""
    call = (content.get("adoption") or {}).get("roll_call") or {}
    return [(vote["name"], vote_words(vote["vote"])) for vote in call.get("votes", [])]


def clearances(content: Content) -> list[Content]:
    """Annex F: a row for each office asked to clear the text."""
    return [
        {
            "ministry": row["ministry"],
            "paragraphs": spans(row["paragraphs"]),
            "stances": [row["stances"].get(stance, 0) for stance in STANCES],
            "answered": day(row["answered_on"]) if row["answered_on"] else _("No answer"),
        }
        for row in content.get("clearances", [])
    ]
