"""What must be held back so that no figure tells of fewer than ten people, by itself or by taking
one published figure from another.

Nothing is blanked: a group that is too small is joined with others until what they make together
may be told, and nothing published tells the joined ones apart. Then the sums still add up, and
there is no cell to be worked out: people of joined groups could be exchanged for each other and
every published figure would stay as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from careplan.measures.measures import Kin
from careplan.measures.rows import Answer
from careplan.measures.splits import RESIDUAL

FEWEST = 10
"""People (not visits) whom a published figure is about at least. Ten is what the national sickle
cell measures proposed; with fewer, staff of one department could guess who said what."""
BOTH_SIDES = 3
"""People on either side, where the answer is what somebody thinks of staff who may meet them
again: with one or two on a side, who gave the other answer knows what all the rest said. Three
answers of one person are one person's."""

Key = TypeVar("Key", bound=Hashable)
Group = tuple[str, ...]
"""Values counted as one; most groups are of one value."""


@dataclass(slots=True)
class Count:
    """What is counted of one cell in one family, before anything is held back."""

    people: set[int] = field(default_factory=set)
    """Who answered; `n` is how many rows did."""
    n: int = 0
    missing: int = 0
    yes: list[int] = field(default_factory=list)
    sides: list[set[int]] = field(default_factory=list)
    """Of a family that judges: for each measure who said yes, and then who said no."""
    waits: list[float] = field(default_factory=list)

    def add(self, person: int, answer: Answer | None, *, judges: bool = False) -> None:
        if answer is None:
            self.missing += 1
            return
        self.n += 1
        self.people.add(person)
        self.yes = self.yes or [0] * len(answer.yes)
        for at, yes in enumerate(answer.yes):
            self.yes[at] += yes
        if judges:
            self.sides = self.sides or [set() for _ in range(2 * len(answer.yes))]
            for at, yes in enumerate(answer.yes):
                self.sides[2 * at + (not yes)].add(person)
        if answer.wait is not None:
            self.waits.append(answer.wait)

    def __iadd__(self, other: Count) -> Count:
        self.people |= other.people
        self.n += other.n
        self.missing += other.missing
        if other.yes:
            self.yes = [a + b for a, b in zip(self.yes or [0] * 99, other.yes, strict=False)]
        if other.sides:
            mine = self.sides or [set() for _ in other.sides]
            self.sides = [one | more for one, more in zip(mine, other.sides, strict=True)]
        self.waits += other.waits
        return self


def together(counts: Iterable[Count]) -> Count:
    made = Count()
    for one in counts:
        made += one
    return made


@dataclass(frozen=True, slots=True)
class Pair:
    """A cell of this sheet, and the same cell of what is published with it and lies outside this
    sheet: a team's figures taken from everyone's are the figures of all the other teams."""

    inside: Count
    outside: Count | None = None


Ask = Callable[[Pair], bool]


def may_tell(kin: Kin) -> Ask:
    def ask(cell: Pair) -> bool:
        return _enough(cell.inside, kin) and (cell.outside is None or _enough(cell.outside, kin))

    return ask


def _enough(count: Count, kin: Kin) -> bool:
    if len(count.people) < FEWEST:
        return False
    return not kin.judges or all(len(side) >= BOTH_SIDES for side in count.sides)


class Cells(Mapping[Key, Pair]):
    """Counts by key, inside and outside; what never occurred counts nothing."""

    def __init__(
        self, inside: Mapping[Key, Count], outside: Mapping[Key, Count] | None = None
    ) -> None:
        self._inside, self._outside = inside, outside

    def __getitem__(self, key: Key) -> Pair:
        return self.sum([key])

    def __contains__(self, key: object) -> bool:
        return key in self._inside

    def __iter__(self) -> Iterator[Key]:
        return iter(self._inside)

    def __len__(self) -> int:
        return len(self._inside)

    def sum(self, keys: Iterable[Key]) -> Pair:
        asked = list(keys)
        inside = together(self._inside[one] for one in asked if one in self._inside)
        if self._outside is None:
            return Pair(inside)
        return Pair(inside, together(self._outside[k] for k in asked if k in self._outside))


# --- one split ---------------------------------------------------------------------------------


def joined(
    groups: Sequence[Group], cells: Cells[str], *, tell: Ask, in_order: bool
) -> tuple[Group, ...]:
    """The groups, joined until each may be told. One group is left when nothing smaller may be."""
    left = list(groups)
    step = _join_neighbours if in_order else _join_pool
    while len(left) > 1:
        small = [group for group in left if not tell(cells.sum(group))]
        if not small:
            break
        left = step(left, small, cells)
    return tuple(left)


