"""A team's plans leave as they were published, and come in one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from careplan.acts.bringing_in import CannotBring
from careplan.acts.moving import NOBODY, Came, Part, count_team, take_in, take_out
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import to_bundle
from careplan.plan.dictionary import dictionary
from careplan.store.chains import Whole, verify_all
from careplan.store.patients import erase_patient
from careplan.store.tables import patient, plan_version
from careplan.store.trail import events_of
from tests import make
from tests.acts.worlds import Clinic
from tests.people.everybody import PEOPLE
from tests.stores import NOW, a_patient, a_team
from tests.teams import a_document, many_people

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>A plan</p></div>'


def everything(world: World, team_id: UUID, part: Part, *, most: int) -> list[bytes]:
    found: list[bytes] = []
    after = NOBODY
    while True:
        taken = take_out(world, team_id=team_id, part=part, after=after, at=NOW, most=most)
        assert len(taken.documents) <= most
        found += taken.documents
        if taken.last is None:
            return found
        after = taken.last


def record(key: str) -> bytes:
    """One of the seven as another install exports them, under a number of their own."""
    number = f"SCP-{key.upper():X<4.4}-0001"
    version = replace(PEOPLE[key].version(), plan_number=number)
    return to_bundle(version, dictionary(version.condition), narrative=DIV)


@pytest.fixture
def two_teams(world: World) -> tuple[UUID, UUID]:
    with world.store.begin() as tx:
        return a_team(tx), a_team(tx, "Another team")


def test_everybody_of_the_team_is_taken_once_and_their_trail_says_so(
    world: World, two_teams: tuple[UUID, UUID]
) -> None:
    team, other = two_teams
    people = many_people(world.store, team, 7)
    many_people(world.store, other, 2)
    with world.store.begin() as tx:
        a_patient(tx, team_id=team)
        gone = list(people)[3]
        erase_patient(tx, gone)
    del people[gone]
    assert everything(world, team, Part.RECORD, most=3) == list(people.values())
    counted = count_team(world, team_id=team)
    assert (counted.published, counted.unpublished) == (6, 1)
    with world.store.read() as tx:
        for one in people:
            (event,) = (kept.event for kept in events_of(tx, one, limit=9))
            assert (event.kind, event.actor) == (Deed.EXPORTED, SYSTEM)
            assert dict(event.what) == {"form": "record", "version": "1"}
        assert isinstance(verify_all(tx), Whole)


def test_the_emergency_documents_alone_can_be_taken(
    world: World, two_teams: tuple[UUID, UUID]
) -> None:
    team, _other = two_teams
    many_people(world.store, team, 2)
    found = everything(world, team, Part.EMERGENCY, most=50)
    assert sorted(found) == sorted(a_document(number, part="emergency") for number in range(2))


def test_a_signed_record_leaves_as_it_was_published_and_is_one_line(clinic: Clinic) -> None:
    with clinic.world.store.read() as tx:
        team = tx.run(select(patient.c.team_id)).scalar_one()
    (found,) = everything(clinic.world, team, Part.RECORD, most=50)
    assert found == clinic.current.record
    assert b"\n" not in found
    assert b"\n" not in clinic.current.emergency


def test_what_is_not_what_was_published_is_named_and_the_rest_goes_on(
    world: World, two_teams: tuple[UUID, UUID]
) -> None:
    team, _other = two_teams
    people = many_people(world.store, team, 3)
    with world.store.begin() as tx:
        last = list(people)[-1]
        row = dict(
            tx.run(select(plan_version).where(plan_version.c.patient_id == last)).one()._mapping
        )
        digest = sha256(b"something else").digest()
        tx.run(insert(plan_version).values(**{**row, "number": 2, "record_sha256": digest}))
        tx.run(update(patient).where(patient.c.patient_id == last).values(current_version=2))
    taken = take_out(world, team_id=team, part=Part.RECORD, after=NOBODY, at=NOW, most=50)
    assert taken.damaged == (last,)
    assert list(taken.documents) == list(people.values())[:2]
    with world.store.read() as tx:
        assert events_of(tx, last, limit=9) == ()


# --- in ------------------------------------------------------------------------------------------


def came(world: World, document: bytes, team_id: UUID, **more: Any) -> Came:
    return take_in(world, document=document, team_id=team_id, at=NOW, **more)


def test_the_same_line_twice_is_one_person(world: World, two_teams: tuple[UUID, UUID]) -> None:
    team, other = two_teams
    ada = record("ada")
    assert came(world, ada, team) is Came.IN
    assert came(world, ada, team) is Came.BEFORE
    with world.store.read() as tx:
        (event,) = (kept.event for kept in events_of(tx, make.an_id("ada"), limit=9))
    assert event.kind is Deed.IMPORTED
    with pytest.raises(CannotBring, match="here already"):
        came(world, ada, other)
    later = replace(PEOPLE["ada"].version(), plan_number="SCP-ADAX-0001")
    later = replace(later, number=4, published_at=later.published_at + timedelta(days=1))
    with pytest.raises(CannotBring, match="here already"):
        came(world, to_bundle(later, dictionary(), narrative=DIV), team)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"null",
        b'{"entry":7}',
        b'{"entry":[1,{"resource":{"id":[]}}]}',
        b'{"entry":[1,{"resource":{"id":"x"}}]}',
        b"\xff",
        b"[" * 500,
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(
    world: World, two_teams: tuple[UUID, UUID], line: bytes
) -> None:
    with pytest.raises(CannotBring, match="cannot be read"):
        came(world, line, two_teams[0])
    with world.store.read() as tx:
        assert tx.run(select(patient.c.patient_id)).all() == []
