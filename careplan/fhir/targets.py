"""References: are they written as FHIR says, do they arrive, and at a kind their element allows?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from careplan.fhir.definitions import shape
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, Severity, error, warning
from careplan.fhir.structure import Home, Place

_RESTFUL = re.compile(
    r"(?P<base>https?://\S+/)?(?P<kind>[A-Z][A-Za-z]{2,40})/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(/_history/[A-Za-z0-9.-]{1,64})?"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_PARTS = ("partOf", "basedOn", "replaces", "derivedFrom", "hasMember")
"""What no thing can be of itself, however many steps away."""
_OF_COMPOSITION = frozenset(
    f"Composition.{name}"
    for name in (
        *("subject", "encounter", "author", "attester.party", "custodian", "event.detail"),
        *("section.author", "section.focus", "section.entry"),
    )
)
"""What a document must hold, by R4 section 3.3; whatever else it points at, it may."""


Step = tuple[int, str]
"""Where a reference leads, by the identity of the tree there, and where it stands."""


@dataclass(slots=True)
class Addresses:
    """Which resource of the file an address leads to."""

    urls: dict[str, Home] = field(default_factory=dict)
    of: dict[int, str] = field(default_factory=dict)
    names: dict[str, Home] = field(default_factory=dict)
    inside: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def among(cls, places: Sequence[Place], homes: Sequence[Home]) -> Addresses:
        made = cls()
        by_tree = {id(home.tree): home for home in homes}
        for place in places:
            if place.element.path == "Bundle.entry":
                made._enter(place.value, by_tree)
        for home in homes:
            if home.around is not None:
                made.inside.setdefault((id(home.around.tree), str(home.tree.get("id"))), home.tree)
        return made

    def _enter(self, entry: Any, by_tree: dict[int, Home]) -> None:
        home = by_tree.get(id(entry.get("resource")))
        if home is None:
            return
        url = entry.get("fullUrl")
        if isinstance(url, str):
            self.urls.setdefault(url, home)
            self.of[id(home.tree)] = url
        self.names.setdefault(f"{home.kind}/{home.tree.get('id')}", home)

    def contained(self, to: str, home: Home) -> dict[str, Any] | None:
        """What `#id` leads to; `#` alone leads from a contained resource to the one around it."""
        outer = home.around or home
        if to == "#":
            return outer.tree if home.around else None
        return self.inside.get((id(outer.tree), to[1:]))

    def find(self, reference: str, home: Home) -> Home | None:
        """As R4 resolves inside a Bundle: a relative one against the address of its own entry."""
        if reference in self.urls:
            return self.urls[reference]
        reference = reference.partition("/_history/")[0]
        if reference in self.urls:
            return self.urls[reference]
        relative = _RESTFUL.fullmatch(reference)
        if relative is None or relative["base"]:
            return None
        outer = home.around or home
        own = _RESTFUL.fullmatch(self.of.get(id(outer.tree), ""))
        if own is not None and own["base"]:
            return self.urls.get(own["base"] + reference)
        return self.names.get(reference)


def check(place: Place, addresses: Addresses) -> Iterator[Problem]:
    """One Reference: written well, and to a kind its element allows."""
    value = place.value
    to, said = value.get("reference"), value.get("type")
    kind = said.rpartition("/")[2] if isinstance(said, str) else None
    if isinstance(to, str):
        if text := _misspelt(to):
            yield error(f"{place.path}.reference", text, IssueType.VALUE)
            return
        if to.startswith("#") and addresses.contained(to, place.home) is None:
            text = f"{to[:70]!r} is not among the resources contained here (ref-1)"
            yield error(f"{place.path}.reference", text, IssueType.INVARIANT)
            return
        found = _kind_of(to, place.home, addresses)
        if kind and found and kind != found:
            yield error(f"{place.path}.type", f"says {kind[:40]}, leads to {found}")
            return
        kind = found or kind
    allowed = place.type.targets
    if kind and allowed and kind not in allowed and "Resource" not in allowed:
        text = f"leads to {kind[:40]}; {place.element.path} allows {', '.join(allowed)}"
        yield error(f"{place.path}.reference" if to else place.path, text, IssueType.VALUE)


def arrives(place: Place, addresses: Addresses, *, all_of_it: bool) -> Problem | None:
    """In a document, whether a reference stays in it. `all_of_it`: it promises to be whole."""
    to = place.value.get("reference")
    if not isinstance(to, str) or to.startswith("#") or addresses.find(to, place.home):
        return None
    if _misspelt(to):
        return None
    path, text = f"{place.path}.reference", f"leads out of the document, to {to[:80]!r}"
    needed = all_of_it or place.element.path in _OF_COMPOSITION
    return Problem(path, Severity.ERROR if needed else Severity.WARNING, text, IssueType.NOT_FOUND)


def relative(references: Sequence[Place], addresses: Addresses) -> Iterator[Problem]:
    """Relative references from entries without a web address: to a strict reader they lead nowhere.

    Who writes one writes all so, hence one sentence for them together.
    """
    found = [one for one in references if _without_start(one, addresses)]
    if found:
        text = (
            f"{len(found)} references, of which this is the first, are relative, but their own "
            "entries have no web address to start from"
        )
        yield warning(f"{found[0].path}.reference", text, IssueType.VALUE)


def _without_start(place: Place, addresses: Addresses) -> bool:
    outer = place.home.around or place.home
    own = addresses.of.get(id(outer.tree), "")
    return place.value.get("reference") in addresses.names and own.startswith("urn:")


def loose(homes: Sequence[Home], references: Sequence[Place], said: set[str]) -> Iterator[Problem]:
    """R4's rule dom-3: what is contained is pointed at, or points at what contains it."""
    outward = {id(one.home.tree) for one in references if one.value.get("reference") == "#"}
    for home in homes:
        is_inner = home.around is not None and home.around.around is None
        if is_inner and f"#{home.tree.get('id')}" not in said and id(home.tree) not in outward:
            text = "contained, but nothing here refers to it (dom-3)"
            yield error(home.path, text, IssueType.INVARIANT)


