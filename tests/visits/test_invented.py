"""The measures find unfairness of known size, in invented visits and in its true direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random  # noqa: TID251 (seeded play)

import pytest

from careplan.measures.figures import Figure, view
from careplan.measures.measures import Measure
from careplan.measures.rows import Row
from careplan.measures.sheet import Period, make_sheet
from careplan.measures.splits import Split, Who, age_band, yes_no
from careplan.visits.invented import Invented, InventedVisit, people, visit
from careplan.visits.report import Followed

TODAY = date(2026, 11, 23)
SEED = 20261123
WORTH = {
    Measure.WITHIN_15: ("relief", "within_15"),
    Measure.WITHIN_30: ("relief", "within_30"),
    Measure.WITHIN_60: ("relief", "within_60"),
    Measure.OPENED: ("opened", "opened"),
    Measure.FOLLOWED_FULLY: ("followed", "followed"),
    Measure.BELIEVED: ("believed", "believed"),
    Measure.CHECKED: ("checked", "checked"),
}
"""The question that a measure rests on, and the chance that it should find."""
BY = (Split.ETHNIC_GROUP, Split.INTERPRETER, Split.TIME_OF_DAY)


def row(person: Invented, one: InventedVisit) -> Row:
    told = one.told
    return Row(
        person=person.number,
        month="2026-11",
        who=Who(
            ethnic_category=person.category or "missing",
            sex="female" if person.female else "male",
            age=age_band(person.born, TODAY),
            language="english" if person.language == "English" else "other",
            interpreter=yes_no(person.interpreter),
        ),
        minutes=one.minutes if "relief" in told else None,
        no_relief="relief" in told and one.minutes is None,
        opened=one.opened if "opened" in told else None,
        followed=(Followed.FULLY if one.followed else Followed.NO) if "followed" in told else None,
        believed=one.believed if "believed" in told else None,
        checked=one.checked if "checked" in told else None,
        hour=one.arrived.hour,
    )


@pytest.fixture(scope="module")
def played() -> list[tuple[Row, InventedVisit]]:
    rng, midnight = Random(SEED), datetime(2026, 1, 1, tzinfo=UTC)
    there = people(400, rng=rng, today=TODAY)
    visits = (
        (person, visit(person, rng=rng, midnight=midnight + timedelta(days=rng.randrange(300))))
        for person in there
        for _ in range(8)
    )
    return [(row(person, one), one) for person, one in visits]


def found(
    played: list[tuple[Row, InventedVisit]],
) -> Iterator[tuple[Measure, Split, Figure, float]]:
    """Each figure that is told, beside what it should be: the mean of its visits' chances."""
    period = Period(since=None, until=TODAY)
    sheet = make_sheet([one.case() for one, _ in played], about="visits", period=period)
    for measure, (question, chance) in WORTH.items():
        for split in BY:
            true: dict[str, list[float]] = defaultdict(list)
            for counted, one in played:
                if question in one.told:
                    true[counted.case().values[split]].append(one.chances[chance])
            for figure in view(sheet, measure, (split,)).rows:
                (group,) = figure.groups
                chances = [each for value in group for each in true[value]]
                assert figure.n == len(chances)
                yield measure, split, figure, 100 * sum(chances) / len(chances)


def test_nearly_every_interval_holds_the_truth(played) -> None:
    """Nineteen of twenty should; a method that is out by a little misses many more."""
    held = [figure.low <= truth <= figure.high for _, _, figure, truth in found(played)]
    assert len(held) >= 50
    assert sum(held) / len(held) >= 0.9


@pytest.mark.parametrize("measure", WORTH)
def test_black_people_are_seen_to_be_worse_served(played, measure: Measure) -> None:
    """Without a doubt: the whole interval lies below that of white people."""
    by_group = {
        figure.groups[0]: figure
        for which, split, figure, _ in found(played)
        if which is measure and split is Split.ETHNIC_GROUP
    }
    assert by_group[("black",)].high < by_group[("white",)].low


@pytest.mark.parametrize(
    ("split", "worse", "better"),
    [(Split.INTERPRETER, "yes", "no"), (Split.TIME_OF_DAY, "night", "day")],
)
def test_a_longer_wait_is_seen(played, split: Split, worse: str, better: str) -> None:
    figures = {
        figure.groups[0]: figure
        for which, by, figure, _ in found(played)
        if which is Measure.WITHIN_30 and by is split
    }
    assert figures[(worse,)].high < figures[(better,)].low


def test_where_nothing_is_unfair_nothing_is_found(played) -> None:
    period = Period(since=None, until=TODAY)
    sheet = make_sheet([one.case() for one, _ in played], about="visits", period=period)
    women, men = view(sheet, Measure.WITHIN_30, (Split.SEX,)).rows
    assert women.low <= men.high
    assert men.low <= women.high


def test_the_same_seed_invents_the_same_people() -> None:
    assert people(20, rng=Random(1), today=TODAY) == people(20, rng=Random(1), today=TODAY)
    assert people(20, rng=Random(1), today=TODAY) != people(20, rng=Random(2), today=TODAY)
