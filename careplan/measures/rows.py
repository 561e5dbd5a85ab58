"""One counted visit, or one person of the service, as a row that names nobody.

`person` is a number of this run alone, so that ten visits of one person are not taken for ten
people; it is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from careplan.measures.measures import Family
from careplan.measures.splits import MISSING, Split, Who, time_of_day
from careplan.visits.report import Followed, Sureness, VisitReport, YesNo

LONGEST = 7 * 24 * 60
"""Minutes. A longer wait than a week is a wrong date, and counts as not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one row says in one family: of each of its measures yes or no, and how long it took
    (infinite: it never came)."""

    yes: tuple[bool, ...]
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A row as it is counted. A family that is not in `said` was not answered."""

    person: int
    values: Mapping[Split, str]
    said: Mapping[Family, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A visit. `minutes`: from arrival to the first pain relief; None with `no_relief` when none
    was given, None alone when it is not known. `hour`: of arrival, in London."""

    person: int
    month: str
    who: Who = field(default_factory=Who)
    minutes: int | None = None
    no_relief: bool = False
    sureness: str = MISSING
    opened: bool | None = None
    followed: Followed | None = None
    believed: int | None = None
    checked: bool | None = None
    hospital: str = MISSING
    hour: int | None = None

    def case(self) -> Case:
        values = self.who.values() | {
            Split.HOSPITAL: self.hospital,
            Split.TIME_OF_DAY: time_of_day(self.hour),
            Split.SURENESS: self.sureness,
        }
        said: dict[Family, Answer] = {}
        if self.minutes is not None or self.no_relief:
            wait = inf if self.minutes is None else float(self.minutes)
            said[Family.RELIEF] = Answer((wait <= 15, wait <= 30, wait <= 60), wait)
        if self.opened is not None:
            said[Family.OPENED] = Answer((self.opened,))
        if self.followed is not None:
            fully = self.followed is Followed.FULLY
            said[Family.FOLLOWED] = Answer((fully, fully or self.followed is Followed.PARTLY))
        if self.believed is not None:
            said[Family.BELIEVED] = Answer((self.believed >= 4,))
        if self.checked is not None:
            said[Family.CHECKED] = Answer((self.checked,))
        return Case(self.person, values, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A person of the service. `days`: from the day their plan was begun to the first signature,
    None when nobody has signed. `reached`: signed, or a link made, or somebody looked."""

    person: int
    who: Who = field(default_factory=Who)
    days: int | None = None
    reached: bool = False

    def case(self) -> Case:
        wait = inf if self.days is None else float(self.days)
        said = {
            Family.SIGNED: Answer((self.days is not None,), wait),
            Family.REACHED: Answer((not self.reached,)),
        }
        return Case(self.person, self.who.values(), said)


def row_of(
    report: VisitReport, *, person: int, who: Who, hospital: str, hour: int | None, month: str
) -> Row:
    """A report as a row. Relief before arrival, or a week later, counts as not known."""
    minutes, sureness = _wait(report)
    return Row(
        person=person,
        month=month,
        who=who,
        minutes=minutes,
        no_relief=bool(report.no_relief) and minutes is None,
        sureness=sureness,
        opened=_truth(report.plan_shown),
        followed=None if report.followed is Followed.DONT_KNOW else report.followed,
        believed=report.believed,
        checked=_truth(report.checked_within_30),
        hospital=hospital,
        hour=hour,
    )


def _wait(report: VisitReport) -> tuple[int | None, str]:
    arrived, relief = report.arrived, report.relief
    if arrived is None or relief is None or arrived.at is None or relief.at is None:
        return None, MISSING
    minutes = int((relief.at - arrived.at).total_seconds() // 60)
    if not 0 <= minutes <= LONGEST:
        return None, MISSING
    exact = arrived.sureness is relief.sureness is Sureness.EXACT
    return minutes, "exact" if exact else "estimate"


def _truth(said: YesNo | None) -> bool | None:
    return {YesNo.YES: True, YesNo.NO: False}.get(said) if said else None
