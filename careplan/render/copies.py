"""The copies for others as PDF: large print, the ambulance page, the page for school, the GP copy.

Each is the facts that `summary` decided in a frame of its own. Only the page for school must fit
one sheet; the others take as many numbered pages as they need, and nothing is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from markupsafe import Markup

from careplan.render.paper import DoesNotFit
from careplan.render.press import Laid, frames, lay_out
from careplan.render.qr import qr_svg
from careplan.sharing.short_codes import shown
from careplan.summary.blocks import Block
from careplan.summary.copies import Copy
from careplan.summary.narrative import fragment
from careplan.summary.wording import day, moment

QR_MM = 31.0
SCHOOL_SIZES = (12.0, 11.5, 11.0, 10.5, 10.0)
"""Points, the largest that fits one page; nothing is smaller than ten."""
_AMOUNT = re.compile(r'<span class="n">([^<]*)</span>')
_UNBREAKABLE = "\N{NO-BREAK SPACE}"
_NAMED = 90


class Look(StrEnum):
    """Which frame: the class of the body in copy.css."""

    LARGE = "large"
    AMBULANCE = "ambulance"
    SCHOOL = "school"
    GP = "gp"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySheet:
    """`body` is markup of the summary room. Without `link` there is no QR, key or code on it."""

    look: Look
    title: str
    name: str
    body: str
    plan_number: str
    version_number: int
    printed_at: datetime
    host: str
    lead: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    link: str | None = None
    short_code: str | None = None


def copy_pdf(sheet: CopySheet) -> bytes:
    """Tagged PDF (PDF/UA-1). Raises DoesNotFit where a page for school needs a second sheet."""
    return _laid(sheet).pdf()


def school_fits(sheet: CopySheet, page: Copy) -> None:
    """Raises DoesNotFit, naming the longest part, when the page does not fit in its smallest type.

    What surely fits is not laid out: most people have no long words for school.
    """
    if not surely_fits(page.blocks) and _set(sheet, SCHOOL_SIZES[-1]).pages > 1:
        raise DoesNotFit(_longest(page.blocks))


def body_of(blocks: Iterable[Block]) -> str:
    return "".join(fragment(block) for block in blocks)


def _laid(sheet: CopySheet) -> Laid:
    if sheet.look is not Look.SCHOOL:
        return _set(sheet, None)
    for points in SCHOOL_SIZES:
        laid = _set(sheet, points)
        if laid.pages == 1:
            return laid
    raise DoesNotFit(f"page for school: {sheet.name}")


def _set(sheet: CopySheet, points: float | None) -> Laid:
    drawn = qr_svg(sheet.link, mm=QR_MM, title=f"QR code: {sheet.host}") if sheet.link else None
    # A space that does not break holds a number to its unit, and still lets a monster be broken.
    body = _AMOUNT.sub(lambda found: found[1].replace(" ", _UNBREAKABLE), sheet.body)
    html = frames().get_template("copy.html").render(
        _=str,
        look=str(sheet.look),
        points=points,
        title=sheet.title,
        name=sheet.name,
        copy=_which(sheet),
        qr=Markup(drawn) if drawn else None,  # noqa: S704 - our own drawing
        code=shown(sheet.short_code) if sheet.link and sheet.short_code else None,
        host=sheet.host,
        lead=sheet.lead,
        after=sheet.after,
        notices=sheet.notices,
        body=Markup(body),  # noqa: S704 - our own markup, in which people's text is escaped
    )  # fmt: skip
    return lay_out(html, style="copy.css")


def _which(sheet: CopySheet) -> str:
    """Which copy this is, at the foot of each page; in large print only what has room there."""
    if sheet.look is Look.LARGE:
        return f"{sheet.name} · Version {sheet.version_number}, printed {day(sheet.printed_at)}"
    copy = f"Plan {sheet.plan_number}, version {sheet.version_number}"
    return f"{sheet.name} · {copy} · Printed {moment(sheet.printed_at)}"


_LETTERS_ON_A_LINE = 38
_LINES = 88
_PLAIN = re.compile(r"[\u0000-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2026]*")
_WIDE = re.compile(r"[mwMW@%—…]")
_CAPITAL = re.compile(r"[A-Z]")


def surely_fits(blocks: tuple[Block, ...]) -> bool:
    """An estimate on the safe side, for Latin letters: lines of one column in the smallest type."""
    lines = 0.0
    for block in blocks:
        lines += 2
        for fact in block.facts:
            text = f"{fact.label or ''} {fact.text}"
            if not _PLAIN.fullmatch(text):
                return False
            broad = 0.7 * len(_WIDE.findall(text)) + 0.2 * len(_CAPITAL.findall(text))
            lines += 1 + (len(text) + broad) // _LETTERS_ON_A_LINE
    return lines <= _LINES


def _longest(blocks: tuple[Block, ...]) -> str:
    own = [block for block in blocks if block.id != "signs"]
    texts = [" ".join(f"{one.label or ''} {one.text}" for one in block.facts) for block in own]
    text = " ".join(max(texts, key=len).split())
    start = text if len(text) <= _NAMED else f"{text[:_NAMED]}…"
    return f"page for school: {start} ({len(text)} characters)"
