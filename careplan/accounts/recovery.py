"""Codes that are given by hand: back into an account that was lost, or into a team for the first
time. The store keeps their keyed hashes, never the codes.

No e-mail alone opens an account: whoever gives the code has seen the person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from careplan.accounts import clinic_codes

if TYPE_CHECKING:
    from collections.abc import Callable

RECOVERY_LIFETIME = timedelta(minutes=15)
"""As long as a code lives that links somebody in clinic: they are in the same room."""
INVITATION_LIFETIME = timedelta(days=7)
INVITATION_LENGTH = 16
"""Twice as long as a code that is dead in a quarter of an hour."""
METHODS = ("known_to_team", "photo_id", "questions")
"""How somebody was seen to be who they say: the audit has a phrase for each."""


def new_invitation_code(entropy: Callable[[int], bytes]) -> str:
    return clinic_codes.new_code(entropy, length=INVITATION_LENGTH)


def read_invitation_code(text: str) -> str | None:
    return clinic_codes.read_code(text, length=INVITATION_LENGTH)
