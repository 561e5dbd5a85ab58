"""A short code survives being read aloud, and a slip is never mistaken for another code."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.short_codes import ALPHABET, new_code, read_code, shown

codes = st.binary(min_size=7, max_size=7).map(lambda raw: new_code(lambda _: raw))


def test_a_code_is_eleven_plain_characters() -> None:
    code = new_code(secrets.token_bytes)
    assert len(code) == 11
    assert set(code) <= set(ALPHABET)


def test_all_fifty_bits_are_used() -> None:
    def with_bit(bit: int) -> str:
        return new_code((1 << bit).to_bytes)

    assert len({with_bit(bit) for bit in range(6, 56)}) == 50


def test_it_is_shown_in_groups() -> None:
    assert shown("ABCDEFGHJKM") == "ABCDE-FGHJK-M"


def test_a_known_code_stays_what_it_is() -> None:
    """The check character may not change: cards in wallets carry it."""
    assert new_code(bytes) == "00000000000"
    assert shown(new_code(lambda size: bytes(range(1, size + 1)))) == "04106-1050R-E"


@given(codes)
def test_what_is_shown_is_read(code: str) -> None:
    for text in (code, shown(code), shown(code).lower(), " ".join(code), f" {code}\n"):
        assert read_code(text) == code


@given(codes)
def test_letters_that_look_like_figures_are_read_as_figures(code: str) -> None:
    assert read_code(code.replace("1", "I").replace("0", "O")) == code
    assert read_code(code.replace("1", "l").replace("0", "o")) == code


@given(codes, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_seen(code: str, place: int, other: str) -> None:
    typed = code[:place] + other + code[place + 1 :]
    assert read_code(typed) == (code if typed == code else None)


@given(codes, st.integers(0, 10), st.integers(0, 10))
def test_two_characters_swapped_are_always_seen(code: str, one: int, two: int) -> None:
    chars = list(code)
    chars[one], chars[two] = chars[two], chars[one]
    typed = "".join(chars)
    assert read_code(typed) == (code if typed == code else None)


@pytest.mark.parametrize(
    "text", ["", "A", "0" * 10, "0" * 12, "U" * 11, "0000000000é", "😀" * 11, "0" * 100_000]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert read_code(text) is None


def test_dashes_of_any_length_and_full_width_are_read() -> None:
    assert read_code("\uff10\uff10000\u201300000\u20140") == "00000000000"
