"""Asks every described door, with what it says it takes and with what it does not, whether it
answers as it says: schemathesis makes the questions and the checks, in process."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.conftest import BASE_URL
from tests.descriptions.peopled import Peopled

_OFTEN = 0.8
"""How often a part of an address is one that exists."""
_IN_ONE_PLACE = frozenset(
    {
        *("tapping", "keeping", "passcode", "direct", "told", "helped", "desk"),
        *("plan", "document", "paper", "pdf", "look"),
    }
)

_TAKEN = ["2xx", "3xx", "409"]
_NOT_TAKEN = ["400", "405", "406", "409", "413", "415", "422"]
_WHO = ["401", "403", "404", "410", "429"]
"""Nothing there, or not for whoever asks: an answer to a well-formed question and to any other."""


@dataclass
class Told:
    """How many questions each door was asked, what it answered, and what was wrong with that."""

    asked: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def take(self, event: Any) -> None:
        if isinstance(event, events.ScenarioFinished):
            self._read(event.recorder)
        elif isinstance(event, events.NonFatalError):
            self._wrong(event.label, f"{type(event.value).__name__}: {event.value}", "")
        elif isinstance(event, events.FatalError):
            raise event.exception

    def _read(self, recorder: Any) -> None:
        for one in recorder.interactions.values():
            self.asked[recorder.label] += 1
            if one.response is not None:
                self.answers[f"{recorder.label} {one.response.status_code}"] += 1
        for case_id, checks in recorder.checks.items():
            for one in checks:
                if one.status is Status.FAILURE and one.failure_info is not None:
                    code = recorder.interactions[case_id].request
                    how = f"{code.method} {code.uri} {_short(code.body)}"
                    self._wrong(recorder.label, f"{one.name}: {one.failure_info.failure}", how)

    def _wrong(self, door: str, what: str, how: str) -> None:
        self.wrong.setdefault(f"{door}: {what.splitlines()[0]}", []).append(f"{what}\n{how}")


def _short(body: bytes | None) -> str:
    return shlex.quote((body or b"")[:300].decode("utf-8", "replace"))


def ask(peopled: Peopled, *, seed: int, examples: int, doors: str = "") -> Told:
    """Every door, or those whose address matches. `examples`: how many made-up questions each is
    asked, besides those at the edges of what it takes."""
    published = published_by(peopled)
    _give_examples(published, peopled)
    paths = published["paths"]
    published["paths"] = {path: paths[path] for path in paths if re.search(doors, path)}
    config = SchemathesisConfig.from_dict(_config(peopled, seed=seed, examples=examples))
    schema = schemathesis.openapi.from_dict(published, config=config)
    schema.app = peopled.app
    told = Told()
    for event in from_schema(schema).execute():
        told.take(event)
    return told


def published_by(peopled: Peopled) -> dict[str, Any]:
    """What the application says of itself to whoever asks."""
    client = peopled.app.test_client()
    return json.loads(client.get("/fhir/openapi.json", base_url=BASE_URL).data)


def _give_examples(published: dict[str, Any], peopled: Peopled) -> None:
    """One whole document and one plan to send: nobody makes those up at random."""
    for kind, example in peopled.to_send.items():
        body = published["paths"][f"/fhir/{kind}"]["post"]["requestBody"]
        for media in body["content"].values():
            media["example"] = example


def _config(peopled: Peopled, *, seed: int, examples: int) -> dict[str, Any]:
    bound = {
        name: {"dictionary": name, "probability": _OFTEN}
        for name in peopled.known
        if name not in _IN_ONE_PLACE
    }
    return {
        "seed": seed,
        "base-url": BASE_URL,
        "continue-on-failure": True,
        "suppress-health-check": ["all"],
        "workers": 1,
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "database": "none",
            "no-shrink": True,
            "with-security-parameters": False,
        },
        "phases": {
            "coverage": {"unexpected-methods": ["PUT", "PATCH", "DELETE", "TRACE", "POST"]},
            "stateful": {"enabled": False},
        },
        "checks": {
            # Who is let in is asked of every door by itself (test_asking.py).
            "ignored_auth": {"enabled": False},
            "positive_data_acceptance": {"expected-statuses": [*_TAKEN, *_WHO]},
            "negative_data_rejection": {"expected-statuses": [*_NOT_TAKEN, *_WHO]},
        },
        "dictionaries": {name: {"values": values} for name, values in peopled.known.items()},
        "parameters": {f"path.{name}": one for name, one in bound.items()},
        "operations": [
            _tokens("/m/{token}", "body.passcode", "passcode"),
            _tokens("/going-in/taps", "body.token", "tapping"),
            _tokens("/my-copy/still", "body.token", "keeping"),
            _rules("POST /fhir/Bundle", "400", "422"),
            _rules("POST /fhir/CarePlan", "400", "422"),
            _rules("GET /fhir/CarePlan", "400", lenient=True),
            _rules("POST /fhir/CarePlan/_search", "400", lenient=True),
            _rules("POST /plan/phone/keep", "422"),
            *(
                _tokens(f"/fhir/CarePlan/{{identity}}{more}", "path.identity", "plan")
                for more in ("", "/_history", "/_history/{version}", "/$document")
            ),
            _tokens("/fhir/Bundle/{identity}", "path.identity", "document"),
            _tokens("/fhir/DocumentReference/{identity}", "path.identity", "paper"),
            _tokens("/fhir/Binary/{identity}", "path.identity", "pdf"),
            _tokens("/fhir/AuditEvent/{identity}", "path.identity", "look"),
            _tokens("/u/{token}", "path.token", "direct"),
            _tokens("/plan/report/{report_id}/{page_id}", "path.page_id", "told"),
            {
                "include-path": "/for/{patient_id}/report/{report_id}/{page_id}",
                "parameters": {
                    "path.page_id": {"dictionary": "told", "probability": _OFTEN},
                    "path.report_id": {"dictionary": "helped", "probability": _OFTEN},
                },
            },
            _tokens("/team/{patient_id}/{section}", "path.section", "desk"),
        ],
    }


def _rules(door: str, *statuses: str, lenient: bool = False) -> dict[str, Any]:
    """What this door asks beyond a schema: two parameters that do not go together, FHIR's own
    rules, or a name of one line. `lenient`: what it does not know it passes over."""
    taken, refused = [*_TAKEN, *_WHO, *statuses], [*_NOT_TAKEN, *_WHO, *(["200"] * lenient)]
    checks = {
        "positive_data_acceptance": {"expected-statuses": taken},
        "negative_data_rejection": {"expected-statuses": refused},
    }
    return {"include-name": door, "checks": checks}


def _tokens(path: str, where: str, known: str) -> dict[str, Any]:
    return {
        "include-path": path,
        "parameters": {where: {"dictionary": known, "probability": _OFTEN}},
    }
