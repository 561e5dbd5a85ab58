"""A provider is believed for what it says of itself, in time, in little, and from nowhere else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from careplan.partners.openid import AGAIN, KEPT, Asked, Refused
from careplan.partners.patience import CannotFetch
from tests.fetching.test_jwks import Site, reply
from tests.stores import NOW

SIGNS = {"kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"}


class Place(Site):
    """A provider that says what it is told to: `doors`, `keys`, `answer` for everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: tuple[int, bytes] = (200, b"{}")
        self.doors: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/me",
            "jwks_uri": f"{self.issuer}/keys",
        }
        self.says = self._says

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _says(self, one: BaseHTTPRequestHandler) -> None:
        if one.path.endswith("openid-configuration"):
            reply(one, json.dumps(self.doors).encode())
        elif one.path == "/keys":
            reply(one, json.dumps({"keys": [SIGNS]}).encode())
        else:
            reply(one, self.answer[1], self.answer[0])

    def asked(self, **more: Any) -> Asked:
        return Asked(self.issuer, anywhere=True, **more)

    def heard_at(self, path: str) -> int:
        return sum(one.path == path for one in self.heard)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_what_it_says_of_itself_is_asked_for_once_an_hour(place: Place) -> None:
    asked = place.asked()
    doors = asked.doors(NOW)
    assert (doors.token, doors.says_issuer) == (f"{place.issuer}/token", False)
    asked.keys(NOW + KEPT - timedelta(seconds=1))
    assert len(place.heard) == 2
    asked.doors(NOW + KEPT)
    asked.doors(NOW)  # a clock that went back
    assert len(place.heard) == 4
    assert all("Authorization" not in one.headers for one in place.heard)


def test_newer_keys_are_asked_for_at_most_twice_a_minute(place: Place) -> None:
    asked = place.asked()
    for seconds in (0, 1, 29):
        asked.keys(NOW + timedelta(seconds=seconds), newer=True)
    assert place.heard_at("/keys") == 1
    asked.keys(NOW + AGAIN, newer=True)
    assert place.heard_at("/keys") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": ["http://127.0.0.1:1"]},
        {"userinfo_endpoint": "http://ada:secret@127.0.0.1:1"},
    ],
    ids=str,
)
def test_one_that_says_otherwise_is_not_gone_to(place: Place, wrong: dict[str, Any]) -> None:
    place.doors |= wrong
    with pytest.raises(CannotFetch):
        place.asked().doors(NOW)


def test_in_production_nothing_is_asked_in_clear(place: Place) -> None:
    with pytest.raises(CannotFetch):
        Asked(place.issuer).doors(NOW)
    assert place.heard == []


@pytest.mark.parametrize("status", [301, 302, 307, 500, 503])
def test_it_is_led_nowhere_else_and_no_trouble_is_an_answer(place: Place, status: int) -> None:
    place.says = lambda one: reply(one, b"{}", status, Location=f"{place.issuer}/elsewhere")
    with pytest.raises(CannotFetch, match=str(status)):
        place.asked().doors(NOW)
    assert place.heard_at("/elsewhere") == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b'{"issuer":1,"issuer":2}', b"{" * 5000, b" " * 65_537],
    ids=len,
)
def test_what_cannot_be_read_is_none(place: Place, body: bytes) -> None:
    place.says = lambda one: reply(one, body)
    with pytest.raises(CannotFetch):
        place.asked().doors(NOW)


def test_nobody_waits_for_a_slow_one(place: Place) -> None:
    place.says = lambda _one: time.sleep(4)
    begun = time.monotonic()
    with pytest.raises(CannotFetch, match="did not answer"):
        place.asked(patience=0.2).doors(NOW)
    assert time.monotonic() - begun < 3


def test_it_refuses_or_it_is_in_trouble_and_the_two_are_told_apart(place: Place) -> None:
    asked = place.asked()
    asked.doors(NOW)
    place.answer = (403, b'{"error":"access_denied"}')
    with pytest.raises(Refused):
        asked.about(NOW, "token")
    assert place.heard[-1].headers["Authorization"] == "Bearer token"
    place.answer = (502, b"")
    with pytest.raises(CannotFetch):
        asked.about(NOW, "token")
    del place.doors["userinfo_endpoint"]
    assert place.asked().about(NOW, "token") == {}
