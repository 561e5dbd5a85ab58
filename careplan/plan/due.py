"""What is due or overdue for a person: pure, from the plan's facts and the condition's due.toml.

The desk shows it in the team's words, the person's own page in theirs. What is not on record has
no day, and where a fact is missing nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from careplan.plan.content import FIRST, BadContent, content
from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, age_on, months_later
from careplan.plan.rules.standing import since_signed
from careplan.plan.rules.weights import stale_after_months
from careplan.plan.sickle import Event
from careplan.plan.values import Answer3


@dataclass(frozen=True, slots=True)
class Due:
    """One thing. `kind` is its row of due.toml; without a day (`on`) it is not on record."""

    kind: str
    staff: str
    person: str
    on: date | None
    overdue: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of due.toml."""

    id: str
    basis: str
    staff: str
    person: str
    source: str
    months: int | None = None
    days: int = 0
    from_age: int | None = None
    to_age: int | None = None
    genotypes: tuple[str, ...] = ()
    vaccine: str = ""
    event: str = ""
    only_if_had: bool = False
    from_month: int = 1
    to_month: int = 12
    ages: tuple[int, ...] = ()

    def later(self, day: date) -> date:
        return months_later(day, self.months or 0) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Words:
    soon_days: int
    due: str
    overdue: str
    missing: str
    since: str


@cache
def due_rows(condition: str = FIRST) -> tuple[tuple[Row, ...], Words]:
    """Raises BadContent where a row cannot be understood."""
    held = content(condition, "due.toml")
    try:
        rows = tuple(map(_row, held["item"]))
        words = Words(**held["words"])
    except (KeyError, TypeError) as problem:
        raise BadContent(f"due.toml: {condition}: {problem}") from problem
    for row in rows:
        if row.basis not in _DAYS and row.basis != _HAPPENED:
            raise BadContent(f"due.toml: {condition}: {row.id}: no basis {row.basis!r}")
    return rows, words


def _row(table: Mapping[str, Any]) -> Row:
    frozen: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return Row(**frozen)


def due(facts: Facts) -> tuple[Due, ...]:
    """What is due by today or within the next weeks, the longest overdue first; then what is not
    on record."""
    _, words = due_rows(facts.condition)
    soon = facts.today + timedelta(days=words.soon_days)
    return tuple(one for one in coming(facts) if one.on is None or one.on <= soon)


def coming(facts: Facts) -> tuple[Due, ...]:
    """Everything with a day, also far ahead, and what is not on record."""
    rows, words = due_rows(facts.condition)
    found = [one for row in rows for one in _of_row(row, facts, words)]
    return tuple(sorted(found, key=lambda one: (one.on is None, one.on or facts.today)))


def next_day(facts: Facts) -> date | None:
    """The first day on which something falls due beside the review and the signature."""
    days = (one.on for one in coming(facts) if one.kind not in ("review", "signature"))
    return min((day for day in days if day), default=None)


def _of_row(row: Row, facts: Facts, words: Words) -> Iterator[Due]:
    if row.basis == _HAPPENED:
        yield from _happened(row, facts, words)
        return
    if not _applies(row, facts):
        return
    for day in _DAYS[row.basis](facts, row):
        overdue = day is not None and day < facts.today
        when = words.missing if day is None else words.overdue if overdue else words.due
        said = when.format(day=in_words(day)) if day else when
        staff, person = f"{row.staff} {said}.", f"{row.person} {said}."
        yield Due(row.id, staff, person, day, overdue, row.source)


def _applies(row: Row, facts: Facts) -> bool:
    """A row for some ages or types is for nobody whose age or type is not known."""
    if row.genotypes and facts.plan.diagnosis.genotype not in row.genotypes:
        return False
    if row.from_age is None and row.to_age is None:
        return True
    age = facts.age
    return age is not None and (row.from_age or 0) <= age <= (row.to_age or age)


def _happened(row: Row, facts: Facts, words: Words) -> Iterator[Due]:
    """Review tasks (R33). Birthdays have a row of their own."""
    for one in since_signed(facts):
        if not one.kind.startswith("age-"):
            said = words.since.format(what=one.words)
            staff, person = f"{row.staff}: {said}.", f"{row.person}: {said}."
            on = one.on or facts.today
            yield Due(f"{row.id}-{one.kind}", staff, person, on, on < facts.today, row.source)


