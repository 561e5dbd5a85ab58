"""The signed card's page in a real browser; its service is played here: keys, lists, no signal.

Nothing of the page is changed for it: it is asked for at an https address and answered from here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from careplan.fhir.offline import project
from careplan.keys.health_cards import CardKey, as_numeric, new_card_key, sign_card
from careplan.keys.tokens import to_b64url
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.web.scan.card_page import card_page
from tests.stores import NOW, seeded

ORIGIN = "https://plans.example.org"
KEY = new_card_key(seeded("the service’s card key"))
RID = "kRv3mVbQk1c"
_PAGE = card_page(str)


def a_card(version: Version, **changes: Any) -> dict[str, Any]:
    """What the service signs for this version; `changes` replace members of the payload."""
    made = project(version, dictionary(version.condition), fits=lambda _bundle: True)
    due = version.plan.review.review_due or NOW.date()
    until = datetime(due.year + 1, due.month, min(due.day, 28), tzinfo=UTC)
    return {
        "iss": ORIGIN,
        "nbf": int(version.published_at.timestamp()),
        "exp": int(until.timestamp()),
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": made.bundle},
            "rid": RID,
        },
    } | changes


def with_resources(card: dict[str, Any], *more: Mapping[str, Any]) -> dict[str, Any]:
    """The same card with more in its Bundle."""
    copy: dict[str, Any] = json.loads(json.dumps(card))
    entries = copy["vc"]["credentialSubject"]["fhirBundle"]["entry"]
    entries += [{"fullUrl": f"resource:{99 + at}", "resource": one} for at, one in enumerate(more)]
    return copy


def signed(card: Mapping[str, Any], key: CardKey = KEY) -> str:
    return as_numeric(sign_card(card, key))


def forged(
    card: Mapping[str, Any], header: Mapping[str, Any], signature: bytes | None = None
) -> str:
    """A card with another header; its signature is that of the right one unless given."""
    plain = json.dumps(card, separators=(",", ":")).encode()
    packed = zlib.compress(plain, 9, wbits=-15)
    head, body = (to_b64url(part) for part in (json.dumps(header).encode(), packed))
    right = sign_card(card, KEY).rpartition(".")[2]
    return as_numeric(f"{head}.{body}.{right if signature is None else to_b64url(signature)}")


def one_digit_changed(numeric: str, at: int) -> str:
    """In the middle of the packed part, and still two digits for a letter."""
    return numeric[:at] + ("1" if numeric[at] != "1" else "2") + numeric[at + 1 :]


@dataclass
class Service:
    """What the page can fetch, and when. `asked` is every address it asked for."""

    now: datetime = NOW
    signal: bool = True
    keys: list[CardKey] = field(default_factory=lambda: [KEY])
    withdrawn: list[str] = field(default_factory=list)
    has_list: bool = True
    asked: list[str] = field(default_factory=list)
    says_when: bool = True

    def attach(self, page: Page) -> None:
        page.context.route("**/*", self._answer)
        page.clock.set_fixed_time(self.now)

    def _answer(self, route: Route) -> None:
        url = route.request.url
        self.asked.append(url)
        path = urlsplit(url).path
        if url.startswith(f"{ORIGIN}/c"):
            headers = dict(_PAGE.headers)
            route.fulfill(body=_PAGE.body, headers=headers)
        elif not self.signal:
            route.abort("internetdisconnected")
        elif path == "/.well-known/jwks.json":
            self._json(route, {"keys": [one.public for one in self.keys]})
        elif path.startswith("/.well-known/crl/") and self.has_list:
            kid = path.rpartition("/")[2].removesuffix(".json")
            said = {"kid": kid, "method": "rid", "ctr": len(self.withdrawn), "rids": self.withdrawn}
            self._json(route, said)
        else:
            route.fulfill(status=404, body="")

    def _json(self, route: Route, said: object) -> None:
        headers = {"date": format_datetime(self.now, usegmt=True)} if self.says_when else {}
        route.fulfill(json=said, headers=headers)

    def passes(self, page: Page, time: timedelta) -> None:
        self.now += time
        page.clock.set_fixed_time(self.now)
