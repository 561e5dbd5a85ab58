"""A remembered phone: what it may send, what it is told, and when it is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.accounts.people import Standing, Who
from careplan.acts.carers import end_access, suspend_access
from careplan.acts.signing_in import recognise, sign_in, sign_out
from careplan.acts.tapping import (
    MOST_AT_ONCE,
    MOST_PHONES,
    SENDINGS,
    FromPhone,
    Heard,
    Slower,
    TooManyPhones,
    Why,
    forget_itself,
    forget_tapping_phone,
    remember_phone,
    send,
    tapping_phones,
)
from careplan.acts.taps import MOST_TAPS, Press
from careplan.acts.visiting import begin, said_by_patient
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.store.accounts import set_state
from careplan.store.patients import erase_patient
from careplan.store.visits import every_tap, visits_of
from careplan.visits.visit import Stage, Tap, Visit, When, Where
from tests.acts.families import a_family
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def remembered(clinic: Clinic, **more: Any) -> str:
    facts: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    return remember_phone(clinic.world, **{**facts, **more})[1]


def on_phone(tap: Tap, at: datetime = NOW, **more: Any) -> FromPhone:
    """A tap by the phone's clock; "I'm going in" names itself as its visit."""
    tap_id = more.pop("tap_id", None) or uuid4()
    visit, another = more.pop("visit", tap_id), more.pop("another", False)
    press = Press(tap_id=tap_id, tap=tap, at=at, **more)
    return FromPhone(press=press, visit=visit, another=another)


def sent(clinic: Clinic, token: str, *taps: FromPhone, at=NOW, clock=timedelta()) -> Heard:
    heard = send(clinic.world, token=token, sent=at + clock, taps=taps, at=at)
    assert heard is not None
    return heard


def kept(clinic: Clinic) -> tuple[Visit, ...]:
    with clinic.world.store.read() as tx:
        return visits_of(tx, clinic.patient_id)


def an_hour(going: FromPhone, clock: timedelta = timedelta()) -> list[FromPhone]:
    mine: dict[str, Any] = {"visit": going.visit}
    began = going.press.at
    return [
        going,
        on_phone(Tap.TOOK, began + MINUTE, words="co-codamol", when=When.HOUR, **mine),
        on_phone(Tap.WHERE, began + 2 * MINUTE, where=Where(words="My own hospital"), **mine),
        on_phone(Tap.ARRIVED, began + 30 * MINUTE, **mine),
        on_phone(Tap.RELIEF_GIVEN, began + 55 * MINUTE, **mine),
    ]


def test_taps_without_a_signal_are_sent_later_and_say_when_they_were_made(clinic: Clinic) -> None:
    token = remembered(clinic)
    taps = an_hour(on_phone(Tap.GOING_IN))
    heard = sent(clinic, token, *taps, at=NOW + 2 * 60 * MINUTE)
    assert (list(heard.kept), heard.refused) == ([one.press.tap_id for one in taps], {})
    assert not any(heard.kept.values())
    (visit,) = kept(clinic)
    assert (visit.stage, visit.where.called) == (Stage.ARRIVED, "My own hospital")
    assert visit.first(Tap.RELIEF_GIVEN) == NOW + 55 * MINUTE
    assert {one.clock_off for one in visit.taps} == {0}
    assert clinic.deeds(6)[-1] is Deed.TAPPING_PHONE_KEPT
    assert clinic.deeds(5)[-1] is Deed.VISIT_BEGUN
    assert clinic.chains_hold()


@pytest.mark.parametrize("clock", [DAY, -DAY, timedelta(minutes=7)])
def test_a_clock_that_is_wrong_is_put_right_and_marked(clinic: Clinic, clock: timedelta) -> None:
    token = remembered(clinic)
    sent(clinic, token, *an_hour(on_phone(Tap.GOING_IN, NOW + clock)), at=NOW + 60 * MINUTE,
         clock=clock)  # fmt: skip
    (visit,) = kept(clinic)
    assert visit.begun_at == NOW
    assert visit.first(Tap.ARRIVED) == NOW + 30 * MINUTE
    assert {one.clock_off for one in visit.taps} == {round(clock.total_seconds())}


