"""What in a plan can be talked about: its sections, and every place in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort

from careplan.acts.talks import hidden_from_carers, section_seen
from careplan.plan.care_plan import CLINICAL, OWN_WORDS
from careplan.plan.conversation import Side, owner_of
from careplan.plan.places import Place, in_words_at, value_at
from careplan.web.conversation.door import Door
from careplan.web.forms.pages import section_pages
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Row:
    """A place in a section: what it is called, what stands there, and where to talk about it."""

    label: str
    now: str
    href: str
    parts: tuple[Row, ...] = ()


def about(door: Door) -> str:
    """Every section that can be talked about: the person's own, then the team's."""
    sections = door.words.sections
    groups = [
        (
            title,
            [
                (sections[name].title, door.to("section", section=name))
                for name in names
                if name in sections and name not in door.words.left_out
            ],
        )
        for title, names in (
            (_("What the team writes"), CLINICAL),
            (_own_title(door), OWN_WORDS),
        )
    ]
    return door.show("about", groups=groups if door.side is Side.PATIENT else groups[::-1])


def _own_title(door: Door) -> str:
    if door.side is Side.PATIENT:
        return _("Your own words")
    return _("What %(name)s wrote", name=door.called)


def section(door: Door, name: str) -> str:
    words = door.words
    if name not in door.sections or name not in words.sections or name in words.left_out:
        abort(404)
    plain = section_seen(here().world, by=who(), patient_id=door.patient_id, section=name)
    rows = [row for path in _in_order(door, name) for row in _rows(door, path, plain)]
    theirs = owner_of(name) is not door.side
    title = door.words.sections[name].title
    return door.show("section", rows=rows, section_title=title, theirs=theirs)


def _in_order(door: Door, name: str) -> tuple[str, ...]:
    """A section's fields as its pages ask them: what matters most comes first."""
    every = door.words.sections[name].fields
    asked = [path for page in section_pages(name, door.condition).pages for path in page.fields]
    return tuple(sorted(every, key=lambda path: asked.index(path) if path in asked else 1000))


def _rows(door: Door, path: str, plain: Mapping[str, Any]) -> list[Row]:
    words = door.words
    known = words.field(path)
    if known.shown == "status" or (door.helping and hidden_from_carers(Place(path))):
        return []
    if known.type != "list":
        parts = tuple(_row(door, Place(inner), plain) for inner in known.children)
        return [_row(door, Place(path), plain, parts)]
    found = []
    for item in value_at(plain, Place(path)) or ():
        inner = (one for one in known.children if words.field(one).shown != "status")
        parts = tuple(
            _row(door, Place(one, item["id"]), plain)
            for one in inner
            if item.get(one.rpartition(".")[2]) is not None
        )
        found.append(_row(door, Place(path, item["id"]), plain, parts))
    missing = Row(_("%(list)s: something is missing", list=known.label), "", _new(door, path))
    return [*found, missing]


def _row(door: Door, place: Place, plain: Mapping[str, Any], parts: tuple[Row, ...] = ()) -> Row:
    words = door.words
    now = in_words_at(value_at(plain, place), place, words) or _("Nothing written")
    return Row(words.field(place.path).label, now, _new(door, place.path, place.item), parts)


def _new(door: Door, path: str, item: str | None = None) -> str:
    return door.to("new", where=path, item=item)
