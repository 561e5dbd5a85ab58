"""A draft as the raw values of a form's controls: what a page shows, what a conflict compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from careplan.web.forms.pages import Body, Page
from careplan.web.forms.questions import UNSURE, Question, questions

Form = Mapping[str, Sequence[str]]
PICKS = 2
"""How many lists a question of choices in order has; more only where more is kept."""


def raw_of(page: Page, body: Body) -> dict[str, list[str]]:
    """What a browser would send for this page if nothing were touched:
    text that did not pass comes first.
    """
    found: dict[str, list[str]] = {}
    for question in questions(page):
        found.update(raw_question(question, body))
    return found


def raw_question(question: Question, body: Body) -> dict[str, list[str]]:
    plain, typed = body.get("plain", {}), body.get("typed", {})
    raw = dict(_raw(question, question.name, plain.get(question.key), typed))
    own_box = f"{question.name}-{UNSURE}"
    if own_box in typed:
        raw[own_box] = list(typed[own_box])
    if question.may_be_unsure and question.key in plain.get(UNSURE, ()):
        raw |= _unsure(question)
    return raw


def control(name: str, question: Question) -> str:
    """The name a question's controls have inside `name`, the item or group around it."""
    return f"{name}-{question.key}"


def item_name(question: Question, item_id: str) -> str:
    return f"{question.name}-{item_id}"


def items_name(question: Question) -> str:
    """The hidden control that says which items of a list are on the form."""
    return f"{question.name}-item"


def is_radio(question: Question) -> bool:
    return question.kind in ("choice", "yes_no", "answer3")


def unsure_name(question: Question) -> str:
    """Radios and check boxes have one more answer; every other question a box of its own."""
    picked = is_radio(question) or question.kind == "choices"
    return question.name if picked else f"{question.name}-{UNSURE}"


def _unsure(question: Question) -> dict[str, list[str]]:
    value = [UNSURE] if question.kind != "choices" else ["", UNSURE]
    return {unsure_name(question): value}


def _raw(
    question: Question, name: str, value: Any, typed: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, list[str]]]:
    if question.kind == "list":
        items = value or []
        yield f"{name}-item", [item["id"] for item in items]
        for item in items:
            yield from _inside(question, f"{name}-{item['id']}", item, typed)
    elif question.kind == "group":
        yield from _inside(question, name, value or {}, typed)
    else:
        names = [name + ending for ending in question.endings]
        if any(one in typed for one in names):
            yield from ((one, list(typed.get(one, [""]))) for one in names)
        else:
            yield from ((name + end, raw) for end, raw in _formatted(question, value))


def _inside(
    question: Question, name: str, values: Mapping[str, Any], typed: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, list[str]]]:
    for child in question.children:
        yield from _raw(child, control(name, child), values.get(child.key), typed)


def _formatted(question: Question, value: Any) -> Iterator[tuple[str, list[str]]]:
    """The controls' values for a plan value; an empty text for each that has none."""
    found: dict[str, list[str]] = {ending: [""] for ending in question.endings}
    if question.in_order:
        picked = list(value or [])
        found = {"": [*picked, *([""] * (PICKS - len(picked)))]}
    elif question.kind == "choices":
        found = {"": ["", *(value or [])]}
    elif value is None:
        pass
    elif question.kind == "yes_no":
        found = {"": ["yes" if value else "no"]}
    elif question.kind in ("date", "partial_date"):
        found |= _date(value)
    elif isinstance(value, dict):
        found |= {f"-{key}": [str(part)] for key, part in value.items() if key != "on"}
        found |= _date(value["on"]) if "on" in value else {}
    else:
        found = {"": [str(value)]}
    yield from found.items()


def _date(text: str) -> dict[str, list[str]]:
    parts = [part.lstrip("0") for part in text.split("-")]
    return {
        ending: [part] for ending, part in zip(("-year", "-month", "-day"), parts, strict=False)
    }
