"""The difference between two plans, in words a person can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.lifecycle import in_words, month_in_words
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval, Route, spaced, unit_words

UNSURE = "not sure"


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
    """Every difference, in the order of the sections; () only when nothing a person wrote differs.

    Order is told too: a reader takes the first dose first. An id only says which item is which.
    """
    return tuple(
        change
        for name in SECTIONS
        for change in _between(old.section(name), new.section(name), name, name, words, ())
    )


def value_in_words(value: Any, path: str, words: Dictionary) -> str | None:
    """One field's value as people read it, or None when blank."""
    if value in (None, "", ()):
        return None
    say = next((say for kind, say in _SAY.items() if isinstance(value, kind)), _as_written)
    return say(value, path, words)


Say = Callable[[Any, str, Dictionary], str]


def _as_written(value: Any, path: str, words: Dictionary) -> str:
    known = words.fields.get(path)
    if known and known.options:
        return words.words(known.options, str(value))
    if known and known.type == "partial_date":
        return month_in_words(str(value))
    if known and known.type == "nhs_number":
        return spaced(str(value))
    return str(value)


def _list(value: tuple[Any, ...], path: str, words: Dictionary) -> str:
    between = " or " if isinstance(value[0], Route) else ", "
    return between.join(value_in_words(item, path, words) or "" for item in value)


def _reading(value: Reading, path: str, words: Dictionary) -> str:
    return _measured(value.value, value.on, words.field(path).unit or "")


def _blood_pressure(value: BloodPressure, path: str, words: Dictionary) -> str:
    both = f"{value.systolic}/{value.diastolic}"
    return _measured(both, value.on, words.field(path).unit or "")


def _measured(number: str, on: date | None, ucum: str) -> str:
    gap = "" if ucum == "%" else " "
    return f"{number}{gap}{unit_words(ucum)}" + (f" on {in_words(on)}" if on else "")


_SAY: Mapping[type, Say] = {
    bool: lambda value, _path, _words: "yes" if value else "no",
    date: lambda value, _path, _words: in_words(value),
    Dose: lambda value, _path, _words: value.words,
    Interval: lambda value, _path, _words: value.words,
    Reading: _reading,
    BloodPressure: _blood_pressure,
    tuple: _list,
}


def _between(
    old: Any, new: Any, path: str, section: str, words: Dictionary, named: tuple[str, ...]
) -> Iterator[Change]:
    for f in fields(new if new is not None else old):
        if f.name == "id":
            continue
        before = getattr(old, f.name) if old is not None else None
        after = getattr(new, f.name) if new is not None else None
        if before == after:
            continue
        inner = f"{path}.{f.name}"
        if f.name == "unsure":
            yield from _unsure(before or (), after or (), path, section, words)
        elif _holds_items(before) or _holds_items(after):
            yield from _items(before or (), after or (), inner, section, words)
        elif words.fields[inner].children:
            yield from _between(
                before, after, inner, section, words, (*named, words.field(inner).label)
            )
        else:
            label = ", ".join((*named, words.field(inner).label))
            said = value_in_words(before, inner, words), value_in_words(after, inner, words)
            if said != (None, None):
                yield Change(section, inner, label, *said)


def _unsure(
    old: tuple[str, ...], new: tuple[str, ...], path: str, section: str, words: Dictionary
) -> Iterator[Change]:
    """ "I’m not sure" is an answer: that it came or went is told by the name of its question."""
    for name in dict.fromkeys((*old, *new)):
        known = words.fields.get(f"{path}.{name}")
        said = UNSURE if name in old else None, UNSURE if name in new else None
        if said[0] != said[1]:
            yield Change(section, f"{path}.{name}", known.label if known else name, *said)


def _holds_items(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _items(old: Any, new: Any, path: str, section: str, words: Dictionary) -> Iterator[Change]:
    was, now = _by_id(old), _by_id(new)
    label = words.field(path).label
    for key, item in was.items():
        if key not in now:
            yield Change(section, path, label, item_in_words(item, path, words), None)
        else:
            yield from _between(
                item, now[key], path, section, words, (label, *_name(item, path, words))
            )
    for key, item in now.items():
        if key not in was:
            yield Change(section, path, label, None, item_in_words(item, path, words))
    kept = [key for key in was if key in now]
    if kept != [key for key in now if key in was]:
        before, after = _in_order(was, path, words), _in_order(now, path, words)
        yield Change(section, path, f"{label}, order", before, after)


def _by_id(items: Any) -> dict[tuple[Any, int], Any]:
    """Items by identity; should two share one, each still counts."""
    seen: Counter[Any] = Counter()
    found = {}
    for item in items:
        found[item.id, seen[item.id]] = item
        seen[item.id] += 1
    return found


def _in_order(items: Mapping[Any, Any], path: str, words: Dictionary) -> str:
    return "; ".join(item_in_words(item, path, words) for item in items.values())


def _name(item: Any, path: str, words: Dictionary) -> tuple[str, ...]:
    """What an item is called by: where it stands in the plan, if anywhere, and its first text."""
    named = (f.name for f in fields(item) if f.name not in ("id", "stage", "text"))
    texts = (name for name in named if isinstance(getattr(item, name), str))
    parts = [name for name in ("stage", next(texts, "")) if getattr(item, name, None)]
    said = (value_in_words(getattr(item, name), f"{path}.{name}", words) for name in parts)
    return tuple(one for one in said if one)


def item_in_words(item: Any, path: str, words: Dictionary) -> str:
    """A whole item on one line: every part that is not blank."""
    parts = (
        _part_in_words(getattr(item, f.name), f"{path}.{f.name}", words)
        for f in fields(item)
        if f.name != "id"
    )
    return ", ".join(part for part in parts if part)


def _part_in_words(value: Any, path: str, words: Dictionary) -> str | None:
    """A bare "yes", "3" or date in a line says nothing: its label goes before it."""
    said = value_in_words(value, path, words)
    if said is None or not isinstance(value, bool | int | date):
        return said
    return f"{words.field(path).label.lower()}: {said}"
