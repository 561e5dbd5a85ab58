"""Signing in with what a phone keeps: every part of the answer must be right, once, here, now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.accounts.passkeys import BadAnswer, check, made, named_in, site_of
from careplan.accounts.people import Standing
from careplan.acts.own_sessions import SURE_FOR, NotSure
from careplan.acts.passkeys import (
    LIVES,
    MOST,
    CopiedPasskey,
    TooMany,
    WrongPasskey,
    add_passkey,
    begin_adding,
    begin_using,
    own_passkeys,
    remove_passkey,
    sign_in_with_passkey,
)
from careplan.acts.signing_in import needs_second_factor, recognise, sign_in, who_is
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.accounts import set_state
from careplan.store.trail import events_of
from tests.authenticator import Device
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, sure

SITE = sure(site_of("https://plan.example.org/", name="My sickle cell plan"))
NEXT = NOW + timedelta(minutes=1)


def in_two_steps(by):
    """As they are known in a session in which the second step was given."""
    return replace(by, second_factor=True)


def come_in(world, email=ADA.email):
    return sign_in(world, email=email, password=PASSWORD, at=NOW)


def adds(world, by, token, device, *, at=NOW, name="My phone", **said):
    begun = begin_adding(world, SITE, by=by, token=token, at=at)
    answer = device.makes(begun.options, **said)
    mine = {"by": by, "token": token, "name": name, "at": at}
    return add_passkey(world, SITE, ceremony=begun.token, answer=answer, **mine)


def uses(world, device, *, at=NEXT, **said):
    begun = begin_using(world, SITE, at=at)
    answer = device.uses_it(begun.options, **said)
    return sign_in_with_passkey(world, SITE, ceremony=begun.token, answer=answer, at=at)


@contextmanager
def refused(world, kind=WrongPasskey) -> Iterator[None]:
    with pytest.raises(WrongPasskey) as caught:
        yield
    assert type(caught.value) is kind


@pytest.fixture
def ada(world):
    return a_person(world)


@pytest.fixture
def phone(world, ada):
    """Ada's, with a passkey on it."""
    device = Device()
    adds(world, ada, come_in(world), device)
    return device


def deeds(world, who):
    with world.store.read() as tx:
        return [one.event for one in events_of(tx, UUID(who.patient_id), limit=10)]


def test_it_signs_in_without_password_or_address(world, ada, phone):
    found = sure(recognise(world, token=uses(world, phone), at=NEXT))

    assert found.who == replace(ada, second_factor=True)
    (kept,) = own_passkeys(world, by=ada)
    assert (kept.name, kept.last_used_at, kept.sign_count) == ("My phone", NEXT, 1)
    assert kept.transports == ("hybrid", "internal")
    assert [one.kind for one in deeds(world, ada)][:2] == [Kind.SIGNED_IN, Kind.PASSKEY_ADDED]


def test_for_staff_it_is_both_steps(world):
    staff = a_clinician(world, with_phone=False)
    token, device = come_in(world, staff.email), Device()
    by = who_is(world, email=staff.email)

    fresh = adds(world, by, token, device)

    assert recognise(world, token=token, at=NOW) is None
    assert not needs_second_factor(sure(recognise(world, token=sure(fresh), at=NOW)).who)
    again = sure(recognise(world, token=uses(world, device), at=NEXT)).who
    assert again.second_factor
    assert again.is_staff


@pytest.mark.asvs("6.3.3")
@pytest.mark.parametrize("with_phone", [True, False])
def test_a_stolen_password_adds_none_beside_a_second_step(world, with_phone):
    """Neither beside a code app nor beside a passkey."""
    staff = a_clinician(world, with_phone=with_phone)
    by = who_is(world, email=staff.email)
    if not with_phone:
        adds(world, by, come_in(world, staff.email), Device())

    with pytest.raises(NotAllowed):
        adds(world, by, come_in(world, staff.email), Device())


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://plan.example.org.evil.example"},
        {"origin": "http://plan.example.org"},
        {"host": "evil.example"},
        {"verifies": False},
    ],
    ids=str,
)
def test_a_wrong_answer_neither_adds_nor_signs_in(world, ada, phone, wrong):
    token, by = come_in(world), in_two_steps(ada)
    with refused(world):
        adds(world, by, token, Device(**wrong))
    assert len(own_passkeys(world, by=ada)) == 1

    for name, value in wrong.items():
        setattr(phone, name, value)
    with refused(world):
        uses(world, phone)
    newest = deeds(world, ada)[0]
    assert (newest.kind, dict(newest.what)) == (Kind.SIGN_IN_FAILED, {"reason": "passkey"})


