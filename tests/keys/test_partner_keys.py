"""Public keys only, strong ones only, and of those only what makes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey

from careplan.keys.partner_keys import Fault, NotKeys, kept_keys, read_keys
from tests.partners import a_key, an_rsa_key, b64url, number

EC, RSA = a_key(), an_rsa_key()


def a_set(*keys: Any) -> str:
    return json.dumps({"keys": list(keys)})


def fault(raw: str | bytes) -> Fault:
    with pytest.raises(NotKeys) as problem:
        read_keys(raw)
    return problem.value.fault


def test_only_what_makes_a_key_is_kept() -> None:
    found = read_keys(a_set(EC.jwk | {"x5c": ["MIIB"], "note": "of a trust"}, RSA.jwk))
    assert [set(one) for one in found.keys] == [
        {"kty", "kid", "crv", "x", "y"},
        {"kty", "kid", "n", "e"},
    ]
    assert kept_keys(str(found)) == found
    assert kept_keys(None).keys == ()


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-384").as_dict(private=True) | {"kid": "a"},
        RSAKey.generate_key(2048).as_dict(private=True) | {"kid": "a"},
        OctKey.generate_key(256).as_dict(private=True) | {"kid": "a"},
        {"kid": "a", "kty": "RSA", "p": "AQ"},
        {"kid": "a", "kty": "AKP", "priv": "AQ"},
    ],
    ids=["EC", "RSA", "shared secret", "a part", "post-quantum"],
)
def test_a_private_part_anywhere_refuses_the_whole_set(key: dict[str, Any]) -> None:
    assert fault(a_set(EC.jwk, key)) is Fault.PRIVATE


def without(key: dict[str, str], name: str) -> dict[str, str]:
    return {member: value for member, value in key.items() if member != name}


def test_what_cannot_be_used_is_passed_over_and_said() -> None:
    for key in (
        an_rsa_key("weak", 1024).jwk,
        RSA.jwk | {"n": number(1 << 2046 | 1)},
        RSA.jwk | {"n": b64url(b"\xff" * 2049)},
        RSA.jwk | {"e": number(1)},
        RSA.jwk | {"e": number(65536)},
        RSA.jwk | {"e": b64url(b"\x01" * 9)},
        RSA.jwk | {"n": "not base64url!"},
        without(RSA.jwk, "e"),
        RSA.jwk | {"alg": "RS256"},
        RSA.jwk | {"use": "enc"},
        RSA.jwk | {"key_ops": ["encrypt"]},
        without(EC.jwk, "kid"),
        EC.jwk | {"kid": ""},
        EC.jwk | {"kid": 7},
        EC.jwk | {"kid": "a\nb"},
        EC.jwk | {"crv": "P-256"},
        EC.jwk | {"y": EC.jwk["x"]},
        EC.jwk | {"x": None},
        EC.jwk | {"alg": "ES256"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AA"},
        {"kid": "a"},
        "a text",
        None,
    ):
        assert fault(a_set(key)) is Fault.NONE_USABLE, key
        with_a_good_one = read_keys(a_set(key, a_key("good").jwk))
        assert [one["kid"] for one in with_a_good_one.keys] == ["good"], key
        assert len(with_a_good_one.passed_over) == 1


def test_a_curve_of_another_kind_is_passed_over() -> None:
    key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert fault(a_set(key.as_dict() | {"kid": "a"})) is Fault.NONE_USABLE


def test_one_name_is_one_key_of_a_kind() -> None:
    assert fault(a_set(EC.jwk, a_key("other").jwk | {"kid": EC.kid})) is Fault.TWICE
    assert len(read_keys(a_set(EC.jwk, RSA.jwk | {"kid": EC.kid})).keys) == 2


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}",
        '{"keys": {}}',
        '{"keys": [], "keys": []}',
        b"\xff",
        '{"keys": [' * 5000,
        "-----BEGIN PUBLIC KEY-----",
        '{"keys": [{"kid": "a", "kid": "b"}]}',
    ],
)
def test_what_is_no_set_is_refused(raw: str | bytes) -> None:
    assert fault(raw) is Fault.UNREADABLE


def test_it_has_a_size() -> None:
    assert fault(" " * 65537) is Fault.TOO_LARGE
    assert fault(a_set(*[{"kid": "a"}] * 51)) is Fault.TOO_LARGE
    assert fault(a_set()) is Fault.NONE_USABLE


@given(st.binary(max_size=80))
def test_garbage_is_refused(raw: bytes) -> None:
    with pytest.raises(NotKeys):
        read_keys(raw)
