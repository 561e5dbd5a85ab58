"""The doors of somebody who has never met the person: the scanned link, and the short code."""

from __future__ import annotations

import gzip
from functools import cache
from typing import Any

from flask import Blueprint, Response, render_template, request

from careplan.acts.late import open_by_code
from careplan.acts.opening import Reader as Stranger
from careplan.acts.opening import Shown, chip_of
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.narratives import framed
from careplan.web.scan import card_page, scan_page
from careplan.web.scan.frame import frame_style
from careplan.web.scan.machine import MOST_ANSWER
from careplan.web.scan.replying import beside
from careplan.web.scan.static_page import Page, served
from careplan.web.scan.viewer import viewer_page
from careplan.web.words import _, gettext

scan = Blueprint("scan", __name__)


@cache
def _viewer() -> Page:
    return viewer_page(gettext)


@scan.get("/s")
@open_to(Reader.ANYONE)
def viewer() -> Response:
    """The same static bytes for everybody: the plan is in the fragment, which never gets here."""
    return served(_viewer())


def _packed(response: Response) -> Response:
    """Smaller on a slow network. Safe here alone: this page holds nothing that was typed, and its
    ticket is another one each time."""
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


@scan.route("/code", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def code() -> Any:
    """The second door, for locked-down computers, handheld scanners and no script."""
    if request.method == "GET":
        crew = request.args.get("order") == "ambulance"
        return render_template("scan/code.html", problem=None, code="", ambulance=crew)
    for_crew = request.form.get("order") == "ambulance"
    typed = request.form.get("code", "")[:MOST_ANSWER]
    reader = Stranger(
        request.form.get("birth_date", "")[:MOST_ANSWER], "", here().now(), here().today()
    )
    found = open_by_code(
        here().world,
        reader,
        code=typed,
        passcode=request.form.get("passcode", "")[:MOST_ANSWER],
        for_crew=for_crew,
    )
    if isinstance(found, Shown):
        chip = chip_of(found.patient, here().today())
        style, policy = frame_style()
        body = render_template(
            "scan/shown.html",
            plan=framed(found.narrative),
            chip=chip,
            notices=found.notices,
            now=here().now(),
            style=style,
            not_for_crew=for_crew and not found.for_crew,
            **beside(
                found.reply,
                narrative=found.narrative,
                chip=chip,
                version=found.patient.current_version,
                notices=found.notices,
                going=found.going,
            ),
        )
        return _packed(Response(body, headers={"Content-Security-Policy": policy}))
    # A wait is said to everybody alike: only a real code could be waiting.
    problem = _(
        "That code and answer do not open a plan. Check both. "
        "After three tries, wait half a minute."
    )
    page = render_template("scan/code.html", problem=problem, code=typed, ambulance=for_crew)
    return page, 404


card_page.add_to(scan)
scan_page.add_to(scan)
