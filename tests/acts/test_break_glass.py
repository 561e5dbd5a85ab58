"""The staff door: one look, one reason, told at once; and nothing to be learnt from a refusal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.people import Role, Standing, Who
from careplan.acts.break_glass import Asked, Looked, MustRest, NotShown, look_up, staff_looks
from careplan.acts.carers import here_for
from careplan.acts.consents import give_consent, staff_door, withdraw_consent
from careplan.acts.inviting_staff import Asked as Invite
from careplan.acts.inviting_staff import invite_member
from careplan.acts.opening import Dead, Reader, narrative_in, open_link
from careplan.acts.reading import who_looked
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere, World
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind as Deed
from careplan.sharing.answers import LIFETIME
from careplan.sharing.consents import Consent
from careplan.sharing.links import Kind, Opening
from careplan.sharing.staff_door import LIMITS, Cause, Counted
from careplan.store.db import Store, Transaction
from careplan.store.engines import Patience
from careplan.store.errors import CannotKeep
from careplan.store.patients import know_nhs_number, note_standing
from careplan.store.teams import add_member, set_member_state
from careplan.store.trail import service_events_of
from tests.acts.families import a_family
from tests.acts.worlds import ADA, Clinic, token_of
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, TODAY, a_keyring, asked_of, seeded
from tests.visitors import Staff, a_clinician, a_person, an_emergency_nurse

ADAS, NOBODYS = "9990110212", "9990001239"
HER_BIRTHDAY = "14 March 1997"
WHY = "Brought in by ambulance, cannot talk"
LATER = NOW + timedelta(hours=2)
SAMPLES = 15


@pytest.fixture
def world(world: World) -> World:
    """Where a deployment has opened the door."""
    return replace(world, break_glass=True)


@pytest.fixture
def tom(clinic: Clinic) -> Staff:
    return an_emergency_nurse(clinic.world)


def look(clinic: Clinic, by: Who, number: str = ADAS, born: str = HER_BIRTHDAY, **more: Any) -> Any:
    at: datetime = more.get("at", NOW)
    asked = Asked(number, born, more.get("cause", Cause.CANNOT_SPEAK), more.get("words", WHY))
    return look_up(clinic.world, by=by, asked=asked, at=at, today=more.get("today", TODAY))


def service_deeds(clinic: Clinic) -> list[tuple[Deed, dict[str, str]]]:
    with clinic.world.store.read() as tx:
        kept = service_events_of(tx, service_chain(NOW))
    return [(one.event.kind, dict(one.event.what)) for one in kept]


# --- a look --------------------------------------------------------------------------------------


def test_it_works(clinic: Clinic, tom: Staff) -> None:
    shown = look(clinic, tom.who)
    assert isinstance(shown, Looked)
    assert shown.narrative == narrative_in(clinic.current.emergency), "that document and no more"
    assert "morphine" in shown.narrative
    assert clinic.deeds()[0] is Deed.STAFF_DOOR_OPENED
    assert clinic.told()[-1] == "staff-door"
    assert clinic.chains_hold()


@pytest.mark.parametrize("born", ["14/03/1997", "1997-03-14", "14031997", "March 14 1997"])
def test_a_birth_date_may_be_written_in_any_usual_way(
    clinic: Clinic, tom: Staff, born: str
) -> None:
    assert isinstance(look(clinic, tom.who, born=born), Looked)


def test_it_says_what_holds_on_that_day_and_on_no_other(clinic: Clinic, tom: Staff) -> None:
    blood = replace(ADA.transfusion, last_on=TODAY - timedelta(days=3))
    clinic.save("transfusion", blood)
    clinic.sign()
    assert any("dark urine" in one for one in look(clinic, tom.who).notices)
    assert look(clinic, tom.who, today=TODAY + timedelta(days=40)).notices == ()


def test_the_person_reads_who_it_was_and_why(clinic: Clinic, tom: Staff) -> None:
    look(clinic, tom.who)
    (said, *_rest) = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    assert said.text == (
        "Tom Fairley (St Anselm's Hospital) opened your emergency page without your card. Their "
        "job: Emergency nurse. Why: you were with them and could not speak. They wrote: "
        "“Brought in by ambulance, cannot talk”"
    )


def test_her_team_sees_it_and_nobody_elses(clinic: Clinic, tom: Staff) -> None:
    look(clinic, tom.who)
    mine: dict[str, Any] = {"patient_id": clinic.patient_id, "since": NOW - timedelta(days=30)}
    (seen,) = staff_looks(clinic.world, by=clinic.doctor, **mine)
    assert (seen.name, seen.job, seen.words) == ("Tom Fairley", "Emergency nurse", WHY)
    assert staff_looks(clinic.world, by=clinic.doctor, **mine | {"since": LATER}) == ()
    for stranger in (clinic.elsewhere, tom.who):
        with pytest.raises(NotThere):
            staff_looks(clinic.world, by=stranger, **mine)


def test_it_opens_when_her_link_is_locked(clinic: Clinic, tom: Staff) -> None:
    link = clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode="blue heron 7")
    at = NOW
    for number in range(LIFETIME[Opening.PASSCODE]):
        at += timedelta(minutes=1)
        reader = Reader(f"wrong {number}", "", at, TODAY)
        found = open_link(clinic.world, reader, token=token_of(link), again=None, zipped=False)
    assert isinstance(found, Dead)
    assert isinstance(look(clinic, tom.who, cause=Cause.LOCKED, at=at), Looked)
    assert "link-locked" in clinic.told(), "and the alert stays"


@pytest.mark.asvs("16.5.3")
def test_no_audit_no_plan(clinic: Clinic, tom: Staff) -> None:
    clinic.take_the_next_number()
    before = clinic.everything()
    with pytest.raises(CannotKeep):
        look(clinic, tom.who)
    assert clinic.everything() == before


def test_each_look_is_written_down(clinic: Clinic, tom: Staff) -> None:
    for words in ("First", "Second"):
        look(clinic, tom.who, words=words)
    opened = [one for one in clinic.events() if one.kind is Deed.STAFF_DOOR_OPENED]
    assert [one.what["words"] for one in opened] == ["Second", "First"]


# --- who -----------------------------------------------------------------------------------------


def test_a_door_that_is_shut_is_not_there(clinic: Clinic, tom: Staff) -> None:
    shut = replace(clinic, world=replace(clinic.world, break_glass=False))
    before = clinic.everything()
    with pytest.raises(NotThere):
        look(shut, tom.who)
    admin = a_clinician(clinic.world, team_id=tom.team_id, email="g@e.org", role=Role.TEAM_ADMIN)
    asked = Invite("New One", "new@e.org", "Nurse", Role.EMERGENCY_STAFF)
    with pytest.raises(NotAllowed):
        invite_member(shut.world, by=admin.who, asked=asked, at=NOW)
    invite_member(clinic.world, by=admin.who, asked=asked, at=NOW)
    assert clinic.everything() != before


def test_nobody_else_comes_through(clinic: Clinic, tom: Staff) -> None:
    """Who also works in a team goes by the team's own way, which ends at its own people."""
    admin = a_clinician(clinic.world, team_id=tom.team_id, email="g@e.org", role=Role.TEAM_ADMIN)
    with clinic.world.store.begin() as tx:
        me = UUID(admin.who.account_id)
        add_member(tx, me, tom.team_id, role=Role.EMERGENCY_STAFF, at=NOW)
    both = replace(admin.who, roles=admin.who.roles | {Role.EMERGENCY_STAFF})
    lying = replace(admin.who, roles=frozenset({Role.EMERGENCY_STAFF}))
    half = replace(tom.who, second_factor=False)
    before = clinic.everything()
    people = (clinic.ada, clinic.doctor, clinic.nurse, admin.who, both, lying, half, Who.nobody())
    for who in people:
        with pytest.raises(NotAllowed):
            look(clinic, who)
    assert clinic.everything() == before


