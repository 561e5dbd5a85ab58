"""How a resource goes out: in which form it was wanted, whether it is known already, packed."""

from __future__ import annotations

import gzip
from datetime import datetime
from email.utils import format_datetime

from flask import Response, request

from careplan.fhir.outcome import IssueType
from careplan.fhir.rest import Stamp
from careplan.web.fhir_api.door import FHIR_JSON, Refused, fhir_api, fhir_response

PDF = "application/pdf"
_WORTH_PACKING = 1_000
_JSON = frozenset({FHIR_JSON, "application/json", "text/json", "json"})
_ANYTHING = frozenset({"*/*", "application/*"})
_OUR_VERSION = ("4.0", "4.0.1")


def wants_json() -> None:
    """406 unless the answer may be JSON of FHIR R4: `_format` where it is given, else Accept."""
    asked = request.args.get("_format") or request.form.get("_format")
    if asked is not None:
        # An unescaped + in an address is read as a space.
        if _media(asked.replace(" ", "+")) not in _JSON:
            raise _none_such(asked)
        return
    accepted = request.headers.get("Accept", "*/*")
    if accepted in _ANYTHING or accepted in _JSON:
        return
    if not any(_is_ours(one) for one in accepted.split(",")):
        raise _none_such(accepted)


def wants_pdf() -> bool:
    """Whether the paper itself was asked for, and not a resource that holds it."""
    accepted = request.headers.get("Accept", "")
    return "_format" not in request.args and PDF in {_media(one) for one in accepted.split(",")}


def _is_ours(one: str) -> bool:
    facts = [part.strip().lower() for part in one.split(";")]
    version = [fact.removeprefix("fhirversion=") for fact in facts if fact.startswith("fhirv")]
    if facts[0] not in _JSON | _ANYTHING or "q=0" in facts:
        return False
    return all(one in _OUR_VERSION for one in version)


def _media(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _none_such(asked: str) -> Refused:
    return Refused(
        406,
        IssueType.NOT_SUPPORTED,
        f"There is no answer in the form {asked[:80]!r}: ask for {FHIR_JSON}, FHIR version 4.0.",
    )


def not_there() -> Refused:
    """One sentence for what is not there and for what this partner may not see."""
    return Refused(404, IssueType.NOT_FOUND, "There is no such resource, or you may not see it.")


def versioned(body: bytes, stamp: Stamp, *, media: str | None = None) -> Response:
    """One resource, or 304 where the client says that it has this version. Either way it was read,
    and that is written down by now."""
    known = {"ETag": stamp.etag, "Last-Modified": http_date(stamp.at)}
    if stamp.etag in _have():
        return Response(status=304, headers=known)
    if media is not None:
        return Response(body, content_type=media, headers=known)
    return fhir_response(body, headers=known)


def _have() -> frozenset[str]:
    """Compared as weak: two answers of one version differ in packing alone."""
    said = request.headers.get("If-None-Match", "")
    tags = (one.strip() for one in said.split(",")) if said else ()
    return frozenset(one if one.startswith("W/") else f"W/{one}" for one in tags)


def http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


@fhir_api.after_request
def _packed(response: Response) -> Response:
    if (response.content_length or 0) > _WORTH_PACKING:
        response.headers["Vary"] = "Accept, Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response
