"""Every form that anybody is shown, as a browser would send it, and a way to bend it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus, urljoin
from xml.etree.ElementTree import Element

from tests.fuzz import odd
from tests.web.reader import Page

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """Where it goes, what it would send untouched, and the page it stands on."""

    visitor: str
    seen_at: str
    action: str
    fields: Fields


def forms_on(html: str, *, visitor: str, seen_at: str) -> Iterator[Form]:
    for form in Page(html).root.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            action = urljoin(seen_at, form.get("action") or seen_at)
            yield Form(visitor, seen_at, action, tuple(_sent(form)))


def _sent(form: Element) -> Iterator[tuple[str, str]]:
    ticked: set[str] = set()
    for one in form.iter():
        name = one.get("name")
        if not name:
            continue
        if one.tag == "textarea":
            yield name, one.text or ""
        elif one.tag == "select":
            yield name, next((o.get("value") or "" for o in one.iter("option")), "")
        elif one.tag in ("input", "button"):
            if one.get("type") == "radio" and name in ticked:
                continue  # the first choice: what bends it tries others
            ticked.add(name)
            yield name, one.get("value") or ""


def bent(chance: random.Random, fields: Fields) -> Fields:
    """One to three things wrong with it; the form's token is nearly always right."""
    found = list(fields)
    for _ in range(chance.randint(1, 3)):
        free = [at for at, (name, _) in enumerate(found) if name != "csrf_token"]
        kind = chance.random()
        if kind < 0.05 or not free:
            found.append((chance.choice(odd.EXTRA), odd.text(chance)))
            continue
        at = chance.choice(free)
        name, old = found[at]
        if kind < 0.7:
            found[at] = (name, odd.text(chance))
        elif kind < 0.8:
            del found[at]
        elif kind < 0.9:
            found.insert(at, (name, chance.choice((old, odd.text(chance)))))
        else:
            found = [(n, v if n == "csrf_token" else odd.text(chance)) for n, v in found]
    return tuple(found)


def as_sent(fields: Fields) -> bytes:
    """Half letters go out as the bytes that a broken program would send."""
    pairs = (f"{_quoted(name)}={_quoted(value)}" for name, value in fields)
    return "&".join(pairs).encode()


def _quoted(text: str) -> str:
    return quote_plus(text, errors="surrogatepass")
