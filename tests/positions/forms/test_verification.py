"""Hashes are recognised in every common notation, and nothing else is."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from positions.forms.verification import hash_in

SHA = hashlib.sha256(b"a text").hexdigest()


@pytest.mark.parametrize(
    "typed",
    [
        SHA,
        SHA.upper(),
        f"  {SHA}\n",
        f"sha256:{SHA}",
        f"SHA-256: {SHA}",
        f"SHA256 ({SHA})",
        f"SHA256(position-paper.pdf)= {SHA}",
        f"{SHA}  position-paper.pdf",
        f"https://portal.example.go.ke/verify/{SHA}/",
        " ".join(SHA[place : place + 4] for place in range(0, 64, 4)),
        "\n".join(SHA[place : place + 32] for place in (0, 32)),
        "-".join(SHA[place : place + 8] for place in range(0, 64, 8)),
        ":".join(SHA[place : place + 2] for place in range(0, 64, 2)),
        "\u00a0".join(SHA[place : place + 4] for place in range(0, 64, 4)),
    ],
)
def test_hash_is_recognised_in_every_notation(typed):
    assert hash_in(typed) == SHA


@pytest.mark.parametrize("typed", ["", "abc", SHA[:-1], SHA + "0", "g" * 64, f"{SHA[:-1]}\u0660", "sha256:", "<b>"])
def test_other_text_is_not_read_as_hash(typed):
    assert hash_in(typed) == ""


@given(some.text(max_size=200))
def test_any_text_gives_hash_or_none(typed):
    found = hash_in(typed)
    assert found == "" or (len(found) == 64 and set(found) <= set("0123456789abcdef"))
