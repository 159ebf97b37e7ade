"""The sample consultation is consistent: counts, references, and no statements attributed to real institutions."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from positions import sample

ORGANISATIONS = {row["key"]: row for row in sample.organisations()}
PEOPLE = {row["key"]: row for row in sample.people()}
INPUTS = sample.inputs()
INPUT_POINTS = {row["key"]: row for row in sample.input_points()}
SESSION_POINTS = {row["key"]: row for row in sample.session_points()}
POINTS = INPUT_POINTS | SESSION_POINTS
PARAGRAPHS = {row["key"]: row for row in sample.paragraphs()}
DISPOSITIONS = {row["point"]: row for row in sample.dispositions()}
CLEARANCE = sample.read("clearance")
SESSIONS = {row["key"]: row for row in sample.read("programme")["session"]}
THEMES = [f"T{number}" for number in range(1, 8)]
OBJECTIVES = {f"GCM-{number:02}" for number in range(1, 24)}
MERGED = {key: row["merged_into"] for key, row in POINTS.items() if "merged_into" in row}
VERBS = {
    "notes": "notes",
    "welcomes": "welcomes",
    "supports": "supports",
    "urges": "urges",
    "calls_for": "calls for",
    "commits_to": "commits to",
    "reserves": "reserves",
}
GROUPS = {
    "ministry", "state_agency", "county_government", "independent_commission", "un_agency", "development_partner",
    "civil_society", "faith_based", "academia", "research", "private_sector", "employers", "workers", "diaspora",
    "migrants", "media",
}  # fmt: skip
MANDATES = [(m["theme"], m["lead"], key) for key, row in ORGANISATIONS.items() for m in row.get("mandates", [])]


def strings(value) -> list[str]:
    """Return every string in a tree of lists and tables."""
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for child in children for text in strings(child)]


def every_string() -> list[tuple[str, str]]:
    return [(path.name, text) for path in sample.FOLDER.glob("*.toml") for text in strings(sample.read(path.stem))]


def words(text: str) -> int:
    return len(text.split())


def groundings(paragraph: dict) -> list[str]:
    """Return the points on which a paragraph is based, fully or in part."""
    return [*paragraph.get("rests_on", []), *paragraph.get("partly", [])]


def counties() -> set[str]:
    """Return the official names of the counties from the project's reference data."""
    (path,) = Path(sample.FOLDER).parents[1].glob("consultations/reference/counties.csv")
    with path.open(encoding="utf-8") as file:
        return {row["name"] for row in csv.DictReader(file)}


# --- Organisations and people -------------------------------------------------------------------------------------


def test_every_name_is_marked_as_sample():
    rows = [*ORGANISATIONS.values(), *PEOPLE.values(), *sample.delegates()]
    names = [row[field] for row in rows for field in ("name", "short_name") if field in row]
    names.append(CLEARANCE["adoption"]["chair"])
    names += [row["who"] for row in POINTS.values() if "who" in row]
    assert [name for name in names if not name.endswith(sample.MARK)] == []


def test_organisations_are_counted_and_complete():
    assert len(ORGANISATIONS) == len(sample.organisations()) == 38
    assert {row["group"] for row in ORGANISATIONS.values()} == GROUPS
    assert sum(row["is_ncm_member"] for row in ORGANISATIONS.values()) == 26
    assert Counter(row["status"] for row in ORGANISATIONS.values()) == {"verified": 36, "refused": 1, "invited": 1}
    assert [row["key"] for row in ORGANISATIONS.values() if (row["status"] == "refused") != ("reason" in row)] == []


def test_each_theme_has_one_lead_and_one_or_two_others():
    assert sorted(theme for theme, lead, _ in MANDATES if lead) == THEMES
    others = Counter(theme for theme, lead, _ in MANDATES if not lead)
    assert {theme: count for theme, count in others.items() if count not in (1, 2)} == {}
    assert set(others) == set(THEMES)
    assert len({key for *_, key in MANDATES}) == 8


