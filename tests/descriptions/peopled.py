"""A small application in which every door leads somewhere: a family, their team, their links, a
phone, and another organisation's system. Whoever asks is let in as whom the address is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from careplan.acts.inviting import take_list
from careplan.acts.phones import keep_on_phone
from careplan.acts.reporting import begin_report
from careplan.acts.sharing import make_link
from careplan.acts.signing_in import begin_two_factor, sign_in
from careplan.acts.tapping import remember_phone
from careplan.acts.world import World
from careplan.plan.care_plan import OWN_WORDS
from careplan.plan.codec import to_plain
from careplan.settings import Settings
from careplan.sharing.links import Kind, Opening
from careplan.store.db import Store
from careplan.visits.questions import asked
from careplan.web.app import create_app
from careplan.web.forms.pages import section_pages
from tests import make
from tests.acts.families import Family, a_family
from tests.acts.worlds import token_of
from tests.conftest import BASE_URL, CHEAP, Clock
from tests.measures.published import publish
from tests.partners import EVERYTHING, a_partner, signed_in
from tests.stores import NOW, a_keyring, seeded
from tests.visitors import PASSWORD, SESSION_COOKIE, Staff

PASSCODE = "blue heron 7"
_RENEWED_AFTER = 150
_STEP = timedelta(seconds=20)
"""So many questions in so much time: a partner may ask 600 times in a minute, and a token lives
five."""
_SESSION = timedelta(minutes=10)
"""A desk's session ends when nobody uses it for a while."""
_PHONES = 6
"""Each can be told to forget itself, and then opens no door any more."""
STRANGER = {"X-Stranger": "yes"}
"""Whoever sends this is let in as nobody."""


@dataclass(frozen=True)
class Peopled:
    """`known`: what of each kind there is, for the parts of addresses and bodies. `to_send`: a
    resource of each type that may be sent."""

    app: Flask
    world: World
    known: dict[str, list[str]]
    to_send: dict[str, Any]

    def close(self) -> None:
        self.world.store.close()
        self.app.extensions["careplan"].world.store.close()


def peopled(url: str) -> Peopled:
    """On an empty, migrated database."""
    clock = Clock()
    keyring = a_keyring()
    store = Store(url, keyring, entropy=seeded("people store"))
    world = World(store, seeded("people"), BASE_URL, strength=CHEAP)
    settings = Settings(
        environment="test",
        database_url=url,
        base_url=BASE_URL,
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
    )
    app = create_app(
        settings, clock=clock, entropy=seeded("peopled app"), strength=CHEAP, pause=clock.wait
    )
    # What a form token keeps out is tested elsewhere; here what lies behind it is asked.
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    family = a_family(world)
    for name in OWN_WORDS:
        family.save(name, to_plain(make.ada().section(name)), by=family.kofi)
    family.sign()
    family.publish(by=family.kofi)
    known = _what_there_is(world, family)
    known |= _what_is_found(app, known["token"][0])
    let_in = LetIn(app.wsgi_app, clock, _visitors(world, family))
    app.wsgi_app = let_in  # type: ignore[method-assign, assignment]
    found, to_send = _what_partners_read(app)
    return Peopled(app, world, known | found, to_send)


def _what_there_is(world: World, family: Family) -> dict[str, list[str]]:
    kofi: dict[str, Any] = {"by": family.kofi, "patient_id": family.patient_id, "at": NOW}
    links = [
        make_link(world, **kofi, kind=Kind.FULL_PRINT),
        make_link(
            world, **kofi, kind=Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE
        ),
        make_link(world, **kofi, kind=Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH),
    ]
    direct = make_link(
        world, **kofi, kind=Kind.APP, direct=True, expires_at=NOW + timedelta(days=1)
    )
    own, helped = world.new_id(), world.new_id()
    begin_report(world, **kofi, report_id=own)
    begin_report(world, **{**kofi, "by": family.here("Abena")}, report_id=helped)
    with world.store.begin() as tx:
        publish(tx, family.doctor.team_id)
    batch = take_list(world, by=family.doctor.who, data=b"Name,DOB\nA B,1997-03-14", at=NOW)
    return {
        "token": [token_of(one) for one in links],
        "patient_id": [str(family.patient_id)],
        "report_id": [str(own)],
        "helped": [str(helped)],
        "batch_id": [str(batch)],
        "section": ["about_me"],
        "page_id": [one.id for one in section_pages("about_me").pages],
        "told": [one.id for one in asked().pages],
        "desk": ["pain-plan", "allergies"],
        "direct": [token_of(direct)],
        "tapping": [remember_phone(world, **kofi)[1] for _ in range(_PHONES)],
        "keeping": [keep_on_phone(world, **kofi, name="Mine").token for _ in range(_PHONES)],
        "passcode": [PASSCODE, "22/05/2017", "a wrong answer"],
    }


