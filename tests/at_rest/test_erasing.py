"""Somebody taken out for ever: no door knows them, the chains hold, and one line says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from careplan.acts.card_keys import taken_back
from careplan.acts.erasing import (
    LONGEST,
    AnotherPlan,
    Decision,
    NobodyDecided,
    TooLong,
    Why,
    all_asked,
    ask_to_be_erased,
    call_off_erasure,
    erase,
    erasure_asked,
    write_down_decision,
)
from careplan.acts.errands import errands
from careplan.acts.exporting import NoSuchPerson
from careplan.acts.opening import Reader as Stranger
from careplan.acts.opening import open_by_code, open_link
from careplan.acts.reading import overview
from careplan.acts.world import NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind as Deed
from careplan.audit.events import to_bytes
from careplan.sharing.links import Kind
from careplan.store.accounts import account_by_email, account_of
from careplan.store.chains import Whole, verify_all
from careplan.store.db import Store
from careplan.store.erasing import OF_ACCOUNT, STAYS, erase_person
from careplan.store.erasure_requests import Stands
from careplan.store.errors import Erased
from careplan.store.lists import Days, team_list
from careplan.store.patients import face_of, patient_of
from careplan.store.tables import account, metadata, patient
from careplan.store.trail import events_of, service_events_of
from tests.acts.worlds import Clinic, token_of
from tests.stores import NOW, TODAY
from tests.visitors import ADA as ADA_ON_PAPER

OF_PEOPLE = [one for one in metadata.sorted_tables if "patient_id" in one.c]
MARSDEN = "Dr Helena Marsden, Caldicott Guardian"


def rows(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {
            one.name: tx.run(select(func.count()).select_from(one)).scalar_one()
            for one in metadata.sorted_tables
        }


def face(clinic: Clinic) -> Any:
    with clinic.world.store.read() as tx:
        return face_of(tx, clinic.patient_id)


def erased(clinic: Clinic, **more: Any) -> Any:
    number = face(clinic).plan_number
    facts = {"why": Why.ORDERED, "authority": MARSDEN, "person": number, "plan_number": number}
    return erase(clinic.world, **facts | more, at=NOW)


def stubs(clinic: Clinic) -> list[Any]:
    with clinic.world.store.read() as tx:
        found = [one.event for one in service_events_of(tx, service_chain(NOW))]
    return [one for one in found if one.kind is Deed.PLAN_ERASED]


# --- every table -------------------------------------------------------------------------------


def test_of_every_table_only_what_has_a_reason_stays(filled: tuple[Store, UUID]) -> None:
    store, patient_id = filled
    before = rows(store)
    with store.begin() as tx:
        assert erase_person(tx, patient_id, at=NOW) == 0, "a doctor's account is not hers alone"
    after = rows(store)
    for table in OF_PEOPLE:
        assert (after[table.name] > 0) == (table.name in STAYS), table.name
    # Of those that are no one person's, only the line on a list that her plan was made from goes.
    others = before.keys() - {one.name for one in OF_PEOPLE}
    assert {name for name in others if after[name] != before[name]} <= {"invitation_row"}
    with store.read() as tx:
        kept = tx.run(select(patient)).one()
        assert (kept.erased_at, kept.data_key, kept.master_id, kept.face) == (NOW, None, None, None)
        assert (kept.team_id, kept.next_team_id, kept.current_version) == (None, None, None)
        assert isinstance(verify_all(tx), Whole)


def test_what_stays_is_what_the_table_says() -> None:
    assert STAYS.keys() <= {one.name for one in OF_PEOPLE}


def test_every_way_into_an_account_goes_with_it() -> None:
    """What refers to an account and is a way in, or somebody's own record of one."""
    refers = {
        key.parent.table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is account.c.account_id and "patient_id" not in table.c
    }
    of_staff = {"membership", "staff_invitation", "invitation_batch"}
    assert refers - of_staff == {one.name for one in OF_ACCOUNT}


# --- every door --------------------------------------------------------------------------------


