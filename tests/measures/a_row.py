"""Rows for tests, and many of them: skewed as people are, so that some groups are small."""

from __future__ import annotations

from random import Random
from typing import Any

from careplan.measures.rows import Row
from careplan.measures.splits import Who


def a_row(person: int = 1, **changes: Any) -> Row:
    who = {name: changes.pop(name) for name in Who.__slots__ if name in changes}
    facts: dict[str, Any] = {
        "month": "2026-10",
        "minutes": 20,
        "believed": 4,
        "opened": True,
        "checked": True,
    }
    return Row(person=person, who=Who(**who), **(facts | changes))


def many_rows(seed: int, *, people: int, visits: int, codes: str = "NNNNNNNNMMMHJA") -> list[Row]:
    """Everybody has one category and one sex; about one answer in five is missing."""
    rng = Random(seed)
    known = [(rng.choice(codes), rng.choice("ffffm")) for _ in range(people)]
    rows = []
    for _ in range(visits):
        person = rng.randrange(people)
        code, sex = known[person]
        rows.append(
            a_row(
                person,
                ethnic_category=code,
                sex={"f": "female", "m": "male"}[sex],
                minutes=rng.choice([None, 20, 20, 100, 100]),
                believed=rng.choice([None, 1, 2, 4, 5]),
                opened=None,
                checked=None,
            )
        )
    return rows