def test_counties_have_official_spelling():
    used = {row["county"] for row in [*ORGANISATIONS.values(), *sample.delegates()]} - {""}
    assert used - counties() == set()


def test_addresses_are_unreachable_and_no_phone_numbers_are_given():
    addresses = [row["email"] for row in [*ORGANISATIONS.values(), *PEOPLE.values()]]
    assert [address for address in addresses if not re.fullmatch(r"[a-z.-]+@[a-z.-]+\.example\.org", address)] == []
    assert len(set(addresses)) == len(addresses)
    assert [(name, text) for name, text in every_string() if re.search(r"\+?\d{9,}|\b07\d{2}", text)] == []


def test_people_have_organisations_and_roles():
    assert len(PEOPLE) == len(sample.people())
    offices = Counter(row["office"] for row in PEOPLE.values() if row["office"])
    assert offices == {"secretariat": 3, "head": 1, "official": 1, "sysadmin": 1}
    assert [row["key"] for row in PEOPLE.values() if bool(row["office"]) == ("organisation" in row)] == []
    clearing = [row["organisation"] for row in PEOPLE.values() if row.get("role") == "clearing_officer"]
    assert sorted(clearing) == sorted({key for *_, key in MANDATES})
    focal = {row["organisation"] for row in PEOPLE.values() if row.get("role") == "focal_point"}
    assert focal == {row["organisation"] for row in INPUTS}
    assert {row["organisation"] for row in PEOPLE.values() if "organisation" in row} - set(ORGANISATIONS) == set()


# --- The forum ----------------------------------------------------------------------------------------------------


def test_forum_equals_article():
    forum = sample.read("consultation")["forum"]
    assert forum["date"].isoformat() == forum["end_date"].isoformat() == "2017-10-17"
    assert (forum["place"], forum["representatives"]) == ("Nairobi", len(sample.delegates())) == ("Nairobi", 50)
    assert forum["convenors"] == [
        "National Coordination Mechanism on Migration (NCM)", "International Organization for Migration (IOM)",
    ]  # fmt: skip
    assert sorted(row["theme"] for row in SESSIONS.values() if row["kind"] == "breakout") == THEMES
    assert [row["key"] for row in SESSIONS.values() if row["starts"] >= row["ends"]] == []


def test_delegates_are_known_and_distinct():
    delegates = sample.delegates()
    assert len({row["name"] for row in delegates}) == 50
    assert {row["organisation"] for row in delegates} == {
        k for k, r in ORGANISATIONS.items() if r["status"] == "verified"
    }
    assert {row["role"] for row in delegates} == {"delegate", "observer", "resource person", "rapporteur"}
    assert [row["name"] for row in delegates if "person" in row and PEOPLE[row["person"]]["name"] != row["name"]] == []
    scripts = ("[\u1200-\u137f]", "[\u0600-\u06ff]", "[ĩũ]", "'")
    assert [script for script in scripts if not any(re.search(script, row["name"]) for row in delegates)] == []


def test_the_forum_is_quorate():
    present = {row["organisation"] for row in sample.delegates() if row["checked_in"]}
    members = {key for key, row in ORGANISATIONS.items() if row["is_ncm_member"]}
    assert sum(row["checked_in"] for row in sample.delegates()) == 46
    assert (len(members & present), len(members)) == (24, 26)
    assert len({ORGANISATIONS[key]["group"] for key in present}) >= 5


# --- Inputs and points --------------------------------------------------------------------------------------------


