"""The one door to fhir.resources, imported only when asked: is this built as FHIR R4 says?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from careplan.fhir.elements import Broken
from careplan.fhir.wire import Number

_MODEL_REFUSALS = (ValueError, TypeError, AttributeError, KeyError, ArithmeticError, RecursionError)
"""What the library's validators raise on unforeseen data. pydantic's own is a ValueError."""


def check(resource: Any, path: str) -> Iterator[Broken]:
    """One resource, without the resources inside it."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415  (0.4 s, and rarely needed)
    from pydantic import ValidationError  # noqa: PLC0415

    kind = resource.get("resourceType")
    try:
        model = get_fhir_model_class(kind)
    except _MODEL_REFUSALS:
        yield Broken(f"{path}.resourceType", f"{str(kind)[:40]!r} is no resource of FHIR R4")
        return
    try:
        model.model_validate(_numbers(resource))
    except ValidationError as problem:
        for error in problem.errors(include_url=False, include_context=False, include_input=False):
            yield Broken(_path(path, error["loc"]), error["msg"])
    except _MODEL_REFUSALS as problem:
        yield Broken(path, f"cannot be read as a {kind}: {str(problem)[:120]}")


def _numbers(value: Any) -> Any:
    if isinstance(value, Number):
        return _number(value.text)
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
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
