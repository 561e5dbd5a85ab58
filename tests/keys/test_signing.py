"""A signature of ours: of these bytes, for this purpose, by this service."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from careplan.keys.signing import is_signed, public_part, sign
from tests.stores import a_keyring

SAID = b"the end of a chain"
OURS = a_keyring()
SIGNED = sign(OURS, "a", SAID)


def test_what_was_signed_is_known_again() -> None:
    assert is_signed(OURS, "a", SAID, SIGNED)
    assert is_signed(a_keyring(current="m9"), "a", SAID, SIGNED), "another master key is no matter"


@pytest.mark.parametrize("signature", [b"", SIGNED[:-1], SIGNED + b"\0", bytes(64)])
def test_another_signature_is_none(signature: bytes) -> None:
    assert not is_signed(OURS, "a", SAID, signature)


def test_other_bytes_purposes_and_services_are_not_what_was_signed() -> None:
    other = replace(OURS, pepper=bytes(range(32)))
    assert not is_signed(OURS, "a", SAID + b".", SIGNED)
    assert not is_signed(OURS, "b", SAID, SIGNED)
    assert not is_signed(other, "a", SAID, SIGNED)


def test_anybody_may_check_with_the_public_part() -> None:
    public = Ed25519PublicKey.from_public_bytes(public_part(OURS, "a"))
    public.verify(SIGNED, SAID)
    with pytest.raises(InvalidSignature):
        public.verify(SIGNED, SAID[:-1])
