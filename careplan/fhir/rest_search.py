"""What a search for plans asks, read by the one table of what can be asked (`capability`).

What the table does not hold is left out, and left out of the address that the answer says it
answers (FHIR R4 3.1.1.2); or refused, where the client asks for strict handling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from careplan.fhir import codes
from careplan.fhir.capability import RESULT_PARAMETERS, kind_of
from careplan.fhir.outcome import IssueType
from careplan.fhir.rest_dates import (
    Asked,
    BadDate,
    Days,
    Moments,
    of_day,
    of_moment,
    of_time_until_day,
    read_date,
)

MOST_A_PAGE = 50
USUAL_PAGE = 10
MOST_VALUES = 50
MOST_PARAMETERS = 30
LONGEST_VALUE = 2_000
_REFERENCE = re.compile(r"(?:(?P<base>https?://[^?#]+?)/)?(?:Patient/)?(?P<id>[A-Za-z0-9.-]{1,64})")
_COMMA, _ESCAPED = re.compile(r"(?<!\\),"), re.compile(r"\\([,|$\\])")
_PAGED = frozenset({"_count", "_format"})
_ACTIVE = "active"


class Summary(StrEnum):
    """R4 3.2.1.5.8: how much of each match."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


class BadSearch(ValueError):
    """Why it cannot be answered, for whoever wrote it."""

    def __init__(self, says: str, kind: IssueType = IssueType.VALUE) -> None:
        super().__init__(says)
        self.says, self.kind = says, kind


@dataclass(frozen=True)
class Search:
    """Each list holds what must all be so; each of its members, of what any may be so."""

    plans: tuple[frozenset[str], ...] = ()
    patients: tuple[frozenset[str], ...] = ()
    nhs_numbers: tuple[frozenset[str], ...] = ()
    plan_numbers: tuple[frozenset[str], ...] = ()
    updated: tuple[Moments, ...] = ()
    due: tuple[Days, ...] = ()
    nothing: bool = False
    """It asks for what no plan here is."""
    count: int = USUAL_PAGE
    summary: Summary = Summary.FALSE
    elements: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    used: tuple[tuple[str, str], ...] = field(default=())
    """As it was understood, for the answer's own address."""

    @property
    def only_counts(self) -> bool:
        return self.summary is Summary.COUNT or self.count == 0


def read_search(asked: Iterable[tuple[str, str]], *, base: str, strict: bool) -> Search:
    """Raises BadSearch. `base`: where this service's resources are."""
    made = _Reading(base, strict=strict)
    for number, (name, value) in enumerate(asked):
        if number >= MOST_PARAMETERS or len(value) > LONGEST_VALUE:
            raise BadSearch("more parameters, or longer ones, than are read", IssueType.TOO_COSTLY)
        made.take(name, value)
    return made.whole()


@dataclass(frozen=True, slots=True)
class AboutOne:
    """What belongs to one person, and at most so much of it."""

    person: str
    count: int
    used: tuple[tuple[str, str], ...]


def read_about_one(
    asked: Iterable[tuple[str, str]], *, kind: str, base: str, strict: bool
) -> AboutOne:
    """For kinds that are found by their person alone. Raises BadSearch."""
    table = kind_of(kind)
    own = {name for one in table.search for name in one.names} if table else set()
    said = [one for one in asked if one[0].partition(":")[0] in own | _PAGED or strict]
    whole = read_search(said, base=base, strict=strict)
    people = {one for values in whole.patients for one in values}
    if len(people) != 1 or any(name.partition(":")[0] not in own | _PAGED for name, _ in said):
        raise BadSearch(f"{kind} is searched by patient, and for one patient at a time")
    return AboutOne(people.pop(), max(1, whole.count), whole.used)


