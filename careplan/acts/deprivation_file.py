"""The trust's table of how deprived each postcode is: a file of two columns, taken in with a report
of every row that could not be."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.store.deprivation import keep_quintiles, normal
from careplan.store.trail import append

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", re.ASCII)
_SLICE = 1000
_SHOWN = 20


class BadTable(ValueError):
    """The file cannot be read at all: one sentence says why."""


@dataclass(frozen=True)
class Loaded:
    """How many rows were kept, how many not, and what was wrong with the first of those."""

    kept: int
    refused: int
    problems: tuple[str, ...]


def load_deprivation(world: World, *, data: bytes, at: datetime) -> Loaded:
    """Raises BadTable. A postcode that is there takes the new fifth."""
    try:
        lines = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        heading = [name.strip().lower() for name in next(lines, [])]
        if heading[:2] != ["postcode", "quintile"]:
            raise BadTable("the first line must be postcode,quintile")
        problems: list[str] = []
        rows = dict(_rows(lines, problems))
    except UnicodeDecodeError:
        raise BadTable("it is not text in UTF-8") from None
    except csv.Error as problem:
        raise BadTable(f"it is not a CSV file: {problem}") from None
    listed = list(rows.items())
    with world.store.begin() as tx:
        for first in range(0, len(listed), _SLICE):
            keep_quintiles(tx, listed[first : first + _SLICE])
        what = {"count": str(len(listed))}
        append(tx, AuditEvent(Kind.DEPRIVATION_LOADED, at, SYSTEM, None, what))
    return Loaded(len(listed), len(problems), tuple(problems[:_SHOWN]))


def _rows(lines: Iterator[list[str]], problems: list[str]) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines, 2):
        if not any(cell.strip() for cell in line):
            continue
        postcode = normal(line[0])
        fifth = line[1].strip() if len(line) > 1 else ""
        if not _POSTCODE.fullmatch(postcode):
            problems.append(f"Line {number}: “{line[0].strip()}” is no postcode.")
        elif fifth not in ("1", "2", "3", "4", "5"):
            problems.append(f"Line {number}: “{fifth}” is no fifth from 1 to 5.")
        else:
            yield postcode, int(fifth)
