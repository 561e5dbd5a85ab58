"""Who is behind a FHIR request: the client whose token it carries, counted, and what it may do."""

from __future__ import annotations

import re
from typing import cast

from flask import g, request

from careplan.accounts.partners import Partner
from careplan.acts.partner_tokens import TooMany, recognise_partner
from careplan.fhir.outcome import IssueType
from careplan.web.fhir_api.door import Refused
from careplan.web.here import here

_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{43})", re.ASCII | re.IGNORECASE)
_REALM = 'Bearer realm="fhir"'


def asked_by() -> Partner:
    """The client that asks, as its token allows. Counted once for each request.

    401 without a token that opens something now, 429 for more than its share.
    """
    known = cast("Partner | None", g.get("partner"))
    if known is None:
        known = g.partner = _recognised()
    return known


def need(kind: str, deed: str) -> Partner:
    """The client, when its token allows this deed (`c`, `r` or `s`) with this kind; or else 403."""
    partner = asked_by()
    if not partner.scopes.allow(kind, deed):
        scope = f"system/{kind}.{deed}"
        raise Refused(
            403,
            IssueType.FORBIDDEN,
            f"The access token does not carry {scope}.",
            {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'},
        )
    return partner


def _recognised() -> Partner:
    said = request.headers.getlist("Authorization")
    if not said:
        raise _stranger("An access token is needed: Authorization: Bearer …", "")
    match = _BEARER.fullmatch(said[0].strip()) if len(said) == 1 else None
    try:
        token = match[1] if match else ""
        found = recognise_partner(here().world, token=token, at=here().now()) if match else None
    except TooMany as rest:
        raise Refused(
            429,
            IssueType.THROTTLED,
            f"Too many requests in one minute; come again in {rest.seconds} seconds.",
            {"Retry-After": str(rest.seconds)},
        ) from None
    if found is None:
        raise _stranger(
            "This access token opens nothing: it is over, unknown, or its client is suspended.",
            ', error="invalid_token"',
        )
    return found


def _stranger(says: str, error: str) -> Refused:
    return Refused(401, IssueType.LOGIN, says, {"WWW-Authenticate": f"{_REALM}{error}"})
