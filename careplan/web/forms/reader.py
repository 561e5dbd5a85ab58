"""Reads the questions of one posted page into a draft, one after the other."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from careplan.web.forms.answers import Got, parse
from careplan.web.forms.pages import Page, pages_beside
from careplan.web.forms.questions import UNSURE, Question, questions
from careplan.web.forms.raw import Form, control, is_radio, item_name, items_name, unsure_name
from careplan.web.forms.reading import FieldError, SoftQuery
from careplan.web.forms.text import keepable
from careplan.web.words import _

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True)
class Reader:
    """One pass over one page; the methods fill `body`, `errors` and `asks`."""

    page: Page
    form: Form
    body: dict[str, Any]
    today: date
    errors: list[FieldError] = field(default_factory=list)
    asks: list[SoftQuery] = field(default_factory=list)

    def top(self, question: Question) -> None:
        plain: dict[str, Any] = self.body["plain"]
        if question.kind == "list":
            self.items(question)
            return
        if not self.on_form(question, question.name):
            return
        if question.may_be_unsure and self.unsure(question):
            plain.pop(question.key, None)
            return
        self.put(plain, question, question.name, where="")

    def unsure(self, question: Question) -> bool:
        """Ticked, and nothing else said: then that is the answer."""
        plain = self.body["plain"]
        self.forget([f"{question.name}-{UNSURE}"])
        ticked = UNSURE in self.form.get(unsure_name(question), ())
        said = [*(name for name in plain.get(UNSURE, []) if name != question.key)]
        if not ticked:
            plain[UNSURE] = said
            return False
        names = [question.name + end for end in question.endings]
        also = any(v.strip() not in ("", UNSURE) for name in names for v in self.form.get(name, ()))
        if also and not is_radio(question):
            plain[UNSURE] = said
            self.keep([*names, unsure_name(question)])
            sentence = _("You gave an answer and also ticked “I’m not sure”. Keep one of them.")
            self.error(question, question.name, question.endings[0], sentence, where="")
        else:
            order = [one.key for page in pages_beside(self.page) for one in questions(page)]
            plain[UNSURE] = sorted([*said, question.key], key=order.index)
            self.forget(names)
        return True

    def put(self, into: dict[str, Any], question: Question, name: str, *, where: str) -> None:
        """Reads one question into its place; a value that does not pass leaves the place empty."""
        if not self.on_form(question, name):
            return
        old = into.pop(question.key, None)
        value = (
            self.group(question, name, old or {})
            if question.kind == "group"
            else self.leaf(question, name, old, where=where)
        )
        if value is not None:
            into[question.key] = value

    def leaf(self, question: Question, name: str, old: Any, *, where: str) -> Any:
        names = [name + ending for ending in question.endings]
        raw = {ending: self.form.get(name + ending, ()) for ending in question.endings}
        got: Got = parse(question, raw, self.today)
        for ending, sentence in (got.wrong or {}).items():
            self.error(question, name, ending, sentence, where=where)
        asked = bool(got.ask) and got.value != old and not self.form.get(f"sure_{name}")
        if asked:
            label = self.where(question, where)
            self.asks.append(SoftQuery(name, name + question.endings[0], got.ask or "", label))
        if got.wrong or asked:
            self.keep(names)
            return None
        self.forget(names)
        boxes = question.kind == "choices" and not question.in_order
        return _in_old_order(got.value, old) if boxes else got.value

    def group(self, question: Question, name: str, old: dict[str, Any]) -> dict[str, Any] | None:
        made = copy.deepcopy(old)
        for child in question.children:
            self.put(made, child, control(name, child), where=question.label)
        self.need(question, name, made, where=question.label)
        return made or None

    def need(self, question: Question, name: str, made: dict[str, Any], *, where: str) -> None:
        """Something was written here, so what the plan cannot do without must be too."""
        names = [control(name, child) for child in question.children]
        if not made.keys() - {"id"} and not any(self.typed_under(one) for one in names):
            return
        for child in question.children:
            inner = control(name, child)
            if child.required and child.key not in made and not self.typed_under(inner):
                sentence = _NEEDED.get(child.kind, _NEEDED["line"])()
                self.error(child, inner, child.endings[0], sentence, where=where)

    def items(self, question: Question) -> None:
        """The list with the items of the form in it.
        Items the form does not show stay; new ones go last.
        """
        plain = self.body["plain"]
        items = {item["id"]: item for item in plain.get(question.key, [])}
        shown = [one for one in dict.fromkeys(self.form.get(items_name(question), ())) if one]
        known_elsewhere = _ids(plain) - items.keys()
        for item_id in shown:
            if not _UUID.fullmatch(item_id) or item_id in known_elsewhere:
                continue
            made = self.item(question, items.get(item_id, {"id": item_id}))
            if made is None:
                items.pop(item_id, None)
            else:
                items[item_id] = made
        plain[question.key] = list(items.values())
        if not items:
            del plain[question.key]
        most = int(question.field.max or 100)
        if len(items) > most:
            sentence = _("There are %(many)s here. Keep %(most)s at most: remove the others.",
                         many=len(items), most=most)  # fmt: skip
            self.error(question, question.name, "", sentence, where="")

    def item(self, question: Question, old: dict[str, Any]) -> dict[str, Any] | None:
        name = item_name(question, old["id"])
        place = self.form.get(items_name(question), [])
        where = f"{question.label} {list(place).index(old['id']) + 1}" if len(place) > 1 else ""
        where = where or (question.label if question.desk else "")
        made = copy.deepcopy(old)
        for child in question.children:
            self.put(made, child, control(name, child), where=where)
        if not made.keys() - {"id"} - _status(question) and not self.typed_under(name):
            return None
        self.need(question, name, made, where=where)
        return made

    def on_form(self, question: Question, name: str) -> bool:
        if question.kind == "group":
            return any(self.on_form(child, control(name, child)) for child in question.children)
        names = [name + ending for ending in question.endings]
        if question.may_be_unsure:
            names.append(unsure_name(question))
        return any(one in self.form for one in names)

    def typed_under(self, name: str) -> bool:
        return any(key == name or key.startswith(f"{name}-") for key in self.body["typed"])

    def keep(self, names: Sequence[str]) -> None:
        for name in names:
            values = [keepable(value) for value in self.form.get(name, ())]
            self.body["typed"][name] = values or [""]

    def forget(self, names: Sequence[str]) -> None:
        for name in names:
            self.body["typed"].pop(name, None)

    def drop(self, name: str) -> None:
        """A removed item takes what was typed in it along."""
        gone = [key for key in self.body["typed"] if key.startswith(f"{name}-")]
        self.forget(gone)
        self.errors = [error for error in self.errors if not error.name.startswith(f"{name}-")]
        self.asks = [ask for ask in self.asks if not ask.name.startswith(f"{name}-")]

    def where(self, question: Question, where: str) -> str:
        several = len(self.page.fields) > 1 or where or question.path.count(".") > 1
        return ", ".join(filter(None, (where, question.label))) if several else ""

    def error(
        self, question: Question, name: str, ending: str, sentence: str, *, where: str
    ) -> None:
        label = self.where(question, where)
        self.errors.append(FieldError(name, name + ending, sentence, label))


_NEEDED: Mapping[str, Callable[[], str]] = {
    "line": lambda: _("Write this, or empty the rest."),
    "date": lambda: _("Write the date, like 14 3 2026."),
    "choice": lambda: _("Choose one of the answers."),
    "answer3": lambda: _("Choose yes, no or not known."),
    "yes_no": lambda: _("Choose yes or no."),
}


def _in_old_order(picked: list[str] | None, old: list[str] | None) -> list[str] | None:
    """Boxes come in the order of the page;
    what stood in another order keeps it, new ones follow.
    """
    if picked is None or not old:
        return picked
    return [one for one in old if one in picked] + [one for one in picked if one not in old]


def _status(question: Question) -> set[str]:
    """Fields nobody types, like the day a person reported something: set where it is kept."""
    asked = {child.key for child in question.children}
    return {path.rpartition(".")[2] for path in question.field.children} - asked


def _ids(plain: Mapping[str, Any]) -> set[str]:
    lists = (value for value in plain.values() if isinstance(value, list))
    return {item["id"] for found in lists for item in found if isinstance(item, dict)}
