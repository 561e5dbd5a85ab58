"""OpenID Connect's signed notes: what a provider says of somebody, and what it is shown of us.

Which algorithms are taken is said by us and never by the note; a key that a note brings along or
points at is never looked at. First the signature, then every word of it that binds it to us, to
this one question of ours, and to now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from careplan.keys.errors import BadIdToken, UnknownIssuerKey
from careplan.keys.partner_keys import (
    LONGEST_RSA,
    MOST_BYTES,
    MOST_KEYS,
    SHORTEST_RSA,
    holds_private,
    strict_object,
)
from careplan.keys.tokens import Entropy, from_b64url, new_token, same, to_b64url

MOST_LETTERS = 16 * 1024
SKEW = timedelta(seconds=30)
LONGEST = timedelta(hours=24)
_ASSERTION_LIVES = timedelta(minutes=2)
_LAST = 1 << 40
_NAME = 255
_SIGNS = "RS512"

# Each way of signing: what its keys are made of, and by which hash it stands for another token.
_KTY = {"RS256": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC"}
_PARTS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
_HASH = {"256": hashlib.sha256, "512": hashlib.sha512}

Jwk = Mapping[str, str]


class NotTheirKeys(ValueError):
    """What stands where a provider publishes its keys is no set of public keys."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    keys: tuple[Jwk, ...]

    def find(self, kid: str | None, alg: str) -> RSAKey | ECKey | None:
        """The one that is named; without a name, the only one there is of that make."""
        fit = [one for one in self.keys if one["kty"] == _KTY[alg] and _is_for(one, alg)]
        named = fit if kid is None else [one for one in fit if one.get("kid") == kid]
        return _imported(named[0]) if len(named) == 1 else None


def read_issuer_keys(raw: bytes) -> IssuerKeys:
    """Those of a set that sign. Raises NotTheirKeys, also where a private part stands in it."""
    try:
        said = strict_object(raw).get("keys") if len(raw) <= MOST_BYTES else None
    except ValueError:
        said = None
    if not isinstance(said, list) or len(said) > MOST_KEYS:
        raise NotTheirKeys("not a set of keys")
    if any(holds_private(one) for one in said):
        raise NotTheirKeys("a private key stands in it")
    return IssuerKeys(tuple(one for one in said if _usable(one)))


def _usable(one: Any) -> bool:
    if not isinstance(one, dict) or one.get("kty") not in _PARTS:
        return False
    if one.get("use", "sig") != "sig" or not isinstance(one.get("kid", ""), str):
        return False
    return all(isinstance(one.get(part), str) for part in _PARTS[one["kty"]])


def _is_for(one: Jwk, alg: str) -> bool:
    return one.get("alg", alg) == alg and (one["kty"] != "EC" or one["crv"] == "P-256")


def _imported(one: Jwk) -> RSAKey | ECKey | None:
    made: dict[str, str | list[str]] = {name: one[name] for name in ("kty", *_PARTS[one["kty"]])}
    try:
        if one["kty"] == "EC":
            return ECKey.import_key(made)
        size = int.from_bytes(from_b64url(one["n"])).bit_length()
        return RSAKey.import_key(made) if SHORTEST_RSA <= size <= LONGEST_RSA else None
    except (JoseError, ValueError):
        return None


