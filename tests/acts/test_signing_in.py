"""Signing in and out: who gets a session, how long it lives, what dies with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.accounts.passwords import Strength, hash_password
from careplan.accounts.people import Role, Standing
from careplan.accounts.registration import Body, Registration
from careplan.acts.signing_in import (
    TRIES,
    WINDOW,
    TooManyTries,
    WrongCode,
    WrongSignIn,
    demo_sign_in,
    give_second_factor,
    needs_second_factor,
    recognise,
    sign_in,
    sign_out,
    who_is,
)
from careplan.acts.world import NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind
from careplan.store.accounts import account_by_email, set_password, set_state
from careplan.store.sessions import sessions_of
from careplan.store.teams import add_member
from careplan.store.trail import events_of, service_events_of
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD, a_clinician, a_hospital, a_person, code_of, sure


def come_in(world, email=ADA.email, password=PASSWORD, at=NOW, **more):
    return sign_in(world, email=email, password=password, at=at, **more)


def test_it_works(world):
    who = a_person(world)

    found = sure(recognise(world, token=come_in(world), at=NOW))

    assert found.who == who
    assert not needs_second_factor(found.who)


@pytest.mark.parametrize("email", ["ADA@EXAMPLE.ORG", "  ada@example.org\n", "ａda@example.org"])
def test_an_address_is_the_same_however_it_is_typed(world, email):
    a_person(world)

    assert recognise(world, token=come_in(world, email=email), at=NOW)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADA.email, "something else entirely"),
        (ADA.email, ""),
        (ADA.email, "x" * 100_000),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("\x00", "\x00"),
        ("\ud800", "\ud800"),
    ],
)
def test_it_refuses_with_one_answer(world, email, password):
    a_person(world)

    with pytest.raises(WrongSignIn):
        come_in(world, email=email, password=password)


def test_a_suspended_account_is_answered_like_a_wrong_password(world):
    a_person(world)
    token = come_in(world)
    with world.store.begin() as tx:
        set_state(tx, sure(account_by_email(tx, ADA.email)).account_id, Standing.SUSPENDED)

    assert recognise(world, token=token, at=NOW) is None
    with pytest.raises(WrongSignIn):
        come_in(world)


@pytest.mark.asvs("16.2.1", "16.3.2")
def test_a_failure_is_in_the_persons_trail(world):
    who = a_person(world)
    with pytest.raises(WrongSignIn):
        come_in(world, password="something else entirely")

    with world.store.read() as tx:
        newest = events_of(tx, UUID(who.patient_id), limit=1)[0].event
    assert newest.kind is Kind.SIGN_IN_FAILED
    assert dict(newest.what) == {"reason": "password"}


def test_a_failure_for_nobody_is_in_the_services_trail(world):
    with pytest.raises(WrongSignIn):
        come_in(world, email="nobody@example.org")

    with world.store.read() as tx:
        (kept,) = service_events_of(tx, service_chain(NOW))
    assert kept.event.kind is Kind.SIGN_IN_FAILED
    assert "nobody@" not in str(kept.event)


@pytest.mark.asvs("6.3.1")
def test_each_account_rests_after_ten_tries(world):
    a_person(world)
    for _ in range(TRIES):
        with pytest.raises(WrongSignIn):
            come_in(world, password="something else entirely")

    with pytest.raises(TooManyTries):
        come_in(world)
    assert come_in(world, at=NOW + WINDOW)


def test_an_unknown_address_rests_just_the_same(world):
    for _ in range(TRIES):
        with pytest.raises(WrongSignIn):
            come_in(world, email="nobody@example.org")

    with pytest.raises(TooManyTries):
        come_in(world, email="nobody@example.org")


def test_guesses_made_at_once_are_counted_one_by_one(world):
    a_person(world)

    def guess(number):
        try:
            come_in(world, password=f"something else entirely {number}")
        except (WrongSignIn, TooManyTries) as refused:
            return type(refused)

    with ThreadPoolExecutor(4) as hands:
        outcomes = list(hands.map(guess, range(TRIES + 6)))
    assert outcomes.count(WrongSignIn) == TRIES
    assert outcomes.count(TooManyTries) == 6


def test_each_sign_in_has_a_token_of_its_own_and_the_old_one_dies(world):
    a_person(world)
    first = come_in(world)
    second = come_in(world, old_token=first)

    assert first != second
    assert recognise(world, token=first, at=NOW) is None
    assert recognise(world, token=second, at=NOW)


def test_signing_in_on_a_second_phone_leaves_the_first_alone(world):
    a_person(world)
    first = come_in(world)
    come_in(world)

    assert recognise(world, token=first, at=NOW)


def test_a_token_dies_at_sign_out(world):
    a_person(world)
    token = come_in(world)
    sign_out(world, token=token, by=sure(recognise(world, token=token, at=NOW)).who, at=NOW)

    assert recognise(world, token=token, at=NOW) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "é", "\x00"])
def test_a_token_we_did_not_make_is_nobody(world, token):
    assert recognise(world, token=token, at=NOW) is None


def test_a_persons_session_lasts_a_fortnight_untouched(world):
    a_person(world)
    token = come_in(world)

    almost = NOW + timedelta(days=13, hours=23)
    assert recognise(world, token=token, at=almost)
    assert recognise(world, token=token, at=almost + timedelta(days=13))
    assert recognise(world, token=token, at=almost + timedelta(days=28)) is None


@pytest.mark.asvs("7.3.2")
def test_however_busy_it_ends_after_three_months(world):
    a_person(world)
    token = come_in(world)

    for days in range(10, 90, 10):
        assert recognise(world, token=token, at=NOW + timedelta(days=days))
    assert recognise(world, token=token, at=NOW + timedelta(days=90)) is None


@pytest.mark.asvs("7.3.1")
def test_staff_are_idle_for_a_quarter_of_an_hour_only(world):
    token = come_in(world, email=a_clinician(world).email)

    assert recognise(world, token=token, at=NOW + timedelta(minutes=14))
    assert recognise(world, token=token, at=NOW + timedelta(minutes=29)) is None


@pytest.mark.parametrize("changed", ["password", "state"])
def test_what_changed_while_a_password_was_looked_at_stands(world, changed):
    """The old password, tried at the moment its owner chooses a new one, opens nothing, and is
    not kept in its place; nor does it open for somebody who was stopped."""
    mine, words = UUID(a_person(world).account_id), "eleven grey otters dancing"
    new = hash_password(words, entropy=world.entropy, strength=world.strength)

    def meanwhile(size):  # the old one is hashed anew, at another cost: both are half-way now
        with world.store.begin() as tx:
            if changed == "password":
                set_password(tx, mine, new, changed_at=NOW)
            else:
                set_state(tx, mine, Standing.SUSPENDED)
        return world.entropy(size)

    harder = Strength(time_cost=2, memory_cost=16, parallelism=1)
    with pytest.raises(WrongSignIn):
        come_in(replace(world, strength=harder, entropy=meanwhile))
    with world.store.read() as tx:
        kept = sure(account_by_email(tx, ADA.email))
        assert sessions_of(tx, mine) == ()
    assert (kept.password_hash == new) is (changed == "password")


def test_a_password_kept_at_another_cost_is_kept_anew(world):
    a_person(world)
    harder = replace(world, strength=Strength(time_cost=2, memory_cost=16, parallelism=1))

    come_in(harder)

    with world.store.read() as tx:
        assert "m=16,t=2" in sure(sure(account_by_email(tx, ADA.email)).password_hash)
    assert come_in(harder)


# --- the second factor ---------------------------------------------------------------------------


def test_staff_must_give_a_second_factor_in_every_session(world):
    staff = a_clinician(world)
    token = come_in(world, email=staff.email)
    assert needs_second_factor(sure(recognise(world, token=token, at=NOW)).who)

    fresh = give_second_factor(world, token=token, code=code_of(staff.secret, NOW), at=NOW)

    assert recognise(world, token=token, at=NOW) is None
    assert sure(recognise(world, token=fresh, at=NOW)).who == staff.who
    again = come_in(world, email=staff.email)
    assert needs_second_factor(sure(recognise(world, token=again, at=NOW)).who)


def test_what_somebody_is_in_another_team_counts_for_nothing_in_this_one(world):
    nurse = a_clinician(world, role=Role.NURSE, checked=False)
    elsewhere = a_hospital(world, "Rivelin General")
    number = Registration(body=Body.NMC, number="18A1234E", verified_at=NOW)
    with world.store.begin() as tx:
        account_id = UUID(nurse.who.account_id)
        later = NOW + timedelta(days=1)
        for role in (Role.TEAM_ADMIN, Role.CLINICIAN):
            add_member(tx, account_id, elsewhere, role=role, registration=number, at=later)
    found = who_is(world, email=nurse.email)
    assert found.team_id == str(nurse.team_id)
    assert found.roles == {Role.NURSE}
    assert found.registration is not None
    assert not found.registration.verified


@pytest.mark.asvs("6.5.1")
def test_a_code_works_once(world):
    staff = a_clinician(world)
    code = code_of(staff.secret, NOW)
    give_second_factor(world, token=come_in(world, email=staff.email), code=code, at=NOW)

    with pytest.raises(WrongCode):
        give_second_factor(world, token=come_in(world, email=staff.email), code=code, at=NOW)


def test_a_code_from_long_ago_is_wrong(world):
    staff = a_clinician(world)
    old = code_of(staff.secret, NOW - timedelta(minutes=5))

    with pytest.raises(WrongCode):
        give_second_factor(world, token=come_in(world, email=staff.email), code=old, at=NOW)


def test_a_session_that_is_not_there_cannot_give_one(world):
    with pytest.raises(WrongCode):
        give_second_factor(world, token="x", code="000000", at=NOW)


@pytest.mark.asvs("6.6.3")
def test_codes_cannot_be_guessed_for_long(world):
    staff = a_clinician(world)
    token = come_in(world, email=staff.email)
    for _ in range(TRIES):
        with pytest.raises(WrongCode):
            give_second_factor(world, token=token, code="000000", at=NOW)

    with pytest.raises(TooManyTries):
        give_second_factor(world, token=token, code=code_of(staff.secret, NOW), at=NOW)


# --- the demonstration ---------------------------------------------------------------------------


def test_the_demonstration_lets_the_clinician_in_with_both_steps(world):
    staff = a_clinician(world)

    found = sure(recognise(world, token=demo_sign_in(world, email=staff.email, at=NOW), at=NOW))

    assert found.who == staff.who


def test_the_demonstration_lets_the_person_in(world):
    who = a_person(world)

    assert (
        sure(recognise(world, token=demo_sign_in(world, email=ADA.email, at=NOW), at=NOW)).who
        == who
    )


def test_the_demonstration_invents_nobody(world):
    with pytest.raises(NotThere):
        demo_sign_in(world, email="nobody@example.org", at=NOW)