def test_inputs_are_counted():
    assert len(INPUTS) == len({row["key"] for row in INPUTS}) == 44
    assert len({row["organisation"] for row in INPUTS}) == 26
    assert sorted({row["theme"] for row in INPUTS}) == THEMES
    assert Counter(row["language"] for row in INPUTS) == {"en": 40, "sw": 4}
    assert Counter(row["audience"] for row in INPUTS) == {"public": 35, "members": 5, "secretariat": 4}
    fates = {"accepted": 38, "returned_accepted": 2, "returned": 1, "set_aside": 2, "withdrawn": 1}
    assert Counter(row["fate"] for row in INPUTS) == fates


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row["key"])
def test_each_input_is_complete(row):
    author = PEOPLE[row["author"]]
    assert (author["organisation"], author["role"]) == (row["organisation"], "focal_point")
    assert ORGANISATIONS[row["organisation"]]["status"] == "verified"
    assert set(row["objectives"]) - OBJECTIVES == set()
    assert 90 <= words(row["body"]) <= 220
    times = [row[name] for name in ("sent", "returned", "resent", "withdrawn") if name in row]
    opened = sample.read("consultation")["consultation"]
    assert times == sorted(times)
    assert opened["opens"] <= times[0] <= times[-1] <= opened["closes"]
    needed = {
        "returned": {"return_reason", "returned"},
        "returned_accepted": {"return_reason", "returned", "resent", "first_body"},
        "set_aside": {"reason", "set_aside_for"},
        "withdrawn": {"reason", "withdrawn"},
    }
    assert needed.get(row["fate"], set()) - set(row) == set()
    assert bool(row.get("point")) == (row["fate"] in ("accepted", "returned_accepted"))


def test_half_of_inputs_propose_wording():
    assert sum("proposed" in row for row in INPUTS) == len(INPUTS) // 2


def test_points_are_counted_and_known():
    assert (len(INPUT_POINTS), len(SESSION_POINTS)) == (len(sample.input_points()), len(sample.session_points()))
    assert (len(INPUT_POINTS), len(SESSION_POINTS)) == (76, 6)
    kinds = {"finding", "good_practice", "challenge", "recommendation", "commitment", "dissent"}
    assert {row["kind"] for row in POINTS.values()} == kinds
    assert [key for key, row in POINTS.items() if set(row["objectives"]) - OBJECTIVES] == []
    assert [
        key for key, row in POINTS.items() if (row["kind"] == "commitment") != ("who" in row and "by_when" in row)
    ] == []
    numbers = [f"{row['key']}.{n}" for row in INPUTS for n in range(1, len(row.get("point", [])) + 1)]
    assert list(INPUT_POINTS) == numbers


def test_each_extracted_passage_occurs_in_its_input():
    bodies = {row["key"]: row["body"] for row in INPUTS}
    assert [key for key, row in INPUT_POINTS.items() if row["from"] not in bodies[row["input"]]] == []


def test_duplicate_points_are_joined_within_theme():
    assert len(MERGED) == 6
    assert [key for key, target in MERGED.items() if POINTS[key]["theme"] != POINTS[target]["theme"]] == []
    assert [key for key in MERGED if MERGED[key] in MERGED or not POINTS[key]["merge_reason"]] == []


def test_session_points_come_from_the_rapporteur_of_their_session():
    for row in SESSION_POINTS.values():
        assert row["session"] in PEOPLE[row["rapporteur"]]["sessions"]
        assert SESSIONS[row["session"]]["theme"] == row["theme"]
        assert row["raised_by"] in {d["organisation"] for d in sample.delegates() if d["checked_in"]}


# --- The paper ----------------------------------------------------------------------------------------------------


def test_paper_has_all_sections():
    assert len(PARAGRAPHS) == len(sample.paragraphs()) == 50
    sections = sample.sections()
    assert [row["theme"] for row in sections if row["part"] == "theme"] == THEMES
    assert Counter(row["part"] for row in sections) == {"front": 3, "body": 9, "theme": 7, "annex": 6}
    counts = Counter(row["theme"] for row in PARAGRAPHS.values() if row["theme"])
    assert {theme: count for theme, count in counts.items() if count not in (4, 5)} == {}
    assert {row["strength"] for row in PARAGRAPHS.values()} == {"", *VERBS}
    assert sum("text2" in row for row in PARAGRAPHS.values()) == 9


def adopted_text(paragraph):
    """Return the paragraph's text after an objection, otherwise its later wording, otherwise its first."""
    objection = sample.read("clearance")["objection"]
    if paragraph["key"] == objection["paragraph"]:
        return objection["new_text"]
    return paragraph.get("text2", paragraph["text"])


