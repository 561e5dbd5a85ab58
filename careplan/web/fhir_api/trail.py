"""Who looked at somebody's plan, for the system of the team's own hospital."""

from __future__ import annotations

from flask import Response

from careplan.accounts.partners import Partner, Purpose
from careplan.acts.partner_trail import looks_at, one_look
from careplan.fhir.outcome import IssueType
from careplan.fhir.rest_bundle import Links, address, searchset
from careplan.fhir.rest_trail import audit_event
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import not_there, wants_json
from careplan.web.fhir_api.asking import need
from careplan.web.fhir_api.door import Refused, fhir_api, fhir_response
from careplan.web.fhir_api.searching import about_one, base
from careplan.web.here import here

_KIND = "AuditEvent"


@fhir_api.get(f"/{_KIND}")
@open_to(Reader.PARTNER)
def find_looks() -> Response:
    """Newest first; of one person."""
    wants_json()
    partner = _own(need(_KIND, "s"))
    asked = about_one(_KIND)
    found = looks_at(
        here().world,
        partner=partner,
        person=asked.person,
        most=asked.count,
        at=here().now(),
    )
    links = Links(address(base(), _KIND, asked.used))
    parts = [audit_event(one, service=here().settings.brand) for one in found or ()]
    return fhir_response(searchset(base(), links=links, found=parts))


@fhir_api.get(f"/{_KIND}/<identity>")
@open_to(Reader.PARTNER)
def read_look(identity: str) -> Response:
    wants_json()
    partner = _own(need(_KIND, "r"))
    found = one_look(here().world, partner=partner, identity=identity, at=here().now())
    if found is None:
        raise not_there()
    return fhir_response(audit_event(found, service=here().settings.brand).body)


def _own(partner: Partner) -> Partner:
    if partner.purpose is not Purpose.OWN_TRUST:
        text = "Who looked at a plan is told to systems of the team’s own hospital alone."
        raise Refused(403, IssueType.FORBIDDEN, text)
    return partner
