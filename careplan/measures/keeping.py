"""A sheet as one text and back: what is kept, and all that is kept, of the rows it was made of."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from careplan.measures.measures import Family
from careplan.measures.sheet import Cell, Period, Sheet, Table
from careplan.measures.splits import Split

FORMAT = 1


def to_text(sheet: Sheet) -> str:
    period = sheet.period
    plain = {
        "format": FORMAT,
        "about": sheet.about,
        "since": period.since and period.since.isoformat(),
        "until": period.until.isoformat(),
        "names": dict(sheet.names),
        "tables": [
            [table.family, list(table.by), [_cell_out(cell) for cell in table.cells]]
            for table in sheet.tables.values()
        ],
    }
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def from_text(text: str) -> Sheet:
    plain = json.loads(text)
    if plain["format"] != FORMAT:
        raise ValueError(f"a sheet of format {plain['format']}, which this program does not know")
    since = plain["since"]
    period = Period(
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(plain["until"]),
    )
    tables = [_table_back(one) for one in plain["tables"]]
    return Sheet(
        about=plain["about"],
        period=period,
        tables={(table.family, table.by): table for table in tables},
        names=plain["names"],
    )


def _cell_out(cell: Cell) -> list[Any]:
    return [
        [list(group) for group in cell.groups],
        cell.n,
        cell.missing,
        list(cell.yes),
        cell.median and list(cell.median),
    ]


def _table_back(plain: list[Any]) -> Table:
    family, by, cells = plain
    return Table(
        Family(family), tuple(Split(one) for one in by), tuple(_cell_back(one) for one in cells)
    )


def _cell_back(plain: list[Any]) -> Cell:
    groups, n, missing, yes, middle = plain
    return Cell(
        tuple(tuple(group) for group in groups),
        n,
        missing,
        tuple(yes),
        None if middle is None else (middle[0], middle[1], middle[2]),
    )
