"""What is only true on the day a plan is looked at, in words: for the frame around the document."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.summary.different import transfused
from careplan.summary.phrases import phrases
from careplan.summary.weight import weighed


def weigh_again(plan: CarePlan, words: Dictionary) -> str:
    """Beside a dose per kilogram whose weight has grown old; the dose stands."""
    say = phrases(words)
    return say.say("dose.weigh_again", weighed=weighed(plan, words, say))


def transfused_lately(plan: CarePlan, words: Dictionary) -> str:
    """Within 28 days of a transfusion."""
    return " ".join(fact.text for fact in transfused(plan, words, phrases(words)))
