"""The page for school (domain 2.18): what a teacher needs, and nothing an emergency doctor would.

It is made from the plan as a school may see it. Doses of controlled medicines, and of any
medicine nobody can place, are left out unless the person agrees; the page says so.
"""

from __future__ import annotations

from dataclasses import replace

from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.drugs import Drugs
from careplan.plan.life import SchoolAndWork
from careplan.plan.pain import Stage, Step
from careplan.plan.person import Sex
from careplan.plan.places import names_a_dose
from careplan.plan.surfaces import as_the_person_allows, seen_on
from careplan.summary import wording
from careplan.summary.blocks import Block, EmergencySummary, Fact, Kind, Look, Part, line, own
from careplan.summary.copies import Copy, CopyWords, chosen, copy_words, gathered
from careplan.summary.different import fever
from careplan.summary.doses import step_line
from careplan.summary.emergency import summarise
from careplan.summary.phrases import phrases

_SCHOOL = "school_and_work"
_PEOPLE = ("my_people.contacts.", "care_team.phone_24h")
_PLACE = ("care_team.hospital_", "care_team.ambulance_destination")


def school_page(version: Version, words: Dictionary, drugs: Drugs) -> Copy:
    say = copy_words(words)
    girl = version.plan.identity.sex_registered is Sex.FEMALE
    plan = seen_on(as_the_person_allows(version.plan), "school", words)
    summary = summarise(replace(version, plan=plan), words)
    facts = gathered(summary.blocks, "school", words)
    school = plan.school_and_work
    blocks = [
        _about(plan, school, words, say),
        _signs(plan, words, say, girl=girl),
        *_allergies(summary, words),
        _block("pain", [*_in_pain(plan, school, words), *_home(version, words, drugs, say)], say),
        _block("fever", _said(school.fever, "fever", words), say),
        _block("needs", [_item(one.text, "needs.text") for one in school.needs], say),
        _block("own_signs", _own_signs(plan, drugs, say), say),
        _block("people", [*_ring(school, words), *_people(facts)], say),
        _block("hospital", _of(facts, _PLACE), say),
        _block("classmates", [own(school.classmates, f"{_SCHOOL}.classmates")], say)
        if school.classmates
        else None,
    ]
    kept = tuple(block for block in blocks if block is not None)
    return Copy(
        say.say("school.title"), kept, (say.say("school.what"),), (say.say("school.given"),)
    )


def _block(name: str, facts: list[Fact], say: CopyWords) -> Block | None:
    """No heading over nothing."""
    if not facts:
        return None
    return Block(name, 1, f"part {name}", say.say(f"school.{name}"), tuple(facts))


def _about(plan: CarePlan, school: SchoolAndWork, words: Dictionary, say: CopyWords) -> Block:
    name = [Part(plan.identity.legal_name or phrases(words).say("who.no_name"), Kind.STRONG)]
    if plan.about_me.known_as:
        name += [Part(phrases(words).say("who.known_as")), Part(plan.about_me.known_as, Kind.OWN)]
    facts = [Fact(tuple(name), None, ("identity.legal_name", "about_me.known_as"), Look.BIG)]
    for text, path in ((school.place, f"{_SCHOOL}.place"), (school.staff, f"{_SCHOOL}.staff")):
        if text:
            parts = (Part(text, Kind.OWN),)
            facts.append(Fact(parts, words.field(path).label, (path,)))
    if school.has_plan is not None:
        label = say.say("school.has_plan")
        facts.append(line(str(school.has_plan), f"{_SCHOOL}.has_plan", label=label))
    return Block("about", 1, "part about", None, tuple(facts))


def _signs(plan: CarePlan, words: Dictionary, say: CopyWords, *, girl: bool) -> Block:
    """What is an emergency in everybody, and what the family must hear of at once."""
    set_at = ("warning_signs.fever_at",)
    warm = fever(plan, phrases(words))
    facts = [line(say.say("school.signs_999"), look=Look.LEAD)]
    facts += [line(one, look=Look.ITEM) for one in say.lists["signs_999"]]
    facts.append(line(say.say("school.signs_family"), look=Look.LEAD))
    for one in (*say.lists["signs_family"], *(() if girl else say.lists["signs_boys"])):
        paths = set_at if "{fever}" in one else ()
        facts.append(line(one.replace("{fever}", warm), *paths, look=Look.ITEM))
    return Block("signs", 1, "part signs", None, tuple(facts))


