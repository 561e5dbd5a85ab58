"""The signed note with which another system signs in (RFC 7523, as SMART 2.2 narrows it).

Exactly two ways of signing are taken, and none that the note itself chooses the key for. First all
that can be known without the client is checked, then the signature with the client's own keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from careplan.keys.errors import BadAssertion, UnknownKey
from careplan.keys.partner_keys import KTY_OF, Jwk, PartnerKeys, imported, strict_object
from careplan.keys.tokens import from_b64url, to_b64url

MOST_LETTERS = 8 * 1024
LONGEST = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
"""How far another computer's clock may be from ours, either way."""
ALGORITHMS = tuple(KTY_OF)

_HEADER = frozenset({"alg", "kid", "typ", "jku"})
_NAME = 200
_LAST = 1 << 40
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)


@dataclass(frozen=True, slots=True)
class Assertion:
    """Well made, for us, and of now; by whom is only claimed until `check_signature`."""

    client_id: str
    jti: str
    expires_at: datetime
    alg: str
    kid: str
    jku: str | None
    token: str = field(repr=False)


def read_assertion(token: str, *, audience: str, now: datetime) -> Assertion:
    """Raises BadAssertion for anything but a note of SMART's form, addressed to us, for now."""
    if len(token) > MOST_LETTERS:
        raise BadAssertion("too long")
    parts = token.split(".")
    if len(parts) != 3:
        raise BadAssertion("three parts are needed")
    header, claims = _object(parts[0]), _object(parts[1])
    alg, kid = _plain_header(header)
    client_id = _name(claims, "iss")
    if _name(claims, "sub") != client_id:
        raise BadAssertion("iss and sub name two clients")
    if claims.get("aud") not in (audience, [audience]):
        raise BadAssertion("addressed to somebody else, or not to us alone")
    return Assertion(
        client_id=client_id,
        jti=_name(claims, "jti"),
        expires_at=_of_now(claims, now),
        alg=alg,
        kid=kid,
        jku=header.get("jku"),
        token=token,
    )


def check_signature(said: Assertion, keys: PartnerKeys, *, jwks_url: str | None = None) -> Jwk:
    """The key that signed it. Raises UnknownKey where the named one is not among these, else
    BadAssertion; the work is that of one signature either way.

    A `jku` changes nothing: it may stand there when it is the address we have already.
    """
    found = keys.find(said.kid, said.alg)
    right = _verifies(said, imported(found or _decoy(said.alg)))
    if said.jku is not None and said.jku != jwks_url:
        raise BadAssertion("names another place for its keys than we were given")
    if found is None:
        raise UnknownKey("signed with a key that is not in hand")
    if not right:
        raise BadAssertion("the signature is not of this key")
    return found


def _verifies(said: Assertion, key: RSAKey | ECKey) -> bool:
    try:
        jws.deserialize_compact(said.token, key, algorithms=[said.alg], registry=_REGISTRY)
    except (JoseError, ValueError):
        return False
    return True


@cache
def _decoy(alg: str) -> Jwk:
    """A key that is nobody's, so that a stranger's note costs what a client's does."""
    if alg == "ES384":
        point = ECKey.generate_key("P-384", private=False).as_dict()
        return {"kid": "", **{name: str(point[name]) for name in ("kty", "crv", "x", "y")}}
    return {"kid": "", "kty": "RSA", "n": to_b64url(b"\xc3" * 255 + b"\xc5"), "e": "AQAB"}


# --- what it says ----------------------------------------------------------------------------


def _object(part: str) -> dict[str, Any]:
    try:
        return strict_object(from_b64url(part))
    except ValueError as problem:
        raise BadAssertion("a part of it cannot be read") from problem


def _plain_header(header: Mapping[str, Any]) -> tuple[str, str]:
    """A member more could name a key of the sender's choosing, or change what the rest means."""
    if header.get("alg") not in ALGORITHMS:
        raise BadAssertion("signed in another way than RS384 or ES384, or not at all")
    if not header.keys() <= _HEADER or header.get("typ", "JWT") != "JWT":
        raise BadAssertion("the header says more than a note's header does")
    if not isinstance(header.get("jku", ""), str):
        raise BadAssertion("jku is no address")
    return header["alg"], _name(header, "kid")


def _name(said: Mapping[str, Any], member: str) -> str:
    value = said.get(member)
    if not isinstance(value, str) or not 0 < len(value) <= _NAME:
        raise BadAssertion(f"{member} is missing, or is no short text")
    return value


def _of_now(claims: Mapping[str, Any], now: datetime) -> datetime:
    """Until when it is good: at most five minutes, and not over."""
    expires = _moment(claims, "exp")
    if expires is None:
        raise BadAssertion("it does not say when it ends")
    if expires <= now - SKEW:
        raise BadAssertion("it has ended")
    if expires > now + LONGEST + SKEW:
        raise BadAssertion("it would be good for more than five minutes")
    for begins in (_moment(claims, "iat"), _moment(claims, "nbf")):
        if begins is not None and not begins <= min(now + SKEW, expires):
            raise BadAssertion("it is of a time to come")
    return expires


def _moment(claims: Mapping[str, Any], member: str) -> datetime | None:
    """Seconds since 1970, perhaps with a part of one (RFC 7519)."""
    value = claims.get(member)
    if value is None and member not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST:
        raise BadAssertion(f"{member} is no time")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
