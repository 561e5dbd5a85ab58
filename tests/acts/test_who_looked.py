"""Who looked: a computer that asks again and again pushes nobody off the page."""

from __future__ import annotations

from datetime import timedelta

from careplan.acts.reading import overview, who_looked
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.store.trail import append
from tests.stores import NOW

SYSTEM = Actor(ActorKind.PARTNER, "a-partner", "Record system", "St Anselm's Hospital")


def looks_of(clinic):
    return who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)


def asked(clinic, *, times, at):
    with clinic.world.store.begin() as tx:
        for number in range(times):
            moment = at + timedelta(seconds=number)
            what = {"part": "plan", "version": "2"}
            append(
                tx,
                AuditEvent(Kind.PARTNER_READ, moment, SYSTEM, str(clinic.patient_id), what),
            )


def test_three_hundred_reads_of_a_system_are_one_line_a_day(clinic):
    overview(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=NOW)
    before = looks_of(clinic)
    assert "Dr" in before[0].text
    asked(clinic, times=290, at=NOW + timedelta(seconds=1))
    asked(clinic, times=10, at=NOW + timedelta(days=1))
    second, first, *rest = looks_of(clinic)
    assert (second.times, first.times) == (10, 290)
    assert first.first == NOW + timedelta(seconds=1)
    assert first.at == NOW + timedelta(seconds=290)
    assert tuple(rest) == before, "nobody else's look is gone"
