"""The narrative cut into the fields of the A4 page: beside the QR, below it, and two columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from careplan.summary.plain import plain_text

_SECTION = re.compile(r'<div class="([a-z0-9 -]+)">(.*?)</div>', re.DOTALL)
_UNBREAKABLE = "\N{NO-BREAK SPACE}"
_AMOUNT = re.compile(r'<span class="n">([^<]*)</span>')
_HEADING = re.compile(r"<h2>.*?</h2>", re.DOTALL)
_FACT = re.compile(r'<p(?: class="(\w+)")?>(.*?)</p>|<ul>(.*?)</ul>', re.DOTALL)
_ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_ACT_NOW = re.compile(r'<p class="act">(.*?)</p>')
_TAG = re.compile(r"<[^>]*>")
_BESIDE = ("who", "genotype", "cured", "allergies")
_REST = ("more", "foot")
_EDGES = 60
"""Characters' worth of room that a section takes beside its words: its last line and its rule."""


class Section(NamedTuple):
    """One section of the narrative: its id on the page, its field, and its words."""

    name: str
    field: str
    text: str


class RunIn(NamedTuple):
    """A section of the columns as one paragraph: how it opens, and its facts with their gaps."""

    opening: str
    look: str
    facts: tuple[str, ...]

    @property
    def whole(self) -> str:
        return f"{self.opening}{''.join(self.facts)}</p></section>"

    @property
    def room(self) -> int:
        return _EDGES + _room(self.opening) + sum(map(_room, self.facts))

    def cut(self, room: int) -> tuple[str, str]:
        """In two at the fact that ends nearest to `room`; the second part has no heading."""
        used, best = _EDGES + _room(self.opening), 0
        for number, fact in enumerate(self.facts, start=1):
            if abs(used + _room(fact) - room) >= abs(used - room):
                break
            used, best = used + _room(fact), number
        first, second = "".join(self.facts[:best]), "".join(self.facts[best:])
        if not first or not second:
            return (self.whole, "") if first else ("", self.whole)
        again = f'<section class="{self.look}"><p>{second.lstrip(" ·;")}</p></section>'
        return f"{self.opening}{first}</p></section>", again


class Fields(NamedTuple):
    """The narrative in the paper's three fields: beside the QR, below it, and in columns."""

    beside: Markup
    below: Markup
    rest: Markup
    halves: tuple[Markup, Markup]
    act_now: Markup


def numbered(narrative: str) -> tuple[Fields, list[Section]]:
    """The fields, and each section by its number. The order of the narrative stays.

    It is our own well-formed XHTML in which people's text is escaped, so a "<div class" can only
    be ours, and holds no other.
    """
    # An unbreakable space holds a number to its unit as the span does, in half the time.
    narrative = _AMOUNT.sub(lambda found: found.group(1).replace(" ", _UNBREAKABLE), narrative)
    start = narrative.index('<div class="')
    fields = {"beside": [narrative[narrative.index(">") + 1 : start]], "below": []}
    sections, rest = [], []
    for number, one in enumerate(_SECTION.finditer(narrative)):
        name, look, inside = f"s{number}", *one.groups()
        word = look.split()[0]
        field = "rest" if word in _REST else "beside" if word in _BESIDE else "below"
        if field == "rest":
            rest.append(_run_in(name, look, inside))
            made = rest[-1].whole
        else:
            made = f'<section id="{name}" class="{look}">{inside}</section>'
            fields[field].append(made)
        sections.append(Section(name, field, plain_text(made)))
    found = _ACT_NOW.search(narrative)
    return Fields(
        beside=_joined(fields["beside"]),
        below=_joined(fields["below"]),
        rest=_joined([one.whole for one in rest]),
        halves=_halves(rest),
        act_now=Markup(found.group(1) if found else ""),  # noqa: S704 - our own markup
    ), sections


def _joined(parts: Sequence[str]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 - our own markup


def _run_in(name: str, look: str, inside: str) -> RunIn:
    """A section's facts as one paragraph: half the height, and half the time, of one line each.

    What the strip at the foot says (ACT NOW and which copy this is) is not said twice.
    """
    heading, facts = _HEADING.search(inside), list[str]()
    for found in _FACT.finditer(inside):
        kind, line, items = found.groups()
        if kind == "act" or (look == "foot" and kind == "small"):
            continue
        for number, piece in enumerate([line] if items is None else _ITEM.findall(items)):
            led = bool(facts) and facts[-1].endswith(":</b>")
            gap = "" if not facts else " " if led else "; " if number else " · "
            facts.append(gap + piece)
    opening = f'<section id="{name}" class="{look}">{heading.group(0) if heading else ""} <p>'
    return RunIn(opening, look, tuple(facts))


def _halves(rest: Sequence[RunIn]) -> tuple[Markup, Markup]:
    """Two columns of about the same length, guessed from the number of letters."""
    left, right = [], []
    room = sum(one.room for one in rest) // 2
    for one in rest:
        if one.room <= room:
            left.append(one.whole)
            room -= one.room
        elif room > 0:
            first, second = one.cut(room)
            left.append(first)
            right.append(second)
            room = 0
        else:
            right.append(one.whole)
    return _joined(left), _joined(right)


def _room(text: str) -> int:
    return len(_TAG.sub("", text))
