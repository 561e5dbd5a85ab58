"""Passwords: kept as Argon2id hashes, and turned away when somebody could guess them.

Only importer of argon2. How much work a hash costs is a value, so that tests can be cheap.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from careplan.accounts.leaked import Leaked, is_common, nowhere_else

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MIN_LENGTH = 12
MAX_LENGTH = 128
_SALT_BYTES = 16
_COMMON = Path(__file__).with_name("too_common.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What one hash costs: passes, kibibytes, threads."""

    time_cost: int
    memory_cost: int
    parallelism: int


# The least that OWASP recommends for Argon2id: strong, yet many people can sign in at once on a
# small server.
STRONG = Strength(time_cost=2, memory_cost=19_456, parallelism=1)


class UnreadableHash(ValueError):
    """What is stored is not an Argon2 hash."""


def hash_password(
    text: str, *, entropy: Callable[[int], bytes], strength: Strength = STRONG
) -> str:
    return _hasher(strength).hash(_folded(text), salt=entropy(_SALT_BYTES))


def check_password(stored: str | None, text: str, *, strength: Strength = STRONG) -> bool:
    """Whether the password is right. For an unknown person pass None: it takes the same time."""
    against = _nobodys(strength) if stored is None else stored
    try:
        right = _hasher(strength).verify(against, _folded(text))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as problem:
        raise UnreadableHash("not an Argon2 hash") from problem
    return right and stored is not None


def needs_rehash(stored: str, *, strength: Strength = STRONG) -> bool:
    """Whether the hash was made with other costs; hash again at the next right password."""
    return _hasher(strength).check_needs_rehash(stored)


def _nobodys(cost: Strength) -> str:
    """What somebody unknown is held against: nothing opens it, and to see that takes as long."""
    costs = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v=19${costs}${_zeros(_SALT_BYTES)}${_zeros(_hasher(cost).hash_len)}"


def _zeros(many: int) -> str:
    return b64encode(bytes(many)).decode().rstrip("=")


@cache
def _hasher(strength: Strength) -> PasswordHasher:
    return PasswordHasher(
        time_cost=strength.time_cost,
        memory_cost=strength.memory_cost,
        parallelism=strength.parallelism,
        type=Type.ID,
    )


def _folded(text: str) -> str:
    """One form for what looks alike, so that two keyboards give the same password."""
    # Half a surrogate pair cannot be hashed; no keyboard sends one.
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode("utf-8")


# --- which passwords are turned away --------------------------------------------------------


class Problem(StrEnum):
    """Why a password is turned away."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    KEYBOARD_RUN = "keyboard_run"
    NUMBERS_ONLY = "numbers_only"
    HOLDS_NAME = "holds_name"
    TOO_COMMON = "too_common"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES: Mapping[Problem, str] = MappingProxyType(
    {
        Problem.TOO_SHORT: f"Use {MIN_LENGTH} characters or more. Three or four words work well.",
        Problem.TOO_LONG: f"Use {MAX_LENGTH} characters or fewer.",
        Problem.REPEATED: "Use more different characters. This one repeats itself.",
        Problem.KEYBOARD_RUN: "Choose something that does not run along the keyboard or alphabet.",
        Problem.NUMBERS_ONLY: "Use letters as well as numbers.",
        Problem.HOLDS_NAME: "Leave your name and e-mail address out of your password.",
        Problem.TOO_COMMON: "Many people use this password. Choose one that is harder to guess.",
    }
)
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'#",
    "\\zxcvbnm,./",
    "qwertzuiop",
    "azertyuiop",
    '!"£$%^&*()_+',
    "!@#$%^&*()_+",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
)
_RUNS = (*_ROWS, *(row[::-1] for row in _ROWS))
_SHORTEST_RUN = 4
_LEAST_LEFT = 6
_SPELT_WITH = str.maketrans("013457@$!", "oieastasi")


def problem_with(
    text: str, *, name: str = "", email: str = "", leaked: Leaked = nowhere_else
) -> Problem | None:
    """The first reason to turn a new password away; None when it will do. `leaked` knows of more
    passwords than are known here."""
    folded = _folded(text)
    plain = folded.casefold()
    # The length first, so that the rules after it never meet a very long text.
    if len(folded) < MIN_LENGTH:
        return Problem.TOO_SHORT
    if len(folded) > MAX_LENGTH:
        return Problem.TOO_LONG
    checks = (
        (Problem.REPEATED, _repeats(plain)),
        (Problem.KEYBOARD_RUN, len(_without_runs(plain)) < _LEAST_LEFT),
        (Problem.NUMBERS_ONLY, not any(char.isalpha() for char in plain)),
        (Problem.HOLDS_NAME, _holds_name(plain, name=name, email=email)),
        (Problem.TOO_COMMON, _too_common(plain) or is_common(plain)),
        (Problem.TOO_COMMON, leaked(text) or leaked(folded)),
    )
    return next((problem for problem, found in checks if found), None)


def _repeats(plain: str) -> bool:
    """Fewer than five different characters, or one short piece over and over."""
    return len(set(plain)) < 5 or plain in (plain + plain)[1:-1]


def _without_runs(plain: str) -> str:
    left, at = [], 0
    while at < len(plain):
        length = _run_at(plain, at)
        if length < _SHORTEST_RUN:
            left.append(plain[at])
            length = 1
        at += length
    return "".join(left)


def _run_at(plain: str, start: int) -> int:
    end = start + 1
    while end < len(plain) and any(plain[start : end + 1] in run for run in _RUNS):
        end += 1
    return end - start


def _holds_name(plain: str, *, name: str, email: str) -> bool:
    """Parts of four letters or more; shorter ones stand inside too many honest words."""
    whole = _bare(plain)
    parts = [_bare(part) for part in re.split(r"[\W\d_]+", f"{name} {email.partition('@')[0]}")]
    return any(len(part) >= 4 and part in whole for part in parts)


def _bare(text: str) -> str:
    """Without accents and marks: Zoë and Zoe are the same name to somebody guessing."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _too_common(plain: str) -> bool:
    """One or two well-known words with a few letters, and any figures, around them.

    Looked for as written and with figures read as letters (p4ssw0rd), end figures left out.
    """
    bare = _bare(plain)
    spelt = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", bare).translate(_SPELT_WITH)
    return any(_is_known(re.sub(r"[^a-z]", "", letters)) for letters in (bare, spelt))


def _is_known(letters: str) -> bool:
    taken, left = 0, letters
    for word in _known_words():
        if word in left:
            left = left.replace(word, " ")
            taken += 1
    return 1 <= taken <= 2 and len(left.replace(" ", "")) < 4


@cache
def _known_words() -> tuple[str, ...]:
    """Longest first, so that `sicklecell` is one word and not two."""
    lines = (line.strip() for line in _COMMON.read_text("utf-8").splitlines())
    words = {line for line in lines if line and not line.startswith("#")}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
