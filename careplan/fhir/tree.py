"""Small pieces of FHIR JSON, written and read: what every mapper here is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from careplan.fhir import codes
from careplan.fhir.wire import Number, whole
from careplan.plan.codec import Unreadable
from careplan.plan.dictionary import Dictionary, Field

Tree = dict[str, Any]


def some(**elements: Any) -> Tree:
    """An object without its blank elements. A trailing underscore frees Python's own words."""
    return {
        name.rstrip("_"): value
        for name, value in elements.items()
        if value is not None and value not in ([], {})
    }


def coding(system: str, code: str, display: str | None = None) -> Tree:
    return some(system=system, code=code, display=display)


def concept(*codings: Tree | None, text: str | None = None) -> Tree:
    return some(coding=[one for one in codings if one], text=text)


def snomed(code: str | None) -> Tree | None:
    """Without a display: the terms are SNOMED's own, and we hold no release to quote them from."""
    return coding(codes.SNOMED, code) if code else None


def substance(name: str) -> Tree:
    """A drug or substance as typed, coded only where its exact name is in the list."""
    return concept(snomed(codes.SUBSTANCES.get(name.strip().casefold())), text=name)


def reference(identity: object) -> Tree:
    return {"reference": f"urn:uuid:{identity}"}


def extension(url: str, **value: Any) -> Tree:
    """`extension(URL, valueString="…")` or `extension(URL, extension=[…])`."""
    return {"url": url, **value}


def phone(number: str | None) -> list[Tree]:
    return [{"system": "phone", "value": number}] if number else []


def notes(text: str | None) -> list[Tree]:
    return [{"text": text}] if text else []


def instant(at: datetime) -> str:
    """UTC, to the second, and finer only when the clock was."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(node: Node, *steps: str) -> datetime:
    text = node.needed_text(*steps)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Unreadable(node.need(*steps).path, f"{text!r} is not a time") from problem
    if at.tzinfo is None:
        raise Unreadable(node.need(*steps).path, "a time without its zone")
    return at


_VALUES = {
    "choice": "valueCode",
    "choices": "valueCode",
    "answer3": "valueCode",
    "date": "valueDate",
    "partial_date": "valueDateTime",
}
"""The value[x] of an extension for what the dictionary calls a field's type; the rest is text."""


def typed(field: Field | None, plain: Any) -> Tree:
    """One value as a value[x] of an extension, by what it is or what the dictionary says it is."""
    if isinstance(plain, datetime):
        return {"valueDateTime": instant(plain)}
    if isinstance(plain, date):
        return {"valueDate": plain.isoformat()}
    if isinstance(plain, StrEnum):
        return {"valueCode": str(plain)}
    if isinstance(plain, bool):
        return {"valueBoolean": plain}
    if isinstance(plain, int):
        return {"valueInteger": whole(plain)}
    return {_VALUES.get(field.type, "valueString") if field else "valueString": plain}


def details(
    url: str, plain: Mapping[str, Any], words: Dictionary | None = None, at: str = ""
) -> list[Tree]:
    """An extension holding plain facts under their own names; none when there are no facts.

    `at` is the place in the dictionary of the object they belong to, for their types.
    """
    parts: list[Tree] = []
    for name, value in plain.items():
        field = words.fields.get(f"{at}.{name}") if words else None
        parts.append(extension(name, **typed(field, value)))
    return [extension(url, extension=parts)] if parts else []


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document being read. Every complaint names the place."""

    tree: Any
    path: str

    def at(self, *steps: str | int) -> Node | None:
        """The place below, or None where there is nothing."""
        here, path = self.tree, self.path
        for step in steps:
            if isinstance(step, int):
                if not isinstance(here, list) or step >= len(here):
                    return None
                here, path = here[step], f"{path}[{step}]"
            else:
                if not isinstance(here, dict) or step not in here:
                    return None
                here, path = here[step], f"{path}.{step}"
        return Node(here, path)

    def need(self, *steps: str | int) -> Node:
        found = self.at(*steps)
        if found is None:
            wanted = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in steps)
            raise Unreadable(f"{self.path}{wanted}", "missing")
        return found

    def each(self, *steps: str | int) -> Iterator[Node]:
        found = self.at(*steps)
        if found is None:
            return
        if not isinstance(found.tree, list):
            raise Unreadable(found.path, "a list was expected")
        for index, item in enumerate(found.tree):
            yield Node(item, f"{found.path}[{index}]")

    def text(self, *steps: str | int) -> str | None:
        found = self.at(*steps)
        if found is None:
            return None
        if not isinstance(found.tree, str):
            raise Unreadable(found.path, "text was expected")
        return found.tree

    def needed_text(self, *steps: str | int) -> str:
        text = self.need(*steps).text()
        assert text is not None  # noqa: S101  (need() has refused its absence)
        return text

    def number(self, *steps: str | int) -> str | None:
        found = self.at(*steps)
        if found is None:
            return None
        if not isinstance(found.tree, Number):
            raise Unreadable(found.path, "a number was expected")
        return found.tree.text

    def whole(self, *steps: str | int) -> int | None:
        text = self.number(*steps)
        if text is None:
            return None
        if len(text) > 12 or not text.lstrip("-").isdecimal():
            raise Unreadable(self.need(*steps).path, "a whole number was expected")
        return int(text)

    def truth(self, *steps: str | int) -> bool | None:
        found = self.at(*steps)
        if found is None:
            return None
        if not isinstance(found.tree, bool):
            raise Unreadable(found.path, "true or false was expected")
        return found.tree

    def extension(self, url: str) -> Node | None:
        """The first extension with this address."""
        return next((one for one in self.each("extension") if one.text("url") == url), None)

    def identity(self) -> str:
        return self.needed_text("id")

    def code_of(self, system: str, *steps: str | int) -> str | None:
        """The code that the concept at `steps` has in this system."""
        for one in self.each(*steps, "coding"):
            if one.text("system") == system:
                return one.text("code")
        return None

    def value(self) -> Any:
        """The plain value of a value[x]."""
        if not isinstance(self.tree, dict):
            raise Unreadable(self.path, "an object was expected")
        for name in self.tree:
            if name == "valueBoolean":
                return self.truth(name)
            if name == "valueInteger":
                return self.whole(name)
            if name == "valueDecimal":
                return self.number(name)
            if name == "valueCoding":
                return self.needed_text(name, "code")
            if name.startswith("value"):
                return self.text(name)
        raise Unreadable(self.path, "a value was expected")

    def details(self, url: str) -> dict[str, Any]:
        """What `details` wrote."""
        found = self.extension(url)
        return found.facts() if found else {}

    def facts(self) -> dict[str, Any]:
        """The plain facts of one extension that `details` wrote."""
        made: dict[str, Any] = {}
        for part in self.each("extension"):
            name = part.needed_text("url")
            made[name] = part.value()
        return made
