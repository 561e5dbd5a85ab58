"""A child's plan and everybody about it, signed in, in a database copied for each batch."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError, Rule

from careplan.accounts.people import Role
from careplan.acts.world import World
from careplan.settings import Settings
from careplan.store.db import Store
from careplan.web.access import Reader as For
from careplan.web.app import create_app
from tests.acts.families import a_family
from tests.compiled import keep_compiled
from tests.conftest import BASE_URL, CHEAP, Clock
from tests.fuzz.forms import Form, forms_on
from tests.partners import a_partner
from tests.stores import a_keyring, seeded
from tests.visitors import a_clinician, an_emergency_nurse, come_in
from tests.web.reader import Reader
from tests.web.test_matrix import Addresses
from tests.web.test_other_peoples_doors import at_the_desk, things

Client = FlaskClient


@dataclass
class Peopled:
    """`forms`: all that anybody was shown. `open_copy()` gives an application on a fresh copy and
    its visitors by name, each with the cookies they had when the forms were shown."""

    template: Path
    forms: tuple[Form, ...]
    pages: tuple[tuple[str, str], ...]
    cookies: dict[str, Any]
    headers: dict[str, str]

    def open_copy(self, path: Path) -> tuple[Flask, dict[str, Client]]:
        shutil.copy(self.template, path)
        app = an_app(path)
        visitors = {}
        for name, kept in self.cookies.items():
            visitors[name] = app.test_client()
            visitors[name]._cookies = copy.deepcopy(kept)
        return app, visitors


def an_app(path: Path) -> Flask:
    keyring = a_keyring()
    settings = Settings(
        environment="test",
        database_url=f"sqlite:///{path}",
        base_url=BASE_URL,
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
        break_glass=True,
    )
    clock = Clock()
    app = create_app(
        settings, clock=clock, entropy=seeded("fuzz"), strength=CHEAP, pause=clock.wait
    )
    app = keep_compiled(app)
    app.config.update(TESTING=True, READ_AT=BASE_URL)
    app.test_client_class = Reader
    return app


def a_client(app: Flask) -> Reader:
    return cast("Reader", app.test_client())


def close(app: Flask) -> None:
    app.extensions["careplan"].world.store.close()


def peopled(folder: Path, empty: Path, *, every: int = 1) -> Peopled:
    """`empty`: a database brought up to the schema. `every`: of the many pages of questions, only
    every so-and-so-manieth is walked to."""
    template = folder / "peopled.db"
    shutil.copy(empty, template)
    store = Store(f"sqlite:///{template}", a_keyring(), entropy=seeded("fuzz store"))
    world = World(store, seeded("fuzz world"), BASE_URL, strength=CHEAP)
    family = a_family(world)
    family.sign()
    ids = things(world, family)
    team = family.doctor.team_id
    admin = a_clinician(world, team_id=team, email="admin@example.org", role=Role.TEAM_ADMIN)
    nurse, system = an_emergency_nurse(world), a_partner(world, team_id=team)
    app = an_app(template)
    visitors: dict[str, Client] = {
        "a stranger": app.test_client(),
        "the person": come_in(a_client(app), email="kofi@example.org"),
        "helper": come_in(a_client(app), email="abena@example.org"),
        "clinician": at_the_desk(app, world, family.doctor),
        "administrator": at_the_desk(app, world, admin),
        "department": at_the_desk(app, world, nurse),
    }
    forms, pages = _walk(app, visitors, Addresses(app, ids), every)
    made = Peopled(
        template,
        forms,
        pages,
        {name: copy.deepcopy(one._cookies) for name, one in visitors.items()},
        dict(system.headers),
    )
    close(app)
    store.close()
    return made


def _walk(
    app: Flask, visitors: dict[str, Client], address: Addresses, every: int
) -> tuple[tuple[Form, ...], tuple[tuple[str, str], ...]]:
    forms: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    pages: list[tuple[str, str]] = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        for path in _paths(rule, address, every):
            for name in _who_is_shown(app, rule):
                answer = visitors[name].get(path)
                if answer.status_code != 200 or answer.mimetype != "text/html":
                    continue
                pages.append((name, path))
                for form in forms_on(answer.get_data(as_text=True), visitor=name, seen_at=path):
                    key = (name, form.action, tuple(sorted(field for field, _ in form.fields)))
                    forms.setdefault(key, form)
    return tuple(forms.values()), tuple(pages)


_SHOWN: Mapping[For, tuple[str, ...]] = {
    For.PATIENT: ("the person",),
    For.CARER: ("helper",),
    For.TEAM: ("clinician",),
    For.TEAM_ADMIN: ("administrator",),
    For.EMERGENCY: ("department",),
    For.SIGNED_IN: ("the person", "clinician"),
    For.PARTNER: (),
}


def _who_is_shown(app: Flask, rule: Rule) -> tuple[str, ...]:
    """Whoever the door is for; what anybody may see is shown to a stranger."""
    reader = getattr(app.view_functions[rule.endpoint], "reader", For.ANYONE)
    return _SHOWN.get(reader, ("a stranger",))


def _paths(rule: Rule, address: Addresses, every: int) -> set[str]:
    """Where the rule leads; for a page of questions, to every section and page there is."""
    if "GET" not in (rule.methods or set()):
        return set()

    def build(values: dict[str, Any]) -> str | None:
        return address.built(rule, values, "GET")

    found = {build(address.of(rule))}
    if "page_id" in rule.arguments:
        for section, page_id in address.questions()[::every]:
            with suppress(BuildError):
                found.add(build(address.of(rule) | {"section": section, "page_id": page_id}))
    return {one for one in found if one is not None}
