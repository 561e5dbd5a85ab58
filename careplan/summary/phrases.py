"""The summary's fixed words, read from the condition's emergency file and checked at first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from careplan.plan.content import BadContent, content
from careplan.plan.dictionary import Dictionary

_SECTIONS = (
    "frame", "headings", "who", "genotype", "allergies", "dose", "flags", "signed", "phone24",
    "next", "before", "different", "normal", "blood", "decisions", "history", "veins", "helps",
    "medicines", "foot", "record", "units", "both", "cured", "other_plan",
    "offline",
)  # fmt: skip


@dataclass(frozen=True)
class Phrases:
    """`say("signed.valid", on="8 September 2027")`. An unknown key raises."""

    lines: Mapping[str, str]
    red_flags: tuple[tuple[str, str], ...]

    def say(self, key: str, **values: object) -> str:
        return self.lines[key].format(**values) if values else self.lines[key]

    def unit(self, ucum: str) -> str:
        """A unit as people write it."""
        return self.lines.get(f"units.{ucum}", ucum)


def phrases(words: Dictionary) -> Phrases:
    return _read(words.condition["id"])


@cache
def _read(condition: str) -> Phrases:
    held = content(condition, "emergency.toml")
    for name in _SECTIONS:
        if not isinstance(held.get(name), dict):
            raise BadContent(f"emergency.toml: no section {name!r}")
    lines = {f"{name}.{key}": text for name in _SECTIONS for key, text in held[name].items()}
    for key, text in lines.items():
        if not isinstance(text, str) or not text.strip():
            raise BadContent(f"emergency.toml: {key}: a line of words was expected")
    flags = tuple((one["sign"], one["think"]) for one in held["red_flags"])
    return Phrases(lines, flags)