@pytest.mark.parametrize("row", PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_each_paragraph_has_text_and_sources(row):
    texts = [row["text"], *([row["text2"]] if "text2" in row else []), adopted_text(row)]
    assert 45 <= words(texts[-1]) <= 110
    assert 0 < len(row["why"]) <= 500
    assert len(row.get("why2", "")) <= 500
    assert ("text2" in row) == ("why2" in row)
    assert row["verb"] == VERBS.get(row["strength"], "")
    if row["strength"]:
        assert [text for text in texts if not text.startswith(f"Kenya {row['verb']} ")] == []
        assert any(key in INPUT_POINTS for key in groundings(row))
    assert row["secretariat_text"] == (not groundings(row))
    assert set(row["objectives"]) - OBJECTIVES == set()
    named = [*groundings(row), *row.get("contrary", [])]
    assert set(named) - set(INPUT_POINTS) == set()  # the breakout groups met after the words were fixed
    assert len(set(named)) == len(named)
    assert set(named) & set(MERGED) == set()


# --- Dispositions -------------------------------------------------------------------------------------------------


def test_every_point_has_one_answer():
    assert len(DISPOSITIONS) == len(sample.dispositions())
    assert set(DISPOSITIONS) == set(POINTS)
    counted = {"accepted": 53, "accepted_in_part": 13, "merged": 6, "noted": 6, "not_accepted": 4}
    assert Counter(row["outcome"] for row in DISPOSITIONS.values()) == counted


@pytest.mark.parametrize("row", DISPOSITIONS.values(), ids=DISPOSITIONS)
def test_each_answer_is_consistent(row):
    point, outcome, named = row["point"], row["outcome"], row["paragraphs"]
    assert row["reason"] or outcome == "accepted"
    assert ("reason_code" in row) == (outcome in ("accepted_in_part", "noted", "not_accepted"))
    assert bool(named) == (outcome in ("accepted", "accepted_in_part"))
    assert set(named) - set(PARAGRAPHS) == set()
    if point in INPUT_POINTS:
        assert {key for key, paragraph in PARAGRAPHS.items() if point in groundings(paragraph)} == set(named)
    assert row.get("follows") == MERGED.get(point)
    if outcome == "accepted_in_part":
        assert [key for key in named if point in PARAGRAPHS[key].get("rests_on", [])] == []


def test_point_against_paragraph_is_not_accepted_in_it():
    against = {point for row in PARAGRAPHS.values() for point in row.get("contrary", [])}
    assert {DISPOSITIONS[point]["outcome"] for point in against} == {"not_accepted"}


# --- Review, clearance and adoption ---------------------------------------------------------------------------------------


def test_amendments_come_from_members_within_the_round():
    review = sample.read("amendments")
    outcomes = [row["outcome"] for row in review["amendment"]]
    assert outcomes == ["accepted", "not_accepted"]
    for row in review["amendment"]:
        assert ORGANISATIONS[row["organisation"]]["is_ncm_member"]
        assert PEOPLE[row["by"]]["organisation"] == row["organisation"]
        assert review["review"]["opens"] < row["proposed"] < review["review"]["closes"]
        assert row["decision_reason"]
        assert ("text" in row, "reason" in row) == ((row["outcome"] == "not_accepted"),) * 2
        assert "text2" in PARAGRAPHS[row["paragraph"]]


def mandated(ministry: str, paragraph: str) -> bool:
    return (PARAGRAPHS[paragraph]["theme"], ministry) in {(theme, key) for theme, _, key in MANDATES}


def test_every_ministry_answers_in_time():
    answers = {row["ministry"]: row for row in CLEARANCE["answer"]}
    assert set(answers) == {key for *_, key in MANDATES}
    assert [key for key, row in answers.items() if PEOPLE[row["officer"]]["organisation"] != key] == []
    late = [
        key
        for key, row in answers.items()
        if not CLEARANCE["clearance"]["sent"] < row["answered"] <= CLEARANCE["clearance"]["due"]
    ]
    assert late == []


def test_stances_equal_sample_plan():
    stances = CLEARANCE["stance"]
    counted = {"agree_with_comment": 2, "object": 1, "reservation": 1}
    assert Counter(row["stance"] for row in stances) == counted
    assert [row for row in stances if not mandated(row["ministry"], row["paragraph"])] == []
    needed = {"agree_with_comment": {"comment"}, "object": {"reason", "proposed"}, "reservation": {"text"}}
    assert [row for row in stances if needed[row["stance"]] - set(row)] == []


def test_objection_is_resolved_by_wording_agreed_by_all_three():
    objection = CLEARANCE["objection"]
    paragraph = PARAGRAPHS[objection["paragraph"]]
    (stance,) = [row for row in CLEARANCE["stance"] if row["stance"] == "object"]
    assert (stance["ministry"], stance["paragraph"]) == (objection["ministry"], objection["paragraph"])
    assert objection["new_text"] not in (paragraph["text"], paragraph.get("text2"))
    assert objection["why"]
    assert objection["resolution"]
    answers = {row["ministry"]: row["stance"] for row in objection["answer"]}
    concerned = {key for theme, _, key in MANDATES if theme == paragraph["theme"]}
    assert answers == dict.fromkeys(concerned, "agree")


def test_two_reservations_are_printed():
    reservations = CLEARANCE["reservation"]
    assert [(row["organisation"], row["made"]) for row in reservations] == [
        ("finance", "clearance"),
        ("employers", "forum"),
    ]
    assert [row for row in reservations if ORGANISATIONS[row["organisation"]]["name"] not in row["text"]] == []
    assert [row for row in reservations if not ORGANISATIONS[row["organisation"]]["is_ncm_member"]] == []
    (stance,) = [row for row in CLEARANCE["stance"] if row["stance"] == "reservation"]
    assert stance["text"] == reservations[0]["text"]
    assert {row["paragraph"] for row in reservations} < set(PARAGRAPHS)


def test_clearance_adoption_and_publication_have_distinct_people():
    adoption, publication = CLEARANCE["adoption"], CLEARANCE["publication"]
    assert adoption["rule"] == "consensus_with_reservations"
    assert adoption["reasons"]
    assert PEOPLE[adoption["chair_person"]]["name"] == adoption["chair"]
    assert PEOPLE[CLEARANCE["head"]["by"]]["office"] == "head"
    assert CLEARANCE["head"]["note"]
    assert publication["by"] != publication["second_officer"]
    assert {PEOPLE[publication[key]]["office"] for key in ("by", "second_officer")} == {"secretariat"}


def test_timetable_is_chronological():
    moments = list(sample.read("consultation")["timetable"].values())
    assert moments == sorted(moments)


# --- Language -----------------------------------------------------------------------------------------------------


def test_each_theme_has_two_summary_sentences():
    intros = sample.read("themes_intro")["intro"]
    assert [row["theme"] for row in intros] == THEMES
    assert [row["theme"] for row in intros if len(re.findall(r"[.?](\s|$)", row["text"])) != 2] == []


def test_people_are_not_called_illegal():
    assert [(name, text) for name, text in every_string() if re.search(r"\billegals?\b", text, re.IGNORECASE)] == []


def test_sample_has_no_real_institutions():
    real = re.compile(r"\b(IOM|UNHCR|ILO|UNODC|Director of Immigration|Cabinet Secretary|Principal Secretary)\b")
    spoken = [*(row["body"] for row in INPUTS), *(row["text"] for row in POINTS.values()), *strings(CLEARANCE)]
    assert [text for text in spoken if real.search(text)] == []


def test_every_figure_has_source():
    figure = re.compile(r"\b\d[\d,.]*\s*(per cent|million|billion|thousand)|\b\d{1,3}(,\d{3})+\b|%")
    assert [(name, text) for name, text in every_string() if figure.search(text)] == []
