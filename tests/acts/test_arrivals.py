"""Who the desk sees in an emergency department now: those who agreed, until they leave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.acts.arrivals import in_departments_now, told_to_team
from careplan.acts.taps import Press
from careplan.acts.visiting import begin, end, take_back, tap
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind as Deed
from careplan.store.visits import every_tap, in_departments, keep_visit
from careplan.visits.visit import Stage, Tap, Visit
from tests.acts.worlds import Clinic
from tests.stores import NOW, a_patient, asked_of

HOUR = timedelta(hours=1)


def go(clinic: Clinic, *, tells_team: bool, at=NOW) -> Visit:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    return begin(clinic.world, **mine, tap_id=uuid4(), tells_team=tells_team, another=True, at=at)


def seen(clinic: Clinic, at=NOW) -> list[UUID]:
    found = in_departments_now(clinic.world, by=clinic.nurse, at=at)
    return [one.visit.visit_id for one in found]


def test_only_whoever_agreed_is_listed_and_until_they_leave(clinic: Clinic) -> None:
    go(clinic, tells_team=False)
    assert seen(clinic) == []
    assert _told(clinic) is None
    visit = go(clinic, tells_team=True)
    assert seen(clinic) == [visit.visit_id]
    (line,) = in_departments_now(clinic.world, by=clinic.doctor, at=NOW)
    assert line.face is not None
    assert seen(clinic, NOW + 23 * HOUR) == [visit.visit_id]
    assert seen(clinic, NOW + 24 * HOUR) == []
    said = _told(clinic)
    assert said is not None
    assert said.visit_id == visit.visit_id
    assert clinic.deeds(1) == [Deed.VISIT_LOOKED_AT]
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    end(clinic.world, **mine, visit_id=visit.visit_id, tap_id=uuid4(), at=NOW + HOUR)
    assert seen(clinic, NOW + HOUR) == []
    assert clinic.chains_hold()


def _told(clinic: Clinic):
    return told_to_team(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, at=NOW)


def test_the_team_reads_the_visit_they_may_know_of_and_no_newer_one(clinic: Clinic) -> None:
    """Taking back the end of one visit leaves two: the newer, over by now, was not for the team."""
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    told = go(clinic, tells_team=True, at=NOW - 2 * HOUR)
    private = begin(clinic.world, **mine, tap_id=uuid4(), another=True, at=NOW - HOUR)
    no = Press(tap_id=uuid4(), tap=Tap.TELL_TEAM, tells=False, at=NOW - HOUR)
    tap(clinic.world, **mine, visit_id=private.visit_id, press=no, at=NOW - HOUR)
    with clinic.world.store.read() as tx:
        (over,) = [one for one in every_tap(tx, clinic.patient_id, told.visit_id)
                   if one.tap is Tap.LEFT]  # fmt: skip
    back: dict[str, Any] = {"tap_id": uuid4(), "back": over.tap_id}
    take_back(clinic.world, **mine, visit_id=told.visit_id, **back, at=NOW - HOUR)
    end(clinic.world, **mine, visit_id=private.visit_id, tap_id=uuid4(), at=NOW)
    said = _told(clinic)
    assert said is not None
    assert (said.visit_id, len(said.lines)) == (told.visit_id, 1)


def test_another_team_sees_nobody_and_a_person_no_list(clinic: Clinic) -> None:
    go(clinic, tells_team=True)
    assert in_departments_now(clinic.world, by=clinic.elsewhere, at=NOW) == ()
    with pytest.raises(NotAllowed):
        in_departments_now(clinic.world, by=clinic.ada, at=NOW)
    with pytest.raises(NotThere):
        told_to_team(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id, at=NOW)


def test_a_list_of_many_is_one_statement_too(clinic: Clinic) -> None:
    team = UUID(clinic.nurse.team_id)
    with clinic.world.store.begin() as tx:
        for _more in range(20):
            somebody = a_patient(tx, team_id=team)
            going = Visit(
                patient_id=somebody,
                visit_id=tx.new_id(),
                begun_at=NOW,
                stage=Stage.GOING,
                tells_team=True,
            )
            keep_visit(tx, going)
    with clinic.world.store.read() as tx:
        asked = asked_of(tx)
        assert len(in_departments(tx, team, at=NOW)) == 20
        assert len(asked) == 1