def test_one_tap_sent_a_thousand_times_is_one(clinic: Clinic) -> None:
    token = remembered(clinic)
    taps = an_hour(on_phone(Tap.GOING_IN))
    sent(clinic, token, *taps)
    for again in range(10):
        sent(clinic, token, *taps * 20, at=NOW + again * MINUTE)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: sent(clinic, token, *reversed(taps)), range(4)))
    (visit,) = kept(clinic)
    with clinic.world.store.read() as tx:
        assert len(every_tap(tx, clinic.patient_id, visit.visit_id)) == len(taps)
    assert clinic.deeds().count(Deed.VISIT_BEGUN) == 1
    assert clinic.deeds().count(Deed.VISIT_TAPPED) == len(taps) - 1
    assert clinic.chains_hold()


def test_two_phones_at_once_begin_one_visit_and_the_second_is_told(clinic: Clinic) -> None:
    hers, other = remembered(clinic), remembered(clinic)
    first, second = on_phone(Tap.GOING_IN), on_phone(Tap.GOING_IN, NOW + MINUTE)
    assert list(sent(clinic, hers, first).kept.values()) == [False]
    assert list(sent(clinic, other, second, at=NOW + MINUTE).kept.values()) == [True]
    sent(clinic, other, on_phone(Tap.ARRIVED, visit=second.visit), at=NOW + 2 * MINUTE)
    assert [one.stage for one in kept(clinic)] == [Stage.ARRIVED]
    third = on_phone(Tap.GOING_IN, NOW + 3 * MINUTE, another=True)
    sent(clinic, other, third, at=NOW + 3 * MINUTE)
    assert [one.stage for one in kept(clinic)] == [Stage.GOING, Stage.LEFT]


def test_a_tap_whose_beginning_never_came_is_not_lost(clinic: Clinic) -> None:
    token, lost = remembered(clinic), uuid4()
    sent(clinic, token, on_phone(Tap.ARRIVED, visit=lost))
    sent(clinic, token, on_phone(Tap.LEFT, NOW + MINUTE, visit=lost), at=NOW + MINUTE)
    assert [one.stage for one in kept(clinic)] == [Stage.LEFT]


def test_a_refused_tap_keeps_no_other_from_being_kept(clinic: Clinic) -> None:
    token = remembered(clinic)
    going = on_phone(Tap.GOING_IN)
    wrong = on_phone(Tap.TOOK, words="x", visit=going.visit)
    late = on_phone(Tap.TAKEN_BACK, NOW + 11 * MINUTE, back=going.visit, visit=going.visit)
    fine = on_phone(Tap.ARRIVED, visit=going.visit)
    heard = sent(clinic, token, going, wrong, late, fine, at=NOW + 12 * MINUTE)
    assert set(heard.kept) == {going.visit, fine.press.tap_id}
    assert heard.refused == {wrong.press.tap_id: Why.UNREADABLE, late.press.tap_id: Why.TOO_LATE}
    more = [on_phone(Tap.CHECKED_AGAIN, visit=going.visit) for _more in range(MOST_AT_ONCE + 5)]
    full = sent(clinic, token, *more, at=NOW + 13 * MINUTE)
    assert len(full.kept) == MOST_TAPS - 2
    assert set(full.refused.values()) == {Why.TOO_MANY}
    assert len(full.kept) + len(full.refused) == MOST_AT_ONCE
    sent(clinic, token, on_phone(Tap.LEFT, visit=going.visit), at=NOW + 13 * MINUTE)
    assert kept(clinic)[0].stage is Stage.LEFT


def test_a_phone_that_sends_without_end_is_slowed_and_loses_nothing(clinic: Clinic) -> None:
    token = remembered(clinic)
    going = on_phone(Tap.GOING_IN)
    for _again in range(SENDINGS):
        sent(clinic, token, going)
    with pytest.raises(Slower):
        sent(clinic, token, going)
    sent(clinic, token, going, at=NOW + 11 * MINUTE)


