"""The specification's own example of a SMART Health Link: read whole, and written by us alike."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from careplan.keys.jwe import decrypt_file, encrypt_file
from careplan.keys.tokens import from_b64url
from careplan.sharing.links import payload, read_payload, viewer_address
from tests.keys.seeded import seeded
from tests.web.shl_reader import b64url, opened

EXAMPLE = "IPS_IG-bundle-01"
FHIR = "application/fhir+json"


def example(ending: str) -> str:
    folder = Path(os.environ.get("SHL_EXAMPLES", "fhir_examples"))
    path = folder / f"{EXAMPLE}{ending}"
    if not path.is_file():
        pytest.skip("set SHL_EXAMPLES to a folder with the SMART Health Links examples")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def details() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(example("-shl-details.json"))
    return said


def test_its_text_says_its_details(details: dict[str, Any]) -> None:
    expected = details["shlinkJsonPayload"]
    for text in (example("-shl.txt"), details["shlink"], details["shlinkBare"]):
        found = read_payload(text)
        assert {
            "url": found.url,
            "flag": found.flag,
            "key": found.key,
            "label": found.label,
        } == expected
        assert found.exp is None


def test_its_file_opens_to_its_bundle(details: dict[str, Any]) -> None:
    key = from_b64url(details["shlinkJsonPayload"]["key"])
    plain, content_type = decrypt_file(example("-enc.txt").strip(), key=key)
    assert json.loads(plain) == json.loads(example(".json"))
    assert content_type == ""


def test_our_text_of_the_same_link_reads_alike(details: dict[str, Any]) -> None:
    """All but the label, which we never write: it would be readable in the printed code."""
    said = details["shlinkJsonPayload"]
    ours = payload(said["url"], key=said["key"], flag=said["flag"])
    assert json.loads(b64url(ours.removeprefix("shlink:/"))) == {
        name: value for name, value in said.items() if name != "label"
    }
    viewer = details["shlinkBare"].partition("/shlink.html#")[0]
    for text in (ours, viewer_address(viewer, payload=ours)):
        found, theirs = read_payload(text), read_payload(details["shlink"])
        assert (found.url, found.key, found.flag) == (theirs.url, theirs.key, theirs.flag)


def test_our_file_of_the_same_bundle_opens_alike(details: dict[str, Any]) -> None:
    key = from_b64url(details["shlinkJsonPayload"]["key"])
    theirs, _ = decrypt_file(example("-enc.txt").strip(), key=key)
    ours = encrypt_file(theirs, key=key, content_type=FHIR, entropy=seeded())
    read = opened(ours, key)
    assert (read.plain, read.content_type) == (theirs, FHIR)
    assert read.iv != example("-enc.txt").split(".")[2]
    zipped = encrypt_file(theirs, key=key, content_type=FHIR, entropy=seeded(), zipped=True)
    assert decrypt_file(zipped, key=key) == (theirs, FHIR)