# --- what a provider says of somebody --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What we asked, and of whom: an answer to anything else is none. `asked_at`: they must have
    shown the provider who they are since, and not at some time before."""

    issuer: str
    client_id: str
    algorithms: tuple[str, ...]
    nonce: str = field(repr=False)
    asked_at: datetime


def read_id_token(
    token: str, *, keys: IssuerKeys, question: Question, access_token: str, now: datetime
) -> dict[str, Any]:
    """What it says, once all of it holds. Raises UnknownIssuerKey where its key is not in
    hand, else BadIdToken; why is for our eyes only."""
    alg, kid = _header(token, question.algorithms)
    key = keys.find(kid, alg)
    if key is None:
        raise UnknownIssuerKey("signed with a key that is not in hand")
    claims = _signed(token, key, alg)
    if claims.get("iss") != question.issuer:
        raise BadIdToken("said by another provider")
    _must_be_for_us(claims, question.client_id)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce, question.nonce):
        raise BadIdToken("not the answer to what was asked")
    _must_be_of_now(claims, question, now)
    _must_go_with(claims, access_token, alg)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _NAME:
        raise BadIdToken("says of nobody")
    return claims


def _header(token: str, algorithms: tuple[str, ...]) -> tuple[str, str | None]:
    parts = token.split(".")
    if len(token) > MOST_LETTERS or len(parts) != 3:
        raise BadIdToken("not three parts, or too long")
    try:
        header = strict_object(from_b64url(parts[0]))
    except ValueError:
        raise BadIdToken("its header cannot be read") from None
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in algorithms or "crit" in header or "b64" in header:
        raise BadIdToken("signed in another way than is taken, or not at all")
    if kid is not None and not isinstance(kid, str):
        raise BadIdToken("its key has no name")
    return alg, kid


def _signed(token: str, key: RSAKey | ECKey, alg: str) -> dict[str, Any]:
    try:
        found = jws.deserialize_compact(
            token, key, algorithms=[alg], registry=JWSRegistry(algorithms=[alg])
        )
        return strict_object(found.payload)
    except (JoseError, ValueError):
        raise BadIdToken("the signature is not of this key") from None


def _must_be_for_us(claims: Mapping[str, Any], client_id: str) -> None:
    """For us alone: where it is for several, any of them could have passed it on."""
    if claims.get("aud") not in (client_id, [client_id]):
        raise BadIdToken("said to somebody else")
    if claims.get("azp", client_id) != client_id:
        raise BadIdToken("given to somebody else")


def _must_be_of_now(claims: Mapping[str, Any], question: Question, now: datetime) -> None:
    made, ends, shown = (_moment(claims, name) for name in ("iat", "exp", "auth_time"))
    if not made - SKEW <= now < ends + SKEW or ends - made > LONGEST:
        raise BadIdToken("over, or of a time to come")
    if made < question.asked_at - SKEW:
        raise BadIdToken("older than the question")
    if not question.asked_at - SKEW <= shown <= now + SKEW:
        raise BadIdToken("they did not sign in there for this")


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LAST:
        raise BadIdToken(f"{name} is no time")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)


def _must_go_with(claims: Mapping[str, Any], access_token: str, alg: str) -> None:
    """Where it says which other token was given beside it, that must be the one."""
    said = claims.get("at_hash")
    if said is None:
        return
    digest = _HASH[alg[2:]](access_token.encode()).digest()
    if not isinstance(said, str) or not same(said, to_b64url(digest[: len(digest) // 2])):
        raise BadIdToken("another token was given beside it")


# --- what we show of ourselves ---------------------------------------------------------------


class NotAKey(ValueError):
    """The file holds no private RSA key of 2048 bits or more in PEM."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """The private key by which a provider knows us; it has the public one."""

    private: RSAKey = field(repr=False)

    def assertion(self, *, client_id: str, audience: str, now: datetime, entropy: Entropy) -> str:
        """A signed note for this one request (RFC 7523), good for two minutes."""
        seconds = int(now.timestamp())
        said: dict[str, Any] = {"iss": client_id, "sub": client_id, "aud": audience}
        said |= {"jti": new_token(entropy, 16), "iat": seconds}
        said["exp"] = seconds + int(_ASSERTION_LIVES.total_seconds())
        header = {"alg": _SIGNS, "typ": "JWT"}
        registry = JWSRegistry(algorithms=[_SIGNS])
        return jws.serialize_compact(
            header, json.dumps(said), self.private, algorithms=[_SIGNS], registry=registry
        )


def read_client_key(pem: bytes) -> ClientKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NotAKey("no private key in PEM that is open") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_RSA:
        raise NotAKey("not RSA, or too short")
    return ClientKey(RSAKey.import_key(key))
