"""Lays pages out and draws them: one at a time, warmed before the first person waits for one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "summary"
RENDITIONS = TEMPLATES.parent / "renditions"
# Pango's font maps are shared by the whole process and are not made for two threads at once.
_LOCK = threading.Lock()


_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class _Measured:
    """How many pages, and where each named element starts: page (from 1) and height."""

    pages: int
    places: Mapping[str, tuple[int, float]]


class _Measures:
    """What came out of pages laid out lately, by their hash; of their words nothing is kept.

    One signature measures the same sheets three times: before it is offered, when it is made and
    before it is published.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Measured] = OrderedDict()

    def of(self, html: str, style: str) -> _Measured | None:
        name = self._name(html, style)
        if name in self._kept:
            self._kept.move_to_end(name)
        return self._kept.get(name)

    def keep(self, html: str, style: str, measured: _Measured) -> None:
        self._kept[self._name(html, style)] = measured
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)

    def _name(self, html: str, style: str) -> bytes:
        return sha256(f"{style}\n{html}".encode()).digest()


_MEASURES = _Measures()


@dataclass(frozen=True)
class Laid:
    """A document measured but not yet drawn. It is laid out again only when it is to be drawn and
    was measured before."""

    html: str = field(repr=False)
    style: str
    measured: _Measured
    document: Any = field(default=None, repr=False)

    @property
    def pages(self) -> int:
        return self.measured.pages

    def place(self, name: str) -> tuple[int, float] | None:
        """The page (from 1) and the height, in CSS pixels, where the element of this id starts."""
        return self.measured.places.get(name)

    def pdf(self) -> bytes:
        with _LOCK:
            document = self.document or _set(self.html, self.style)
            return bytes(document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))


def lay_out(html: str, *, style: str) -> Laid:
    """Pages of `html` under our own sheet `style` (a file of templates/summary or renditions)."""
    with _LOCK:
        measured = _MEASURES.of(html, style)
        if measured is not None:
            return Laid(html, style, measured)
        document = _set(html, style)
        measured = _measure(document)
        _MEASURES.keep(html, style, measured)
        return Laid(html, style, measured, document)


def _set(html: str, style: str) -> Any:
    # A second's work, which neither starting nor reading a plan should wait for.
    from careplan.render import typesetter  # noqa: PLC0415

    return typesetter.lay_out(html, style=style)


def _measure(document: Any) -> _Measured:
    places: dict[str, tuple[int, float]] = {}
    for number, page in enumerate(document.pages, start=1):
        for name, where in page.anchors.items():
            places.setdefault(name, (number, float(where[1])))
    return _Measured(len(document.pages), places)


def warm() -> None:
    """WeasyPrint imported, fonts found and sheets read, so that nobody waits for them later."""
    page = "<html lang='en'><head><title>.</title></head><body><p>.</p></body></html>"
    for style in ("print.css", "card.css"):
        lay_out(page, style=style).pdf()


@cache
def frames() -> Environment:
    """The papers' own templates; people's text is escaped like everywhere."""
    return Environment(
        loader=FileSystemLoader([TEMPLATES, RENDITIONS]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