def test_whoever_was_suspended_a_moment_ago_sees_nothing(clinic: Clinic, tom: Staff) -> None:
    with clinic.world.store.begin() as tx:
        set_member_state(tx, UUID(tom.who.account_id), tom.team_id, Standing.SUSPENDED)
    before = clinic.everything()
    with pytest.raises((NotAllowed, AccessEnded)):
        look(clinic, tom.who)
    assert clinic.everything() == before


# --- refusals ------------------------------------------------------------------------------------


def _nothing_published(clinic: Clinic) -> None:
    """Somebody else, checked, whose plan has no version: the number is now theirs."""
    new = UUID(a_person(clinic.world, email="bo@example.org").patient_id)
    with clinic.world.store.begin() as tx:
        know_nhs_number(tx, clinic.patient_id, None)
        know_nhs_number(tx, new, ADAS)


def _turned_off(clinic: Clinic) -> None:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    withdraw_consent(clinic.world, **mine, consent=Consent.EMERGENCY_STAFF)


def _no_account(clinic: Clinic) -> None:
    with clinic.world.store.begin() as tx:
        note_standing(tx, clinic.patient_id, unlinked=True)


REFUSED: dict[str, tuple[Callable[[Clinic], None], str, str, str | None]] = {
    "nobody": (lambda _: None, NOBODYS, HER_BIRTHDAY, None),
    "wrong birth date": (lambda _: None, ADAS, "15 March 1997", "birth_date"),
    "nothing published": (_nothing_published, ADAS, HER_BIRTHDAY, "nothing"),
    "turned off": (_turned_off, ADAS, HER_BIRTHDAY, "off"),
    "no account": (_no_account, ADAS, HER_BIRTHDAY, "nothing"),
}


