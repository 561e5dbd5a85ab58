"""A server's clock that jumps: by an hour, a day or a year, forward and back again.

What people meet then is a sign-in page or a wait. Nothing falls over, nothing that was kept is
lost, and after the clock is right again everything is as it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from careplan.acts.opening import Opened, Reader, open_link
from careplan.acts.signing_in import recognise, sign_in
from careplan.sharing.links import Kind
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
    """Forward it may be over, and somebody signs in again; back it goes on."""
    token = sign_in(clinic.world, email="ada@example.org", password=PASSWORD, at=NOW)
    meanwhile = recognise(clinic.world, token=token, at=NOW + jump)
    assert (meanwhile is None) == (jump >= timedelta(days=14))
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
