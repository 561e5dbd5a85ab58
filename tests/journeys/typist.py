"""Types a whole plan in through the real pages, whoever's it is: every page that has something to
say is opened, filled in control by control, and sent with its own button.

What goes into which box is worked out here from the dictionary's kinds, and nowhere asks the
product's own forms what they would have sent.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.sync_api import Locator

from careplan.plan.care_plan import CarePlan
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import CONDITIONS, dictionary
from tests.journeys.visitor import Visitor

WORDS = dictionary()
Boxes = Mapping[str, str | Sequence[str]]
"""What goes in, by the ending of each control's name."""


_KINDS = """names => names.map(
  n => document.querySelector(`[name="${n}"]:not([type=hidden])`)?.type ?? "nothing")"""


@dataclass(frozen=True)
class AskedPage:
    """One page of the content files: its section, its id and the fields it asks."""

    section: str
    id: str
    fields: tuple[str, ...]
    when: Mapping[str, str] | None


@cache
def asked_pages(file: str) -> tuple[AskedPage, ...]:
    with (CONDITIONS / "sickle_cell" / file).open("rb") as opened:
        content = tomllib.load(opened)
    return tuple(
        AskedPage(section["id"], page["id"], tuple(page["fields"]), page.get("when"))
        for section in content["section"]
        for page in section["page"]
    )


def types_own_words(visitor: Visitor, plan: CarePlan) -> None:
    for page, told in _with_something_to_say("patient_pages.toml", plan):
        visitor.page.goto(f"{visitor.site.address}/plan/write/{page.section}/{page.id}")
        _fills_and_sends(visitor, page, told)


def types_clinic(visitor: Visitor, desk: str, plan: CarePlan, *, only: str = "") -> None:
    """`desk` is the address of the person at the desk, "/team/…"; `only` one section, or all."""
    for page, told in _with_something_to_say("team_pages.toml", plan):
        if page.section != "identity" and only in ("", page.section):
            visitor.page.goto(f"{visitor.site.address}{desk}/{page.section.replace('_', '-')}")
            _fills_and_sends(visitor, page, told)


def _with_something_to_say(
    file: str, plan: CarePlan
) -> Iterator[tuple[AskedPage, Mapping[str, Any]]]:
    for page in asked_pages(file):
        section = to_plain(plan.section(page.section))
        told = {name: section[name] for name in page.fields if section.get(name) not in (None, [])}
        asked = page.when is None or section.get(page.when["field"]) == page.when["is"]
        if told and asked:
            yield page, told


def _fills_and_sends(visitor: Visitor, page: AskedPage, told: Mapping[str, Any]) -> None:
    lists = {
        name: value
        for name, value in told.items()
        if WORDS.field(f"{page.section}.{name}").type == "list"
    }
    for name, value in told.items():
        if name not in lists:
            _puts(visitor, f"{page.section}.{name}", name, value)
    for name, items in lists.items():
        _lists(visitor, f"{page.section}.{name}", name, items)
    _sends(visitor, visitor.page.locator(".plan-actions button[value=continue]"))


def _lists(visitor: Visitor, path: str, name: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Short lists show all their lines at once; of the others one more is asked for each time."""
    page = visitor.page
    shown = page.locator(f'input[name="{name}-item"]')
    for number, item in enumerate(items):
        ids = [one.get_attribute("value") for one in shown.all()]
        if number and len(ids) <= number and not _open_after_adding(visitor, name, ids):
            raise AssertionError(f"{page.url}: no place for another of {path}")
        ids = [one.get_attribute("value") for one in shown.all()]
        place = ids[number] if len(ids) > number else ids[-1]
        for key, value in item.items():
            if key != "id" and value not in (None, []) and _typed(f"{path}.{key}"):
                _puts(visitor, f"{path}.{key}", f"{name}-{place}-{key}", value)


def _open_after_adding(visitor: Visitor, name: str, before: Sequence[str | None]) -> bool:
    _sends(visitor, visitor.page.locator(f'button[name=action][value="add:{name}"]'))
    ids = [
        one.get_attribute("value")
        for one in visitor.page.locator(f'input[name="{name}-item"]').all()
    ]
    return bool(set(ids) - set(before))


def _typed(path: str) -> bool:
    return WORDS.field(path).shown != "status"


def _puts(visitor: Visitor, path: str, name: str, value: Any) -> None:
    field = WORDS.field(path)
    if field.type == "group":
        for key, inner in value.items():
            if inner is not None:
                _puts(visitor, f"{path}.{key}", f"{name}-{key}", inner)
        return
    boxes = boxes_of(field.type, value)
    kinds = visitor.page.evaluate(_KINDS, [f"{name}{ending}" for ending in boxes])
    for (ending, text), kind in zip(boxes.items(), kinds, strict=True):
        control = visitor.page.locator(f'[name="{name}{ending}"]:not([type=hidden])')
        _put(control, kind, text)


def _put(control: Locator, kind: str, text: str | Sequence[str]) -> None:
    """One answer or several: picked, ticked or written, as the page has it."""
    if kind == "select-one":
        for place, one in enumerate([text] if isinstance(text, str) else text):
            control.nth(place).select_option(value=one)
    elif kind in ("checkbox", "radio"):
        for one in [text] if isinstance(text, str) else text:
            control.and_(control.page.locator(f'[value="{one}"]')).check()
    else:
        assert isinstance(text, str), text
        control.fill(text)


def _sends(visitor: Visitor, button: Locator) -> None:
    """Presses; answers "are you sure?" with yes, for these are the numbers that were meant."""
    for _attempt in range(3):
        button.click()
        visitor.page.wait_for_load_state()
        sure = visitor.page.locator(".plan-sure input[type=checkbox]").all()
        for box in sure:
            box.check()
        if not sure:
            break
    said = visitor.page.locator(".nhsuk-error-summary")
    assert not said.count(), f"{visitor.page.url}: {said.inner_text()}"


def boxes_of(kind: str, value: Any) -> Boxes:
    """A fact as somebody puts it into the boxes of its kind of question."""
    if kind == "yes_no":
        return {"": "yes" if value else "no"}
    if kind in ("date", "partial_date"):
        return _day(value)
    if kind == "choices":
        return {"": [str(one) for one in value]}
    if isinstance(value, dict):
        day = _day(value["on"]) if value.get("on") else {}
        parts = {
            f"-{key}": str(one) for key, one in value.items() if key != "on" and one is not None
        }
        return parts | day
    return {"": str(value)}


def _day(text: str) -> dict[str, str]:
    parts = re.split("-", text)
    names = ("-year", "-month", "-day")
    return {name: str(int(part)) for name, part in zip(names, parts, strict=False)}
