"""What a search and a history answer: a Bundle around resources that are not written again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from careplan.fhir import wire
from careplan.fhir.rest import Part, Stamp
from careplan.fhir.tree import Tree, instant


@dataclass(frozen=True, slots=True)
class Links:
    """Where this page is, and where the next one is, if there is one."""

    own: str
    following: str | None = None


def address(base: str, path: str, asked: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(asked))
    return f"{base}/{path}?{query}" if query else f"{base}/{path}"


def searchset(
    base: str,
    *,
    links: Links,
    found: Iterable[Part],
    beside: Iterable[Part] = (),
    total: int | None = None,
) -> bytes:
    """`found` are the matches, `beside` what they refer to."""
    entries = [_entry(base, one, {"search": {"mode": "match"}}) for one in found]
    entries += [_entry(base, one, {"search": {"mode": "include"}}) for one in beside]
    return _bundle("searchset", links, entries, total)


def history(base: str, *, links: Links, versions: Iterable[tuple[Stamp, Part]]) -> bytes:
    """Newest first. The first version was made, and each later one put in its place."""
    return _bundle("history", links, [_version(base, *one) for one in versions], None)


def _version(base: str, stamp: Stamp, part: Part) -> bytes:
    made = stamp.number == 1
    asked = {"method": "POST", "url": part.kind} if made else {"method": "PUT", "url": _at(part)}
    answered = {
        "status": "201 Created" if made else "200 OK",
        "etag": stamp.etag,
        "lastModified": instant(stamp.at),
    }
    return _entry(base, part, {"request": asked, "response": answered})


def _entry(base: str, part: Part, more: Tree) -> bytes:
    head = wire.dumps({"fullUrl": f"{base}/{_at(part)}"})
    return b'%b,"resource":%b,%b' % (head[:-1], part.body, wire.dumps(more)[1:])


def _at(part: Part) -> str:
    return f"{part.kind}/{part.identity}"


def _bundle(kind: str, links: Links, entries: list[bytes], total: int | None) -> bytes:
    said: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        said["total"] = wire.whole(total)
    said["link"] = [{"relation": "self", "url": links.own}]
    if links.following:
        said["link"].append({"relation": "next", "url": links.following})
    head = wire.dumps(said)
    return b'%b,"entry":[%b]}' % (head[:-1], b",".join(entries)) if entries else head