def circles(references: Sequence[Place], addresses: Addresses) -> Iterator[Problem]:
    """Things said to be a part of themselves."""
    steps: dict[str, dict[int, list[Step]]] = {}
    for place in references:
        to = place.value.get("reference")
        if place.element.name in _PARTS and isinstance(to, str):
            found = addresses.find(to, place.home)
            if found is not None:
                graph = steps.setdefault(place.element.name, {})
                graph.setdefault(id(place.home.tree), []).append((id(found.tree), place.path))
    for graph in steps.values():
        for path in _leads_back(graph):
            yield error(f"{path}.reference", "leads back to itself", IssueType.BUSINESS_RULE)


def _leads_back(graph: Mapping[int, list[Step]]) -> Iterator[str]:
    """The paths of the references that close a circle, each seen once."""
    done: set[int] = set()
    for start in graph:
        open_: set[int] = set()
        waiting: list[tuple[int, bool]] = [(start, False)]
        while waiting:
            here, leaving = waiting.pop()
            if leaving:
                open_.discard(here)
                done.add(here)
            elif here not in done and here not in open_:
                open_.add(here)
                waiting.append((here, True))
                for there, path in graph.get(here, ()):
                    if there in open_:
                        yield path
                    elif there not in done:
                        waiting.append((there, False))


def _misspelt(to: str) -> str | None:
    if to.startswith("#"):
        return None
    found = _RESTFUL.fullmatch(to)
    if found and (found["base"] or _is_kind(found["kind"])):
        return None
    if not found and _ABSOLUTE.fullmatch(to):
        return None
    return f"{to[:70]!r} is no reference: as Patient/1, urn:uuid:…, https://… or #1"


def _is_kind(name: str) -> bool:
    found = shape(name)
    return found is not None and found.is_resource and not found.abstract


def _kind_of(to: str, home: Home, addresses: Addresses) -> str | None:
    """The kind of resource a reference leads to, as far as the file or the reference says."""
    if to.startswith("#"):
        inside = addresses.contained(to, home) or {}
        kind = inside.get("resourceType")
        return kind if isinstance(kind, str) else None
    found = addresses.find(to, home)
    if found:
        return found.kind
    written = _RESTFUL.fullmatch(to)
    return written["kind"] if written and _is_kind(written["kind"]) else None