class _Reading:
    def __init__(self, base: str, *, strict: bool) -> None:
        self._base, self._strict = base, strict
        self._lists: dict[str, list[frozenset[str]]] = {}
        self._updated: list[Moments] = []
        self._due: list[Days] = []
        self._nothing = False
        self._count, self._summary = USUAL_PAGE, Summary.FALSE
        self._elements: tuple[str, ...] = ()
        self._includes: list[str] = []
        self._used: list[tuple[str, str]] = []
        self._ways: dict[str, Callable[[str], None]] = {
            "_id": lambda value: self._any("plans", value, str),
            "patient": lambda value: self._any("patients", value, self._patient),
            "patient.identifier": self._nhs_number,
            "identifier": self._plan_number,
            "status": self._status,
            "date": lambda value: self._days(value, of_time_until_day),
            "review-due": lambda value: self._days(value, of_day),
            "_lastUpdated": self._moments,
            "_count": self._page,
            "_summary": self._how_much,
            "_elements": self._only,
            "_include": self._with,
            "_format": self._left_to_the_door,
        }

    def take(self, name: str, value: str) -> None:
        bare, colon, modifier = name.partition(":")
        known = bare in _KNOWN
        if known and colon and not (bare == "patient" and modifier == "Patient"):
            raise BadSearch(f"the modifier :{modifier[:40]} is not known here, at {bare}")
        if not known or not value:
            if self._strict:
                raise BadSearch(f"{name[:60]} is not a parameter of this search, or is empty")
            return
        self._ways[bare](value)
        self._used.append((name, value))

    def whole(self) -> Search:
        if self._includes and self._summary is not Summary.FALSE:
            raise BadSearch("_include goes with whole resources, and not with _summary")
        made = {name: tuple(found) for name, found in self._lists.items()}
        return Search(
            **made,
            updated=tuple(self._updated),
            due=tuple(self._due),
            nothing=self._nothing,
            count=self._count,
            summary=self._summary,
            elements=self._elements,
            includes=tuple(dict.fromkeys(self._includes)),
            used=tuple(self._used),
        )

    # --- who -----------------------------------------------------------------------------------

    def _any(self, name: str, value: str, read: Callable[[str], str]) -> None:
        self._lists.setdefault(name, []).append(frozenset(read(one) for one in _values(value)))

    def _patient(self, value: str) -> str:
        match = _REFERENCE.fullmatch(value)
        if match is None:
            raise BadSearch("patient is X, Patient/X, or that person's address here")
        # Somebody at another service is nobody here.
        return match["id"] if match["base"] in (None, self._base) else ""

    def _nhs_number(self, value: str) -> None:
        self._numbers("nhs_numbers", value, codes.NHS_NUMBER)

    def _plan_number(self, value: str) -> None:
        self._numbers("plan_numbers", value, codes.PLAN_NUMBER)

    def _numbers(self, name: str, value: str, ours: str) -> None:
        """`system|value`, or the value alone. A number of another system is nobody's here."""
        found = []
        for one in _values(value):
            system, bar, number = one.rpartition("|")
            if not number:
                raise BadSearch("an identifier is system|value, or a value")
            found.append(number if not bar or system == ours else "")
        self._lists.setdefault(name, []).append(frozenset(found))

    # --- what ----------------------------------------------------------------------------------

    def _status(self, value: str) -> None:
        """Every plan that is shown is active: one that is not is shown to nobody."""
        said = {one.rpartition("|")[2] for one in _values(value)}
        self._nothing = self._nothing or _ACTIVE not in said

    def _days(self, value: str, found: Callable[[Asked], Days]) -> None:
        self._due.append(tuple(span for one in _values(value) for span in found(_date(one))))

    def _moments(self, value: str) -> None:
        spans = tuple(span for one in _values(value) for span in of_moment(_date(one)))
        self._updated.append(spans)

    # --- how -----------------------------------------------------------------------------------

    def _page(self, value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
            raise BadSearch("_count is a number from 0")
        self._count = min(int(value), MOST_A_PAGE)

    def _how_much(self, value: str) -> None:
        if value not in set(Summary):
            raise BadSearch(f"_summary is one of {', '.join(Summary)}")
        self._summary = Summary(value)

    def _left_to_the_door(self, value: str) -> None:
        """In which form the answer is wanted concerns every door, and is read there."""

    def _only(self, value: str) -> None:
        self._elements = tuple(one.removeprefix("CarePlan.") for one in _values(value))

    def _with(self, value: str) -> None:
        kind = kind_of("CarePlan")
        found = {f"CarePlan:{one.name}": one.element for one in kind.includes} if kind else {}
        if value in found:
            self._includes.append(found[value])
        else:
            raise BadSearch(f"_include is one of {', '.join(found)}")


def _known() -> frozenset[str]:
    """By the table: what is not in it is not read, and what is in it is what the service says."""
    kind = kind_of("CarePlan")
    searched = {name for one in kind.search for name in one.names} if kind else set()
    return frozenset(searched | set(RESULT_PARAMETERS))


_KNOWN = _known()


def _values(text: str) -> list[str]:
    """A comma, a bar and a dollar that belong to a value have a backslash before them."""
    values = [_ESCAPED.sub(r"\1", one) for one in _COMMA.split(text) if one]
    if len(values) > MOST_VALUES or not values:
        raise BadSearch(f"one to {MOST_VALUES} values in one parameter", IssueType.TOO_COSTLY)
    return values


def _date(text: str) -> Asked:
    try:
        return read_date(text)
    except BadDate as problem:
        raise BadSearch(f"{text[:40]!r}: {problem}") from problem
