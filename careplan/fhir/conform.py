"""Is this file FHIR R4, and the document this program promises? Says all it finds.

It never raises, whatever the bytes; and it says aloud what it does not check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from careplan.fhir import (
    bindings,
    codes,
    documents,
    profiles,
    second_judge,
    targets,
    visit_questionnaire,
    vital_signs,
    wire,
    xhtml,
)
from careplan.fhir.elements import Broken
from careplan.fhir.invariants import Rules
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, Severity, error, issues, warning
from careplan.fhir.structure import Home, Place, Walk
from careplan.fhir.targets import Addresses
from careplan.fhir.tree import Node
from careplan.plan.codec import Unreadable

__all__ = ("NOT_CHECKED", "Problem", "Severity", "check", "issues")

NOT_CHECKED = (
    "that a SNOMED CT, LOINC, UCUM or dm+d code exists and means what its words say",
    "extensible, preferred and example bindings, for only a person can say whether a code fitted",
    "the words (display) beside a code",
    "extensions that are not ours, beyond being built as an extension",
    "profiles that are not ours, and where a canonical address leads",
    f"more than the minimums of {profiles.UKCORE_SNAPSHOT}: its bindings and must-support elements",
    "the International Patient Summary, whose section codes are used without claiming it",
    "in a Bundle that is no document, whether references arrive",
    "the rules of R4 whose comparison comes out as unknown, as of two dates of unlike precision",
    "that the narrative says what the data say",
    "that a signature's fingerprint is that of the signed bytes, which are not in the document",
)
"""Said with every verdict: a clean file is a well-built one, not a correct plan."""

_MOST_PROBLEMS = 200
_ORDER = tuple(Severity)


def check(data: bytes, *, now: datetime | None = None, advice: bool = False) -> list[Problem]:
    """Everything wrong with the file, worst first; an empty list when nothing was found.

    With `now`, times of things done may not lie ahead of it. With `advice`, best practice is told
    as information: FHIR asks for a narrative in every resource, where ours have one together.
    """
    try:
        tree = wire.loads(data)
    except Unreadable as problem:
        return [error("", f"{problem.path}: {problem.problem}", IssueType.STRUCTURE)]
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        return [error("", "not a FHIR resource: no resourceType", IssueType.STRUCTURE)]
    kind = tree["resourceType"]
    walk = Walk(tree, kind if kind.isalnum() and kind.isascii() and len(kind) < 40 else "%resource")
    found = [*walk.problems]
    if walk.homes and not walk.full:
        found += _rules(walk, now)
        found += _beyond(walk, {one.path for one in found if one.severity is Severity.ERROR})
        found += _second(walk)
        found += _advice(walk) if advice else ()
    unique = dict.fromkeys(one for one in found if advice or _counts(one))
    worst_first = sorted(unique, key=lambda one: _ORDER.index(one.severity))
    return worst_first[:_MOST_PROBLEMS]


def _second(walk: Walk) -> Iterator[Problem]:
    """Another reader's refusals, of whatever our own walk found well built: who is right is for a
    person to see, so they are warnings."""
    wrong = [one.path for one in walk.problems]
    for home in walk.homes:
        if not any(path.startswith(home.path) for path in wrong):
            for broken in second_judge.refusals(home.tree, home.path):
                text = f"fhir.resources, another reader of FHIR, refuses this: {broken.problem}"
                yield warning(broken.path, text, IssueType.STRUCTURE)


def _counts(problem: Problem) -> bool:
    return problem.severity is not Severity.INFORMATION


def _rules(walk: Walk, now: datetime | None) -> Iterator[Problem]:
    """What R4 says beyond the shape of things."""
    addresses = Addresses.among(walk.places, walk.homes)
    missing = [one for one in walk.problems if one.type is IssueType.REQUIRED]
    unfinished = frozenset(one.path.rpartition(".")[0] for one in missing)
    rules = Rules(walk.homes[0].tree, addresses.find, unfinished)
    references = [one for one in walk.places if one.type.code == "Reference"]
    for place in walk.places:
        yield from bindings.check(place)
        yield from rules.check(place)
        if place.base == "Observation":
            yield from vital_signs.check(place)
        late = documents.happened(place, now) if now else None
        if late:
            yield late
    for place in references:
        yield from targets.check(place, addresses)
    yield from targets.circles(references, addresses)
    yield from _contained(walk, references)
    yield from _fetching(walk)
    if walk.homes[0].kind == "Bundle":
        yield from documents.check_bundle(walk, addresses, all_of_it=_ours(walk.homes[0]))


def _fetching(walk: Walk) -> Iterator[Problem]:
    """A narrative that fetches, or leads nowhere: R4 allows it, a document of ours does not."""
    for place in walk.places if _ours(walk.homes[0]) else ():
        if place.type.code == "xhtml" and (found := xhtml.problems(place.value)):
            yield error(place.path, "; ".join(found[:5]), IssueType.SECURITY)


def _contained(walk: Walk, references: list[Place]) -> Iterator[Problem]:
    if any(home.around for home in walk.homes):
        said = {
            place.value if isinstance(place.value, str) else str(place.value.get("reference"))
            for place in walk.places
            if place.type.code in ("Reference", "uri", "url", "canonical")
        }
        yield from targets.loose(walk.homes, references, said)


def _beyond(walk: Walk, known: set[str]) -> Iterator[Problem]:
    """Profiles: ours and the minimums of UK Core. A place that is wrong already is told once."""
    root = walk.homes[0]
    for broken, severity in _broken(walk):
        if broken.path not in known:
            known.add(broken.path)
            yield Problem(broken.path, severity, broken.problem, IssueType.BUSINESS_RULE)
    if root.tree.get("questionnaire") == visit_questionnaire.URL:
        yield from _told(Node(root.tree, root.path))
    elif not _ours(root):
        text = "neither a crisis plan document nor a visit report: only general rules were checked"
        yield warning(f"{root.path}.meta.profile", text, IssueType.INFORMATIONAL)
    elif sum(home.kind == "Patient" for home in walk.homes) != 1:
        yield error(f"{root.path}.entry", "a plan is about one Patient", IssueType.BUSINESS_RULE)


def _broken(walk: Walk) -> Iterator[tuple[Broken, Severity]]:
    """UK Core's minimums bind who claims it; that anybody else breaks them is only mentioned."""
    ours = _ours(walk.homes[0])
    for home in walk.homes:
        node = Node(home.tree, home.path)
        yield from ((one, Severity.ERROR) for one in profiles.broken_by(node))
        bound = ours or profiles.claims_uk_core(node)
        severity = Severity.ERROR if bound else Severity.WARNING
        yield from ((one, severity) for one in profiles.broken_minimum(node))
    elements = {place.path: place.element.path for place in walk.places}
    for place in walk.places:
        if place.base == "Extension":
            node = Node(place.value, place.path)
            told = profiles.broken_extension(node, _stands_on(place, elements))
            yield from ((one, Severity.ERROR) for one in told)


