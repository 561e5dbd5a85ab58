"""Items 2 to 8: what a stranger must see in the first ten seconds, all of it on page 1."""

from __future__ import annotations

from careplan.plan.care_plan import (
    AnswerBeside,
    AnswerKind,
    CarePlan,
    PatientAnswer,
    Signature,
    Version,
)
from careplan.plan.dictionary import Dictionary
from careplan.plan.values import spaced
from careplan.summary import wording
from careplan.summary.allergies import allergy_block
from careplan.summary.banners import cured_block, other_plan_block, other_plan_facts
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.doses import dose_blocks
from careplan.summary.flags import flags_block
from careplan.summary.person import interpreter_block
from careplan.summary.phrases import Phrases


def front(version: Version, words: Dictionary, say: Phrases, *, checked: bool) -> list[Block]:
    plan = version.plan
    return [
        _who(plan, say),
        _genotype(plan, words, say),
        *cured_block(plan, words, say),
        allergy_block(plan, say),
        *other_plan_block(plan, say),
        *_doses(version, words, say, checked=checked),
        *interpreter_block(plan, words, say),
        flags_block(plan, words, say),
        _signed(version, say),
        _phone24(plan, say),
    ]


def _who(plan: CarePlan, say: Phrases) -> Block:
    who, me = plan.identity, plan.about_me
    name = [Part(who.legal_name or say.say("who.no_name"), Kind.STRONG)]
    if me.known_as:
        name += [Part(say.say("who.known_as")), Part(me.known_as, Kind.OWN)]
    if me.pronouns:
        name += [Part(","), Part(me.pronouns, Kind.OWN)]
    born = wording.day(who.date_of_birth) if who.date_of_birth else None
    number = spaced(who.nhs_number) if who.nhs_number else None
    rest = [
        say.say("who.born", on=born) if born else say.say("who.no_birth_date"),
        say.say("who.nhs_number", number=number) if number else say.say("who.no_nhs_number"),
    ]
    facts = (
        Fact(
            tuple(name),
            None,
            ("identity.legal_name", "about_me.known_as", "about_me.pronouns"),
            Look.BIG,
        ),
        line(" · ".join(rest), "identity.date_of_birth", "identity.nhs_number"),
    )
    return Block("who", 2, "who", None, facts)


def _genotype(plan: CarePlan, words: Dictionary, say: Phrases) -> Block:
    code, other = plan.diagnosis.genotype, plan.diagnosis.genotype_other
    text = words.words("genotypes", code) if code else say.say("genotype.missing")
    if other:
        text = other if code == "other" else f"{text}: {other}"
    fact = line(text, "diagnosis.genotype", "diagnosis.genotype_other")
    return Block("genotype", 3, "genotype", say.say("headings.genotype"), (fact,))


def _doses(version: Version, words: Dictionary, say: Phrases, *, checked: bool) -> list[Block]:
    if version.stop is not None:
        return [_stopped(version, say)]
    if version.signature is None:
        who = say.say("dose.identity_checked" if checked else "dose.identity_not_checked")
        facts = (
            line(say.say("dose.unsigned", identity=who), look=Look.BIG),
            line(say.say("dose.national")),
        )
        heading = say.say("headings.unsigned")
        return [Block("unsigned", 5, "dose unsigned", heading, facts)]
    return dose_blocks(version.plan, words, say)


def _stopped(version: Version, say: Phrases) -> Block:
    stop = version.stop
    if stop is None:
        raise ValueError("nobody has stopped the dose")
    ring = (Part(say.say("dose.stopped"), Kind.STRONG), Part(stop.ring, Kind.PHONE))
    by = say.say(
        "dose.stopped_by",
        on=wording.day(stop.at), name=stop.name, role=stop.role, organisation=stop.organisation,
    )  # fmt: skip
    facts = (Fact(ring, look=Look.BIG), line(by), line(say.say("dose.national")))
    return Block("stopped", 5, "dose stopped", say.say("headings.stopped"), facts)