def _allergies(summary: EmergencySummary, words: Dictionary) -> list[Block]:
    """As everywhere: listed, none confirmed, or not asked; never blank."""
    return [
        replace(chosen(block, "school", words) or block, look=block.look)
        for block in summary.blocks
        if block.id == "allergies"
    ]


def _in_pain(plan: CarePlan, school: SchoolAndWork, words: Dictionary) -> list[Fact]:
    looks = plan.about_me.when_in_severe_pain
    facts = _said(school.pain, "pain", words)
    if looks:
        path = "about_me.when_in_severe_pain"
        facts.append(own(looks, path, label=words.field(path).label))
    return facts


def _home(version: Version, words: Dictionary, drugs: Drugs, say: CopyWords) -> list[Fact]:
    """The medicines for pain at home, as signed."""
    if version.stop is not None:
        return [line(say.say("school.stopped"))]
    if version.signature is None:
        return [line(say.say("school.unsigned"))]
    plan = version.plan
    steps = plan.pain_plan.stage(Stage.HOME)
    agreed = version.plan.school_and_work.show_controlled is True
    shown = [one for one in steps if agreed or may_be_shown(one, drugs, say)]
    facts: list[Fact] = []
    if shown:
        signed = version.signature
        facts.append(line(say.say("school.medicines"), look=Look.LEAD))
        facts += [step_line(one, plan, words, phrases(words)) for one in shown]
        text = say.say(
            "school.signed",
            on=wording.day(signed.signed_at), name=signed.name, role=signed.role,
            organisation=signed.organisation, until=wording.day(signed.expires_on),
        )  # fmt: skip
        facts.append(line(text, look=Look.SMALL))
    return facts + _left_out(len(steps) - len(shown), say)


def _left_out(count: int, say: CopyWords) -> list[Fact]:
    if not count:
        return []
    one = say.say("school.one_medicine")
    said = one if count == 1 else say.say("school.medicines_count", count=count)
    return [line(say.say("school.left_out", count=said))]


def may_be_shown(step: Step, drugs: Drugs, say: CopyWords) -> bool:
    """Only where every medicine it names is known, and none of them is controlled."""
    known = all(drugs.family(one) is not None for one in drugs.ingredients(step.drug))
    more = (step.drug, step.ceiling, step.note, step.relation_when, step.relation_instead_when)
    return known and not any(names_controlled(text, drugs, say) for text in more)


def names_controlled(text: str | None, drugs: Drugs, say: CopyWords) -> bool:
    controlled = {*say.lists["controlled"]}
    return any(
        one in controlled or drugs.family(one) in controlled
        for one in drugs.ingredients(text or "")
    )


def _own_signs(plan: CarePlan, drugs: Drugs, say: CopyWords) -> list[Fact]:
    """What the person and the team would call different; no strong medicine is named there."""
    facts, path = [], "different_pain.not_my_usual_pain"
    if plan.different_pain.not_my_usual_pain:
        facts.append(own(plan.different_pain.not_my_usual_pain, path))
    entries, agreed = plan.warning_signs.entries, plan.school_and_work.show_controlled is True
    for one in entries:
        # A misspelt or unheard-of name is known by the dose beside it.
        told = one.home or ""
        hidden = not agreed and (names_a_dose(told) or names_controlled(told, drugs, say))
        home = say.say("school.left_out_at_home") if hidden else one.home
        parts = [Part(one.sign, Kind.STRONG)]
        if home:
            parts.append(Part(f": {home}"))
        paths = tuple(f"warning_signs.entries.{name}" for name in ("sign", "home"))
        facts.append(Fact(tuple(parts), None, paths, Look.ITEM))
    return facts


def _ring(school: SchoolAndWork, words: Dictionary) -> list[Fact]:
    if not school.emergency_phone:
        return []
    path = f"{_SCHOOL}.emergency_phone"
    phone = (Part(school.emergency_phone, Kind.PHONE),)
    return [Fact(phone, words.field(path).label, (path,), Look.BIG)]


def _said(text: str | None, name: str, words: Dictionary) -> list[Fact]:
    path = f"{_SCHOOL}.{name}"
    return [own(text, path, label=words.field(path).label)] if text else []


def _item(text: str, name: str) -> Fact:
    return own(text, f"{_SCHOOL}.{name}", look=Look.ITEM)


def _people(facts: list[Fact]) -> list[Fact]:
    """Family before hospital: who is rung first is who stands first."""
    return [*_of(facts, _PEOPLE[:1]), *_of(facts, _PEOPLE[1:])]


def _of(facts: list[Fact], places: tuple[str, ...]) -> list[Fact]:
    return [one for one in facts if any(path.startswith(places) for path in one.paths)]
