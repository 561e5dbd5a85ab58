"""Which medicine a written name means, and its family, from the condition's data; for checks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path

from careplan.plan.content import CONDITIONS, FIRST, BadContent, content

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_REFUSED = re.compile(
    r"(\b(no|not|never|avoid|without)|\b(instead of|rather than|do not|don't|must not))"
    r"( (to|be|give|given|use|any|more))*$"
)
_REFUSED_AFTER = re.compile(
    r"[ -](allerg|(is|are|was|has been) (not|never)\b|must not|cannot|can't|can not)"
)


@dataclass(frozen=True)
class Drugs:
    """`families`: ingredient to family. `names`: each written name to the ingredients it holds.

    `groups`: ingredients of any family that share something. `forms`: written names that say how
    a medicine is made, such as a patch.
    """

    families: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _beginnings(self) -> tuple[tuple[str, str], ...]:
        """Each name after its first word: most of them are ruled out by that alone."""
        return tuple((re.split(r"[\s-]", name)[0], name) for name in self.names)

    def members(self, group: str) -> frozenset[str]:
        """The ingredients of a group, or of a family; an ingredient is itself one."""
        if group in self.groups:
            return self.groups[group]
        if group in self.families:
            return frozenset({group})
        return frozenset(one for one, family in self.families.items() if family == group)

    def has_form(self, written: str, form: str) -> bool:
        """Whether the words say that it is of this form: "patch", or a brand that is one."""
        text = fold(written)
        return any(_pattern(name).search(text) for name in self.forms.get(form, ()))

    def ingredients(self, written: str) -> frozenset[str]:
        """The known ingredients named in a text; an unknown medicine is its own ingredient."""
        named = [self.names[name] for name, _, _ in self._named(fold(written))]
        return frozenset().union(*named) or frozenset({fold(written)})

    def family(self, ingredient: str) -> str | None:
        return self.families.get(ingredient)

    def is_opioid(self, written: str) -> bool:
        return any(
            self.family(one) in ("opioids", "strong_opioids") for one in self.ingredients(written)
        )

    def strong_opioids(self, written: str) -> frozenset[str]:
        return frozenset(
            one for one in self.planned(written) if self.family(one) == "strong_opioids"
        )

    def is_strong_opioid(self, written: str) -> bool:
        return bool(self.strong_opioids(written))

    def treatments(self, sentence: str) -> tuple[str, ...]:
        """The known medicines a text says to give; "no pethidine" and "instead of" say not to."""
        text = fold(sentence)
        return tuple(
            name
            for name, start, end in self._named(text)
            if not _REFUSED.search(text[:start].rstrip()) and not _REFUSED_AFTER.match(text[end:])
        )

    def planned(self, written: str) -> frozenset[str]:
        """The ingredients of a treatment as written; an unknown medicine is its own ingredient."""
        names = self.treatments(written)
        return frozenset().union(*(self.names[name] for name in names)) or frozenset(
            {fold(written)}
        )

    def same_unknown(self, one: str, other: str) -> bool:
        """True where one text is a medicine this table does not know and the other names it."""
        pairs = ((fold(one), fold(other)), (fold(other), fold(one)))
        return any(
            len(part) > 3 and not any(self._named(part)) and _pattern(part).search(whole)
            for part, whole in pairs
        )

    def _named(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Each known name, where it begins and ends; one inside a longer one is not named."""
        spans = [
            (match.start(), match.end(), name)
            for begins, name in self._beginnings
            if begins in text
            for match in _pattern(name).finditer(text)
        ]
        for start, end, name in sorted(spans):
            inside = (a <= start and end <= b and b - a > end - start for a, b, _ in spans)
            if not any(inside):
                yield name, start, end


def fold(text: str) -> str:
    """Case, spacing, letter forms and kinds of dash make no difference to a medicine's name."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return " ".join(plain.casefold().split())


@lru_cache(4096)
def _pattern(name: str) -> re.Pattern[str]:
    """Whole words; "co-codamol", "co codamol" and "cocodamol" are one name."""
    words = r"[\s-]?".join(re.escape(word) for word in re.split(r"[\s-]", name))
    return re.compile(rf"(?<!\w)(?<!\bnon-)(?<!\bnon ){words}(?!\w)")


@cache
def drugs(condition: str = FIRST, root: Path = CONDITIONS) -> Drugs:
    """Read the condition's table. Raises BadContent where one ingredient stands in two families,
    or a group names one that stands in none."""
    families: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    held = content(condition, "drugs.toml", root)
    groups, forms = held.pop("groups", {}), held.pop("forms", {})
    for family, members in held.items():
        if not isinstance(members, dict):
            continue
        for ingredient, others in members.items():
            if ingredient in families:
                raise BadContent(f"drugs.toml: {ingredient}: stands in two families")
            families[ingredient] = family
            for name in (ingredient, *others):
                names.setdefault(fold(name), set()).add(ingredient)
    for ingredient in (one for members in groups.values() for one in members):
        if ingredient not in families:
            raise BadContent(f"drugs.toml: groups: {ingredient}: stands in no family")
    return Drugs(
        families=families,
        names={name: frozenset(found) for name, found in names.items()},
        groups={name: frozenset(members) for name, members in groups.items()},
        forms={form: tuple(map(fold, written)) for form, written in forms.items()},
    )
