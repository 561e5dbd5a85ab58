"""Reading by id: the plan, its versions, its document, and everything the document refers to."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Response

from careplan.acts.partner_reading import (
    Document,
    read_document,
    read_document_by_id,
    read_part,
)
from careplan.fhir.capability import KINDS
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import not_there, versioned, wants_json
from careplan.web.fhir_api.asking import asking, in_its_act, need
from careplan.web.fhir_api.door import Refused, fhir_api
from careplan.web.fhir_api.receiving import sent_back
from careplan.web.here import here

_ELSEWHERE = frozenset({"CarePlan", "Bundle", "DocumentReference", "Binary", "AuditEvent"})
"""Read by doors of their own."""
PARTS = tuple(one.name for one in KINDS if one.name not in _ELSEWHERE)
_NOT_OURS = (403, 404)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@fhir_api.get("/CarePlan/<identity>")
@open_to(Reader.PARTNER)
@in_its_act
def read_plan(identity: str) -> Response:
    return _or_as_sent("CarePlan", identity, lambda: _part("CarePlan", identity))


@fhir_api.get(f"/<any({','.join(PARTS)}):kind>/<identity>")
@open_to(Reader.PARTNER)
@in_its_act
def read_detail(kind: str, identity: str) -> Response:
    return _part(kind, identity)


@fhir_api.get("/CarePlan/<identity>/_history/<version>")
@open_to(Reader.PARTNER)
@in_its_act
def read_version(identity: str, version: str) -> Response:
    return _part("CarePlan", identity, version=version)


def _part(kind: str, identity: str, *, version: str | None = None) -> Response:
    wants_json()
    number = None if version is None else _number(version)
    with asking(kind, "r") as asked:
        found = read_part(here().world, asking=asked, identity=identity, number=number)
    if found is None:
        raise not_there()
    stamp, part = found
    return versioned(part.body, stamp)


def _number(version: str) -> int:
    """A version that cannot be is asked for like one that is not there."""
    return int(version) if _NUMBER.fullmatch(version) else 0


@fhir_api.get("/CarePlan/<identity>/$document")
@open_to(Reader.PARTNER)
@in_its_act
def plan_document(identity: str) -> Response:
    """The stored bytes. The document holds everything, so a token for plans alone does not do."""
    wants_json()
    with asking("Bundle", "r") as asked:
        found = read_document(here().world, asking=asked, plan=identity)
    return _document(found)


@fhir_api.get("/Bundle/<identity>")
@open_to(Reader.PARTNER)
def read_bundle(identity: str) -> Response:
    return _or_as_sent("Bundle", identity, lambda: _document(_by_id(identity)))


def _by_id(identity: str) -> Document | None:
    wants_json()
    partner = need("Bundle", "r")
    return read_document_by_id(here().world, partner=partner, identity=identity, at=here().now())


def _document(found: Document | None) -> Response:
    if found is None:
        raise not_there()
    return versioned(found.body, found.stamp)


def _or_as_sent(kind: str, identity: str, read: Callable[[], Response]) -> Response:
    """What is published here comes first: it is asked for a thousand times for each time that
    somebody asks what they sent."""
    try:
        return read()
    except Refused as problem:
        if problem.status not in _NOT_OURS:
            raise
        mine = sent_back(kind, identity)
        if mine is None:
            raise
        return mine
