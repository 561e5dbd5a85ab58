"""Where another system signs in (SMART Backend Services 2.2), and the page that says how."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from careplan.acts.partner_tokens import Asked, Given, NoSuchScope, NotLetIn, TooMany, give_token
from careplan.keys.assertions import ALGORITHMS, MOST_LETTERS
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.door import fhir_api
from careplan.web.fhir_api.fetching import fetch
from careplan.web.here import here

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_BODY = 2 * MOST_LETTERS
MOST_SCOPE = 4_000
SUPPORTED_SCOPES = (
    *("system/*.rs", "system/CarePlan.crs", "system/Bundle.crs", "system/DocumentReference.rs"),
    *("system/Patient.rs", "system/Provenance.rs", "system/AuditEvent.rs"),
)
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}
_FORM = ("grant_type", "client_assertion_type", "client_assertion", "scope", "client_id")


class _Refusal(Exception):
    """An answer of RFC 6749, section 5.2."""

    def __init__(self, error: str, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.error, self.says, self.status = error, says, status


@fhir_api.post("/token")
@open_to(Reader.ANYONE)
def token() -> Response:
    try:
        given = _given(_asked())
    except _Refusal as problem:
        said = {"error": problem.error, "error_description": problem.says}
        how = {"WWW-Authenticate": 'Bearer realm="fhir"'} if problem.status == 401 else {}
        return _json(said, problem.status, _NOT_KEPT | how)
    except TooMany as rest:
        said = {"error": "temporarily_unavailable", "error_description": "Too many tokens."}
        return _json(said, 429, _NOT_KEPT | {"Retry-After": str(rest.seconds)})
    body = {
        "access_token": given.token,
        "token_type": "bearer",
        "expires_in": int(given.lives.total_seconds()),
        "scope": str(given.scopes),
    }
    return _json(body, 200, _NOT_KEPT)


@fhir_api.get("/.well-known/smart-configuration")
@open_to(Reader.ANYONE)
def smart_configuration() -> Response:
    return _json(configuration(here().settings.base_url), 200, _OPEN)


def configuration(base_url: str) -> dict[str, Any]:
    """What a client must know to sign in (SMART App Launch 2.2, section 7)."""
    return {
        "token_endpoint": endpoint(base_url),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": list(SUPPORTED_SCOPES),
        # Every SMART server says so, and clients look for it; nobody is sent to sign in here.
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


def endpoint(base_url: str) -> str:
    """Also what a note must be addressed to."""
    return f"{base_url}/fhir/token"


def _given(asked: dict[str, str]) -> Given:
    try:
        return give_token(
            here().world,
            asked=Asked(
                assertion=asked["client_assertion"],
                scope=asked["scope"],
                client_id=asked["client_id"],
            ),
            audience=endpoint(here().settings.base_url),
            fetch=fetch,
            at=here().now(),
        )
    except NotLetIn:
        says = "This client is not let in, or not with this assertion."
        raise _Refusal("invalid_client", says, 401) from None
    except NoSuchScope:
        says = "None of these scopes was granted to this client, or one of them is not a scope."
        raise _Refusal("invalid_scope", says) from None


def _asked() -> dict[str, str]:
    """The form, each part once. Raises what a client can put right without our help."""
    request.max_content_length = MOST_BODY
    if request.mimetype != "application/x-www-form-urlencoded":
        raise _Refusal("invalid_request", "Send application/x-www-form-urlencoded.")
    try:
        sent = request.form
    except RequestEntityTooLarge:
        raise _Refusal("invalid_request", f"At most {MOST_BODY} bytes.", 413) from None
    if any(len(values) > 1 for _name, values in sent.lists()):
        raise _Refusal("invalid_request", "A parameter stands twice.")
    asked = {name: sent.get(name, "") for name in _FORM}
    if not asked["grant_type"]:
        raise _Refusal("invalid_request", "grant_type is missing.")
    if asked["grant_type"] != "client_credentials":
        raise _Refusal("unsupported_grant_type", "Only client_credentials is supported.")
    if asked["client_assertion_type"] != JWT_BEARER or not asked["client_assertion"]:
        says = f"Sign in with client_assertion and the client_assertion_type {JWT_BEARER}."
        raise _Refusal("invalid_client", says, 401)
    if not asked["scope"].strip() or len(asked["scope"]) > MOST_SCOPE:
        raise _Refusal("invalid_scope", "Ask for at least one scope, in 4,000 letters at most.")
    return asked


def _json(said: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    body = json.dumps(said, separators=(",", ":"))
    return Response(body, status=status, content_type="application/json", headers=headers)
