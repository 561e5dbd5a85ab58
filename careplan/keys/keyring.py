"""Holds the master keys that settings name, and everything that is worked out from them.

Master keys wrap each person's data key, so changing a master re-wraps small rows and leaves
every sealed document as it is. The pepper is apart from them, because search hashes and signed
things must survive a change of master key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from careplan.keys.envelope import DataKey
from careplan.keys.errors import Tampered, WrongKey
from careplan.keys.tokens import Entropy, draw

__all__ = ["Keyring", "Tampered", "WrongKey"]

_MAGIC = b"CPW"
_VERSION = 1
_SIZE = 32
_MASTER_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every key the running service holds. Printing it shows names only."""

    masters: Mapping[str, bytes] = field(repr=False)
    current: str
    pepper: bytes = field(repr=False)
    known: tuple[str, ...] = field(init=False)
    _worked_out: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, secret in self.masters.items():
            if not _MASTER_ID.fullmatch(name):
                raise ValueError("a master key's name is 1 to 64 letters, digits, dots or dashes")
            if len(secret) != _SIZE:
                raise ValueError(f"master key {name} must have {_SIZE} bytes")
        if self.current not in self.masters:
            raise ValueError(f"the current master key {self.current!r} is not among the keys")
        if len(self.pepper) != _SIZE:
            raise ValueError(f"the pepper must have {_SIZE} bytes")
        if self.pepper in self.masters.values():
            raise ValueError("the pepper must not be one of the master keys")
        object.__setattr__(self, "masters", MappingProxyType(dict(self.masters)))
        object.__setattr__(self, "known", tuple(sorted(self.masters)))

    def new_data_key(self, entropy: Entropy) -> DataKey:
        return DataKey(draw(entropy, _SIZE))

    def wrap(self, key: DataKey, owner: str) -> bytes:
        """The data key, closed for one owner. The same key and owner give the same bytes.

        AES-SIV (RFC 5297) is made for wrapping keys: it needs no nonce that could repeat.
        """
        header = _header(self.current)
        return header + self._wrapper(self.current).encrypt(key.secret, [header, owner.encode()])

    def unwrap(self, wrapped: bytes, owner: str) -> DataKey:
        master = self.wrapped_with(wrapped)
        if master not in self.masters:
            raise WrongKey(f"wrapped with master key {master}, which is not in the keyring")
        header = _header(master)
        try:
            secret = self._wrapper(master).decrypt(wrapped[len(header) :], [header, owner.encode()])
        except InvalidTag:
            raise WrongKey(
                f"not wrapped for this owner, or not with this master key {master}"
            ) from None
        return DataKey(secret)

    def wrapped_with(self, wrapped: bytes) -> str:
        """Which master key wrapped this, so that re-keying can tell what is still to do."""
        start = len(_MAGIC) + 2
        if len(wrapped) < start or wrapped[: len(_MAGIC) + 1] != _MAGIC + bytes((_VERSION,)):
            raise Tampered("these bytes are not a wrapped data key")
        end = start + wrapped[start - 1]
        name = wrapped[start:end].decode("ascii", "replace")
        if len(wrapped) < end + _SIZE or not _MASTER_ID.fullmatch(name):
            raise Tampered("these bytes are not a whole wrapped data key")
        return name

    def rewrap(self, wrapped: bytes, owner: str) -> bytes:
        """The same data key under the current master: what it sealed need not be touched."""
        return self.wrap(self.unwrap(wrapped, owner), owner)

    def keyed_hash(self, kind: str, value: str) -> bytes:
        """What a value can be found by without being kept. The caller folds it first (NFKC…).

        A key for each kind, so a hash of a name never equals the hash of an address.
        """
        subkey = self._once(f"hash {kind}", lambda: self._subkey(kind))
        return hmac.digest(subkey, value.encode(), hashlib.sha256)

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose of the service itself, such as signing sessions."""
        info = b"careplan derived key 1:" + purpose.encode()
        return HKDF(algorithm=SHA256(), length=_SIZE, salt=None, info=info).derive(self.pepper)

    def lend(self, purpose: str, said: bytes) -> bytes:
        """Bytes of ours for somebody else to carry, who can neither read nor change them.

        AES-SIV again: the same bytes give the same, so whoever lends twice puts in what differs.
        """
        return self._lender(purpose).encrypt(said, [purpose.encode()])

    def take_again(self, purpose: str, lent: bytes) -> bytes:
        """Raises Tampered when they are not ours, not whole, or lent for something else."""
        try:
            return self._lender(purpose).decrypt(lent, [purpose.encode()])
        except (InvalidTag, ValueError):
            raise Tampered("these bytes were not lent by us for this") from None

    def service_key(self, purpose: str) -> DataKey:
        """A data key for what belongs to no person, such as the service's own audit chain."""
        return DataKey(self.derive(f"data key: {purpose}"))

    def _subkey(self, kind: str) -> bytes:
        return hmac.digest(self.pepper, b"careplan keyed hash 1:" + kind.encode(), hashlib.sha256)

    def _lender(self, purpose: str) -> AESSIV:
        lender: AESSIV = self._once(
            f"lend {purpose}", lambda: AESSIV(self.derive(f"lent: {purpose}"))
        )
        return lender

    def _wrapper(self, master: str) -> AESSIV:
        wrapper: AESSIV = self._once(f"wrap {master}", lambda: self._new_wrapper(master))
        return wrapper

    def _new_wrapper(self, master: str) -> AESSIV:
        info = b"careplan wrap 1"
        long_key = HKDF(algorithm=SHA256(), length=2 * _SIZE, salt=None, info=info)
        return AESSIV(long_key.derive(self.masters[master]))

    def _once(self, name: str, work: Callable[[], Any]) -> Any:
        """What follows from our own keys is worked out once, not at every scan.

        `name` never comes from outside: there are a few kinds and a few master keys.
        """
        known = self._worked_out.get(name)
        if known is None:
            known = self._worked_out.setdefault(name, work())
        return known


def _header(master: str) -> bytes:
    name = master.encode("ascii")
    return _MAGIC + bytes((_VERSION, len(name))) + name
