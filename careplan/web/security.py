"""What every answer carries, errors included: headers, a strict content policy, no caching."""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_IN_A_WINDOW = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""Only what opens in a window has one to guard: on a slow line a plan does not wait for these."""
_HSTS = "max-age=31536000; includeSubDomains"
MAX_BODY = 512 * 1024
LARGER = {"photo.home": 2_200_000, "team.invite": 2_200_000}
"""Doors at which a file is handed in, and how many bytes each takes."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_MACHINE = ("/m/", "/u/", "/f/")
"""Links and their files: asked for by other people's software, guarded by a 256-bit address."""
_NO_LETTER = re.compile(
    rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xb7[\x90-\xaf]|\xef\xbf[\xbe\xbf]"
    rb"|[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]"
)
"""What no HTML page may hold, in UTF-8: signs that steer machines, and those that are no letter."""
_UNKNOWN_LETTER = "\N{REPLACEMENT CHARACTER}".encode()
_PROGRAMS = (
    *_MACHINE,
    *("/fhir/", "/.well-known/", "/measures.json"),
    *("/going-in/taps", "/my-copy/still"),
)
"""Where nobody reads a page: other people's software, and the workers of ours."""


class InMemory(Request):
    """A file that comes in lies in memory, and never in clear in a temporary file."""

    def _get_file_stream(self, *_facts: object, **_more: object) -> IO[bytes]:
        return BytesIO()


def install(app: Flask, *, https: bool) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 2000
    app.request_class = InMemory

    always = _ALWAYS | ({"Strict-Transport-Security": _HSTS} if https else {})
    every_asset = always | _IN_A_WINDOW
    to_programs = always | {"Cache-Control": "no-store"}
    every_page = every_asset | to_programs

    @app.before_request
    def _let_files_in() -> None:
        larger = LARGER.get(request.endpoint or "")
        if larger is not None:
            request.max_content_length = larger

    @app.before_request
    def _refuse_cross_site() -> None:
        """A browser says where a request comes from; a form on another site may not write here."""
        writes = request.method not in _SAFE and not request.path.startswith(_MACHINE)
        if writes and _from_elsewhere():
            abort(403)

    @app.after_request
    def _headers(response: Response) -> Response:
        _only_letters(response)
        said = {name.lower() for name, _ in response.headers}
        # A link's own reader is spared every byte it has no use for.
        known = to_programs if to_a_reader_of_links() else every_page
        known = every_asset if _is_asset(response) else known
        response.headers.extend((n, v) for n, v in known.items() if n.lower() not in said)
        return response


def _only_letters(response: Response) -> None:
    """What somebody typed is shown again as they typed it, and some signs no page can show: they
    become the mark of an unknown letter. Nothing that is kept holds any, for it is refused. A page
    that lies packed was made of our own words alone."""
    packed = "Content-Encoding" in response.headers or response.is_streamed
    if response.mimetype == "text/html" and not packed:
        page = response.get_data()
        if _NO_LETTER.search(page):
            response.set_data(_NO_LETTER.sub(_UNKNOWN_LETTER, page))


def for_machines() -> bool:
    """Whether a program asked, and wants JSON even when told no."""
    return request.path.startswith(_PROGRAMS)


def to_a_reader_of_links() -> bool:
    """Whether a link's own reader asked, who is spared every byte that is of no use there."""
    return request.path.startswith(_MACHINE)


def _from_elsewhere() -> bool:
    """Sec-Fetch-Site where the browser sends it, otherwise Origin.

    We never send a referrer, and so browsers make the Origin of our own forms "null": that alone
    proves nothing either way, and the form token is still asked for.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.host


def _is_asset(response: Response) -> bool:
    """Style, script, font or picture that was really there; they may be kept."""
    return request.endpoint == "static" and response.status_code < 400
