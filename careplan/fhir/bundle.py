"""The room's doors: a version as its record or its emergency document, and a record read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from careplan.fhir import (
    agreement,
    alerts,
    answers,
    codes,
    composition,
    day_notices,
    medicines,
    pain,
    people,
    person,
    sickle,
    voice,
    wire,
    writable,
    xhtml,
)
from careplan.fhir.brief_ids import brief, is_brief
from careplan.fhir.compare import first_difference
from careplan.fhir.frame import Found, Frame, Kind, Unwritable, place_of
from careplan.fhir.tree import Node, Tree, instant, moment, some
from careplan.plan.care_plan import SECTIONS, Version
from careplan.plan.codec import Unreadable, from_plain, to_plain
from careplan.plan.content import installed
from careplan.plan.dictionary import Dictionary, dictionary
from careplan.plan.surfaces import emergency
from careplan.summary.today import DayNotice

PROFILE = f"{codes.PROFILE}/CrisisPlanDocument"
DOCUMENT = f"{codes.OWN}/document"

_CONDITION_AT = "Bundle.entry[0].resource.extension"

Narrative = Callable[[Version], str] | str


def to_bundle(version: Version, words: Dictionary, *, narrative: Narrative) -> bytes:
    """The record document, which person and team see. Raises Unwritable."""
    return wire.dumps(_document(Frame(version, words, Kind.RECORD), narrative))


def to_emergency_bundle(
    version: Version, words: Dictionary, *, narrative: Narrative, notices: Iterable[DayNotice] = ()
) -> bytes:
    """The emergency document: only what an emergency department may see. Raises Unwritable."""
    seen = emergency(version, words)
    frame = Frame(seen, words, Kind.EMERGENCY, notices=tuple(notices))
    return wire.dumps(_document(frame, narrative))


def from_bundle(data: bytes, words: Dictionary | None = None) -> Version:
    """The version that wrote this record document.

    What has been read is written again and compared, so nothing can be lost in silence. Raises
    Unreadable with the path of the first thing this program does not understand.
    """
    tree = wire.loads(data)
    bundle = Node(tree, "Bundle")
    kind = _kind(bundle)
    if kind is not Kind.RECORD:
        raise Unreadable("Bundle.meta.tag", "an emergency document, which is not the whole plan")
    return read(tree, kind, words or dictionary(_condition(bundle)))


def read(tree: Any, kind: Kind, words: Dictionary) -> Version:
    """Either document as the version it shows."""
    bundle = Node(tree, "Bundle")
    found = Found(bundle, _places(bundle))
    try:
        version = _version(found, kind, words)
        div = bundle.text("entry", 0, "resource", "text", "div") or ""
        missing = alerts.CAME_LATER - found.places.keys()
        page = bundle.need("entry", 0, "resource")
        notices = day_notices.back(page) if kind is Kind.EMERGENCY else ()
        full = not is_brief(page.identity(), str(version.patient_id))
        again = _document(Frame(version, words, kind, missing, notices, full), div)
    except Unwritable as problem:
        raise Unreadable(f"Bundle ({problem.path})", problem.problem) from problem
    except OverflowError as problem:
        raise Unreadable("Bundle", "a time outside the calendar") from problem
    difference = first_difference(tree, again, "Bundle")
    if difference:
        raise Unreadable(*difference)
    return version


def _document(frame: Frame, narrative: Narrative) -> Tree:
    if frame.version.condition != frame.words.condition["id"]:
        raise Unwritable("condition", "the words of another condition were given")
    writable.check(frame)
    div = narrative if isinstance(narrative, str) else narrative(frame.version)
    unsafe = xhtml.problems(div)
    if unsafe:
        raise Unwritable("narrative", unsafe[0])
    resources = [
        *person.out(frame),
        *voice.out(frame),
        *sickle.out(frame),
        *alerts.out(frame),
        *pain.out(frame),
        *medicines.out(frame),
        *people.out(frame),
        *answers.out(frame),
    ]
    resources += agreement.out(frame, resources)
    resources = [composition.out(frame, resources, div), *resources]
    if frame.kind is Kind.EMERGENCY and not frame.full_ids:
        resources = brief(resources, str(frame.version.patient_id))
    return _bundle(frame, resources)


def _bundle(frame: Frame, resources: list[Tree]) -> Tree:
    version = frame.version
    identity = version.record_id if frame.kind is Kind.RECORD else version.emergency_id
    _refuse_shared_ids(resources)
    return {
        "resourceType": "Bundle",
        "id": str(identity),
        "meta": {"profile": [PROFILE], "tag": [{"system": DOCUMENT, "code": str(frame.kind)}]},
        "identifier": {"system": codes.URI, "value": f"urn:uuid:{identity}"},
        "type": "document",
        "timestamp": instant(version.published_at),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _refuse_shared_ids(resources: list[Tree]) -> None:
    """An item's id is its resource's id for life, so two items can never share one."""
    seen: dict[str, str] = {}
    for one in resources:
        place = one["meta"]["tag"][0]["code"]
        if one["id"] in seen:
            raise Unwritable(place, f"has the same id as {seen[one['id']]}")
        seen[one["id"]] = place


def _kind(bundle: Node) -> Kind:
    if bundle.text("resourceType") != "Bundle":
        raise Unreadable("resourceType", "a Bundle was expected")
    for tag in bundle.each("meta", "tag"):
        if tag.text("system") == DOCUMENT and tag.text("code") in list(Kind):
            return Kind(tag.needed_text("code"))
    raise Unreadable("Bundle.meta.tag", "not a document of this program")


def _condition(bundle: Node) -> str:
    """The condition the document's plan is for, if this program has content for it."""
    said = bundle.need("entry", 0, "resource").extension(composition.CONDITION)
    name = said.text("valueCode") if said else None
    if name not in installed():
        raise Unreadable(_CONDITION_AT, "a condition this program has no content for")
    return str(name)


