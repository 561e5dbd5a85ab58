"""Signs and reads SMART Health Cards: a plan's first facts in one QR that needs no signal.

Signed and not encrypted: whoever scans one reads it. Written on cryptography's own ECDSA, because
the profile allows exactly one algorithm: what the code cannot choose, a forged header cannot
change. The tests read our cards with joserfc and by hand.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import zopfli.zlib
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from careplan.keys.errors import (
    BadSignature,
    NotACard,
    OtherAlgorithm,
    OtherPacking,
    TooLarge,
    UnknownIssuer,
)
from careplan.keys.tokens import Entropy, draw, from_b64url, to_b64url

MOST_BYTES = 256 * 1024
"""Of a card unpacked; a real one has a few thousand."""
MOST_LETTERS = 64 * 1024
NUMERIC = "shc:/"

_SIZE = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RAW_DEFLATE = -zlib.MAX_WBITS
_OFFSET = 45
_DIGITS = re.compile(r"(?:[0-9]{2})+", re.ASCII)

Jwk = Mapping[str, Any]
Pack = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class CardKey:
    """A P-256 key. Its name is worked out from its public part (RFC 7638), so it cannot be lied
    about; printing it shows the name only."""

    secret: bytes = field(repr=False)
    kid: str = field(init=False)
    _public: Jwk = field(init=False, repr=False)

    def __post_init__(self) -> None:
        numbers = _private(self.secret).public_key().public_numbers()
        x, y = (to_b64url(one.to_bytes(_SIZE, "big")) for one in (numbers.x, numbers.y))
        object.__setattr__(self, "kid", thumbprint(x, y))
        object.__setattr__(self, "_public", {**_fixed(), "kid": self.kid, "x": x, "y": y})

    @property
    def public(self) -> dict[str, Any]:
        """What `/.well-known/jwks.json` shows of it; never its private part."""
        return dict(self._public)


def new_card_key(entropy: Entropy) -> CardKey:
    """From the entropy handed in, as every secret here: FIPS 186-5 A.2.1, extra random bits.

    Sixteen bytes more than the order has make the remainder as good as even.
    """
    number = int.from_bytes(draw(entropy, _SIZE + 16), "big") % (_ORDER - 1) + 1
    return CardKey(number.to_bytes(_SIZE, "big"))


def thumbprint(x: str, y: str) -> str:
    """RFC 7638 over the members that make the key, in their one order."""
    said = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return to_b64url(hashlib.sha256(said.encode("ascii")).digest())


def sign_card(payload: Mapping[str, Any], key: CardKey) -> str:
    """The compact JWS: minified, packed as small as deflate goes, then signed.

    The signature is worked out without randomness (RFC 6979): a second hidden source of it could
    give the key away.
    """
    signed = f"{to_b64url(_header(key))}.{to_b64url(packed(_minified(payload)))}"
    how = ec.ECDSA(SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(_private(key.secret).sign(signed.encode("ascii"), how))
    return f"{signed}.{to_b64url(r.to_bytes(_SIZE, 'big') + s.to_bytes(_SIZE, 'big'))}"


def letters_of(
    payload: Mapping[str, Any], key: CardKey, *, pack: Pack = zopfli.zlib.compress
) -> int:
    """How long the card will be, without signing it."""
    body = packed(_minified(payload), pack=pack)
    parts = (_header(key), body, bytes(2 * _SIZE))
    return sum(len(to_b64url(part)) for part in parts) + 2


def packed(plain: bytes, *, pack: Pack = zopfli.zlib.compress) -> bytes:
    """Raw deflate (RFC 1951). The frame of zlib is taken off: 2 bytes before, 4 behind."""
    return pack(plain)[2:-4]


def _header(key: CardKey) -> bytes:
    return _minified({"alg": "ES256", "zip": "DEF", "kid": key.kid})


def _minified(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()


def read_card(jws: str, jwks: Iterable[Jwk]) -> dict[str, Any]:
    """What the card says, once its signature has been checked with one of these public keys.

    Raises NotACard, OtherAlgorithm, OtherPacking, UnknownIssuer, BadSignature, TooLarge. Whether it
    has ended or was taken back is for whoever asks at a time (`nbf`, `exp`, `vc.rid`).
    """
    if len(jws) > MOST_LETTERS:
        raise TooLarge(f"{len(jws)} letters; a card has at most {MOST_LETTERS}")
    parts = jws.split(".")
    if len(parts) != 3:
        raise NotACard("three parts are needed")
    header = _object(_decoded(parts[0]), "header")
    _must_be_plain(header)
    key = _named(header.get("kid"), jwks)
    _check(key, f"{parts[0]}.{parts[1]}", _decoded(parts[2]))
    return _object(_inflated(_decoded(parts[1])), "payload")


def as_numeric(jws: str) -> str:
    """What the QR holds: "shc:/" and two digits for each letter."""
    return NUMERIC + "".join(f"{ord(letter) - _OFFSET:02}" for letter in jws)


def from_numeric(text: str) -> str:
    """The JWS again. A card in several pieces ("shc:/1/3/…") is refused: nobody makes them now."""
    digits = text.removeprefix(NUMERIC)
    if digits == text or not _DIGITS.fullmatch(digits):
        raise NotACard("not the digits of a card")
    if len(digits) > 2 * MOST_LETTERS:
        raise TooLarge(f"{len(digits)} digits; a card has at most {2 * MOST_LETTERS}")
    pairs = (int(digits[at : at + 2]) for at in range(0, len(digits), 2))
    letters = [chr(pair + _OFFSET) for pair in pairs]
    if not all("-" <= letter <= "z" for letter in letters):
        raise NotACard("digits that stand for no letter of a card")
    return "".join(letters)


# --- keys ------------------------------------------------------------------------------------


def _private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    if len(secret) != _SIZE:
        raise ValueError(f"a card key has {_SIZE} bytes, not {len(secret)}")
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def _fixed() -> dict[str, str]:
    return {"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256"}


def _named(kid: object, jwks: Iterable[Jwk]) -> ec.EllipticCurvePublicKey:
    """A key is found by its name, and its name must be its own."""
    for one in jwks:
        if kid is None or one.get("kid") != kid or one.get("kty") != "EC":
            continue
        x, y = str(one.get("x")), str(one.get("y"))
        if one.get("crv") != "P-256" or thumbprint(x, y) != kid:
            raise UnknownIssuer("the key in hand does not have the name it goes by")
        try:
            across, up = (int.from_bytes(from_b64url(part), "big") for part in (x, y))
            return ec.EllipticCurvePublicNumbers(across, up, ec.SECP256R1()).public_key()
        except ValueError as problem:
            raise UnknownIssuer("the key in hand is not a point of its curve") from problem
    raise UnknownIssuer("signed with a key that is not in hand")


def _check(key: ec.EllipticCurvePublicKey, signed: str, signature: bytes) -> None:
    if len(signature) != 2 * _SIZE:
        raise BadSignature("the signature has the wrong length")
    r, s = (int.from_bytes(half, "big") for half in (signature[:_SIZE], signature[_SIZE:]))
    try:
        key.verify(encode_dss_signature(r, s), signed.encode("ascii"), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise BadSignature("the card was altered, or another key signed it") from None


# --- texts -----------------------------------------------------------------------------------


def _must_be_plain(header: Mapping[str, Any]) -> None:
    """Exactly what the profile names: a member more could change what the rest means."""
    if header.get("alg") != "ES256":
        raise OtherAlgorithm("a card is signed with ES256 and nothing else")
    if header.get("zip") != "DEF":
        raise OtherPacking("a card is packed with DEF and nothing else")
    if {*header} != {"alg", "zip", "kid"}:
        raise NotACard("the header says more, or less, than a card's header does")


def _decoded(part: str) -> bytes:
    try:
        return from_b64url(part)
    except ValueError as problem:
        raise NotACard("a part is not base64url") from problem


def _object(raw: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise NotACard(f"the {name} cannot be read") from problem
    if not isinstance(found, dict):
        raise NotACard(f"the {name} is not an object")
    return found


def _inflated(body: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=_RAW_DEFLATE)
    try:
        plain = reader.decompress(body, MOST_BYTES + 1)
    except zlib.error as problem:
        raise NotACard("the packed part cannot be read") from problem
    if len(plain) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES} bytes when unpacked")
    if not reader.eof or reader.unused_data:
        raise NotACard("the packed part does not end where it should")
    return plain
