"""Passkeys: a key that a phone or computer keeps, and uses once its own lock has been opened.

Only importer of webauthn. Nothing is remembered here: what was asked, and which key is known, is
our caller's to keep and hand in. A passkey is accepted only where the device made sure of its
owner (finger, face or PIN). That makes two factors in one: something they have, which cannot be
copied off a page, and something they are or know; and the answer is bound to our own address.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CHALLENGE_BYTES = 32
LONGEST_ANSWER = 16_384
_WAIT_MS = 120_000
_TRANSPORTS = frozenset(one.value for one in AuthenticatorTransport)
# What the library raises, and what bytes from a stranger make Python raise inside it.
_BAD_ANSWER = (
    WebAuthnException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class BadAnswer(ValueError):
    """This answer does not show that whoever sent it has the passkey, here and now."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey is good: `host` is bound into every answer, and so is the exact `origin`."""

    host: str
    origin: str
    name: str


def site_of(base_url: str, *, name: str) -> Site | None:
    """None where browsers offer no passkeys: at a bare number instead of a name, or without
    https, except on this very computer."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}", name)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a device has made. `synced`: the person's other devices have it too."""

    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    transports: tuple[str, ...]
    synced: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey that an account has already, so that no device makes a second one."""

    credential_id: bytes = field(repr=False)
    transports: tuple[str, ...] = ()


def to_make(
    site: Site, *, handle: bytes, email: str, name: str, challenge: bytes, known: Sequence[Known]
) -> dict[str, Any]:
    """What the browser hands to the device. `handle` names the account and says nothing of it."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=_WAIT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_described(one) for one in known],
    )
    return options_to_json_dict(options)


def to_use(site: Site, *, challenge: bytes) -> dict[str, Any]:
    """For whoever it is: the device itself shows which of its passkeys are ours."""
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_WAIT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(answer: str, *, site: Site, challenge: bytes) -> NewPasskey:
    """The passkey in a browser's answer to `to_make`. Raises BadAnswer."""
    try:
        plain = _read(answer)
        found = verify_registration_response(
            credential=plain,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        said = plain["response"].get("transports") or []
        return NewPasskey(
            credential_id=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
            transports=tuple(sorted(_TRANSPORTS.intersection(said))),
            synced=found.credential_backed_up,
        )
    except _BAD_ANSWER as problem:
        raise BadAnswer from problem


def named_in(answer: str) -> tuple[bytes, bytes]:
    """Which passkey an answer says it is of, and the handle of whose account: nothing of it is
    believed before `check`. Raises BadAnswer."""
    try:
        plain = _read(answer)
        handle = plain["response"]["userHandle"]
        return base64url_to_bytes(plain["id"]), base64url_to_bytes(handle)
    except _BAD_ANSWER as problem:
        raise BadAnswer from problem


def check(answer: str, *, site: Site, challenge: bytes, public_key: bytes) -> int:
    """How often the device says the passkey was used, if it has answered this challenge, here,
    and made sure of its owner. Raises BadAnswer.

    Whether that count goes forward is for the caller, who keeps the last one.
    """
    try:
        found = verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _BAD_ANSWER as problem:
        raise BadAnswer from problem
    return found.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    """A page of ours is in no frame, so an answer from within one is not to us."""
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long for any device's answer")
    plain = json.loads(answer)
    client = parse_client_data_json(base64url_to_bytes(plain["response"]["clientDataJSON"]))
    if client.cross_origin:
        raise ValueError("answered inside another site's page")
    return dict(plain)


def _described(known: Known) -> PublicKeyCredentialDescriptor:
    ways = [AuthenticatorTransport(one) for one in known.transports if one in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=known.credential_id, transports=ways or None)
