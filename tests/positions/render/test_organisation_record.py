"""Print of the record of an organisation: a table for each kind that has entries, hostile texts as they are."""

import pytest

from positions.render import organisation_record
from tests.positions.render import editions, reading

ENTRY = {
    "day": "2017-10-17", "what": "Debt <before> {{ departure }}", "reference": "NCM-2017-0003", "by": "Rose",
    "standing": "on file", "consultation": "GCM 2017",
}  # fmt: skip
CONTENT = {
    "language": "en", "organisation": "Herders' Union", "as_of": "2026-12-03T08:00:00+03:00", "sample": True,
    "address": "https://portal.example/my-organisation/record/",
    "kinds": [{"label": "Inputs", "entries": [ENTRY]}, {"label": "Amendments", "entries": []}],
}  # fmt: skip


def printed(content=CONTENT):
    return organisation_record.render(content, sha256=editions.digest(content), address=content["address"])


def test_print_has_a_table_for_each_kind_with_entries():
    parsed = reading.read(printed())
    assert [each.text() for each in parsed.tree.all("H2")] == ["Inputs (1)"]
    text = parsed.tree.text()
    for words in ("Debt <before> {{ departure }}", "NCM-2017-0003 · Rose · GCM 2017", "On file", "17 October 2017"):
        assert words in text
    assert "SAMPLE" in text


def test_same_content_gives_the_same_bytes_in_both_languages():
    for language in ("en", "sw"):
        content = {**CONTENT, "language": language}
        assert printed(content) == printed(content)


def test_wrong_hash_is_refused():
    with pytest.raises(ValueError, match="not the SHA-256 of this content"):
        organisation_record.render(CONTENT, sha256="0" * 64, address=CONTENT["address"])
