"""The signed card's Bundle: as much of what an emergency must know as one printed code can hold.

A SMART Health Card in a QR holds no display and no text of a concept, so a reader without our
tables would show bare codes, or nothing where there is no code. Here every allergen, type and
medicine therefore stands in words, in a note or in the words of the dose as signed; codes, and
resources of their own, are added where their exact meaning is sure and there is room.

Name and birth date, the allergens (or that nobody asked), the first dose, the sickle type, the
number that answers day and night, review date and version are never left out. Everything else
comes in the order of its weight, while there is room; what has none is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from careplan.fhir import codes
from careplan.fhir.pain import step_words
from careplan.fhir.tree import Tree, coding, concept, notes, snomed, some
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import Stage, Step
from careplan.plan.sickle import Complication
from careplan.plan.surfaces import emergency, seen_on
from careplan.plan.values import Answer3
from careplan.summary.blocks import Fact, Look
from careplan.summary.blood import blood_block
from careplan.summary.front import answer_facts, front
from careplan.summary.phrases import Phrases, phrases
from careplan.summary.weight import weighed

SURFACE = "offline"
_SUBJECT = {"reference": "resource:0"}
_SPLEEN = (Complication.SPLENECTOMY, Complication.HYPOSPLENISM)
_TOLD_ELSEWHERE = (Complication.HYPERHAEMOLYSIS, Complication.OPIOID_OVERSEDATION, *_SPLEEN)
_FOR_SOFTWARE = ("listed", "allergen", "drug", "type")
"""Extras that say again for software what stands there in words: without them nothing is lost."""
_STATED = ("unsigned", "stopped")

Fits = Callable[[Tree], bool]


class NoRoom(ValueError):
    """Even the least a signed card may say is more than one code holds. Print without it, and say
    on the paper that it has none."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The Bundle, and what it left out, in words for the paper."""

    bundle: Tree
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Extra:
    """Something that is said if there is room. `kind` names it where there is none."""

    kind: str
    text: str = ""
    at: int = 0
    after: _Extra | None = None
    """What must be there first: details say nothing without what they are details of."""


def project(version: Version, words: Dictionary, *, fits: Fits) -> Projection:
    """The fullest Bundle that fits. Raises NoRoom.

    Give the full version. From the weightiest to the lightest, each thing is put in if there is
    still room, so that nothing is dropped for something that matters less.
    """
    card = _Card(version, words)
    picked: list[_Extra] = []
    bundle = card.bundle(picked)
    if not fits(bundle):
        raise NoRoom(f"signed card: {card.longest()}")
    left_out = []
    for extra in card.extras():
        tried = card.bundle([*picked, extra])
        if extra.after in (None, *picked) and fits(tried):
            picked.append(extra)
            bundle = tried
        elif extra.kind not in _FOR_SOFTWARE:
            left_out.append(card.say.say(f"offline.left_{extra.kind}"))
    return Projection(bundle, tuple(dict.fromkeys(left_out)))


