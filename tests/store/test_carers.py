"""Accesses, their codes, what was told in private and handovers come back as they were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from careplan.accounts.grants import Basis, Grant, State
from careplan.store.carers import (
    KeptGrant,
    Terms,
    carer_code_is_for,
    grants_of_account,
    grants_of_patient,
    keep_grant,
    make_carer_code,
    new_grant,
    still_stands,
    use_carer_code,
)
from careplan.store.errors import NotFound, Taken
from careplan.store.handovers import (
    Agreed,
    Handover,
    add_quiet_note,
    coming_to,
    drop_handover,
    handover_of,
    handovers_due,
    keep_handover,
    open_quiet_notes,
    quiet_note_done,
    quiet_notes_of,
)
from careplan.store.patients import erase_patient, patient_of
from tests.stores import NOW, a_patient, a_team, an_account

CODE = "4K7M2QXN"
TERMS = Terms(relation="mother", basis=Basis.PARENTAL, writes=True, granted_by="Dr Petrie")
LATER = NOW + timedelta(minutes=15)


def a_grant(tx, patient_id, account_id, **changes) -> KeptGrant:
    facts: dict[str, Any] = {
        "id": str(tx.new_id()),
        "name": "Abena Mensah",
        "relation": "mother",
        "basis": Basis.PARENTAL,
        "writes": True,
        "granted_by": "Dr Petrie",
        "granted_at": NOW,
        "ends_on": date(2027, 1, 1),
    }
    kept = KeptGrant(patient_id, account_id, Grant(**facts | changes), notes="Seen: passport")
    new_grant(tx, kept)
    return kept


def test_an_access_comes_back_whole_for_both_sides(store):
    with store.begin() as tx:
        patient_id, account_id = a_patient(tx), an_account(tx)
        kept = a_grant(tx, patient_id, account_id)
    with store.read() as tx:
        assert grants_of_patient(tx, patient_id) == (kept,) == grants_of_account(tx, account_id)
        assert still_stands(tx, patient_id, UUID(kept.grant.id))
        raw = repr(tx.run(text("SELECT * FROM carer_grant")).all())
    assert "Abena" not in raw
    assert "passport" not in raw


def test_what_has_ended_stays_ended(store):
    with store.begin() as tx:
        patient_id = a_patient(tx)
        kept = a_grant(tx, patient_id, an_account(tx))
        for state in (State.SUSPENDED, State.ACTIVE, State.ENDED):
            keep_grant(tx, replace(kept, grant=replace(kept.grant, state=state)))
        assert not still_stands(tx, patient_id, UUID(kept.grant.id))
        with pytest.raises(NotFound):
            keep_grant(tx, kept)


def test_an_erased_person_is_on_no_helpers_list(store):
    with store.begin() as tx:
        patient_id, account_id = a_patient(tx), an_account(tx)
        a_grant(tx, patient_id, account_id)
        erase_patient(tx, patient_id)
        assert grants_of_account(tx, account_id) == ()


def test_a_code_gives_its_terms_once_and_in_time(store):
    with store.begin() as tx:
        patient_id, by = a_patient(tx), an_account(tx)
        made: dict[str, Any] = {"patient_id": patient_id, "by": by, "at": NOW, "expires_at": LATER}
        make_carer_code(tx, CODE, TERMS, **made)
        with pytest.raises(Taken):
            make_carer_code(tx, CODE, TERMS, **made)
        assert carer_code_is_for(tx, CODE, NOW) == patient_id
        assert carer_code_is_for(tx, CODE, LATER) is None
        assert use_carer_code(tx, CODE, by=by, at=NOW) == (patient_id, TERMS)
        assert use_carer_code(tx, CODE, by=by, at=NOW) is None


def test_what_was_told_in_private_is_sealed_and_its_teams_alone(store):
    with store.begin() as tx:
        team, other = a_team(tx), a_team(tx, "Other")
        patient_id = a_patient(tx, team_id=team)
        note = add_quiet_note(tx, patient_id, words="He makes me", about="Sam, father", at=NOW)
        assert [one.words for one in open_quiet_notes(tx, team)] == ["He makes me"]
        assert open_quiet_notes(tx, other) == ()
        assert quiet_note_done(tx, patient_id, note)
        assert not quiet_note_done(tx, patient_id, note)
        assert open_quiet_notes(tx, team) == ()
        (kept,) = quiet_notes_of(tx, patient_id)
        assert (kept.open, kept.about) == (False, "Sam, father")
        assert "makes me" not in repr(tx.run(text("SELECT * FROM quiet_note")).all())


def test_a_handover_shows_the_plan_to_both_and_can_be_called_off(store):
    with store.begin() as tx:
        team, other = a_team(tx), a_team(tx, "Adults")
        patient_id = a_patient(tx, team_id=team)
        move = Handover(patient_id, team, other, date(2026, 12, 1), NOW)
        keep_handover(tx, move)
        agreed = {"from": Agreed("Dr Petrie", "GMC 7023456", "Northgate", NOW)}
        keep_handover(tx, replace(move, agreed=agreed))
        assert handover_of(tx, patient_id) == replace(move, agreed=agreed)
        assert coming_to(tx, other) == (patient_id,)
        moving = patient_of(tx, patient_id)
        assert moving is not None
        assert moving.next_team_id == other
        assert handovers_due(tx, date(2026, 11, 30)) == ()
        assert handovers_due(tx, date(2026, 12, 1)) == (patient_id,)
        drop_handover(tx, patient_id)
        assert (coming_to(tx, other), handover_of(tx, patient_id)) == ((), None)
