"""Which facts an emergency department sees, and in which order: decided here, once."""

from __future__ import annotations

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.surfaces import emergency
from careplan.summary import detail, front, history, person
from careplan.summary.blocks import EmergencySummary
from careplan.summary.blood import blood_block, decisions_block
from careplan.summary.different import different_block, fever
from careplan.summary.normal import normal_block
from careplan.summary.phrases import phrases
from careplan.summary.regular import medicines_block


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
        *different_block(plan, words, say),
        *normal_block(plan, words, say),
        *blood_block(plan, words, say),
        *decisions_block(plan, say),
        *((past,) if past else ()),
        *person.veins_block(plan, words, say),
        *person.helps_block(plan, words, say),
        *medicines_block(plan, say, condition=words.condition["id"]),
        person.foot_block(seen, words, say),
    )
    line = fever(plan, say)
    flags = tuple(f"{sign.format(fever=line)}: {think}" for sign, think in say.red_flags)
    frame = {name: say.say(f"frame.{name}") for name in ("check", "alarm", "act_now")}
    return EmergencySummary(**frame, blocks=blocks, red_flags=flags)
