"""An edition is canonical JSON with its SHA-256, frozen at one point in time."""

import hashlib
import json
import math
import string
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from ncm_portal.workflow import replayed_at
from positions import edition
from positions.models import Edition
from tests import factories, paper_factories

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MOMENT = datetime(2017, 10, 17, 13, 40, 21, 987_654, tzinfo=UTC)


# --- The canonical form ---------------------------------------------------------------------------------------------


@given(some.dictionaries(some.text(), VALUES, max_size=6))
def test_canonical_form_keeps_every_value(content):
    assert json.loads(edition.canonical(content)) == content


@given(some.dictionaries(some.text(), VALUES, min_size=2, max_size=6), some.randoms())
def test_canonical_form_does_not_depend_on_key_order(content, chance):
    keys = list(content)
    chance.shuffle(keys)
    assert edition.canonical({key: content[key] for key in keys}) == edition.canonical(content)


@given(some.dictionaries(some.text(string.ascii_letters), some.lists(some.integers()), max_size=6))
def test_canonical_form_has_no_white_space(content):
    assert set(edition.canonical(content)) & set(string.whitespace) == set()


@given(VALUES, VALUES)
def test_different_contents_have_different_hashes(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    hashes = {edition.sha256(edition.canonical({"a": value})) for value in (one, other)}
    assert len(hashes) == (1 if same else 2)


def test_canonical_form_equals_known_example():
    text = edition.canonical({"b": [1, True, None], "a": {"ĩ": "Ng’ang’a\n“x”"}})
    assert text == '{"a":{"ĩ":"Ng’ang’a\\n“x”"},"b":[1,true,null]}'
    assert edition.sha256(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert edition.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_non_json_numbers_are_refused(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        edition.canonical({"a": number})


# --- Numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_editions_are_numbered_in_order_of_creation():
    paper = paper_factories.make_paper()
    assert edition.next_number(paper, "draft") == "0.1"
    for turn in range(1, 11):
        assert edition.next_number(paper, "review") == f"0.{turn}"
        paper_factories.make_edition(paper, f"0.{turn}", "review")
    assert edition.next_number(paper, "forum") == "0.11"
    assert edition.next_number(paper, "adopted") == "1.0"
    paper_factories.make_edition(paper, "1.0", "adopted")
    assert edition.next_number(paper, "corrected") == "1.0.1"
    paper_factories.make_edition(paper, "1.0.1", "corrected")
    assert edition.next_number(paper, "corrected") == "1.0.2"


# --- Freezing -------------------------------------------------------------------------------------------------------


def frozen(paper, number="0.2", kind="draft", **fields):
    return edition.freeze(paper, number=number, kind=kind, status="Status", by=paper.created_by, **fields)


@pytest.mark.django_db
def test_freezing_stores_content_hash_and_verb_time():
    paper = paper_factories.make_whole_paper().paper
    with replayed_at(MOMENT):
        made = frozen(paper)
    row = Edition.objects.get(pk=made.pk)
    assert (row.number, row.kind, row.status, row.frozen_by) == ("0.2", "draft", "Status", paper.created_by)
    assert row.frozen_at == MOMENT.replace(microsecond=0)
    assert row.sha256 == hashlib.sha256(row.content.encode()).hexdigest()
    assert json.loads(row.content)["edition"] == {
        "number": "0.2", "kind": "draft", "frozen_at": "2017-10-17T13:40:21+00:00", "status": "Status",
    }  # fmt: skip


@pytest.mark.django_db
def test_same_records_give_same_bytes_in_every_language():
    whole = paper_factories.make_whole_paper()
    decision = paper_factories.make_decision(whole.paper)
    fields = {"number": "1.0", "kind": "adopted", "status": "S", "frozen_at": MOMENT, "decision": decision}
    texts = set()
    for language in ("en", "sw", "en"):
        with translation.override(language):
            texts.add(edition.canonical(edition.content(whole.paper, **fields)))
    assert len(texts) == 1


@pytest.mark.django_db
def test_edition_number_is_unique():
    paper = paper_factories.make_paper()
    frozen(paper)
    with pytest.raises(IntegrityError), transaction.atomic():
        frozen(paper)


@pytest.mark.django_db
def test_query_count_of_freezing_does_not_depend_on_length(django_assert_max_num_queries):
    whole = paper_factories.make_whole_paper()
    for _turn in range(8):
        said = factories.make_point(factories.make_submission(whole.consultation))
        paragraph = paper_factories.make_paragraph(whole.paragraphs[1].section, points=(said,))
        paper_factories.make_disposition(whole.paper, said, "accepted", paragraph)
        factories.make_delegate(whole.forum)
    decision = paper_factories.make_decision(whole.paper)
    with django_assert_max_num_queries(32):  # three of them for the entry of the journal
        frozen(whole.paper, "1.0", "adopted", decision=decision)
