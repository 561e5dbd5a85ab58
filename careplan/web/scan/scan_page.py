"""The page for whoever holds a scanner: a camera, a handheld reader that types, a pasted link.

What is read goes on in the address's fragment, to the viewer or to the page for signed cards, and
so never reaches the service.
"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from careplan.sharing.short_codes import read_code
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.security import POLICY
from careplan.web.words import _

MOST = 4000
"""Characters of what a scanner may type; the largest code holds fewer."""
_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""The code reader is WebAssembly, which no other page may run."""


@open_to(Reader.ANYONE)
def scan_page() -> Response:
    if request.method == "GET":
        return _page()
    typed = keepable(request.form.get("scanned", "")).strip()[:MOST]
    known = read_code(typed)
    if known:
        return _with_headers(make_response(render_template("scan/code.html", code=typed)))
    return _page(_problem(typed), status=422)


def _problem(typed: str) -> str:
    """What was typed is a key, so it is never said back."""
    if not typed:
        return _("Scan the code or type the short code first.")
    if typed.casefold().startswith("shc:/"):
        return _(
            "This is a signed card. Checking who signed it needs scripts, which are off in this "
            "browser. Use the paper: it says all that the code says, and more."
        )
    if "shlink:/" in typed:
        return _(
            "A scanned code opens only where scripts may run, because your own device unlocks it. "
            "Scripts are off in this browser. Type the short code printed beside it instead."
        )
    return _("This is not the code of a plan. Scan it again, or type the short code beside it.")


def _page(problem: str = "", status: int = 200) -> Response:
    body = render_template("scan/scan.html", problem=problem)
    return _with_headers(make_response(body, status))


def _with_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return response


def add_to(scan: Any) -> None:
    scan.add_url_rule("/scan", view_func=scan_page, methods=("GET", "POST"))
