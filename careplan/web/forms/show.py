"""Makes the view of a page from a draft: what passed, what did not, and what to say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from careplan.plan.pain import Stage
from careplan.plan.values import unit_words
from careplan.web.forms.boxes import BOXED, boxes_of
from careplan.web.forms.pages import Body, Page
from careplan.web.forms.questions import (
    UNSURE,
    Question,
    questions,
)
from careplan.web.forms.raw import (
    control,
    is_radio,
    item_name,
    items_name,
    raw_question,
    unsure_name,
)
from careplan.web.forms.reading import FieldError, SoftQuery
from careplan.web.forms.say import item_parts
from careplan.web.forms.views import ErrorLine, FieldView, ItemView, OptionView, PageView
from careplan.web.words import _


def view_of(
    page: Page,
    body: Body,
    errors: Sequence[FieldError] = (),
    asks: Sequence[SoftQuery] = (),
    *,
    new_id: Callable[[], UUID],
    open_item: str | None = None,
) -> PageView:
    """The page with a draft in it. Text that did not pass is shown again as it was typed."""
    maker = _Maker(body, errors, asks, new_id, open_item)
    asked = questions(page)
    alone = len(asked) == 1 and asked[0].kind not in ("list", "group") and not page.desk
    fields = tuple(maker.top(one, heading=page.heading if alone else "") for one in asked)
    if alone:
        fields = (replace(fields[0], hint=page.hint or fields[0].hint),)
    every: tuple[FieldError | SoftQuery, ...] = (*errors, *asks)
    said = tuple(ErrorLine(f"#{one.html_id}", one.summary) for one in every)
    title = _("Error: %(heading)s", heading=page.heading) if said else page.heading
    return PageView(
        section=page.section,
        id=page.id,
        caption=page.caption,
        heading=page.heading,
        hint=page.hint,
        why=page.why,
        optional=page.optional,
        desk=page.desk,
        title=title,
        fields=fields,
        errors=said,
        body_map=page.body_map,
        heading_in_field=alone,
    )


class _Maker:
    """Draws the fields of one page from the raw values of its controls."""

    def __init__(
        self,
        body: Body,
        errors: Iterable[FieldError],
        asks: Iterable[SoftQuery],
        new_id: Callable[[], UUID],
        open_item: str | None,
    ) -> None:
        self.body = body
        self.errors = {one.html_id: one.text for one in reversed(tuple(errors))}
        self.asks = {one.name: one.text for one in asks}
        self.new_id, self.open_item = new_id, open_item
        self.raw: Mapping[str, Sequence[str]] = {}

    def top(self, question: Question, *, heading: str) -> FieldView:
        self.raw = raw_question(question, self.body)
        if question.kind == "list":
            return self.list(question)
        return self.field(question, question.name, heading=heading)

    def field(self, question: Question, name: str, *, heading: str = "") -> FieldView:
        if question.kind == "group":
            children = tuple(self.field(child, control(name, child)) for child in question.children)
            return FieldView("group", "group", name, question.label, question.hint, fields=children)
        values = list(self.raw.get(name, ("",)))
        unsure = question.may_be_unsure
        own_box = unsure and not (is_radio(question) or question.kind == "choices")
        return FieldView(
            widget=_widget(question),
            kind=question.kind,
            name=name,
            label=heading or question.label,
            hint=question.hint,
            error=self.error(question, name),
            value=values[-1] if values else "",
            limit=_limit(question),
            options=self.options(question, values),
            boxes=boxes_of(question, name, self.raw, self.errors),
            unsure_name=unsure_name(question) if own_box else "",
            unsure=own_box and UNSURE in self.raw.get(unsure_name(question), ()),
            ask=self.asks.get(name, ""),
            unit=unit_words(question.field.unit or ""),
            inputmode=_INPUT_MODES.get(question.kind, ""),
            autocomplete=_AUTOCOMPLETE.get(question.path, ""),
            width=_WIDTHS.get(question.kind, ""),
            is_heading=bool(heading),
            wide=question.kind == "line" and (question.field.max or 0) >= 80,
            desk=question.desk,
        )

    def error(self, question: Question, name: str) -> str:
        """The sentences for this question's controls; each is shown once."""
        found = (self.errors.get(name + ending, "") for ending in question.endings)
        return " ".join(dict.fromkeys(filter(None, found)))

    def options(self, question: Question, values: Sequence[str]) -> tuple[OptionView, ...]:
        found = [
            OptionView(one.code, one.words, one.code in values, one.code in question.exclusive)
            for one in question.options
        ]
        if not found:
            return ()
        blank = _("Not recorded") if question.desk and question.may_be_blank else ""
        if is_radio(question) and not question.radios:
            blank = blank or _("Choose")
        if is_radio(question) and blank:
            found.insert(0, OptionView("", blank, not any(values)))
        if question.may_be_unsure and (is_radio(question) or question.kind == "choices"):
            found.append(OptionView(UNSURE, _("I’m not sure"), UNSURE in values, exclusive=True))
        return tuple(found)

    def list(self, question: Question) -> FieldView:
        plain: list[dict[str, Any]] = list(self.body.get("plain", {}).get(question.key, []))
        ids = [item["id"] for item in plain]
        shown = [item for item in plain if self.written(question, item) or self.is_open(item)]
        most = int(question.field.max or 100)
        short = len(question.children) == 1 and not question.desk
        blanks = max(most - len(shown), 0) if short else int(not shown)
        new = [str(self.new_id()) for _blank in range(blanks)]
        shown += [{"id": one} for one in new]
        items = tuple(
            self.item(question, item, number, len(shown), new=item["id"] in new)
            for number, item in enumerate(shown, start=1)
        )
        return FieldView(
            widget="list",
            kind="list",
            name=question.name,
            label=question.label,
            title=question.field.label if question.desk else "",
            hint=question.hint,
            error=self.errors.get(question.name, ""),
            limit=most,
            items=items,
            one_by_one=question.one_by_one,
            items_name=items_name(question),
            can_add=not short and len(ids) < most,
            desk=question.desk,
        )

    def written(self, question: Question, item: Mapping[str, Any]) -> bool:
        name = item_name(question, item["id"])
        typed = self.body.get("typed", {})
        return bool(item.keys() - {"id"}) or any(key.startswith(f"{name}-") for key in typed)

    def is_open(self, item: Mapping[str, Any]) -> bool:
        return bool(item["id"] == self.open_item)

    def item(
        self, question: Question, item: Mapping[str, Any], number: int, count: int, *, new: bool
    ) -> ItemView:
        name = item_name(question, item["id"])
        wrong = any(key.startswith(f"{name}-") for key in (*self.errors, *self.asks))
        is_open = new or not question.one_by_one or self.is_open(item) or wrong
        title = f"{question.label} {number}" if count > 1 or question.desk else question.label
        lead, rest = item_parts(question, item)
        inner = [self.field(child, control(name, child)) for child in question.children]
        if len(inner) == 1:
            inner = [replace(inner[0], label=title)]
        return ItemView(
            id=item["id"],
            name=name,
            title=title,
            open=is_open,
            words=(*lead, *rest),
            lead=lead,
            rest=rest,
            first=item.get("stage") == Stage.FIRST_DOSE,
            fields=tuple(inner) if is_open else (),
            new=new,
            wrong=wrong,
            folded=question.desk and len(item) > 1 and not (wrong or self.is_open(item)),
        )


_WIDGETS = {"text": "textarea", "choices": "checkboxes", "partial_date": "date",
            "blood_pressure": "reading"}  # fmt: skip
_INPUT_MODES = {"phone": "tel", "number": "numeric", "decimal": "decimal", "nhs_number": "numeric"}
_WIDTHS = {"number": "3", "decimal": "5", "phone": "20", "ods": "10", "nhs_number": "10",
           "registration": "20"}  # fmt: skip
_AUTOCOMPLETE = {
    "about_me.known_as": "nickname",
    "about_me.phone": "tel",
}


def _widget(question: Question) -> str:
    if is_radio(question):
        return "radios" if question.radios else "select"
    if question.in_order:
        return "picks"
    if question.kind in BOXED:
        return _WIDGETS.get(question.kind, question.kind)
    return _WIDGETS.get(question.kind, "input")


def _limit(question: Question) -> int:
    return int(question.field.max or 0) if question.kind in ("line", "text") else 0
