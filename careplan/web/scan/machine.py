"""What programs ask of a link (SMART Health Links 1.0.0): its manifest, its files, its one file.

No cookie is read or set here, any origin may ask, and every refusal is a few words of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from careplan.acts.fetching import Further, location_of
from careplan.acts.files import FHIR_JSON
from careplan.acts.late import FROM_STANDBY, open_direct, open_file, open_link
from careplan.acts.opening import Asks, Dead, MustWait, Opened, chip_of
from careplan.acts.opening import Reader as Stranger
from careplan.sharing.links import Link, Opening, State
from careplan.store.link_files import LinkFile
from careplan.web.access import Reader, open_to
from careplan.web.asked_json import asked_json
from careplan.web.here import here
from careplan.web.scan.squeeze import squeezed
from careplan.web.scan.viewer import NOT_STATED

machine = Blueprint("machine", __name__)

MOST_RECIPIENT = 120
MOST_ANSWER = 128
POLL_SECONDS = 120
"""How soon a reader of a long-term link may come back: what our own viewer does."""
_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "Cache-Control": "no-store",
    # Nothing to run, show or frame: shorter than a page's policy, and within the first packets.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_BEFOREHAND = {
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
}
"""What a browser asks before it lets another site's page ask."""
_NAME_YOURSELF = "Say who is looking, as people would say it: recipient is missing."


@machine.after_request
def _open_to_every_origin(response: Response) -> Response:
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    if gzipped and (response.content_length or 0) > 1000:
        response.set_data(squeezed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    response.headers.extend(_ANY_ORIGIN)
    if request.method == "OPTIONS":
        response.headers.extend(_BEFOREHAND)
    return response


@machine.route("/m/<token>", methods=["GET", "POST", "OPTIONS"])
@open_to(Reader.ANYONE)
def manifest(token: str) -> Any:
    """What the link holds, for a reader that says who it is and answers what is asked."""
    if request.method == "OPTIONS":
        return Response(status=204)
    if request.method != "POST":
        return _only("POST")
    asked = asked_json()
    if not isinstance(asked.get("recipient"), str):
        return jsonify(error=_NAME_YOURSELF), 400
    zipped = asked.get("_zip") is True
    reader = replace(
        _stranger(asked["recipient"], _text(asked.get("passcode"), MOST_ANSWER)),
        on_our_page="_zip" in asked,
    )
    again = _text(asked.get("_again"), 120)
    found = open_link(here().world, reader, token=token[:64], again=again, zipped=zipped)
    if isinstance(found, Opened):
        return _manifest(found, token, _embeds_at_most(asked), zipped=zipped)
    return _refusal(found)


@machine.route("/u/<token>", methods=["GET", "OPTIONS"])
@open_to(Reader.ANYONE)
def direct(token: str) -> Any:
    """The one file of a link that has no manifest (flag U)."""
    if request.method == "OPTIONS":
        return Response(status=204)
    if request.method != "GET":
        return _only("GET")  # asking for the headers alone would count as a look
    recipient = request.args.get("recipient", "")
    if not recipient.strip():
        return jsonify(error=_NAME_YOURSELF), 400
    found = open_direct(here().world, _stranger(recipient), token=token[:64])
    if isinstance(found, Opened):
        (file,) = found.files
        return _jose(file.jwe, _poll(found.link.facts))
    return _refusal(found)


@machine.route("/f/<ticket>", methods=["GET", "OPTIONS"])
@open_to(Reader.ANYONE)
def file(ticket: str) -> Any:
    """A file that the manifest only named: ciphertext, for half an hour."""
    if request.method == "OPTIONS":
        return Response(status=204)
    found = open_file(here().world, ticket=ticket[:120], at=here().now())
    return (jsonify(state="unknown"), 404) if found is None else _jose(found)


def _jose(token: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(token, content_type="application/jose", headers=headers)


def _only(method: str) -> Any:
    return jsonify(error=f"This address takes {method}."), 405, {"Allow": f"{method}, OPTIONS"}


def _poll(link: Link) -> dict[str, str]:
    return {"Retry-After": str(POLL_SECONDS)} if link.long_term else {}


def _stranger(recipient: str, answer: str | None = None) -> Stranger:
    """Who the reader says they are; our own page cannot know, and so nobody is named."""
    name = "" if recipient == NOT_STATED else recipient[:MOST_RECIPIENT]
    return Stranger(answer, name, here().now(), here().today())


def _embeds_at_most(asked: Mapping[str, Any]) -> float | None:
    """How long a file in the answer may be. What cannot be understood allows none: every reader
    must be able to fetch, and not every reader can take more than it said."""
    most = asked.get("embeddedLengthMax")
    if most is None:
        return None
    return most if type(most) in (int, float) else 0


def _text(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and len(value) <= most else None


def _manifest(found: Opened, token: str, most: float | None, *, zipped: bool) -> Response:
    link = found.link.facts
    files = [_file(one, link, token, most, zipped=zipped) for one in found.files]
    files += [_located(one, link, token, zipped=zipped) for one in found.further]
    rest = _json({"_state": _state(found), "_look": found.look, **_ours(found)})
    body = f'{{"files":[{",".join(files)}],{rest[1:]}'
    return Response(body, content_type="application/json", headers=_poll(link))


def _ours(found: Opened) -> dict[str, Any]:
    """Beside the plan and in none of its files: what the person tapped on the way here, and the
    ticket for what became of the plan."""
    said: dict[str, Any] = {"_visit": found.going.lines} if found.going else {}
    return said | ({"_reply": found.reply} if found.reply else {})


def _file(file: LinkFile, link: Link, token: str, most: float | None, *, zipped: bool) -> str:
    if most is None or len(file.jwe) <= most:
        # A compact JWE is letters, digits, "-", "_" and ".": nothing of it wants an escape. First,
        # because the words behind it are then packed with those of the other files.
        return f'{{"embedded":"{file.jwe}",{_json(_said(file, link))[1:]}'
    return _located(file, link, token, zipped=zipped)


def _located(file: LinkFile | Further, link: Link, token: str, *, zipped: bool) -> str:
    ticket = location_of(here().world, token=token, file=file, zipped=zipped, at=here().now())
    location = f"{here().settings.base_url}/f/{ticket}"
    return _json({**_said(file, link), "location": location})


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, separators=(",", ":"))


def _said(file: LinkFile | Further, link: Link) -> dict[str, str]:
    said = {
        "contentType": file.content_type,
        "lastUpdated": file.last_updated.isoformat().replace("+00:00", "Z"),
        "status": "can-change" if link.long_term else "finalized",
    }
    return {**said, "fhirVersion": "4.0.1"} if file.content_type == FHIR_JSON else said


def _state(found: Opened) -> dict[str, Any]:
    """Worked out as it is looked at; reserved for our own viewer, others pass it over."""
    chip = chip_of(found.patient, here().today())
    return {
        "label": chip.label,
        "tone": chip.tone,
        "words": f"{chip.words} {FROM_STANDBY}".strip() if found.from_standby else chip.words,
        "version": found.patient.current_version,
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
        said = {"state": found.state.value.replace("_", " "), "phone": found.phone}
        return jsonify(said | _staff_door(found.state)), 404
    return jsonify(state="unknown"), 404


def _staff_door(state: State) -> dict[str, str]:
    """A locked link still tells staff who sign in where they may ask, where they may at all."""
    open_here = state is State.LOCKED and here().settings.break_glass
    return {"_door": url_for("emergency.ask")} if open_here else {}
