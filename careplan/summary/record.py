"""Everything in the record in words, section by section, labelled by the field dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary, Field
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval, spaced
from careplan.summary import wording
from careplan.summary.front import answer_facts, signature_words
from careplan.summary.phrases import Phrases, phrases

_YES = {True: "helps.yes", False: "helps.no"}
_WHOLE = (Dose, Interval, Reading, BloodPressure)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One section: what it is called, who wrote it last, and each label with its values."""

    id: str
    title: str
    by: str | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def record_lines(version: Version, words: Dictionary) -> tuple[str, ...]:
    """Which copy this is and who stands behind it."""
    say = phrases(words)
    on = wording.day(version.published_at)
    lines = [
        say.say("frame.version", plan_number=version.plan_number, number=version.number, on=on),
        version.reason,
    ]
    if version.signature:
        signed = signature_words(version.signature, version, say)
        registration = version.signature.registration
        lines.append(f"{say.say('headings.signed')} {signed} ({registration})")
    else:
        lines.append(say.say("signed.not_signed"))
    lines += [fact.text for fact in answer_facts(version, say)]
    if version.stop:
        stop = version.stop
        lines.append(f"{say.say('dose.stopped')} {stop.ring}")
    return tuple(lines)


def record_sections(version: Version, words: Dictionary) -> tuple[Recorded, ...]:
    say = phrases(words)
    return tuple(
        section for name in words.sections if (section := _section(version, name, words, say)).rows
    )


def _section(version: Version, name: str, words: Dictionary, say: Phrases) -> Recorded:
    value = version.plan.section(name)
    by = next((one for one in version.contributions if one.section == name), None)
    rows = []
    for path in words.sections[name].fields:
        found = tuple(
            _values(getattr(value, path.rpartition(".")[2]), words.field(path), words, say)
        )
        if found:
            rows.append((words.field(path).label, found))
    unsure = tuple(
        words.field(f"{name}.{one}").label if f"{name}.{one}" in words.fields else one
        for one in getattr(value, "unsure", ())
    )
    if unsure:
        rows.append((say.say("record.unsure"), unsure))
    wrote = say.say("record.by", name=by.name, role=by.role, on=wording.day(by.at)) if by else None
    return Recorded(name, words.sections[name].title, wrote, tuple(rows))


def _values(value: Any, field: Field, words: Dictionary, say: Phrases) -> Iterator[str]:
    """Each value of a field in words; an item of a list is one value, its parts named."""
    if value is None:
        return
    if isinstance(value, tuple):
        for item in value:
            yield from _values(item, field, words, say)
    elif is_dataclass(value) and not isinstance(value, _WHOLE):
        parts = []
        for f in fields(value):
            path = f"{field.path}.{f.name}"
            if path in words.fields:
                inner = words.field(path)
                texts = ", ".join(_values(getattr(value, f.name), inner, words, say))
                alone = len(field.children) == 1
                parts += [texts if alone else f"{inner.label}: {texts}"] if texts else []
        yield "; ".join(parts)
    else:
        yield _leaf(value, field, words, say)


def _leaf(value: Any, field: Field, words: Dictionary, say: Phrases) -> str:
    if isinstance(value, bool):
        return say.say(_YES[value])
    if isinstance(value, date):
        return wording.day(value)
    if isinstance(value, Dose | Interval):
        return value.words
    if isinstance(value, Reading | BloodPressure):
        return _measured(value, field, say)
    if field.options:
        return words.words(field.options, str(value))
    if field.type == "nhs_number":
        return spaced(str(value))
    if field.type == "partial_date":
        return wording.partial_day(str(value))
    return str(value)


def _measured(value: Reading | BloodPressure, field: Field, say: Phrases) -> str:
    amount = wording.measured(value, say.unit(field.unit or ""))
    return f"{amount}, {wording.day(value.on)}" if value.on else amount
