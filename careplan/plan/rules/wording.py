"""R34: words in staff text that make care worse. Flagged, explained, and another offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from careplan.plan.care_plan import CLINICAL
from careplan.plan.content import FIRST, content
from careplan.plan.drugs import fold
from careplan.plan.rules.facts import Facts, Finding, Severity

_NAMES = {"name", "verified_by", "hospital_name", "from_clinician", "to_clinician", "who"}


@dataclass(frozen=True, slots=True)
class Term:
    """Words, what is offered for them and its source. `unless`: they are ordinary there."""

    words: tuple[str, ...]
    offer: str
    source: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """One of them in a text, as it stands there."""

    found: str
    offer: str
    source: str


@cache
def stigma_terms(condition: str = FIRST) -> tuple[Term, ...]:
    rows = content(condition, "stigma.toml").get("term", [])
    return tuple(
        Term(tuple(row["words"]), row["offer"], row["source"], tuple(row.get("unless", ())))
        for row in rows
    )


def flags(text: str, terms: tuple[Term, ...]) -> Iterator[Flag]:
    """Every such word of a staff text: whole words, where they are not ordinary ones."""
    plain = _folded(text)
    if not _any(terms).search(plain):
        return
    for term in terms:
        ordinary = [match.span() for one in term.unless for match in _whole(one).finditer(plain)]
        for match in (match for words in term.words for match in _whole(words).finditer(plain)):
            start, end = match.span()
            if not any(a <= start and end <= b for a, b in ordinary):
                yield Flag(match.group(), term.offer, term.source)


def _folded(text: str) -> str:
    return fold(re.sub("[‘’ʼ]", "'", re.sub("[“”„«»]", '"', text)))


@cache
def _whole(words: str) -> re.Pattern[str]:
    """Whole words, a hyphen or a space between them; "*" stands for any one word."""
    parts = re.split(r"[\s-]", _folded(words))
    joined = r"[\s-]?".join(r"\w+" if part == "*" else re.escape(part) for part in parts)
    return re.compile(rf"(?<!\w){joined}(?!\w)")


@cache
def _any(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """All of them at once: most texts hold none, and are done with."""
    return re.compile("|".join(_whole(words).pattern for term in terms for words in term.words))


def r34_wording(facts: Facts) -> Iterator[Finding]:
    """All that staff type, history too; the person's own words are never read."""
    terms, seen = stigma_terms(facts.condition), set[str]()
    for section in CLINICAL:
        for text, path in _texts(facts.plan.section(section), section):
            for flag in flags(text, terms):
                words = f"“{flag.found}” is written in {section.replace('_', ' ')}. "
                finding = f"{words}Other words for it: {flag.offer} ({flag.source})."
                if finding not in seen:
                    seen.add(finding)
                    yield Finding("R34", Severity.WARN, finding, (path,))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for one in value:
            yield from _texts(one, path)
    elif is_dataclass(value):
        for one in fields(value):
            if one.name not in _NAMES:
                yield from _texts(getattr(value, one.name), f"{path}.{one.name}")
    elif type(value) is str:
        yield value, path
