"""Lays pages out and draws them: one at a time, warmed before the first person waits for one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "summary"
RENDITIONS = TEMPLATES.parent / "renditions"
# Pango's font maps are shared by the whole process and are not made for two threads at once.
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Laid:
    """A document laid out but not yet drawn."""

    document: Any

    @property
    def pages(self) -> int:
        return len(self.document.pages)

    def place(self, name: str) -> tuple[int, float] | None:
        """The page (from 1) and the height, in CSS pixels, where the element of this id starts."""
        for number, page in enumerate(self.document.pages, start=1):
            if name in page.anchors:
                return number, float(page.anchors[name][1])
        return None

    def pdf(self) -> bytes:
        with _LOCK:
            return bytes(self.document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))


def lay_out(html: str, *, style: str) -> Laid:
    """Pages of `html` under our own sheet `style` (a file of templates/summary or renditions)."""
    with _LOCK:
        # A second's work, which neither starting nor reading a plan should wait for.
        from careplan.render import typesetter  # noqa: PLC0415

        return Laid(typesetter.lay_out(html, style=style))


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