@contextmanager
def _noted(clinic: Clinic) -> Iterator[tuple[Clinic, list[object]]]:
    """Every statement that the act asks of the database."""
    statements: list[object] = []
    store = clinic.world.store

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        @contextmanager
        def begin(self) -> Iterator[Transaction]:
            with store.begin() as tx:
                asked = asked_of(tx)
                yield tx
                statements.extend(asked)

    world = replace(clinic.world, store=Noting())  # type: ignore[arg-type]
    yield replace(clinic, world=world), statements


def _refusal(clinic: Clinic, tom: Staff, why: str) -> tuple[object, int]:
    prepare, number, born, _stopped = REFUSED[why]
    prepare(clinic)
    with _noted(clinic) as (noting, statements):
        answer = look(noting, tom.who, number, born)
    return answer, len(statements)


@pytest.fixture
def work_for_nobody(clinic: Clinic, tom: Staff) -> int:
    """How much is asked of the database for a number that nobody has."""
    second = an_emergency_nurse(clinic.world, email="second@example.org", team_id=tom.team_id)
    look(clinic, second.who, NOBODYS)  # the day's service chain has begun
    return _refusal(clinic, second, "nobody")[1]


@pytest.mark.parametrize("why", list(REFUSED))
def test_every_refusal_is_the_same_answer_for_the_same_work(
    clinic: Clinic, tom: Staff, work_for_nobody: int, why: str
) -> None:
    assert _refusal(clinic, tom, why) == (NotShown(), work_for_nobody)


def test_every_refusal_takes_about_as_long(clinic: Clinic, tom: Staff) -> None:
    """Taken in turn, so that a slow moment of the machine falls on all; the hash as cheap as it
    goes, so that it hides nothing."""
    team = tom.team_id
    _turned_off(clinic)
    tries = {
        "nobody": (NOBODYS, HER_BIRTHDAY),
        "wrong": (ADAS, "1/1/1901"),
        "off": (ADAS, "14/3/97"),
    }
    took: dict[str, list[float]] = {why: [] for why in tries}
    for number in range(SAMPLES):
        staff = an_emergency_nurse(clinic.world, email=f"n{number}@example.org", team_id=team)
        for why, (nhs_number, born) in tries.items():
            begun = time.perf_counter()
            assert look(clinic, staff.who, nhs_number, born) == NotShown()
            took[why].append(time.perf_counter() - begun)
    medians = {why: median(times[2:]) for why, times in took.items()}
    assert max(medians.values()) <= 3 * min(medians.values()), medians


@pytest.mark.parametrize("why", [why for why in REFUSED if why != "nobody"])
def test_whose_number_it_was_reads_of_it(clinic: Clinic, tom: Staff, why: str) -> None:
    """The service's own trail says that Tom asked, and of whom it says nothing."""
    before = clinic.deeds()
    _refusal(clinic, tom, why)
    *_rest, (kind, what) = service_deeds(clinic)
    assert (kind, what) == (Deed.STAFF_DOOR_ASKED, {})
    if why == "nothing published":
        assert clinic.deeds() == before
        return
    event = clinic.events()[0]
    assert event.kind is Deed.STAFF_DOOR_REFUSED
    assert event.what["stopped"] == REFUSED[why][3]
    assert "words" not in event.what
    if why == "wrong birth date":
        (said, *_rest_of_them) = who_looked(
            clinic.world, by=clinic.ada, patient_id=clinic.patient_id
        )
        assert "could not: the date of birth was wrong" in said.text


def test_of_nobody_only_the_try_is_kept(clinic: Clinic, tom: Staff) -> None:
    before = clinic.deeds()
    look(clinic, tom.who, NOBODYS, words="Ada Okonkwo is unconscious")
    assert clinic.deeds() == before
    assert service_deeds(clinic)[-2:] == [
        (Deed.STAFF_DOOR_ASKED, {}),
        (Deed.STAFF_DOOR_REFUSED, {"job": "Emergency nurse"}),
    ]


# --- the person's own word -----------------------------------------------------------------------


def test_she_turns_it_off_and_on_again(clinic: Clinic, tom: Staff) -> None:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    assert staff_door(clinic.world, **mine).on, "unless she says no"
    _turned_off(clinic)
    assert not staff_door(clinic.world, **mine).on
    assert isinstance(look(clinic, tom.who), NotShown)
    give_consent(clinic.world, **mine, consent=Consent.EMERGENCY_STAFF, at=LATER)
    assert isinstance(look(clinic, tom.who, at=LATER), Looked)
    assert Deed.CONSENT_GIVEN in clinic.deeds()


