"""What a rule is given and what it gives back, and the few sums of days that rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from careplan.plan.care_plan import CarePlan, Signature, Version
from careplan.plan.content import FIRST
from careplan.plan.drugs import Drugs
from careplan.plan.rules.tables import Limits, Phrases, TypeWords, lines
from careplan.plan.rules.treatments import Treatment, treatments
from careplan.plan.sickle import Complication, Event
from careplan.plan.values import Answer3


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `paths`: the fields that conflict, none where it is about the published
    plan as a whole; `key`: stable, to acknowledge it by.

    `settled`: signing anew is itself the answer to it, so that no reason is asked for.
    """

    rule: str
    severity: Severity
    text: str
    paths: tuple[str, ...]
    settled: bool = False

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.text}"


@dataclass(frozen=True)
class Facts:
    """All that a rule may look at. What is not known is left out, and then no rule claims it.

    `clinical` and `signed`: the clinical bytes as they stand and as last signed. `version`: what
    is published now. `was`: the plan when that was signed. `signer_left`: whoever signed it is no
    longer in the team. `another_plan`: the same person has another active plan with us.
    """

    plan: CarePlan
    today: date
    drugs: Drugs
    clinical: bytes = b""
    signed: bytes | None = None
    version: Version | None = None
    was: CarePlan | None = None
    signer_left: bool = False
    another_plan: bool = False
    condition: str = FIRST

    @property
    def age(self) -> int | None:
        return age_on(self.plan.identity.date_of_birth, self.today)

    @property
    def adult(self) -> bool:
        """Known to be grown up."""
        return self.age is not None and self.age >= self.limits.adult_age

    @property
    def limits(self) -> Limits:
        return lines(self.condition).limits

    @property
    def phrases(self) -> Phrases:
        return lines(self.condition).phrases

    @property
    def type_words(self) -> TypeWords:
        return lines(self.condition).type

    @property
    def signature(self) -> Signature | None:
        return self.version.signature if self.version else None

    @cached_property
    def treatments(self) -> tuple[Treatment, ...]:
        return tuple(treatments(self.plan, self.drugs))

    def given(self, *groups: str) -> tuple[Treatment, ...]:
        """The treatments that belong to one of these families or groups of drugs.toml."""
        wanted = frozenset[str]().union(*map(self.drugs.members, groups))
        return tuple(one for one in self.treatments if one.ingredients & wanted)

    def taken(self, *groups: str) -> tuple[Treatment, ...]:
        """Of those, the ones taken anyway: the regular medicines and the opioid named as taken."""
        return tuple(one for one in self.given(*groups) if one.regular)

    def had(self, *kinds: Complication) -> tuple[Event, ...]:
        """What has happened, by the history; "no" and "not known" are not in it."""
        events = self.plan.complications.events
        return tuple(one for one in events if one.kind in kinds and one.had is Answer3.YES)


Rule = Callable[[Facts], Iterator[Finding]]


def age_on(born: date | None, today: date) -> int | None:
    """Age in completed years."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` on; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)
