"""Another organisation's system for the tests: let in by an administrator, and signed in.

The signing is written from the standards alone (RFC 7515, 7517, 7523; SMART App Launch 2.2) on the
plain cryptography library: it shares nothing with the code that reads it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from careplan.accounts.partners import Partner, Purpose, read_scopes
from careplan.accounts.people import Role, Who
from careplan.acts.partner_tokens import Asked, give_token
from careplan.acts.partners import NewPartner, Published, register_partner
from careplan.acts.world import World
from tests.stores import NOW
from tests.visitors import a_clinician

EVERYTHING = "system/*.crs system/AuditEvent.rs"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Caller:
    """A client with a token good for five minutes: `client.get(…, headers=one.headers)`."""

    partner: Partner
    token: str
    key: SigningKey

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class SigningKey:
    """A key as a client has it, with its private part."""

    kid: str
    private: Any = field(repr=False)

    @property
    def alg(self) -> str:
        return "RS384" if isinstance(self.private, rsa.RSAPrivateKey) else "ES384"

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        said = {"kid": self.kid, "alg": self.alg, "use": "sig"}
        if self.alg == "RS384":
            return {"kty": "RSA", **said, "n": number(numbers.n), "e": number(numbers.e)}
        x, y = (number(one, 48) for one in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-384", **said, "x": x, "y": y}

    @property
    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk]})

    def sign(self, signed: bytes, *, alg: str | None = None) -> bytes:
        alg = alg or self.alg
        digest = SHA256() if alg.endswith("256") else SHA384()
        if alg.startswith("RS"):
            return bytes(self.private.sign(signed, padding.PKCS1v15(), digest))
        r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(digest)))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")


def number(value: int, size: int | None = None) -> str:
    return b64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def a_key(kid: str = "a key of 2026") -> SigningKey:
    """One of elliptic curves for each name: made in a moment, and once in a run."""
    return SigningKey(kid, ec.generate_private_key(ec.SECP384R1()))


@cache
def an_rsa_key(kid: str = "an RSA key", size: int = 2048) -> SigningKey:
    return SigningKey(kid, rsa.generate_private_key(65537, size))


_jti = iter(range(1_000_000_000))


def claims(client_id: str, audience: str, *, at: datetime, **changes: Any) -> dict[str, Any]:
    """What SMART asks of an assertion; a change to None leaves that member out."""
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "exp": int((at + timedelta(minutes=4)).timestamp()),
        "jti": f"note {next(_jti)}",
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def signed(
    said: Mapping[str, Any] | bytes, key: SigningKey, *, header: Mapping[str, Any] | None = None
) -> str:
    """A compact JWS. `header` is added to the usual one, or takes from it with None."""
    whole = {"alg": key.alg, "kid": key.kid, "typ": "JWT", **(header or {})}
    whole = {name: value for name, value in whole.items() if value is not None}
    body = said if isinstance(said, bytes) else json.dumps(dict(said)).encode()
    parts = f"{b64url(json.dumps(whole).encode())}.{b64url(body)}"
    return f"{parts}.{b64url(key.sign(parts.encode()))}"


def form(assertion: str, scope: str = EVERYTHING, **changes: str) -> dict[str, str]:
    """What is posted to the token endpoint."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion,
        "scope": scope,
        **changes,
    }


def no_fetch(url: str) -> bytes:
    raise AssertionError(f"nobody asked for {url}")


def an_administrator(world: World, *, team_id: UUID, email: str | None = None) -> Who:
    """Of this team, both steps given."""
    address = email or f"admin-{team_id.hex[:12]}@example.org"
    found = a_clinician(
        world, team_id=team_id, email=address, role=Role.TEAM_ADMIN, with_phone=False
    )
    return replace(found.who, second_factor=True)


def a_client(
    world: World,
    *,
    by: Who,
    key: SigningKey | None = None,
    keys: Published | None = None,
    purpose: Purpose = Purpose.OWN_TRUST,
    scopes: str = EVERYTHING,
    name: str = "Record system",
    organisation: str = "St Anselm's Hospital",
    fetch: Any = no_fetch,
    at: datetime = NOW,
) -> Partner:
    """Registered, and not signed in. Whoever may not ask who looked is not given it."""
    if purpose is not Purpose.OWN_TRUST:
        scopes = " ".join(one for one in scopes.split() if "AuditEvent" not in one)
    asked = NewPartner(
        name=name,
        organisation=organisation,
        ods="R9X01",
        purpose=purpose,
        scopes=read_scopes(scopes),
        keys=keys or Published(pasted=(key or a_key()).jwks),
    )
    return register_partner(world, by=by, asked=asked, fetch=fetch, at=at)


def signed_in(
    world: World,
    partner: Partner,
    *,
    key: SigningKey | None = None,
    scopes: str = EVERYTHING,
    at: datetime = NOW,
) -> Caller:
    key, audience = key or a_key(), f"{world.base_url}/fhir/token"
    note = signed(claims(str(partner.partner_id), audience, at=at), key)
    given = give_token(
        world,
        asked=Asked(assertion=note, scope=scopes),
        audience=audience,
        fetch=no_fetch,
        at=at,
    )
    return Caller(replace(partner, scopes=given.scopes), given.token, key)


def a_partner(
    world: World,
    *,
    team_id: UUID,
    by: Who | None = None,
    purpose: Purpose = Purpose.OWN_TRUST,
    scopes: str = EVERYTHING,
    name: str = "Record system",
    organisation: str = "St Anselm's Hospital",
    at: datetime = NOW,
) -> Caller:
    """Let in for this team by an administrator of it, and signed in at `at`, through the acts.

    Its second client needs the first's administrator: `by`, or another e-mail address is taken.
    """
    by = by or an_administrator(world, team_id=team_id, email=f"admin-{next(_jti)}@example.org")
    partner = a_client(
        world,
        by=by,
        purpose=purpose,
        scopes=scopes,
        name=name,
        organisation=organisation,
        at=at,
    )
    return signed_in(world, partner, scopes=str(partner.scopes), at=at)
