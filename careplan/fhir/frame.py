"""What a mapper is told of the document being written, and is given of one being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from careplan.fhir import codes
from careplan.fhir.tree import Node, Tree, reference
from careplan.plan.care_plan import SECTIONS, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import Dictionary
from careplan.summary.today import DayNotice


class Kind(StrEnum):
    """Which of the two documents of a version (design 1.1)."""

    RECORD = "record"
    EMERGENCY = "emergency"


class Unwritable(ValueError):
    """A fact that FHIR cannot carry unchanged; `path` says which. Nothing is cut to fit."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path, self.problem = path, problem


@dataclass(frozen=True)
class Frame:
    """One document being written."""

    version: Version
    words: Dictionary
    kind: Kind
    without: frozenset[str] = frozenset()
    """Places of Flags that the document being compared with was written before."""
    notices: tuple[DayNotice, ...] = ()
    """For the emergency document: what holds on some days only."""
    full_ids: bool = False
    """An emergency document that was written before ids had a brief form."""

    @property
    def plan(self) -> CarePlan:
        return self.version.plan

    @cached_property
    def plain(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: to_plain(self.plan.section(name)) for name in SECTIONS}

    def identity(self, place: str) -> UUID:
        """The id for life of what has no UUID of its own: made of the person and the place."""
        return uuid5(self.version.patient_id, place)

    @property
    def patient(self) -> Tree:
        return reference(self.version.patient_id)

    @property
    def signer(self) -> Tree | None:
        return reference(self.identity("signature.role")) if self.version.signature else None

    def resource(self, kind: str, identity: object, place: str, profile: str | None = None) -> Tree:
        """The head of a resource: whose place in the plan it takes stands in its tag."""
        claims: Tree = {"profile": [profile]} if profile else {}
        tag = {"system": codes.FIELD, "code": place}
        return {"resourceType": kind, "id": str(identity), "meta": {**claims, "tag": [tag]}}

    def display(self, options: str | None, code: str) -> str | None:
        """Our own words for a code of ours, as far as this condition has some."""
        return self.words.options[options].get(code) if options else None


@dataclass(frozen=True, slots=True)
class Found:
    """One document being read: its resources by the place they take in the plan, in order."""

    bundle: Node
    places: Mapping[str, list[Node]]

    def every(self, place: str) -> list[Node]:
        return self.places.get(place, [])

    def one(self, place: str) -> Node | None:
        return next(iter(self.every(place)), None)


def place_of(resource: Node) -> str | None:
    for tag in resource.each("meta", "tag"):
        if tag.text("system") == codes.FIELD:
            return tag.text("code")
    return None
