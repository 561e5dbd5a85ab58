"""Every rule by its number, and the one question asked of them all."""

from __future__ import annotations

from collections.abc import Mapping

from careplan.plan.rules import (
    ages,
    allergies,
    blood,
    doses,
    infections,
    kidneys_and_pregnancy,
    opioids,
    records,
    standing,
    weights,
    wording,
)
from careplan.plan.rules.facts import Facts, Finding, Rule, Severity
from careplan.plan.rules.tables import rule_table

RULES: Mapping[str, Rule] = {
    "R1": allergies.r1_allergy,
    "R2": allergies.r2_has_harmed_or_not_helped,
    "R3": allergies.r3_not_asked,
    "R4": opioids.r4_pethidine,
    "R5": doses.r5_missing,
    "R6": doses.r6_misread,
    "R7": weights.r7_weight,
    "R8": doses.r8_two_readings,
    "R9": opioids.r9_two_strong_opioids,
    "R10": opioids.r10_sedation,
    "R11": kidneys_and_pregnancy.r11_builds_up,
    "R12": kidneys_and_pregnancy.r12_nsaid,
    "R13": kidneys_and_pregnancy.r13_nsaid_in_pregnancy,
    "R14": kidneys_and_pregnancy.r14_unborn_child,
    "R15": ages.r15_codeine,
    "R16": ages.r16_licensed_age,
    "R17": opioids.r17_slow_or_opposing,
    "R18": opioids.r18_into_muscle,
    "R19": opioids.r19_steroid,
    "R20": standing.r20_edited_after_signature,
    "R21": standing.r21_overdue,
    "R23": opioids.r23_unwatched,
    "R24": records.r24_oxygen,
    "R25": records.r25_values,
    "R26": blood.r26_alert,
    "R27": blood.r27_transfused,
    "R28": blood.r28_declined,
    "R29": infections.r29_prophylaxis,
    "R30": records.r30_withdrawn,
    "R31": records.r31_phone,
    "R32": records.r32_type,
    "R33": standing.r33_since_signed,
    "R34": wording.r34_wording,
    "R35": standing.r35_another_plan,
    "R36": standing.r36_not_agreed,
    "R37": kidneys_and_pregnancy.r37_deferasirox,
}
"""R22 is not here: nobody else's writing of a clinical field is let in (accounts/permissions)."""


def check(facts: Facts) -> tuple[Finding, ...]:
    """Every finding of every rule that the condition's table names, blocks first."""
    named = [name for name in rule_table(facts.condition) if name in RULES]
    found = [finding for name in named for finding in RULES[name](facts)]
    order = list(Severity)
    return tuple(sorted(found, key=lambda one: (order.index(one.severity), int(one.rule[1:]))))
