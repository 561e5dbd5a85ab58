"""The second fence as a request meets it, on PostgreSQL as the application's own role.

A page is planted whose statement forgot to ask whose people these are, for each reader there is:
it finds those whom the request is about. And no page of ours is starved: whoever may read one reads
the same as where no fence holds anything back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Blueprint, Flask, jsonify
from flask.testing import FlaskClient
from sqlalchemy import select

from careplan.accounts.people import Role
from careplan.acts.signing_in import begin_two_factor, sign_in
from careplan.store.fences import EVERYBODY, declared
from careplan.store.tables import audit_event, patient
from careplan.web import access
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from tests.acts.families import Family, a_family
from tests.partners import a_partner
from tests.stores import NOW, owner_url
from tests.visitors import (
    PASSWORD,
    SESSION_COOKIE,
    Staff,
    a_clinician,
    a_person,
    an_emergency_nurse,
)
from tests.web.test_matrix import Addresses
from tests.web.test_other_peoples_doors import things

__all__ = ["owner_url"]
pytestmark = pytest.mark.postgres

_AT = "https://plan.example.org"
FOR: Mapping[Reader, tuple[str, ...]] = {
    Reader.PATIENT: ("person",),
    Reader.CARER: ("helper",),
    Reader.TEAM: ("clinician",),
    Reader.TEAM_ADMIN: ("administrator",),
    Reader.EMERGENCY: ("department",),
    Reader.SIGNED_IN: ("person", "helper", "clinician"),
    Reader.PARTNER: ("system",),
    Reader.ANYONE: ("stranger",),
    Reader.DEMO: (),
}
NEW = {"account.set_up_second_step"}
"""A fresh secret at each look."""
_MADE_ANEW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[\w.-]{40,}|[A-Z2-9]{4,8}-?[A-Z2-9]{4}\b"
)
"""Ids, tokens and codes, which are others at every look."""


@pytest.fixture
def store_url(postgres_url):
    return postgres_url


@pytest.fixture
def app(make_app) -> Flask:
    """With every door there can be, and behind each kind of door a page with a fault."""
    made: Flask = make_app(break_glass=True)
    made.register_blueprint(_forgetful())
    return made


def _forgetful() -> Blueprint:
    pages = Blueprint("forgetful", __name__)

    def everybody_found(**_named: Any) -> Any:
        with here().world.store.read() as tx:
            found = set(tx.run(select(patient.c.patient_id)).scalars())
            told = set(tx.run(select(audit_event.c.patient_id)).scalars())
        assert told <= found
        return jsonify(sorted(map(str, found)))

    for reader in Reader:
        where = f"/fault/{reader.name.lower()}"
        if reader is Reader.CARER:
            where += "/<uuid:patient_id>"
        view = open_to(reader)(everybody_found)
        pages.add_url_rule(where, endpoint=reader.name.lower(), view_func=view)
    return pages


@dataclass
class Visitor:
    client: FlaskClient
    headers: Mapping[str, str]

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=dict(self.headers), base_url=_AT)


@dataclass(frozen=True)
class People:
    """Somebody for each reader, and how they come in to any application on this database."""

    family: Family
    sessions: Mapping[str, str]
    system: Mapping[str, str]

    def at(self, app: Flask) -> dict[str, Visitor]:
        found = {}
        for name, token in self.sessions.items():
            client = FlaskClient(app, app.response_class)
            client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
            found[name] = Visitor(client, {})
        plain = FlaskClient(app, app.response_class)
        return {**found, "system": Visitor(plain, self.system), "stranger": Visitor(plain, {})}


@pytest.fixture
def people(world) -> People:
    family = a_family(world)
    team = family.doctor.team_id
    admin = a_clinician(world, team_id=team, email="admin@example.org", role=Role.TEAM_ADMIN)
    a_person(world, email="bo@example.org", legal_name="Bo Mensah")
    sessions = {
        "person": _session(world, "kofi@example.org"),
        "helper": _session(world, "abena@example.org"),
        "clinician": _desk(world, family.doctor),
        "administrator": _desk(world, admin),
        "department": _desk(world, an_emergency_nurse(world)),
        "another": _session(world, "bo@example.org"),
        "another clinician": _desk(world, family.adults),
    }
    return People(family, sessions, a_partner(world, team_id=team).headers)


def _session(world, email: str) -> str:
    return sign_in(world, email=email, password=PASSWORD, at=NOW)


def _desk(world, staff: Staff) -> str:
    token = _session(world, staff.email)
    with world.store.begin() as tx:
        mine = UUID(staff.who.account_id)
        return begin_two_factor(world, tx, mine, at=NOW, old_token=token)


@pytest.mark.asvs("8.4.1")
def test_a_page_that_forgot_to_ask_whose_finds_nobody_else(app, world, people):
    visitors, kofi = people.at(app), str(people.family.patient_id)
    with world.store.read() as tx:
        there = {str(one) for one in tx.run(select(patient.c.patient_id)).scalars()}
    (bo,) = there - {kofi}

    def found(who: str, reader: Reader, *, about: str = "") -> list[str]:
        answer = visitors[who].get(f"/fault/{reader.name.lower()}{about}")
        assert answer.status_code == 200, (who, reader)
        return list(answer.json)

    assert found("person", Reader.PATIENT) == [kofi]
    assert found("another", Reader.PATIENT) == [bo]
    assert found("helper", Reader.CARER, about=f"/{kofi}") == [kofi]
    assert found("clinician", Reader.TEAM) == [kofi]
    assert found("another clinician", Reader.TEAM) == []
    assert found("administrator", Reader.TEAM_ADMIN) == [kofi]
    assert found("department", Reader.EMERGENCY) == []
    assert found("system", Reader.PARTNER) == [kofi]
    assert found("person", Reader.SIGNED_IN) == [kofi]
    assert found("helper", Reader.SIGNED_IN) == []
    assert found("clinician", Reader.SIGNED_IN) == [kofi]
    for nobody in ("stranger", "clinician", "person"):
        assert found(nobody, Reader.ANYONE) == []
    assert declared() == EVERYBODY  # as it was before all these requests


@pytest.mark.slow
def test_no_page_is_starved(app, make_app, world, owner_url, people):
    """The schema's owner is held back by no fence: what anybody reads there, they read here."""
    people.family.sign()
    ids = things(world, people.family)
    free = make_app(break_glass=True, database_url=owner_url)
    unheld, held = people.at(free), people.at(app)
    address, read, starved = Addresses(app, ids), 0, []
    doors = {rule: reader for rule, _methods, reader in access.routes(free)}
    for rule in free.url_map.iter_rules():
        path = address.built(rule, address.of(rule), "GET")
        for name in FOR[Reader(doors[rule.rule])] if path and rule.endpoint not in NEW else ():
            wanted, got = _said(unheld[name].get(path)), _said(held[name].get(path))
            read += wanted[0] == 200
            if wanted != got:
                starved.append((name, path, wanted[0], got[0], *_differs(wanted[1], got[1])))
    assert starved == []
    assert read > 100  # or nothing was proved


def _differs(wanted: str, got: str) -> tuple[str, ...]:
    return tuple(set(wanted.splitlines()) ^ set(got.splitlines()))[:3]


def _said(answer: Any) -> tuple[int, str]:
    with answer:  # or a file that was sent stays open
        return _what(answer)


def _what(answer: Any) -> tuple[int, str]:
    return answer.status_code, _MADE_ANEW.sub("…", answer.get_data().decode("utf-8", "replace"))
