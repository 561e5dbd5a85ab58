"""An administrator lets an ambulance service's computer in, it signs in by itself, and is shut out.

The computer publishes its keys on a web server of its own and speaks plain HTTP to ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from careplan.accounts.people import Role
from careplan.acts.signing_in import demo_sign_in
from tests.journeys.site import Site
from tests.journeys.visitor import SMALL_PHONE, Visitor
from tests.partners import SigningKey, a_key, claims, form, signed
from tests.visitors import a_clinician, a_hospital

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


@dataclass
class Computer:
    """Another organisation's: its key, where it shows the public part, and what it may ask."""

    address: str
    key: SigningKey = field(default_factory=a_key)

    def asks_for_a_token(self, site: Site, client_id: str) -> requests.Response:
        base = f"{site.address}/fhir"
        found = requests.get(f"{base}/.well-known/smart-configuration", timeout=5).json()
        endpoint = found["token_endpoint"]
        note = signed(claims(client_id, endpoint, at=site.clock.now), self.key)
        return requests.post(endpoint, data=form(note, "system/*.rs"), timeout=5)

    def reads(self, site: Site, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        plan = f"{site.address}/fhir/CarePlan/0d7b6f3e-3f0a-4c0e-9d55-1d2b3c4d5e6f"
        return requests.get(plan, headers=headers, timeout=5).status_code


@pytest.fixture
def computer() -> Iterator[Computer]:
    shown: list[Computer] = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = shown[0].key.jwks.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    shown.append(Computer(f"http://127.0.0.1:{server.server_address[1]}/jwks.json"))
    yield shown[0]
    server.shutdown()
    server.server_close()


def given_an_administrator(visitor: Visitor) -> None:
    world, at = visitor.site.world, visitor.site.clock.now
    staff = a_clinician(world, team_id=a_hospital(world), role=Role.TEAM_ADMIN)
    token = demo_sign_in(world, email=staff.email, at=at)
    visitor.page.context.add_cookies(
        [{"name": "careplan", "value": token, "url": visitor.site.address}]
    )


def test_a_computer_is_let_in_and_shut_out(visit: Visit, site: Site, computer: Computer) -> None:
    admin = visit("Ruth", SMALL_PHONE)
    given_an_administrator(admin)
    admin.goes_to("/team/members").presses("Other organisations’ systems")
    admin.reads("No system has been let in.").presses("Let a system in")
    admin.presses("Let it in").reads("Choose what kind of system it is.")
    admin.answers(
        {
            "What the system is called": "Crew tablet",
            "Whose system it is": "London Ambulance",
            "What kind of system is it?": "An ambulance service, or 111",
            "Address of its keys": computer.address + "?nowhere=" + "x" * 600,
        }
    )
    admin.presses("Let it in").reads("Keys cannot be fetched from this address")
    admin.answers({"Address of its keys": computer.address}).presses("Let it in")
    admin.reads_heading("Crew tablet").reads("Find and read emergency pages")
    client_id = admin.page.url.rpartition("/")[2]
    admin.reads(client_id).reads("Each read stands in that person’s own list of who looked")

    given = computer.asks_for_a_token(site, client_id)
    assert given.status_code == 200, given.text
    token = given.json()["access_token"]
    assert computer.reads(site, token) == 404, "let in, and there is no such plan"
    computer.key = a_key("of next year")  # changed without anybody here
    site.clock.go_on(minutes=2)
    assert computer.asks_for_a_token(site, client_id).status_code == 200

    admin.goes_to("/team/partners").presses("Crew tablet").reads("of next year")
    admin.presses("Suspend").reads("can read and send nothing any more").reads("Suspended")
    assert computer.reads(site, token) == 401
    assert computer.asks_for_a_token(site, client_id).status_code == 401
    admin.presses("Crew tablet").presses("Let it in again").reads("may sign in again")
    admin.presses("Crew tablet").presses("Change its keys").presses("Use these keys")
    admin.reads_heading("Crew tablet")