def test_every_door_answers_as_if_they_had_never_been(clinic: Clinic) -> None:
    world, number = clinic.world, face(clinic).plan_number
    by_code = clinic.share(Kind.MESSAGE, passcode="blue heron 7")
    full, before = clinic.share(), face(clinic)
    stranger = Stranger(None, "Ward 7", NOW, TODAY)
    assert open_link(world, stranger, token=token_of(full), again=None, zipped=False) is not None
    gone = erased(clinic)
    assert gone.accounts == 1
    for link in (full, by_code):
        told = open_link(world, stranger, token=token_of(link), again=None, zipped=False)
        assert told is None
        passcode, code = "blue heron 7", link.short_code
        assert open_by_code(world, stranger, code=code, passcode=passcode) is None
    for person in (number, before.nhs_number):
        with pytest.raises(NoSuchPerson):
            erase(world, person=person, plan_number=number, why=Why.ASKED, authority="x", at=NOW)
    for who in (clinic.ada, clinic.doctor):
        with pytest.raises(NotThere):
            overview(world, by=who, patient_id=clinic.patient_id, at=NOW)
    with world.store.read() as tx:
        days = Days(TODAY, TODAY)
        assert team_list(tx, UUID(clinic.doctor.team_id), limit=9, days=days) == ()
        assert account_of(tx, UUID(clinic.ada.account_id)) is None
        found = patient_of(tx, clinic.patient_id)
        assert found is not None
        assert found.erased
        assert account_by_email(tx, ADA_ON_PAPER.email) is None
    assert clinic.chains_hold()


def test_a_signed_card_is_known_as_taken_back(filled: tuple[Store, UUID]) -> None:
    store, patient_id = filled
    with store.begin() as tx:
        kid = tx.run(text("SELECT kid FROM issued_card")).scalar_one()
        before = taken_back(tx, kid, NOW)
        erase_person(tx, patient_id, at=NOW)
        after = taken_back(tx, kid, NOW)
    assert (before["ctr"], after["ctr"]) == (0, 1)
    assert len(after["rids"]) == 1


def test_what_stays_of_the_trail_opens_for_nobody(clinic: Clinic) -> None:
    kept = len(clinic.events())
    erased(clinic)
    with clinic.world.store.read() as tx:
        with pytest.raises(Erased):
            events_of(tx, clinic.patient_id, limit=5)
        many = tx.run(text("SELECT count(*) FROM audit_event")).scalar_one()
    assert many >= kept


def test_the_stub_names_nobody_but_who_answers_for_it(clinic: Clinic) -> None:
    before = face(clinic)
    erased(clinic, authority="  Dr Helena   Marsden, Caldicott Guardian ")
    (stub,) = stubs(clinic)
    assert dict(stub.what) == {
        "person": str(clinic.patient_id),
        "erased_for": "ordered",
        "authority": MARSDEN,
        "team": clinic.doctor.team_id,
        "count": "1",
    }
    with clinic.world.store.read() as tx:
        chain = b"".join(
            to_bytes(one.event) for one in service_events_of(tx, service_chain(NOW))
        ).decode()
    for fact in (before.legal_name, before.nhs_number, before.plan_number, ADA_ON_PAPER.email):
        assert fact not in chain


def test_somebody_who_helps_another_keeps_their_account(filled: tuple[Store, UUID]) -> None:
    store, patient_id = filled
    with store.begin() as tx:
        (doctor,) = tx.run(text("SELECT account_id FROM membership")).scalars()
        erase_person(tx, patient_id, at=NOW)
        kept = account_of(tx, UUID(str(doctor)))
    assert kept is not None
    assert kept.email


# --- who decides -------------------------------------------------------------------------------


def test_nobody_is_erased_by_a_slip(clinic: Clinic) -> None:
    everything = clinic.everything()
    number = face(clinic).plan_number
    slips: list[tuple[type[Exception], dict[str, Any]]] = [
        (NoSuchPerson, {"person": "999 000 0000"}),
        (AnotherPlan, {"plan_number": "SCP-0000-0000"}),
        (NobodyDecided, {"authority": " "}),
        (NobodyDecided, {"why": None}),
        (NobodyDecided, {"why": None, "authority": None}),
        (TooLong, {"authority": "x" * 121}),
    ]
    for wrong, facts in slips:
        with pytest.raises(wrong):
            erased(clinic, **facts)
    assert clinic.everything() == everything
    assert erased(clinic, plan_number=f" {number.lower()} ").accounts == 1


def test_by_the_id_an_erasure_left_behind(clinic: Clinic) -> None:
    """All that is kept of whom to erase again, in a copy from before they were erased."""
    mine = str(clinic.patient_id)
    with pytest.raises(NoSuchPerson):
        erased(clinic, person=mine.replace("a", "b").replace("1", "2"))
    number = face(clinic).plan_number
    assert str(erased(clinic, person=mine).patient_id) == mine
    with pytest.raises(NoSuchPerson):
        erase(clinic.world, person=mine, plan_number=number, why=Why.ORDERED,
              authority=MARSDEN, at=NOW)  # fmt: skip


