"""Item 11: the signs that are no ordinary crisis, the person's own and those of everybody."""

from __future__ import annotations

from datetime import timedelta

from careplan.plan.ahead import WarningSign
from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.rules.tables import lines
from careplan.plan.values import DecimalText
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line, own
from careplan.summary.detail import block, written
from careplan.summary.phrases import Phrases

FEVER = DecimalText("38")
"""What counts as fever where the team has set nothing else, in degrees Celsius."""
_SIGN = tuple(f"warning_signs.entries.{name}" for name in ("sign", "hospital", "home"))


def different_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    facts, pain = [], plan.usual_pain
    if plan.different_pain.not_my_usual_pain:
        path = "different_pain.not_my_usual_pain"
        facts.append(own(plan.different_pain.not_my_usual_pain, path))
    facts += transfused(plan, words, say)
    sites = [*wording.places(pain.sites, words, say), *filter(None, [pain.sites_other])]
    if sites:
        paths = ("usual_pain.sites", "usual_pain.sites_other")
        facts.append(line(", ".join(sites), *paths, label=say.say("different.sites")))
    facts.append(line(say.say("different.flags"), look=Look.LEAD))
    facts += [_warning(one, say) for one in plan.warning_signs.entries]
    facts += _red_flags(plan, say)
    path = "infection.sepsis_antibiotic"
    facts += written(plan.infection.sepsis_antibiotic, path, words)
    return block("different", 11, facts, say)


def transfused(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    """The document is frozen, so it names the day until which the reaction is looked for (KCL
    series, 2015)."""
    last = plan.transfusion.last_on
    if last is None:
        return []
    watched = timedelta(days=lines(words.condition["id"]).limits.transfused_days)
    until = wording.day(last + watched)
    when = say.say("different.transfused", on=wording.day(last), until=until)
    think = Part(say.say("different.think_delayed"), Kind.STRONG)
    return [Fact((Part(when), think), None, ("transfusion.last_on",))]


def _warning(one: WarningSign, say: Phrases) -> Fact:
    """A sign of this person's own: first what to do here, then what was done at home."""
    parts = [Part(one.sign, Kind.STRONG)]
    told = [
        say.say("different.in_hospital", what=one.hospital) if one.hospital else None,
        say.say("different.at_home", what=one.home) if one.home else None,
    ]
    text = "; ".join(filter(None, told))
    parts += [Part(f": {text}")] if text else []
    return Fact(tuple(parts), None, _SIGN, Look.ITEM)


def _red_flags(plan: CarePlan, say: Phrases) -> list[Fact]:
    """The fixed list, with this person's own fever line where the team has set one."""
    set_at, facts = plan.warning_signs.fever_at, []
    for sign, think in say.red_flags:
        paths = ("warning_signs.fever_at",) if "{fever}" in sign and set_at else ()
        text = sign.format(fever=fever(plan, say))
        facts.append(
            Fact((Part(f"{text}:"), Part(think, Kind.STRONG)), None, paths, look=Look.ITEM)
        )
    return facts


def fever(plan: CarePlan, say: Phrases) -> str:
    """ "38.0 °C", or "37.5 °C (set for this person)"."""
    set_at = plan.warning_signs.fever_at
    if set_at is None or set_at == FEVER:
        return say.say("different.fever")
    return say.say("different.own_fever", at=set_at if "." in set_at else f"{set_at}.0")
