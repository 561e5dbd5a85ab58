"""Files of SMART Health Links: what we write others read, and the other way about."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import OctKey

from careplan.keys import jwe
from careplan.keys.errors import Tampered, TooLarge
from careplan.keys.jwe import decrypt_file, encrypt_file
from careplan.keys.tokens import from_b64url, to_b64url
from tests.keys.seeded import seeded

KEY = bytes(range(32))
FHIR = "application/fhir+json"


def encrypted(plain: bytes, **changes) -> str:
    facts: dict[str, Any] = {"key": KEY, "content_type": FHIR, "entropy": seeded()} | changes
    return encrypt_file(plain, **facts)


def by_joserfc(plain: bytes, header: dict[str, str]) -> str:
    return joserfc_jwe.encrypt_compact(
        header, plain, OctKey.import_key(KEY), algorithms=["dir", "A256GCM", "DEF"]
    )


@given(st.binary(max_size=300), st.booleans(), st.sampled_from([FHIR, "", "application/pdf; é"]))
def test_it_comes_back(plain: bytes, zipped: bool, content_type: str) -> None:
    token = encrypted(plain, zipped=zipped, content_type=content_type)
    assert decrypt_file(token, key=KEY) == (plain, content_type)


@given(st.binary(max_size=300), st.booleans())
def test_joserfc_reads_what_we_write(plain: bytes, zipped: bool) -> None:
    read = joserfc_jwe.decrypt_compact(
        encrypted(plain, zipped=zipped),
        OctKey.import_key(KEY),
        algorithms=["dir", "A256GCM", "DEF"],
    )
    assert read.plaintext == plain
    assert read.headers()["cty"] == FHIR


@given(st.binary(max_size=300), st.booleans())
def test_we_read_what_joserfc_writes(plain: bytes, zipped: bool) -> None:
    header = {"alg": "dir", "enc": "A256GCM", "cty": FHIR} | ({"zip": "DEF"} if zipped else {})
    assert decrypt_file(by_joserfc(plain, header), key=KEY) == (plain, FHIR)


def test_the_header_is_the_profile_s() -> None:
    def header(token: str) -> dict[str, str]:
        return json.loads(from_b64url(token.partition(".")[0]))

    assert header(encrypted(b"{}")) == {"alg": "dir", "enc": "A256GCM", "cty": FHIR}
    assert header(encrypted(b"{}", zipped=True))["zip"] == "DEF"


def test_each_encryption_has_a_fresh_iv() -> None:
    entropy = seeded()
    ivs = {encrypted(b"same", entropy=entropy).split(".")[2] for _ in range(50)}
    assert len(ivs) == 50
    assert {len(from_b64url(iv)) for iv in ivs} == {12}


@given(st.data())
def test_any_changed_letter_fails(data: st.DataObject) -> None:
    token = encrypted(b"Morphine 10 mg", zipped=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda new: new != token[at]))
    with pytest.raises(Tampered):
        decrypt_file(token[:at] + letter + token[at + 1 :], key=KEY)


@given(st.text(max_size=80) | st.from_regex(r"[\w-]{0,9}\.[\w-]{0,3}\.\w{16}\.\w{0,9}\.\w{22}"))
def test_garbage_is_refused_in_words(token: str) -> None:
    with pytest.raises(Tampered):
        decrypt_file(token, key=KEY)


def test_another_key_fails() -> None:
    with pytest.raises(Tampered, match="this is not its key"):
        decrypt_file(encrypted(b"x"), key=bytes(32))


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 50_000,
        b'{"alg":"none","enc":"A256GCM"}',
        b'{"alg":"dir","enc":"A128GCM"}',
        b'{"alg":"A256KW","enc":"A256GCM"}',
        b'{"alg":"dir","enc":"A256GCM","zip":"GZ"}',
        b'{"alg":"dir","enc":"A256GCM","zip":null}',
        b'{"alg":"dir","enc":"A256GCM","crit":["exp"]}',
        b'{"alg":"dir","enc":"A256GCM","cty":7}',
    ],
)
def test_a_header_cannot_ask_for_anything_else(header: bytes) -> None:
    parts = encrypted(b"x").split(".")
    with pytest.raises(Tampered):
        decrypt_file(".".join((to_b64url(header), *parts[1:])), key=KEY)


def test_an_encrypted_key_part_is_refused() -> None:
    first, _, *rest = encrypted(b"x").split(".")
    with pytest.raises(Tampered, match="second one empty"):
        decrypt_file(".".join((first, "AAAA", *rest)), key=KEY)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = encrypted(bytes(1001), zipped=True)
    monkeypatch.setattr(jwe, "MOST_BYTES", 1000)
    with pytest.raises(TooLarge, match="more than 1000"):
        decrypt_file(bomb, key=KEY)
    with pytest.raises(TooLarge, match="1001 bytes"):
        encrypted(bytes(1001))
    assert decrypt_file(encrypted(bytes(1000), zipped=True), key=KEY)[0] == bytes(1000)


def test_a_token_too_long_to_be_one_of_ours_is_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jwe, "_MOST_LETTERS", 50)
    with pytest.raises(TooLarge, match="at most 50"):
        decrypt_file("A" * 51, key=KEY)


@pytest.mark.parametrize("packed", [b"", b"\x07", zlib.compress(b"not raw"), b"\x03\x00trailing"])
def test_a_broken_zip_is_refused(packed: bytes) -> None:
    header = {"alg": "dir", "enc": "A256GCM", "cty": FHIR, "zip": "DEF"}
    protected = to_b64url(json.dumps(header).encode())
    sealed = AESGCM(KEY).encrypt(bytes(12), packed, protected.encode())
    parts = (protected, "", *map(to_b64url, (bytes(12), sealed[:-16], sealed[-16:])))
    with pytest.raises(Tampered, match="compressed file"):
        decrypt_file(".".join(parts), key=KEY)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        encrypted(b"x", key=bytes(size))
    with pytest.raises(ValueError, match="32 bytes"):
        decrypt_file(encrypted(b"x"), key=bytes(size))


def test_packing_is_smaller_than_the_standard_library_s_and_is_plain_deflate() -> None:
    plain = json.dumps([{"system": f"https://plan.example/{n % 7}", "code": n} for n in range(900)])
    token = encrypted(plain.encode(), zipped=True)
    kept = 12 + 16  # what the IV and the tag take
    packed = sum(len(from_b64url(part)) for part in token.split(".")[2:]) - kept
    assert packed < len(zlib.compress(plain.encode(), 9, wbits=-15))
    assert by_joserfc_read(token) == plain.encode()


def test_what_is_too_large_to_pack_slowly_is_packed_all_the_same() -> None:
    plain = b"a plan " * 100_000
    token = encrypted(plain, zipped=True)
    assert decrypt_file(token, key=KEY)[0] == plain
    assert len(token) < 10_000


def by_joserfc_read(token: str) -> bytes:
    key = OctKey.import_key(KEY)
    read = joserfc_jwe.decrypt_compact(token, key, algorithms=["dir", "A256GCM", "DEF"])
    return read.plaintext or b""
