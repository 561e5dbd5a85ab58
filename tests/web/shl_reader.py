"""A reader of SMART Health Links written from the standard alone (HL7 IG 1.0.0), for the tests.

It knows nothing of our code, takes what the standard promises any reader, and refuses the rest.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Ask = Callable[..., tuple[int, Mapping[str, str], bytes]]
"""`ask(method, url, json=None)` gives the status, the headers and the body."""
TYPES = ("application/fhir+json", "application/smart-health-card")
FLAGS = ("", "L", "P", "LP", "U", "LU")


class Refused(Exception):
    """The service said no; `said` is its JSON."""

    def __init__(self, status: int, said: Any) -> None:
        super().__init__(status)
        self.status, self.said = status, said


@dataclass(frozen=True)
class File:
    content_type: str
    plain: bytes
    iv: str
    status: str | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.plain)


def b64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(address: str, ask: Ask, *, recipient: str = "Ward 9", **more: Any) -> list[File]:
    """Every file behind the link. `more`: passcode, embeddedLengthMax."""
    payload = json.loads(b64url(address.partition("shlink:/")[2]))
    url, flag, key = payload["url"], payload.get("flag", ""), b64url(payload["key"])
    assert flag in FLAGS
    assert len(url) <= 128
    assert len(b64url(url.rpartition("/")[2])) == len(key) == 32
    assert payload.get("v", 1) == 1
    if "U" in flag:
        return [_direct(f"{url}?recipient={quote(recipient)}", ask, key)]
    status, headers, body = ask("POST", url, json={"recipient": recipient, **more})
    _not_kept(headers)
    said = json.loads(body)
    if status != 200:
        raise Refused(status, said)
    assert headers["Content-Type"] == "application/json"
    assert ("Retry-After" in headers) is ("L" in flag)
    assert said["files"]
    return [_file(one, ask, key, flag, more.get("embeddedLengthMax")) for one in said["files"]]


def _direct(url: str, ask: Ask, key: bytes) -> File:
    status, headers, body = ask("GET", url)
    _not_kept(headers)
    if status != 200:
        raise Refused(status, json.loads(body))
    assert headers["Content-Type"] == "application/jose"
    return opened(body.decode(), key)


def _file(one: dict[str, Any], ask: Ask, key: bytes, flag: str, most: int | None) -> File:
    assert one["contentType"] in TYPES
    assert ("fhirVersion" in one) is (one["contentType"] == TYPES[0])
    assert one.get("fhirVersion", "4.0.1") == "4.0.1"
    assert one["status"] == ("can-change" if "L" in flag else "finalized")
    assert datetime.fromisoformat(one["lastUpdated"]).tzinfo is not None
    assert ("embedded" in one) is not ("location" in one)
    if "embedded" in one:
        assert most is None or len(one["embedded"]) <= most
        found = opened(one["embedded"], key)
    else:
        found = _direct(one["location"], ask, key)
    assert found.content_type == one["contentType"]
    return File(found.content_type, found.plain, found.iv, one["status"])


def opened(token: str, key: bytes) -> File:
    """A compact JWE: `dir` with A256GCM, and no zip, which nobody asked for."""
    protected, wrapped, iv, sealed, tag = token.split(".")
    header = json.loads(b64url(protected))
    assert (header.pop("alg"), header.pop("enc"), wrapped) == ("dir", "A256GCM", "")
    assert set(header) == {"cty"}
    assert len(b64url(iv)) == 12
    body = b64url(sealed) + b64url(tag)
    plain = AESGCM(key).decrypt(b64url(iv), body, protected.encode())
    return File(header["cty"], plain, iv)


def _not_kept(headers: Mapping[str, str]) -> None:
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers
