"""A sheet: everything that is published of one time about one team or about everyone.

It is made once from rows and holds no row: only sums that may be told, each family by each split
and by pairs of splits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from careplan.measures import measures, splits
from careplan.measures.holding_back import (
    Axes,
    Cells,
    Count,
    Group,
    Key,
    Pair,
    joined,
    joined_pair,
    may_tell,
    overlapping,
)
from careplan.measures.intervals import median, rounded
from careplan.measures.measures import KIN, Family, Kin, splits_of
from careplan.measures.rows import Case
from careplan.measures.splits import ALONE, CATEGORIES, IN_ORDER, MISSING, VALUES, Split

SplitBy = tuple[Split, ...]
Triple = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one group, or of where two groups meet. `yes`: of each measure of the family.
    `median`: middle, low, high; None in it is "longer than measured"."""

    groups: tuple[Group, ...]
    n: int
    missing: int
    yes: tuple[int, ...]
    median: Triple | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Empty when nothing may be told by these splits."""

    family: Family
    by: SplitBy
    cells: tuple[Cell, ...] = ()

    def axis(self, at: int) -> tuple[Group, ...]:
        return tuple(dict.fromkeys(cell.groups[at] for cell in self.cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first day up to and without the last; it never meets another sheet's."""

    since: date | None
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    about: str
    """`visits` or `service`."""
    period: Period
    tables: Mapping[tuple[Family, SplitBy], Table] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What the codes of hospitals stand for."""

    def table(self, family: Family, by: SplitBy) -> Table:
        return self.tables.get((family, by), Table(family, by))


def make_sheet(
    cases: Sequence[Case],
    *,
    about: str,
    period: Period,
    names: Mapping[str, str] | None = None,
    whole: Sheet | None = None,
    others: Sequence[Case] = (),
) -> Sheet:
    """`whole` and `others`: this sheet is a part of that published one, and these are the rest of
    the rows it was made of. Then what may be told is what may be told of both."""
    tables: dict[tuple[Family, SplitBy], Table] = {}
    first: dict[SplitBy, Table] = {}
    for family in _in_turn(about, cases):
        maker = _Maker(family, cases, others if others else None, whole, first)
        for table in maker.tables(splits_of(family)):
            tables[family, table.by] = table
            if table.cells:
                first.setdefault(table.by, table)
    return Sheet(about=about, period=period, tables=tables, names=names or {})


def _in_turn(about: str, cases: Sequence[Case]) -> list[Family]:
    """The family that most answered comes first, for the others' groups are made of its groups;
    opinions last, which are joined for a reason that times and facts do not have."""
    families = measures.OF_VISITS if about == "visits" else measures.OF_SERVICE
    answered = {family: sum(family in case.said for case in cases) for family in families}
    return sorted(families, key=lambda family: (KIN[family].judges, -answered[family]))


class _Maker:
    """Makes the tables of one family.

    `before`: by each split, the first table there is of another family. Answered and missing are
    the same rows in every family: two families that joined a small group with different others
    would tell how many rows it has. So no group of this family tears one of those apart.
    """

    def __init__(
        self,
        family: Family,
        cases: Sequence[Case],
        others: Sequence[Case] | None,
        whole: Sheet | None,
        before: Mapping[SplitBy, Table],
    ) -> None:
        self.family, self.kin = family, KIN[family]
        self.cases, self.others, self.whole, self.before = cases, others, whole, before
        self.tell = may_tell(self.kin)
        self._ones: dict[Split, Cells[str]] = {}

    def tables(self, by_splits: Sequence[Split]) -> Iterable[Table]:
        total = self._total()
        if not self.tell(total):
            return
        yield Table(self.family, (), (_cell((), total.inside, self.kin),))
        groups: dict[Split, tuple[Group, ...]] = {}
        for split in by_splits:
            groups[split] = self._groups(split, groups)
            yield self._single(split, groups[split])
        for pair in combinations([one for one in by_splits if one not in ALONE], 2):
            yield self._pair(pair, (groups[pair[0]], groups[pair[1]]))

    # --- one split ---------------------------------------------------------------------------

    def _single(self, split: Split, groups: tuple[Group, ...]) -> Table:
        if len(groups) < 2:
            return Table(self.family, (split,))
        cells = self._one(split)
        made = (_cell((group,), cells.sum(group).inside, self.kin) for group in groups)
        return Table(self.family, (split,), tuple(made))

    def _groups(self, split: Split, so_far: Mapping[Split, tuple[Group, ...]]) -> tuple[Group, ...]:
        cells = self._one(split)
        first = self._first(split, cells)
        if split is Split.ETHNIC_CATEGORY:
            return self._categories(so_far[Split.ETHNIC_GROUP], first, cells)
        return joined(first, cells, tell=self.tell, in_order=split in IN_ORDER)

    def _first(self, split: Split, cells: Cells[str]) -> tuple[Group, ...]:
        """Each value by itself; in a part of a published sheet, the groups of that sheet."""
        first: tuple[Group, ...] = tuple((value,) for value in _values(split, cells))
        if self.whole is not None:
            there = self.whole.table(self.family, (split,)).axis(0)
            first = there or (tuple(_values(split, cells)),)
        return overlapping(first, self._not_to_tear(split))

    def _not_to_tear(self, split: Split) -> tuple[Group, ...]:
        """Ethnic groups are sums of detailed categories, which may be published without them."""
        before = self.before.get((split,))
        groups = before.axis(0) if before else ()
        if split is Split.ETHNIC_GROUP and (Split.ETHNIC_CATEGORY,) in self.before:
            details = self.before[Split.ETHNIC_CATEGORY,].axis(0)
            groups += tuple(
                tuple(dict.fromkeys(CATEGORIES.get(one, MISSING) for one in group))
                for group in details
            )
        return groups

    def _categories(
        self, parents: tuple[Group, ...], first: tuple[Group, ...], cells: Cells[str]
    ) -> tuple[Group, ...]:
        """Joined inside their ethnic group, whose sum is published: across it they could be told
        apart again."""
        made: list[Group] = []
        for parent in parents:
            inside = [one for one in first if CATEGORIES.get(one[0], MISSING) in parent]
            made += joined(inside, cells, tell=self.tell, in_order=False)
        return tuple(made)

    # --- two splits --------------------------------------------------------------------------

    def _pair(self, by: tuple[Split, Split], axes: Axes) -> Table:
        empty = Table(self.family, by)
        if self.whole is not None:
            there = self.whole.table(self.family, by)
            if not there.cells:
                return empty
            axes = _not_torn(axes, there)
        if by in self.before:
            axes = _not_torn(axes, self.before[by])
        cells = self._two(by)
        in_order = [at for at, split in enumerate(by) if split in IN_ORDER]
        found = joined_pair(axes, cells, tell=self.tell, in_order=in_order)
        if found is None:
            return empty
        rows, columns = found
        made = (
            _cell((a, b), cells.sum((x, y) for x in a for y in b).inside, self.kin)
            for a in rows
            for b in columns
        )
        return Table(self.family, by, tuple(made))

    # --- counting ----------------------------------------------------------------------------

    def _one(self, split: Split) -> Cells[str]:
        if split not in self._ones:
            self._ones[split] = self._counted(lambda case: case.values.get(split, MISSING))
        return self._ones[split]

    def _two(self, by: tuple[Split, Split]) -> Cells[tuple[str, str]]:
        one, two = by
        return self._counted(lambda c: (c.values.get(one, MISSING), c.values.get(two, MISSING)))

    def _total(self) -> Pair:
        return self._counted(lambda _case: "").sum([""])

    def _counted(self, key: Callable[[Case], Key]) -> Cells[Key]:
        inside = _count(self.cases, self.family, key)
        others = self.others
        return Cells(inside, None if others is None else _count(others, self.family, key))


def _count(
    cases: Iterable[Case], family: Family, key: Callable[[Case], Key]
) -> Mapping[Key, Count]:
    found: dict[Key, Count] = defaultdict(Count)
    judges = KIN[family].judges
    for case in cases:
        found[key(case)].add(case.person, case.said.get(family), judges=judges)
    return found


def _not_torn(axes: Axes, table: Table) -> Axes:
    return overlapping(axes[0], table.axis(0)), overlapping(axes[1], table.axis(1))


def _values(split: Split, cells: Cells[str]) -> Sequence[str]:
    """Those that occur, in the list's own order. A value that nobody has is no group: to leave it
    out tells of no person, and to join it would blur a group that somebody is in."""
    if split in VALUES:
        return [value for value in VALUES[split] if value in cells]
    last = [value for value in (splits.ELSEWHERE, MISSING) if value in cells]
    return [*sorted(set(cells) - set(last)), *last]


def _cell(groups: tuple[Group, ...], count: Count, kin: Kin) -> Cell:
    middle = None
    if kin.median is not None:
        middle = rounded(median(sorted(count.waits)), kin.step)
    return Cell(groups, count.n, count.missing, tuple(count.yes), middle)
