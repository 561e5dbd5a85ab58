"""What R4 section 3.3 asks of a document, and when the things in a file can have happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from careplan.fhir import targets
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, error, warning
from careplan.fhir.structure import Home, Place, Walk
from careplan.fhir.targets import Addresses

_HAPPENED = frozenset(
    (
        *("Bundle.timestamp", "Meta.lastUpdated", "Signature.when", "Annotation.time"),
        *("Composition.date", "Composition.attester.time", "Patient.birthDate"),
        *("Provenance.recorded", "AuditEvent.recorded", "CarePlan.created", "Goal.statusDate"),
        *("MedicationRequest.authoredOn", "ServiceRequest.authoredOn", "Task.authoredOn"),
        *("MedicationStatement.dateAsserted", "Observation.issued", "DiagnosticReport.issued"),
        *("AllergyIntolerance.recordedDate", "AllergyIntolerance.lastOccurrence"),
        *("Condition.recordedDate", "DocumentReference.date", "QuestionnaireResponse.authored"),
        *("Immunization.recorded", "Consent.dateTime", "Communication.sent"),
    )
)
"""Times at which something was done or written down: never ahead of us."""
_EXCHANGED = (
    ("search", "bdl-2", ("searchset",), False),
    ("request", "bdl-3", ("batch", "transaction", "history"), True),
    ("response", "bdl-4", ("batch-response", "transaction-response", "history"), True),
)
_CLOCKS_DIFFER = timedelta(days=1)


def is_document(tree: dict[str, Any]) -> bool:
    return tree.get("resourceType") == "Bundle" and tree.get("type") == "document"


def check_bundle(walk: Walk, addresses: Addresses, *, all_of_it: bool) -> Iterator[Problem]:
    """A Bundle of any type, and what a document promises beyond."""
    bundle = walk.homes[0]
    entries = _entries(bundle)
    yield from _addresses(entries, bundle)
    yield from _exchanged(entries, bundle)
    references = [one for one in walk.places if one.type.code == "Reference"]
    if not is_document(bundle.tree):
        return
    yield from _head(bundle)
    if not entries or _kind(entries[0]) != "Composition":
        text = "a document begins with its Composition (bdl-11)"
        yield error(f"{bundle.path}.entry[0]", text, IssueType.INVARIANT)
    for index, entry in enumerate(entries[1:], start=1):
        if _kind(entry) == "Composition":
            text = "a second Composition: a document has one, its first entry"
            yield error(f"{bundle.path}.entry[{index}]", text, IssueType.INVARIANT)
    for place in references:
        out = targets.arrives(place, addresses, all_of_it=all_of_it)
        if out:
            yield out
    yield from targets.relative(references, addresses)
    if entries and _kind(entries[0]) == "Composition":
        yield from _unreached(bundle, entries, references, addresses)


def happened(place: Place, now: datetime) -> Problem | None:
    """A time of something done that lies in the future, by more than clocks and zones explain."""
    if place.element.path not in _HAPPENED:
        return None
    begins = _begins(place.value)
    if begins is None or begins <= now + _CLOCKS_DIFFER:
        return None
    return error(place.path, f"{place.value} is in the future", IssueType.BUSINESS_RULE)


def _begins(text: str) -> datetime | None:
    whole = text if len(text) > 10 else (text + "-01-01")[:10]
    try:
        at = datetime.fromisoformat(whole)
    except ValueError:  # a leap second
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _entries(bundle: Home) -> list[dict[str, Any]]:
    found = bundle.tree.get("entry")
    entries = found if isinstance(found, list) else []
    return [one if isinstance(one, dict) else {} for one in entries]


def _kind(entry: dict[str, Any]) -> str | None:
    resource = entry.get("resource")
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return kind if isinstance(kind, str) else None


def _head(bundle: Home) -> Iterator[Problem]:
    identifier: Any = bundle.tree.get("identifier")
    if not identifier:
        text = "missing: a document has an identifier with system and value (bdl-9)"
        yield error(f"{bundle.path}.identifier", text, IssueType.REQUIRED)
    for name in ("system", "value") if isinstance(identifier, dict) and identifier else ():
        if not identifier.get(name):
            text = f"missing: a document's identifier has a {name} (bdl-9)"
            yield error(f"{bundle.path}.identifier.{name}", text, IssueType.REQUIRED)
    if not bundle.tree.get("timestamp"):
        text = "missing: a document says when it was put together (bdl-10)"
        yield error(f"{bundle.path}.timestamp", text, IssueType.REQUIRED)


def _addresses(entries: Sequence[dict[str, Any]], bundle: Home) -> Iterator[Problem]:
    """R4's rule bdl-7, and that an address agrees with the id of what stands there."""
    kind, seen = bundle.tree.get("type"), dict[tuple[str, Any], int]()
    for index, entry in enumerate(entries):
        path = f"{bundle.path}.entry[{index}].fullUrl"
        url, resource = entry.get("fullUrl"), entry.get("resource")
        if not isinstance(url, str) or not isinstance(resource, dict):
            if url is None and kind == "document":
                text = "missing: every entry of a document has an address"
                yield error(path, text, IssueType.REQUIRED)
            continue
        meta = resource.get("meta")
        key = (url, meta.get("versionId") if isinstance(meta, dict) else None)
        if str(key[1]) == key[1] or key[1] is None:
            first = seen.setdefault(key, index)
            if first != index and kind != "history":
                text = f"the same as that of entry[{first}] (bdl-7)"
                yield error(path, text, IssueType.DUPLICATE)
        yield from _disagrees(path, url, resource.get("id"))


