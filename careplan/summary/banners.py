"""What changes how the whole page is read: a curative treatment, and a plan kept elsewhere."""

from __future__ import annotations

from careplan.plan.ahead import Leads, OtherPlan
from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.phrases import Phrases

NO_CURE = "none"
OTHER = tuple(f"other_plan.{name}" for name in ("exists", "where", "updated_on", "leads"))
_CURE = tuple(f"diagnosis.curative_{name}" for name in ("kind", "on", "centre", "hbs"))


def cured_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    """After a curative treatment pain may not be a crisis; item 3 says so beside the type."""
    known = plan.diagnosis
    if not cured(plan):
        return []
    what = [
        words.words("curative", known.curative_kind)
        if known.curative_kind not in (None, NO_CURE)
        else say.say("cured.not_said"),
        wording.partial_day(known.curative_on) if known.curative_on else None,
    ]
    after = say.say("cured.after", what=", ".join(filter(None, what)))
    first = (Part(after, Kind.STRONG), Part(say.say("cured.think")))
    more = [
        say.say("cured.centre", where=known.curative_centre) if known.curative_centre else None,
        say.say("cured.hbs", value=known.curative_hbs) if known.curative_hbs else None,
    ]
    about = " ".join(filter(None, more))
    brief = " ".join(part.text for part in first)
    parts = (*first, Part(about)) if about else first
    return [Block("cured", 3, "cured", None, (Fact(parts, None, _CURE, Look.BIG, brief),))]


def no_cure(plan: CarePlan, words: Dictionary) -> list[Fact]:
    """ "None" was asked and answered, which blank was not."""
    if plan.diagnosis.curative_kind != NO_CURE or cured(plan):
        return []
    path = "diagnosis.curative_kind"
    return [line(words.words("curative", NO_CURE), path, label=words.field(path).label)]


def cured(plan: CarePlan) -> bool:
    """A day, a place or a value since then is a treatment, whatever was ticked."""
    known = plan.diagnosis
    told = any((known.curative_on, known.curative_centre, known.curative_hbs))
    return known.curative_kind not in (None, NO_CURE) or told


def other_plan_block(plan: CarePlan, say: Phrases) -> list[Block]:
    """Before the doses, where it is not this plan that leads (R35)."""
    if not _exists(plan.other_plan) or plan.other_plan.leads is Leads.THIS:
        return []
    return [Block("other", 4, "other", None, (other_plan(plan, say),))]


def other_plan_facts(plan: CarePlan, say: Phrases) -> list[Fact]:
    """Beside the signature, where this plan leads."""
    leads = _exists(plan.other_plan) and plan.other_plan.leads is Leads.THIS
    return [other_plan(plan, say)] if leads else []


def no_other_plan(plan: CarePlan, words: Dictionary) -> list[Fact]:
    """Asked, and there is none or nobody knows: with the details, for it changes nothing."""
    other = plan.other_plan
    if other.exists is None or _exists(other):
        return []
    return [line(str(other.exists), *OTHER, label=words.field("other_plan.exists").label)]


def other_plan(plan: CarePlan, say: Phrases) -> Fact:
    other = plan.other_plan
    on = wording.day(other.updated_on) if other.updated_on else None
    about = ", ".join(filter(None, [other.where, on]))
    exists = "other_plan.exists" if other.exists is Answer3.YES else "other_plan.may_exist"
    named = f"{say.say(exists)} ({about})" if about else say.say(exists)
    key = {Leads.THIS: "this", Leads.OTHER: "other", Leads.NOT_DECIDED: "not_decided"}
    leads = say.say(f"other_plan.{key[other.leads or Leads.NOT_DECIDED]}")
    return Fact((Part(f"{named}:"), Part(leads, Kind.STRONG)), None, OTHER)


def _exists(other: OtherPlan) -> bool:
    """A place, a day or a leader named is a plan, whatever else was ticked."""
    if other.exists is Answer3.YES:
        return True
    return any((other.where, other.updated_on, other.leads))