def test_whoever_answers_in_a_childs_place_may_and_no_other_helper(world: World) -> None:
    family = a_family(world)
    for name, may in (("Abena", True), ("Grace", False)):
        by = here_for(world, by=family.accounts[name], patient_id=family.patient_id, at=NOW)
        asked: dict[str, Any] = {"by": by, "patient_id": family.patient_id}
        if may:
            withdraw_consent(world, **asked, consent=Consent.EMERGENCY_STAFF, at=NOW)
            assert not staff_door(world, **asked).on
        else:
            with pytest.raises(NotThere):
                withdraw_consent(world, **asked, consent=Consent.EMERGENCY_STAFF, at=NOW)
            with pytest.raises(NotThere):
                staff_door(world, **asked)


def test_no_clinician_decides_it_for_her(clinic: Clinic, tom: Staff) -> None:
    for by in (clinic.doctor, tom.who):
        mine: dict[str, Any] = {"by": by, "patient_id": clinic.patient_id, "at": NOW}
        with pytest.raises(NotThere):
            withdraw_consent(clinic.world, **mine, consent=Consent.EMERGENCY_STAFF)


# --- how often -----------------------------------------------------------------------------------


def test_ten_an_hour_and_then_it_rests(clinic: Clinic, tom: Staff) -> None:
    most = LIMITS[Counted.PERSON_HOUR].most
    at = NOW + timedelta(minutes=20)
    for _ in range(most):
        assert isinstance(look(clinic, tom.who, at=at), Looked)
    for _ in range(3):
        assert look(clinic, tom.who, at=at) == MustRest(Counted.PERSON_HOUR, 40 * 60)
    assert clinic.deeds(100).count(Deed.STAFF_DOOR_OPENED) == most
    rests = [what for kind, what in service_deeds(clinic) if kind is Deed.STAFF_DOOR_RESTS]
    assert rests == [{"limit": "person_hour"}], "said once"
    assert isinstance(look(clinic, tom.who, at=at + timedelta(minutes=40)), Looked)


def test_so_many_a_day_and_so_many_from_one_hospital(
    clinic: Clinic, tom: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {
        Counted.PERSON_DAY: replace(LIMITS[Counted.PERSON_DAY], most=2),
        Counted.HOSPITAL_HOUR: replace(LIMITS[Counted.HOSPITAL_HOUR], most=2),
    }
    monkeypatch.setattr("careplan.acts.break_glass.LIMITS", dict(LIMITS) | fewer)
    colleague = an_emergency_nurse(clinic.world, email="c@example.org")  # of another department
    assert isinstance(look(clinic, tom.who), Looked)
    assert isinstance(look(clinic, tom.who), Looked)
    assert look(clinic, tom.who).counted is Counted.PERSON_DAY
    assert look(clinic, colleague.who).counted is Counted.HOSPITAL_HOUR
    assert isinstance(look(clinic, colleague.who, at=LATER), Looked)
    assert look(clinic, tom.who, at=LATER).counted is Counted.PERSON_DAY


def test_five_that_found_nobody_and_not_even_the_right_one_after(
    clinic: Clinic, tom: Staff
) -> None:
    for day in range(LIMITS[Counted.FAILED_HOUR].most):
        wrong = date(1960, 1, 1) + timedelta(days=day)
        assert isinstance(look(clinic, tom.who, born=wrong.isoformat()), NotShown)
    assert look(clinic, tom.who) == MustRest(Counted.FAILED_HOUR, 3600)
    assert isinstance(look(clinic, tom.who, at=LATER), Looked)


@pytest.mark.parametrize("born", [HER_BIRTHDAY, "15 March 1997"])
def test_a_race_is_counted_exactly(clinic: Clinic, tom: Staff, store_url: str, born: str) -> None:
    """Forty at the same moment: ten looks and no more; five wrong tries and no more."""
    patience = Patience(
        connections=20, more_connections=40, wait_for_connection=60, wait_for_lock_ms=60_000
    )
    store = Store(store_url, a_keyring(), entropy=seeded("race store"), patience=patience)
    world = World(store, seeded("race"), BASE_URL, strength=CHEAP, break_glass=True)
    racing, start = replace(clinic, world=world), threading.Barrier(40)

    def one(_number: int) -> object:
        start.wait()
        return look(racing, tom.who, born=born)

    with ThreadPoolExecutor(40) as threads:
        said = [type(answer) for answer in threads.map(one, range(40))]
    store.close()
    right = born == HER_BIRTHDAY
    answered, deed = (
        (Looked, Deed.STAFF_DOOR_OPENED) if right else (NotShown, Deed.STAFF_DOOR_REFUSED)
    )
    most = LIMITS[Counted.PERSON_HOUR if right else Counted.FAILED_HOUR].most
    assert said.count(answered) == most
    assert said.count(MustRest) == 40 - most
    assert clinic.deeds(100).count(deed) == most
    assert clinic.chains_hold()
