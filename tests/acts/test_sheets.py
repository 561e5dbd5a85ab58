"""What a paper says of the day it is printed on, outside the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from careplan.acts.sheets import page_sheet
from careplan.acts.world import World
from tests.people.everybody import PEOPLE
from tests.summary import others

WORLD = World(store=cast(Any, None), entropy=bytes, base_url="https://plans.example.uk")


def notices(version, year, month, day):
    at = datetime(year, month, day, 12, tzinfo=UTC)
    return page_sheet(WORLD, version, narrative="", at=at, link=None).notices


@pytest.mark.parametrize(("day", "told"), [((2026, 12, 6), True), ((2026, 12, 7), False)])
def test_within_28_days_of_a_transfusion(day, told):
    found = notices(PEOPLE["mina"].version(), *day)
    assert any("think delayed haemolytic reaction, not only a crisis" in one for one in found) is (
        told
    )


@pytest.mark.parametrize(("day", "told"), [((2027, 1, 5), False), ((2027, 1, 6), True)])
def test_a_childs_weight_grows_old_after_three_months(day, told):
    weigh = "Weighed 26.4 kg on 6 October 2026 (scale): weigh again."
    assert (weigh in notices(PEOPLE["kofi"].version(), *day)) is told


def test_nobody_weighs_for_a_dose_that_is_not_shown():
    stopped = replace(PEOPLE["kofi"].version(), stop=others.a_stopped_version().stop)
    assert not any("weigh again" in one for one in notices(stopped, 2028, 1, 1))


def test_an_ordinary_day_needs_no_words():
    assert notices(PEOPLE["ada"].version(), 2026, 11, 23) == ()
