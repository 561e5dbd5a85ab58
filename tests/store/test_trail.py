"""The trail: written with the deed, whole when nothing was touched, broken when anything was."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update

from careplan.audit.chain import Problem, service_chain
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.store import tables
from careplan.store.chains import BrokenChain, Whole, verify_all
from careplan.store.errors import Erased, NotFound
from careplan.store.patients import erase_patient
from careplan.store.trail import append, append_all, events_of, service_events_of
from tests.stores import NOW, a_patient, asked_of

ADA = Actor(ActorKind.PATIENT, "account-1", "Ada")
TODAYS = service_chain(NOW)


def opened(patient_id, kind=Kind.READ_BY_PERSON, at=NOW):
    return AuditEvent(kind=kind, at=at, actor=ADA, patient_id=str(patient_id))


def signed_in(at=NOW):
    return AuditEvent(kind=Kind.SIGNED_IN, at=at, actor=ADA, patient_id=None)


def test_it_works(store, patient_id):
    with store.begin() as tx:
        other = a_patient(tx)
        assert [append(tx, opened(patient_id)) for _ in range(3)] == [1, 2, 3]
        assert append(tx, opened(other)) == 1
        assert append(tx, signed_in()) == 1
    with store.read() as tx:
        kept = events_of(tx, patient_id, limit=10)
        assert [one.sequence for one in kept] == [3, 2, 1]
        assert kept[0].event == opened(patient_id)
        assert [one.event for one in service_events_of(tx, TODAYS)] == [signed_in()]
        assert verify_all(tx) == Whole(chains=3, events=5)


def test_pages_go_back_in_time(store, patient_id):
    with store.begin() as tx:
        for minutes in range(5):
            append(tx, opened(patient_id, at=NOW + timedelta(minutes=minutes)))
        first = events_of(tx, patient_id, limit=2)
        second = events_of(tx, patient_id, limit=9, before=first[-1].sequence)
    assert [one.sequence for one in (*first, *second)] == [5, 4, 3, 2, 1]


def test_nothing_has_happened_yet(store, patient_id):
    with store.read() as tx:
        assert events_of(tx, patient_id, limit=5) == ()
        assert service_events_of(tx, TODAYS) == ()
        assert verify_all(tx) == Whole(chains=1, events=0)


def test_an_event_goes_with_its_deed(store, patient_id):
    def deed_that_fails():
        with store.begin() as tx:
            append(tx, opened(patient_id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed_that_fails()
    with store.begin() as tx:
        assert append(tx, opened(patient_id)) == 1


def test_nobody_has_no_trail(store):
    with store.begin() as tx, pytest.raises(NotFound):
        append(tx, opened(UUID(int=404)))


def test_each_day_of_the_service_has_a_chain_of_its_own(store):
    with store.begin() as tx:
        assert append(tx, signed_in()) == 1
        assert append(tx, signed_in(at=NOW + timedelta(days=1))) == 1
        assert append(tx, signed_in()) == 2
        assert verify_all(tx) == Whole(chains=2, events=3)


def test_writing_one_event_is_at_most_three_statements(store, patient_id):
    with store.begin() as tx:
        statements = asked_of(tx)
        append(tx, opened(patient_id))
    assert len(statements) == (3 if store.dialect == "sqlite" else 2)


def test_a_deed_of_which_many_are_told_is_three_statements(store, patient_id):
    with store.begin() as tx:
        people = [patient_id, *(a_patient(tx) for _ in range(4))]
        append(tx, opened(patient_id))
        statements = asked_of(tx)
        append_all(tx, [opened(one) for one in people])
        assert len(statements) == 3
        append_all(tx, [])
        assert len(statements) == 3
        for wrong in ([patient_id] * 2, [UUID(int=404)]):
            with pytest.raises((ValueError, NotFound)):
                append_all(tx, [opened(one) for one in wrong])
        with pytest.raises(ValueError, match="several people"):
            append_all(tx, [signed_in()])
    with store.read() as tx:
        assert verify_all(tx) == Whole(chains=5, events=6)
        assert [len(events_of(tx, one, limit=9)) for one in people] == [2, 1, 1, 1, 1]


def test_many_deeds_of_which_many_are_told_wait_for_each_other(store):
    with store.begin() as tx:
        people = [a_patient(tx) for _ in range(5)]

    def tell(number):
        mine = people if number % 2 else people[::-1]
        with store.begin() as tx:
            append_all(tx, [opened(one) for one in mine])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(16)))
    with store.read() as tx:
        assert verify_all(tx) == Whole(chains=5, events=80)


@pytest.mark.parametrize("make", [opened, lambda _: signed_in()], ids=["person", "service"])
def test_many_who_write_at_once_make_one_chain(store, patient_id, make):
    def write(_):
        with store.begin() as tx:
            return append(tx, make(patient_id))

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(write, range(40))) == list(range(1, 41))
    with store.read() as tx:
        assert verify_all(tx).events == 40


def test_an_erased_persons_chain_stays_whole_and_unreadable(store, patient_id):
    with store.begin() as tx:
        append(tx, opened(patient_id))
        erase_patient(tx, patient_id)
    with store.read() as tx:
        assert verify_all(tx) == Whole(chains=1, events=1)
        with pytest.raises(Erased):
            events_of(tx, patient_id, limit=1)


# --- a touched trail -------------------------------------------------------------------------

EVENT, HEAD = tables.audit_event, tables.trail_head


def _swap(tx):
    """The second and third event change places."""
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tx.run(update(EVENT).where(EVENT.c.sequence == old).values(sequence=new))


def _change(sequence, **values):
    return lambda tx: tx.run(update(EVENT).where(EVENT.c.sequence == sequence).values(**values))


def _remove(sequence):
    return lambda tx: tx.run(delete(EVENT).where(EVENT.c.sequence == sequence))


TOUCHES = {
    "altered": (_change(2, body=b"x"), (2, Problem.ALTERED)),
    "digest": (_change(1, digest=b"x" * 32), (1, Problem.ALTERED)),
    "removed": (_remove(2), (2, Problem.OUT_OF_ORDER)),
    "first removed": (_remove(1), (1, Problem.OUT_OF_ORDER)),
    "last removed": (_remove(4), (4, Problem.CUT_SHORT)),
    "all removed": (lambda tx: tx.run(delete(EVENT)), (1, Problem.CUT_SHORT)),
    "swapped": (_swap, (2, Problem.ALTERED)),
    "head": (lambda tx: tx.run(update(HEAD).values(digest=b"x" * 32)), (4, Problem.ANOTHER_HEAD)),
}


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.asvs("16.4.2")
def test_a_touched_trail_is_broken_where_it_was_touched(store, owned, patient_id, touch):
    with store.begin() as tx:
        for minutes in range(4):
            append(tx, opened(patient_id, at=NOW + timedelta(minutes=minutes)))
    deed, (sequence, problem) = TOUCHES[touch]
    with owned.begin() as tx:
        for name in ("audit_event_no_update", "audit_event_no_delete", "trail_head_only_on"):
            where = f" ON {name[: name.index('_', 6)]}" if store.dialect == "postgresql" else ""
            tx.run(text(f"DROP TRIGGER {name}{where}"))
        deed(tx)
        found = verify_all(tx)
        assert isinstance(found, BrokenChain)
        assert found.chain == str(patient_id)
        assert (found.broken.sequence, found.broken.problem) == (sequence, problem)
        tx._connection.rollback()
