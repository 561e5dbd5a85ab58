"""The doors of programs: what any reader of SMART Health Links may rely on, and is refused."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.sharing import Shared, make_link, revoke_link
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.sharing.links import LONGEST_FOR_APP, Kind, Opening, flag_for
from careplan.store.versions import current_version
from careplan.web.scan.machine import POLL_SECONDS
from tests.acts.worlds import token_of
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE
from tests.web.shl_reader import FLAGS, Refused, read

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "scan"
PASSCODE = "blue heron 7"
DAY, MONTH = {"expires_at": NOW + timedelta(hours=20)}, {"expires_at": NOW + LONGEST_FOR_APP}
ASKS = {"opening": Opening.PASSCODE, "passcode": PASSCODE}
MADE: dict[str, tuple[Kind, dict[str, Any]]] = {
    "": (Kind.APP, DAY),
    "L": (Kind.FULL_PRINT, {}),
    "P": (Kind.MESSAGE, ASKS | DAY),
    "LP": (Kind.PRIVATE_PRINT, ASKS),
    "U": (Kind.APP, DAY | {"direct": True}),
    "LU": (Kind.APP, MONTH | {"direct": True}),
}


@pytest.fixture
def store_url(lived_in_url):
    """Ada's plan is signed; on one database, for doors know nothing of databases."""
    return lived_in_url


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def share(world, ada):
    def make(flag: str) -> Shared:
        kind, more = MADE[flag]
        link = make_link(world, by=ada, patient_id=UUID(ada.patient_id), kind=kind, at=NOW, **more)
        assert flag_for(link.link) == flag
        return link

    return make


@pytest.fixture
def ask(client):
    """A program elsewhere: no cookies, another origin, our service by its address."""

    def answer(method: str, url: str, **more: Any):
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Origin": "https://viewer.example", **more.pop("headers", {})}
        found = client.open(path, method=method, headers=headers, **more)
        return found.status_code, found.headers, found.data

    return answer


def current(world, ada) -> Any:
    with world.store.read() as tx:
        kept = current_version(tx, UUID(ada.patient_id))
    assert kept is not None
    return json.loads(kept.emergency)


def post(client, link: Shared, **body: Any):
    return client.post(f"/m/{token_of(link)}", json=body)


# --- as the standard says ------------------------------------------------------------------------


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("most", [None, 0, 10**6])
def test_a_reader_of_the_standard_reads_a_link_of_each_flag(
    world, ada, share, ask, flag: str, most: int | None
) -> None:
    more: dict[str, Any] = {"passcode": PASSCODE} if "P" in flag else {}
    if most is not None:
        more["embeddedLengthMax"] = most
    files = read(share(flag).address, ask, **more)
    assert files[0].json == current(world, ada)
    told = [file.json.get("resourceType", "card") for file in files]
    assert (
        told
        == {
            "": ["Bundle", "DocumentReference", "card"],
            "P": ["Bundle", "DocumentReference"],
            "U": ["Bundle"],
        }[flag.removeprefix("L")]
    )
    if len(files) > 1:
        page = files[1].json["content"][0]["attachment"]
        assert b64decode(page["data"]).startswith(b"%PDF-")
    assert len({file.iv for file in files}) == len(files)


@pytest.mark.parametrize("flag", ["P", "LP"])
def test_whoever_does_not_know_is_told_how_often_they_may_try(share, ask, flag: str) -> None:
    link = share(flag)
    for answer, left in ((None, 10), ("not it", 9), ("nor this", 8), ("nor this", 8)):
        with pytest.raises(Refused) as refused:
            read(link.address, ask, **({"passcode": answer} if answer else {}))
        assert refused.value.status == 401
        assert refused.value.said["remainingAttempts"] == left
    assert read(link.address, ask, passcode=PASSCODE)


def test_who_guesses_too_fast_is_told_when_to_come_back(client, share) -> None:
    link = share("LP")
    for number in range(4):
        post(client, link, recipient="x", passcode=f"guess {number}")
    found = post(client, link, recipient="x", passcode=PASSCODE)
    assert found.status_code == 429
    assert int(found.headers["Retry-After"]) == 30


@pytest.mark.parametrize("flag", FLAGS)
def test_a_dead_link_is_not_there(world, ada, share, ask, flag: str) -> None:
    link = share(flag)
    mine: dict[str, Any] = {"by": ada, "patient_id": UUID(ada.patient_id), "at": NOW}
    revoke_link(world, link_id=UUID(link.link.id), **mine)
    with pytest.raises(Refused) as refused:
        read(link.address, ask, passcode=PASSCODE)
    assert refused.value.status == 404
    assert refused.value.said == {"state": "revoked", "phone": "020 7946 0100"}


def test_our_own_page_comes_back_as_often_as_others_are_told_to() -> None:
    script = (TEMPLATES / "viewer.js").read_text("utf-8")
    assert f"const RECHECK = {POLL_SECONDS}000;" in script


