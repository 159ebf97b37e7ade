"""Build editions with realistic content of any size, reproducible for the same arguments."""

import hashlib
import json
import uuid
from typing import Any

from tests.positions.render import wordings as words

ADDRESS = "https://migration.example.go.ke/verify/"


def canonical(content: dict[str, Any]) -> bytes:
    """Return the canonical form of an edition: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(content)).hexdigest()


def address(content: dict[str, Any]) -> str:
    """Return the verification URL of this edition."""
    return f"{ADDRESS}{digest(content)}/"


def fill(text: str, theme: str, turn: int) -> str:
    subjects = words.SUBJECTS[theme]
    words_filled = text.format(a=subjects[turn % 3], b=subjects[(turn + 1) % 3])
    return words_filled[0].upper() + words_filled[1:]


def organisation(turn: int) -> str:
    return words.ORGANISATIONS[turn % len(words.ORGANISATIONS)][0]


def reference(turn: int) -> str:
    return f"NCM-2017-{turn // 2 + 1:04}.{turn % 2 + 1}"


def source(turn: int) -> dict[str, Any]:
    relation = ("rests_on", "rests_on", "rests_on", "partly", "contrary")[turn % 5]
    return {
        "point": reference(turn),
        "relation": relation,
        "organisation": None if turn % 7 == 3 else organisation(turn),
    }


def paragraph(number: int, strength: str, verb: str, text: str, *, points: int = 60) -> dict[str, Any]:
    sources = [source((number * 3 + step) % points) for step in range(number % 4)] if points else []
    return {
        "number": number,
        "key": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
        "strength": strength,
        "verb": verb,
        "text": text,
        "lang": "en",
        "secretariat_text": not sources,
        "provisions": [f"GCM-{number % 23 + 1:02}"] if number % 3 == 0 else [],
        "sources": sources,
    }


def body_sections(points: int) -> list[dict[str, Any]]:
    sections, number = [], 0
    for position, (heading, paragraphs) in enumerate(words.BODY, start=1):
        rows = []
        for strength, verb, text in paragraphs:
            number += 1
            rows.append(paragraph(number, strength, verb, text, points=points))
        sections.append(
            {
                "number": str(position),
                "part": "body",
                "heading": heading,
                "heading_sw": "",
                "theme": None,
                "paragraphs": rows,
            }
        )
    return sections


def theme_section(position: int, theme: tuple[Any, ...], first: int, count: int, points: int) -> dict[str, Any]:
    code, title, title_sw = theme[:3]
    rows = []
    for turn in range(count):
        strength = words.STRENGTHS[(turn + position) % len(words.STRENGTHS)]
        text = fill(words.SENTENCES[strength], code, turn)
        rows.append(paragraph(first + turn, strength, strength.replace("_", " "), text, points=points))
    return {
        "number": str(position),
        "part": "theme",
        "heading": title,
        "heading_sw": title_sw,
        "theme": code,
        "paragraphs": rows,
    }


def shares(total: int, parts: int) -> list[int]:
    return [total // parts + (1 if turn < total % parts else 0) for turn in range(parts)]


def sections(paragraphs: int, themes: int, points: int) -> list[dict[str, Any]]:
    made = body_sections(points)
    number = sum(len(section["paragraphs"]) for section in made) + 1
    counts = shares(max(paragraphs - number, 0), themes) if themes else []
    for turn, count in enumerate(counts):
        made.append(theme_section(len(made) + 1, words.THEMES[turn], number, count, points))
        number += count
    closing = paragraph(
        number,
        "commits_to",
        "commits to",
        "Kenya commits to reporting on this position at the review forum, every four years.",
        points=points,
    )
    made.append(
        {
            "number": str(len(made) + 1),
            "part": "body",
            "heading": "Follow-up and review",
            "heading_sw": "",
            "theme": None,
            "paragraphs": [closing],
        }
    )
    return made


def point(turn: int, themes: int, paragraphs: int) -> dict[str, Any]:
    theme = words.THEMES[turn % themes][0]
    outcome = ("accepted", "accepted_in_part", "accepted", "merged", "noted", "accepted", "not_accepted")[
        (turn * 3 + turn // 7) % 7
    ]
    hidden = turn % 6 == 3
    return {
        "reference": reference(turn),
        "kind": "recommendation",
        "theme": theme,
        "organisation": None if hidden else organisation(turn),
        "text": None if turn % 12 == 3 else fill(words.ASKS[turn % len(words.ASKS)], theme, turn),
        "outcome": outcome,
        "reason_code": "" if outcome in ("accepted", "merged") else ("scope", "law", "means", "agreement")[turn % 4],
        "reason": words.REASONS[outcome],
        "paragraphs": [turn % paragraphs + 1] if outcome.startswith("accepted") else [],
    }


def participant(turn: int) -> dict[str, Any]:
    body, group = words.ORGANISATIONS[(turn * 5) % len(words.ORGANISATIONS)]
    return {
        "name": words.PEOPLE[turn % len(words.PEOPLE)]
        + (" (sample)" if turn < len(words.PEOPLE) else f" {turn // len(words.PEOPLE) + 1} (sample)"),
        "title": words.ROLES[turn % len(words.ROLES)],
        "organisation": body,
        "group": group,
        "county": words.COUNTIES[turn % len(words.COUNTIES)],
    }


def clearance(turn: int, paragraphs: int) -> dict[str, Any]:
    touched = list(range(1 + turn, paragraphs + 1, 3))
    silent = len(touched) if turn == 6 else 0
    agree = len(touched) - silent - (1 if turn in (0, 3) else 0) - (2 if turn == 1 else 0)
    stances = {
        "agree": agree,
        "agree_with_comment": 2 if turn == 1 else 0,
        "reservation": 1 if turn in (0, 3) else 0,
        "object": 0,
        "abstain": 0,
        "recuse": 0,
        "silent": silent,
    }
    return {
        "ministry": words.MINISTRIES[turn],
        "paragraphs": touched,
        "stances": stances,
        "answered_on": None if silent else f"2017-10-{5 + turn:02}",
    }


def tallies(themes: int) -> dict[str, Any]:
    cells = [
        {
            "theme": theme[0],
            "group": group,
            "inputs": max(0, (row * 5 + column * 3 + row * column * 7) % 11 - 8 + (column in (4, 6)) + (row == 5)),
        }
        for row, theme in enumerate(words.THEMES[:themes])
        for column, group in enumerate(words.GROUPS)
    ]
    return {
        "inputs": sum(cell["inputs"] for cell in cells),
        "points": 77,
        "organisations": 23,
        "groups": 9,
        "theme_by_group": cells,
    }


def programme() -> list[dict[str, Any]]:
    plenary = [
        ("08:30", "09:00", "Registration", "break"),
        ("09:00", "09:30", "Opening and adoption of the agenda", "plenary"),
        ("09:30", "10:30", "The draft position: what was heard and how it was answered", "plenary"),
        ("10:30", "11:00", "Tea", "break"),
    ]
    groups = [("11:00", "13:00", f"Breakout group: {theme[1]}", "breakout") for theme in words.THEMES]
    closing = [
        ("13:00", "14:00", "Lunch", "break"),
        ("14:00", "15:30", "Reports of the groups", "plenary"),
        ("15:30", "16:40", "Quorum, adoption of the common position, reservations", "plenary"),
    ]
    codes = {f"Breakout group: {theme[1]}": theme[0] for theme in words.THEMES}
    return [
        {
            "starts": start,
            "ends": end,
            "title": title,
            "kind": kind,
            "theme": codes.get(title),
            "room": f"Room {turn}" if title in codes else "Main hall",
        }
        for turn, (start, end, title, kind) in enumerate(plenary + groups + closing)
    ]


def adoption() -> dict[str, Any]:
    return {
        "rule": "consensus_with_reservations",
        "reasons": "Two ministries reserve on the hour limit and on the cost of data exchange; both agreed"
        " that the text should go forward.",
        "members_present": 20,
        "members_total": 24,
        "groups_present": 9,
        "groups_required": 5,
        "quorum": "20 of 24 member institutions were present (two thirds are needed), from 9 groups (5 are needed).",
        "chair": "Nyambura wa Gĩthĩnji (sample)",
        "at": "2017-10-17T13:40:00+00:00",
        "place": "Nairobi",
    }


def ruling(tabled: int, outcome: str = "adopted", **more: Any) -> dict[str, Any]:
    """Return a decision on one paragraph, by default by consensus."""
    there = {"members_present": 20, "groups_present": 9}
    number = None if outcome == "left_out" else tabled
    return {"tabled": tabled, "number": number, "outcome": outcome, "mode": "consensus", **there, **more}


def by_paragraph(content: dict[str, Any]) -> dict[str, Any]:
    """Return the edition as adopted paragraph by paragraph, with every kind of decision."""
    floor = {"before": "Kenya calls for one thing.", "proposed": "Kenya calls for two.", "moved_by": organisation(1)}
    counts = {"yes": 15, "no": 3, "abstain": 2}
    votes = [{"name": name, "group": "ministry", "vote": "yes"} for name in words.MINISTRIES[:3]]
    content["adoption"] |= {
        "paragraph_by_paragraph": True,
        "paragraphs": [
            *(ruling(number) for number in range(1, 5)),
            ruling(5, mode="show_of_hands", counts=counts, after="Kenya calls for two.", **floor),
            ruling(6, "sent_back", note="Two ministries ask for an hour."),
            ruling(6, "with_reservation", reservation=organisation(2)),
            ruling(7, mode="roll_call", counts={"yes": 3, "no": 0, "abstain": 0}, votes=votes, **floor),
            *(ruling(number) for number in (8, 9)),
        ],
    }
    content["clearances"][0]["on_older_words"] = [5]
    return content


def paper() -> dict[str, Any]:
    return {
        "title": "Kenya’s common position on the Global Compact for Migration",
        "short_title": "GCM 2017",
        "slug": "gcm-2017",
        "purpose": "Position of Kenya for the stocktaking meeting and the intergovernmental conference",
        "consultation": "Global Compact for Safe, Orderly and Regular Migration",
        "opened": "2017-09-04",
        "closed": "2017-10-13",
    }


def forum() -> dict[str, Any]:
    return {
        "title": "Stakeholder forum on the Global Compact for Migration",
        "date": "2017-10-17",
        "end_date": "2017-10-17",
        "place": "Nairobi",
        "venue": "Conference centre (sample)",
        "convenors": ["National Coordination Mechanism on Migration", "Agency for Movement (sample)"],
        "representatives": 50,
        "programme": programme(),
    }


def reservations(paragraphs: int) -> list[dict[str, Any]]:
    made = [
        (words.MINISTRIES[0], 20, "The hour limit depends on resources that are not yet voted."),
        (words.MINISTRIES[3], 33, "Health data may leave the country only under the Act on data protection."),
    ]
    return [
        {"organisation": who, "paragraph": number, "text": text} for who, number, text in made if number <= paragraphs
    ]


def objections(paragraphs: int) -> list[dict[str, Any]]:
    made = {
        "organisation": words.MINISTRIES[1],
        "paragraph": 31,
        "objection": "“Within 72 hours” can't be kept where there is no mission.",
        "proposed": "“within 72 hours where a mission is present”",
        "resolution": "The proposed words were taken; the objection was lifted on 12 October 2017.",
    }
    return [made] if paragraphs >= 31 else []


def acronyms() -> list[dict[str, str]]:
    known = {
        "AU": "African Union",
        "GCM": "Global Compact for Safe, Orderly and Regular Migration",
        "IGAD": "Intergovernmental Authority on Development",
        "IOM": "International Organization for Migration",
        "NCM": "National Coordination Mechanism on Migration",
        "SDG": "Sustainable Development Goal",
    }
    return [{"term": term, "meaning": meaning} for term, meaning in known.items()]


def provisions() -> list[dict[str, str]]:
    return [
        {"code": f"GCM-{number:02}", "label": label, "title": words.TITLES.get(number, label), "framework": "GCM"}
        for number, label in enumerate(words.LABELS, start=1)
    ]


def head(kind: str, *, adopted: bool) -> dict[str, Any]:
    return {
        "number": "1.0" if adopted else "0.3",
        "kind": kind,
        "frozen_at": "2017-10-17T13:40:00+00:00",
        "status": "Adopted by consensus, 2 reservations" if adopted else "Draft for review",
    }


def edition(
    *,
    paragraphs: int = 45,
    themes: int = 7,
    points: int = 60,
    participants: int = 50,
    ministries: int = 8,
    kind: str = "adopted",
    sample: bool = True,
) -> dict[str, Any]:
    """Return the content of an edition of the given sizes, within the seven themes and eight ministries of the
    sample.
    """
    adopted = kind in ("adopted", "corrected")
    return {
        "schema": "ncm-edition/1",
        "sample": sample,
        "language": "en",
        "paper": paper(),
        "edition": head(kind, adopted=adopted),
        "forum": forum(),
        "sections": sections(paragraphs, themes, points),
        "themes": [theme_record(theme) for theme in words.THEMES[:themes]],
        "provisions": provisions(),
        "groups": words.GROUPS,
        "participants": [participant(turn) for turn in range(participants)],
        "points": [point(turn, themes, paragraphs) for turn in range(points)],
        "tallies": tallies(themes),
        "reservations": reservations(paragraphs),
        "clearances": [clearance(turn, paragraphs) for turn in range(ministries)],
        "clearance_note": words.CLEARANCE_NOTE,
        "objections_resolved": objections(paragraphs),
        "adoption": adoption() if adopted else None,
        "acronyms": acronyms(),
    }


def theme_record(theme: tuple[Any, ...]) -> dict[str, Any]:
    code, title, title_sw, objectives, related, sdg, lead = theme
    return {
        "code": code,
        "title": title,
        "title_sw": title_sw,
        "objectives": [f"GCM-{number:02}" for number in objectives],
        "related": [f"GCM-{number:02}" for number in related],
        "sdg": sdg,
        "lead": lead,
    }
