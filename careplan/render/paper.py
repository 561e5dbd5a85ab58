"""The A4 page: the one narrative in a paper frame, measured before anybody signs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from careplan.render.press import Laid, frames, lay_out
from careplan.render.qr import qr_svg
from careplan.sharing.short_codes import shown
from careplan.summary.plain import plain_text
from careplan.summary.wording import moment

QR_MM = 31.0
_SECTION = re.compile(r'<section class="([a-z0-9 -]+)">(.*?)</section>', re.DOTALL)
_BESIDE = ("who", "genotype", "allergies")
_REST = ("more", "foot")


class DoesNotFit(ValueError):
    """Text that items 1 to 8 need on page 1 and that page 1 has no room for. `named` says which."""

    def __init__(self, named: str) -> None:
        super().__init__(f"does not fit on page 1: {named}")
        self.named = named


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printed page. `link` is the QR's text; without it the page holds no QR, key or code."""

    narrative: str
    name: str
    plan_number: str
    version_number: int
    printed_at: datetime
    host: str
    act_now: str
    link: str | None = None
    short_code: str | None = None
    notices: tuple[str, ...] = ()


class Fields(NamedTuple):
    """The narrative in the paper's three fields: beside the QR, below it, and in columns."""

    beside: Markup
    below: Markup
    rest: Markup


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

    Call it before a clinician signs and before a person's words are published.
    """
    return _must_fit(_layout(*_laid(sheet)))


def _must_fit(layout: Layout) -> Layout:
    if layout.overflow is not None:
        raise DoesNotFit(layout.overflow)
    return layout


def _laid(sheet: Sheet) -> tuple[Laid, list[tuple[str, str]]]:
    fields, sections = _numbered(sheet.narrative)
    qr = None
    if sheet.link:
        qr = Markup(qr_svg(sheet.link, mm=QR_MM, title=f"QR code: {sheet.host}"))  # noqa: S704 - our own drawing
    copy = (
        f"{sheet.name} · Plan {sheet.plan_number}, version {sheet.version_number}"
        f" · Printed {moment(sheet.printed_at)}"
    )
    html = frames().get_template("paper.html").render(
        _=str,
        title=f"Sickle cell emergency plan: {sheet.name}",
        fields=fields,
        act_now=sheet.act_now,
        copy=copy,
        host=sheet.host,
        link=sheet.link,
        qr=qr,
        code=shown(sheet.short_code) if sheet.link and sheet.short_code else None,
        notices=sheet.notices,
    )  # fmt: skip
    return lay_out(html, style="print.css"), sections


def _numbered(narrative: str) -> tuple[Fields, list[tuple[str, str]]]:
    """The narrative in the paper's three fields: beside the QR, below it, and the columns.

    Its order stays. It is our own well-formed XHTML in which people's text is escaped, so
    "<section" can only be ours.
    """
    first = narrative.index("<section")
    fields = {"beside": [narrative[narrative.index(">") + 1 : first]], "below": [], "rest": []}
    sections = []
    for number, found in enumerate(_SECTION.finditer(narrative)):
        name, look, inside = f"s{number}", *found.groups()
        sections.append((name, look))
        word = look.split()[0]
        field = "rest" if word in _REST else "beside" if word in _BESIDE else "below"
        fields[field].append(f'<section id="{name}" class="{look}">{inside}</section>')
    beside, below, rest = (Markup("".join(parts)) for parts in fields.values())  # noqa: S704
    return Fields(beside, below, rest), sections


def _layout(laid: Laid, sections: list[tuple[str, str]]) -> Layout:
    """Front sections never break, so one that starts on page 1 stands there whole."""
    for name, look in sections:
        place = laid.place(name)
        if look.split()[0] not in _REST and (place is None or place[0] > 1):
            return Layout(laid.pages, front_fits=False, overflow=look)
    return Layout(laid.pages, front_fits=True)


__all__ = ["DoesNotFit", "Layout", "Sheet", "measure", "page_pdf", "plain_text"]
