"""The emergency page as a PDF: found by its person, named by a resource, fetched by itself."""

from __future__ import annotations

from flask import Response

from careplan.acts.partner_paper import Paper, paper_of, read_paper
from careplan.fhir.rest_bundle import Links, address, searchset
from careplan.fhir.rest_paper import MEDIA, binary, paper, reference
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import not_there, versioned, wants_json, wants_pdf
from careplan.web.fhir_api.asking import need
from careplan.web.fhir_api.door import fhir_api, fhir_response
from careplan.web.fhir_api.searching import about_one, base
from careplan.web.here import here

_REFERENCE, _BINARY = "DocumentReference", "Binary"


@fhir_api.get(f"/{_REFERENCE}")
@open_to(Reader.PARTNER)
def find_paper() -> Response:
    """Of one person: there is one, or none."""
    wants_json()
    partner = need(_REFERENCE, "s")
    asked = about_one(_REFERENCE)
    found = paper_of(here().world, partner=partner, person=asked.person, at=here().now())
    links = Links(address(base(), _REFERENCE, asked.used))
    parts = [reference(found.kept, base=base(), stamp=found.stamp)] if found else []
    return fhir_response(searchset(base(), links=links, found=parts, total=len(parts)))


@fhir_api.get(f"/{_REFERENCE}/<identity>")
@open_to(Reader.PARTNER)
def read_reference(identity: str) -> Response:
    wants_json()
    found = _paper(_REFERENCE, identity)
    part = reference(found.kept, base=base(), stamp=found.stamp)
    return versioned(part.body, found.stamp)


@fhir_api.get(f"/{_BINARY}/<identity>")
@open_to(Reader.PARTNER)
def read_binary(identity: str) -> Response:
    """The paper itself to whoever asks for a PDF; to everybody else a resource that holds it."""
    as_paper = wants_pdf()
    if not as_paper:
        wants_json()
    found = _paper(_BINARY, identity)
    if as_paper:
        return versioned(paper(found.kept), found.stamp, media=MEDIA)
    return versioned(binary(found.kept, stamp=found.stamp).body, found.stamp)


def _paper(kind: str, identity: str) -> Paper:
    partner = need(kind, "r")
    found = read_paper(here().world, partner=partner, identity=identity, at=here().now())
    if found is None:
        raise not_there()
    return found
