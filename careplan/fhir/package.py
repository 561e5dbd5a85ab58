"""The guide as one FHIR NPM package: snapshots beside differentials, an index, examples.

The same source and the same definitions of R4 make the same bytes: no time of day is inside.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from careplan.fhir import guide
from careplan.fhir.profiles import FOLDER
from careplan.fhir.snapshots import with_snapshot
from careplan.fhir.terminology import text_of
from careplan.fhir.tree import Tree

INDEXED = ("url", "version", "kind", "type", "supplements", "content", "valueSet", "derivation")
"""What the index repeats of each resource, beside its name, kind and id."""

_LONG_AGO = 499162500
"""The time npm gives every file of a package, 26 October 1985: the bytes must not know today's."""


def build() -> bytes:
    """The package as a compressed tar file. Raises snapshots.Contradiction."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as pressed,
        tarfile.open(fileobj=pressed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, data in sorted(files().items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), _LONG_AGO, 0o644
            tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def files() -> dict[str, bytes]:
    """Every file of the package by its path in it."""
    held = {name: _whole(one) for name, one in guide.resources().items()}
    shown = {f"Bundle-{one['id']}.json": one for one in guide.examples().values()}
    exact = {one["id"]: name for name, one in guide.examples().items()}
    return {
        "package/package.json": (FOLDER / "package.json").read_bytes(),
        "package/.index.json": _index(held),
        **{f"package/{name}": text_of(one).encode() for name, one in held.items()},
        "package/example/.index.json": _index(shown),
        **{
            f"package/example/{name}": (guide.EXAMPLES / exact[one["id"]]).read_bytes()
            for name, one in shown.items()
        },
    }


def _whole(resource: Tree) -> Tree:
    return (
        with_snapshot(resource) if resource["resourceType"] == "StructureDefinition" else resource
    )


def _index(resources: Mapping[str, Tree]) -> bytes:
    made = {"index-version": 2, "files": [_entry(*one) for one in sorted(resources.items())]}
    return (json.dumps(made, indent=2) + "\n").encode()


def _entry(name: str, resource: Mapping[str, Any]) -> Tree:
    more = {each: resource[each] for each in INDEXED if isinstance(resource.get(each), str)}
    head = {"filename": name, "resourceType": resource["resourceType"], "id": resource["id"]}
    return head | more
