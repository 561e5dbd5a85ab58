"""What a page of the measures shows, as a FHIR Measure and MeasureReport: the same rows, no more.

Groups counted together are one stratum; each of them is also a stratum of its own without a count,
which says that it is held back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from careplan.fhir import codes, wire
from careplan.fhir.tree import Tree, coding, concept, extension, some
from careplan.fhir.wire import Number, whole
from careplan.measures.figures import Figure, View
from careplan.measures.measures import Measure
from careplan.measures.sheet import Sheet
from careplan.measures.splits import Split
from careplan.measures.words import MEANS, MEASURES, SPLITS, group_words

_SCORING = f"{codes.TERMINOLOGY}/measure-scoring"
_POPULATION = f"{codes.TERMINOLOGY}/measure-population"
_BETTER = f"{codes.TERMINOLOGY}/measure-improvement-notation"
_SPLIT, _VALUE = f"{codes.OWN}/measure-split", f"{codes.OWN}/measure-value"
INTERVAL = f"{codes.EXTENSION}/interval-95"
_LESS_IS_BETTER = frozenset({Measure.MEDIAN, Measure.DAYS_TO_SIGN, Measure.NEVER_REACHED})
_UNITS = {Measure.MEDIAN: ("minutes", "min"), Measure.DAYS_TO_SIGN: ("days", "d")}


def to_measure_report(view: View, sheet: Sheet, *, whose: str, on: date) -> bytes:
    """A collection of the two; `whose` names who reports, `on` the day it was published."""
    resources = [_measure(view), _report(view, sheet, whose=whose, on=on)]
    entries = [
        {"fullUrl": f"{codes.BASE}/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources
    ]
    return wire.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


# --- the measure -------------------------------------------------------------------------------


def _measure(view: View) -> Tree:
    parts = [{"code": _split(one), "criteria": _told(SPLITS[one])} for one in view.by]
    stratifier = parts if len(parts) < 2 else [{"component": parts}]
    asked = [
        {"code": _population(kind), "criteria": _told(MEANS[view.measure])} for kind in _kinds(view)
    ]
    return some(
        resourceType="Measure",
        id=_id(view),
        url=_url(view),
        name=view.measure.title().replace("_", ""),
        title=MEASURES[view.measure],
        status="active",
        description=MEANS[view.measure],
        scoring=concept(
            coding(_SCORING, "continuous-variable" if view.is_median else "proportion")
        ),
        rateAggregation=view.method,
        improvementNotation=_better(view),
        group=[some(population=asked, stratifier=stratifier)],
    )


def _id(view: View) -> str:
    return view.measure.replace("_", "-")


def _url(view: View) -> str:
    return f"{codes.BASE}/Measure/{_id(view)}"


def _better(view: View) -> Tree:
    notation = "decrease" if view.measure in _LESS_IS_BETTER else "increase"
    return concept(coding(_BETTER, notation))


def _kinds(view: View) -> tuple[str, ...]:
    counted = ("measure-population",) if view.is_median else ("denominator", "numerator")
    return ("initial-population", *counted)


def _population(kind: str) -> Tree:
    return concept(coding(_POPULATION, kind))


def _split(split: Split) -> Tree:
    return concept(coding(_SPLIT, split, SPLITS[split]))


def _told(words: str) -> Tree:
    return {"language": "text/plain", "expression": words}


# --- the report --------------------------------------------------------------------------------


def _report(view: View, sheet: Sheet, *, whose: str, on: date) -> Tree:
    period = sheet.period
    group: Tree = _held_back() if view.total is None else _figure(view, view.total)
    if view.by:
        strata = [*_strata(view, sheet), *_alone(view, sheet)]
        stratifier = {"code": [_split(one) for one in view.by], "stratum": strata}
        group["stratifier"] = [some(**stratifier)]
    return {
        "resourceType": "MeasureReport",
        "id": f"{_id(view)}-{period.until.isoformat()}",
        "status": "complete",
        "type": "summary",
        "measure": _url(view),
        "date": on.isoformat(),
        "reporter": {"display": whose},
        "period": some(
            start=period.since.isoformat() if period.since else None,
            end=(period.until - timedelta(days=1)).isoformat(),
        ),
        "improvementNotation": _better(view),
        "group": [group],
    }


def _strata(view: View, sheet: Sheet) -> Iterator[Tree]:
    for row in view.rows:
        values = [
            _value(split, group, sheet) for split, group in zip(view.by, row.groups, strict=True)
        ]
        pairs = zip(view.by, values, strict=True)
        named: Tree = {"value": values[0]}
        if len(values) > 1:
            named = {"component": [{"code": _split(one), "value": value} for one, value in pairs]}
        yield named | _figure(view, row)


def _alone(view: View, sheet: Sheet) -> Iterator[Tree]:
    """Of one split, each group that was counted together with others."""
    if len(view.by) == 1:
        for group in view.joined(0):
            for value in group:
                yield {"value": _value(view.by[0], (value,), sheet)} | _held_back()


def _value(split: Split, group: tuple[str, ...], sheet: Sheet) -> Tree:
    words = group_words(split, group, sheet.names)
    codings = [coding(f"{_VALUE}/{split}", one) for one in group] if len(group) == 1 else []
    return concept(*codings, text="; ".join(words))


def _held_back() -> Tree:
    return {"measureScore": {"extension": [extension(codes.DATA_ABSENT, valueCode="masked")]}}


def _figure(view: View, figure: Figure) -> Tree:
    counts = {
        "initial-population": figure.n + figure.missing,
        "measure-population": figure.n,
        "denominator": figure.n,
        "numerator": figure.yes,
    }
    population = [
        {"code": _population(kind), "count": whole(count)}
        for kind in _kinds(view)
        if (count := counts[kind]) is not None
    ]
    return {"population": population, "measureScore": _score(view, figure)}


def _score(view: View, figure: Figure) -> Tree:
    unit, code = _UNITS.get(view.measure, ("%", "%"))
    ends = [
        extension(name, valueDecimal=_number(value))
        for name, value in (("low", figure.low), ("high", figure.high))
        if value is not None
    ]
    method = extension("method", valueString=view.method)
    score: Tree = {"extension": [extension(INTERVAL, extension=[*ends, method])]}
    if figure.value is None:  # longer than was measured
        score["extension"].append(extension(codes.DATA_ABSENT, valueCode="positive-infinity"))
        return score
    return score | {
        "value": _number(figure.value),
        "unit": unit,
        "system": codes.UCUM,
        "code": code,
    }


def _number(value: float) -> Number:
    return Number(f"{value:.1f}")
