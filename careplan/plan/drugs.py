"""Which medicine a written name means, and its family, from the condition's data: for checks only."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from careplan.plan.dictionary import CONDITIONS


@dataclass(frozen=True)
class Drugs:
    """`families`: ingredient to family. `names`: each written name to the ingredients it holds."""

    families: Mapping[str, str]
    names: Mapping[str, frozenset[str]]

    def ingredients(self, written: str) -> frozenset[str]:
        """The known ingredients named in a text; an unknown medicine is its own ingredient."""
        text = _fold(written)
        spans = [
            (match.start(), match.end(), name)
            for name in self.names
            for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
        ]
        longest = [
            one
            for one in spans
            if not any(
                o is not one and o[0] <= one[0] and one[1] <= o[1] and o[1] - o[0] > one[1] - one[0]
                for o in spans
            )
        ]
        found = (
            frozenset().union(*(self.names[name] for _, _, name in longest))
            if longest
            else frozenset()
        )
        return found or frozenset({text})

    def family(self, ingredient: str) -> str | None:
        return self.families.get(ingredient)

    def is_opioid(self, written: str) -> bool:
        return any(
            self.family(one) in ("opioids", "strong_opioids") for one in self.ingredients(written)
        )

    def is_strong_opioid(self, written: str) -> bool:
        return any(self.family(one) == "strong_opioids" for one in self.ingredients(written))


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def drugs(condition: str = "sickle_cell") -> Drugs:
    with (CONDITIONS / condition / "drugs.toml").open("rb") as file:
        table = tomllib.load(file)
    families: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    for family, members in table.items():
        if not isinstance(members, dict):
            continue
        for ingredient, others in members.items():
            families[ingredient] = family
            for name in (ingredient, *others):
                names.setdefault(_fold(name), set()).add(ingredient)
    return Drugs(families, {name: frozenset(found) for name, found in names.items()})
