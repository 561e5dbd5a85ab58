"""R1 to R3: what is planned beside what has harmed, or has not helped, this person."""

from __future__ import annotations

from collections.abc import Iterator

from careplan.plan.drugs import Drugs, fold
from careplan.plan.medicines import AllergyState, SideEffect
from careplan.plan.rules.facts import Facts, Finding, Severity
from careplan.plan.rules.reading import said
from careplan.plan.rules.treatments import Treatment, are, names_of, paths_of

_BLOCKING = frozenset({"penicillins", "nsaids"})
_SAME_FAMILY = _BLOCKING | {"opioids"}


def r1_allergy(facts: Facts) -> Iterator[Finding]:
    """Same ingredient blocks; same family blocks (penicillins, NSAIDs) or only warns (opioids)."""
    seen: set[str] = set()
    for planned in facts.treatments:
        for substance, path in _recorded_allergies(facts):
            severity = _clash(planned, substance, facts.drugs)
            if severity is None:
                continue
            text = f"{planned.name} is planned and an allergy to {substance} is recorded."
            if text not in seen:
                seen.add(text)
                yield Finding("R1", severity, text, (planned.path, path))


def _recorded_allergies(facts: Facts) -> Iterator[tuple[str, str]]:
    for entry in facts.plan.allergies.entries:
        yield entry.substance, "allergies.entries.substance"
    for reported in facts.plan.my_allergies.entries:
        yield reported.substance, "my_allergies.entries.substance"


def _clash(planned: Treatment, substance: str, drugs: Drugs) -> Severity | None:
    allergic = drugs.ingredients(substance)
    if planned.ingredients & allergic or drugs.same_unknown(planned.name, substance):
        return Severity.BLOCK
    shared = _families(planned.ingredients, drugs) & _families(allergic, drugs) & _SAME_FAMILY
    if not shared:
        return None
    return Severity.BLOCK if shared & _BLOCKING else Severity.WARN


def _families(ingredients: frozenset[str], drugs: Drugs) -> frozenset[str]:
    found = {drugs.family(one) or "" for one in ingredients}
    return frozenset("opioids" if one == "strong_opioids" else one for one in found)


def r2_has_harmed_or_not_helped(facts: Facts) -> Iterator[Finding]:
    """Either side may have said it. Silent where the team has written that it carries on."""
    seen: set[tuple[str, ...]] = set()
    for what, said_of_it, path in _against(facts):
        planned = tuple(one for one in facts.treatments if _same(one, what, facts.drugs))
        key = (names_of(planned), fold(what), path.partition(".")[0]) if planned else ()
        if not planned or key in seen:
            continue
        seen.add(key)
        text = f"{names_of(planned)} {are(planned)} planned and {what} is recorded as {said_of_it}."
        yield Finding("R2", Severity.WARN, text, paths_of(planned, path))


def _against(facts: Facts) -> Iterator[tuple[str, str, str]]:
    plan = facts.plan
    carried = tuple(one for one in plan.allergies.side_effects if _carries_on(one, facts))
    for effect in plan.allergies.side_effects:
        if effect not in carried:
            yield effect.substance, _effect(effect), "allergies.side_effects.substance"
    for effect in plan.my_allergies.side_effects:
        if not any(_same_effect(effect, one) for one in carried):
            yield effect.substance, _effect(effect), "my_allergies.side_effects.substance"
    for mine in plan.what_helps.does_not_work:
        yield mine.what, "has not worked for me", "what_helps.does_not_work.what"
    for documented in plan.pain_plan.did_not_work:
        yield documented.what, "has not worked", "pain_plan.did_not_work.what"


def _effect(effect: SideEffect) -> str:
    return f"causing a side effect ({effect.effect})" if effect.effect else "causing a side effect"


def _carries_on(effect: SideEffect, facts: Facts) -> bool:
    return said(effect.note, facts.phrases.carry_on) is not None


def _same_effect(mine: SideEffect, teams: SideEffect) -> bool:
    """The team has answered this very report: same medicine, same effect."""
    return fold(mine.substance) == fold(teams.substance) and fold(mine.effect or "") == fold(
        teams.effect or ""
    )


def _same(planned: Treatment, what: str, drugs: Drugs) -> bool:
    """The same ingredient, or any of a family that is named as a whole ("NSAIDs")."""
    against = drugs.ingredients(what)
    if planned.ingredients & against or drugs.same_unknown(planned.name, what):
        return True
    whole = against & drugs.members("whole_families")
    return bool(_families(planned.ingredients, drugs) & _families(whole, drugs) - {"", "other"})


def r3_not_asked(facts: Facts) -> Iterator[Finding]:
    allergies = facts.plan.allergies
    named = any(entry.substance.strip() for entry in allergies.entries)
    if allergies.state is AllergyState.NOT_ASKED:
        text = "Allergies are recorded as not asked."
        yield Finding("R3", Severity.BLOCK, text, ("allergies.state",))
    if allergies.state is AllergyState.LIST and not named:
        text = "Allergies are recorded as a list and the list is empty."
        yield Finding("R3", Severity.BLOCK, text, ("allergies.entries",))
    if allergies.state is AllergyState.NONE_CONFIRMED and allergies.entries:
        text = "No known allergies is recorded and the list names some."
        yield Finding("R3", Severity.BLOCK, text, ("allergies.state", "allergies.entries"))
