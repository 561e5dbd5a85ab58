"""The real server walked through every door of a stranger, and what it said read afterwards.

Its access log is switched on for this, as somebody might who does not know what addresses hold.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import update

from careplan.acts.sharing import Shared
from careplan.clock import now
from careplan.sharing.links import Kind, Opening
from careplan.sharing.short_codes import shown
from careplan.store.tables import patient
from tests.acts.worlds import Clinic, key_of, token_of
from tests.attacks.server import OURS, Running, running
from tests.visitors import ADA as ADAS_ACCOUNT
from tests.visitors import ADA_ON_PAPER, PASSWORD
from tests.web.reader import Page

PASSCODE, BORN, WRONG = "blue heron 7", "14/03/1997", "15/04/1998"
A_FORM = "application/x-www-form-urlencoded"
NUMBER, LEGAL_NAME = str(ADA_ON_PAPER.nhs_number), str(ADA_ON_PAPER.legal_name)
TALKATIVE = ("--log-level", "debug", "--access-logfile", "-")


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """On one database: what is logged knows nothing of databases."""
    return sqlite_url


@pytest.mark.asvs("14.2.1")
def test_no_log_of_the_server_holds_what_opens_or_names(
    clinic: Clinic, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = clinic.share()
    asks = clinic.share(Kind.PRIVATE_PRINT)
    coded = clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE)
    at = now()  # the server goes by the clock on the wall, and this link ends
    alone = clinic.share(Kind.APP, direct=True, at=at, expires_at=at + timedelta(hours=1))
    monkeypatch.setenv("LOG_LEVEL", "info")
    with running(store_url, tmp_path, workers=1, arguments=(*OURS, *TALKATIVE)) as server:
        _scan(server, card, asks, coded, alone)
        _type_codes(server, asks, coded)
        _go_astray(server, card)
        _say_what_is_no_request(server, card)
        _fall_over(clinic, server, asks)
    said = server.log.read_text("utf-8", "replace")

    assert re.search(r'"error": "Tampered", .*"rule": "/m/<token>", .*"keys/envelope.py:', said)
    assert re.search(r"\] POST 500 \d+ bytes", said), "the access log is on"
    assert '"Invalid request from ip=127.0.0.1: Invalid HTTP request line"}' in said
    assert re.search(
        r'"event": "answered", .*"rule": "/code", "method": "POST", "status": 200', said
    )
    found = [what for what, secret in _secrets(card, asks, coded, alone) if secret in said]
    assert found == []


def _secrets(*links: Shared) -> list[tuple[str, str]]:
    named = {
        "a name": LEGAL_NAME.split(maxsplit=1)[0],
        "a family name": LEGAL_NAME.rsplit(maxsplit=1)[-1],
        "an NHS number": NUMBER,
        "an NHS number in groups": f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}",
        "a password": PASSWORD,
        "a password as it travels": quote(PASSWORD),
        "an e-mail address": ADAS_ACCOUNT.email,
        "who looked": "Ward 9",
        "a cookie": "form=",
    }
    for answer in (PASSCODE, BORN, WRONG, "1997-03-14", "14.3.97"):
        named |= {f"{answer}": answer, f"{answer} as it travels": quote(answer, safe="")}
    named["a passcode in a form"] = PASSCODE.replace(" ", "+")
    for number, link in enumerate(links):
        key = key_of(link)
        named |= {
            f"token {number}": token_of(link),
            f"key {number}": b64encode(key, b"-_").decode().rstrip("="),
            f"key {number} as hex": key.hex(),
        }
        if link.code:  # a link for an app has none
            named |= {f"code {number}": link.code, f"code {number} as shown": shown(link.code)}
    assert all(len(secret) > 3 for secret in named.values())
    return list(named.items())


# --- the doors -----------------------------------------------------------------------------------


def _scan(server: Running, card: Shared, asks: Shared, coded: Shared, alone: Shared) -> None:
    payload = card.address.partition("#")[2]
    assert server.ask("GET", "/s", Referer=card.address).status == 200
    assert server.ask("GET", f"/s?{payload}").status == 200  # as a careless program would ask
    opened = _manifest(server, card)
    locations = [one["location"] for one in json.loads(opened)["files"] if "location" in one]
    assert len(locations) == 2  # the page, which takes a second to draw, and the signed card
    assert server.ask("GET", locations[1].removeprefix(server.address)).status == 200
    for link, answer in ((asks, WRONG), (asks, BORN), (coded, "not it"), (coded, PASSCODE)):
        _manifest(server, link, answer)
    assert server.ask("GET", f"/u/{token_of(alone)}?recipient=Ward%209").status == 200
    assert server.ask("GET", "/c", Referer=f"{server.address}/c#shc:/567629095243").status == 200


def _manifest(server: Running, link: Shared, answer: str | None = None) -> bytes:
    asked = {"recipient": "Ward 9"} | ({"passcode": answer} if answer else {})
    said = json.dumps(asked).encode()
    return server.ask("POST", f"/m/{token_of(link)}", said, Content_Type="application/json").body


def _type_codes(server: Running, asks: Shared, coded: Shared) -> None:
    for link, born, passcode, status in (
        (asks, WRONG, "", 404),
        (asks, BORN, "", 200),
        (coded, "14.3.97", PASSCODE, 200),
    ):
        code = shown(link.code)
        typed = {"code": code, "birth_date": born, "passcode": passcode}
        assert _submit(server, "/code", typed) == status


def _submit(server: Running, path: str, typed: dict[str, str]) -> int:
    form = server.ask("GET", path)
    token = Page(form.body.decode()).value_of("csrf_token")
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    body = urlencode({"csrf_token": token} | typed).encode()
    return server.ask("POST", path, body, Content_Type=A_FORM, Cookie=cookie).status


def _go_astray(server: Running, card: Shared) -> None:
    """Addresses that are none, and a person who signs in."""
    nowhere = (f"/m/{token_of(card)}/more", f"/plan/{NUMBER}", f"/nobody?born={quote(BORN)}")
    for path in nowhere:
        assert server.ask("GET", path).status == 404
    for password, status in (("wrong " + PASSWORD, 422), (PASSWORD, 302)):
        typed = {"email": ADAS_ACCOUNT.email, "password": password}
        assert _submit(server, "/account/sign-in", typed) == status


def _say_what_is_no_request(server: Running, card: Shared) -> None:
    """A server tells its log of a request that it cannot read, and what was in it."""
    door, host = f"/m/{token_of(card)}".encode(), b"HTTP/1.1\r\nHost: x\r\n"
    form = b"Transfer-Encoding: chunked\r\n\r\n"
    for raw in (
        b"GET " + door + b"\r\n\r\n",
        b"G\x00T " + door + b" " + host + b"\r\n",
        b"GET " + door + b"?" + b"a" * 9000 + b" " + host + b"\r\n",
        b"GET " + door + b" " + host + b"Cookie; form=" + PASSCODE.encode() + b"\r\n\r\n",
        b"POST " + door + b" " + host + form + BORN.encode() + b"\r\n" + BORN.encode(),
        b"POST " + door + b" " + host + b"Content-Length: 99\r\n\r\n{" + BORN.encode(),
    ):
        server.send(raw)


def _fall_over(clinic: Clinic, server: Running, asks: Shared) -> None:
    """What is sealed of her was spoilt, so that a mistake of ours comes up in a real process."""
    with clinic.world.store.begin() as tx:
        tx.run(update(patient).values(face=b"spoilt"))
    assert b"Something went wrong here" in _manifest(server, asks, BORN)
