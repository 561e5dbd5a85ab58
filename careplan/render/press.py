"""WeasyPrint behind one door: our fonts and style sheets warmed once, and nothing fetched, ever."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT.parent / "templates" / "summary"
FONTS = ROOT / "web" / "static" / "vendor" / "fonts"
FACES = {
    "careplan-font:regular": FONTS / "AtkinsonHyperlegibleNext-Regular.ttf",
    "careplan-font:bold": FONTS / "AtkinsonHyperlegibleNext-Bold.ttf",
}
# Pango's font maps are shared by the whole process and are not made for two threads at once.
_LOCK = threading.Lock()


class Refused(ValueError):
    """Something on the page asked for an address. Paper holds only what it was handed."""


class Nothing(URLFetcher):  # type: ignore[misc]
    """Hands out our own font files by name and refuses every other address."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
        path = FACES.get(url)
        if path is None:
            raise Refused(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


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
            return bytes(self.document.write_pdf())


def lay_out(html: str, *, style: str) -> Laid:
    """Pages of `html` under our own sheet `style` (a file of templates/summary)."""
    with _LOCK:
        fonts = _fonts()
        page = weasyprint.HTML(string=html, url_fetcher=Nothing())
        document = page.render(
            font_config=fonts,
            counter_style=_counters(),
            stylesheets=[_sheet(style)],
            pdf_variant="pdf/ua-1",
            pdf_tags=True,
            custom_metadata=False,
        )
    return Laid(document)


def warm() -> None:
    """Fonts found and sheets read, so that the first person does not wait for them."""
    page = "<html lang='en'><head><title>.</title></head><body><p>.</p></body></html>"
    for style in ("print.css", "card.css"):
        lay_out(page, style=style).pdf()


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _counters() -> CounterStyle:
    return CounterStyle()


@cache
def _sheet(style: str) -> weasyprint.CSS:
    text = (TEMPLATES / style).read_text("utf-8")
    return weasyprint.CSS(
        string=_faces() + text,
        font_config=_fonts(),
        counter_style=_counters(),
        url_fetcher=Nothing(),
    )


def _faces() -> str:
    """Our typeface where set-up has put it; without it, the system's own sans serif stands in."""
    weights = {"careplan-font:regular": 400, "careplan-font:bold": 700}
    return "".join(
        f'@font-face {{ font-family: "Plan"; font-weight: {weight}; src: url({url}) }}\n'
        for url, weight in weights.items()
        if FACES[url].is_file()
    )


@cache
def frames() -> Environment:
    """The papers' own templates; people's text is escaped like everywhere."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
