"""What a rule of the National Record Locator can ask of a place in a pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

from careplan.fhir import codes
from careplan.plan.values import nhs_number

Holds = Callable[[Any, Any], bool]
"""Whether the value at the place (None where nothing is) will do, in this whole pointer."""


def places(tree: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Where "content[*].format.code" stands in this tree, and what; None where nothing is."""
    found: list[tuple[str, Any]] = [("", tree)]
    for step in at.split("."):
        name, _, which = step.rstrip("]").partition("[")
        found = [
            one
            for path, value in found
            for one in _below(f"{path}.{name}".lstrip("."), member(value, name), which)
        ]
    yield from found


def _below(path: str, value: Any, which: str) -> list[tuple[str, Any]]:
    if not which:
        return [(path, value)]
    items = value if isinstance(value, list) else []
    if which == "*":
        return [(f"{path}[{number}]", item) for number, item in enumerate(items)]
    number = int(which)
    return [(f"{path}[{number}]", items[number] if number < len(items) else None)]


def member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def first(tree: Any, at: str) -> Any:
    return next((value for _place, value in places(tree, at)), None)


# --- one value -----------------------------------------------------------------------------------


def among(wanted: Container[str]) -> Holds:
    return lambda value, _pointer: isinstance(value, str) and value in wanted


def like(pattern: str) -> Holds:
    fits = re.compile(pattern)
    return lambda value, _pointer: isinstance(value, str) and fits.fullmatch(value) is not None


a_holder = like("[0-9A-Za-z]{1,12}")
"""The code of an organisation."""


def one(value: Any, _pointer: Any) -> bool:
    return isinstance(value, list) and len(value) == 1


def some(value: Any, _pointer: Any) -> bool:
    return isinstance(value, list) and len(value) > 0


def there(value: Any, _pointer: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def absent(value: Any, _pointer: Any) -> bool:
    return value is None


def some_if_any(value: Any, pointer: Any) -> bool:
    return value is None or some(value, pointer)


def a_true_nhs_number(value: Any, _pointer: Any) -> bool:
    return isinstance(value, str) and nhs_number(value) == value


# --- two values beside each other ----------------------------------------------------------------


def worded(table: Mapping[str, str]) -> Holds:
    """A coding has the words that belong to its code; an unknown code is told of by itself."""

    def holds(value: Any, _pointer: Any) -> bool:
        code = member(value, "code")
        known = isinstance(code, str) and code in table
        return not known or member(value, "display") == table[str(code)]

    return holds


def begins_with_holder(value: Any, pointer: Any) -> bool:
    """An id of the Locator's: the custodian's code, a hyphen, and the rest."""
    holder = first(pointer, "custodian.identifier.value")
    return not a_holder(holder, None) or str(value).startswith(f"{holder}-")


def replaced_is_named(value: Any, _pointer: Any) -> bool:
    named = first(value, "target.identifier.value")
    return member(value, "code") != "replaces" or (isinstance(named, str) and named != "")


def replaced_is_the_holders(value: Any, pointer: Any) -> bool:
    named = first(value, "target.identifier.value")
    return named is None or begins_with_holder(named, pointer)


def format_of_its_kind(content: Any, _pointer: Any) -> bool:
    """What is no kind or no format at all is told of by itself."""
    kind, code = first(content, "attachment.contentType"), first(content, "format.code")
    if not (among(codes.NRL_FORMATS_OF)(kind, None) and among(codes.NRL_FORMATS)(code, None)):
        return True
    return code in codes.NRL_FORMATS_OF[kind]


def stability_once(value: Any, _pointer: Any) -> bool:
    """Exactly one extension says it; others may stand beside."""
    items = value if isinstance(value, list) else []
    return [member(item, "url") for item in items].count(codes.NRL_STABILITY) == 1


def stability_said(extension: Any, _pointer: Any) -> bool:
    if member(extension, "url") != codes.NRL_STABILITY:
        return True
    codings = first(extension, "valueCodeableConcept.coding")
    wanted = [
        {"system": codes.NRL_STABILITY_CODE, "code": code, "display": words}
        for code, words in codes.NRL_STABILITIES.items()
    ]
    return one(codings, None) and codings[0] in wanted


def proxied_system_named(context: Any, pointer: Any) -> bool:
    """Whoever is reached through the Spine's secure proxy says once which system they are."""
    urls = [str(url) for _place, url in places(pointer, "content[*].attachment.url")]
    identifiers = [value for _place, value in places(context, "related[*].identifier")]
    numbers = [
        member(value, "value")
        for value in identifiers
        if member(value, "system") == codes.SPINE_ASID
    ]
    sound = all(re.fullmatch("[0-9]{12}", str(number)) for number in numbers)
    wanted = 1 if any(url.startswith("ssp://") for url in urls) else len(numbers[:1])
    return sound and len(numbers) == wanted
