"""Another system's public keys, as it publishes them (RFC 7517): only those it may sign in with.

What is kept of a key set is the usable public keys and of each only the members that make it; a set
that holds a private part anywhere is refused whole, for then somebody must be told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from careplan.keys.tokens import from_b64url

MOST_BYTES = 64 * 1024
MOST_KEYS = 50
SHORTEST_RSA, LONGEST_RSA = 2048, 8192
KTY_OF: Mapping[str, str] = {"RS384": "RSA", "ES384": "EC"}
"""Every way in which an assertion may be signed: SMART names these two, and we take no other."""

_ALG_OF = {kty: alg for alg, kty in KTY_OF.items()}
_MAKES = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_NAME = 200

Jwk = Mapping[str, str]


class Fault(StrEnum):
    """What is wrong with a key set as a whole."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    PRIVATE = "private"
    NONE_USABLE = "none_usable"
    TWICE = "twice"


class NotKeys(ValueError):
    """No key of it can be used, or it must not be used. `why` says it of each key."""

    def __init__(self, fault: Fault, why: tuple[str, ...] = ()) -> None:
        super().__init__(str(fault))
        self.fault, self.why = fault, why


@dataclass(frozen=True, slots=True)
class PartnerKeys:
    """`passed_over`: what was in the set and cannot be used, each with its reason."""

    keys: tuple[Jwk, ...]
    passed_over: tuple[str, ...] = field(default=(), compare=False)

    def find(self, kid: str, alg: str) -> Jwk | None:
        wanted = (kid, KTY_OF[alg])
        return next((one for one in self.keys if (one["kid"], one["kty"]) == wanted), None)

    def __str__(self) -> str:
        """As it is kept."""
        return json.dumps({"keys": [dict(one) for one in self.keys]}, separators=(",", ":"))


def read_keys(raw: bytes | str) -> PartnerKeys:
    """A JWK set from somebody else. Raises NotKeys."""
    said = _set(raw)
    if any(holds_private(one) for one in said):
        raise NotKeys(Fault.PRIVATE)
    keys: list[Jwk] = []
    passed_over: list[str] = []
    for one in said:
        try:
            keys.append(_usable(one))
        except _Unusable as problem:
            passed_over.append(str(problem))
    if not keys:
        raise NotKeys(Fault.NONE_USABLE, tuple(passed_over))
    if len({(one["kid"], one["kty"]) for one in keys}) < len(keys):
        raise NotKeys(Fault.TWICE)
    return PartnerKeys(tuple(keys), tuple(passed_over))


def kept_keys(text: str | None) -> PartnerKeys:
    """From our own spelling, which was checked when it was kept; none where none was."""
    return PartnerKeys(tuple(json.loads(text)["keys"]) if text else ())


def strict_object(raw: bytes | str) -> dict[str, Any]:
    """A JSON object in which nothing is said twice. Raises ValueError."""
    try:
        found = json.loads(raw, object_pairs_hook=_once, parse_constant=_no_such_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 (as json itself says it)
    return found


def holds_private(one: Any) -> bool:
    """Whether somebody has published what nobody else may know."""
    return isinstance(one, dict) and bool(one.keys() & _PRIVATE)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_such_number(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _set(raw: bytes | str) -> list[Any]:
    if len(raw) > MOST_BYTES:
        raise NotKeys(Fault.TOO_LARGE)
    try:
        said = strict_object(raw).get("keys")
    except ValueError:
        raise NotKeys(Fault.UNREADABLE) from None
    if not isinstance(said, list):
        raise NotKeys(Fault.UNREADABLE)
    if len(said) > MOST_KEYS:
        raise NotKeys(Fault.TOO_LARGE)
    return said


class _Unusable(ValueError):
    pass


def _usable(one: Any) -> Jwk:
    kid = one.get("kid") if isinstance(one, dict) else None
    if not isinstance(kid, str) or not 0 < len(kid) <= _NAME or not kid.isprintable():
        raise _Unusable("a key without a name (kid)")
    kty = one.get("kty")
    if kty not in _MAKES:
        raise _Unusable(f"{kid}: neither RSA nor EC")
    if one.get("use", "sig") != "sig" or "verify" not in one.get("key_ops", ["verify"]):
        raise _Unusable(f"{kid}: not for signatures")
    if one.get("alg", _ALG_OF[kty]) != _ALG_OF[kty]:
        raise _Unusable(f"{kid}: for another algorithm than {_ALG_OF[kty]}")
    made = {name: one.get(name) for name in _MAKES[kty]}
    if not all(isinstance(value, str) for value in made.values()):
        raise _Unusable(f"{kid}: a part of the key is missing")
    key: Jwk = {"kty": kty, "kid": kid, **made}
    _READS[kty](key)
    return key


def _rsa(key: Jwk) -> None:
    size = int.from_bytes(_number(key, "n")).bit_length()
    if not SHORTEST_RSA <= size <= LONGEST_RSA:
        said = f"{size} bits; between {SHORTEST_RSA} and {LONGEST_RSA} are needed"
        raise _Unusable(f"{key['kid']}: {said}")
    exponent = int.from_bytes(_number(key, "e"))
    if not 2 < exponent < 1 << 32 or exponent % 2 == 0:
        raise _Unusable(f"{key['kid']}: an exponent nobody uses")
    imported(key)


def _ec(key: Jwk) -> None:
    if key["crv"] != "P-384":
        raise _Unusable(f"{key['kid']}: not on the curve P-384")
    imported(key)


def _number(key: Jwk, name: str) -> bytes:
    try:
        return from_b64url(key[name])
    except ValueError:
        raise _Unusable(f"{key['kid']}: {name} is not base64url") from None


_READS: Mapping[str, Callable[[Jwk], None]] = {"RSA": _rsa, "EC": _ec}


def imported(key: Jwk) -> RSAKey | ECKey:
    """The key itself. Raises for numbers that make none."""
    made: dict[str, str | list[str]] = {name: key[name] for name in ("kty", *_MAKES[key["kty"]])}
    try:
        found = RSAKey.import_key(made) if key["kty"] == "RSA" else ECKey.import_key(made)
        public = found.public_key
    except (JoseError, ValueError):
        raise _Unusable(f"{key['kid']}: its numbers make no key") from None
    if isinstance(public, RSAPublicKey) and public.key_size < SHORTEST_RSA:
        raise _Unusable(f"{key['kid']}: too short")
    return found
