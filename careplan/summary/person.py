"""Items 15 and 16 and the foot: veins, the person's own words, and who knows them."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.people import CareTeam, Professional
from careplan.plan.voice import Contact
from careplan.summary import wording
from careplan.summary.banners import no_other_plan
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line, own
from careplan.summary.detail import block
from careplan.summary.phrases import Phrases


def veins_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    veins, facts = plan.my_veins, []
    if veins.do_not_use:
        facts.append(_own(veins.do_not_use, "my_veins.do_not_use", words))
    if veins.device:
        facts.append(_own(veins.device, "my_veins.device", words))
    if veins.device_access:
        facts.append(_own(veins.device_access, "my_veins.device_access", words))
    if veins.best_site:
        facts.append(_own(veins.best_site, "my_veins.best_site", words))
    if veins.ultrasound is not None:
        text = say.say("veins.needed" if veins.ultrasound else "veins.not_needed")
        facts.append(line(text, "my_veins.ultrasound", label=say.say("veins.ultrasound")))
    if veins.tries is not None:
        facts.append(_plain(str(veins.tries), "my_veins.tries", words))
    if veins.then:
        facts.append(_own(veins.then, "my_veins.then", words))
    return block("veins", 15, facts, say)


def _own(text: str, path: str, words: Dictionary) -> Fact:
    return own(text, path, label=words.field(path).label)


def _plain(text: str, path: str, words: Dictionary) -> Fact:
    return line(text, path, label=words.field(path).label)


def helps_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    helps, me, facts = plan.what_helps, plan.about_me, []
    if plan.child_words.words:
        facts.append(_own(plan.child_words.words, "child_words.words", words))
    if plan.hard_times.past_trauma:
        facts.append(_own(plan.hard_times.past_trauma, "hard_times.past_trauma", words))
    facts += [own(one.text, "what_helps.helps.text", look=Look.ITEM) for one in helps.helps]
    if helps.please_do_not:
        label = words.field("what_helps.please_do_not").label
        facts.append(line(label, look=Look.LEAD))
        path = "what_helps.please_do_not.text"
        facts += [own(one.text, path, look=Look.ITEM) for one in helps.please_do_not]
    if me.when_in_severe_pain:
        facts.append(_own(me.when_in_severe_pain, "about_me.when_in_severe_pain", words))
    facts += _language(plan, words, say)
    facts += _adjustments(plan, words)
    comfort = [wording.listed(words, "comfort", helps.non_drug), helps.non_drug_other]
    text = ", ".join(filter(None, comfort))
    if text:
        paths = ("what_helps.non_drug", "what_helps.non_drug_other")
        facts.append(line(text, *paths, label=words.field("what_helps.non_drug").label))
    facts += _pain_score(plan, words, say)
    if plan.what_matters.what_matters:
        facts.append(_own(plan.what_matters.what_matters, "what_matters.what_matters", words))
    return block("helps", 16, facts, say)


def _language(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    me = plan.about_me
    facts = [] if me.interpreter else _spoken(plan, words, say)
    needs = [wording.listed(words, "info_needs", me.info_needs), me.info_needs_other]
    text = ", ".join(filter(None, needs))
    if text:
        paths = ("about_me.info_needs", "about_me.info_needs_other")
        facts.append(line(text, *paths, label=words.field("about_me.info_needs").label))
    return facts


def interpreter_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    """One line after the doses: without an interpreter nothing else on the page can be asked."""
    if not plan.about_me.interpreter:
        return []
    first, *more = _spoken(plan, words, say)
    text = " · ".join([first.text, *(f"{one.label}: {one.text}" for one in more)])
    paths = tuple(path for one in (first, *more) for path in one.paths)
    fact = Fact((Part(text, Kind.STRONG),), first.label, paths)
    return [Block("interpreter", 6, "interpreter", None, (fact,))]


def _spoken(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    me, facts = plan.about_me, []
    if me.interpreter is not None:
        text = say.say("helps.yes" if me.interpreter else "helps.no")
        facts.append(_plain(text, "about_me.interpreter", words))
    if spoken := wording.language(words, me.spoken_language, me.spoken_language_other):
        paths = ("about_me.spoken_language", "about_me.spoken_language_other")
        facts.append(line(spoken, *paths, label=words.field(paths[0]).label))
    if me.family_must_not_interpret is not None:
        text = say.say("helps.yes" if me.family_must_not_interpret else "helps.no")
        facts.append(_plain(text, "about_me.family_must_not_interpret", words))
    return facts


def _adjustments(plan: CarePlan, words: Dictionary) -> list[Fact]:
    needs = [wording.listed(words, "adjustments", plan.adjustments.kinds), plan.adjustments.other]
    text = ", ".join(filter(None, needs))
    paths = ("adjustments.kinds", "adjustments.other")
    return [line(text, *paths, label=words.field(paths[0]).label)] if text else []


def _pain_score(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    mine, facts = plan.my_sickle, []
    usual, cope = mine.usual_day_score, mine.can_cope_score
    texts = [
        words.words("pain_tools", mine.pain_tool) if mine.pain_tool else None,
        None if usual is None else say.say("helps.usual", score=usual),
        None if cope is None else say.say("helps.cope", score=cope),
    ]
    text = ", ".join(filter(None, texts))
    if text:
        names = ("pain_tool", "usual_day_score", "can_cope_score")
        paths = tuple(f"my_sickle.{name}" for name in names)
        facts.append(line(text, *paths, label=say.say("helps.pain")))
    if mine.daily_pain:
        facts.append(_own(mine.daily_pain, "my_sickle.daily_pain", words))
    return facts


def foot_block(version: Version, words: Dictionary, say: Phrases) -> Block:
    """Who knows the person, the prompt every department knows, and which copy this is."""
    plan = version.plan
    facts = [*_hospital(plan, words, say)]
    for name in ("consultant", "nurse"):
        one: Professional | None = getattr(plan.care_team, name)
        if one:
            facts.append(_professional(one, f"care_team.{name}", words))
    facts += [_contact(one, words, say) for one in plan.my_people.contacts]
    facts.append(line(say.say("frame.act_now"), look=Look.ACT))
    on = wording.day(version.published_at)
    copy = say.say("frame.version", plan_number=version.plan_number, number=version.number, on=on)
    facts.append(line(copy, look=Look.SMALL))
    return Block("foot", 18, "foot", say.say("headings.foot"), tuple(facts))


def _hospital(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    team, facts = plan.care_team, []
    number = say.say("foot.number", number=team.hospital_number) if team.hospital_number else None
    text = ", ".join(filter(None, [team.hospital_name, number]))
    if text:
        paths = ("care_team.hospital_name", "care_team.hospital_number")
        facts.append(line(text, *paths, label=say.say("foot.hospital")))
    if team.ambulance_destination:
        facts.append(_plain(team.ambulance_destination, "care_team.ambulance_destination", words))
    facts += _straight_in(team, say)
    if team.phone_24h_fallback:
        facts.append(_plain(team.phone_24h_fallback, "care_team.phone_24h_fallback", words))
    if team.phone_24h_tested_on:
        on = wording.day(team.phone_24h_tested_on)
        label = say.say("foot.tested")
        facts.append(line(on, "care_team.phone_24h_tested_on", label=label))
    return [*facts, *no_other_plan(plan, words)]


def _straight_in(team: CareTeam, say: Phrases) -> list[Fact]:
    """The unit that takes the person without the emergency department."""
    parts = [Part(team.bypass_name)] if team.bypass_name else []
    if team.bypass_phone:
        parts += [Part(",")] if parts else []
        parts.append(Part(team.bypass_phone, Kind.PHONE))
    if team.bypass_hours:
        parts.append(Part(f", {team.bypass_hours}" if parts else team.bypass_hours))
    paths = tuple(f"care_team.bypass_{name}" for name in ("name", "phone", "hours"))
    return [Fact(tuple(parts), say.say("foot.bypass"), paths)] if parts else []


def _professional(one: Professional, path: str, words: Dictionary) -> Fact:
    parts = [Part(", ".join(filter(None, [one.name, one.role])))]
    if one.phone:
        parts += [Part(","), Part(one.phone, Kind.PHONE)]
    paths = tuple(f"{path}.{name}" for name in ("name", "role", "phone"))
    return Fact(tuple(parts), words.field(path).label, paths)


def _contact(one: Contact, words: Dictionary, say: Phrases) -> Fact:
    parts = [Part(", ".join(filter(None, [one.name, one.relation])), Kind.OWN)]
    if one.phone:
        parts += [Part(","), Part(one.phone, Kind.PHONE)]
    first = {True: "foot.first", False: "foot.not_first", None: None}[one.first]
    told = say.say("foot.told", what=one.may_be_told) if one.may_be_told else None
    law = {True: "foot.parent", False: "foot.not_parent", None: None}[one.parental_responsibility]
    said = [say.say(key) for key in (first, law) if key]
    more = ", ".join(filter(None, [*said, told]))
    parts += [Part(f", {more}")] if more else []
    names = ("name", "relation", "phone", "may_be_told", "first", "parental_responsibility")
    paths = tuple(f"my_people.contacts.{name}" for name in names)
    return Fact(tuple(parts), words.field("my_people.contacts").label, paths)