def _places(bundle: Node) -> dict[str, list[Node]]:
    places: dict[str, list[Node]] = {}
    for entry in bundle.each("entry"):
        resource = entry.need("resource")
        place = place_of(resource)
        if place is None:
            raise Unreadable(f"{resource.path}.meta.tag", "this resource takes no place in a plan")
        places.setdefault(place, []).append(resource)
    return places


def _version(found: Found, kind: Kind, words: Dictionary) -> Version:
    page = composition.back(found)
    if _condition(found.bundle) != words.condition["id"]:
        raise Unreadable(_CONDITION_AT, "another condition")
    record = kind is Kind.RECORD
    published = moment(found.bundle, "timestamp")
    identity = found.bundle.needed_text("id")
    plain = page | some(
        patient_id=found.bundle.needed_text("entry", 1, "resource", "id"),
        published_at=to_plain(published),
        record_id=identity if record else _drawn_from(found),
        emergency_id=page.get("emergency_id") if record else identity,
        plan=_plan(found, words),
        reason=_reason(found) if record else "",
        signature=agreement.signature(found, kind),
    )
    version = from_plain(Version, plain, "Bundle")
    return replace(
        version,
        published_at=published,
        stop=agreement.stop(found),
        contributions=agreement.contributions(found),
    )


def _plan(found: Found, words: Dictionary) -> dict[str, dict[str, Any]]:
    """Each mapper brings the fields it carries; together they are the sections."""
    plan: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    read_back = [
        *(mapper.back(found) for mapper in (person, voice, sickle, pain, medicines, people)),
        answers.back(found, words),
        agreement.back(found),
    ]
    for part in read_back:
        for name, fields in part.items():
            if name not in plan:
                raise Unreadable("Bundle", f"no section {name!r}")
            plan[name].update(fields)
    return plan


def _reason(found: Found) -> str | None:
    node = found.one("version")
    return node.text("reason", 0, "text") if node else None


def _drawn_from(found: Found) -> str:
    node = found.bundle.need("entry", 0, "resource", "relatesTo", 0, "targetIdentifier", "value")
    return node.needed_text().removeprefix("urn:uuid:")
