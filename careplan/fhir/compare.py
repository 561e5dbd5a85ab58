"""The first place where two documents differ: how reading proves that it has lost nothing."""

from __future__ import annotations

from typing import Any

from careplan.fhir import xhtml
from careplan.fhir.wire import Number


def first_difference(got: Any, want: Any, path: str) -> tuple[str, str] | None:
    """`got` is what was received, `want` what this program would have written of the same plan."""
    if isinstance(want, dict) and isinstance(got, dict):
        return _objects(got, want, path)
    if isinstance(want, list) and isinstance(got, list):
        return _lists(got, want, path)
    return None if _same(got, want) else (path, f"{_show(got)} was not expected here")


def _objects(got: dict[str, Any], want: dict[str, Any], path: str) -> tuple[str, str] | None:
    for name in got:
        if name not in want:
            return f"{path}.{name}", "not understood"
    for name, value in want.items():
        inner = f"{path}.{name}"
        if name not in got:
            if name == "coding" and "text" in got:
                continue  # words alone, from before the code was known
            return inner, "missing"
        if name == "div":
            problem = _narrative(got[name])
            found = (inner, problem) if problem else None
        elif _is_label(want, name):
            blank = not isinstance(got[name], str) or not got[name]
            found = (inner, "words were expected") if blank else None
        elif name == "coding":
            found = _codings(got[name], value, inner)
        else:
            found = first_difference(got[name], value, inner)
        if found:
            return found
    return None


def _is_label(owner: dict[str, Any], name: str) -> bool:
    """Words of ours beside a code or a link id, or over a section: never words of a person.

    They may be improved while their codes stay for life, so they must be there, but may differ.
    """
    if name == "display":
        return "code" in owner
    return name == "title" or (name == "text" and "linkId" in owner)


def _codings(got: Any, want: list[Any], path: str) -> tuple[str, str] | None:
    """An older document may lack a standard code that has been added since beside ours."""
    if not isinstance(got, list) or not got:
        return path, "codes were expected"
    for index, one in enumerate(got):
        if all(first_difference(one, other, path) for other in want):
            return f"{path}[{index}]", "not understood"
    return first_difference(got[0], want[0], f"{path}[0]")


def _lists(got: list[Any], want: list[Any], path: str) -> tuple[str, str] | None:
    for index, (one, other) in enumerate(zip(got, want, strict=False)):
        found = first_difference(one, other, f"{path}[{index}]")
        if found:
            return found
    if len(got) > len(want):
        return f"{path}[{len(want)}]", "not understood"
    return (f"{path}[{len(got)}]", "missing") if len(got) < len(want) else None


def _narrative(div: Any) -> str | None:
    if not isinstance(div, str):
        return "a narrative was expected"
    found = xhtml.problems(div)
    return found[0] if found else None


def _same(got: Any, want: Any) -> bool:
    if isinstance(want, bool) or isinstance(got, bool):
        return got is want
    if isinstance(want, int):
        return isinstance(got, Number) and got == str(want)
    return isinstance(got, Number) == isinstance(want, Number) and bool(got == want)


def _show(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)[:60]