@pytest.mark.parametrize(
    "said",
    [{"crossOrigin": True}, {"type": "webauthn.create"}, {"challenge": "AAAA"}],
    ids=str,
)
def test_an_answer_to_something_else_is_none(world, phone, said):
    with refused(world):
        uses(world, phone, **said)


@pytest.mark.asvs("6.5.1")
def test_an_answer_is_good_once(world, phone):
    begun = begin_using(world, SITE, at=NOW)
    answer = phone.uses_it(begun.options)
    again = {"ceremony": begun.token, "answer": answer}
    assert sign_in_with_passkey(world, SITE, at=NOW, **again)
    with refused(world):
        sign_in_with_passkey(world, SITE, at=NOW, **again)
    other = begin_using(world, SITE, at=NOW)
    with refused(world):
        sign_in_with_passkey(world, SITE, ceremony=other.token, answer=answer, at=NOW)


def test_a_wrong_answer_uses_the_challenge_up(world, phone):
    begun = begin_using(world, SITE, at=NOW)
    with refused(world):
        sign_in_with_passkey(world, SITE, ceremony=begun.token, answer="{}", at=NOW)
    right = phone.uses_it(begun.options)
    with refused(world):
        sign_in_with_passkey(world, SITE, ceremony=begun.token, answer=right, at=NOW)


def test_an_answer_is_good_for_five_minutes(world, phone):
    begun = begin_using(world, SITE, at=NOW)
    answer = phone.uses_it(begun.options)
    late = NOW + LIVES
    with refused(world):
        sign_in_with_passkey(world, SITE, ceremony=begun.token, answer=answer, at=late)


def test_another_key_under_a_known_name_is_refused(world, ada, phone):
    other = Device(credential_id=phone.credential_id, handle=phone.handle)
    with refused(world):
        uses(world, other)


def test_a_passkey_opens_the_account_it_was_made_for(world, ada, phone):
    """The handle in the answer is not signed: it must still be the account's own."""
    phone.handle = bytes(32)
    with refused(world):
        uses(world, phone)


def test_what_ada_began_nobody_else_ends(world, ada):
    sam = a_person(world, email="sam@example.org")
    begun = begin_adding(world, SITE, by=ada, token=come_in(world), at=NOW)
    answer = Device().makes(begun.options)
    token = come_in(world, "sam@example.org")
    with refused(world):
        add_passkey(
            world, SITE, by=sam, token=token, ceremony=begun.token, answer=answer, name="x", at=NOW
        )
    assert own_passkeys(world, by=sam) == ()


def test_one_begun_to_add_does_not_sign_in_and_the_other_way(world, ada, phone):
    token = uses(world, phone, at=NOW)
    adding = begin_adding(world, SITE, by=in_two_steps(ada), token=token, at=NOW)
    with refused(world):
        answer = phone.uses_it(adding.options)
        sign_in_with_passkey(world, SITE, ceremony=adding.token, answer=answer, at=NOW)


def test_a_count_that_goes_back_is_refused_and_told(world, ada, phone):
    phone.uses = 5
    assert uses(world, phone)
    phone.uses = 3
    with refused(world, CopiedPasskey):
        uses(world, phone)
    newest = deeds(world, ada)[0]
    assert dict(newest.what) == {"reason": "passkey_copied"}
    phone.uses = 6
    assert uses(world, phone)


def test_a_passkey_that_counts_nothing_may_be_used_again(world, ada):
    device = Device(counts=0)
    adds(world, ada, come_in(world), device)
    assert uses(world, device)
    assert uses(world, device)


def test_a_suspended_account_is_answered_like_a_wrong_passkey(world, ada, phone):
    with world.store.begin() as tx:
        set_state(tx, UUID(ada.account_id), Standing.SUSPENDED)
    with refused(world):
        uses(world, phone)