def _review(facts: Facts, _row: Row) -> Iterator[date | None]:
    if facts.plan.review.review_due:
        yield facts.plan.review.review_due


def _signature(facts: Facts, _row: Row) -> Iterator[date | None]:
    if facts.signature and facts.signature.expires_on != facts.plan.review.review_due:
        yield facts.signature.expires_on


def _phone(facts: Facts, row: Row) -> Iterator[date | None]:
    team = facts.plan.care_team
    if team.phone_24h:
        yield row.later(team.phone_24h_tested_on) if team.phone_24h_tested_on else None


def _given(facts: Facts, vaccine: str) -> list[date]:
    """The days it was given; where only a year or a month is known, the first of it."""
    known = (one.on for one in facts.plan.infection.vaccines if one.name == vaccine and one.on)
    return sorted(day for text in known if (day := _first_day(text)))


def _vaccine(facts: Facts, row: Row) -> Iterator[date | None]:
    """Once a list is kept, what stands nowhere on it is not on record; before that, nothing is."""
    if not facts.plan.infection.vaccines:
        return
    if not any(one.name == row.vaccine for one in facts.plan.infection.vaccines):
        yield None
    elif row.months and (given := _given(facts, row.vaccine)):
        yield row.later(given[-1])


def _season(facts: Facts, row: Row) -> Iterator[date | None]:
    """Due from the first day of this season, or of the next one where it was given in this."""
    if not facts.plan.infection.vaccines:
        return
    begins = date(facts.today.year, row.from_month, 1)
    if facts.today.month <= row.to_month:
        begins = date(facts.today.year - 1, row.from_month, 1)
    given = _given(facts, row.vaccine)
    if given and given[-1] >= begins:
        begins = date(begins.year + 1, row.from_month, 1)
    yield begins


def _tcd(facts: Facts, row: Row) -> Iterator[date | None]:
    last = facts.plan.complications.tcd_on
    yield row.later(last) if last else None


def _event(facts: Facts, row: Row) -> Iterator[date | None]:
    found = [one for one in facts.plan.complications.events if one.kind == row.event]
    if row.only_if_had and not any(one.had is Answer3.YES for one in found):
        return
    days = [day for one in found if (day := _checked(one))]
    yield row.later(max(days)) if days else None


def _checked(event: Event) -> date | None:
    return _first_day(event.last_check) if event.last_check else None


def _blood_count(facts: Facts, row: Row) -> Iterator[date | None]:
    for one in facts.taken("hydroxycarbamide"):
        if one.medicine:
            last = one.medicine.last_fbc
            yield row.later(last) if last else None


def _weight(facts: Facts, _row: Row) -> Iterator[date | None]:
    """For a child, and for anybody with a dose per kilogram."""
    entries = [entry for one in facts.treatments if (entry := one.step or one.adjunct)]
    child = facts.age is not None and not facts.adult
    if not child and not any(one.dose and one.dose.per_kilogram for one in entries):
        return
    weight = facts.plan.baselines.weight
    if weight is None or weight.on is None:
        yield None
    else:
        yield months_later(weight.on, stale_after_months(facts.age or 0, facts.limits))


def _birthday(facts: Facts, row: Row) -> Iterator[date | None]:
    """Each one that no signature has followed: whoever signs has looked at it."""
    born, signature = facts.plan.identity.date_of_birth, facts.signature
    if born is None or signature is None:
        return
    signed_on = signature.signed_at.date()
    for age in row.ages:
        birthday = months_later(born, 12 * age)
        if birthday > signed_on and (age_on(born, birthday) or 0) <= max(row.ages):
            yield birthday


def _first_day(known: str) -> date | None:
    year, month, day = (*known.split("-"), "01", "01")[:3]
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


_HAPPENED = "happened"
_DAYS: Mapping[str, Callable[[Facts, Row], Iterator[date | None]]] = {
    "review": _review,
    "signature": _signature,
    "phone": _phone,
    "vaccine": _vaccine,
    "season": _season,
    "tcd": _tcd,
    "event": _event,
    "blood-count": _blood_count,
    "weight": _weight,
    "birthday": _birthday,
}
