"""One resource out of a published document, as it is served by itself.

It is cut out of the stored bytes and not read and written again: whatever the document says is
said, number for number and in the same order, and nobody waits for sixty kilobytes to be
understood. Three things change, because a resource alone is not one in a document: a reference to
`urn:uuid:X` becomes `Type/X`, and its version and moment go into its meta.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from careplan.fhir import wire
from careplan.fhir.brief_ids import brief, is_brief
from careplan.fhir.tree import instant

# A quotation mark inside a text is written \", so none of these can be met inside one.
_FIRST = b'{"fullUrl":"urn:uuid:'
_NEXT = b"}," + _FIRST
_LAST = b"}]}"
_ID = 36
_BEFORE_KIND = b'","resource":{"resourceType":"'
_HEAD = re.compile(
    rb'","resource":(?P<head>\{"resourceType":"(?P<kind>[A-Za-z]+)","id":"(?P<id>[0-9a-f-]{36})",'
    rb'"meta":\{)'
)
_REFERENCE = re.compile(rb'"reference":"urn:uuid:([0-9a-f-]{36})"')
_OWN_VERSION = re.compile(rb'"versionId":"[^"]*",?')
_OWN_DIGITS = 10


class NotAsWritten(ValueError):
    """A stored document that this program's own writer did not write."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which version this is, and since when it stands."""

    number: int
    at: datetime

    @property
    def etag(self) -> str:
        return f'W/"{self.number}"'


@dataclass(frozen=True)
class Part:
    """One resource as it is served."""

    kind: str
    identity: str
    body: bytes


class Parts:
    """The resources of one emergency document, each found without reading the others."""

    def __init__(self, document: bytes, *, patient_id: UUID, stamp: Stamp) -> None:
        self.stamp = stamp
        self._document = _with_brief_ids(document, str(patient_id))

    def one(self, kind: str, identity: str) -> Part | None:
        part = self.by_id(identity)
        return part if part and part.kind == kind else None

    def by_id(self, identity: str) -> Part | None:
        entry = self._entries.get(identity.encode())
        head = _HEAD.match(entry) if entry is not None else None
        if entry is None or head is None:
            return None
        rest = entry[head.end() :]
        own = _OWN_VERSION.match(rest)
        if own:
            rest = rest[own.end() :]
        stamp = f'"versionId":"{self.stamp.number}","lastUpdated":"{instant(self.stamp.at)}"'
        comma = b"" if rest.startswith(b"}") else b","
        body = head["head"] + stamp.encode() + comma + _REFERENCE.sub(self._there, rest)
        return Part(head["kind"].decode(), identity, body)

    @cached_property
    def _entries(self) -> dict[bytes, bytes]:
        """By id: what stands after the id, as far as the end of the resource."""
        first, *others = self._document.split(_NEXT)
        _bundle, opening, first = first.partition(_FIRST)
        if not opening or not self._document.endswith(_LAST):
            raise NotAsWritten("not a document of this program")
        entries = [first, *others]
        entries[-1] = entries[-1].removesuffix(_LAST)
        return {one[:_ID]: one[_ID:] for one in entries}

    def _there(self, match: re.Match[bytes]) -> bytes:
        entry = self._entries.get(match[1])
        if entry is None or not entry.startswith(_BEFORE_KIND):
            return match[0]
        kind = entry[len(_BEFORE_KIND) : entry.index(b'"', len(_BEFORE_KIND))]
        return b'"reference":"%b/%b"' % (kind, match[1])


def _with_brief_ids(document: bytes, person: str) -> bytes:
    """A document from before ids had a brief form is given them here, and only here."""
    start = document.find(_FIRST) + len(_FIRST)
    if is_brief(document[start : start + _ID].decode(errors="replace"), person):
        return document
    tree = brief(wire.loads(document), person)
    for entry in tree["entry"]:
        entry["fullUrl"] = f"urn:uuid:{entry['resource']['id']}"
    return wire.dumps(tree)


def plan_id(patient_id: UUID) -> str:
    """The id of this person's CarePlan, which every version of it has."""
    return of_place(patient_id, "plan")


def of_place(patient_id: UUID, place: str) -> str:
    """The brief id of whatever takes this place in the plan."""
    return str(patient_id)[:-_OWN_DIGITS] + str(uuid5(patient_id, place))[-_OWN_DIGITS:]


@dataclass(frozen=True, slots=True)
class Range:
    """Between which ids the person is whose resource this may be: they share all but the end."""

    low: UUID
    high: UUID


NOBODY = Range(UUID(int=0), UUID(int=0))
"""Where an id is none, as much is asked as for one that is."""
_WRITTEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def whose(identity: str) -> Range:
    """The person of a resource by its id, without any directory of resources."""
    if not _WRITTEN.fullmatch(identity):
        return NOBODY
    shared = identity[:-_OWN_DIGITS]
    return Range(UUID(shared + "0" * _OWN_DIGITS), UUID(shared + "f" * _OWN_DIGITS))


def referred_to(body: bytes, elements: Iterable[str]) -> list[str]:
    """The ids of what these elements (`activity.reference`) of a served resource refer to."""
    wanted = [one.split(".") for one in elements]
    tree = wire.loads(body) if wanted else {}
    return [identity for path in wanted for identity in _references(tree, path)]


def _references(value: Any, path: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one, path)
    elif isinstance(value, dict) and path:
        yield from _references(value.get(path[0]), path[1:])
    elif isinstance(value, dict) and "reference" in value:
        yield str(value["reference"]).rpartition("/")[2]
