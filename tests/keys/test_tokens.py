"""Secrets in addresses: long enough, spelled one way, compared safely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.keys.tokens import draw, from_b64url, new_token, same, to_b64url
from tests.keys.seeded import seeded


def test_a_token_is_256_bits_in_43_letters() -> None:
    token = new_token(seeded())
    assert len(token) == 43
    assert len(from_b64url(token)) == 32


def test_two_tokens_differ() -> None:
    entropy = seeded()
    assert new_token(entropy) != new_token(entropy)


def test_a_source_that_runs_dry_stops_us() -> None:
    with pytest.raises(ValueError, match="16 bytes instead of 32"):
        draw(lambda size: bytes(size // 2), 32)


@given(st.binary(max_size=200))
def test_b64url_comes_back(data: bytes) -> None:
    assert from_b64url(to_b64url(data)) == data


@given(st.text(max_size=12))
def test_no_two_spellings_of_the_same_bytes(text: str) -> None:
    try:
        data = from_b64url(text)
    except ValueError:
        return
    assert to_b64url(data) == text


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A+/A", "AA AA", "AAAA\n", "ÄAAA"])
def test_it_refuses_other_spellings(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_b64url(text)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [("a", "a", True), ("a", "b", False), (b"a", "a", True), ("é", "é", True), ("", "a", False)],
)
def test_same(one: str | bytes, other: str | bytes, equal: bool) -> None:
    assert same(one, other) is equal


def test_same_takes_any_text_a_person_can_send() -> None:
    assert same("\ud800", "\ud800")
