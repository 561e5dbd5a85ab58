"""Whole plans and versions for Hypothesis: everything the forms could let through, and no more."""

from __future__ import annotations

import string
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from careplan.plan.care_plan import (
    SECTIONS,
    AnswerBeside,
    CarePlan,
    Contribution,
    DoseStop,
    PatientAnswer,
    Signature,
    Version,
)
from careplan.plan.dictionary import Dictionary, Field, dictionary
from careplan.plan.values import DecimalText, PartialDate
from careplan.visits.report import (
    Audience,
    Eased,
    Followed,
    Remembered,
    Respected,
    Source,
    Sureness,
    Unfair,
    VisitReport,
    YesNo,
)

# What the forms refuse: control characters other than tab and line break, halves of surrogate
# pairs, the two "characters" that are none, and text that is blank. Everything else may be typed.
_LETTERS = st.one_of(
    st.sampled_from("aeiouAÉñøß Ωжשأ中文हि😀🩸👩🏽"),
    st.sampled_from("\u200d\u200f\u200e\u00a0\u202e\t\n'\"<>&{}\\/;|"),
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
)


def texts(most: int = 30) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=1, max_size=most).filter(lambda text: bool(text.strip()))


def lines(most: int = 30) -> st.SearchStrategy[str]:
    return texts(most).map(lambda text: " ".join(text.split())).filter(bool)


def decimal_texts() -> st.SearchStrategy[DecimalText]:
    whole = st.integers(0, 9_999_999).map(str)
    part = st.text("0123456789", max_size=3).flatmap(
        lambda digits: st.sampled_from("123456789").map(lambda last: digits + last)
    )
    fraction = st.builds("{}.{}".format, whole, part)
    return st.one_of(whole.filter(lambda text: text != "0"), fraction).map(DecimalText)


def partial_dates() -> st.SearchStrategy[PartialDate]:
    days = st.dates(date(1000, 1, 1))
    cuts = st.sampled_from([4, 7, 10])
    return st.builds(lambda day, cut: PartialDate(day.isoformat()[:cut]), days, cuts)


def moments() -> st.SearchStrategy[datetime]:
    first, last = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2200))
    return st.datetimes(first, last, timezones=st.just(UTC))


class Ids:
    """UUIDs for life: no two things of one version share one."""

    def __init__(self) -> None:
        self.given: set[UUID] = set()

    def one(self, draw: Any) -> UUID:
        made: UUID = draw(st.uuids())
        while made in self.given:
            made = UUID(int=made.int + 1)
        self.given.add(made)
        return made


@st.composite
def plans(draw: Any, *, ids: Ids | None = None, words: Dictionary | None = None) -> CarePlan:
    """A plan with any of its fields filled in."""
    known, given = words or dictionary(), ids or Ids()
    plan = CarePlan()
    for name, cls in SECTIONS.items():
        if draw(st.booleans()):
            plan = plan.with_section(name, _object(draw, cls, name, known, given))
    return plan


@st.composite
def versions(draw: Any, *, words: Dictionary | None = None) -> Version:
    known, ids = words or dictionary(), Ids()
    plan = draw(plans(ids=ids, words=known))
    return Version(
        patient_id=ids.one(draw),
        plan_number=draw(
            st.text(string.ascii_uppercase + string.digits + "-", min_size=1, max_size=14)
        ),
        number=draw(st.integers(1, 9999)),
        published_at=draw(moments()),
        record_id=ids.one(draw),
        emergency_id=ids.one(draw),
        plan=plan,
        reason=draw(texts()),
        replaces=draw(st.none() | st.uuids()),
        signature=draw(st.none() | _version_part(Signature, ids)),
        answer=draw(st.none() | _version_part(PatientAnswer, ids)),
        beside=tuple(draw(st.lists(_version_part(AnswerBeside, ids), max_size=2))),
        stop=draw(st.none() | _version_part(DoseStop, ids)),
        contributions=tuple(draw(st.lists(_version_part(Contribution, ids), max_size=3))),
    )


@st.composite
def _version_part(draw: Any, cls: type, ids: Ids) -> Any:
    return _object(draw, cls, "", dictionary(), ids)