def test_one_taken_away_opens_nothing(world, ada, phone):
    token, by = uses(world, phone, at=NOW), in_two_steps(ada)
    (kept,) = own_passkeys(world, by=ada)
    remove_passkey(world, by=by, token=token, named=kept.named, at=NOW)

    assert own_passkeys(world, by=ada) == ()
    assert deeds(world, ada)[0].kind is Kind.PASSKEY_REMOVED
    with refused(world):
        uses(world, phone)
    with pytest.raises(NotThere):
        remove_passkey(world, by=by, token=token, named=kept.named, at=NOW)


@pytest.mark.parametrize("named", ["", "x", "é", "A" * 5000])
def test_somebody_elses_and_a_made_up_one_are_not_there(world, ada, phone, named):
    sam = a_person(world, email="sam@example.org")
    token = come_in(world, "sam@example.org")
    (adas,) = own_passkeys(world, by=ada)
    for name in (named, adas.named):
        with pytest.raises(NotThere):
            remove_passkey(world, by=sam, token=token, named=name, at=NOW)
    assert len(own_passkeys(world, by=ada)) == 1


def test_who_finds_a_phone_lying_open_adds_and_removes_nothing(world, ada, phone):
    token, by, later = uses(world, phone, at=NOW), in_two_steps(ada), NOW + SURE_FOR
    (kept,) = own_passkeys(world, by=ada)
    with pytest.raises(NotSure):
        begin_adding(world, SITE, by=by, token=token, at=later)
    with pytest.raises(NotSure):
        remove_passkey(world, by=by, token=token, named=kept.named, at=later)


def test_one_phone_has_one(world, ada, phone):
    by = in_two_steps(ada)
    begun = begin_adding(world, SITE, by=by, token=uses(world, phone, at=NOW), at=NOW)
    (excluded,) = begun.options["excludeCredentials"]
    assert excluded["id"] == own_passkeys(world, by=ada)[0].named
    with refused(world):
        adds(world, by, come_in(world), phone)


def test_there_is_an_end_to_them(world, ada):
    token, by = sure(adds(world, ada, come_in(world), Device())), in_two_steps(ada)
    for _ in range(MOST - 1):
        assert adds(world, by, token, Device()) is None
    with pytest.raises(TooMany):
        begin_adding(world, SITE, by=by, token=token, at=NOW)


def test_the_options_ask_for_its_owner_and_tell_nothing_but_the_address(world, ada):
    begun = begin_adding(world, SITE, by=ada, token=come_in(world), at=NOW)
    chosen = begun.options["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"]) == ("required", "required")
    assert begun.options["attestation"] == "none"
    assert ada.account_id not in json.dumps(begun.options)
    using = begin_using(world, SITE, at=NOW)
    assert using.options["userVerification"] == "required"
    assert using.options.get("allowCredentials", []) == []
    assert using.options["challenge"] != begun.options["challenge"]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://plan.example.org", "plan.example.org"),
        ("https://plan.example.org:8443/", "plan.example.org"),
        ("http://localhost:8000", "localhost"),
        ("http://plan.example.org", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_where_browsers_offer_none_there_is_none(address, host):
    site = site_of(address, name="x")
    assert (site.host if site else None) == host


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_nothing_that_is_sent_makes_it_fall_over(data):
    """Any text, and right answers with some part put wrong."""
    device = Device()
    right = json.loads(device.makes({"user": {"id": "AAAA"}, "challenge": "AAAA"}))
    part = data.draw(st.sampled_from(["id", "rawId", "type", "response", *right["response"]]))
    holder = right if part in right else right["response"]
    holder[part] = data.draw(_JSON)
    answer = data.draw(st.just(json.dumps(right)) | st.text(max_size=40) | _JSON.map(json.dumps))
    for asked in (
        lambda: made(answer, site=SITE, challenge=bytes(3)),
        lambda: check(answer, site=SITE, challenge=bytes(3), public_key=device._cose()),
        lambda: named_in(answer),
    ):
        try:
            asked()
        except BadAnswer:
            continue
