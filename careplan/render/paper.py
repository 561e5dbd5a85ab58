"""The A4 page: the one narrative in a paper frame, measured before anybody signs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from careplan.render.columns import Section, numbered
from careplan.render.offline import OfflineCode, on_the_page
from careplan.render.press import Laid, frames, lay_out
from careplan.render.qr import qr_svg
from careplan.sharing.short_codes import shown
from careplan.summary.wording import moment

QR_MM = 31.0
LONGEST_LINK = 250
_NAMED = 90
# A page holds about so many letters, those of items 1 to 8 counted twice for their size. Well below
# it two halves are laid out in half the time of columns; about full, columns filled one after the
# other hold most; above, columns of even length turn over.
_HALVES, _FULL = 5500, 6300


class DoesNotFit(ValueError):
    """Text that must stand on page 1, or on a card, and has no room there. `named` says which."""

    def __init__(self, named: str) -> None:
        super().__init__(f"no room on paper for: {named}")
        self.named = named


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printed page. `link` is the QR's text; without it the page holds no QR, key or code,
    and no signed card either.

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
    title: str = "Emergency plan"
    offline: OfflineCode | None = None


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
    fields, sections = numbered(sheet.narrative)
    drawn = qr_svg(sheet.link, mm=QR_MM, title=f"QR code: {sheet.host}") if sheet.link else None
    who = f"{sheet.name}, {sheet.age}" if sheet.age else sheet.name
    copy = (
        f"{who} · Plan {sheet.plan_number}, version {sheet.version_number}"
        f" · Printed {moment(sheet.printed_at)}"
    )
    page = frames().get_template("paper.html")
    facts = {
        "_": str,
        "title": f"{sheet.title}: {sheet.name}",
        "fields": fields,
        "copy": copy,
        "host": sheet.host,
        "qr": Markup(drawn) if drawn else None,  # noqa: S704 - our own drawing
        "code": shown(sheet.short_code) if sheet.link and sheet.short_code else None,
        "notices": sheet.notices,
        "offline": on_the_page(sheet.offline) if sheet.link and sheet.offline else None,
    }
    length = sum(len(one.text) * (1 if one.field == "rest" else 2) for one in sections)
    coded = facts["offline"] is not None
    for columns, most in (("halves", _HALVES), ("rest", _FULL)):
        if length <= most and (coded or columns == "halves"):
            laid = lay_out(page.render(facts, columns=columns, coded=coded), style="print.css")
            end = laid.place("end")
            if end is not None and end[0] == 1:
                return laid, sections
    columns = "rest" if length <= _FULL else "rest even"
    html = page.render(facts, columns=columns, coded=False)
    return lay_out(html, style="print.css"), sections


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
