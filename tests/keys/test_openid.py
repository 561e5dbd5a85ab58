"""What a provider says of somebody is taken only as its answer to our question, signed by it, now.

The notes are signed here by the plain cryptography library: nothing is shared with what reads them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import PublicFormat as Public

from careplan.keys.errors import BadIdToken, UnknownIssuerKey
from careplan.keys.openid import (
    SKEW,
    NotAKey,
    NotTheirKeys,
    Question,
    read_client_key,
    read_id_token,
    read_issuer_keys,
)
from careplan.keys.tokens import from_b64url, to_b64url
from tests.partners import number

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ISSUER, CLIENT = "https://sign-in.example.org", "our-plan"
QUESTION = Question(
    issuer=ISSUER, client_id=CLIENT, algorithms=("RS512", "ES256"), nonce="n" * 43, asked_at=NOW
)
ACCESS = "an access token"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "ada",
    "aud": CLIENT,
    "iat": SECONDS,
    "exp": SECONDS + 600,
    "auth_time": SECONDS,
    "nonce": "n" * 43,
}


@cache
def rsa_key(name: str = "theirs", size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: Any, kid: Any = "one", **more: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return {"kty": "RSA", "kid": kid, "n": number(numbers.n), "e": number(numbers.e)} | more
    x, y = number(numbers.x, 32), number(numbers.y, 32)
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y} | more


def keys(*each: dict[str, Any]) -> bytes:
    return json.dumps({"keys": each or [jwk(rsa_key())]}).encode()


def packed(said: Any) -> str:
    return to_b64url(json.dumps(said).encode())


def signature(alg: str, key: Any, signed: bytes) -> bytes:
    if alg == "none":
        return b""
    if alg.startswith("HS"):
        return hmac.digest(key, signed, hashlib.sha256)
    if alg == "ES256":
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    digest = SHA512() if alg.endswith("512") else SHA256()
    return bytes(key.sign(signed, padding.PKCS1v15(), digest))


def note(
    *, alg: str = "RS512", key: Any = None, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """A whole answer, but for what is said otherwise; None leaves a claim away."""
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    head = {"alg": alg, "kid": "one"} | (header or {})
    signed = f"{packed({n: v for n, v in head.items() if v is not None})}.{packed(said)}"
    made = signature(alg, rsa_key() if key is None else key, signed.encode())
    return f"{signed}.{to_b64url(made)}"


def read(token: str, *, now: datetime = NOW, known: bytes | None = None, **asked: Any) -> Any:
    return read_id_token(
        token,
        keys=read_issuer_keys(known or keys()),
        question=replace(QUESTION, **asked),
        access_token=ACCESS,
        now=now,
    )


def test_a_whole_answer_is_taken():
    assert read(note())["sub"] == "ada"
    assert read(note(header={"kid": None}))["sub"] == "ada"
    assert read(note(aud=[CLIENT], azp=CLIENT), now=NOW + timedelta(minutes=5))["sub"] == "ada"
    of_a_curve = note(alg="ES256", key=ec_key())
    assert read(of_a_curve, known=keys(jwk(ec_key())))["sub"] == "ada"
    half = hashlib.sha512(ACCESS.encode()).digest()[:32]
    assert read(note(at_hash=to_b64url(half)))["sub"] == "ada"


PUBLIC = rsa_key().public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo)
FORGED: dict[str, dict[str, Any]] = {
    "not signed": {"alg": "none"},
    "signed with the public key": {"alg": "HS256", "key": PUBLIC},
    "in small letters": {"alg": "rs512"},
    "in a way we do not take": {"alg": "RS256"},
    "with another's key": {"key": rsa_key("another")},
    "a key it brings along": {
        "key": rsa_key("another"),
        "header": {"jwk": jwk(rsa_key("another"))},
    },
    "a key it points at": {
        "key": rsa_key("another"),
        "header": {"jku": "https://evil.example.org/keys"},
    },
    "more than we understand": {"header": {"crit": ["exp"]}},
    "not in letters": {"header": {"b64": False}},
    "a key without a name": {"header": {"kid": 1}},
}


@pytest.mark.asvs("9.1.2")
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_answer_is_refused(forged):
    with pytest.raises(BadIdToken):
        read(note(**FORGED[forged]))


def test_a_key_not_in_hand_is_told_apart_so_that_newer_ones_are_asked_for():
    for header in ({"kid": "two"}, {"kid": ""}):
        with pytest.raises(UnknownIssuerKey):
            read(note(header=header))
    with pytest.raises(UnknownIssuerKey):  # it does not say which of the two
        read(note(header={"kid": None}), known=keys(jwk(rsa_key()), jwk(rsa_key("b"), "b")))


WRONG: dict[str, dict[str, Any]] = {
    "another provider": {"iss": "https://evil.example.org"},
    "another provider, nearly": {"iss": ISSUER + "/"},
    "no provider": {"iss": None},
    "to another": {"aud": "another"},
    "to two": {"aud": [CLIENT, "another"]},
    "to nobody": {"aud": None},
    "given to another": {"azp": "another"},
    "another question": {"nonce": "m" * 43},
    "no question": {"nonce": None},
    "no text": {"nonce": 1},
    "over": {"exp": SECONDS - 31},
    "without an end": {"exp": None},
    "for a year": {"exp": SECONDS + 366 * 86400},
    "no time": {"exp": "tomorrow"},
    "yes": {"exp": True},
    "of a time to come": {"iat": SECONDS + 31},
    "made before we asked": {"iat": SECONDS - 31},
    "without a beginning": {"iat": None},
    "signed in there an hour ago": {"auth_time": SECONDS - 3600},
    "not said when": {"auth_time": None},
    "signed in there tomorrow": {"auth_time": SECONDS + 86400},
    "of nobody": {"sub": None},
    "of somebody without a name": {"sub": ""},
    "of a long name": {"sub": "x" * 256},
    "of a number": {"sub": 7},
    "another token beside it": {"at_hash": to_b64url(bytes(32))},
}


@pytest.mark.asvs("10.5.1")
@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_to_anything_else_is_refused(wrong):
    with pytest.raises(BadIdToken):
        read(note(**WRONG[wrong]))


@pytest.mark.parametrize("token", ["", "..", "a.b.c", "x" * 20_000, "e30.e30.e30", "." * 9])
def test_what_is_no_note_is_refused(token):
    with pytest.raises(BadIdToken):
        read(token)


def test_one_letter_changed_is_another_note():
    head, body, made = note().split(".")
    other = packed(CLAIMS | {"sub": "bo"})
    for changed in (f"{head}.{other}.{made}", f"{head}.{body}.{made[::-1]}", f"{head}.{body}."):
        with pytest.raises(BadIdToken):
            read(changed)


def test_a_member_that_stands_twice_is_read_by_nobody():
    head, twice = packed({"alg": "RS512", "kid": "one"}), b'{"sub":"ada","sub":"bo"}'
    signed = f"{head}.{to_b64url(twice)}"
    made = to_b64url(signature("RS512", rsa_key(), signed.encode()))
    with pytest.raises(BadIdToken):
        read(f"{signed}.{made}")


def test_clocks_may_differ_by_half_a_minute_and_no_more():
    assert read(note(), now=NOW - SKEW)["sub"] == "ada"
    assert read(note(), now=NOW + timedelta(seconds=629))["sub"] == "ada"
    with pytest.raises(BadIdToken):
        read(note(), now=NOW + timedelta(seconds=630))


# --- their keys, and ours --------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b'{"keys":{}}',
        b'{"keys":[],"keys":[]}',
        keys(jwk(rsa_key(), d="AQAB")),
        b" " * 70_000,
        json.dumps({"keys": [{}] * 51}).encode(),
    ],
    ids=len,
)
def test_what_is_no_set_of_public_keys_is_refused_whole(said):
    with pytest.raises(NotTheirKeys):
        read_issuer_keys(said)


@pytest.mark.parametrize(
    "of_no_use",
    [
        jwk(rsa_key(), use="enc"),
        jwk(rsa_key(), alg="RS256"),
        jwk(rsa_key("short", 1024)),
        jwk(rsa_key(), n="!"),
        {"kty": "oct", "kid": "one", "x": "AQAB"},
        jwk(rsa_key(), kid=1),
    ],
    # Names that are the same in every worker: a key is another each time.
    ids=["to lock with", "another way", "short", "no number", "no key of a pair", "no name"],
)
def test_a_key_for_something_else_signs_nothing(of_no_use):
    with pytest.raises(UnknownIssuerKey):
        read(note(), known=keys(of_no_use))


def pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_our_note_says_who_we_are_to_one_door_for_two_minutes():
    made = read_client_key(pem(rsa_key("ours")))
    assert "ours" not in repr(made)
    mine: dict[str, Any] = {"client_id": CLIENT, "audience": f"{ISSUER}/token", "now": NOW}
    head, body, signed = made.assertion(**mine, entropy=bytes).split(".")
    rsa_key("ours").public_key().verify(
        from_b64url(signed), f"{head}.{body}".encode(), padding.PKCS1v15(), SHA512()
    )
    said = json.loads(from_b64url(body))
    assert said == {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": f"{ISSUER}/token",
        "jti": "A" * 22,
        "iat": SECONDS,
        "exp": SECONDS + 120,
    }


def test_a_file_without_a_good_private_key_is_refused():
    public = rsa_key().public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo)
    for data in (b"", b"\xff", b"-----BEGIN", public, pem(ec_key()), pem(rsa_key("short", 1024))):
        with pytest.raises(NotAKey):
            read_client_key(data)
