"""What a program sends to a door that takes JSON, whatever it sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def asked_json() -> Mapping[str, Any]:
    """The object that was sent; an empty one for what is none, and for what nobody can read."""
    try:
        asked = request.get_json(silent=True)
    except RecursionError:  # lists in lists in lists: no program of anybody's means that
        return {}
    return asked if isinstance(asked, dict) else {}


def token_in(asked: Mapping[str, Any]) -> str | None:
    """The 256-bit token that a phone names itself by, where that is what was sent."""
    token = asked.get("token")
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None
