"""Signed cards: ours are read by others' means, others' by ours, and nothing else is believed."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from careplan.keys import health_cards
from careplan.keys.errors import (
    BadSignature,
    CannotOpen,
    NotACard,
    OtherAlgorithm,
    OtherPacking,
    TooLarge,
    UnknownIssuer,
)
from careplan.keys.health_cards import (
    CardKey,
    as_numeric,
    from_numeric,
    letters_of,
    new_card_key,
    packed,
    read_card,
    sign_card,
)
from careplan.keys.tokens import from_b64url, to_b64url
from tests.keys.seeded import seeded

KEY, OTHER = new_card_key(seeded("card")), new_card_key(seeded("another"))
PAYLOAD = {"iss": "https://plan.example.org", "nbf": 1795424400, "vc": {"rid": "kRv3mVbQk1c"}}
CARD = sign_card(PAYLOAD, KEY)
SHARED = Path(__file__).parents[3] / "shared" / "fhir" / "examples"
LETTERS = "".join(chr(code) for code in range(45, 123))


def by_hand(header: dict[str, Any], body: bytes, key: CardKey = KEY) -> str:
    """A card that says what it likes, signed all the same."""
    registry = JWSRegistry(algorithms=["ES256", "HS256"], strict_check_header=False)
    private = ECKey.import_key({**key.public, "d": to_b64url(key.secret)})
    return joserfc_jws.serialize_compact(header, body, private, registry=registry)


def header_of(**changes: Any) -> dict[str, Any]:
    return {"alg": "ES256", "zip": "DEF", "kid": KEY.kid, **changes}


def test_it_works() -> None:
    assert read_card(CARD, [OTHER.public, KEY.public]) == PAYLOAD
    header = json.loads(from_b64url(CARD.split(".")[0]))
    assert header == header_of()
    assert list(header) == ["alg", "zip", "kid"]


def test_others_read_ours() -> None:
    registry = JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    found = joserfc_jws.deserialize_compact(CARD, ECKey.import_key(KEY.public), registry=registry)
    plain = zlib.decompress(found.payload, wbits=-15)
    assert plain == json.dumps(PAYLOAD, separators=(",", ":")).encode()
    assert ECKey.import_key(KEY.public).thumbprint() == KEY.kid


def test_the_public_key_says_no_more_than_it_must() -> None:
    assert set(KEY.public) == {"kty", "use", "alg", "crv", "kid", "x", "y"}
    assert to_b64url(KEY.secret) not in json.dumps(KEY.public)
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY) == f"CardKey(kid='{KEY.kid}')"


def test_the_same_entropy_gives_the_same_key_and_the_same_card() -> None:
    again = new_card_key(seeded("card"))
    assert (again, sign_card(PAYLOAD, again)) == (KEY, CARD)
    assert KEY.kid != OTHER.kid


@given(st.integers(0, len(CARD) - 1), st.sampled_from(LETTERS))
def test_any_letter_changed_is_refused(at: int, letter: str) -> None:
    if CARD[at] == letter:
        return
    with pytest.raises(CannotOpen):
        read_card(CARD[:at] + letter + CARD[at + 1 :], [KEY.public])


payloads = st.dictionaries(
    st.text(max_size=8),
    st.recursive(st.text(max_size=30) | st.integers() | st.booleans(), st.lists, max_leaves=6),
    max_size=5,
)


@given(payloads)
def test_whatever_is_signed_is_read(payload: dict[str, Any]) -> None:
    made = sign_card(payload, KEY)
    assert read_card(made, [KEY.public]) == payload
    assert len(made) == letters_of(payload, KEY)


@given(st.text(alphabet=LETTERS, min_size=1, max_size=200))
def test_digits_are_the_letters_again(text: str) -> None:
    assert from_numeric(as_numeric(text)) == text


@pytest.mark.parametrize(
    ("digits", "why"),
    [
        ("shc:/", NotACard),
        ("5678", NotACard),
        ("shc:/567", NotACard),
        ("shc:/1/3/5656", NotACard),
        ("shc:/99", NotACard),
        ("shc:/" + "56" * (health_cards.MOST_LETTERS + 1), TooLarge),
    ],
)
def test_digits_that_are_no_card(digits: str, why: type[Exception]) -> None:
    with pytest.raises(why):
        from_numeric(digits)


BODY = packed(json.dumps(PAYLOAD).encode())
_BOMB = zlib.compressobj(9, wbits=-15)
BOMB = _BOMB.compress(b" " * (health_cards.MOST_BYTES + 1)) + _BOMB.flush()

NOT_A_CARD: dict[str, tuple[str, type[Exception]]] = {
    "not three parts": ("a.b", NotACard),
    "five parts": ("a.b.c.d.e", NotACard),
    "no base64url": ("é.b.c", NotACard),
    "alg none": (
        f"{to_b64url(json.dumps(header_of(alg='none')).encode())}.{to_b64url(BODY)}.",
        OtherAlgorithm,
    ),
    "alg HS256": (
        f"{to_b64url(json.dumps(header_of(alg='HS256')).encode())}.{to_b64url(BODY)}.AA",
        OtherAlgorithm,
    ),
    "another packing": (by_hand(header_of(zip="GZIP"), BODY), OtherPacking),
    "no packing": (by_hand({"alg": "ES256", "kid": KEY.kid}, BODY), OtherPacking),
    "a header that says more": (by_hand(header_of(typ="JWT"), BODY), NotACard),
    "another's name": (by_hand(header_of(kid=OTHER.kid), BODY), BadSignature),
    "a name nobody has": (by_hand(header_of(kid="x" * 43), BODY), UnknownIssuer),
    "no name": (by_hand({"alg": "ES256", "zip": "DEF", "kid": ""}, BODY), UnknownIssuer),
    "another key": (by_hand(header_of(), BODY, OTHER), BadSignature),
    "a short signature": (CARD.rpartition(".")[0] + "." + to_b64url(bytes(63)), BadSignature),
    "too much when unpacked": (by_hand(header_of(), BOMB), TooLarge),
    "more after the end": (by_hand(header_of(), BODY + b"more"), NotACard),
    "an end that is missing": (by_hand(header_of(), BODY[:-3]), NotACard),
    "not packed at all": (by_hand(header_of(), b"\xff\xff"), NotACard),
    "not JSON": (by_hand(header_of(), packed(b"nothing")), NotACard),
    "not an object": (by_hand(header_of(), packed(b"[1]")), NotACard),
    "too many letters": ("x" * (health_cards.MOST_LETTERS + 1), TooLarge),
}


@pytest.mark.parametrize("name", NOT_A_CARD)
@pytest.mark.asvs("9.1.2")
def test_what_is_not_a_card_is_refused_by_name(name: str) -> None:
    card, why = NOT_A_CARD[name]
    with pytest.raises(why):
        read_card(card, [KEY.public, OTHER.public])


def test_a_key_under_another_name_is_not_believed() -> None:
    with pytest.raises(UnknownIssuer):
        read_card(CARD, [{**OTHER.public, "kid": KEY.kid}])
    with pytest.raises(UnknownIssuer):
        read_card(CARD, [{**KEY.public, "x": "AA"}])
    with pytest.raises(UnknownIssuer):
        read_card(CARD, [{"kid": KEY.kid, "kty": "oct", "k": "AAAA"}])


def test_a_key_has_thirty_two_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CardKey(b"short")


# --- the standard's own example ----------------------------------------------------------------


def example(name: str) -> str:
    file = SHARED / name
    if not file.exists():
        pytest.skip("the standard's examples are not here")
    return file.read_text(encoding="utf-8").strip()


def test_the_standards_own_card_is_read() -> None:
    jwks = json.loads(example("spec-example-issuer-jwks.json"))["keys"]
    said = read_card(example("example-00-d-jws.txt"), jwks)
    assert said == json.loads(example("example-00-c-jws-payload-minified.json"))


def test_the_standards_own_digits_are_ours() -> None:
    jws = example("example-00-d-jws.txt")
    digits = example("example-00-f-qr-code-numeric-value-0.txt")
    assert as_numeric(jws) == digits
    assert from_numeric(digits) == jws