def _what_is_found(app: Flask, token: str) -> dict[str, list[str]]:
    """The tickets of a link's files, and the name of the key that signs cards."""
    client = app.test_client()
    told: dict[str, Any] = {"recipient": "Dr Test", "embeddedLengthMax": 0}
    files = _json(client.post(f"/m/{token}", json=told, base_url=BASE_URL))["files"]
    tickets = [one["location"].rpartition("/")[2] for one in files]
    for one in tickets:  # the signed card is made when it is first asked for, and then its key
        assert client.get(f"/f/{one}", base_url=BASE_URL).status_code == 200
    keys = _json(client.get("/.well-known/jwks.json", base_url=BASE_URL))["keys"]
    return {"ticket": tickets, "kid": [one["kid"] for one in keys]}


def _what_partners_read(app: Flask) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The plan, its document, and a little of what they refer to."""
    client = app.test_client()
    (plan,) = _json(client.get("/fhir/CarePlan", base_url=BASE_URL))["entry"]
    plan_id = plan["resource"]["id"]
    document = _json(client.get(f"/fhir/CarePlan/{plan_id}/$document", base_url=BASE_URL))
    inside = {one["resource"]["resourceType"]: one["resource"]["id"] for one in document["entry"]}
    kinds = ["Patient", "Composition"]
    mine = {"patient": inside["Patient"]}

    def first(kind: str) -> Any:
        found = client.get(f"/fhir/{kind}", query_string=mine, base_url=BASE_URL)
        return _json(found)["entry"][0]["resource"]

    paper = first("DocumentReference")
    found = {
        "plan": [plan_id],
        "document": [document["id"]],
        "paper": [paper["id"]],
        "pdf": [paper["content"][0]["attachment"]["url"].rpartition("/")[2]],
        "look": [first("AuditEvent")["id"]],
        "kind": kinds,
        "identity": [inside[one] for one in kinds],
        "version": ["1", "2"],
    }
    return found, {"Bundle": document, "CarePlan": plan["resource"]}


def _json(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json


# --- letting in ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Visitors:
    """How each kind of visitor comes in anew, given the time."""

    patient: Callable[..., str]
    carer: Callable[..., str]
    team: Callable[..., str]
    partner: Callable[..., str]


def _visitors(world: World, family: Family) -> Visitors:
    def account(email: str) -> Callable[..., str]:
        return lambda at: sign_in(world, email=email, password=PASSWORD, at=at)

    partner = a_partner(world, team_id=family.doctor.team_id).partner
    return Visitors(
        patient=account("kofi@example.org"),
        carer=account("abena@example.org"),
        team=lambda at: _at_the_desk(world, family.doctor, at),
        partner=lambda at: signed_in(world, partner, scopes=EVERYTHING, at=at).token,
    )


def _at_the_desk(world: World, staff: Staff, at: Any) -> str:
    token = sign_in(world, email=staff.email, password=PASSWORD, at=at)
    with world.store.begin() as tx:
        return begin_two_factor(world, tx, UUID(staff.who.account_id), at=at, old_token=token)


class LetIn:
    """In front of the application: brings what lets in, and lets the clock go on, so that no
    session, token or limit of a minute ends a long campaign."""

    def __init__(self, app: Any, clock: Clock, visitors: Visitors) -> None:
        self.app, self.clock, self.visitors = app, clock, visitors
        self.asked, self.sessions_until = 0, clock.now
        self.let_in: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # nothing here unpacks
        if "HTTP_X_STRANGER" not in environ:
            self._bring(environ)
        return self.app(environ, start)

    def _bring(self, environ: dict[str, Any]) -> None:
        if self.asked % _RENEWED_AFTER == 0:
            self._renew()
        self.asked += 1
        path = environ.get("PATH_INFO", "")
        if path.startswith("/fhir/"):
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.let_in['partner']}"
            return
        who = {"/for/": "carer", "/team/": "team"}.get(path[: path.find("/", 1) + 1], "patient")
        environ["HTTP_COOKIE"] = f"{SESSION_COOKIE}={self.let_in[who]}"

    def _renew(self) -> None:
        at = self.clock.go_on(seconds=_STEP.total_seconds())
        self.let_in["partner"] = self.visitors.partner(at=at)
        if at >= self.sessions_until:
            for name in ("patient", "carer", "team"):
                self.let_in[name] = getattr(self.visitors, name)(at=at)
            self.sessions_until = at + _SESSION
