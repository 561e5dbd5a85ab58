"""One setting: how the text of its variable is read, and what it says of itself.

`Unsafe` is here because every reader may refuse.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from typing import Any

ENVIRONMENTS = ("demo", "test", "production")
ABOUT = "about"


class Unsafe(ValueError):
    """These settings must not serve people. The sentence says which, and what to set instead."""


# --- how the text of a variable is read: each takes the variable's name and its text --------------


def text(_name: str, said: str) -> str:
    return said


def switch(_name: str, said: str) -> bool:
    """Only "1" switches on: a door is never opened by a word that was meant as no."""
    return said == "1"


def port(name: str, said: str) -> int:
    if not said.isdecimal() or not 0 < int(said) < 65536:
        raise Unsafe(f"{name} is {said!r}: set it to a number such as 8000.")
    return int(said)


def some(name: str, said: str) -> int:
    """A number of things of which there is at least one."""
    if not said.isdecimal() or not 0 < int(said) < 1000:
        raise Unsafe(f"{name} is {said!r}: set it to a number from 1 up.")
    return int(said)


def token(name: str, said: str) -> str:
    """What a program shows instead of signing in: long enough that nobody guesses it."""
    if len(said) < 24:
        raise Unsafe(f"{name} is too short: make one with openssl rand -base64 32.")
    return said


def level(name: str, said: str) -> str:
    if said not in ("info", "warning"):
        raise Unsafe(f"{name} is {said!r}: set it to info or warning.")
    return said


def environment(name: str, said: str) -> str:
    if said not in ENVIRONMENTS:
        raise Unsafe(f"{name} is {said!r}: set it to one of {', '.join(ENVIRONMENTS)}.")
    return said


def key(name: str, said: str) -> bytes:
    """32 bytes in base64."""
    try:
        secret = base64.b64decode(said, validate=True)
    except ValueError:  # binascii's own error is one too
        secret = b""
    if len(secret) != 32:
        raise Unsafe(f"{name} must be 32 bytes in base64: run bin/setup to make one.")
    if len(set(secret)) < 8:
        raise Unsafe(f"{name} is not random: run bin/setup to make one.")
    return secret


def keys(name: str, said: str) -> dict[str, bytes]:
    """ "k1:BASE64,k2:BASE64" """
    secrets: dict[str, bytes] = {}
    for one in filter(None, (part.strip() for part in said.split(","))):
        called, colon, secret = one.partition(":")
        if not called or not colon:
            raise Unsafe(f"{name} must look like k1:BASE64 or k1:BASE64,k2:BASE64.")
        if called in secrets:
            raise Unsafe(f"{name} names {called} twice: one of the two keys would be lost.")
        secrets[called] = key(name, secret)
    if not secrets:
        raise Unsafe(f"{name} is empty: run bin/setup to make one.")
    return secrets


# --- what each is for -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What whoever runs the service reads about one variable, in the table of the documents.

    `needed`: when a production service must set it; `unless_set`: what holds then, in words.
    """

    name: str
    meaning: str
    read: Callable[[str, str], Any] = text
    needed: str = ""
    unless_set: str = ""
    secret: bool = False


def told(name: str, meaning: str, *, default: Any = MISSING, **more: Any) -> Any:
    """A field of `Settings` that documents itself. Without a default it must be set everywhere."""
    about = About(name=name, meaning=meaning, **more)
    return field(default=default, repr=not about.secret, metadata={ABOUT: about})