def _object(draw: Any, cls: Any, path: str, words: Dictionary, ids: Ids) -> Any:
    hints = get_type_hints(cls)
    values = {}
    for f in fields(cls):
        kind, inner = hints[f.name], f"{path}.{f.name}"
        if f.name == "unsure":
            names = [one.rpartition(".")[2] for one in words.sections[path].fields]
            values["unsure"] = tuple(
                draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
            )
        elif f.name == "section" and not path:
            values["section"] = draw(st.sampled_from(list(SECTIONS)))
        elif f.default is MISSING or draw(st.booleans()):
            values[f.name] = _value(draw, kind, inner, words, ids)
    return cls(**values)


def _value(draw: Any, kind: Any, path: str, words: Dictionary, ids: Ids) -> Any:
    if get_origin(kind) in (Union, UnionType):
        kind = next(arg for arg in get_args(kind) if arg is not type(None))
    if get_origin(kind) is tuple:
        item, field = get_args(kind)[0], words.fields.get(path)
        if is_dataclass(item):
            count = draw(st.integers(0, 3))
            return tuple(_object(draw, item, path, words, ids) for _ in range(count))
        return tuple(draw(st.lists(_leaf(item, field, words), unique=True, max_size=4)))
    if is_dataclass(kind):
        return _object(draw, kind, path, words, ids)
    if kind is UUID:
        return ids.one(draw)
    if kind is DecimalText and not path.endswith((".amount", ".amount_high")):
        return draw(st.just(DecimalText("0")) | decimal_texts())  # a dose is never nought
    return draw(_leaf(kind, words.fields.get(path), words))


def _leaf(kind: Any, field: Field | None, words: Dictionary) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    if kind is DecimalText:
        return decimal_texts()
    if kind is PartialDate:
        return partial_dates()
    simple: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        date: st.dates(date(1000, 1, 1)),
        datetime: moments(),
    }
    if kind in simple:
        return simple[kind]
    if kind is int:
        low, high = (field.min, field.max) if field else (None, None)
        return st.integers(int(low or 0) if field else 1, int(high or 9999))
    if field and field.options:
        known = list(words.options[field.options])
        return st.one_of(st.sampled_from(known), st.sampled_from(["since-withdrawn", "a b"]))
    if field and field.type in ("choice", "choices"):
        return st.text(string.ascii_lowercase + "-", min_size=1, max_size=12)
    most = min(int(field.max), 40) if field and field.max else 40
    return texts(most) if field and field.type == "text" else lines(most)


@st.composite
def visit_reports(draw: Any) -> VisitReport:
    """Any report that a person could give: consistent in itself or not."""
    remembered = st.none() | st.one_of(
        st.builds(
            Remembered, sureness=st.sampled_from([Sureness.EXACT, Sureness.ESTIMATE]), at=moments()
        ),
        st.just(Remembered(sureness=Sureness.DONT_KNOW)),
    )
    maybe = st.none() | lines(60)
    yes_no = st.none() | st.sampled_from(YesNo)
    several: dict[str, Any] = {
        name: tuple(draw(st.lists(st.sampled_from(kind), unique=True)))
        for name, kind in (("unfair", Unfair), ("audience", Audience))
    }
    return VisitReport(
        patient_id=draw(st.uuids()),
        report_id=draw(st.uuids()),
        visit_id=draw(st.none() | st.uuids()),
        source=draw(st.sampled_from(Source)),
        given_at=draw(moments()),
        hospital=draw(st.none() | st.text(string.ascii_uppercase + string.digits, min_size=3)),
        hospital_words=draw(maybe),
        on_day=draw(st.none() | st.dates(date(1900, 1, 1))),
        arrived=draw(remembered),
        relief=draw(remembered),
        no_relief=draw(st.none() | st.booleans()),
        plan_shown=draw(yes_no),
        followed=draw(st.none() | st.sampled_from(Followed)),
        checked_within_30=draw(yes_no),
        eased=draw(st.none() | st.sampled_from(Eased)),
        believed=draw(st.none() | st.integers(1, 5)),
        respected=draw(st.none() | st.sampled_from(Respected)),
        treated_unfairly=draw(yes_no),
        left_before_treatment=draw(yes_no),
        would_go_back=draw(yes_no),
        words=draw(st.none() | texts(200)),
        **several,
    )
