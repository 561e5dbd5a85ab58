"""Figures that are published, put straight into a store for tests of pages."""

from __future__ import annotations

from datetime import date
from random import Random
from uuid import UUID

from careplan.measures.rows import Served
from careplan.measures.sheet import Period, Sheet, make_sheet
from careplan.measures.splits import Who
from careplan.store.db import Transaction
from careplan.store.measures import EVERYONE, keep_sheet
from tests.measures.a_row import a_row
from tests.stores import NOW

MONTH = Period(since=None, until=date(2026, 11, 1))
HOSPITALS = {"R9X01": "St Anselm's Hospital", "R9X02": "=Riverside"}


def visits() -> Sheet:
    """Half of the day's 60 visits were quick, of the night's 60 a quarter; six men were there."""
    rows = []
    for one in range(120):
        night, at = one % 2, one // 2
        rows.append(
            a_row(
                one,
                sex="male" if one < 6 else "female",
                hour=23 if night else 12,
                hospital="R9X01" if at % 3 else "R9X02",
                minutes=20 if at % (4 if night else 2) == 0 else 90,
                believed=None if at % 10 == 0 else 1 + one % 5,
            )
        )
    cases = [row.case() for row in rows]
    return make_sheet(cases, about="visits", period=MONTH, names=HOSPITALS)


def service() -> Sheet:
    rng = Random(1)
    cases = [
        Served(person=one, who=Who(smartphone="no" if one % 3 else "yes"), days=rng.randrange(80))
        for one in range(60)
    ]
    return make_sheet([case.case() for case in cases], about="service", period=MONTH)


def publish(tx: Transaction, *teams: UUID) -> None:
    for sheet in (visits(), service()):
        for whose in (EVERYONE, *map(str, teams)):
            keep_sheet(tx, sheet, whose=whose, at=NOW)
