"""The shape of a summary: ordered blocks of facts, each fact naming the fields it shows.

Pure data, so that a test can prove that a filled-in field is shown and a hidden one is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LAST_ON_FRONT = 8


class Kind(StrEnum):
    """What a piece of text is, so that a page can set it as such."""

    TEXT = "text"
    STRONG = "strong"
    OWN = "own"
    """The person's own words, shown as they wrote them."""
    QUOTE = "quote"
    """The person's own words, in quotation marks."""
    PHONE = "phone"


class Look(StrEnum):
    """How a fact stands on the page."""

    LINE = "line"
    BIG = "big"
    SMALL = "small"
    ACT = "act"
    """The prompt every emergency department knows; a frame may put it where the eye ends."""
    LEAD = "lead"
    """The words before a list."""
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `paths` are the dictionary fields whose values stand in it."""

    parts: tuple[Part, ...]
    label: str | None = None
    paths: tuple[str, ...] = ()
    look: Look = Look.LINE
    brief: str | None = None
    """The fact without its details, for a card that has no room and then says so."""

    @property
    def text(self) -> str:
        return joined(self.parts)


@dataclass(frozen=True, slots=True)
class Block:
    """One numbered item of the summary. `look` is its class names."""

    id: str
    item: int
    look: str
    heading: str | None
    facts: tuple[Fact, ...]

    @property
    def front(self) -> bool:
        """Items 1 to 8 stand on page 1."""
        return self.item <= LAST_ON_FRONT


@dataclass(frozen=True, slots=True)
class EmergencySummary:
    """What an emergency department may see of one version, decided once for every surface."""

    check: str
    alarm: str
    act_now: str
    blocks: tuple[Block, ...]
    red_flags: tuple[str, ...]

    def block(self, name: str) -> Block | None:
        return next((block for block in self.blocks if block.id == name), None)

    def paths(self) -> Iterator[str]:
        for block in self.blocks:
            for fact in block.facts:
                yield from fact.paths


def spaced(parts: tuple[Part, ...]) -> Iterator[tuple[str, Part]]:
    """Each part with what stands before it: a space, but none before a stop or after a bracket."""
    last = "("
    for part in parts:
        tight = last.endswith("(") or (part.kind is not Kind.QUOTE and part.text[:1] in ",.;:)")
        yield ("" if tight else " "), part
        last = part.text


def joined(parts: tuple[Part, ...]) -> str:
    """The parts as one text, as the page shows them."""
    marks = {Kind.QUOTE: ("“", "”")}
    text = ""
    for gap, part in spaced(parts):
        before, after = marks.get(part.kind, ("", ""))
        text += f"{gap}{before}{part.text}{after}"
    return text


def line(text: str, *paths: str, label: str | None = None, look: Look = Look.LINE) -> Fact:
    """A fact of one plain text."""
    return Fact((Part(text),), label, paths, look)


def own(text: str, *paths: str, label: str | None = None, look: Look = Look.LINE) -> Fact:
    """A fact in the person's own words."""
    kind = Kind.OWN if look is Look.ITEM else Kind.QUOTE
    return Fact((Part(text, kind),), label, paths, look)
