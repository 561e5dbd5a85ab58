"""WeasyPrint itself, which takes a second to import: `press` does that when it is first needed.

Our fonts and style sheets are read once, and nothing is fetched, ever.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from careplan.render.press import RENDITIONS, TEMPLATES

FONTS = Path(__file__).parent.parent / "web" / "static" / "vendor" / "fonts"
FACES = {
    "careplan-font:regular": FONTS / "Andika-Regular.ttf",
    "careplan-font:bold": FONTS / "Andika-Bold.ttf",
}


class Refused(ValueError):
    """Something on the page asked for an address. Paper holds only what it was handed."""


class Nothing(URLFetcher):  # type: ignore[misc]
    """Hands out our own font files by name and refuses every other address."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
        path = FACES.get(url)
        if path is None:
            raise Refused(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


def lay_out(html: str, *, style: str) -> Any:
    """WeasyPrint's document of `html` under our own sheet `style`."""
    page = weasyprint.HTML(string=html, url_fetcher=Nothing())
    return page.render(
        font_config=_fonts(),
        counter_style=_counters(),
        stylesheets=[_sheet(style)],
        pdf_variant="pdf/ua-1",
    )


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _counters() -> CounterStyle:
    return CounterStyle()


@cache
def _sheet(style: str) -> weasyprint.CSS:
    path = next(one / style for one in (TEMPLATES, RENDITIONS) if (one / style).is_file())
    text = path.read_text("utf-8")
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
