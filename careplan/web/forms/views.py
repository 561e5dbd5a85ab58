"""What a template reads of a page: every attribute is there, so a slip cannot hide a fact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptionView:
    value: str
    text: str
    checked: bool = False
    exclusive: bool = False

    @property
    def item(self) -> dict[str, object]:
        """As the page components take it."""
        found: dict[str, object] = {"value": self.value, "text": self.text}
        found |= {"checked": True, "selected": True} if self.checked else {}
        return found | ({"behaviour": "exclusive"} if self.exclusive else {})


@dataclass(frozen=True, slots=True)
class BoxView:
    """One control of a question that has several: a date's day, a dose's unit.

    `later`: the second, third … control of one name. `quiet`: the legend says the label.
    """

    name: str
    label: str
    value: str
    wrong: bool = False
    width: str = ""
    numeric: bool = False
    error: str = ""
    later: str = ""
    quiet: bool = False
    options: tuple[OptionView, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.name}-{self.later}" if self.later else self.name

    @property
    def item(self) -> dict[str, object]:
        return {
            "id": self.id,
            "name": self.name,
            "label": {"text": self.label},
            "value": self.value,
            "width": self.width,
            "error": self.wrong,
        }


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question. `widget` names the macro that draws it; `name` is also its HTML id."""

    widget: str
    kind: str
    name: str
    label: str
    title: str = ""
    hint: str = ""
    error: str = ""
    value: str = ""
    limit: int = 0
    options: tuple[OptionView, ...] = ()
    boxes: tuple[BoxView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    items: tuple[ItemView, ...] = ()
    unsure_name: str = ""
    unsure: bool = False
    ask: str = ""
    unit: str = ""
    inputmode: str = ""
    autocomplete: str = ""
    width: str = ""
    is_heading: bool = False
    one_by_one: bool = False
    items_name: str = ""
    can_add: bool = False
    wide: bool = False
    desk: bool = False


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a list. A closed one shows its words and can be opened; an open one its fields.

    At the desk a folded item has its fields on the page, under a line of its words:
    `lead` is what it is about, `rest` the details. `first`: the dose everybody looks for.
    """

    id: str
    name: str
    title: str
    open: bool
    words: tuple[str, ...] = ()
    fields: tuple[FieldView, ...] = ()
    new: bool = False
    wrong: bool = False
    folded: bool = False
    lead: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class ErrorLine:
    href: str
    text: str

    @property
    def item(self) -> dict[str, str]:
        return {"href": self.href, "text": self.text}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the route knows of a page and the page does not:
    addresses, the draft's revision, when it was saved.
    """

    action: str
    back: str
    revision: str
    saved_at: str = ""
    progress: str = ""
    back_words: str = ""
    talk: str = ""


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything templates/forms/page.html reads of a page."""

    section: str
    id: str
    caption: str
    heading: str
    hint: str
    why: str
    optional: bool
    desk: bool
    title: str
    fields: tuple[FieldView, ...]
    errors: tuple[ErrorLine, ...]
    body_map: str
    heading_in_field: bool
