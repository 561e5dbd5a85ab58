"""What holds on some days only: the same sentence on paper, on the day, and frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.plan.drugs import drugs
from careplan.plan.sickle import Reading
from careplan.plan.values import DecimalText
from careplan.summary.today import DayNotice, day_notices, notices_on
from tests import make
from tests.people.everybody import PEOPLE

WORDS, DRUGS = dictionary(), drugs()
WEIGH = "Weighed 26.4 kg on 6 October 2026 (scale): weigh again."


def kofi(**changes: object) -> Version:
    return replace(PEOPLE["kofi"].version(), **changes)  # type: ignore[arg-type]


def transfused(on: date) -> Version:
    plan = make.ada()
    blood = replace(plan.transfusion, last_on=on, programme=None)
    return make.a_version(plan.with_section("transfusion", blood))


def frozen(version: Version) -> tuple[DayNotice, ...]:
    return day_notices(version, WORDS, DRUGS)


def test_a_weight_grows_old_on_its_day_and_stays_so() -> None:
    """Kofi is nine: from three months on (domain 2.5)."""
    (told,) = frozen(kofi())
    assert told == DayNotice(WEIGH, date(2027, 1, 6), None)
    assert not told.holds(date(2027, 1, 5))
    assert told.holds(date(2027, 1, 6))
    assert told.holds(date(2035, 1, 1))


def test_a_transfusion_is_watched_for_28_days() -> None:
    (told,) = frozen(transfused(date(2026, 11, 20)))
    assert (told.since, told.until) == (date(2026, 11, 20), date(2026, 12, 18))
    assert "Last transfused 20 November 2026: until 18 December 2026" in told.text
    assert [told.holds(date(2026, 12, day)) for day in (17, 18, 19)] == [True, True, False]


def test_a_weight_that_is_fresh_again_after_a_birthday_is_said_in_spells() -> None:
    """Under two it is old after a month, from two on after three: fresh once more at two."""
    plan = kofi().plan
    born = replace(plan.identity, date_of_birth=date(2025, 1, 10))
    weight = replace(plan.baselines, weight=Reading(DecimalText("9.1"), date(2026, 11, 20)))
    plan = plan.with_section("identity", born).with_section("baselines", weight)
    told = frozen(kofi(plan=plan))
    assert [(one.since, one.until) for one in told[1:]] == [
        (date(2026, 12, 20), date(2027, 1, 9)),
        (date(2027, 2, 20), None),
    ]
    days = [date(2026, 11, 20) + timedelta(days=ahead) for ahead in range(800)]
    for day in days:
        said = [one.text for one in told if one.holds(day)]
        assert said == list(notices_on(day, kofi(plan=plan), WORDS, DRUGS)), day


@pytest.mark.parametrize("key", PEOPLE)
def test_the_frozen_notices_say_what_paper_says_on_every_day(key: str) -> None:
    version = PEOPLE[key].version()
    told = frozen(version)
    for ahead in range(900):
        day = version.published_at.date() + timedelta(days=ahead)
        assert tuple(one.text for one in told if one.holds(day)) == notices_on(
            day, version, WORDS, DRUGS
        )


def test_no_dose_no_word_on_the_weight_beside_it() -> None:
    assert frozen(kofi(signature=None, answer=None)) == ()


def test_the_day_is_the_day_in_london() -> None:
    """Published half an hour after midnight in summer, which is still yesterday in UTC."""
    version = replace(
        transfused(date(2026, 6, 3)),
        published_at=datetime.combine(date(2026, 7, 1), time(23, 30), UTC),
    )
    assert frozen(version) == ()  # 28 days were over on 1 July
