"""Only a note of SMART's own form is read: signed by the named key, for us, now, and for minutes.

The notes are made by `tests.partners`, which shares nothing with the code that reads them; what
joserfc makes is read as well.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from careplan.keys.assertions import (
    LONGEST,
    MOST_LETTERS,
    SKEW,
    Assertion,
    check_signature,
    read_assertion,
)
from careplan.keys.errors import BadAssertion, UnknownKey
from careplan.keys.partner_keys import PartnerKeys, kept_keys, read_keys
from tests.partners import SigningKey, a_key, an_rsa_key, b64url, claims, signed

NOW = datetime(2026, 11, 23, 9, 0, 0, 500_000, tzinfo=UTC)
AUDIENCE = "https://plan.example.org/fhir/token"
CLIENT = "6f1c1a1e-8a3e-4c1b-9b7e-0d6f3c2b1a00"
EC, RSA = a_key(), an_rsa_key()
KEYS = read_keys(json.dumps({"keys": [EC.jwk, RSA.jwk]}))
EACH_KEY = pytest.mark.parametrize("key", [EC, RSA], ids=["ES384", "RS384"])


def said(**changes: Any) -> dict[str, Any]:
    return claims(CLIENT, AUDIENCE, at=NOW, **changes)


def read(token: str, keys: PartnerKeys = KEYS, **more: Any) -> Assertion:
    found = read_assertion(token, audience=AUDIENCE, now=NOW)
    check_signature(found, keys, **more)
    return found


def seconds(**away: float) -> float:
    return (NOW + timedelta(**away)).timestamp()


# --- what is taken -------------------------------------------------------------------------------


@EACH_KEY
def test_a_note_of_the_standards_form_is_taken(key: SigningKey) -> None:
    found = read(signed(said(jti="one"), key))
    assert (found.client_id, found.jti, found.kid, found.alg) == (CLIENT, "one", key.kid, key.alg)
    assert timedelta() < found.expires_at - NOW <= LONGEST


@pytest.mark.parametrize(
    ("alg", "made"),
    [("ES384", lambda: ECKey.generate_key("P-384")), ("RS384", lambda: RSAKey.generate_key(3072))],
)
def test_what_another_library_signs_is_taken(alg: str, made: Any) -> None:
    key = made()
    keys = read_keys(json.dumps({"keys": [key.as_dict(private=False) | {"kid": "theirs"}]}))
    note = jwt.encode({"alg": alg, "kid": "theirs"}, said(), key, algorithms=[alg])
    assert read(note, keys).kid == "theirs"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [AUDIENCE]},
        {"exp": seconds(minutes=5)},
        {"exp": seconds(minutes=5) + SKEW.total_seconds() - 1},
        {"exp": seconds(seconds=-20)},  # their clock is a little behind
        {"iat": seconds(), "nbf": seconds(seconds=-1)},
        {"iat": seconds(seconds=20)},
        {"exp": seconds(minutes=1) + 0.25},
        {"resource": "anything else is theirs to say"},
    ],
)
def test_what_the_standard_leaves_open_is_taken(changes: dict[str, Any]) -> None:
    read(signed(said(**changes), EC))


def test_the_keys_come_back_as_they_were_kept() -> None:
    assert kept_keys(str(KEYS)) == KEYS
    read(signed(said(), RSA), kept_keys(str(KEYS)))


# --- what is not ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"sub": None},
        {"sub": "somebody-else"},
        {"iss": 7, "sub": 7},
        {"iss": "", "sub": ""},
        {"iss": "x" * 201, "sub": "x" * 201},
        {"aud": None},
        {"aud": "https://plan.example.org/fhir"},
        {"aud": AUDIENCE + "/"},
        {"aud": []},
        {"aud": [AUDIENCE, "https://other.example.org/token"]},
        {"aud": {"is": AUDIENCE}},
        {"exp": None},
        {"exp": str(int(seconds(minutes=1)))},
        {"exp": True},
        {"exp": -1},
        {"exp": 1e300},
        {"exp": seconds(seconds=-31)},
        {"exp": seconds(days=-1)},
        {"exp": seconds(minutes=6)},
        {"exp": seconds(days=365)},
        {"iat": seconds(minutes=1)},
        {"nbf": seconds(minutes=2)},
        {"iat": seconds(seconds=25), "exp": seconds(seconds=20)},
        {"iat": "now"},
        {"nbf": False},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 201},
        {"jti": 4},
    ],
    ids=str,
)
def test_what_it_says_must_be_about_us_and_now(changes: dict[str, Any]) -> None:
    with pytest.raises(BadAssertion):
        read(signed(said(**changes), EC))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS384"},
        {"alg": "RS256"},
        {"alg": "ES256"},
        {"alg": "PS384"},
        {"alg": None},
        {"alg": ["ES384"]},
        {"kid": None},
        {"kid": 7},
        {"typ": "dpop+jwt"},
        {"crit": ["exp"]},
        {"b64": False},
        {"jwk": "theirs"},
        {"x5u": "https://evil.example/x5u"},
        {"x5c": ["MIIB"]},
        {"x5t#S256": "AA"},
        {"jku": 7},
        {"jku": "https://evil.example/jwks.json"},
        {"zip": "DEF"},
    ],
    ids=str,
)
@pytest.mark.asvs("9.1.2")
def test_the_header_says_only_how_and_with_which_key(header: dict[str, Any]) -> None:
    if "jwk" in header:  # drawn here, for every worker must collect the same cases
        header = {"jwk": a_key("an intruder's").jwk}
    with pytest.raises(BadAssertion):
        read(signed(said(), EC, header=header), jwks_url="https://good.example/jwks.json")


def test_the_address_we_have_already_may_stand_there_and_no_other() -> None:
    """As SMART 2.2 says of `jku`; it is compared, and never followed."""
    mine = "https://good.example/jwks.json"
    note = signed(said(), EC, header={"jku": mine})
    read(note, jwks_url=mine)
    with pytest.raises(BadAssertion):
        read(note, jwks_url=mine + "?")
    with pytest.raises(BadAssertion):
        read(note)


@EACH_KEY
@pytest.mark.asvs("9.1.2")
def test_the_public_key_is_no_password(key: SigningKey) -> None:
    """The old confusion: signed with HMAC under what everybody can read."""
    for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384)):
        parts = signed(said(), key, header={"alg": alg}).rpartition(".")[0]
        for secret in (json.dumps(key.jwk).encode(), key.jwks.encode(), key.jwk["kty"].encode()):
            forged = hmac.digest(secret, parts.encode(), digest)
            with pytest.raises(BadAssertion):
                read(f"{parts}.{b64url(forged)}")
    unsigned = signed(said(), key, header={"alg": "none"}).rpartition(".")[0]
    with pytest.raises(BadAssertion):
        read(f"{unsigned}.")


def test_a_key_of_the_other_kind_under_the_same_name_opens_nothing() -> None:
    """RS384 in the header and a curve's key in the set: the kind of key must be the way's own."""
    mine = SigningKey("shared name", EC.private)
    theirs = SigningKey("shared name", RSA.private)
    only_ec = read_keys(mine.jwks)
    with pytest.raises(UnknownKey):
        read(signed(said(), theirs), only_ec)
    with pytest.raises(BadAssertion):
        read(signed(said(), theirs, header={"alg": "ES384"}), only_ec)
    both = read_keys(json.dumps({"keys": [mine.jwk, theirs.jwk]}))
    assert read(signed(said(), mine), both).alg == "ES384"
    assert read(signed(said(), theirs), both).alg == "RS384"


@EACH_KEY
def test_another_key_under_a_known_name_opens_nothing(key: SigningKey) -> None:
    fresh = an_rsa_key("other") if key.alg == "RS384" else a_key("other")
    with pytest.raises(BadAssertion):
        read(signed(said(), SigningKey(key.kid, fresh.private)))


@EACH_KEY
def test_an_unknown_name_is_told_apart_so_that_keys_can_be_asked_for_anew(key: SigningKey) -> None:
    with pytest.raises(UnknownKey):
        read(signed(said(), SigningKey("next year's", key.private)))
    with pytest.raises(UnknownKey):
        read(signed(said(), key), PartnerKeys(()))


@pytest.mark.parametrize("alg", ["RS256", "RS384"])
def test_a_weaker_way_of_signing_is_no_way_in(alg: str) -> None:
    """Signed as they should be, but for the digest: named so in the header, and not named so."""
    parts = signed(said(), RSA, header={"alg": alg}).rpartition(".")[0]
    with pytest.raises(BadAssertion):
        read(f"{parts}.{b64url(RSA.sign(parts.encode(), alg='RS256'))}")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b'{"iss":"a","iss":"b"}',
        b"\xff\xfe",
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"a":' * 1500 + b"1" + b"}" * 1500,
    ],
)
def test_what_is_no_plain_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadAssertion):
        read(signed(raw, EC))


def test_nothing_is_said_twice() -> None:
    whole = json.dumps(said()).encode()
    read(signed(whole, EC))
    for member in (b'"sub":"another",', b'"exp":1,', b'"aud":"x",', b'"jti":"y",'):
        with pytest.raises(BadAssertion):
            read(signed(b"{" + member + whole[1:], EC))


@pytest.mark.parametrize("size", [MOST_LETTERS + 1, 10 * MOST_LETTERS])
def test_it_has_a_size(size: int) -> None:
    with pytest.raises(BadAssertion):
        read(signed(said(more="x" * size), EC))


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note + ".",
        lambda note: note.rpartition(".")[0],
        lambda note: note.rpartition(".")[0] + ".",
        lambda note: note.replace(".", "..", 1),
        lambda note: note + "=",
        lambda note: " " + note,
        lambda note: note + "\n",
        lambda note: note[:-4],
        lambda note: json.dumps({"payload": note.split(".")[1], "signature": "AA"}),
        lambda note: note.upper(),
    ],
)
def test_its_form_is_strict(change: Any) -> None:
    with pytest.raises(BadAssertion):
        read(change(signed(said(), EC)))


NOTE = signed(said(), EC)


@given(st.integers(0, len(NOTE) - 1), st.sampled_from("ABCDabcd0123-_."))
def test_no_letter_of_it_can_be_changed(at: int, letter: str) -> None:
    changed = NOTE[:at] + letter + NOTE[at + 1 :]
    if changed == NOTE:
        return
    with pytest.raises(BadAssertion):
        read(changed)


@given(st.text(max_size=200))
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(BadAssertion):
        read(text)
