"""How another system signs in: where, and how it finds out where."""

from __future__ import annotations

from collections.abc import Mapping

from careplan.keys.assertions import MOST_LETTERS
from careplan.web.describing.shapes import WHOLE, a, many, said
from careplan.web.fhir_api.described import FORM, TEXT, Body, Description, LetsIn

_TEXTS = many(TEXT)
_REFUSAL = a({"error": TEXT, "error_description": TEXT})
_ASKED = {
    "type": "object",
    "required": ["grant_type", "client_assertion_type", "client_assertion", "scope"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_assertion_type": {
            "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        },
        "client_assertion": {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS},
        "scope": {"type": "string", "pattern": r"\S", "maxLength": 4000},
    },
}

SIGNING_IN_DOORS: Mapping[str, tuple[Description, ...]] = {
    "fhir_api.token": (
        Description(
            summary="A token for five minutes, for an assertion the client signed",
            methods=("POST",),
            lets_in=LetsIn.NOTHING,
            body=Body(media={FORM: _ASKED}),
            answers={
                200: said(
                    "The token.",
                    a(
                        {
                            "access_token": TEXT,
                            "token_type": {"const": "bearer"},
                            "expires_in": WHOLE,
                            "scope": TEXT,
                        }
                    ),
                ),
                400: said("Which part is missing or wrong, as RFC 6749 says it.", _REFUSAL),
                401: said("This client is not let in, or not with this.", _REFUSAL),
                413: said("Longer than any assertion.", _REFUSAL),
                429: said("Too many tokens.", _REFUSAL, Retry_After="Seconds to wait."),
            },
        ),
    ),
    "fhir_api.smart_configuration": (
        Description(
            summary="What a client must know to sign in (SMART App Launch 2.2)",
            methods=("GET",),
            lets_in=LetsIn.NOTHING,
            answers={
                200: said(
                    "Where, and how.",
                    a(
                        {
                            "token_endpoint": {"type": "string", "format": "uri"},
                            "token_endpoint_auth_methods_supported": _TEXTS,
                            "token_endpoint_auth_signing_alg_values_supported": _TEXTS,
                            "grant_types_supported": _TEXTS,
                            "scopes_supported": _TEXTS,
                            "capabilities": _TEXTS,
                        },
                        more=True,
                    ),
                )
            },
        ),
    ),
}
