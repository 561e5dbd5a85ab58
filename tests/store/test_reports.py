"""Visit reports, equality answers and hospitals: kept sealed, counted in pieces, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from careplan.store import reports as store_of_reports
from careplan.store.db import Store, Transaction
from careplan.store.equality import equality_of, every_equality, keep_equality
from careplan.store.errors import CannotKeep, Stale, Taken
from careplan.store.hospitals import (
    Hospital,
    close_hospital,
    hospital_of,
    hospitals,
    keep_hospitals,
)
from careplan.store.patients import erase_patient
from careplan.store.reports import (
    change,
    keep,
    note_read,
    of_visit,
    report_of,
    reports_for_team,
    reports_of,
    reports_to_count,
    withdraw,
)
from careplan.store.tables import visit_report
from careplan.visits.equality import Equality
from careplan.visits.report import Audience, Eased, VisitReport
from tests.stores import NOW, a_patient, a_team

LATER = NOW + timedelta(days=400)
CANARY = "heron-at-the-window"


def told(patient_id: UUID, tx: Transaction, **more: Any) -> VisitReport:
    blank = VisitReport(patient_id=patient_id, report_id=tx.new_id(), given_at=NOW, words=CANARY)
    return replace(blank, **more)


def test_kept_changed_and_read_back(store: Store, patient_id: UUID) -> None:
    with store.begin() as tx:
        first = told(patient_id, tx, visit_id=tx.new_id())
        keep(tx, first)
        assert change(tx, replace(first, eased=Eased.NO), based_on=1) == 2
        with pytest.raises(Stale) as newer:
            change(tx, replace(first, eased=Eased.YES), based_on=1)
        assert newer.value.current.report.eased is Eased.NO
    with store.read() as tx:
        kept = report_of(tx, patient_id, first.report_id)
        assert kept
        assert kept.report == replace(first, eased=Eased.NO)
        assert first.visit_id
        assert of_visit(tx, patient_id, first.visit_id) == kept
        assert reports_of(tx, patient_id) == (kept,)
        row = tx.run(select(visit_report)).one()
        assert CANARY.encode() not in row.document


def test_one_visit_has_one_report_and_may_have_one_again(store: Store, patient_id: UUID) -> None:
    with store.begin() as tx:
        first = told(patient_id, tx, visit_id=tx.new_id())
        keep(tx, first)
        second = replace(first, report_id=tx.new_id())
        with pytest.raises(Taken):
            keep(tx, second)
        with pytest.raises(Taken):
            keep(tx, replace(first, visit_id=None))
        assert withdraw(tx, patient_id, first.report_id, at=NOW)
        keep(tx, second)


def test_the_database_itself_refuses_a_second_one(
    store: Store, patient_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests at one moment both find none."""
    with store.begin() as tx:
        first = told(patient_id, tx, visit_id=tx.new_id())
        keep(tx, first)
    monkeypatch.setattr(store_of_reports, "of_visit", lambda *_: None)
    with pytest.raises(CannotKeep), store.begin() as tx:
        keep(tx, replace(first, report_id=tx.new_id()))


def test_taking_back_destroys_the_document_and_leaves_the_row(
    store: Store, patient_id: UUID
) -> None:
    with store.begin() as tx:
        first = told(patient_id, tx, audience=tuple(Audience))
        keep(tx, first)
        assert withdraw(tx, patient_id, first.report_id, at=LATER)
        assert not withdraw(tx, patient_id, first.report_id, at=LATER)
        kept = report_of(tx, patient_id, first.report_id)
        assert kept
        assert (kept.report, kept.withdrawn_at) == (None, LATER)
        with pytest.raises(Stale):
            change(tx, first, based_on=1)
        row = tx.run(select(visit_report)).one()
        assert (row.document, row.for_team) == (None, False)


