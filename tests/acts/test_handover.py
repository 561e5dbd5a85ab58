"""Two teams, one plan: both see it, both agree, and on the day it moves with everything signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from careplan.accounts.people import Who
from careplan.acts.desk import open_desk
from careplan.acts.handover import (
    BadHandover,
    agree_handover,
    begin_handover,
    call_off_handover,
    coming,
    move_what_is_due,
    open_handover,
)
from careplan.acts.reading import overview
from careplan.acts.world import NotThere, World
from tests.acts.families import Family, a_family
from tests.stores import NOW

DAY = date(2026, 12, 1)
THEN = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def family(world: World) -> Family:
    found = a_family(world)
    begin_handover(
        world, **mine(found, found.doctor.who), to_team=found.adults.team_id, move_on=DAY
    )
    return found


def mine(family: Family, by: Who, at: datetime = NOW) -> dict[str, Any]:
    return {"by": by, "patient_id": family.patient_id, "at": at}


def test_both_teams_read_and_only_the_first_writes(family: Family) -> None:
    for staff in (family.doctor, family.adults):
        overview(family.world, **mine(family, staff.who))
    with pytest.raises(NotThere):
        open_desk(family.world, **mine(family, family.adults.who))
    (one,) = coming(family.world, by=family.adults.who, at=NOW)
    assert one.patient_id == family.patient_id


def test_it_moves_on_the_day_once_both_have_agreed(family: Family) -> None:
    world = family.world
    assert not agree_handover(world, **mine(family, family.doctor.who))
    assert move_what_is_due(world, at=THEN) == 0  # one team alone moves nothing
    assert not agree_handover(world, **mine(family, family.adults.who))
    assert move_what_is_due(world, at=THEN - timedelta(days=1)) == 0
    assert move_what_is_due(world, at=THEN) == 1
    assert move_what_is_due(world, at=THEN) == 0
    open_desk(world, **mine(family, family.adults.who))
    with pytest.raises(NotThere):
        overview(world, **mine(family, family.doctor.who))


def test_the_second_word_on_the_day_moves_it_at_once(family: Family) -> None:
    agree_handover(family.world, **mine(family, family.adults.who))
    assert agree_handover(family.world, **mine(family, family.doctor.who, THEN))


def test_the_signed_plan_stays_as_it_is_throughout(family: Family) -> None:
    signed = family.sign()
    for staff in (family.doctor, family.adults):
        agree_handover(family.world, **mine(family, staff.who, THEN))
    found = overview(family.world, **mine(family, family.adults.who, THEN))
    assert found.current is not None
    assert found.current.signature == signed.signature
    assert found.current.shows_dose


def test_called_off_it_is_one_teams_again(family: Family) -> None:
    call_off_handover(family.world, **mine(family, family.adults.who))
    for act in (open_handover, call_off_handover, agree_handover):
        with pytest.raises(NotThere):
            act(family.world, **mine(family, family.adults.who))
    assert open_handover(family.world, **mine(family, family.doctor.who)).handover is None


def test_only_somebody_who_could_sign_agrees(family: Family) -> None:
    nurse = replace(family.doctor.who, registration=None)
    with pytest.raises(NotThere):
        agree_handover(family.world, **mine(family, nurse))
    with pytest.raises(NotThere):
        agree_handover(family.world, **mine(family, family.here("Abena")))


@pytest.mark.parametrize("wrong", ["own team", "yesterday"])
def test_a_move_that_makes_no_sense_is_refused(family: Family, wrong: str) -> None:
    own = family.doctor.team_id if wrong == "own team" else family.adults.team_id
    day = NOW.date() - timedelta(days=1) if wrong == "yesterday" else DAY
    with pytest.raises(BadHandover):
        begin_handover(family.world, **mine(family, family.doctor.who), to_team=own, move_on=day)
