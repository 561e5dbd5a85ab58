"""The emergency page as paper: a DocumentReference says where it is, and a Binary is it."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import UUID

from careplan.fhir import wire
from careplan.fhir.paper_reference import PLACE
from careplan.fhir.rest import Part, Stamp, of_place
from careplan.fhir.tree import Tree, instant

MEDIA = "application/pdf"
_URN = "urn:uuid:"


def paper_id(patient_id: UUID) -> str:
    """Of the DocumentReference and of the Binary alike."""
    return of_place(patient_id, PLACE)


def reference(kept: bytes, *, base: str, stamp: Stamp) -> Part:
    """The resource that is kept with the page inside, as one that says where the page is."""
    tree = wire.loads(kept)
    identity = str(tree["id"])
    attachment = tree["content"][0]["attachment"]
    attachment = {
        name: one
        for name, one in ({**attachment, "url": f"{base}/Binary/{identity}"}).items()
        if name != "data"
    }
    tree["meta"] = _stamped(stamp) | tree["meta"]
    tree["content"] = [{**tree["content"][0], "attachment": attachment}]
    tree["subject"] = _pointing(tree["subject"])
    tree["author"] = [_pointing(one) for one in tree["author"]]
    return Part("DocumentReference", identity, wire.dumps(tree))


def paper(kept: bytes) -> bytes:
    """The PDF itself."""
    return b64decode(wire.loads(kept)["content"][0]["attachment"]["data"])


def binary(kept: bytes, *, stamp: Stamp) -> Part:
    tree = wire.loads(kept)
    identity = str(tree["id"])
    held = {
        "resourceType": "Binary",
        "id": identity,
        "meta": _stamped(stamp),
        "contentType": MEDIA,
        "securityContext": {"reference": f"DocumentReference/{identity}"},
        "data": tree["content"][0]["attachment"]["data"],
    }
    return Part("Binary", identity, wire.dumps(held))


def _stamped(stamp: Stamp) -> Tree:
    return {"versionId": str(stamp.number), "lastUpdated": instant(stamp.at)}


def _pointing(to: Any) -> Any:
    """Each of these says what it points to, because it may be read without the document."""
    identity = str(to["reference"]).removeprefix(_URN)
    return {**to, "reference": f"{to['type']}/{identity}"}