def test_asked_decided_and_carried_out(clinic: Clinic) -> None:
    world = clinic.world
    mine: dict[str, Any] = {"patient_id": clinic.patient_id}
    asked = ask_to_be_erased(world, by=clinic.ada, **mine, words="I am moving away", at=NOW)
    assert ask_to_be_erased(world, by=clinic.ada, **mine, words="again", at=NOW) == asked
    assert errands(world, by=clinic.ada, **mine) == (), "it is no card"
    assert erasure_asked(world, by=clinic.doctor, **mine) == asked
    with pytest.raises(NobodyDecided):
        erased(clinic, why=None, authority=None)
    said = Decision(agreed=True, by=MARSDEN, answer="We will do it this week.")
    with pytest.raises(NotThere):
        write_down_decision(world, by=clinic.elsewhere, **mine, decision=said, at=NOW)
    with pytest.raises(NotThere):
        write_down_decision(world, by=clinic.ada, **mine, decision=said, at=NOW)
    write_down_decision(world, by=clinic.doctor, **mine, decision=said, at=NOW)
    with pytest.raises(NotThere):
        write_down_decision(world, by=clinic.doctor, **mine, decision=said, at=NOW)
    (listed,) = all_asked(world)
    assert (listed.plan_number, listed.request.stands) == (
        face(clinic).plan_number,
        Stands.AGREED,
    )
    assert clinic.deeds()[:2] == [Deed.ERASURE_DECIDED, Deed.ERASURE_ASKED]
    erased(clinic, why=None, authority=None)
    (stub,) = stubs(clinic)
    assert (stub.what["erased_for"], stub.what["authority"]) == ("asked", MARSDEN)
    assert all_asked(world) == ()


def test_a_no_is_told_and_they_may_ask_again(clinic: Clinic) -> None:
    world = clinic.world
    mine: dict[str, Any] = {"patient_id": clinic.patient_id}
    ask_to_be_erased(world, by=clinic.ada, **mine, words="", at=NOW)
    no = Decision(agreed=False, by=MARSDEN, answer="The law says we keep it for eight years.")
    write_down_decision(world, by=clinic.nurse, **mine, decision=no, at=NOW)
    told = erasure_asked(world, by=clinic.ada, **mine)
    assert told is not None
    assert (told.stands, told.answer, told.decided_by) == (Stands.DECLINED, no.answer, MARSDEN)
    with pytest.raises(NobodyDecided):
        erased(clinic, why=None, authority=None)
    again = ask_to_be_erased(world, by=clinic.ada, **mine, words="Please", at=NOW)
    assert erasure_asked(world, by=clinic.ada, **mine) == again
    call_off_erasure(world, by=clinic.ada, **mine, at=NOW)
    call_off_erasure(world, by=clinic.ada, **mine, at=NOW)
    assert clinic.deeds()[0] is Deed.ERASURE_CALLED_OFF
    assert clinic.deeds().count(Deed.ERASURE_CALLED_OFF) == 1
    assert all_asked(world) == ()


def test_only_the_person_asks(clinic: Clinic) -> None:
    for who in (clinic.doctor, clinic.elsewhere):
        with pytest.raises(NotThere):
            ask_to_be_erased(clinic.world, by=who, patient_id=clinic.patient_id, words="", at=NOW)
    with pytest.raises(TooLong):
        ask_to_be_erased(
            clinic.world,
            by=clinic.ada,
            patient_id=clinic.patient_id,
            words="x" * (LONGEST + 1),
            at=NOW,
        )
    assert Deed.ERASURE_ASKED not in clinic.deeds()


# --- the command -------------------------------------------------------------------------------


def test_the_command(clinic: Clinic, make_app: Callable[..., Flask]) -> None:
    run, number = make_app().test_cli_runner(), face(clinic).plan_number
    ask_to_be_erased(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, words="Please", at=NOW
    )
    assert run.invoke(args=["erase", "--asked"]).output == (
        f"{number}  asked 23 November 2026  open\n"
    )
    told = run.invoke(args=["erase", number, "--plan-number", number])
    assert told.output == "Cannot: nobody has decided this: say --why and --authority.\n"
    say = ["erase", number, "--why", "asked", "--authority", MARSDEN]
    told = run.invoke(args=say, input="SCP-NONE\n")
    assert told.exit_code == 1
    assert "this is not their plan number; nothing was erased" in told.output
    told = run.invoke(args=say, input=f"{number}\n")
    assert told.exit_code == 0, told.output
    assert f"What is left of it is {clinic.patient_id}." in told.output
    assert run.invoke(args=say, input=f"{number}\n").output == "Cannot: nobody has this number.\n"
