"""What an address of the measures asks for: a measure, up to two splits, and which sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from careplan.measures import measures
from careplan.measures.measures import FAMILY_OF, Measure, splits_of
from careplan.measures.splits import ALONE, Split

FIRST = Measure.WITHIN_30


class NothingLikeIt(LookupError):
    """No page of ours asks for this: an address that was typed or cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    measure: Measure = FIRST
    by: tuple[Split, ...] = ()
    until: date | None = None

    @property
    def about(self) -> str:
        return "service" if FAMILY_OF[self.measure] in measures.OF_SERVICE else "visits"

    def splits(self) -> tuple[Split, ...]:
        return splits_of(FAMILY_OF[self.measure])

    def seconds(self) -> tuple[Split, ...]:
        """What the first split can be crossed with."""
        if not self.by or self.by[0] in ALONE:
            return ()
        return tuple(one for one in self.splits() if one not in ALONE and one is not self.by[0])

    def at(self, measure: Measure) -> Asked:
        """Another measure by the same splits, as far as it has them."""
        other = replace(self, measure=measure)
        if other.about != self.about:
            other = replace(other, until=None)
        return replace(other, by=tuple(one for one in self.by if one in other.splits()))

    def query(self) -> dict[str, str]:
        """The parts of the address, in one order, so that a cache keeps one page once."""
        made = {"measure": self.measure.value}
        if self.by:
            made["by"] = self.by[0].value
        if len(self.by) > 1:
            made["and"] = self.by[1].value
        if self.until is not None:
            made["until"] = self.until.isoformat()
        return made


def read_asked(arguments: Mapping[str, str]) -> Asked:
    """Raises NothingLikeIt."""
    try:
        asked = Asked(
            measure=Measure(arguments.get("measure", FIRST)),
            by=tuple(Split(arguments[name]) for name in ("by", "and") if arguments.get(name)),
            until=date.fromisoformat(arguments["until"]) if arguments.get("until") else None,
        )
    except ValueError:
        raise NothingLikeIt from None
    second = asked.by[1:]
    alone = arguments.get("and") and not arguments.get("by")
    if alone or set(asked.by) - set(asked.splits()) or set(second) - set(asked.seconds()):
        raise NothingLikeIt
    return asked
