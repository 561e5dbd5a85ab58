"""A draft's values in words, for "check your answers", closed list items and conflicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from careplan.plan.codec import Unreadable, from_plain
from careplan.plan.values import Dose, Interval, spaced, unit_words
from careplan.web.forms.dates import in_words
from careplan.web.forms.pages import Body
from careplan.web.forms.questions import UNSURE, Question
from careplan.web.forms.raw import control, item_name
from careplan.web.words import _


def answer_words(question: Question, body: Body) -> tuple[str, ...]:
    """Lines of words: the answer, "I’m not sure", what was typed and did not pass, or "not
    answered".
    """
    plain, typed = body.get("plain", {}), body.get("typed", {})
    left = typed_words(question.name, typed)
    if left and question.kind != "list":
        return (*left, _("This needs another look."))
    if question.key in plain.get(UNSURE, ()):
        return (_("I’m not sure"),)
    said = value_words(question, plain.get(question.key))
    return said or (_("Not answered"),)


def typed_words(name: str, typed: Mapping[str, Any]) -> tuple[str, ...]:
    found = (key for key in typed if key == name or key.startswith(f"{name}-"))
    words = (" ".join(filter(None, typed[key])) for key in found)
    return tuple(filter(None, words))


def value_words(question: Question, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if question.kind == "list":
        return tuple(", ".join(item_words(question, item)) for item in value if len(item) > 1)
    if question.kind == "group":
        return item_words(question, value)
    if question.in_order:
        return (in_order([_option(question, code) for code in value]),)
    if question.kind == "choices":
        return tuple(_option(question, code) for code in value)
    return (_one(question, value),)


def item_words(question: Question, item: Mapping[str, Any]) -> tuple[str, ...]:
    """The first thing as it stands (the medicine, the name), the others after their labels."""
    lead, rest = item_parts(question, item)
    return (*lead, *rest)


def item_parts(
    question: Question, item: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What needs no label ("morphine", "10 mg", "IV"), up to the first that does; and the rest."""
    lead: list[str] = []
    rest: list[str] = []
    for child in question.children:
        said = ", ".join(value_words(child, item.get(child.key)))
        if not said:
            continue
        labelled = _labelled(child, said) if lead else said
        (rest if rest or labelled != said else lead).append(labelled)
    return tuple(lead), tuple(rest)


def in_order(words: Sequence[str]) -> str:
    """ "IV or oral", which is not "oral or IV"."""
    return _(" or ").join(words)


_SPEAKS_FOR_ITSELF = {"drug", "given", "formulation", "dose", "routes", "repeat", "every", "had"}


def _labelled(question: Question, said: str) -> str:
    """A label that is a question needs no colon after its mark."""
    if question.key in _SPEAKS_FOR_ITSELF and (question.kind != "line" or question.key == "drug"):
        return said
    return (
        f"{question.label} {said}" if question.label.endswith("?") else f"{question.label}: {said}"
    )


def raw_words(question: Question, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """What stands in the controls of a form, in the words of its options."""
    lines: list[str] = []
    for ending in question.endings:
        values = [value for value in raw.get(question.name + ending, ()) if value]
        lines += [_option(question, value) for value in values]
    return (" ".join(lines),) if question.endings != ("",) and lines else tuple(lines)


def raw_item_words(question: Question, item_id: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    name = item_name(question, item_id)
    lines: list[str] = []
    for child in question.children:
        inner = control(name, child)
        values = [v for ending in child.endings for v in raw.get(inner + ending, ()) if v]
        if values:
            known = [_option(child, value) for value in values]
            said = in_order(known) if child.in_order else " ".join(known)
            lines.append(_labelled(child, said) if lines else said)
    return tuple(lines)


def _option(question: Question, code: str) -> str:
    if code == UNSURE and question.may_be_unsure:
        return _("I’m not sure")
    return next((one.words for one in question.options if one.code == code), code)


def _one(question: Question, value: Any) -> str:
    kind = question.kind
    if kind == "yes_no":
        return _option(question, "yes" if value else "no")
    if kind in ("choice", "answer3"):
        return _option(question, value)
    if kind in ("date", "partial_date"):
        return in_words(value)
    if kind == "nhs_number":
        return spaced(value)
    if kind in ("dose", "interval"):
        return _whole(Dose if kind == "dose" else Interval, value)
    if kind == "reading":
        return _measured(value["value"], question, value)
    if kind == "blood_pressure":
        return _measured(f"{value['systolic']}/{value['diastolic']}", question, value)
    return str(value)


def _whole(cls: type[Dose] | type[Interval], value: Any) -> str:
    try:
        return from_plain(cls, value).words
    except Unreadable:
        return " ".join(str(part) for part in value.values())


def _measured(text: str, question: Question, value: Mapping[str, Any]) -> str:
    unit = unit_words(question.field.unit or "")
    joined = f"{text}{unit}" if unit == "%" else f"{text} {unit}"
    return f"{joined}, {in_words(value['on'])}" if "on" in value else joined
