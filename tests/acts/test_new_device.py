"""Whoever owns an account hears of a sign-in on a kind of device that it does not know."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.acts.new_device import KNOWN_FOR, NEW_DEVICE
from careplan.acts.notifying import send_due
from careplan.acts.own_sessions import own_sessions
from careplan.acts.signing_in import WrongSignIn, give_second_factor, recognise, sign_in
from careplan.notify.smtp import SmtpPost
from careplan.store.accounts import account_of, devices_of, set_profile
from careplan.store.outbox import take_messages
from tests.acts.test_notifying import FROM, HEALTH
from tests.notify.servers import a_mail_server
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, code_of, sure

PHONE, LAPTOP = "Safari on an iPhone", "Chrome on a Windows computer"
DAY = timedelta(days=1)


def comes_in(world, device, *, at=NOW, email=ADA.email):
    return sign_in(world, email=email, password=PASSWORD, at=at, device=device)


def told(world, *, at=NOW):
    """To whom notices of a new device wait to be sent."""
    with world.store.begin() as tx:
        waiting = take_messages(tx, at=at + DAY, hold=timedelta(0), limit=50)
    return [UUID(one.body["account"]) for one in waiting if one.kind == NEW_DEVICE]


@pytest.fixture
def ada(world):
    return a_person(world)


def test_the_first_sign_in_is_no_news_and_another_kind_is(world, ada):
    comes_in(world, PHONE)
    comes_in(world, PHONE, at=NOW + DAY)
    assert told(world) == []
    comes_in(world, LAPTOP, at=NOW + DAY)
    assert told(world, at=NOW + DAY) == [UUID(ada.account_id)]
    comes_in(world, LAPTOP, at=NOW + DAY)
    comes_in(world, PHONE, at=NOW + 2 * DAY)
    assert len(told(world, at=NOW + 2 * DAY)) == 1, "both are known now"


def test_what_was_not_used_for_ninety_days_is_new_again(world, ada):
    comes_in(world, PHONE)
    comes_in(world, PHONE, at=NOW + KNOWN_FOR - DAY)
    assert told(world, at=NOW + KNOWN_FOR) == [], "it was used meanwhile"
    back = NOW + 2 * KNOWN_FOR
    comes_in(world, PHONE, at=back)
    assert told(world, at=back) == [UUID(ada.account_id)]
    with world.store.read() as tx:
        assert devices_of(tx, UUID(ada.account_id)) == {PHONE: back.date()}


def test_no_words_are_no_device(world, ada):
    for device in (PHONE, "", ""):
        comes_in(world, device)
    assert told(world) == []


def test_a_wrong_password_makes_nothing_known(world, ada):
    comes_in(world, PHONE)
    with pytest.raises(WrongSignIn):
        sign_in(world, email=ADA.email, password="not it at all", at=NOW, device=LAPTOP)
    with world.store.read() as tx:
        assert list(devices_of(tx, UUID(ada.account_id)) or {}) == [PHONE]


def test_it_is_seen_where_one_is_signed_in(world, ada):
    comes_in(world, PHONE)
    token = comes_in(world, LAPTOP)
    who = sure(recognise(world, token=token, at=NOW)).who
    found = own_sessions(world, by=who, token=token, at=NOW)
    assert {one.device: one.new for one in found} == {LAPTOP: True, PHONE: False}


def test_staff_are_told_too_and_before_their_second_step(world):
    staff = a_clinician(world)
    comes_in(world, LAPTOP, email=staff.email)
    token = comes_in(world, PHONE, email=staff.email, at=NOW + DAY)
    assert told(world, at=NOW + DAY) == [UUID(staff.who.account_id)]
    later = NOW + DAY
    fresh = give_second_factor(world, token=token, code=code_of(staff.secret, later), at=later)
    who = sure(recognise(world, token=fresh, at=later)).who
    this, *_ = own_sessions(world, by=who, token=fresh, at=later)
    assert this.new, "the session goes on under a new token"


def test_the_letter_says_what_to_do_and_names_nothing(world, ada):
    comes_in(world, PHONE)
    comes_in(world, LAPTOP)
    with a_mail_server() as (server, mailbox):
        assert send_due(world, SmtpPost(server, FROM), at=NOW).sent == 1
        assert send_due(world, SmtpPost(server, FROM), at=NOW + DAY).sent == 0
    (letter,) = mailbox.letters
    assert letter["To"] == ADA.email
    said = f"{letter['Subject']}\n{letter.get_content()}".replace(world.base_url, "").lower()
    assert "if it was not you" in said
    secret = {*HEALTH, "chrome", "windows", "adaeze"} - {"signed"}  # in, that is
    assert not secret & set(re.findall(r"[a-z]+", said))


def test_a_changed_name_forgets_no_device(world, ada):
    comes_in(world, PHONE)
    mine = UUID(ada.account_id)
    with world.store.begin() as tx:
        set_profile(tx, mine, email=ADA.email, name="Ada", title=None)
        assert list(devices_of(tx, mine) or {}) == [PHONE]
        assert sure(account_of(tx, mine)).name == "Ada"
