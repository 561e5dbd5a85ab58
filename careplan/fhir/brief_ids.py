"""Shorter ids for the emergency document, which somebody waits for on a slow line.

Random digits are what packing cannot make smaller, and every resource has thirty of them. In the
emergency document an id begins like the person's own and ends like the item's: still a UUID, still
the same in every version, and still to be told from every other in the document.
"""

from __future__ import annotations

import re
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_URN = "urn:uuid:"
_OWN = 10
"""Digits of the item's own: two of a hundred items are alike once in two hundred million plans,
and then the document is refused and not muddled."""


def brief(value: Any, person: str) -> Any:
    """The tree with every id, and every reference to one, in its brief form. Doing it twice is
    doing it once."""
    if isinstance(value, dict):
        return {name: _member(name, inner, person) for name, inner in value.items()}
    if isinstance(value, list):
        return [brief(one, person) for one in value]
    return value


def is_brief(identity: str, person: str) -> bool:
    return identity.startswith(person[:-_OWN])


def _member(name: str, value: Any, person: str) -> Any:
    if not isinstance(value, str):
        return brief(value, person)
    if name == "id":
        return _brief(value, person)
    if name == "reference" and value.startswith(_URN):
        return _URN + _brief(value.removeprefix(_URN), person)
    return value


def _brief(identity: str, person: str) -> str:
    return person[:-_OWN] + identity[-_OWN:] if _UUID.fullmatch(identity) else identity
