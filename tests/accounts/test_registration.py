"""A registration number is read as people write it, and shown one way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.registration import (
    EXAMPLES,
    FULL_NAMES,
    Body,
    NotARegistrationNumber,
    Registration,
    read_registration,
)


@pytest.mark.parametrize(
    ("text", "body", "shown"),
    [
        ("7012345", Body.GMC, "GMC 7012345"),
        (" 701 2345 ", Body.GMC, "GMC 7012345"),
        ("GMC 7012345", None, "GMC 7012345"),
        ("gmc: 7012345", None, "GMC 7012345"),
        ("GMC no. 7012345", None, "GMC 7012345"),
        ("GMC number 7012345", Body.GMC, "GMC 7012345"),
        ("07A1234E", Body.NMC, "NMC 07A1234E"),
        ("07a 1234 e", Body.NMC, "NMC 07A1234E"),
        ("nmc 07a1234e", None, "NMC 07A1234E"),
        ("2012345", Body.GPHC, "GPhC 2012345"),
        ("GPhC 2012345", None, "GPhC 2012345"),
        ("PH12345", Body.HCPC, "HCPC PH12345"),
        ("HCPC pyl12345", None, "HCPC PYL12345"),
    ],
)
def test_it_is_read_and_shown(text: str, body: Body | None, shown: str) -> None:
    registration = read_registration(text, body=body)
    assert str(registration) == shown
    assert not registration.verified


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("", Body.GMC),
        ("701234", Body.GMC),
        ("70123456", Body.GMC),
        ("701234A", Body.GMC),
        ("07A1234", Body.NMC),
        ("0A71234E", Body.NMC),
        ("201234", Body.GPHC),
        ("12345", Body.HCPC),
        ("P12345", Body.HCPC),
        ("PH", Body.HCPC),
        ("NMC 07A1234E", Body.GMC),
        ("7012345", None),
        ("GMC", None),
        ("\u0667\u0660\u0661\u0662\u0663\u0664\u0665", Body.GMC),
        ("7" * 10_000, Body.GMC),
    ],
)
def test_anything_else_is_refused(text: str, body: Body | None) -> None:
    with pytest.raises(NotARegistrationNumber):
        read_registration(text, body=body)


def test_verified_is_a_date_somebody_set() -> None:
    checked = datetime(2026, 1, 5, tzinfo=UTC)
    assert Registration(body=Body.GMC, number="7012345", verified_at=checked).verified


@pytest.mark.parametrize("body", list(Body))
def test_every_body_has_a_name_and_an_example(body: Body) -> None:
    assert FULL_NAMES[body]
    assert read_registration(EXAMPLES[body], body=body).number == EXAMPLES[body]


@given(st.sampled_from(Body), st.from_regex(r"[A-Z]{2}[0-9]{3,6}|[0-9]{7}", fullmatch=True))
def test_what_is_shown_is_read(body: Body, number: str) -> None:
    try:
        registration = Registration(body=body, number=number)
    except NotARegistrationNumber:
        return
    assert read_registration(str(registration)) == registration
