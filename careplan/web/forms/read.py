"""Reads one posted page into a section's draft:
what passes becomes plan values, what does not is kept as typed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from careplan.plan.care_plan import SECTIONS
from careplan.plan.codec import Unreadable, from_plain
from careplan.plan.content import FIRST
from careplan.web.forms.pages import Body, Page, section_pages
from careplan.web.forms.questions import UNSURE, questions
from careplan.web.forms.raw import Form, item_name, raw_of
from careplan.web.forms.reader import Reader
from careplan.web.forms.reading import FieldError, Next, NotFinished, Reading
from careplan.web.forms.together import disagreements
from careplan.web.words import _


def empty_body() -> dict[str, Any]:
    return {"plain": {}, "typed": {}, "done": []}


def read_page(
    page: Page, form: Form, body: Body, new_id: Callable[[], UUID], *, today: date
) -> Reading:
    """Everything typed is in the body that comes back.
    A question the form does not carry is left alone.
    """
    reader = Reader(page, form, _copied(body), today)
    for question in questions(page):
        reader.top(question)
    verb, target = _action(form)
    open_item = _act(reader, verb, target, new_id)
    made = reader.body
    errors = [*reader.errors, *_clashes(page, reader)]
    _mark_done(page, made, verb=verb, clear=not errors and not reader.asks)
    if not made["plain"].get(UNSURE, True):
        del made["plain"][UNSURE]
    following = Next(verb) if verb in (Next.CONTINUE, Next.LATER) else Next.STAY
    open_list = target.partition(":")[0]
    return Reading(made, tuple(errors), tuple(reader.asks), following, open_item, open_list)


def look(page: Page, body: Body, *, today: date) -> Reading:
    """What a page would say if it were posted as it stands: for showing again what did not pass."""
    return read_page(page, raw_of(page, body), body, _no_id, today=today)


def again(page: Page, body: Body, *, today: date) -> Reading:
    """What to say when a page is opened:
    nothing on a first visit, what did not pass on a later one.

    The body stays as it is kept: an item just added is blank, and reading it would drop it.
    """
    names = tuple(question.name for question in questions(page))
    left = any(key == name or key.startswith(f"{name}-") for key in body["typed"] for name in names)
    if not left and page.id not in body["done"]:
        return Reading(dict(body))
    return replace(look(page, body, today=today), body=dict(body))


def finish(section: str, body: Body, *, today: date, condition: str = FIRST) -> Any:
    """The section of the plan that this draft is.
    Raises NotFinished; never leaves anything typed out.
    """
    errors: list[FieldError] = []
    for page in section_pages(section, condition).pages:
        if page.applies(body):
            seen = look(page, body, today=today)
            waiting = [FieldError(a.name, a.html_id, a.text, a.where) for a in seen.asks]
            errors += [*seen.errors, *waiting]
    if not errors and body.get("typed"):
        sentence = _("Open this part and press Continue to keep what you typed.")
        errors = [FieldError(name, name, sentence) for name in body["typed"]]
    if errors:
        raise NotFinished(section, errors)
    plain = _without_blank_items(body.get("plain", {}))
    try:
        return from_plain(SECTIONS[section], plain)
    except Unreadable as problem:
        sentence = _("Something is missing here: %(problem)s.", problem=str(problem))
        raise NotFinished(section, [FieldError(section, "maincontent", sentence)]) from problem


def _no_id() -> UUID:
    raise AssertionError("looking never adds")


def _copied(body: Body) -> dict[str, Any]:
    return empty_body() | copy.deepcopy(dict(body))


def _without_blank_items(plain: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in plain.items():
        kept = value
        if isinstance(value, list) and value and isinstance(value[0], dict):
            kept = [item for item in value if item.keys() - {"id"}]
        found[name] = kept
    return found


def _action(form: Form) -> tuple[str, str]:
    """ "add:steps" -> ("add", "steps"); nothing pressed (autosave) -> ("", "")."""
    pressed = [value for value in form.get("action", ()) if value]
    verb, _colon, target = (pressed[-1] if pressed else "").partition(":")
    return verb, target


def _act(reader: Reader, verb: str, target: str, new_id: Callable[[], UUID]) -> str | None:
    """Adds, opens or removes a list item. The item to show next, if any."""
    name, _colon, item_id = target.partition(":")
    lists = {one.name: one for one in questions(reader.page) if one.kind == "list"}
    if name not in lists:
        return None
    question, plain = lists[name], reader.body["plain"]
    items: list[dict[str, Any]] = plain.get(question.key, [])
    if verb == "add":
        if reader.errors or reader.asks:
            return None
        if len(items) >= int(question.field.max or 100):
            sentence = _("You can have %(most)s here. Remove one to add another.",
                         most=int(question.field.max or 100))  # fmt: skip
            reader.error(question, question.name, "", sentence, where="")
            return None
        made = str(new_id())
        plain[question.key] = [*items, {"id": made}]
        return made
    if verb == "remove":
        plain[question.key] = [item for item in items if item["id"] != item_id]
        if not plain[question.key]:
            del plain[question.key]
        reader.drop(item_name(question, item_id))
    return item_id if verb == "change" and item_id in {item["id"] for item in items} else None


def _clashes(page: Page, reader: Reader) -> list[FieldError]:
    """A field that is wrong by itself is put right first."""
    wrong = {one.name for one in reader.errors} | {one.name for one in reader.asks}
    asked = {one.key: one for one in questions(page) if one.name not in wrong}
    return [
        FieldError(asked[key].name, asked[key].name + asked[key].endings[0], sentence)
        for key, sentence in disagreements(page.section, reader.body["plain"])
        if key in asked
    ]


def _mark_done(page: Page, body: dict[str, Any], *, verb: str, clear: bool) -> None:
    """Done: gone on from with an answer on it. Autosave changes nothing."""
    if verb not in (Next.CONTINUE, Next.LATER):
        return
    answered = clear and is_answered(page, body)
    was_done = page.id in body["done"]
    body["done"] = [one for one in body["done"] if one != page.id]
    if answered and (was_done or verb == Next.CONTINUE):
        body["done"].append(page.id)


def is_answered(page: Page, body: Body) -> bool:
    plain = body.get("plain", {})
    return any(
        plain.get(one.key) is not None or one.key in plain.get(UNSURE, ())
        for one in questions(page)
    )
