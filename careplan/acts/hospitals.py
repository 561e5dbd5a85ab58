"""The list of hospitals that pages offer: loaded by the trust from a file, row by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record
from careplan.acts.publishing import current_of
from careplan.acts.world import SYSTEM, World, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store import hospitals as store
from careplan.store.hospitals import Hospital
from careplan.store.trail import append

_CODE = re.compile(r"[A-Z0-9]{3,10}")
_COLUMNS = ("code", "name", "town")
_CLOSED = "closed_on"
LONGEST = 120


class BadHeader(ValueError):
    """The first line does not name the columns."""


@dataclass(frozen=True)
class RowSays:
    """What became of one row of the file; `problem` where nothing did."""

    number: int
    code: str
    became: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Loaded:
    rows: tuple[RowSays, ...]
    left_as_they_are: tuple[str, ...]
    closed: tuple[str, ...]


def load_hospitals(
    world: World, text: str, *, close_the_rest: bool = False, at: datetime, today: date
) -> Loaded:
    """The good rows of a CSV of code, name, town and, if there is one, closed_on. A hospital the
    file does not name stays as it is, or is marked closed when `close_the_rest`."""
    with world.store.begin() as tx:
        known = {one.code: one for one in store.hospitals(tx)}
        read = list(_rows(text))
        good = {one.code: one for _number, one, _problem in read if one}
        store.keep_hospitals(tx, good.values())
        named = {one.code if one else said.partition(":")[0] for _number, one, said in read}
        rest = [code for code, one in known.items() if code not in named and not one.closed_on]
        for code in rest if close_the_rest else ():
            store.close_hospital(tx, code, on=today)
        what = {"count": str(len(good))}
        append(tx, AuditEvent(Kind.HOSPITALS_LOADED, at, SYSTEM, None, what))
    says = tuple(_says(*row, known) for row in read)
    return Loaded(says, *(((), tuple(rest)) if close_the_rest else (tuple(rest), ())))


def _says(number: int, read: Hospital | None, said: str, known: dict[str, Hospital]) -> RowSays:
    if read is None:
        code, _colon, problem = said.partition(": ")
        return RowSays(number, code, problem=problem or said)
    before = known.get(read.code)
    became = "new" if before is None else "the same" if before == read else "changed"
    return RowSays(number, read.code, became="closed" if read.closed_on else became)


def _rows(text: str) -> Iterator[tuple[int, Hospital | None, str]]:
    """The row's number in the file, the hospital or None, and then "code: what is wrong"."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    header = [name.strip().casefold() for name in lines.fieldnames or ()]
    if tuple(header[:3]) != _COLUMNS or len(header) > 4 or header[3:] not in ([], [_CLOSED]):
        raise BadHeader
    lines.fieldnames = header
    seen: set[str] = set()
    for row in lines:
        code = (row.get("code") or "").strip().upper()
        problem = _problem(row, code, seen)
        seen.add(code)
        if problem:
            yield lines.line_num, None, f"{code}: {problem}"
            continue
        closed = (row.get(_CLOSED) or "").strip()
        one = Hospital(
            code=code,
            name=" ".join((row["name"] or "").split()),
            town=" ".join((row["town"] or "").split()) or None,
            closed_on=date.fromisoformat(closed) if closed else None,
        )
        yield lines.line_num, one, ""


def _problem(row: dict[str, str | None], code: str, seen: set[str]) -> str:
    name = (row.get("name") or "").strip()
    if None in row:
        return "more columns than the first line names"
    if not _CODE.fullmatch(code):
        return "a code has 3 to 10 letters and digits"
    if code in seen:
        return "this code stands in the file before"
    if not name or len(name) > LONGEST or len(row.get("town") or "") > LONGEST:
        return f"a name is needed; name and town have at most {LONGEST} letters"
    try:
        closed = (row.get(_CLOSED) or "").strip()
        if closed:
            date.fromisoformat(closed)
    except ValueError:
        return "closed_on is a date like 2026-11-23"
    return ""


def every_hospital(world: World) -> dict[str, Hospital]:
    """By code, those that have closed too, so that every report finds its hospital's name."""
    with world.store.read() as tx:
        return {one.code: one for one in store.hospitals(tx)}


def offered_hospitals(world: World, *, by: Who, patient_id: UUID) -> tuple[Hospital, ...]:
    """Those that are open: the one of their plan first, then by name."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        version = current_of(tx, patient_id)
        open_ones = [one for one in store.hospitals(tx) if one.closed_on is None]
    mine: set[str | None] = set()
    if version is not None:
        team = version.plan.care_team
        mine = {team.hospital_ods, (team.hospital_name or "").casefold() or None} - {None}
    is_mine = [one.code in mine or one.name.casefold() in mine for one in open_ones]
    ranked = sorted(zip(is_mine, open_ones, strict=True), key=lambda one: not one[0])
    return tuple(one for _mine, one in ranked)
