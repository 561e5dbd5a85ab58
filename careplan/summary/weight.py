"""The weight that stands beside a dose per kilogram, with its day: never multiplied."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.summary import wording
from careplan.summary.phrases import Phrases

WEIGHT = ("baselines.weight", "baselines.weight_how")


def weighed(plan: CarePlan, words: Dictionary, say: Phrases) -> str:
    """ "Weighed 26.4 kg on 6 October 2026 (scale)"; how old that is, whoever looks is told."""
    weight, how = plan.baselines.weight, plan.baselines.weight_how
    if weight is None:
        return say.say("dose.not_weighed")
    on = wording.day(weight.on) if weight.on else None
    kg = wording.measured(weight, say.unit("kg"))
    text = say.say("dose.weighed_on", kg=kg, on=on) if on else say.say("dose.weighed", kg=kg)
    return f"{text} ({words.words('weight_how', how)})" if how else text
