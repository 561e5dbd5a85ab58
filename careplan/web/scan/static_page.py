"""A page that is the same bytes for everybody: rendered once, pressed, and named by its hashes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from careplan.web.scan.inline import press_page

_ROOT = Path(__file__).resolve().parents[3]
_FOLDERS = (_ROOT / "templates", _ROOT / "careplan" / "web" / "static")
# Long enough for a busy morning's second scan, short enough that a repair of this page reaches
# every browser within minutes.
_CACHE = "public, max-age=600"

Words = Callable[[str], str]
OWN_APP = ("img-src", "manifest-src")
"""What a page on the person's own phone loads besides: its picture and its manifest."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page's bytes, plain and gzipped, and every header it must be served with."""

    body: bytes
    gzip: bytes
    etag: str
    csp: str

    @property
    def headers(self) -> Mapping[str, str]:
        """Sent with either form; the sender adds Content-Encoding and Content-Length."""
        return {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": self.csp,
            "ETag": self.etag,
            "Cache-Control": _CACHE,
            "Vary": "Accept-Encoding",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
            "Cross-Origin-Opener-Policy": "same-origin",
        }


def pressed_page(
    template: str,
    shown: Mapping[str, object],
    *,
    words: Words,
    trusts: str,
    loads: tuple[str, ...] = (),
) -> tuple[str, str]:
    """The page, and the security policy under which it is served.

    `trusts`: the one Trusted Types policy that the page's script may make, or 'none'. `loads`:
    what it may load from here besides, as the policy names it.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDERS), autoescape=True, undefined=StrictUndefined
    )
    html = environment.get_template(template).render(_=words, **shown)
    pressed, scripts, styles = press_page(html)
    return pressed, _policy(scripts, styles, trusts, loads)


def static_page(template: str, *, words: Words, trusts: str, **shown: object) -> Page:
    """A page that is kept by browsers for a while; `trusts` as for `pressed_page`."""
    pressed, policy = pressed_page(template, shown, words=words, trusts=trusts)
    body = pressed.encode("utf-8")
    return Page(
        body=body,
        gzip=gzip.compress(body, compresslevel=9, mtime=0),
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
        csp=policy,
    )


def _policy(scripts: list[str], styles: list[str], trusts: str, loads: tuple[str, ...]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(scripts)}",
            f"style-src {' '.join(styles)}",
            "connect-src 'self'",
            *(f"{kind} 'self'" for kind in loads),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            f"trusted-types {trusts}",
        ]
    )


def served(page: Page) -> Response:
    """To this reader: nothing if they have it, and packed if they can unpack it."""
    response = Response(headers=dict(page.headers))
    if page.etag in request.headers.get("If-None-Match", ""):
        response.status_code = 304
        return response
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(page.gzip if zipped else page.body)
    return response