def _exchanged(entries: Sequence[dict[str, Any]], bundle: Home) -> Iterator[Problem]:
    """R4's rules bdl-2, bdl-3 and bdl-4: what only a search, a request or an answer carries."""
    kind = str(bundle.tree.get("type"))
    for name, key, kinds, is_needed in _EXCHANGED:
        if kind in kinds and is_needed:
            wrong = [index for index, entry in enumerate(entries) if name not in entry]
            text = f"missing: every entry of a {kind} has a {name} ({key})"
        elif kind not in kinds:
            wrong = [index for index, entry in enumerate(entries) if name in entry]
            text = f"no entry of a {kind} has a {name} ({key})"
        else:
            continue
        for index in wrong:
            yield error(f"{bundle.path}.entry[{index}].{name}", text, IssueType.INVARIANT)


def _disagrees(path: str, url: str, identity: Any) -> Iterator[Problem]:
    if not isinstance(identity, str):
        return
    if url.startswith("urn:uuid:") and url != f"urn:uuid:{identity}":
        yield warning(path, "not the address of the resource's id", IssueType.VALUE)
    elif url.startswith("http") and url.rpartition("/")[2] != identity:
        yield error(path, "does not end in the resource's id", IssueType.VALUE)


def _unreached(
    bundle: Home,
    entries: Sequence[dict[str, Any]],
    references: Sequence[Place],
    addresses: Addresses,
) -> Iterator[Problem]:
    """A document holds only what its Composition leads to, and Provenance of any of it."""
    to: dict[int, list[int]] = {}
    back: dict[int, list[int]] = {}
    for place in references:
        outer = place.home.around or place.home
        found = addresses.find(str(place.value.get("reference")), place.home)
        if found is None:
            continue
        to.setdefault(id(outer.tree), []).append(id(found.tree))
        if outer.kind == "Provenance" and place.element.path == "Provenance.target":
            back.setdefault(id(found.tree), []).append(id(outer.tree))
    start = id(entries[0].get("resource"))
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        ahead = {*to.get(here, ()), *back.get(here, ())} - seen
        seen |= ahead
        waiting += ahead
    for index, entry in enumerate(entries):
        tree = entry.get("resource")
        held = addresses.urls.get(addresses.of.get(id(tree), ""))
        if held is None or held.tree is not tree or held.kind in ("Binary", "Composition"):
            continue
        if id(tree) not in seen:
            text = "nothing leads here from the Composition, so it is no part of the document"
            yield error(f"{bundle.path}.entry[{index}]", text, IssueType.BUSINESS_RULE)
