"""What the copies for others share: their words, and which facts of the one summary they carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from careplan.plan.content import BadContent, condition_facts, content
from careplan.plan.dictionary import Carry, Dictionary
from careplan.summary.blocks import Block, Fact, Kind, Look

_SECTIONS = ("school", "ambulance", "gp", "text", "helper")
_LISTS = ("controlled", "signs_999", "signs_family", "signs_boys")
_MAY_BE_EMPTY = {"signs_boys"}


@dataclass(frozen=True)
class CopyWords:
    """`say("school.title")`; an unknown key raises. `lists`: signs, and controlled medicines."""

    lines: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def say(self, key: str, **values: object) -> str:
        return self.lines[key].format(**values) if values else self.lines[key]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy for somebody else: its title, what is said before and after, and its blocks."""

    title: str
    blocks: tuple[Block, ...]
    lead: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def block(self, name: str) -> Block | None:
        return next((block for block in self.blocks if block.id == name), None)

    def paths(self) -> set[str]:
        return {path for block in self.blocks for fact in block.facts for path in fact.paths}


def copy_words(words: Dictionary) -> CopyWords:
    return _read(words.condition["id"])


@cache
def _read(condition: str) -> CopyWords:
    held, name = content(condition, "copies.toml"), str(condition_facts(condition)["name"])
    for one in _SECTIONS:
        if not isinstance(held.get(one), dict):
            raise BadContent(f"copies.toml: no section {one!r}")
    for one in _LISTS:
        there = one in held and (held[one] or one in _MAY_BE_EMPTY)
        if not there or not all(isinstance(text, str) for text in held[one]):
            raise BadContent(f"copies.toml: no list {one!r}")

    def named(text: str) -> str:
        begun = name[:1].upper() + name[1:]
        return text.replace("{condition}", name).replace("{Condition}", begun)

    lines = {f"{part}.{key}": named(text) for part in _SECTIONS for key, text in held[part].items()}
    return CopyWords(lines, {one: tuple(map(named, held[one])) for one in _LISTS})


def carried(fact: Fact, surface: str, words: Dictionary) -> bool:
    """Whether it shows a field that this surface must carry."""
    return any(
        words.carries(path, surface) is Carry.MUST for path in fact.paths if path in words.fields
    )


def chosen(block: Block, surface: str, words: Dictionary) -> Block | None:
    """The block with the facts that this surface must carry, a list with the words before it."""
    kept: list[Fact] = []
    lead: Fact | None = None
    for fact in block.facts:
        if fact.look is Look.LEAD and not fact.paths:
            lead = fact
        elif carried(fact, surface, words):
            if lead is not None and fact.look is Look.ITEM:
                kept.append(lead)
            kept.append(fact)
            lead = None
        elif fact.look is not Look.ITEM:
            lead = None
    return replace(block, facts=tuple(kept)) if kept else None


def gathered(blocks: Iterable[Block], surface: str, words: Dictionary) -> list[Fact]:
    """The chosen facts of several blocks in their order, for one block of their own.

    A number, or words of the person's own, that had only their block's heading to say what they
    are take it along.
    """
    facts = []
    for block in blocks:
        kept = chosen(block, surface, words)
        for fact in kept.facts if kept else ():
            bare = fact.look is Look.LINE and fact.label is None and _alone(fact)
            facts.append(replace(fact, label=(block.heading or "").rstrip("…")) if bare else fact)
    return facts


def _alone(fact: Fact) -> bool:
    return fact.parts[0].kind in (Kind.QUOTE, Kind.PHONE)