@pytest.mark.parametrize("how", ["page", "itself", "sign out", "suspended", "erased"])
def test_a_forgotten_phone_is_answered_like_one_nobody_has(clinic: Clinic, how: str) -> None:
    world = clinic.world
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    session = sign_in(world, email=ADA.email, password=PASSWORD, at=NOW)
    phone, token = remember_phone(world, **mine, at=NOW, session=session)
    other = remembered(clinic)
    if how == "page":
        forget_tapping_phone(world, **mine, phone_id=phone.phone_id, at=NOW)
    elif how == "itself":
        forget_itself(world, token=token, at=NOW)
    elif how == "sign out":
        who = recognise(world, token=session, at=NOW)
        assert who is not None
        sign_out(world, token=session, by=who.who, at=NOW)
    with world.store.begin() as tx:
        if how == "suspended":
            set_state(tx, UUID(clinic.ada.account_id), Standing.SUSPENDED)
        elif how == "erased":
            erase_patient(tx, clinic.patient_id)
    taps = [on_phone(Tap.GOING_IN)]
    assert send(world, token=token, sent=NOW, taps=taps, at=NOW) is None
    assert send(world, token="x" * 43, sent=NOW, taps=taps, at=NOW) is None
    if how in {"page", "itself", "sign out"}:
        assert clinic.deeds(1) == [Deed.TAPPING_PHONE_FORGOTTEN]
        assert list(sent(clinic, other, *taps).kept) == [taps[0].visit]


def test_phones_are_few_and_only_their_owner_sees_and_forgets_them(clinic: Clinic) -> None:
    for _phone in range(MOST_PHONES):
        remembered(clinic)
    with pytest.raises(TooManyPhones):
        remembered(clinic)
    mine: dict[str, Any] = {"patient_id": clinic.patient_id}
    found = tapping_phones(clinic.world, by=clinic.ada, **mine)
    assert len(found) == MOST_PHONES
    for somebody in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            remembered(clinic, by=somebody)
        with pytest.raises(NotThere):
            tapping_phones(clinic.world, by=somebody, **mine)
        with pytest.raises(NotThere):
            forget_tapping_phone(
                clinic.world, by=somebody, **mine, phone_id=found[0].phone_id, at=NOW
            )


@pytest.mark.parametrize("over", ["ended", "suspended"])
def test_a_carers_phone_says_by_whom_and_ends_with_their_access(world, over: str) -> None:
    family = a_family(world)
    abena, kofi = family.here("Abena"), family.kofi
    mine: dict[str, Any] = {"patient_id": family.patient_id, "at": NOW}
    phone, token = remember_phone(world, by=abena, **mine)
    with pytest.raises(NotThere):  # she may read and not write
        remember_phone(world, by=family.here("Grace"), **mine)
    assert _phones(family, abena) == [phone]
    assert _phones(family, family.here("Samuel")) == []
    taps = [on_phone(Tap.GOING_IN)]
    assert send(world, token=token, sent=NOW, taps=taps, at=NOW) is not None
    with world.store.read() as tx:
        said = said_by_patient(tx, family.patient_id, NOW)
    assert abena.grant is not None
    assert said is not None
    assert said.lines == (
        (
            f"Said for the patient by {abena.grant.called} at 09:00, not checked: "
            "on the way to an emergency department."
        ),
    )
    grant: dict[str, Any] = {"grant_id": UUID(abena.grant.id)}
    if over == "ended":
        end_access(world, by=kofi, **mine, **grant)
    else:
        suspend_access(world, by=family.doctor.who, **mine, **grant, reason="Pressed")
    assert send(world, token=token, sent=NOW, taps=taps, at=NOW) is None


def test_a_helpers_yes_to_the_team_is_not_the_persons_yes(world) -> None:
    family = a_family(world)
    abena, kofi = family.here("Abena"), family.kofi

    def go(by: Who, day: int, **more: Any) -> bool:
        at = NOW + timedelta(days=2 * day)
        mine: dict[str, Any] = {"patient_id": family.patient_id, "tap_id": uuid4()}
        return begin(world, by=by, **mine, at=at, **more).tells_team

    assert go(abena, 0, tells_team=True)
    assert go(abena, 1), "she is asked again, and it holds until she answers"
    assert not go(kofi, 2), "he was never asked"
    assert go(kofi, 3, tells_team=True)
    assert go(abena, 4), "he agreed, whoever presses for him"
    assert not go(abena, 5, tells_team=False)
    assert not go(kofi, 6)


def _phones(family: Any, by: Who) -> list[Any]:
    return list(tapping_phones(family.world, by=by, patient_id=family.patient_id))