# --- each door takes its own ---------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["U", "LU"])
def test_a_link_without_a_manifest_has_none(client, share, flag: str) -> None:
    found = post(client, share(flag), recipient="x")
    assert (found.status_code, found.json) == (404, {"state": "unknown"})


@pytest.mark.parametrize("flag", ["", "L", "P", "LP"])
def test_a_link_with_a_manifest_gives_nothing_unasked(client, share, flag: str) -> None:
    found = client.get(f"/u/{token_of(share(flag))}?recipient=x")
    assert (found.status_code, found.json) == (404, {"state": "unknown"})


@pytest.mark.parametrize("query", ["", "?recipient=", "?recipient=%20", "?who=x"])
def test_a_reader_says_who_it_is(client, share, query: str) -> None:
    link = share("U")
    found = client.get(f"/u/{token_of(link)}{query}")
    assert found.status_code == 400
    assert "recipient" in found.json["error"]
    bodies: tuple[Any, ...] = ({}, {"recipient": 7}, {"recipient": None}, [], "x", None)
    for body in bodies:
        found = client.post(f"/m/{token_of(share('L'))}", json=body)
        assert found.status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("GET", "/m/", "POST, OPTIONS"),
        ("HEAD", "/m/", "POST, OPTIONS"),
        ("HEAD", "/u/", "GET, OPTIONS"),
    ],
)
def test_another_way_of_asking_is_refused_in_words(
    client, share, ask, method: str, path: str, takes: str
) -> None:
    token = token_of(share("U" if path == "/u/" else "L"))
    status, headers, body = ask(method, f"{path}{token}?recipient=x")
    assert (status, headers["Allow"]) == (405, takes)
    assert headers["Content-Type"] == "application/json"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert method == "HEAD" or takes[:4].strip(",") in json.loads(body)["error"]


@pytest.mark.parametrize("path", ["/m/x", "/u/x", "/f/x"])
def test_a_browser_may_ask_beforehand(ask, path: str) -> None:
    status, headers, body = ask(
        "OPTIONS", path, headers={"Access-Control-Request-Headers": "content-type"}
    )
    assert (status, body) == (204, b"")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Headers"] == "content-type"
    assert {"GET", "POST"} <= set(headers["Access-Control-Allow-Methods"].split(", "))
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/u/" + "A" * 43 + "?recipient=x", "/f/" + "A" * 76, "/f/x"])
def test_an_address_that_nobody_had_is_said_in_json(ask, path: str) -> None:
    status, headers, body = ask("GET", path)
    assert (status, json.loads(body)) == (404, {"state": "unknown"})
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "no-store"


# --- how much at once ----------------------------------------------------------------------------


def embedded(client, link: Shared, most: object) -> list[int | None]:
    """How long each file is that came in the answer."""
    files = post(client, link, recipient="x", embeddedLengthMax=most).json["files"]
    return [len(one["embedded"]) if "embedded" in one else None for one in files]


def test_no_more_is_embedded_than_a_reader_takes(client, share) -> None:
    """What is no number allows nothing: every reader can fetch, not every one can take more."""
    link = share("L")
    size, *fetched = embedded(client, link, None)
    assert size is not None
    assert fetched == [None, None]
    for most in (size, size + 1, 10**300, 1e9):
        assert embedded(client, link, most) == [size, None, None]
    too_little: tuple[object, ...] = (size - 1, 0, -1, -(10**30), 1, 99.5)
    no_number: tuple[object, ...] = (True, False, str(size), [], {}, "x")
    for less in too_little + no_number:
        assert embedded(client, link, less) == [None] * 3


def test_zip_is_for_whoever_asks_for_it(client, share) -> None:
    def header(**asked: Any) -> dict[str, str]:
        token = post(client, share("L"), recipient="x", **asked).json["files"][0]["embedded"]
        said: dict[str, str] = json.loads(b64decode(token.split(".")[0] + "=="))
        return said

    assert "zip" not in header()
    assert "zip" not in header(_zip="yes")
    assert header(_zip=True)["zip"] == "DEF"


# --- what the person is told ---------------------------------------------------------------------


@pytest.mark.parametrize(("flag", "how"), [("U", "app"), ("L", "card"), ("P", "passcode")])
def test_the_person_reads_who_said_they_looked(
    world, client, share, ask, flag: str, how: str
) -> None:
    told = {
        "app": "with a link for a health app or another record",
        "card": "with your printed card",
        "passcode": "with your link and your passcode",
    }
    read(share(flag).address, ask, recipient="<b>Royal Oak</b> ED", passcode=PASSCODE)
    token = demo_sign_in(world, email=DEMO_PATIENT, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    page = client.get("/plan/who-looked").get_data(as_text=True)
    assert "Someone who gave the name “&lt;b&gt;Royal Oak&lt;/b&gt; ED” opened" in page
    assert told[how] in page
