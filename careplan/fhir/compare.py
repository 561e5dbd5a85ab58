"""The first place where two documents differ: how reading proves that it has lost nothing."""

from __future__ import annotations

import re
from typing import Any

from careplan.fhir import xhtml
from careplan.fhir.wire import Number

Difference = tuple[str, str]
"""A path and what is wrong there."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DOSE_IN_WORDS = re.compile(r"\.(dosageInstruction|dosage)\[\d+\]\.text")


def first_difference(got: Any, want: Any, path: str) -> Difference | None:
    """`got` is what was received, `want` what this program would have written of the same plan."""
    if got == want:
        return None
    if isinstance(want, dict) and isinstance(got, dict):
        return _objects(got, want, path)
    if isinstance(want, list) and isinstance(got, list):
        return _lists(got, want, path)
    return path, f"{_show(got)} was not expected here"


def _objects(got: dict[str, Any], want: dict[str, Any], path: str) -> Difference | None:
    for name in got:
        if name not in want:
            return f"{path}.{name}", "not understood"
    for name, value in want.items():
        if name in got:
            found = _member(got[name], value, want, f"{path}.{name}")
        elif name == "coding" and "text" in got:
            found = None  # words alone, from before the code was known
        elif name == "_effectiveDateTime":
            found = None  # from before it was said aloud that no day is known
        else:
            found = (f"{path}.{name}", "missing")
        if found:
            return found
    return None


def _member(got: Any, want: Any, owner: dict[str, Any], path: str) -> Difference | None:
    name = path.rpartition(".")[2]
    problem = None
    if name == "div":
        problem = _narrative(got)
    elif _is_label(owner, name):
        problem = None if isinstance(got, str) and got else "words were expected"
    elif _is_sentence(owner, name, path):
        problem = None if _same_numbers(got, want) else "other numbers than its data"
    elif name == "coding":
        return _codings(got, want, path)
    else:
        return first_difference(got, want, path)
    return (path, problem) if problem else None


def _is_label(owner: dict[str, Any], name: str) -> bool:
    """Words of ours beside a code or a link id, or over a section: never words of a person.

    They may be improved while their codes stay for life, so they must be there, but may differ.
    """
    if name == "display":
        return "code" in owner
    return name == "title" or (name == "text" and "linkId" in owner)


def _is_sentence(owner: dict[str, Any], name: str, path: str) -> bool:
    """A sentence this program made of data that stands beside it. Its wording may be improved."""
    if name != "text":
        return False
    return bool(_DOSE_IN_WORDS.search(path)) or ("coding" in owner and path.endswith(".code.text"))


def _same_numbers(got: Any, want: Any) -> bool:
    """Other words, but never another number: 10 mg beside a dose of 100 mg is refused."""
    if not isinstance(got, str) or not got:
        return False
    return sorted(_NUMBER.findall(got)) == sorted(_NUMBER.findall(want))


def _codings(got: Any, want: list[Any], path: str) -> Difference | None:
    """An older document may lack a standard code that has been added since beside ours."""
    if not isinstance(got, list) or not got:
        return path, "codes were expected"
    for index, one in enumerate(got):
        if all(first_difference(one, other, path) for other in want):
            return f"{path}[{index}]", "not understood"
    return first_difference(got[0], want[0], f"{path}[0]")


def _lists(got: list[Any], want: list[Any], path: str) -> Difference | None:
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


def _show(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return value.text if isinstance(value, Number) else repr(value)[:60]
