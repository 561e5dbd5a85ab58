"""Facts nobody may overlook, as Flags: each points at the answer or the condition that holds it.

A Flag says nothing the document does not say elsewhere, so none is read back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from careplan.fhir import codes
from careplan.fhir.frame import Frame
from careplan.fhir.tree import Tree, coding, concept, extension, reference, snomed, some
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3

TEXTS = {
    "refusal: some blood products": "Declines some blood products",
    "refusal: all blood products": "Declines all blood products",
    "hyperhaemolysis: yes": "Has had hyperhaemolysis or a delayed transfusion reaction",
    "over-sedation: yes": "Has been over-sedated with an opioid",
    "cured: yes": "Has had a curative treatment",
    "pregnant: yes": "Pregnant",
    "other plan: this plan": "Another plan exists; this plan leads",
    "other plan: the other plan": "Another plan exists, and the other plan leads",
    "other plan: not decided": "Another plan exists; nobody has decided which leads",
    "other plan: not said": "Another plan exists; which leads is not said",
}
"""Our alert codes, beside "dose stopped", and what each says."""

SEDATED, CURED = "alerts.over-sedation", "diagnosis.curative_kind"
PREGNANT, OTHER_PLAN = "pregnancy.pregnant", "other_plan.exists"
BLOOD = ("transfusion.refusal", "transfusion.hyperhaemolysis")
PLACES = (*BLOOD, SEDATED, CURED, PREGNANT, OTHER_PLAN)
CAME_LATER = frozenset({SEDATED})
"""Flags of facts that documents of the first release hold without the flag."""


def out(frame: Frame) -> list[Tree]:
    made = (*_blood(frame), *_sedated(frame), *_cured(frame), *_pregnant(frame), *_other(frame))
    return [one for one in made if one["meta"]["tag"][0]["code"] not in frame.without]


def flag(
    frame: Frame, place: str, identity: object, code: Tree, more: list[Tree] | None = None
) -> Tree:
    """A fact nobody may overlook."""
    return frame.resource("Flag", identity, place) | some(
        extension=more,
        status="active",
        category=[concept(coding(codes.FLAG_CATEGORY, "clinical"))],
        code=code,
        subject=frame.patient,
    )


def _pointing(
    frame: Frame, place: str, alert: str, source: object, *, standard: str | None = None
) -> Tree:
    more = [extension(codes.FLAG_DETAIL, valueReference=reference(source))]
    code = concept(coding(codes.ALERT, alert), snomed(standard), text=TEXTS[alert])
    return flag(frame, place, frame.identity(place), code, more)


def _blood(frame: Frame) -> Iterator[Tree]:
    plain = frame.plain["transfusion"]
    for name in ("refusal", "hyperhaemolysis"):
        alert = f"{name}: {plain.get(name)}"
        if alert in TEXTS:
            yield _pointing(frame, f"transfusion.{name}", alert, frame.identity("answers.clinical"))


def _sedated(frame: Frame) -> Iterator[Tree]:
    for one in frame.plan.complications.events:
        if one.kind is Complication.OPIOID_OVERSEDATION and one.had is Answer3.YES:
            yield _pointing(frame, SEDATED, "over-sedation: yes", one.id)
            return


def _cured(frame: Frame) -> Iterator[Tree]:
    if frame.plan.diagnosis.curative_kind not in (None, "none"):
        yield _pointing(frame, CURED, "cured: yes", frame.identity("answers.clinical"))


def _pregnant(frame: Frame) -> Iterator[Tree]:
    """In the emergency document only with the person's tick: the projection sees to that."""
    if frame.plan.pregnancy.pregnant is Answer3.YES:
        source = frame.identity("answers.own")
        yield _pointing(frame, PREGNANT, "pregnant: yes", source, standard=codes.PREGNANT)


def _other(frame: Frame) -> Iterator[Tree]:
    plain: dict[str, Any] = dict(frame.plain["other_plan"])
    if plain.get("exists") == "yes":
        alert = f"other plan: {plain.get('leads', 'not said')}"
        yield _pointing(frame, OTHER_PLAN, alert, frame.identity("answers.clinical"))
