"""Drafts, versions, signatures and papers: nothing lost, nothing changed, nothing confused."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from careplan.keys.errors import Tampered
from careplan.store import tables
from careplan.store.drafts import draft_of, drafts_of, keep_draft
from careplan.store.errors import Damaged, Stale
from careplan.store.owners import of_patient
from careplan.store.patients import patient_of
from careplan.store.renditions import Rendition, drop_superseded, keep_rendition, rendition_of
from careplan.store.signatures import (
    KeptSignature,
    State,
    keep_signature,
    live_signature,
    signature_of,
    stop_signature,
)
from careplan.store.versions import (
    NewVersion,
    current_head,
    current_version,
    emergency_of,
    history_of,
    keep_version,
    record_of,
    version_of,
    version_signed,
)
from tests.stores import NOW, a_patient, the_patient

ME = UUID(int=11)
LATER = NOW + timedelta(hours=1)


def a_version(patient_id, number=1, **changes):
    facts: dict[str, Any] = {
        "patient_id": patient_id,
        "number": number,
        "published_at": NOW,
        "record_id": UUID(int=100 + number),
        "emergency_id": UUID(int=200 + number),
        "record": b'{"resourceType":"Bundle","n":%d}' % number * 40,
        "emergency": b'{"resourceType":"Bundle","e":%d}' % number * 20,
        "head": {"reason": "signed", "by": "Dr Marsden"},
    }
    return NewVersion(**facts | changes)


def a_signature(patient_id, number=1, **changes):
    facts: dict[str, Any] = {
        "patient_id": patient_id,
        "signature_id": UUID(int=300 + number),
        "signed_at": NOW,
        "expires_on": date(2027, 11, 23),
        "clinical": b'{"pain_plan":{}}',
        "signer": {"name": "Dr Helena Marsden", "registration": "GMC 7012345"},
    }
    return KeptSignature(**facts | changes)


# --- drafts ----------------------------------------------------------------------------------


def test_a_draft_works(store, patient_id):
    by = the_patient(patient_id, ME)
    body = {"plain": {"words": "heat 🔥 pads"}, "done": []}
    with store.begin() as tx:
        assert draft_of(tx, patient_id, "what_helps") is None
        assert keep_draft(tx, patient_id, "what_helps", body, based_on=0, by=by, at=NOW) == 1
        assert keep_draft(tx, patient_id, "what_helps", {}, based_on=1, by=by, at=LATER) == 2
        keep_draft(tx, patient_id, "about_me", body, based_on=0, by=by, at=NOW)
    with store.read() as tx:
        kept = draft_of(tx, patient_id, "what_helps")
        every = drafts_of(tx, patient_id)
    assert (kept.revision, kept.body, kept.by_name) == (2, {}, "Ada")
    assert (kept.updated_at, kept.updated_by) == (LATER, ME)
    assert every["about_me"].body == body
    assert set(every) == {"about_me", "what_helps"}


@pytest.mark.parametrize("based_on", [0, 1, 3])
def test_a_stale_draft_is_refused_with_the_other_text(store, patient_id, based_on):
    by = the_patient(patient_id, ME)
    with store.begin() as tx:
        keep_draft(tx, patient_id, "about_me", {"a": 1}, based_on=0, by=by, at=NOW)
        keep_draft(tx, patient_id, "about_me", {"a": 2}, based_on=1, by=by, at=NOW)
        with pytest.raises(Stale) as stale:
            keep_draft(tx, patient_id, "about_me", {"a": 3}, based_on=based_on, by=by, at=NOW)
        assert (stale.value.current.revision, stale.value.current.body) == (2, {"a": 2})


def test_of_many_who_write_at_once_one_wins(store, patient_id):
    by = the_patient(patient_id, ME)

    def write(number):
        try:
            with store.begin() as tx:
                return keep_draft(
                    tx, patient_id, "about_me", {"n": number}, based_on=0, by=by, at=NOW
                )
        except Stale as stale:
            return stale.current.revision * -1

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(write, range(8))) == [-1] * 7 + [1]


def test_a_draft_of_nobody_known_has_no_account(store, patient_id):
    by = the_patient(patient_id, ME)
    with store.begin() as tx:
        system = type(by)(account_id="", name="seed", roles=frozenset())
        keep_draft(tx, patient_id, "about_me", {}, based_on=0, by=system, at=NOW)
        assert draft_of(tx, patient_id, "about_me").updated_by is None


# --- versions --------------------------------------------------------------------------------


def test_a_version_works(store, patient_id):
    first, second = a_version(patient_id), a_version(patient_id, 2, head={"reason": "answered"})
    with store.begin() as tx:
        assert current_version(tx, patient_id) is None
        keep_version(tx, first)
        keep_version(tx, second)
    with store.read() as tx:
        now, before = current_version(tx, patient_id), version_of(tx, patient_id, 1)
        assert (now.record, now.emergency) == (second.record, second.emergency)
        assert (before.record, before.emergency) == (first.record, first.emergency)
        assert record_of(tx, patient_id, 1) == first.record
        assert emergency_of(tx, patient_id, 2) == second.emergency
        assert emergency_of(tx, patient_id, 3) is None
        assert version_of(tx, patient_id, 3) is None
        assert current_head(tx, patient_id) == now.head
        assert [one.number for one in history_of(tx, patient_id)] == [2, 1]
        assert now.head.head == {"reason": "answered"}
        assert before.head.record_id == first.record_id
        assert patient_of(tx, patient_id).current_version == 2


def test_the_version_a_signature_came_with_is_the_first_of_it(store, patient_id):
    mark = UUID(int=301)
    with store.begin() as tx:
        keep_signature(tx, a_signature(patient_id))
        keep_version(tx, a_version(patient_id))
        keep_version(tx, a_version(patient_id, 2, signature_id=mark))
        keep_version(tx, a_version(patient_id, 3, signature_id=mark))
    with store.read() as tx:
        assert version_signed(tx, patient_id, mark).head.number == 2
        assert version_signed(tx, patient_id, UUID(int=999)) is None


@pytest.mark.parametrize("number", [0, 1, 3, -1])
def test_only_the_next_number_is_kept(store, patient_id, number):
    with store.begin() as tx:
        keep_version(tx, a_version(patient_id))
        with pytest.raises(Stale) as stale:
            keep_version(tx, a_version(patient_id, number))
        assert stale.value.current.number == 1


def test_of_many_who_publish_at_once_one_wins(store, patient_id):
    def publish(number):
        version = a_version(patient_id, record=b"%d" % number)
        try:
            with store.begin() as tx:
                keep_version(tx, version)
        except Stale:
            return None
        return version.record

    with ThreadPoolExecutor(6) as pool:
        won = [one for one in pool.map(publish, range(6)) if one]
    with store.read() as tx:
        assert [current_version(tx, patient_id).record] == won


def _thaw(tx):
    where = " ON plan_version" if tx.dialect == "postgresql" else ""
    tx.run(text(f"DROP TRIGGER plan_version_no_update{where}"))
    return where


def _freeze(tx):
    event = "BEFORE UPDATE ON plan_version FOR EACH ROW"
    does = (
        "EXECUTE FUNCTION careplan_frozen()"
        if tx.dialect == "postgresql"
        else "BEGIN SELECT RAISE(ABORT, 'plan_version never changes'); END"
    )
    tx.run(text(f"CREATE TRIGGER plan_version_no_update {event} {does}"))


def _tamper(store, **values):
    with store.begin() as tx:
        _thaw(tx)
        tx.run(update(tables.plan_version).values(**values))
        _freeze(tx)


def test_a_flipped_bit_is_noticed(store, owned, patient_id):
    with store.begin() as tx:
        keep_version(tx, a_version(patient_id))
        column = tables.plan_version.c.emergency
        blob = bytearray(tx.run(select(column)).scalar_one())
    blob[-1] ^= 1
    _tamper(owned, emergency=bytes(blob))
    with store.read() as tx:
        assert record_of(tx, patient_id, 1)
        with pytest.raises(Tampered):
            current_version(tx, patient_id)


def test_well_sealed_bytes_that_were_not_published_are_noticed(store, owned, patient_id):
    with store.begin() as tx:
        keep_version(tx, a_version(patient_id))
        column = tables.plan_version.c.record
        other = tx.seal(of_patient(patient_id), column, "1", b'{"dose":"100 mg"}')
    _tamper(owned, record=other)
    with store.read() as tx, pytest.raises(Damaged):
        record_of(tx, patient_id, 1)


def test_a_version_of_another_person_is_not_found(store, patient_id):
    with store.begin() as tx:
        other = a_patient(tx)
        keep_version(tx, a_version(patient_id))
        assert version_of(tx, other, 1) is None
        assert current_version(tx, other) is None


# --- signatures ------------------------------------------------------------------------------


def test_a_signature_works(store, patient_id):
    signed = a_signature(patient_id)
    with store.begin() as tx:
        assert live_signature(tx, patient_id) is None
        keep_signature(tx, signed)
        keep_version(tx, a_version(patient_id, signature_id=signed.signature_id))
    with store.read() as tx:
        assert live_signature(tx, patient_id) == signed
        assert signature_of(tx, patient_id, signed.signature_id) == signed
        assert signature_of(tx, patient_id, UUID(int=1)) is None


def test_a_newer_signature_replaces_the_one_before(store, patient_id):
    with store.begin() as tx:
        keep_signature(tx, a_signature(patient_id))
        keep_signature(tx, a_signature(patient_id, 2))
        assert live_signature(tx, patient_id).signature_id == UUID(int=302)
        assert signature_of(tx, patient_id, UUID(int=301)).state is State.REPLACED


def test_a_stopped_signature_is_not_live_and_is_stopped_once(store, patient_id):
    with store.begin() as tx:
        keep_signature(tx, a_signature(patient_id))
        assert stop_signature(tx, patient_id, UUID(int=301), at=LATER)
        assert not stop_signature(tx, patient_id, UUID(int=301), at=NOW)
        kept = signature_of(tx, patient_id, UUID(int=301))
        assert (kept.state, kept.stopped_at) == (State.STOPPED, LATER)
        assert live_signature(tx, patient_id) is None


# --- papers ----------------------------------------------------------------------------------


def test_a_paper_works(store, patient_id):
    link_id = UUID(int=5)
    paper = Rendition(patient_id=patient_id, version=1, kind="a4", layout="abc")
    for_link = Rendition(patient_id=patient_id, version=1, kind="a4", layout="abc", link_id=link_id)
    with store.begin() as tx:
        keep_version(tx, a_version(patient_id))
        assert rendition_of(tx, paper) is None
        keep_rendition(tx, paper, b"%PDF one", at=NOW)
        keep_rendition(tx, paper, b"%PDF again", at=NOW)
        keep_rendition(tx, for_link, b"%PDF with a code", at=NOW)
    with store.read() as tx:
        assert rendition_of(tx, paper) == b"%PDF one"
        assert rendition_of(tx, for_link) == b"%PDF with a code"


def test_papers_of_earlier_versions_are_dropped(store, patient_id):
    papers = [Rendition(patient_id=patient_id, version=n, kind="a4", layout="x") for n in (1, 2)]
    with store.begin() as tx:
        for number, paper in enumerate(papers, start=1):
            keep_version(tx, a_version(patient_id, number))
            keep_rendition(tx, paper, b"%PDF", at=NOW)
        assert drop_superseded(tx, patient_id, current=2) == 1
        assert rendition_of(tx, papers[0]) is None
        assert rendition_of(tx, papers[1]) == b"%PDF"


def test_a_paper_that_was_swapped_is_noticed(store, patient_id):
    paper = Rendition(patient_id=patient_id, version=1, kind="a4", layout="x")
    with store.begin() as tx:
        keep_version(tx, a_version(patient_id))
        keep_rendition(tx, paper, b"%PDF", at=NOW)
        body = tables.rendition.c.body
        row = f"1/{UUID(int=0)}/a4/x"
        tx.run(
            update(tables.rendition).values(body=tx.seal(of_patient(patient_id), body, row, b"!"))
        )
        with pytest.raises(Damaged):
            rendition_of(tx, paper)
