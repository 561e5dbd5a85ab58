"""The signed card on paper: its code at 40 mm, what it is, how it is read, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from careplan.render.press import frames, lay_out
from careplan.render.qr import card_qr_svg
from careplan.summary.wording import day

_PANEL_SIZES = (8.5, 8.0, 7.5, 7.0)
"""Points; nothing on a card is smaller than 7."""
_PANEL_ROOM = (54 - 4) * 96 / 25.4
_TITLE = "Code for when there is no signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineCode:
    """The signed card ("shc:/" and its digits) and what is said beside it.

    None: the plan is too long for one code, and the paper says that it has none. `left_out` names
    in words what the code does not hold.
    """

    card: str | None
    name: str
    version_number: int
    host: str
    left_out: tuple[str, ...] = ()
    review_due: date | None = None
    good_until: date | None = None


def on_the_page(code: OfflineCode) -> Markup:
    """The last part of the A4 page. It needs no measuring: at worst it has a page to itself."""
    return _words(code, "section", code.left_out, drawn=True)


def panel(code: OfflineCode) -> tuple[Markup, float]:
    """The wallet sheet's third panel, and the points its words are set in.

    What it left out is named while there is room, and otherwise that the paper says more; beside
    the longest name and host not even that. So it always fits, and nothing that somebody signed
    today can fail to print tomorrow.
    """
    for named in (code.left_out, (), None):
        bare = _words(code, "panel", named, drawn=False)
        size = next((one for one in _PANEL_SIZES if _fits(bare, one)), None)
        if size is not None:
            break
    return _words(code, "panel", named, drawn=True), size or _PANEL_SIZES[-1]


def too_long_for_a_card() -> str:
    """What the wallet sheet says in place of the panel."""
    return str(_macros().no_code())


def _words(code: OfflineCode, macro: str, named: tuple[str, ...] | None, *, drawn: bool) -> Markup:
    drawing = card_qr_svg(code.card, title=_TITLE) if drawn and code.card else ""
    made = getattr(_macros(), macro)(
        Markup(drawing),  # noqa: S704 - our own drawing
        code,
        day(code.good_until) if code.good_until else None,
        day(code.review_due) if code.review_due else None,
        named,
    )
    return Markup(made)  # noqa: S704 - our own markup, in which every text is escaped


def _fits(words: Markup, size: float) -> bool:
    """Laid out alone and without the drawing, whose room is fixed: that is a tenth of the work."""
    html = frames().get_template("offline-panel.html").render(_=str, words=words, size=size)
    laid = lay_out(html, style="card.css")
    start, end = laid.place("three"), laid.place("three-end")
    if laid.pages != 1 or start is None or end is None:
        return False
    return end[1] - start[1] <= _PANEL_ROOM


def _macros() -> Any:
    return frames().get_template("offline.html").make_module({"_": str})
