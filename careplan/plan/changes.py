"""The difference between two plans, in words a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.lifecycle import in_words
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. `before` or `after` is None when there was, or is, nothing."""

    section: str
    path: str
    label: str
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.label}: added “{self.after}”"
        if self.after is None:
            return f"{self.label}: took away “{self.before}”"
        return f"{self.label}: “{self.before}” became “{self.after}”"


def compare(old: CarePlan, new: CarePlan, words: Dictionary) -> tuple[Change, ...]:
    """Every difference, in the order of the sections."""
    return tuple(
        change
        for name in SECTIONS
        for change in _between(old.section(name), new.section(name), name, name, words, ())
    )


def value_in_words(value: Any, path: str, words: Dictionary) -> str | None:
    """One field's value as people read it, or None when blank."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, Dose | Interval):
        return value.words
    if isinstance(value, Reading | BloodPressure):
        return _measured(value, words.field(path).unit or "")
    options = words.fields[path].options if path in words.fields else None
    if isinstance(value, tuple):
        return ", ".join(value_in_words(item, path, words) or "" for item in value)
    if options and isinstance(value, str) and not isinstance(value, StrEnum):
        return words.words(options, value)
    return str(words.words(options, str(value)) if options else value)


def _measured(value: Reading | BloodPressure, unit: str) -> str:
    number = value.value if isinstance(value, Reading) else f"{value.systolic}/{value.diastolic}"
    gap = "" if unit == "%" else " "
    return f"{number}{gap}{unit}" + (f" on {in_words(value.on)}" if value.on else "")


def _between(
    old: Any, new: Any, path: str, section: str, words: Dictionary, named: tuple[str, ...]
) -> Iterator[Change]:
    for f in fields(new if new is not None else old):
        if f.name in ("id", "unsure"):
            continue
        before = getattr(old, f.name) if old is not None else None
        after = getattr(new, f.name) if new is not None else None
        if before == after:
            continue
        inner = f"{path}.{f.name}"
        if _holds_items(before) or _holds_items(after):
            yield from _items(before or (), after or (), inner, section, words)
        elif words.fields[inner].children:
            yield from _between(
                before, after, inner, section, words, (*named, words.field(inner).label)
            )
        else:
            label = ", ".join((*named, words.field(inner).label))
            said = value_in_words(before, inner, words), value_in_words(after, inner, words)
            if said[0] != said[1]:
                yield Change(section, inner, label, *said)


def _holds_items(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _items(old: Any, new: Any, path: str, section: str, words: Dictionary) -> Iterator[Change]:
    was, now = {item.id: item for item in old}, {item.id: item for item in new}
    label = words.field(path).label
    for key, item in was.items():
        if key not in now:
            yield Change(section, path, label, item_in_words(item, path, words), None)
        else:
            yield from _between(item, now[key], path, section, words, (label, _name(item)))
    for key, item in now.items():
        if key not in was:
            yield Change(section, path, label, None, item_in_words(item, path, words))


def _name(item: Any) -> str:
    """What an item is called by: its first piece of text."""
    texts = (getattr(item, f.name) for f in fields(item) if f.name not in ("id", "stage", "text"))
    first = next((text for text in texts if isinstance(text, str)), "")
    stage = getattr(item, "stage", None)
    return f"{stage}, {first}" if stage else first


def item_in_words(item: Any, path: str, words: Dictionary) -> str:
    """A whole item on one line: every part that is not blank."""
    parts = (
        value_in_words(getattr(item, f.name), f"{path}.{f.name}", words)
        for f in fields(item)
        if f.name != "id"
    )
    return ", ".join(part for part in parts if part)
