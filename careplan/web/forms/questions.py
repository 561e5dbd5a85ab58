"""A question: a field of the dictionary joined with its place in the plan's classes and a page's
own words for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.plan.care_plan import SECTIONS
from careplan.plan.dictionary import Field, dictionary
from careplan.plan.values import Answer3, DoseUnit, IntervalKind, TimeUnit
from careplan.web.forms.pages import Page
from careplan.web.words import _

NAMES: Mapping[str, tuple[str, ...]] = {
    "date": ("-day", "-month", "-year"),
    "partial_date": ("-day", "-month", "-year"),
    "dose": ("-amount", "-amount_high", "-unit", "-strength"),
    "interval": ("-kind", "-number", "-unit", "-times"),
    "reading": ("-value", "-day", "-month", "-year"),
    "blood_pressure": ("-systolic", "-diastolic", "-day", "-month", "-year"),
}
"""The endings of a question's controls; every other kind has one control that bears its name."""

PICKED = ("choice", "choices", "yes_no", "answer3")
UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """One field as one page asks it. `name` is the control's name, unique on the page.

    `in_order`: choices whose order says something ("IV or oral"), so each has a list of its own.
    """

    path: str
    name: str
    kind: str
    label: str
    hint: str
    field: Field
    required: bool
    may_be_blank: bool
    options: tuple[Option, ...]
    exclusive: tuple[str, ...]
    children: tuple[Question, ...]
    may_be_unsure: bool
    radios: bool
    in_order: bool
    one_by_one: bool
    desk: bool

    @property
    def key(self) -> str:
        """The field's own name, as the section's class has it."""
        return self.path.rpartition(".")[2]

    @property
    def endings(self) -> tuple[str, ...]:
        return NAMES.get(self.kind, ("",))


@cache
def questions(page: Page) -> tuple[Question, ...]:
    return tuple(_question(page, path) for path in page.fields)


def classes(path: str) -> tuple[type, str]:
    """The class a path's last part is a field of, and that part:
    "pain_plan.steps.drug" -> (Step, "drug").
    """
    section, *inner, name = path.split(".")
    found: Any = SECTIONS[section]
    for part in inner:
        found = bare(get_type_hints(found)[part])
    return found, name


def bare(kind: Any) -> Any:
    """The type inside Optional[...] and tuple[..., ...]."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (arg for arg in get_args(kind) if arg is not type(None))
    return get_args(kind)[0] if get_origin(kind) is tuple else kind


def _question(page: Page, path: str) -> Question:
    words = dictionary(page.condition)
    field = words.field(path)
    short = path.partition(".")[2]
    children = tuple(
        _question(page, inner) for inner in field.children if words.field(inner).shown != "status"
    )
    options = _options(page, field, short)
    top = "." not in short
    return Question(
        path=path,
        name=short.replace(".", "-"),
        kind=field.type,
        label=page.labels.get(short, field.label),
        hint=page.hints.get(short, ""),
        field=field,
        required=_required(path),
        may_be_blank=_may_be_blank(path),
        options=options,
        exclusive=page.exclusive,
        children=children,
        may_be_unsure=top and short in page.not_sure,
        radios=field.type == "yes_no"
        or short in page.radios
        or not (page.desk or len(options) > 18),
        in_order=short in page.in_order,
        one_by_one=short in page.one_by_one,
        desk=page.desk,
    )


def _required(path: str) -> bool:
    """Without it the plan's class cannot be made;
    a plain yes or no must be said, never taken for granted.
    """
    owner, name = classes(path)
    (own,) = (f for f in fields(owner) if f.name == name)
    if get_type_hints(owner)[name] is bool:
        return True
    return own.default is MISSING and own.default_factory is MISSING


def _may_be_blank(path: str) -> bool:
    owner, name = classes(path)
    return get_origin(get_type_hints(owner)[name]) in (Union, UnionType)


def _options(page: Page, field: Field, short: str) -> tuple[Option, ...]:
    own = page.options.get(short, {})
    if field.type == "yes_no":
        known = {"yes": _("Yes"), "no": _("No")}
    elif field.type == "answer3":
        known = {str(one): str(one).capitalize() for one in Answer3}
    elif field.options:
        known = dict(dictionary(page.condition).options[field.options])
    elif field.type in ("choice", "choices"):
        known = {str(one): str(one) for one in _closed_list(field.path)}
    else:
        return ()
    return tuple(Option(code, own.get(code, words)) for code, words in known.items())


def _closed_list(path: str) -> type[StrEnum]:
    owner, name = classes(path)
    found = bare(get_type_hints(owner)[name])
    if not (isinstance(found, type) and issubclass(found, StrEnum)):
        raise TypeError(f"{path} has neither options nor a closed list")
    return found


DOSE_UNITS = tuple(Option(str(one), str(one)) for one in DoseUnit)
INTERVAL_KINDS = tuple(Option(str(one), str(one)) for one in IntervalKind)
TIME_UNITS = tuple(
    Option(str(one), words)
    for one, words in (
        (TimeUnit.MINUTE, "minutes"),
        (TimeUnit.HOUR, "hours"),
        (TimeUnit.DAY, "days"),
        (TimeUnit.WEEK, "weeks"),
    )
)