def _join_neighbours(left: list[Group], small: list[Group], cells: Cells[str]) -> list[Group]:
    """The smallest with its smaller neighbour: "0 to 11" still says something."""
    at = left.index(min(small, key=lambda group: _people(group, cells)))
    beside = [one for one in (at - 1, at + 1) if 0 <= one < len(left)]
    other = min(beside, key=lambda one: _people(left[one], cells))
    first, last = sorted((at, other))
    return [*left[:first], left[first] + left[last], *left[last + 1 :]]


def _join_pool(left: list[Group], small: list[Group], cells: Cells[str]) -> list[Group]:
    """All that are too small with each other; if that is one, with what says least of anybody, or
    else with the smallest of the others."""
    if len(small) == 1:
        others = [group for group in left if group not in small]
        says_least = [group for group in others if RESIDUAL.issuperset(group)]
        small.append(min(says_least or others, key=lambda group: _people(group, cells)))
    pool = tuple(value for group in left if group in small for value in group)
    first = next(at for at, group in enumerate(left) if group in small)
    kept = [group for group in left if group not in small]
    return [*kept[:first], pool, *kept[first:]]


def _people(group: Group, cells: Cells[str]) -> int:
    return len(cells.sum(group).inside.people)


def overlapping(one: Sequence[Group], other: Sequence[Group]) -> tuple[Group, ...]:
    """The finest groups that tear apart neither the one's nor the other's."""
    left = [list(group) for group in one]
    for group in other:
        touched = [mine for mine in left if set(mine) & set(group)]
        if len(touched) > 1:
            first = left.index(touched[0])
            merged = [value for mine in touched for value in mine]
            left = [mine for mine in left if mine not in touched]
            left.insert(first, merged)
    return tuple(tuple(group) for group in left)


# --- two splits --------------------------------------------------------------------------------

Axes = tuple[tuple[Group, ...], tuple[Group, ...]]


def joined_pair(
    axes: Axes, cells: Cells[tuple[str, str]], *, tell: Ask, in_order: Collection[int]
) -> Axes | None:
    """Whole rows and columns are joined until every cell may be told; None when an axis is left
    with one group. Single cells are never blanked: four sums around a blank give it away."""
    rows, columns = list(axes[0]), list(axes[1])
    sums = {(a, b): cells.sum((x, y) for x in a for y in b) for a in rows for b in columns}
    while len(rows) > 1 and len(columns) > 1:
        bad = [key for key, cell in sums.items() if not tell(cell)]
        if not bad:
            return tuple(rows), tuple(columns)
        axis, worst = _worst(rows, columns, bad, sums)
        mine = (rows, columns)[axis]
        other = _partner(mine, worst, axis, bad, sums, in_order=axis in in_order)
        _join(mine, worst, other, axis, sums)
    return None


def _worst(
    rows: list[Group], columns: list[Group], bad: list[tuple[Group, Group]], sums: _Sums
) -> tuple[int, Group]:
    """The row or column with the largest share of cells that are too small; the smallest of it."""

    def badness(axis: int, group: Group) -> tuple[float, int]:
        cells = sum(key[axis] == group for key in bad)
        people = sum(len(c.inside.people) for key, c in sums.items() if key[axis] == group)
        return cells / len((columns, rows)[axis]), -people

    every = [(0, group) for group in rows] + [(1, group) for group in columns]
    return max(every, key=lambda one: badness(*one))


def _partner(
    mine: list[Group],
    worst: Group,
    axis: int,
    bad: list[tuple[Group, Group]],
    sums: _Sums,
    *,
    in_order: bool,
) -> Group:
    at = mine.index(worst)
    near = [mine[one] for one in (at - 1, at + 1) if 0 <= one < len(mine)]
    others = near if in_order else [group for group in mine if group != worst]

    def worth_keeping(group: Group) -> tuple[int, int]:
        too_small = sum(key[axis] == group for key in bad)
        people = sum(len(c.inside.people) for key, c in sums.items() if key[axis] == group)
        return -too_small, people

    return min(others, key=worth_keeping)


_Sums = dict[tuple[Group, Group], Pair]


def _join(mine: list[Group], one: Group, other: Group, axis: int, sums: _Sums) -> None:
    first, last = sorted((mine.index(one), mine.index(other)))
    made = mine[first] + mine[last]
    for key in [key for key in sums if key[axis] == mine[last]]:
        kept = (mine[first], key[1]) if axis == 0 else (key[0], mine[first])
        new = (made, key[1]) if axis == 0 else (key[0], made)
        sums[new] = _both(sums.pop(kept), sums.pop(key))
    mine[first] = made
    del mine[last]


def _both(one: Pair, other: Pair) -> Pair:
    outside = None
    if one.outside is not None and other.outside is not None:
        outside = together((one.outside, other.outside))
    return Pair(together((one.inside, other.inside)), outside)
