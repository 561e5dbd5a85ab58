"""R26 to R28: antibodies and old reactions, the days after a transfusion, and blood declined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, Finding, Severity
from careplan.plan.rules.reading import places, said
from careplan.plan.rules.treatments import in_a_row
from careplan.plan.sickle import Complication, Refusal
from careplan.plan.values import Answer3

_NO_PROGRAMME = (None, "", "none")


def r26_alert(facts: Facts) -> Iterator[Finding]:
    """An alert is what a transfusion laboratory reads: special requirements, its own number, or
    the word on hyperhaemolysis."""
    blood = facts.plan.transfusion
    flagged = blood.hyperhaemolysis is Answer3.YES
    alert = flagged or bool(blood.special or blood.special_other or blood.lab_phone)
    if blood.antibodies and not alert:
        antibodies = in_a_row(one.name for one in blood.antibodies)
        text = f"Antibodies are recorded ({antibodies}) and no transfusion alert is."
        yield Finding(
            "R26", Severity.WARN, text, ("transfusion.antibodies.name", "transfusion.special")
        )
    if facts.had(Complication.HYPERHAEMOLYSIS) and not flagged:
        text = "Hyperhaemolysis is in the history and the transfusion section does not say it."
        yield Finding(
            "R26", Severity.WARN, text, ("complications.events", "transfusion.hyperhaemolysis")
        )
    most = facts.limits.target_hb_above
    if blood.target_hb is not None and Decimal(blood.target_hb) > most:
        text = f"The target haemoglobin {blood.target_hb} g/L is above {most} g/L."
        yield Finding("R26", Severity.WARN, text, ("transfusion.target_hb",))


def r27_transfused(facts: Facts) -> Iterator[Finding]:
    """On a programme every day of the year lies in those days, and it would tell nothing."""
    blood, days = facts.plan.transfusion, facts.limits.transfused_days
    if blood.last_on is None or blood.programme not in _NO_PROGRAMME:
        return
    until = blood.last_on + timedelta(days=days)
    if blood.last_on <= facts.today <= until:
        text = (
            f"Transfused on {in_words(blood.last_on)}: until {in_words(until)} pain with dark "
            "urine may be a delayed transfusion reaction and not only a crisis."
        )
        yield Finding("R27", Severity.INFORM, text, ("transfusion.last_on",))


def r28_declined(facts: Facts) -> Iterator[Finding]:
    """Where only some products are declined, saying which of them are taken is the answer."""
    blood = facts.plan.transfusion
    if blood.refusal not in (Refusal.SOME, Refusal.ALL):
        return
    told = any(one.text.strip() for one in blood.accepts) or (blood.refusal_detail or "").strip()
    if blood.refusal is Refusal.SOME and told:
        return
    for words, path in _planned_blood(facts):
        text = f"{blood.refusal.capitalize()}: declined, and {words} is planned."
        yield Finding("R28", Severity.BLOCK, text, ("transfusion.refusal", path))


def _planned_blood(facts: Facts) -> Iterator[tuple[str, str]]:
    plan = facts.plan
    if plan.transfusion.programme not in _NO_PROGRAMME:
        yield f"a transfusion programme ({plan.transfusion.programme})", "transfusion.programme"
    pain, signs = plan.pain_plan, plan.warning_signs.entries
    given = [one.drug for one in pain.adjuncts if one.given]
    for text, path in places(
        *((one.drug, "pain_plan.steps.drug") for one in pain.steps),
        *((drug, "pain_plan.adjuncts.drug") for drug in given),
        (pain.escalation_action, "pain_plan.escalation_action"),
        *((one.hospital, "warning_signs.entries.hospital") for one in signs),
    ):
        if said(text, facts.phrases.blood):
            yield f"“{text.strip()}”", path
