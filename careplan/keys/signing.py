"""Signs what leaves the service and comes back as evidence, so that a later change of it shows.

Ed25519, a key for each purpose, worked out from the pepper: it survives every change of master
keys, and a signature of one purpose is none of another. Whoever holds the pepper can sign: what
must hold against them is kept where they cannot reach it.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from careplan.keys.keyring import Keyring

_SIGN = "sign: "


def sign(keyring: Keyring, purpose: str, said: bytes) -> bytes:
    return _key(keyring, purpose).sign(said)


def is_signed(keyring: Keyring, purpose: str, said: bytes, signature: bytes) -> bool:
    """Whether this service signed exactly these bytes for this purpose."""
    try:
        _key(keyring, purpose).public_key().verify(signature, said)
    except InvalidSignature:
        return False
    return True


def public_part(keyring: Keyring, purpose: str) -> bytes:
    """What somebody else checks it with."""
    return _key(keyring, purpose).public_key().public_bytes_raw()


def _key(keyring: Keyring, purpose: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring.derive(f"{_SIGN}{purpose}"))
