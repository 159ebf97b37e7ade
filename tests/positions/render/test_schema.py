"""Published schema of an edition: it accepts what the factories make, forbids unknown keys, and has the models'
codes.
"""

import copy
import json
import re

import pytest

from consultations.models import Framework, Group, PointKind, SessionKind
from positions.edition.assembly import SCHEMA as NAME
from positions.models import (
    EditionKind,
    FloorMode,
    FloorOutcome,
    GroundingRelation,
    Outcome,
    ReasonCode,
    Rule,
    SectionPart,
    StanceValue,
    Strength,
)
from tests.edition_schema import SCHEMA, complaints, judge
from tests.positions.render import editions

KNOWN, PARTS = SCHEMA["$defs"], SCHEMA["properties"]


def full():
    """Return a small edition with every possible key."""
    content = editions.by_paragraph(editions.edition(paragraphs=31, points=8, participants=2, ministries=1))
    call = {"yes": 1, "no": 0, "abstain": 0, "votes": [{"name": "A", "group": "ministry", "vote": "yes"}]}
    content["adoption"]["roll_call"] = call
    for section in content["sections"]:
        del section["paragraphs"][1:]
    content["sections"][0]["paragraphs"][0]["came_from"] = ["b35317a7-41cb-5d30-8e8d-224f60d06e1f"]
    content["sections"][0]["paragraphs"][0]["sources"] = [{**editions.source(0), "others": 1}]
    content["points"][0] |= {"others": 1, "into": content["points"][1]["reference"]}
    content["organisations"] = {"A": "ministry"}
    content["reservations"] = [{"organisation": "A", "paragraph": 1, "text": "So."}]
    content["likeness"] = {"pairs": 3, "merged": 1, "dismissed": 2}
    content["explanations"] = [{"organisation": "A", "text": "So."}]
    changes = [{"paragraph": 1, "before": "Ths", "after": "This"}]
    content["correction"] = {"of": "1.0", "reason": "A slip.", "changes": changes}
    return content


def objects(value, path=()):
    """Return every object of a content with its path."""
    if isinstance(value, dict):
        yield path, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(inner, (*path, key))


def at(content, path):
    for step in path:
        content = content[step]
    return content


def one_of_each_kind(content):
    """Return the path of the fullest object of each kind, so that every key is covered."""
    found = {}
    for path, value in objects(content):
        kind = tuple("*" if isinstance(step, int) else step for step in path)
        if len(value) > len(at(content, found.get(kind, path))) or kind not in found:
            found[kind] = path
    return found


FULL = full()
EACH = one_of_each_kind(FULL)


@pytest.mark.parametrize("kind", [*EditionKind.values])
def test_editions_of_test_factory_are_valid(kind):
    assert complaints(editions.edition(kind=kind, paragraphs=40, points=12, participants=12)) == []


def test_schema_covers_every_allowed_value():
    assert complaints(FULL) == []
    named = {key for _path, value in objects(SCHEMA) for key in value.get("properties", {})}
    standing = {key for _path, value in objects(FULL) for key in value}
    assert sorted(named - standing) == []


PARAGRAPH = ("sections", "*", "paragraphs", "*")
NOT_NEEDED = {
    (): {"likeness", "explanations", "correction", "organisations"},
    ("groups",): set(FULL["groups"]),
    ("organisations",): {"A"},
    PARAGRAPH: {"came_from"},
    (*PARAGRAPH, "sources", "*"): {"others"},
    ("points", "*"): {"others", "into"},
    ("clearances", "*"): {"on_older_words"},
    ("adoption",): {"paragraph_by_paragraph", "paragraphs", "roll_call"},
    ("adoption", "paragraphs", "*"): {
        "counts", "votes", "before", "proposed", "moved_by", "after", "reservation", "note",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", EACH, ids=".".join)
def test_unknown_and_missing_keys_are_invalid(kind):
    content = copy.deepcopy(FULL)
    held = at(content, EACH[kind])
    keys = set(held)
    held["unheard of"] = "x"
    (found,) = complaints(content)
    assert "unheard of" in found
    held.clear()
    lacking = {re.search(r"'(.+)' is a required property", each)[1] for each in complaints(content)}
    assert lacking == keys - NOT_NEEDED.get(kind, set())


CODES = [
    (PARTS["edition"]["properties"]["kind"]["enum"], EditionKind.values),
    (KNOWN["group"]["enum"], Group.values),
    (KNOWN["section"]["properties"]["part"]["enum"], SectionPart.values),
    (KNOWN["paragraph"]["properties"]["strength"]["enum"], Strength.values),
    (KNOWN["source"]["properties"]["relation"]["enum"], GroundingRelation.values),
    (KNOWN["point"]["properties"]["kind"]["enum"], PointKind.values),
    (KNOWN["point"]["properties"]["outcome"]["enum"], ["", *Outcome.values]),
    (KNOWN["point"]["properties"]["reason_code"]["enum"], ["", *ReasonCode.values]),
    (KNOWN["clearance"]["properties"]["stances"]["required"], [value for value in StanceValue.values if value]),
    (KNOWN["ruling"]["properties"]["outcome"]["enum"], FloorOutcome.values),
    (KNOWN["ruling"]["properties"]["mode"]["enum"], FloorMode.values),
    (PARTS["adoption"]["properties"]["rule"]["enum"], [rule for rule in Rule.values if rule != Rule.NOT_ADOPTED]),
    (PARTS["provisions"]["items"]["properties"]["framework"]["enum"], Framework.values),
]


def test_codes_of_schema_equal_portal_choices():
    assert [(codes, values) for codes, values in CODES if codes != values] == []
    programme = PARTS["forum"]["properties"]["programme"]["items"]["properties"]
    assert programme["kind"]["enum"] == SessionKind.values
    assert PARTS["schema"]["const"] == NAME


WRONG = [
    ("frozen_at", "2017-10-17T13:40:00+03:00"), ("frozen_at", "2017-13-17T13:40:00+00:00"), ("number", "one"),
    ("opened", "4 September 2017"), ("key", "k-1"), ("outcome", "lost"), ("others", 0), ("vote", "maybe"),
    ("starts", "25:00"), ("strength", "demands"), ("part", "cover"), ("sample", "yes"), ("text", 1),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_values_of_other_form_are_invalid(key, value):
    content = copy.deepcopy(FULL)
    holder = next(each for _path, each in objects(content) if key in each and each[key] != value)
    holder[key] = value
    assert len(complaints(content)) == 1


def test_test_that_makes_invalid_edition_fails():
    class Kept:
        number, content = "0.1", json.dumps({**FULL, "more": 1})

    with pytest.raises(AssertionError, match="'more' was unexpected"):
        judge(Kept)