def test_what_is_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Agreed to, in the time asked for, standing, of somebody who was not erased; without words."""
    monkeypatch.setattr(store_of_reports, "_COUNTED", store_of_reports._COUNTED.limit(2))
    monkeypatch.setattr(store_of_reports, "_AFTER", store_of_reports._AFTER.limit(2))
    counted = (Audience.MEASURES,)
    with store.begin() as tx:
        ada, gone = a_patient(tx), a_patient(tx)
        yes = [told(ada, tx, audience=counted, given_at=NOW + timedelta(hours=n)) for n in range(5)]
        back = told(ada, tx, audience=counted)
        no = [
            told(ada, tx, audience=(Audience.TEAM, Audience.HOSPITAL)),
            told(ada, tx, audience=counted, given_at=LATER),
            told(ada, tx, audience=counted, given_at=NOW - timedelta(seconds=1)),
            told(gone, tx, audience=counted),
            back,
        ]
        for one in yes + no:
            keep(tx, one)
        withdraw(tx, ada, back.report_id, at=NOW)
        erase_patient(tx, gone)
    with store.read() as tx:
        found = list(reports_to_count(tx, since=NOW, until=LATER))
    assert found == [replace(one, words=None) for one in yes]


def test_the_team_finds_what_it_was_let_see_unread_first(store: Store) -> None:
    with store.begin() as tx:
        mine, others = a_team(tx), a_team(tx, "Another")
        ada, far = a_patient(tx, team_id=mine), a_patient(tx, team_id=others)
        for_team: dict[str, Any] = {"audience": (Audience.TEAM,)}
        old = told(ada, tx, **for_team)
        read = told(ada, tx, **for_team, given_at=NOW + timedelta(hours=2))
        new = told(ada, tx, **for_team, given_at=NOW + timedelta(hours=1))
        for one in (old, read, new, told(ada, tx), told(far, tx, **for_team)):
            keep(tx, one)
        note_read(tx, ada, read.report_id, at=NOW)
        found = [one.report_id for one in reports_for_team(tx, mine, most=9)]
        assert found == [new.report_id, old.report_id, read.report_id]
        assert len(reports_for_team(tx, mine, most=1, skipped=2)) == 1
        change(tx, replace(read, eased=Eased.NO), based_on=1)
        kept = report_of(tx, ada, read.report_id)
        assert kept
        assert kept.read_by_team_at is None, "as it stands now nobody has read it"


# --- equality --------------------------------------------------------------------------------


def test_equality_is_kept_changed_and_listed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careplan.store.equality._SOME", _some(2))
    with store.begin() as tx:
        people = [a_patient(tx) for _ in range(5)]
        assert equality_of(tx, people[0]) is None
        for one in people:
            keep_equality(tx, Equality(patient_id=one, ethnic_category="Z", changed_at=NOW))
        changed = Equality(
            patient_id=people[0], ethnic_category="N", described=CANARY, smartphone=False,
            changed_at=LATER,
        )  # fmt: skip
        keep_equality(tx, changed)
        erase_patient(tx, people[1])
    with store.read() as tx:
        assert equality_of(tx, people[0]) == changed
        found = {one.patient_id: one for one in every_equality(tx)}
    assert found.keys() == set(people) - {people[1]}
    assert found[people[2]].ethnic_category == "Z"


def _some(size: int) -> Any:
    from careplan.store.equality import _SOME  # noqa: PLC0415

    return _SOME.limit(size)


# --- hospitals -------------------------------------------------------------------------------


def test_hospitals_are_kept_by_code_and_closed(store: Store) -> None:
    first = Hospital(code="R9X01", name="St Anselm's Hospital", town="Anselm")
    with store.begin() as tx:
        keep_hospitals(tx, [first, Hospital(code="R9X02", name="Avon Cross Infirmary")])
        keep_hospitals(tx, [replace(first, name="St Anselm's")])
        keep_hospitals(tx, [])
        assert close_hospital(tx, "R9X02", on=date(2026, 11, 1))
        assert not close_hospital(tx, "R9X02", on=date(2026, 11, 2))
    with store.read() as tx:
        assert [one.words for one in hospitals(tx)] == [
            "Avon Cross Infirmary",
            "St Anselm's, Anselm",
        ]
        closed = hospital_of(tx, "R9X02")
        assert closed
        assert closed.closed_on == date(2026, 11, 1)
        assert hospital_of(tx, "NONE1") is None
