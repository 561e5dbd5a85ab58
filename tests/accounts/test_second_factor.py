"""Six figures are good once, for about a minute and a half."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.second_factor import check, new_secret, uri

SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 23, 3, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(
    ("seconds", "typed"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_standards_own_examples(seconds: int, typed: str) -> None:
    """RFC 6238, appendix B, last six figures."""
    now = datetime.fromtimestamp(seconds, tz=UTC)
    assert check(SECRET, typed, now=now) == seconds // 30


@pytest.mark.parametrize(("drift", "good"), [(-2, False), (-1, True), (0, True), (1, True)])
def test_one_step_either_way(drift: int, good: bool) -> None:
    assert check(SECRET, code(STEP + drift), now=NOW) == (STEP + drift if good else None)


def test_two_steps_ahead_is_too_far() -> None:
    assert check(SECRET, code(STEP + 2), now=NOW) is None


def test_a_code_is_good_once() -> None:
    used = check(SECRET, code(STEP), now=NOW)
    assert check(SECRET, code(STEP), now=NOW, last_step=used) is None
    assert check(SECRET, code(STEP - 1), now=NOW, last_step=used) is None
    later = NOW + timedelta(seconds=30)
    assert check(SECRET, code(STEP + 1), now=later, last_step=used) == STEP + 1


def test_spaces_and_other_figures_are_read() -> None:
    typed = code(STEP)
    arabic = typed.translate({ord(char): 0x0660 + int(char) for char in "0123456789"})
    for text in (f" {typed[:3]} {typed[3:]}\n", arabic):
        assert check(SECRET, text, now=NOW) == STEP


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "12 34 5x", "-12345"])
def test_what_is_no_code_is_refused(text: str) -> None:
    assert check(SECRET, text, now=NOW) is None


@given(st.text(max_size=20))
def test_no_text_makes_it_fall_over(text: str) -> None:
    assert check(SECRET, text, now=NOW) in {None, STEP - 1, STEP, STEP + 1}


def test_a_secret_is_160_bits() -> None:
    secret = new_secret(secrets.token_bytes)
    assert len(base64.b32decode(secret)) == 20
    assert new_secret(secrets.token_bytes) != secret


def test_the_address_holds_what_an_app_needs() -> None:
    parts = urlsplit(uri(SECRET, account="a@example.org", issuer="My sickle cell plan"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["My sickle cell plan"]}
