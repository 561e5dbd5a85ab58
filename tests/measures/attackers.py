"""Two who try to find out what was held back: one solves the sums, one squeezes bounds.

Both know the whole rule, every published figure of everyone's sheet and of both teams' sheets, and
that counts are whole and not below nothing. Neither knows a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from careplan.measures.measures import Family
from careplan.measures.sheet import Sheet
from careplan.measures.splits import CATEGORIES, Split

TEAMS = ("one", "two")
SEXES = ("female", "male")
SAID = ("missing", "no", "yes")
FAMILIES = (Family.RELIEF, Family.BELIEVED)
WHICH = {Family.RELIEF: 1, Family.BELIEVED: 0}
"""Of each family, the measure that is attacked."""


@dataclass(frozen=True)
class Atom:
    """The finest cell there is: every published figure is a sum of these."""

    code: str
    sex: str
    team: str
    said: tuple[str, ...]

    def value(self, split: Split) -> str:
        if split is Split.SEX:
            return self.sex
        return self.code if split is Split.ETHNIC_CATEGORY else CATEGORIES[self.code]


KNOWN = (Split.ETHNIC_GROUP, Split.ETHNIC_CATEGORY, Split.SEX)


def atoms(codes: Sequence[str]) -> list[Atom]:
    every = product(sorted(set(codes)), SEXES, TEAMS, product(SAID, repeat=2))
    return [Atom(*one) for one in every]


def published(sheets: Mapping[str, Sheet]) -> Iterator[tuple[object, int]]:
    """Each published sum, as which atoms are in it, and what it comes to."""
    for whose, sheet in sheets.items():
        for (family, by), table in sheet.tables.items():
            if family not in FAMILIES or set(by) - set(KNOWN):
                continue
            at = FAMILIES.index(family)
            for cell in table.cells:
                counts = {
                    ("no", "yes"): cell.n,
                    ("missing",): cell.missing,
                    ("yes",): cell.yes[WHICH[family]],
                }
                for said, count in counts.items():
                    yield (a_sum(whose, by, cell.groups, at, said), count)


def a_sum(whose, by, groups, at, said):
    def holds(atom: Atom) -> bool:
        return (
            whose in ("everyone", atom.team)
            and atom.said[at] in said
            and all(atom.value(split) in group for split, group in zip(by, groups, strict=True))
        )

    return holds


PRIME = 2**61 - 1


class Solver:
    """Solves the sums exactly: what lies in the span of the published ones is found out."""

    def __init__(self, sums: Sequence[object], every: Sequence[Atom]) -> None:
        self.every = every
        self.rows: dict[int, list[int]] = {}
        for holds in sums:
            self._keep(self._left_of(self._vector(holds)))

    def finds_out(self, holds: object) -> bool:
        return not any(self._left_of(self._vector(holds)))

    def _vector(self, holds) -> list[int]:
        return [int(holds(atom)) for atom in self.every]

    def _left_of(self, vector: list[int]) -> list[int]:
        for at, row in self.rows.items():
            if vector[at]:
                by = vector[at]
                vector = [(a - by * b) % PRIME for a, b in zip(vector, row, strict=True)]
        return vector

    def _keep(self, vector: list[int]) -> None:
        at = next((at for at, one in enumerate(vector) if one), None)
        if at is None:
            return
        inverse = pow(vector[at], PRIME - 2, PRIME)
        row = [one * inverse % PRIME for one in vector]
        for key, other in self.rows.items():
            if other[at]:
                by = other[at]
                self.rows[key] = [(a - by * b) % PRIME for a, b in zip(other, row, strict=True)]
        self.rows[at] = row


# --- the one who squeezes ----------------------------------------------------------------------

Values = tuple[tuple[Split, str], ...]
Count = tuple[str, Values, int, str]
"""Whose, of which values, in which family, "answered" or "yes": what could be in a table."""


class Squeezer:
    """Keeps the least and the most that each count can be, and tightens them by every sum that
    must hold, published or not, until nothing moves."""

    def __init__(self, sheets: Mapping[str, Sheet], codes: Sequence[str]) -> None:
        self.bounds: dict[Count, tuple[int, int]] = {}
        self._sums: list[tuple[Count, list[Count]]] = []
        self._known: list[tuple[list[Count], int]] = []
        for at, said in product(range(len(FAMILIES)), ("answered", "yes")):
            for whose in ("everyone", *TEAMS):
                self._tables(whose, at, said, sorted(set(codes)))
            for count in [c for c in self.bounds if c[0] == "everyone" and c[2:] == (at, said)]:
                self._sums.append((count, [(team, *count[1:]) for team in TEAMS]))
        for whose, sheet in sheets.items():
            self._read(whose, sheet)
        moved = True
        while moved:
            moved = False
            for total, parts in self._sums:
                moved |= self._squeeze(total, parts)
            for parts, told in self._known:
                moved |= self._squeeze(told, parts)

    def _tables(self, whose: str, at: int, said: str, codes: Sequence[str]) -> None:
        def count(*values: tuple[Split, str]) -> Count:
            made = (whose, values, at, said)
            self.bounds.setdefault(made, (0, 10**6))
            return made

        groups = sorted({CATEGORIES[code] for code in codes})
        by_group = [count((Split.ETHNIC_GROUP, group)) for group in groups]
        by_sex = [count((Split.SEX, sex)) for sex in SEXES]
        self._sums += [(count(), by_group), (count(), by_sex)]
        for group in groups:
            pairs = [count((Split.ETHNIC_GROUP, group), (Split.SEX, sex)) for sex in SEXES]
            mine = [code for code in codes if CATEGORIES[code] == group]
            inside = [count((Split.ETHNIC_CATEGORY, code)) for code in mine]
            self._sums += [(count((Split.ETHNIC_GROUP, group)), one) for one in (pairs, inside)]
        for sex in SEXES:
            pairs = [count((Split.ETHNIC_GROUP, group), (Split.SEX, sex)) for group in groups]
            self._sums.append((count((Split.SEX, sex)), pairs))

    def _read(self, whose: str, sheet: Sheet) -> None:
        for (family, by), table in sheet.tables.items():
            if family in FAMILIES and not set(by) - set(KNOWN):
                at = FAMILIES.index(family)
                for cell in table.cells:
                    values = [tuple(zip(by, one, strict=True)) for one in product(*cell.groups)]
                    for said, told in (("answered", cell.n), ("yes", cell.yes[WHICH[family]])):
                        self._known.append(([(whose, one, at, said) for one in values], told))

    def _squeeze(self, total: Count | int, parts: list[Count]) -> bool:
        before = [self.bounds[one] for one in parts]
        least, most = sum(low for low, _ in before), sum(high for _, high in before)
        low, high = (total, total) if isinstance(total, int) else self.bounds[total]
        moved = False
        if not isinstance(total, int):
            moved = self._set(total, max(low, least), min(high, most))
            low, high = self.bounds[total]
        for one, (lowest, highest) in zip(parts, before, strict=True):
            moved |= self._set(
                one, max(lowest, low - (most - highest)), min(highest, high - (least - lowest))
            )
        return moved

    def _set(self, one: Count, low: int, high: int) -> bool:
        moved = self.bounds[one] != (low, high)
        self.bounds[one] = (low, high)
        return moved
