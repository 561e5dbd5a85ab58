"""Which facts an emergency department sees, and in which order: decided here, once."""

from __future__ import annotations

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.surfaces import emergency
from careplan.summary import detail, front, history, person
from careplan.summary.blocks import EmergencySummary
from careplan.summary.phrases import phrases


def summarise(version: Version, words: Dictionary) -> EmergencySummary:
    """Items 1 to 17 of domain section 4, from the projection an emergency department may see.

    Give the full version: whether the team has checked the identity is said, by whom is not.
    """
    say = phrases(words)
    checked = version.plan.identity.checked_on is not None
    seen = emergency(version, words)
    plan = seen.plan
    past = history.history_block(plan, words, say)
    blocks = (
        *front.front(seen, words, say, checked=checked),
        *detail.next_block(plan, words, say),
        *detail.before_block(plan, say),
        *detail.different_block(plan, words, say),
        *detail.normal_block(plan, words, say),
        *detail.blood_block(plan, words, say),
        *((past,) if past else ()),
        *person.veins_block(plan, words, say),
        *person.helps_block(plan, words, say),
        *person.medicines_block(plan, say),
        person.foot_block(seen, words, say),
    )
    flags = tuple(f"{sign}: {think}" for sign, think in say.red_flags)
    frame = {name: say.say(f"frame.{name}") for name in ("check", "alarm", "act_now")}
    return EmergencySummary(**frame, blocks=blocks, red_flags=flags)
