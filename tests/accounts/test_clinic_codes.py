"""A clinic code links once, within a quarter of an hour."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.clinic_codes import (
    ClinicCode,
    NotFresh,
    State,
    new_code,
    read_code,
    shown,
    standing,
    used,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CODE = ClinicCode(patient_id="ada", made_by="doctor", made_at=NOW)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(0), State.FRESH),
        (timedelta(minutes=15) - timedelta(microseconds=1), State.FRESH),
        (timedelta(minutes=15), State.EXPIRED),
        (timedelta(days=400), State.EXPIRED),
    ],
)
def test_it_lives_a_quarter_of_an_hour(after: timedelta, state: State) -> None:
    assert standing(CODE, now=NOW + after) is state


def test_it_is_used_once() -> None:
    spent = used(CODE, by="account", now=NOW)
    assert (spent.used_by, spent.used_at) == ("account", NOW)
    assert standing(spent, now=NOW) is State.USED
    with pytest.raises(NotFresh) as raised:
        used(spent, by="another", now=NOW)
    assert raised.value.state is State.USED


def test_it_is_not_used_late() -> None:
    with pytest.raises(NotFresh) as raised:
        used(CODE, by="account", now=NOW + timedelta(minutes=15))
    assert raised.value.state is State.EXPIRED


@given(st.binary(min_size=5, max_size=5))
def test_what_is_shown_is_read(raw: bytes) -> None:
    code = new_code(lambda _: raw)
    for text in (code, shown(code), shown(code).lower(), " ".join(code), f" {code}\n"):
        assert read_code(text) == code
    assert read_code(code.replace("1", "l").replace("0", "o")) == code


def test_all_forty_bits_are_used() -> None:
    assert len({new_code((1 << bit).to_bytes) for bit in range(40)}) == 40
    assert len(new_code(secrets.token_bytes)) == 8


def test_it_is_shown_in_two_groups() -> None:
    assert shown("ABCDEFGH") == "ABCD-EFGH"


@pytest.mark.parametrize("text", ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU", "😀" * 8, "A" * 9999])
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert read_code(text) is None
