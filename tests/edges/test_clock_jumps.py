"""A server's clock that jumps: by an hour, a day or a year, forward and back again.

What people meet then is a sign-in page or a wait. Nothing falls over, nothing that was kept is
lost, and after the clock is right again everything is as it was.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest

from careplan.accounts.people import Role
from careplan.accounts.second_factor import check
from careplan.accounts.sessions import Session, still_valid
from careplan.acts.accounts import new_second_factor
from careplan.acts.opening import Asks, Opened, Reader, open_link
from careplan.acts.signing_in import recognise, sign_in
from careplan.acts.world import london_day
from careplan.sharing.links import Kind, Opening
from careplan.store.accounts import set_totp, use_totp_step
from tests.acts.worlds import Clinic, clinic, people_once, signed_once, token_of
from tests.stores import NOW, TODAY
from tests.visitors import PASSWORD, come_in

__all__ = ["clinic", "people_once", "signed_once"]
JUMPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=400)]
EACH = pytest.mark.parametrize("jump", [*JUMPS, *(-one for one in JUMPS)], ids=str)


@EACH
def test_a_scanned_card_opens_and_each_look_is_written_down(
    clinic: Clinic, jump: timedelta
) -> None:
    token = token_of(clinic.share(Kind.FULL_PRINT))
    for number, at in enumerate((NOW, NOW + jump, NOW)):
        reader = Reader(None, f"Ward {number}", at, (TODAY + jump) if number == 1 else TODAY)
        found = open_link(clinic.world, reader, token=token, again=None, zipped=False)
        assert isinstance(found, Opened)
    told = {one.actor.name for one in clinic.events() if one.kind == "link_opened"}
    assert told == {"Ward 0", "Ward 1", "Ward 2"}
    assert clinic.chains_hold()


@EACH
def test_what_is_signed_and_published_goes_on_in_order(clinic: Clinic, jump: timedelta) -> None:
    before = clinic.current.head.number
    at, today = NOW + jump, TODAY + jump
    signing: dict[str, Any] = {"at": at, "today": today, "expires_on": today + timedelta(days=180)}
    if abs(jump) > timedelta(days=300):
        # Its review is over by then, or what was measured is yet to come: refused in words.
        with pytest.raises(ValueError, match=r"must be|yet to come"):
            clinic.sign(**signing)
        assert clinic.current.head.number == before
    else:
        clinic.sign(**signing)
    clinic.publish(at=NOW + timedelta(minutes=1))
    assert clinic.current.head.number > before
    assert clinic.chains_hold()


@EACH
def test_a_session_goes_on_or_ends_and_never_falls_over(clinic: Clinic, jump: timedelta) -> None:
    """It may be over, and somebody signs in again; when the clock is right once more it goes on."""
    token = sign_in(clinic.world, email="ada@example.org", password=PASSWORD, at=NOW)
    meanwhile = recognise(clinic.world, token=token, at=NOW + jump)
    assert (meanwhile is None) == (abs(jump) >= timedelta(days=14))
    again = sign_in(clinic.world, email="ada@example.org", password=PASSWORD, at=NOW + jump)
    assert recognise(clinic.world, token=again, at=NOW + jump) is not None
    assert recognise(clinic.world, token=token, at=NOW) is not None


@pytest.mark.parametrize("jump", [timedelta(days=400), -timedelta(days=400)], ids=str)
def test_every_page_of_a_person_answers(app, clinic: Clinic, clock, jump: timedelta) -> None:
    client = come_in(app.test_client(), email="ada@example.org")
    for moved in (jump, -jump):
        clock.go_on(days=moved.days)
        for path in (
            "/plan",
            "/plan/show",
            "/plan/links",
            "/plan/looked",
            "/account",
            "/plan/copies",
        ):
            assert client.get(path, follow_redirects=True).status_code in (200, 404), path
    assert client.get("/plan").status_code == 200, "and they are still signed in"


# --- what an attacker would try -----------------------------------------------------------------

AHEAD = timedelta(days=427)
"""Fourteen months, and then the clock is put right."""


@pytest.mark.parametrize("roles", [{Role.PATIENT}, {Role.CLINICIAN}], ids=str)
@pytest.mark.parametrize(("started", "seen"), [(AHEAD, AHEAD), (timedelta(), AHEAD)], ids=str)
def test_no_session_outlives_its_limits_because_the_clock_was_ahead(
    roles: set[Role], started: timedelta, seen: timedelta
) -> None:
    held = Session(roles=frozenset(roles), started_at=NOW + started, seen_at=NOW + seen)
    assert still_valid(held, now=NOW + AHEAD) == (started == AHEAD), "then it was as it should be"
    assert not still_valid(held, now=NOW)
    assert not still_valid(held, now=NOW + timedelta(days=1))


def test_codes_work_again_when_the_clock_is_right_and_none_of_them_twice(clinic: Clinic) -> None:
    secret, doctor = new_second_factor(clinic.world), UUID(clinic.doctor.account_id)
    ahead, now = pyotp.TOTP(secret).at(NOW + AHEAD), pyotp.TOTP(secret).at(NOW)
    before = pyotp.TOTP(secret).at(NOW - timedelta(seconds=30))
    used = check(secret, ahead, now=NOW + AHEAD)
    assert used is not None
    step = check(secret, now, now=NOW, last_step=used)
    assert step is not None
    with clinic.world.store.begin() as tx:
        set_totp(tx, doctor, secret, NOW)
        assert use_totp_step(tx, doctor, used)
        assert use_totp_step(tx, doctor, step)
        assert not use_totp_step(tx, doctor, step)
        assert not use_totp_step(tx, doctor, step - 1)
    for code in (now, before):
        assert check(secret, code, now=NOW, last_step=step) is None


def test_a_link_does_not_wait_for_a_day_that_is_far_ahead(clinic: Clinic) -> None:
    """And its wrong answers stay counted: fifty in all, whatever the clock does."""
    token = token_of(clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH))
    wrong = [date(1950, 1, day) for day in range(1, 12)]
    at, found = NOW + timedelta(days=7), None
    for day in wrong[:5]:
        reader = Reader(f"{day}", "Ward 9", at, at.date())
        found = open_link(clinic.world, reader, token=token, again=None, zipped=False)
        at += timedelta(seconds=31)
    assert isinstance(found, Asks)
    reader = Reader(f"{wrong[5]}", "Ward 9", NOW, TODAY)
    found = open_link(clinic.world, reader, token=token, again=None, zipped=False)
    assert isinstance(found, Asks)
    assert found.remaining == 44


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    ],
    ids=["01:30 for the first time", "01:30 once more", "02:30, after an hour that was not"],
)
def test_the_night_on_which_clocks_change_is_a_night_like_others(
    clinic: Clinic, at: datetime
) -> None:
    """All that is kept is UTC: an hour that comes twice is two hours in the trail, in order."""
    card = token_of(clinic.share())
    for minutes in (0, 60):
        then = at + timedelta(minutes=minutes)
        reader = Reader(None, f"Ward {minutes}", then, london_day(then))
        found = open_link(clinic.world, reader, token=card, again=None, zipped=False)
        assert isinstance(found, Opened)
    looks = [one for one in clinic.events() if one.kind == "link_opened"]
    assert [one.actor.name for one in looks] == ["Ward 60", "Ward 0"]
    assert looks[0].at - looks[1].at == timedelta(hours=1)
    assert clinic.chains_hold()
