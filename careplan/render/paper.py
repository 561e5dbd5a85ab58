"""The A4 page: the one narrative in a paper frame, measured before anybody signs it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from careplan.render.press import Laid, frames, lay_out
from careplan.render.qr import qr_svg
from careplan.sharing.short_codes import shown
from careplan.summary.plain import plain_text
from careplan.summary.wording import moment

QR_MM = 31.0
LONGEST_LINK = 250
_SECTION = re.compile(r'<div class="([a-z0-9 -]+)">(.*?)</div>', re.DOTALL)
_NAMED = 90
# Characters that fill about one page, where columns filled one after the other hold most. Fewer or
# more are set in columns of even length.
_FULL = range(4300, 5200)
_UNBREAKABLE = "\N{NO-BREAK SPACE}"
_AMOUNT = re.compile(r'<span class="n">([^<]*)</span>')
_HEADING = re.compile(r"<h2>.*?</h2>", re.DOTALL)
_FACT = re.compile(r'<p(?: class="(\w+)")?>(.*?)</p>|<ul>(.*?)</ul>', re.DOTALL)
_ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_ACT_NOW = re.compile(r'<p class="act">(.*?)</p>')
_BESIDE = ("who", "genotype", "cured", "allergies")
_REST = ("more", "foot")


class DoesNotFit(ValueError):
    """Text that must stand on page 1, or on a card, and has no room there. `named` says which."""

    def __init__(self, named: str) -> None:
        super().__init__(f"no room on paper for: {named}")
        self.named = named


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printed page. `link` is the QR's text; without it the page holds no QR, key or code.

    `age` ("29 years") and `notices` ("Review overdue since …") are true on the day of printing.
    """

    narrative: str
    name: str
    plan_number: str
    version_number: int
    printed_at: datetime
    host: str
    link: str | None = None
    short_code: str | None = None
    age: str | None = None
    notices: tuple[str, ...] = ()


class Section(NamedTuple):
    """One section of the narrative: its id on the page, its field, and its words."""

    name: str
    field: str
    text: str


class Fields(NamedTuple):
    """The narrative in the paper's three fields: beside the QR, below it, and in columns."""

    beside: Markup
    below: Markup
    rest: Markup
    act_now: Markup


@dataclass(frozen=True, slots=True)
class Layout:
    """How a page came out: `overflow` names what of items 1 to 8 did not fit on page 1."""

    pages: int
    front_fits: bool
    overflow: str | None = None


def page_pdf(sheet: Sheet) -> bytes:
    """The page as tagged PDF (PDF/UA-1). Raises DoesNotFit rather than print a front cut in two."""
    laid, sections = _laid(sheet)
    _must_fit(_layout(laid, sections))
    return laid.pdf()


def measure(sheet: Sheet) -> Layout:
    """How many pages it takes; raises DoesNotFit naming the text when items 1 to 8 pass page 1.

    Call it before a clinician signs and before a person's words are published. A page that has
    no link yet is measured with the largest QR there can be.
    """
    if sheet.link is None:
        sheet = replace(sheet, link="X" * LONGEST_LINK, short_code="0" * 11)
    return _must_fit(_layout(*_laid(sheet)))


def _must_fit(layout: Layout) -> Layout:
    if layout.overflow is not None:
        raise DoesNotFit(layout.overflow)
    return layout


def _laid(sheet: Sheet) -> tuple[Laid, list[Section]]:
    fields, sections = _numbered(sheet.narrative)
    drawn = qr_svg(sheet.link, mm=QR_MM, title=f"QR code: {sheet.host}") if sheet.link else None
    who = f"{sheet.name}, {sheet.age}" if sheet.age else sheet.name
    copy = (
        f"{who} · Plan {sheet.plan_number}, version {sheet.version_number}"
        f" · Printed {moment(sheet.printed_at)}"
    )
    html = frames().get_template("paper.html").render(
        _=str,
        title=f"Sickle cell emergency plan: {sheet.name}",
        fields=fields,
        copy=copy,
        host=sheet.host,
        qr=Markup(drawn) if drawn else None,  # noqa: S704 - our own drawing
        code=shown(sheet.short_code) if sheet.link and sheet.short_code else None,
        notices=sheet.notices,
        even=sum(len(one.text) for one in sections) not in _FULL,
    )  # fmt: skip
    return lay_out(html, style="print.css"), sections


def _numbered(narrative: str) -> tuple[Fields, list[Section]]:
    """The narrative in the paper's three fields: beside the QR, below it, and the columns.

    Its order stays. It is our own well-formed XHTML in which people's text is escaped, so
    a "<div class" can only be ours, and holds no other.
    """
    # An unbreakable space holds a number to its unit as the span does, in half the time.
    narrative = _AMOUNT.sub(lambda found: found.group(1).replace(" ", _UNBREAKABLE), narrative)
    first = narrative.index('<div class="')
    fields = {"beside": [narrative[narrative.index(">") + 1 : first]], "below": [], "rest": []}
    sections = []
    for number, one in enumerate(_SECTION.finditer(narrative)):
        name, look, inside = f"s{number}", *one.groups()
        word = look.split()[0]
        field = "rest" if word in _REST else "beside" if word in _BESIDE else "below"
        if field == "rest":
            inside = _run_in(inside, is_foot=word == "foot")
        made = f'<section id="{name}" class="{look}">{inside}</section>'
        fields[field].append(made)
        sections.append(Section(name, field, plain_text(made)))
    beside, below, rest = (Markup("".join(parts)) for parts in fields.values())  # noqa: S704
    found = _ACT_NOW.search(narrative)
    act_now = Markup(found.group(1) if found else "")  # noqa: S704
    return Fields(beside, below, rest, act_now), sections


def _run_in(inside: str, *, is_foot: bool) -> str:
    """A section's facts as one paragraph: half the height, and half the time, of one line each.

    What the strip at the foot says (ACT NOW and which copy this is) is not said twice.
    """
    heading, text = _HEADING.search(inside), ""
    for found in _FACT.finditer(inside):
        look, line, items = found.groups()
        if look == "act" or (is_foot and look == "small"):
            continue
        piece = line if items is None else "; ".join(_ITEM.findall(items))
        gap = "" if not text else " " if text.endswith(":</b>") else " · "
        text += gap + piece
    return f"{heading.group(0) if heading else ''} <p>{text}</p>"


def _layout(laid: Laid, sections: list[Section]) -> Layout:
    """Front sections never break, so one that starts on page 1 stands there whole."""
    front = [one for one in sections if one.field != "rest"]
    places = [laid.place(one.name) for one in front]
    if all(place is not None and place[0] == 1 for place in places):
        return Layout(laid.pages, front_fits=True)
    # The longest is the one that somebody has to shorten, not the one that was pushed off.
    longest = max(front, key=lambda one: len(one.text))
    return Layout(laid.pages, front_fits=False, overflow=_named(longest.text))


def _named(text: str) -> str:
    words = " ".join(text.split())
    start = words if len(words) <= _NAMED else f"{words[:_NAMED]}…"
    return f"{start} ({len(words)} characters)"
