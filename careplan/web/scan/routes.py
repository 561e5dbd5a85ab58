"""The doors of somebody who has never met the person: the scanned link, and the short code."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup

from careplan.acts.opening import (
    Asks,
    Dead,
    MustWait,
    Opened,
    Shown,
    chip_of,
    location_of,
    open_by_code,
    open_file,
    open_link,
)
from careplan.acts.opening import Reader as Stranger
from careplan.sharing.links import Opening
from careplan.store.link_files import LinkFile
from careplan.store.patients import Patient
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.narratives import framed
from careplan.web.scan import scan_page
from careplan.web.scan.inline import press_css, source_hash
from careplan.web.scan.viewer import NOT_STATED, Page, viewer_page
from careplan.web.words import _, gettext

scan = Blueprint("scan", __name__)
machine = Blueprint("machine", __name__)
"""What programs read: no cookies, no form token, any origin (SMART Health Links)."""

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "scan"
MOST_RECIPIENT = 120
MOST_ANSWER = 128
_GZIP = 16 + zlib.MAX_WBITS


@cache
def _viewer() -> Page:
    return viewer_page(gettext)


@cache
def _style() -> tuple[Markup, str]:
    """The viewer's own styles, inline so that the page is one request, and their hash."""
    texts = (TEMPLATES / name for name in ("emergency.css", "viewer.css"))
    pressed = press_css("".join(text.read_text("utf-8") for text in texts))
    return Markup(pressed), source_hash(pressed)  # noqa: S704 (our own style sheets)


@scan.get("/s")
@open_to(Reader.ANYONE)
def viewer() -> Response:
    """The same static bytes for everybody: the plan is in the fragment, which never gets here."""
    page = _viewer()
    response = Response(headers=dict(page.headers))
    if page.etag in request.headers.get("If-None-Match", ""):
        response.status_code = 304
        return response
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(page.gzip if zipped else page.body)
    return response


@machine.after_request
def _open_to_every_origin(response: Response) -> Response:
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    if gzipped and (response.content_length or 0) > 1000:
        response.set_data(_gzipped(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    response.headers.extend(_ANY_ORIGIN)
    return response


_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Cache-Control": "no-store",
}


def _packed(response: Response) -> Response:
    """Smaller on a slow network. Safe here alone: this page holds no secret, and nothing typed."""
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _gzipped(body: bytes) -> bytes:
    """Ciphertext repeats nothing; its letters packed closer give back what base64 costs it."""
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(body) + packer.flush()


@machine.route("/m/<token>", methods=["POST", "OPTIONS"])
@open_to(Reader.ANYONE)
def manifest(token: str) -> Any:
    """A SMART Health Link's manifest request (HL7 IG 1.0.0)."""
    if request.method == "OPTIONS":
        return Response(status=204)
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict) or not isinstance(asked.get("recipient"), str):
        problem = "Send JSON with a recipient: who is looking, as people would say it."
        return jsonify(error=problem), 400
    zipped = asked.get("_zip") is True
    reader = Stranger(
        _text(asked.get("passcode"), MOST_ANSWER),
        _recipient(asked["recipient"]),
        here().now(),
        here().today(),
    )
    again = _text(asked.get("_again"), 120)
    found = open_link(here().world, reader, token=token[:64], again=again, zipped=zipped)
    if isinstance(found, Opened):
        most = asked.get("embeddedLengthMax")
        return _manifest(found, token, most if type(most) is int else None, zipped=zipped)
    return _refusal(found)


def _recipient(said: str) -> str:
    """Who the reader says they are; our own page cannot know, and so nobody is named."""
    return "" if said == NOT_STATED else said[:MOST_RECIPIENT]


def _text(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= most else None


def _manifest(found: Opened, token: str, most: int | None, *, zipped: bool) -> Response:
    files = ",".join(_file(one, token, most, zipped=zipped) for one in found.files)
    rest = json.dumps({"_state": _state(found.patient), "_look": found.look})
    return Response(f'{{"files":[{files}],{rest[1:]}', content_type="application/json")


def _file(file: LinkFile, token: str, most: int | None, *, zipped: bool) -> str:
    said = {
        "contentType": file.content_type,
        "lastUpdated": file.last_updated.isoformat().replace("+00:00", "Z"),
        "status": "can-change",
        "fhirVersion": "4.0.1",
    }
    if most is None or len(file.jwe) <= most:
        # A compact JWE is letters, digits, "-", "_" and ".": nothing of it wants an escape.
        return f'{json.dumps(said)[:-1]},"embedded":"{file.jwe}"}}'
    ticket = location_of(here().world, token=token, file=file, zipped=zipped, at=here().now())
    return json.dumps({**said, "location": f"{here().settings.base_url}/f/{ticket}"})


def _state(patient: Patient) -> dict[str, Any]:
    """Worked out as it is looked at; reserved for our own viewer, others pass it over."""
    chip = chip_of(patient, here().today())
    return {
        "label": chip.label,
        "tone": chip.tone,
        "words": chip.words,
        "version": patient.current_version,
        "checked": here().now().isoformat().replace("+00:00", "Z"),
    }


_WAY_IN = {Opening.DATE_OF_BIRTH: "birth date", Opening.PASSCODE: "passcode"}


def _refusal(found: Asks | MustWait | Dead | None) -> Any:
    if isinstance(found, Asks):
        said = {"remainingAttempts": found.remaining, "_asks": _WAY_IN[found.opening]}
        return jsonify(said), 401
    if isinstance(found, MustWait):
        said = {"_asks": _WAY_IN[found.opening]}
        return jsonify(said), 429, {"Retry-After": str(found.seconds)}
    if isinstance(found, Dead):
        return jsonify(state=found.state.value.replace("_", " "), phone=found.phone), 404
    return jsonify(state="unknown"), 404


@machine.get("/f/<ticket>")
@open_to(Reader.ANYONE)
def file(ticket: str) -> Any:
    """A file that was too large for the manifest: ciphertext, for half an hour."""
    found = open_file(here().world, ticket=ticket[:120], at=here().now())
    if found is None:
        return jsonify(state="unknown"), 404
    return Response(found, content_type="application/jose")


@scan.route("/code", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def code() -> Any:
    """The second door, for locked-down computers, handheld scanners and no script."""
    if request.method == "GET":
        return render_template("scan/code.html", problem=None, code="")
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
        style, allowed = _style()
        body = render_template(
            "scan/shown.html",
            plan=framed(found.narrative),
            chip=chip,
            now=here().now(),
            style=style,
            not_for_crew=for_crew and not found.for_crew,
        )
        policy = f"default-src 'none'; style-src {allowed}; base-uri 'none'; frame-ancestors 'none'"
        return _packed(Response(body, headers={"Content-Security-Policy": policy}))
    # A wait is said to everybody alike: only a real code could be waiting.
    problem = _(
        "That code and answer do not open a plan. Check both. "
        "After three tries, wait half a minute."
    )
    page = render_template("scan/code.html", problem=problem, code=typed, ambulance=for_crew)
    return page, 404


scan_page.add_to(scan)
