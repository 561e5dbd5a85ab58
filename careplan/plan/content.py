"""A condition is a folder of content files. One may be based on another and say only what differs.

Everything is read and checked at start, so that a slip is told to whoever wrote it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CONDITIONS = Path(__file__).parent.parent / "conditions"
FIRST = "sickle_cell"
"""The condition of every plan that names none, as the plans of the first release."""

_TITLES = ("name", "plan_title", "page_title", "card_title")
_OPTIONAL = {"based_on", "leave_out"}
_META = {"source", "dated", "clinical_sign_off"}
_WHOLE_TABLES = {"options.toml"}
"""Files whose tables are closed lists: a folder that gives one gives all of it."""
_RULE = re.compile(r"R[0-9]+")


class BadContent(ValueError):
    """A content file that does not fit the plan; found at start, never in front of a person."""


def read_toml(path: Path) -> dict[str, Any]:
    """A content file. Raises BadContent where it is missing or is not TOML."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BadContent(f"{path.name}: {problem}") from problem


@cache
def installed(root: Path = CONDITIONS) -> tuple[str, ...]:
    """The conditions there are plans for, the first release's first."""
    found = sorted(file.parent.name for file in root.glob("*/condition.toml"))
    return tuple(sorted(found, key=lambda name: name != FIRST))


@cache
def condition_facts(condition: str, root: Path = CONDITIONS) -> Mapping[str, Any]:
    """What `condition.toml` says of itself: its name, its titles, the sections it leaves out."""
    facts = read_toml(root / condition / "condition.toml")
    if facts.get("id") != condition:
        raise BadContent(f"condition.toml: {condition}: id: the folder's own name was expected")
    for name in _TITLES:
        if not isinstance(facts.get(name), str) or not facts[name].strip():
            raise BadContent(f"condition.toml: {condition}: {name}: words were expected")
    for name in sorted(facts.keys() - {"id", *_TITLES, *_OPTIONAL, *_META}):
        raise BadContent(f"condition.toml: {condition}: {name}: unknown key")
    base = facts.get("based_on")
    if base is not None:
        _check_base(condition, base, root)
    return facts


def _check_base(condition: str, base: Any, root: Path) -> None:
    if base == condition or base not in installed(root):
        raise BadContent(f"condition.toml: {condition}: based_on: no condition {base!r}")
    if "based_on" in read_toml(root / base / "condition.toml"):
        raise BadContent(f"condition.toml: {condition}: based_on: {base} is itself based on one")


def content(condition: str, file: str, root: Path = CONDITIONS) -> dict[str, Any]:
    """A content file, laid over that of the condition it is based on, if any."""
    base = condition_facts(condition, root).get("based_on")
    path = root / condition / file
    if base is None:
        return read_toml(path)
    under = read_toml(root / base / file)
    if not path.exists():
        return under
    own = read_toml(path)
    try:
        if file in _WHOLE_TABLES:
            return {**under, **own}
        if file == "rules.toml":
            under = _that_apply(under, own)
        return _laid_over(under, own)
    except BadContent as problem:
        raise BadContent(f"{condition}: {file}: {problem}") from problem


def _laid_over(under: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Tables go into tables, and so do lists of tables with ids; anything else is replaced."""
    made = dict(under)
    for name, value in own.items():
        if name in ("leave_out", "keep_only", "apply"):
            continue
        known = under.get(name)
        if isinstance(value, dict) and isinstance(known, dict):
            made[name] = _laid_over(known, value)
        elif isinstance(known, list) and _has_ids(value) and _has_ids(known):
            made[name] = _by_id(known, value)
        else:
            made[name] = value
    return _without(made, own)


def _has_ids(value: Any) -> bool:
    items = value if isinstance(value, list) else []
    return bool(items) and all(isinstance(one, dict) and "id" in one for one in items)


def _by_id(under: list[Any], own: list[Any]) -> list[Any]:
    """Each item laid over the one of its id, in its place; a new one comes last."""
    changed = {one["id"]: one for one in own}
    if len(changed) < len(own):
        raise BadContent("two items have one id")
    kept = [_laid_over(one, changed.pop(one["id"], {})) for one in under]
    return [*kept, *changed.values()]


def _without(made: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`leave_out` and `keep_only`: by list name, the ids that do not stand here, or alone do."""
    for name, ids in own.get("leave_out", {}).items():
        _known(made, name, ids)
        made[name] = [one for one in made[name] if one["id"] not in ids]
    for name, ids in own.get("keep_only", {}).items():
        _known(made, name, ids)
        made[name] = sorted(
            (one for one in made[name] if one["id"] in ids), key=lambda one: ids.index(one["id"])
        )
    return made


def _known(made: Mapping[str, Any], name: str, ids: list[str]) -> None:
    there = {one.get("id") for one in made.get(name, ())}
    for one in ids:
        if one not in there:
            raise BadContent(f"{name}: {one}: there is none to leave out or keep")


def _that_apply(under: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Another condition's rules are run only where `apply` names them."""
    named = own.get("apply")
    if not isinstance(named, list):
        raise BadContent("apply: the list of the rules that apply was expected")
    for one in named:
        if one not in under and one not in own:
            raise BadContent(f"apply: there is no rule {one!r}")
    return {
        name: value for name, value in under.items() if name in named or not _RULE.fullmatch(name)
    }
