"""What a signed card can say of one version, cut into pieces, each with its weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from careplan.fhir import codes
from careplan.fhir.pain import step_words
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
_SPLEEN = (Complication.SPLENECTOMY, Complication.HYPOSPLENISM)
_TOLD_ELSEWHERE = (Complication.HYPERHAEMOLYSIS, Complication.OPIOID_OVERSEDATION, *_SPLEEN)
_STATED = ("unsigned", "stopped")


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that is said if there is room. `kind` names it where there is none."""

    kind: str
    text: str = ""
    at: int = 0
    after: Extra | None = None
    """What must be there first: details say nothing without what they are details of."""


class Facts:
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
        self.substances = [one.brief or one.text for one in self.allergens]
        self.about_allergies = [one for one in listed if one.look not in (Look.ITEM, Look.LEAD)]
        none = "none" in self.blocks["allergies"].look
        self.none_known = self.about_allergies.pop(0) if none and self.about_allergies else None

    # --- what there is to say -----------------------------------------------------------------

    def extras(self) -> Iterator[Extra]:
        """The weightiest first."""
        for name in ("other", "cured"):
            for fact in self._facts(name):
                yield Extra(name, fact.brief or fact.text)
        flags = [Extra("flags", one.brief or one.text, at) for at, one in self._stops()]
        yield from flags
        listed = Extra("listed")
        if self.allergens:
            yield listed
        yield from self._antibodies()
        yield from self._had("spleen", among=_SPLEEN)
        yield from self._reactions()
        yield from self._codes(listed)
        yield from self._signer()
        yield from (Extra("second", at=at) for at in range(len(self.second)))
        yield from self._asked_for()
        told = [one.brief or one.text for one in answer_facts(self.version, self.say)]
        if told:
            yield Extra("answer", " ".join(told))
        yield from self._history()
        for flag, (_, fact) in zip(flags, self._stops(), strict=True):
            if fact.text != flag.text:
                yield replace(flag, kind="details", text=fact.text, after=flag)
        for name in _STATED:
            yield from (Extra("national", one.text) for one in self._facts(name)[1:])

    def _codes(self, listed: Extra) -> Iterator[Extra]:
        """For software: whoever reads has the words already."""
        for at, name in enumerate(self.substances):
            if substance_code(name):
                yield Extra("allergen", at=at, after=listed)
        if self.none_known is not None:
            yield Extra("listed")
        if any(substance_code(step.drug) for step in self.first):
            yield Extra("drug")
        if self.plan.diagnosis.genotype in codes.GENOTYPES:
            yield Extra("type")

    def _facts(self, name: str) -> tuple[Fact, ...]:
        block = self.blocks.get(name)
        return block.facts if block else ()

    def _stops(self) -> list[tuple[int, Fact]]:
        flags = self.blocks["flags"]
        return list(enumerate(flags.facts)) if flags.heading else []

    def _antibodies(self) -> Iterator[Extra]:
        for block in blood_block(self.plan, self.words, self.say):
            for fact in block.facts:
                if "transfusion.antibodies.name" in fact.paths:
                    yield Extra("antibodies", f"{fact.label}: {fact.text}")

    def _had(self, kind: str, *, among: tuple[Complication, ...]) -> Iterator[Extra]:
        said = [
            self.words.words("complications", one.kind)
            for one in self.plan.complications.events
            if one.kind in among and one.had is Answer3.YES
        ]
        if said:
            yield Extra(kind, "; ".join(said))

    def _history(self) -> Iterator[Extra]:
        rest = tuple(one for one in Complication if one not in _TOLD_ELSEWHERE)
        for one in self._had("history", among=rest):
            yield replace(one, text=f"{self.say.say('headings.history')}: {one.text}")

    def _reactions(self) -> Iterator[Extra]:
        for at, fact in enumerate(self.allergens):
            if fact.brief and fact.text != fact.brief:
                yield Extra("reactions", at=at)

    def _signer(self) -> Iterator[Extra]:
        if self.version.signature is not None:
            facts = self._facts("signed")[:1]
            heading = self.blocks["signed"].heading
            said = (f"{heading} {one.brief or one.text}" for one in facts)
            yield from (Extra("signer", one) for one in said)

    def _asked_for(self) -> Iterator[Extra]:
        whole = " ".join(one.text for one in self._facts("phone24"))
        if self.plan.care_team.phone_24h and whole != self.plan.care_team.phone_24h:
            yield Extra("ask_for", whole)

    # --- and how it is put ------------------------------------------------------------------------

    def name(self) -> str:
        who = self.plan.identity.legal_name or self.plan.about_me.known_as
        return who or self.say.say("who.no_name")

    def weight(self, step: Step) -> str | None:
        """A dose per kilogram never stands without the weight and its day."""
        if step.dose is None or not step.dose.per_kilogram:
            return None
        return weighed(self.plan, self.words, self.say)

    def allergen_lines(self, picked: list[Extra]) -> list[str]:
        told = {one.at for one in picked if one.kind == "reactions"}
        return [
            self._allergen(fact, fact.text if at in told else self.substances[at])
            for at, fact in enumerate(self.allergens)
        ]

    def _allergen(self, fact: Fact, text: str) -> str:
        reported = fact.paths[0].startswith("my_allergies")
        return self.say.say("offline.reported", what=text) if reported else text

    def type_words(self) -> str:
        return " ".join(one.text for one in self._facts("genotype"))

    def notes(self, picked: list[Extra]) -> Iterator[str]:
        """What has no resource of its own, one line each, the weightiest first."""
        said = {one.kind: one.text for one in picked}
        yield from (said[kind] for kind in ("other", "cured") if kind in said)
        yield from self._about_allergies(picked)
        yield from self._stated()
        yield from self._stop_lines(picked)
        if "type" not in said:
            yield self.type_words()
        order = ("antibodies", "spleen", "signer", "answer", "history")
        yield from (said[kind] for kind in order if kind in said)
        yield from (one.text for one in picked if one.kind == "national")
        number = said.get("ask_for") or self.plan.care_team.phone_24h
        yield f"{self.blocks['phone24'].heading}: {number or self.say.say('phone24.none')}"

    def _about_allergies(self, picked: list[Extra]) -> Iterator[str]:
        """The list in one line, unless each has a resource; that there is none, or nobody asked."""
        heading = self.blocks["allergies"].heading
        if self.allergens and "listed" not in {one.kind for one in picked}:
            yield f"{heading}: {'; '.join(self.allergen_lines(picked))}"
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

    def _stop_lines(self, picked: list[Extra]) -> Iterator[str]:
        heading = self.blocks["flags"].heading
        details = {one.at: one.text for one in picked if one.kind == "details"}
        for one in picked:
            if one.kind == "flags":
                yield f"{heading}: {details.get(one.at, one.text)}"

    def longest(self) -> str:
        """Of what may not be left out, the text that takes most room."""
        said = [self.name(), *self.substances]
        said += [step_words(step) for step in self.first]
        return max(said, key=len)


def substance_code(name: str) -> str | None:
    """SNOMED's code, where this exact name is one of the sure ones."""
    return codes.SUBSTANCES.get(name.strip().casefold())
