"""Item 12: my normal when well, each value as typed, with its unit, under its date."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import Baselines, BloodPressure, Reading
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.detail import block
from careplan.summary.phrases import Phrases

_MEASURE = {
    "weight_how": "baselines.weight",
    "hbs_after_exchange": "baselines.hbs_percent",
    "spo2_site": "baselines.spo2_on_air",
}
"""How a value was taken stands beside the value."""


def normal_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    by_date: dict[str, list[Fact]] = {}
    for path in words.sections["baselines"].fields:
        name = path.rpartition(".")[2]
        value = getattr(plan.baselines, name)
        if isinstance(value, Reading | BloodPressure):
            on = wording.day(value.on) if value.on else say.say("normal.undated")
            by_date.setdefault(on, []).append(_reading(path, value, plan, words, say))
    facts = []
    for on, values in by_date.items():
        facts += [line(on, look=Look.LEAD), *values]
    facts += _alone(plan.baselines, words, say)
    if plan.baselines.spo2_on_air:
        facts.append(line(say.say("normal.oximeter"), look=Look.SMALL))
    return block("normal", 12, facts, say)


def _reading(
    path: str, value: Reading | BloodPressure, plan: CarePlan, words: Dictionary, say: Phrases
) -> Fact:
    field = words.field(path)
    amount = wording.measured(value, say.unit(field.unit or ""))
    parts, paths = [Part(field.label), Part(amount, Kind.STRONG)], [path]
    for name, told in _about(plan.baselines, words, say).items():
        if _MEASURE[name] == path:
            parts.append(Part(f"({told})"))
            paths.append(f"baselines.{name}")
    return Fact(tuple(parts), None, tuple(paths), Look.ITEM)


def _about(normal: Baselines, words: Dictionary, say: Phrases) -> dict[str, str]:
    told = {}
    if normal.weight_how:
        told["weight_how"] = words.words("weight_how", normal.weight_how)
    if normal.hbs_after_exchange is not None:
        after = normal.hbs_after_exchange
        told["hbs_after_exchange"] = say.say("normal.after" if after else "normal.not_after")
    if normal.spo2_site:
        told["spo2_site"] = say.say("normal.probe", on=normal.spo2_site)
    return told


def _alone(normal: Baselines, words: Dictionary, say: Phrases) -> list[Fact]:
    """What was said of a value that is not there is still said."""
    facts = []
    for name, told in _about(normal, words, say).items():
        if getattr(normal, _MEASURE[name].rpartition(".")[2]) is None:
            path = f"baselines.{name}"
            facts.append(line(told, path, label=words.field(path).label))
    return facts
