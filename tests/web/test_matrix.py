"""Every address × everybody there is × their own things and somebody else's: tried, and on a page.

`docs/access-matrix.md` is what was found. A new door, or one that opens for somebody else, changes
the page: look at what changed before you have it written anew with --write-docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule

from careplan.accounts.people import Role
from careplan.web import access
from careplan.web.forms.pages import patient_pages
from tests.acts.families import a_helper
from tests.partners import a_partner, an_administrator
from tests.visitors import Staff, a_clinician, a_hospital, a_person, an_emergency_nurse, come_in
from tests.web.test_other_peoples_doors import OTHERS, PRESSED, at_the_desk, family, ids

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access-matrix.md"
__all__ = ["family", "ids"]
OPEN, SHUT, NOT_THERE, SIGN_IN, NO_TOKEN = "open", "shut", "not there", "sign in", "no token"
SAYS = {403: SHUT, 404: NOT_THERE, 401: NO_TOKEN}
HEAD = """# Who may open what
Written by `tests/web/test_matrix.py` with `--write-docs`, from what every address answered.

The columns are people who have to do with one child’s plan: the child, the mother who helps, their
clinician, their team’s administrator, an emergency department’s nurse, and the hospital’s own
system. Each asked for every address of that child’s plan (GET); “(POST)” takes a form only, so they
were not sent through it here.

**Others** are the same kinds of people who have nothing to do with it: a stranger, another person,
another helper, another team’s clinician, administrator and system, and a clinician of the team who
has not given the second step. They tried every way in (GET and POST, with what a form would send).
Of an address that holds somebody’s id the test demands that none of them gets more than “shut”,
“not there”, “sign in” or “no token”, which is what the dash stands for. Of all other addresses the
cell says what they got, which is their own or nobody’s.

open: an answer, or a page that leads on · shut: told no · not there: as if nobody had such a thing
· sign in: asked to sign in, or for the second step · no token: a program is told to get one.