def _signed(version: Version, say: Phrases) -> Block:
    signature, review = version.signature, version.plan.review.review_due
    if signature is None:
        facts = [line(say.say("signed.not_signed"))]
        if review:
            facts.append(
                line(say.say("signed.review", on=wording.day(review)), "review.review_due")
            )
    else:
        text = signature_words(signature, version, say)
        by = say.say("signed.by_brief", on=wording.day(signature.signed_at), name=signature.name)
        brief = " ".join([by, *validity(signature, version, say)])
        facts = [Fact((Part(text),), None, ("review.review_due",), brief=brief)]
    facts += answer_facts(version, say)
    facts += other_plan_facts(version.plan, say)
    facts.append(line(say.say("frame.real"), look=Look.SMALL))
    facts.append(line(say.say("frame.supports"), look=Look.SMALL))
    heading = say.say("headings.signed" if signature else "headings.not_signed")
    return Block("signed", 7, "signed", heading, tuple(facts))


def signature_words(signature: Signature, version: Version, say: Phrases) -> str:
    by = say.say(
        "signed.by",
        on=wording.day(signature.signed_at), name=signature.name, role=signature.role,
        organisation=signature.organisation,
    )  # fmt: skip
    return " ".join([by, *validity(signature, version, say)])


def validity(signature: Signature, version: Version, say: Phrases) -> list[str]:
    """Until when it is signed for, when it is looked at again, and whether it was stopped."""
    review, until = version.plan.review.review_due, wording.day(signature.expires_on)
    texts: list[str] = []
    if review == signature.expires_on:
        texts.append(say.say("signed.valid_and_review", on=until))
    else:
        texts.append(say.say("signed.valid", on=until))
        texts += [say.say("signed.review", on=wording.day(review))] if review else []
    texts += [say.say("signed.stopped")] if version.stop else []
    return texts


def answer_facts(version: Version, say: Phrases) -> list[Fact]:
    """The person's own answer, then each parent's or carer's beside it; nobody speaks for two."""
    facts = [_answer(version.answer, say)] if version.answer else []
    facts += [_beside(one, say) for one in version.beside]
    if version.signature and not version.answered:
        facts.insert(0, line(say.say("signed.not_seen")))
    return facts


_ANSWERS = {
    AnswerKind.AGREE: "agree",
    AnswerKind.AGREE_EXCEPT: "agree_except",
    AnswerKind.DO_NOT_AGREE: "do_not_agree",
}


def _answer(answer: PatientAnswer, say: Phrases) -> Fact:
    """Agreement or disagreement in one neutral line, in the person's words; never "refused"."""
    on = wording.day(answer.at)
    parts = _in_words(say.say(f"signed.{_ANSWERS[answer.kind]}", on=on), answer, say)
    if answer.interpreter:
        parts.append(Part(say.say("signed.interpreter", who=answer.interpreter)))
    if answer.helped_by:
        parts.append(Part(say.say("signed.helped_by", who=answer.helped_by)))
    for name in ("given_with", "present", "basis"):  # the record's alone
        if getattr(answer, name):
            parts.append(Part(say.say(f"signed.{name}", what=getattr(answer, name))))
    return Fact(tuple(parts), brief=say.say(f"signed.{_ANSWERS[answer.kind]}_brief", on=on))


def _beside(one: AnswerBeside, say: Phrases) -> Fact:
    who = say.say("signed.who", name=one.name, relation=one.relation)
    key, told = f"signed.beside_{_ANSWERS[one.kind]}", {"who": who, "on": wording.day(one.at)}
    parts = _in_words(say.say(key, **told), one, say)
    return Fact(tuple(parts), brief=say.say(f"{key}_brief", **told))


def _in_words(told: str, answer: PatientAnswer | AnswerBeside, say: Phrases) -> list[Part]:
    parts = [Part(told)]
    if answer.words:
        parts.append(Part(answer.words, Kind.QUOTE))
    elif answer.kind is not AnswerKind.AGREE:
        parts.append(Part(say.say("signed.no_words")))
    return parts


def _phone24(plan: CarePlan, say: Phrases) -> Block:
    team = plan.care_team
    paths = tuple(f"care_team.phone_24h{name}" for name in ("", "_ask_for", "_hours"))
    if team.phone_24h is None:
        parts = [Part(say.say("phone24.none"))]
    else:
        parts = [Part(team.phone_24h, Kind.PHONE)]
    if team.phone_24h_ask_for:
        parts.append(Part(f", {say.say('phone24.ask_for')} {team.phone_24h_ask_for}"))
    parts += [Part(f", {team.phone_24h_hours}")] if team.phone_24h_hours else []
    heading = say.say("headings.phone24")
    return Block("phone24", 8, "phone24", heading, (Fact(tuple(parts), None, paths),))
