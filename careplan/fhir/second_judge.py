"""The one door to fhir.resources, imported only when asked: does another reader of FHIR agree?

Our own walk goes by R4's definitions and names every problem at once. This library knows types and
cardinalities by its own models, made by other people: where ours found nothing and it refuses, one
of the two is wrong, and whoever asked must know.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from careplan.fhir.elements import Broken
from careplan.fhir.wire import Number

_REFUSALS = (ValueError, TypeError, AttributeError, KeyError, ArithmeticError, RecursionError)
"""What the library's validators raise on unforeseen data. pydantic's own is a ValueError."""
_ELSEWHERE = {"resourceType": "Basic", "code": {"text": "judged by itself"}}
"""Stands where a resource holds another: each is asked about once, under its own path."""


def refusals(resource: dict[str, Any], path: str) -> Iterator[Broken]:
    """What fhir.resources (its R4B models, which for our kinds are R4's) does not take."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415  (0.7 s, rarely needed)
    from pydantic import ValidationError  # noqa: PLC0415

    kind = resource["resourceType"]
    try:
        model = get_fhir_model_class(kind)
    except _REFUSALS:
        yield Broken(f"{path}.resourceType", f"no kind of resource that R4B has: {str(kind)[:40]}")
        return
    try:
        model.model_validate(_as_numbers(_shell(resource)))
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_context=False, include_input=False):
            yield Broken(_path(path, error["loc"]), error["msg"])
    except _REFUSALS as problem:
        yield Broken(path, f"cannot be read as a {kind}: {str(problem)[:120]}")


def _shell(resource: dict[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in resource.items() if name != "contained"}
    if isinstance(bare.get("entry"), list):
        bare["entry"] = [_entry(one) for one in bare["entry"]]
    return bare


def _entry(entry: Any) -> Any:
    holds = isinstance(entry, dict) and "resource" in entry
    return {**entry, "resource": _ELSEWHERE} if holds else entry


def _as_numbers(value: Any) -> Any:
    if isinstance(value, Number):
        return _number(value.text)
    if isinstance(value, dict):
        return {name: _as_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_numbers(item) for item in value]
    return value


def _number(text: str) -> Any:
    """FHIR's numbers have at most eighteen digits; a longer one stays text and is refused."""
    if len(text) > 40:
        return text
    try:
        return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
    except InvalidOperation:
        return text


def _path(path: str, location: tuple[int | str, ...]) -> str:
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path