def _stands_on(place: Place, elements: Mapping[str, str]) -> set[str]:
    """What has the extension: its type, its element, and its way from the resource."""
    above = place.path.rpartition(".")[0]
    by_way = place.home.kind + re.sub(r"\[\d+]", "", above.removeprefix(place.home.path))
    return {place.element.path.rpartition(".")[0], elements.get(above, ""), by_way}


def _ours(root: Home) -> bool:
    return f"{codes.PROFILE}/CrisisPlanDocument" in profiles.claims(Node(root.tree, root.path))


def _told(response: Node) -> Iterator[Problem]:
    """A visit report stands by itself, and keeps to the questionnaire it answers."""
    try:
        for one in visit_questionnaire.problems(response):
            yield error(one.path, one.problem, IssueType.BUSINESS_RULE)
    except Unreadable as problem:
        yield error(problem.path, problem.problem, IssueType.BUSINESS_RULE)


def _advice(walk: Walk) -> Iterator[Problem]:
    """R4's rule dom-6, said once for all that lack a narrative."""
    mute = [home for home in walk.homes if home.kind not in _SILENT and "text" not in home.tree]
    if mute:
        more = f" (nor have {len(mute) - 1} others)" if len(mute) > 1 else ""
        text = f"no narrative of its own{more}: best practice, not a rule (dom-6)"
        yield Problem(mute[0].path, Severity.INFORMATION, text, IssueType.INFORMATIONAL)


_SILENT = ("Bundle", "Binary", "Parameters")
"""The kinds that R4 gives no place for a narrative."""