"""


@pytest.fixture
def store_url(sqlite_url):
    """On one database: which door opens for whom is not a question to a database."""
    return sqlite_url


@dataclass
class Visitor:
    """Somebody at the doors. `headers`: a system has a token instead of a cookie."""

    client: Any
    headers: Mapping[str, str]

    def token(self) -> str:
        page = self.client.get("/account", follow_redirects=True)
        return str(self.client.page(page).value_of("csrf_token"))


@pytest.fixture
def app(make_app):
    """With every door there can be: those that a deployment switches on are shut otherwise."""
    return make_app(break_glass=True)


def signed_in(app, email: str) -> Visitor:
    return Visitor(come_in(app.test_client(), email=email), {})


def desk(app, world, staff: Staff) -> Visitor:
    return Visitor(at_the_desk(app, world, staff), {})


@pytest.fixture
def theirs(app, world, family) -> dict[str, Visitor]:
    team = family.doctor.team_id
    admin = a_clinician(world, team_id=team, email="admin@example.org", role=Role.TEAM_ADMIN)
    system = a_partner(world, team_id=team)
    return {
        "the person": signed_in(app, "kofi@example.org"),
        "helper": signed_in(app, "abena@example.org"),
        "clinician": desk(app, world, family.doctor),
        "administrator": desk(app, world, admin),
        "department": desk(app, world, an_emergency_nurse(world)),
        "system": Visitor(app.test_client(), system.headers),
    }


@pytest.fixture
def others(app, world, family) -> dict[str, Visitor]:
    a_person(world, email="bo@example.org", legal_name="Bo Mensah")
    a_helper(world, "Nadia Rahman")
    elsewhere = a_hospital(world, "Rivelin Second")
    half = a_clinician(world, email="half@example.org", team_id=family.doctor.team_id)
    admin = an_administrator(world, team_id=elsewhere, email="other-admin@example.org")
    chief = Staff(admin, "other-admin@example.org", "", elsewhere)
    return {
        "a stranger": Visitor(app.test_client(), {}),
        "another person": signed_in(app, "bo@example.org"),
        "another helper": signed_in(app, "nadia@example.org"),
        "another clinician": desk(app, world, family.adults),
        "another administrator": desk(app, world, chief),
        "without a second step": signed_in(app, half.email),
        "another system": Visitor(
            app.test_client(), a_partner(world, team_id=elsewhere, by=admin).headers
        ),
    }


def test_the_page_says_what_every_door_answers(app, ids, theirs, others, request):
    doors = {rule: reader for rule, _methods, reader in access.routes(app)}
    address = Addresses(app, ids)
    tokens = {name: one.token() for name, one in others.items() if not one.headers}
    lines = []
    # Last the doors of an account, for some of them end the session one came with.
    for rule in sorted(
        app.url_map.iter_rules(), key=lambda one: ("/account" in one.rule, one.rule)
    ):
        values = address.of(rule)
        own = [asked(one, address.built(rule, values, "GET"), rule) for one in theirs.values()]
        met = {
            (name, way): tried(one, address, rule, way, tokens.get(name))
            for name, one in others.items()
            for way in sorted({"GET", "POST"} & (rule.methods or set()))
        }
        most = set(met.values())
        somebodys = bool(rule.arguments & ids.keys())
        if somebodys:  # the law of this page
            assert most <= {SHUT, NOT_THERE, SIGN_IN, NO_TOKEN}, {
                k: v for k, v in met.items() if v == OPEN
            }
        elsewhere = "–" if somebodys else ", ".join(sorted(most))
        lines.append(f"| `{rule.rule}` | {doors[rule.rule]} | {' | '.join(own)} | {elsewhere} |")
    lines.sort()
    heads = ["address", "for", *theirs, "others"]
    table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *lines]
    found = HEAD + "\n".join(table) + "\n"
    if request.config.getoption("--write-docs"):
        PAGE.write_text(found, "utf-8")
    assert PAGE.read_text("utf-8") == found, "look at what changed, then --write-docs"


class Addresses:
    """Where a rule leads for this child’s things."""

    def __init__(self, app, ids: dict[str, Any]) -> None:
        self.adapter = app.url_map.bind("plan.example.org", url_scheme="https")
        note = {"note_id": ids["note_id"][0]}
        kept = {"kid": "x" * 43, "filename": "plan.css", "drawing": "192", "version": "1"}
        kept["side"] = "people"
        tokens = dict.fromkeys(("token", "ticket", "code", "named"), "x" * 43)
        person = {"identity": str(ids["patient_id"]), "session_id": ids["patient_id"]}
        self.values = OTHERS | kept | tokens | person | ids | note

    def of(self, rule: Rule) -> dict[str, Any]:
        desk = rule.rule.startswith("/team") and "/talk/" not in rule.rule
        varies = {"section": "pain-plan"} if desk else {}
        if rule.rule.startswith("/fhir"):
            varies["kind"] = "Bundle" if "validate" in rule.rule else "Patient"
        known = self.values | varies
        missing = rule.arguments - known.keys()
        assert not missing, f"{rule.rule}: say here what {missing} may be"
        return {name: known[name] for name in rule.arguments}

    @staticmethod
    def questions() -> list[tuple[str, str]]:
        """Every page of questions, with the section it belongs to."""
        return [(one.id, page.id) for one in patient_pages() for page in one.pages]

    def built(self, rule: Rule, values: dict[str, Any], way: str) -> str | None:
        if way not in (rule.methods or set()):
            return None
        return str(self.adapter.build(rule.endpoint, values, method=way))


def asked(one: Visitor, path: str | None, rule: Rule) -> str:
    if path is None:
        return f"({' '.join(sorted((rule.methods or set()) - {'OPTIONS', 'HEAD'}))})"
    return said(one.client.get(path, headers=dict(one.headers)))


def tried(one: Visitor, address: Addresses, rule: Rule, way: str, token: str | None) -> str:
    path = address.built(rule, address.of(rule), way)
    data = {"csrf_token": token, **PRESSED} if way == "POST" and token else None
    answer = one.client.open(path, method=way, data=data, headers=dict(one.headers))
    # A program has no form of ours, and is told no before anybody asks who it is.
    return SHUT if token is None and answer.status_code == 400 else said(answer)


def said(answer: Any) -> str:
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and "/account/s" in location:
        return SIGN_IN
    assert answer.status_code < 500, answer.request.path
    return SAYS.get(answer.status_code, OPEN)