class _Card:
    """One version as an emergency may see it on this surface, cut into what can be said of it."""

    def __init__(self, version: Version, words: Dictionary) -> None:
        checked = version.plan.identity.checked_on is not None
        seen = emergency(version, words)
        self.version = replace(seen, plan=seen_on(seen.plan, SURFACE, words))
        self.plan, self.words = self.version.plan, words
        self.say: Phrases = phrases(words)
        self.blocks = {one.id: one for one in front(self.version, words, self.say, checked=checked)}
        self.first = self.plan.pain_plan.stage(Stage.FIRST_DOSE)
        self.second = self.plan.pain_plan.stage(Stage.SECOND_CHOICE)
        listed = self.blocks["allergies"].facts
        self.allergens = [one for one in listed if one.look is Look.ITEM]
        self._substances = [one.brief or one.text for one in self.allergens]
        self.about_allergies = [one for one in listed if one.look not in (Look.ITEM, Look.LEAD)]
        none = "none" in self.blocks["allergies"].look
        self.none_known = self.about_allergies.pop(0) if none and self.about_allergies else None

    # --- what there is to say -----------------------------------------------------------------

    def extras(self) -> Iterator[_Extra]:
        """The weightiest first."""
        for name in ("other", "cured"):
            for fact in self._facts(name):
                yield _Extra(name, fact.brief or fact.text)
        flags = [_Extra("flags", one.brief or one.text, at) for at, one in self._stops()]
        yield from flags
        listed = _Extra("listed")
        if self.allergens:
            yield listed
        yield from self._antibodies()
        yield from self._had("spleen", among=_SPLEEN)
        yield from self._reactions()
        yield from self._codes(listed)
        yield from self._signer()
        yield from (_Extra("second", at=at) for at in range(len(self.second)))
        yield from self._asked_for()
        told = [one.brief or one.text for one in answer_facts(self.version, self.say)]
        if told:
            yield _Extra("answer", " ".join(told))
        yield from self._history()
        for flag, (_, fact) in zip(flags, self._stops(), strict=True):
            if fact.text != flag.text:
                yield replace(flag, kind="details", text=fact.text, after=flag)
        for name in _STATED:
            yield from (_Extra("national", one.text) for one in self._facts(name)[1:])

    def _codes(self, listed: _Extra) -> Iterator[_Extra]:
        """For software: whoever reads has the words already."""
        for at, name in enumerate(self._substances):
            if _substance(name):
                yield _Extra("allergen", at=at, after=listed)
        if self.none_known is not None:
            yield _Extra("listed")
        if any(_substance(step.drug) for step in self.first):
            yield _Extra("drug")
        if self.plan.diagnosis.genotype in codes.GENOTYPES:
            yield _Extra("type")

    def _facts(self, name: str) -> tuple[Fact, ...]:
        block = self.blocks.get(name)
        return block.facts if block else ()

    def _stops(self) -> list[tuple[int, Fact]]:
        flags = self.blocks["flags"]
        return list(enumerate(flags.facts)) if flags.heading else []

    def _antibodies(self) -> Iterator[_Extra]:
        for block in blood_block(self.plan, self.words, self.say):
            for fact in block.facts:
                if "transfusion.antibodies.name" in fact.paths:
                    yield _Extra("antibodies", f"{fact.label}: {fact.text}")

    def _had(self, kind: str, *, among: tuple[Complication, ...]) -> Iterator[_Extra]:
        said = [
            self.words.words("complications", one.kind)
            for one in self.plan.complications.events
            if one.kind in among and one.had is Answer3.YES
        ]
        if said:
            yield _Extra(kind, "; ".join(said))

    def _history(self) -> Iterator[_Extra]:
        rest = tuple(one for one in Complication if one not in _TOLD_ELSEWHERE)
        for one in self._had("history", among=rest):
            yield replace(one, text=f"{self.say.say('headings.history')}: {one.text}")

    def _reactions(self) -> Iterator[_Extra]:
        for at, fact in enumerate(self.allergens):
            if fact.brief and fact.text != fact.brief:
                yield _Extra("reactions", at=at)

    def _signer(self) -> Iterator[_Extra]:
        if self.version.signature is not None:
            facts = self._facts("signed")[:1]
            yield from (_Extra("signer", one.brief or one.text) for one in facts)

    def _asked_for(self) -> Iterator[_Extra]:
        whole = " ".join(one.text for one in self._facts("phone24"))
        if self.plan.care_team.phone_24h and whole != self.plan.care_team.phone_24h:
            yield _Extra("ask_for", whole)

    # --- the Bundle ---------------------------------------------------------------------------

    def bundle(self, picked: list[_Extra]) -> Tree:
        """`picked` decides what is in; the order in which it is said is always the same.

        Members stand in the order in which they repeat best: every byte of this is counted.
        """
        patient = some(
            resourceType="Patient",
            name=[{"text": self._name()}],
            birthDate=_iso(self.plan.identity.date_of_birth),
        )
        kinds = {one.kind for one in picked}
        second = [self.second[one.at] for one in picked if one.kind == "second"]
        resources = [
            patient,
            self._care_plan(picked),
            *(_request(step, self._weight(step), "drug" in kinds) for step in self.first),
            *(_request(step, self._weight(step), "drug" in kinds) for step in second),
            *([self._type()] if "type" in kinds else []),
            *(self._allergies(picked) if "listed" in kinds else []),
        ]
        entries = [
            {"fullUrl": f"resource:{at}", "resource": one} for at, one in enumerate(resources)
        ]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    def _name(self) -> str:
        who = self.plan.identity.legal_name or self.plan.about_me.known_as
        return who or self.say.say("who.no_name")

    def _weight(self, step: Step) -> str | None:
        """A dose per kilogram never stands without the weight and its day."""
        if step.dose is None or not step.dose.per_kilogram:
            return None
        return weighed(self.plan, self.words, self.say)

    def _allergies(self, picked: list[_Extra]) -> list[Tree]:
        """Each allergen a resource of its own, in words, and coded where there was room."""
        coded = {one.at for one in picked if one.kind == "allergen"}
        made = [
            _allergy(text, _substance(self._substances[at]) if at in coded else None)
            for at, text in enumerate(self._allergen_lines(picked))
        ]
        none = self.blocks["allergies"].heading if self.none_known else None
        return made or ([_allergy(none, codes.NO_KNOWN_ALLERGY)] if none else [])

    def _allergen_lines(self, picked: list[_Extra]) -> list[str]:
        told = {one.at for one in picked if one.kind == "reactions"}
        return [
            self._allergen(fact, fact.text if at in told else self._substances[at])
            for at, fact in enumerate(self.allergens)
        ]

    def _allergen(self, fact: Fact, text: str) -> str:
        reported = fact.paths[0].startswith("my_allergies")
        return self.say.say("offline.reported", what=text) if reported else text

    def _type(self) -> Tree:
        return some(
            resourceType="Condition",
            subject=_SUBJECT,
            note=notes(self._type_words()),
            code=_coded(codes.GENOTYPES.get(self.plan.diagnosis.genotype or "")),
        )

    def _type_words(self) -> str:
        return " ".join(one.text for one in self._facts("genotype"))

    def _care_plan(self, picked: list[_Extra]) -> Tree:
        number, version = self.version.plan_number, self.version.number
        return some(
            resourceType="CarePlan",
            status="active",
            intent="plan",
            subject=_SUBJECT,
            note=[{"text": text} for text in self._notes(picked)],
            period=some(end=_iso(self.plan.review.review_due)),
            title=self.say.say("offline.title", plan_number=number, number=version),
        )

    def _notes(self, picked: list[_Extra]) -> Iterator[str]:
        """What has no resource of its own, one line each, the weightiest first."""
        said = {one.kind: one.text for one in picked}
        yield from (said[kind] for kind in ("other", "cured") if kind in said)
        yield from self._about_allergies(picked)
        yield from self._stated()
        yield from self._stop_lines(picked)
        if "type" not in said:
            yield self._type_words()
        order = ("antibodies", "spleen", "signer", "answer", "history")
        yield from (said[kind] for kind in order if kind in said)
        yield from (one.text for one in picked if one.kind == "national")
        number = said.get("ask_for") or self.plan.care_team.phone_24h
        yield f"{self.blocks['phone24'].heading}: {number or self.say.say('phone24.none')}"

    def _about_allergies(self, picked: list[_Extra]) -> Iterator[str]:
        """The list in one line, unless each has a resource; that there is none, or nobody asked."""
        heading = self.blocks["allergies"].heading
        if self.allergens and "listed" not in {one.kind for one in picked}:
            yield f"{heading}: {'; '.join(self._allergen_lines(picked))}"
        if self.none_known is not None:
            yield f"{heading}. {self.none_known.text}"
        listed = bool(self.allergens) or self.none_known is not None
        for fact in self.about_allergies:
            yield fact.text if listed else f"{heading}. {fact.text}"

    def _stated(self) -> Iterator[str]:
        """That there is no dose, and why: stopped, not signed, or none written."""
        for name in _STATED:
            block = self.blocks.get(name)
            if block is not None:
                yield f"{block.heading}. {block.facts[0].text}"
        if self.version.shows_dose and not self.first:
            block = self.blocks["first"]
            yield f"{block.heading}: {block.facts[0].text}"

    def _stop_lines(self, picked: list[_Extra]) -> Iterator[str]:
        heading = self.blocks["flags"].heading
        details = {one.at: one.text for one in picked if one.kind == "details"}
        for one in picked:
            if one.kind == "flags":
                yield f"{heading}: {details.get(one.at, one.text)}"

    def longest(self) -> str:
        """Of what may not be left out, the text that takes most room."""
        said = [self._name(), *self._substances]
        said += [step_words(step) for step in self.first]
        return max(said, key=len)


def _request(step: Step, weight: str | None, coded: bool) -> Tree:  # noqa: FBT001
    """The dose in the very words of the emergency document: never taken apart, never worked out."""
    code = _substance(step.drug) if coded else None
    return some(
        resourceType="MedicationRequest",
        status="active",
        intent="plan",
        subject=_SUBJECT,
        note=notes(weight),
        medicationCodeableConcept=_coded(code),
        medicationReference=None if code else {"display": step.drug},
        dosageInstruction=[{"text": step_words(step)}],
    )


def _allergy(text: str, code: str | None) -> Tree:
    return some(
        resourceType="AllergyIntolerance",
        patient=_SUBJECT,
        note=notes(text),
        code=_coded(code),
        clinicalStatus=concept(coding(codes.ALLERGY_CLINICAL, "active")),
    )


def _substance(name: str) -> str | None:
    return codes.SUBSTANCES.get(name.strip().casefold())


def _coded(code: str | None) -> Tree | None:
    return concept(snomed(code)) if code else None


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
