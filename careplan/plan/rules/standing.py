"""R20, R21, R33, R35 and R36: how the plan stands: signed, seen, overdue, overtaken by events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from careplan.plan.ahead import Leads
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, Finding, Severity, months_later
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3

_SEVERE = {
    Complication.ACUTE_CHEST_SYNDROME: "Acute chest syndrome",
    Complication.ICU_ADMISSION: "Intensive care",
}


def r20_edited_after_signature(facts: Facts) -> Iterator[Finding]:
    if facts.signed is not None and facts.signed != facts.clinical:
        text = "The clinical part was changed after it was signed."
        yield Finding("R20", Severity.INFORM, text, ("pain_plan.steps",))


def r21_overdue(facts: Facts) -> Iterator[Finding]:
    due, signature = facts.plan.review.review_due, facts.signature
    if due is not None and facts.today > due:
        text = f"The review was due on {in_words(due)}."
        yield Finding("R21", Severity.WARN, text, ("review.review_due",), settled=True)
    if signature is None:
        return
    if facts.today > signature.expires_on:
        text = f"The signature ran out on {in_words(signature.expires_on)}."
        yield Finding("R21", Severity.WARN, text, ("review.review_due",), settled=True)
    if facts.signer_left:
        text = f"{signature.name}, who signed, is no longer in the team."
        yield Finding("R21", Severity.WARN, text, ("care_team.consultant",), settled=True)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that makes a review task: `on` is the day it is known to have happened by."""

    kind: str
    words: str
    on: date | None
    path: str


def r33_since_signed(facts: Facts) -> Iterator[Finding]:
    for one in since_signed(facts):
        yield Finding("R33", Severity.INFORM, f"{one.words} since the signature.", (one.path,))


def since_signed(facts: Facts) -> Iterator[Happened]:
    """What the plan says now and could not when it was signed."""
    if facts.signature is None:
        return
    signed_on = facts.signature.signed_at.date()
    born = facts.plan.identity.date_of_birth
    for age in facts.limits.review_ages:
        birthday = months_later(born, 12 * age) if born else None
        if birthday and signed_on < birthday <= facts.today:
            words = f"Turned {age} on {in_words(birthday)},"
            yield Happened(f"age-{age}", words, birthday, "identity.date_of_birth")
    if _newly_pregnant(facts, signed_on):
        yield Happened("pregnancy", "A pregnancy is recorded", None, "pregnancy.pregnant")
    yield from _new_events(facts, signed_on)
    if _moved(facts):
        yield Happened("moved", "Moved to another area", None, "about_me.postcode")


def _newly_pregnant(facts: Facts, signed_on: date) -> bool:
    """Not so in the plan that was signed; without that plan, begun since the day."""
    now = facts.plan.pregnancy
    if now.pregnant is not Answer3.YES:
        return False
    if facts.was is not None:
        return facts.was.pregnancy.pregnant is not Answer3.YES
    begun = []
    if now.weeks is not None and now.weeks_on is not None:
        begun.append(now.weeks_on - timedelta(weeks=now.weeks))
    if now.due_on is not None:
        begun.append(now.due_on - timedelta(weeks=40))
    return bool(begun) and min(begun) > signed_on


_AREA = re.compile(r"\s*([A-Za-z]{1,2})[0-9]")


def _moved(facts: Facts) -> bool:
    """The letters a postcode begins with are its area; where one is not known, nothing is said."""
    if facts.was is None:
        return False
    areas = [_AREA.match(one.about_me.postcode or "") for one in (facts.was, facts.plan)]
    before, now = (found[1].upper() if found else None for found in areas)
    return None not in (before, now) and before != now


def _new_events(facts: Facts, signed_on: date) -> Iterator[Happened]:
    """By its date, as far as that is known: a month counts when all of it lies after the day."""
    for event in facts.had(*_SEVERE):
        first = _earliest(event.last) if event.last else None
        if first is not None and signed_on < first <= facts.today:
            words = f"{_SEVERE[event.kind]} ({event.last})"
            yield Happened(event.kind.value, words, first, "complications.events")


def _earliest(known: str) -> date | None:
    year, month, day = (*known.split("-"), "01", "01")[:3]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def r35_another_plan(facts: Facts) -> Iterator[Finding]:
    other = facts.plan.other_plan
    if other.exists is Answer3.YES:
        where = f" ({other.where})" if other.where else ""
        of = f" of {in_words(other.updated_on)}" if other.updated_on else ", with no date recorded"
        ours = facts.signature
        mine = f"; this one was signed on {in_words(ours.signed_at.date())}" if ours else ""
        leads = other.leads if other.leads not in (None, Leads.NOT_DECIDED) else "not decided"
        text = f"Another plan exists{where}{of}{mine}. Which leads: {leads}."
        yield Finding("R35", Severity.WARN, text, ("other_plan.exists", "other_plan.leads"))
    if facts.another_plan:
        text = "This person has another active plan here."
        yield Finding("R35", Severity.WARN, text, ("other_plan.exists",))


def r36_not_agreed(facts: Facts) -> Iterator[Finding]:
    version = facts.version
    if version is None or version.signature is None:
        return
    if not version.answered:
        text = f"The person has not seen version {version.number} yet."
        yield Finding("R36", Severity.WARN, text, (), settled=True)
    answers = [(one.kind, "The person") for one in (version.answer,) if one]
    answers += [(one.kind, one.name) for one in version.beside]
    for kind, name in answers:
        if kind is AnswerKind.DO_NOT_AGREE:
            text = f"{name} does not agree with version {version.number}."
            yield Finding("R36", Severity.WARN, text, ("pain_plan.steps",))
