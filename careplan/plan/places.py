"""A place in a plan that people can point at: a field, a list item by its id for life, or a part
of that item; and what stands there in a section's plain values."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS
from careplan.plan.changes import item_in_words, value_in_words
from careplan.plan.codec import Unreadable, canonical, from_plain
from careplan.plan.dictionary import Dictionary, Field

Plain = Mapping[str, Any]


class Gone(LookupError):
    """The item this is about is not in the list any more."""


class NoSuchPlace(LookupError):
    """The plan has no such field, or an item was named where there are none."""


@dataclass(frozen=True, slots=True)
class Place:
    """`path` is the dictionary's, such as "pain_plan.steps.dose"; `item` the id of a list item."""

    path: str
    item: str | None = None

    @property
    def section(self) -> str:
        return self.path.partition(".")[0]


def check_place(place: Place, words: Dictionary) -> Field:
    """The field, where people may talk about it. Raises NoSuchPlace."""
    field = words.fields.get(place.path)
    if field is None or place.section not in (*OWN_WORDS, *CLINICAL) or field.shown == "status":
        raise NoSuchPlace(place.path)
    if place.section in words.left_out:  # this condition's plan has no such section
        raise NoSuchPlace(place.path)
    if (place.item is not None) != _needs_item(place, words):
        raise NoSuchPlace(place.path)
    return field


def _needs_item(place: Place, words: Dictionary) -> bool:
    """A part of an item needs to know which; a list may be meant as a whole or by one item."""
    parent = place.path.rpartition(".")[0]
    if parent in words.fields and words.field(parent).type == "list":
        return True
    return words.field(place.path).type == "list" and place.item is not None


def is_whole_item(place: Place, words: Dictionary) -> bool:
    return place.item is not None and words.field(place.path).type == "list"


def value_at(plain: Plain, place: Place) -> Any:
    """What stands there in a section's plain values; None for a blank. Raises Gone."""
    holder, name = _walk(plain, place)
    return holder if name is None else holder.get(name)


def put_at(plain: Plain, place: Place, value: Any) -> dict[str, Any]:
    """The section with `value` there and everything else as it was. Raises Gone."""
    changed = copy.deepcopy(dict(plain))
    parts = place.path.split(".")[1:]
    holder: Any = changed
    for part in parts[:-1]:
        inner = holder.get(part)
        if place.item is not None:
            holder = _item(inner or [], place)
        else:
            holder = holder.setdefault(part, {})
    holder[parts[-1]] = value
    unsure = [name for name in holder.get("unsure", ()) if name != parts[-1]]
    if holder.pop("unsure", None) and unsure:
        holder["unsure"] = unsure
    return changed


def _walk(plain: Plain, place: Place) -> tuple[Any, str | None]:
    """The object that holds the value and the value's name in it; an item is its own holder."""
    *groups, name = place.path.split(".")[1:]
    holder: Any = plain
    for part in groups:
        inner = holder.get(part)
        holder = (inner or {}) if place.item is None else _item(inner or [], place)
    found = holder.get(name)
    if place.item is not None and not groups:
        return _item(found or [], place), None
    return holder, name


def _item(items: list[Any], place: Place) -> Any:
    for one in items:
        if isinstance(one, dict) and one.get("id") == place.item:
            return one
    raise Gone(place.path)


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same value."""
    return canonical(one) == canonical(other)


# --- in words ------------------------------------------------------------------------------------


def kind_at(path: str) -> Any:
    """The type hint of a field, such as tuple[Route, ...] or str | None."""
    section, *inner, name = path.split(".")
    found: Any = SECTIONS[section]
    for part in inner:
        found = _bare(get_type_hints(found)[part])
    return get_type_hints(found)[name]


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (arg for arg in get_args(kind) if arg is not type(None))
    return get_args(kind)[0] if get_origin(kind) is tuple else kind


def fits_at(path: str, value: Any) -> bool:
    """Whether the plan can hold this plain value there."""
    try:
        return value is not None and from_plain(kind_at(path), value, path) is not None
    except Unreadable:
        return False


def said_at(plain: Plain, place: Place, words: Dictionary) -> str | None:
    """What stands there as people read it; None for a blank. Raises Gone."""
    return in_words_at(value_at(plain, place), place, words)


def in_words_at(value: Any, place: Place, words: Dictionary) -> str | None:
    """A plain value of this place as people read it."""
    if value is None or value == []:
        return None
    field = words.field(place.path)
    kind = kind_at(place.path)
    try:
        if is_whole_item(place, words) or field.type == "group":
            return item_in_words(from_plain(_bare(kind), value), place.path, words) or None
        made = from_plain(kind, value, place.path)
    except Unreadable:
        return None if isinstance(value, dict | list) else str(value)
    if field.type == "list":
        items: Any = made
        said = (item_in_words(one, place.path, words) for one in items)
        return "; ".join(one for one in said if one) or None
    return value_in_words(made, place.path, words)


def label_at(place: Place, plain: Plain, words: Dictionary) -> str:
    """What a place is called: "Pain plan: Steps, morphine 10 mg: Dose"."""
    section = words.sections[place.section]
    parts = place.path.split(".")
    labels = [
        words.field(".".join(parts[: end + 1])).label
        for end in range(1, len(parts))
        if ".".join(parts[: end + 1]) in words.fields
    ]
    if place.item is not None:
        labels[0] = f"{labels[0]} ({_item_name(place, plain, words)})"
    return ": ".join(dict.fromkeys((section.title, *labels)))


_LONGEST_NAME = 60


def _item_name(place: Place, plain: Plain, words: Dictionary) -> str:
    """What an item is called by: where it stands in the plan, if anywhere, and its first words."""
    path = ".".join(place.path.split(".")[:2])
    try:
        item = value_at(plain, Place(path, place.item))
    except Gone:
        return "…"
    texts = [one for one in words.field(path).children if words.field(one).type in ("line", "text")]
    stages = [f"{path}.{name}" for name in ("stage", "kind") if f"{path}.{name}" in words.fields]
    named = [*stages, *[one for one in texts if item.get(_last(one))][:1]]
    said = (in_words_at(item.get(_last(one)), Place(one), words) for one in named)
    name = ", ".join(one for one in said if one)
    name = name or in_words_at(item, Place(path, place.item), words) or "…"
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


# --- what may be filled in -----------------------------------------------------------------------

_FILLED = {
    *("line", "text", "phone", "number", "decimal", "date", "partial_date"),
    *("yes_no", "answer3", "choice", "choices"),
}
_A_DOSE = re.compile(
    r"\d\s*(mg|mcg|µg|μg|ug|g|ml|mls|micrograms?|milligrams?|grams?|units?|iu|tablets?|capsules?"
    r"|drops?|puffs?|patch(es)?|sachets?|ampoules?|vials?|%)\b",
    re.IGNORECASE,
)


def may_be_filled(place: Place, words: Dictionary) -> bool:
    """Whether an accepted value may be put into the draft by the program.

    Never into a section that holds doses or what somebody must not be given: there an accepted
    suggestion is words, which whoever owns the section types themselves (R22; allergies are a
    union, from which nothing may be taken by accepting).
    """
    if place.section in _typed_by_hand(words):
        return False
    return words.field(place.path).type in _FILLED


def names_a_dose(text: str) -> bool:
    return bool(_A_DOSE.search(text))


def _typed_by_hand(words: Dictionary) -> set[str]:
    dosed = {
        path.partition(".")[0]
        for path, one in words.fields.items()
        if one.type in ("dose", "interval")
    }
    return dosed | {"my_medicines", "allergies", "my_allergies"}
