"""What is only true on the day a plan is looked at, in words: for the frame around the document.

Whether it is true is the rules' to say (R7, R27). A surface made on the day asks them; the frozen
emergency document carries the sentences with the days on which the rules say them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.drugs import Drugs
from careplan.plan.rules.blood import r27_transfused
from careplan.plan.rules.weights import r7_weight
from careplan.plan.safety import Facts
from careplan.summary.different import transfused
from careplan.summary.phrases import phrases
from careplan.summary.weight import weighed
from careplan.summary.wording import LONDON

_LOOKED_AHEAD = 5 * 366
"""Days asked about. No such notice begins or ends later: by then each holds for good, or never."""

_Says = Callable[[Facts], bool]
_Sentence = Callable[[CarePlan, Dictionary], str]


@dataclass(frozen=True, slots=True)
class DayNotice:
    """A sentence, and the first and last day on which it is true, as far as there is one."""

    text: str
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


def notices_on(day: date, version: Version, words: Dictionary, drugs: Drugs) -> tuple[str, ...]:
    """What is true of this version on this day."""
    facts = Facts(version.plan, day, drugs, condition=version.condition)
    told = _told(version)
    return tuple(sentence(version.plan, words) for says, sentence in told if says(facts))


def day_notices(version: Version, words: Dictionary, drugs: Drugs) -> tuple[DayNotice, ...]:
    """The same from the day of publication on, asked of the rules day by day."""
    begins = version.published_at.astimezone(LONDON).date()
    facts = Facts(version.plan, begins, drugs, condition=version.condition)
    days = [begins + timedelta(days=ahead) for ahead in range(_LOOKED_AHEAD)]
    made = []
    for says, sentence in _told(version):
        holds = [says(replace(facts, today=day)) for day in days]
        for since, until in _spells(days, holds):
            made.append(DayNotice(sentence(version.plan, words), since, until))
    return tuple(made)


def _told(version: Version) -> Iterator[tuple[_Says, _Sentence]]:
    if version.shows_dose:
        yield (lambda facts: any(r7_weight(facts))), weigh_again
    yield (lambda facts: any(r27_transfused(facts))), transfused_lately


def _spells(days: list[date], holds: list[bool]) -> Iterator[tuple[date | None, date | None]]:
    """Unbroken runs of days: a run without a first day was there at the start, one without a last
    day is there at the end."""
    since: date | None = None
    before = False
    for day, now in zip(days, holds, strict=True):
        if now and not before:
            since = None if day == days[0] else day
        if before and not now:
            yield since, day - timedelta(days=1)
        before = now
    if before:
        yield since, None


def weigh_again(plan: CarePlan, words: Dictionary) -> str:
    """Beside a dose per kilogram whose weight has grown old; the dose stands."""
    say = phrases(words)
    return say.say("dose.weigh_again", weighed=weighed(plan, words, say))


def transfused_lately(plan: CarePlan, words: Dictionary) -> str:
    """Within 28 days of a transfusion."""
    return " ".join(fact.text for fact in transfused(plan, words, phrases(words)))
