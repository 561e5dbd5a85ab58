"""Sends bent forms and JSON, and reads every answer as strictly as all other tests do."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fuzz import odd
from tests.fuzz.forms import Form, as_sent, bent
from tests.fuzz.peopled import Client, Peopled, close
from tests.web.reader import Page

BATCH = 150
FORM = "application/x-www-form-urlencoded"
JSON_DOORS: tuple[tuple[str, str, Any], ...] = (
    (f"/m/{'x' * 43}", "application/json", {"recipient": "Ward 9", "passcode": "blue heron"}),
    ("/going-in/taps", "application/json", {"taps": [{"id": "a", "what": "arrived", "at": 1}]}),
    ("/my-copy/still", "application/json", {"token": "x" * 43, "version": 1}),
    (
        "/fhir/CarePlan",
        "application/fhir+json",
        {
            "resourceType": "CarePlan",
            "status": "active",
            "intent": "plan",
            "subject": {"reference": "#p"},
            "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "1997-03-14"}],
            "activity": [{"detail": {"status": "scheduled", "description": "Ring"}}],
        },
    ),
    ("/fhir/$validate", "application/fhir+json", {"resourceType": "Bundle", "type": "document"}),
)


@dataclass
class Sent:
    """What a campaign came to: inputs by kind, answers by status, and every fault."""

    inputs: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    doors: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def many(self) -> int:
        return sum(self.inputs.values())


def fuzz(
    people: Peopled,
    folder: Path,
    *,
    inputs: int,
    seed: str,
    tell: Callable[[Sent], None] = lambda _sent: None,
) -> Sent:
    """As many inputs, in batches that each begin with the same people and things."""
    found, chance = Sent(), random.Random(seed)
    while found.many < inputs:
        path = folder / "batch.db"
        app, visitors = people.open_copy(path)
        for _ in range(min(BATCH, inputs - found.many)):
            _one(chance, people, visitors, found)
        close(app)
        for left in folder.glob("batch.db*"):
            left.unlink()
        tell(found)
    return found


def _one(chance: random.Random, people: Peopled, visitors: dict[str, Client], found: Sent) -> None:
    kind = chance.random()
    if kind < 0.85:
        _form(chance, chance.choice(people.forms), visitors, found)
    elif kind < 0.95:
        _json(chance, people, visitors["a stranger"], found)
    else:
        name, path = chance.choice(people.pages)
        asked = "&".join(f"{odd.EXTRA[n]}={n}" for n in range(chance.randint(0, 3)))
        sent = as_sent(((chance.choice(("q", "page", "show", "next")), odd.text(chance)),))
        said = f"{path}?{asked}&{sent.decode()}"
        found.inputs["addresses"] += 1
        _answer(lambda: visitors[name].get(said), f"GET {path} {sent!r}", path, found)


def _form(chance: random.Random, form: Form, visitors: dict[str, Client], found: Sent) -> None:
    fields = bent(chance, form.fields)
    body, client = as_sent(fields), visitors[form.visitor]
    found.inputs["forms"] += 1

    def press() -> Any:
        answer = client.post(form.action, data=body, content_type=FORM)
        where = answer.headers.get("Location", "")
        if 300 <= answer.status_code < 400 and not urlsplit(where).netloc and chance.random() < 0.5:
            _read(client.get(where))  # what was kept is shown there
        return answer

    _answer(press, f"{form.visitor} POST {form.action} {body[:600]!r}", form.action, found)


def _json(chance: random.Random, people: Peopled, client: Client, found: Sent) -> None:
    path, kind, whole = chance.choice(JSON_DOORS)
    body = json.dumps(odd.bent(chance, whole)).encode()
    if chance.random() < 0.1:
        body = body[: chance.randrange(len(body))]
    headers = people.headers if path.startswith("/fhir") else {}
    found.inputs["JSON"] += 1
    _answer(
        lambda: client.post(path, data=body, content_type=kind, headers=headers),
        f"POST {path} {body[:600]!r}",
        path,
        found,
    )


def _answer(ask: Callable[[], Any], told: str, door: str, found: Sent) -> None:
    """Whatever comes up instead of an answer is a fault, and so is what the strict reader says."""
    found.doors.add(door)
    try:
        answer = ask()
        faults = list(_read(answer))
        found.answers[f"{answer.status_code // 100}xx"] += 1
    except Exception as problem:  # noqa: BLE001 (a fault is told, and the campaign goes on)
        faults = [f"{type(problem).__name__}: {str(problem)[:300]}"]
    found.faults += [f"{one}\n    {told}" for one in faults]


def _read(answer: Any) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    if answer.mimetype == "text/html":
        page = Page(answer.get_data(as_text=True))
        if any(True for _ in page.root.iter(odd.CANARY)):
            yield "what was typed became part of the page"
