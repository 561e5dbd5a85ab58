"""The second factor: six figures from an app, good once.

Only importer of pyotp, which keeps no memory of used codes; the last step used is our caller's
to store and hand back.
"""

from __future__ import annotations

import base64
import unicodedata
from typing import TYPE_CHECKING

import pyotp
from pyotp.utils import strings_equal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SECRET_BYTES = 20  # 160 bits, as RFC 4226 recommends; 32 characters in base32
STEP_SECONDS = 30
DRIFT = 1  # steps either way, for phones whose clock is off by up to half a minute
AHEAD = 24 * 60 * 60 // STEP_SECONDS
"""A last step further ahead than this was used while the clock was wrong. Held against the codes of
today it would shut the person out until that day comes."""


def new_secret(entropy: Callable[[int], bytes]) -> str:
    return base64.b32encode(entropy(SECRET_BYTES)).decode("ascii")


def uri(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth address to show as a QR while the app is set up."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def check(secret: str, code: str, *, now: datetime, last_step: int | None = None) -> int | None:
    """The step the code belongs to, to be stored as `last_step`; None if wrong or used before."""
    typed = _figures(code)
    if typed is None:
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    clock = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        # Every step is compared, so that the time taken does not tell which one was near.
        if strings_equal(clock.generate_otp(step), typed):
            found = step
    if found is None or last_step is None or last_step > found + AHEAD:
        return found
    return found if found > last_step else None


def _figures(code: str) -> str | None:
    values = [unicodedata.digit(char, None) for char in code if not char.isspace()]
    figures = "".join(str(value) for value in values if value is not None)
    return figures if len(figures) == 6 == len(values) else None
