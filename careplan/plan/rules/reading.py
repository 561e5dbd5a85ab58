"""Looking for phrases in what staff type: whole words, and not where they are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from careplan.plan.drugs import fold

_REFUSED = re.compile(
    r"\b(no|not|never|nor|avoid|without|declines?|refuses?|instead of|rather than|do not|don't)"
    r"( (a|an|any|be|to|drink|have|give|given|more|of|further))*$"
)


def said(text: str | None, phrases: Iterable[str]) -> str | None:
    """The first of these phrases that the text says and does not refuse."""
    plain = fold(text or "").replace("’", "'")
    for phrase in phrases:
        for match in _whole(phrase).finditer(plain):
            if not _REFUSED.search(plain[: match.start()].rstrip()):
                return phrase
    return None


def named(text: str | None, phrases: Iterable[str]) -> str | None:
    """The first of these phrases that stands in the text, refused or not."""
    plain = fold(text or "").replace("’", "'")
    return next((phrase for phrase in phrases if _whole(phrase).search(plain)), None)


@lru_cache(1024)
def _whole(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(fold(phrase).replace('’', chr(39)))}(?!\w)")


def places(*found: tuple[str | None, str]) -> Iterator[tuple[str, str]]:
    """The texts that are there, each with the field it stands in."""
    return ((text, path) for text, path in found if text and text.strip())
