"""A phone that keeps passkeys, in software: its answers are real ones, and every part of them can
be made wrong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers.encode_cbor import encode_cbor

from careplan.keys.tokens import from_b64url, to_b64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "https://plan.example.org"


@dataclass
class Device:
    """One passkey on one phone. `verifies`: whether it asks for a finger, a face or a PIN.
    `counts`: by how much its count of uses grows each time."""

    origin: str = ORIGIN
    host: str = "plan.example.org"
    verifies: bool = True
    counts: int = 1
    uses: int = 0
    credential_id: bytes = b""
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def makes(self, options: dict[str, Any], **said: Any) -> str:
        """The answer to "make a passkey"."""
        self.handle = from_b64url(options["user"]["id"])
        self.credential_id = hashlib.sha256(self._cose()).digest()
        size = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + size + self.credential_id + self._cose()
        data = self._facts(ATTESTED) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        client = self._client("webauthn.create", options["challenge"], said)
        return self._answer(
            {
                "clientDataJSON": to_b64url(client),
                "attestationObject": to_b64url(encode_cbor(statement)),
                "transports": ["internal", "hybrid", "carrier pigeon"],
            }
        )

    def uses_it(self, options: dict[str, Any], **said: Any) -> str:
        """The answer to "show that it is you"."""
        self.uses += self.counts
        facts = self._facts()
        client = self._client("webauthn.get", options["challenge"], said)
        signed = facts + hashlib.sha256(client).digest()
        return self._answer(
            {
                "clientDataJSON": to_b64url(client),
                "authenticatorData": to_b64url(facts),
                "signature": to_b64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": to_b64url(self.handle),
            }
        )

    def _answer(self, response: dict[str, Any]) -> str:
        mine = to_b64url(self.credential_id)
        said = {"id": mine, "rawId": mine, "type": "public-key", "response": response}
        return json.dumps(said | {"clientExtensionResults": {}})

    def _client(self, kind: str, challenge: str, said: dict[str, Any]) -> bytes:
        facts = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(facts | said).encode()

    def _facts(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return bytes(encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y}))
