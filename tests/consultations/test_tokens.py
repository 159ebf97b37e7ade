"""Link secrets: deterministic per issue, unique, and tolerant of typing."""

import re
import uuid

from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from consultations.tokens import hashed, ticket, token

KEYS, ISSUES = st.uuids(), st.integers(1, 32_767)
OTHER_SPELLINGS = {"0": "0oO", "1": "1iIlL"}


@given(KEYS, ISSUES)
def test_secret_is_short_readable_and_deterministic(key, issue):
    secret = token(key, issue)
    assert re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}", secret)
    assert token(key, issue) == secret


@given(KEYS, KEYS, ISSUES, ISSUES)
def test_secret_depends_on_key_and_issue(key, other, issue, another):
    assert (token(key, issue) == token(other, another)) == ((key, issue) == (other, another))


@given(KEYS, ISSUES, st.data())
def test_secret_tolerates_typing_variants(key, issue, data):
    secret = token(key, issue)
    spelt = [data.draw(st.sampled_from(OTHER_SPELLINGS.get(each, each + each.upper()))) for each in secret]
    without = "".join(spelt).replace("-", data.draw(st.sampled_from(["", "-", " "])))
    assert hashed(without) == hashed(secret)


@given(KEYS, ISSUES, st.integers(0, 23), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_mistyped_secret_is_invalid(key, issue, place, letter):
    secret = token(key, issue)
    if secret[place] != "-":
        changed = secret[:place] + letter + secret[place + 1 :]
        assert (hashed(changed) == hashed(secret)) == (changed == secret)


@given(st.text())
def test_any_text_has_a_hash(text):
    assert re.fullmatch("[0-9a-f]{64}", hashed(text))


def test_other_portal_has_different_secrets_and_tickets():
    key, row = uuid.UUID(int=1), uuid.UUID(int=2)
    ours = token(key, 1), ticket(key, row)
    with override_settings(SECRET_KEY="another portal"):
        theirs = token(key, 1), ticket(key, row)
    assert [one == other for one, other in zip(ours, theirs, strict=True)] == [False, False]


@given(KEYS, KEYS)
def test_row_has_one_ticket_that_does_not_reveal_it(key, row):
    assert ticket(key, row) == ticket(key, row)
    assert ticket(key, row) not in (key, row)
