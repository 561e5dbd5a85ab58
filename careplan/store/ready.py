"""Statements of the path that must not wait: spelt once, then handed to the driver as they are.

SQLAlchemy spells them and says how each value is written and read; only its work at every
execution, which is most of what a scan costs, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine

Change = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Spelt:
    """For one database: the text, its values in their order (or by name), and its columns."""

    text: str
    in_order: bool
    answers: bool
    values: tuple[tuple[str, Change, Any], ...]
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        named = [(name, given.get(name, own), change) for name, change, own in self.values]
        if self.in_order:
            return [value if change is None else change(value) for _, value, change in named]
        return {name: value if change is None else change(value) for name, value, change in named}

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        kept = list(row)
        for place, change in self.columns:
            kept[place] = change(kept[place])
        return tuple(kept)


class Ready:
    """A statement without lists of values; its rows come as plain tuples of its columns."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._spelt: dict[str, _Spelt] = {}

    def run(self, connection: Any, dialect: Dialect, given: Mapping[str, Any]) -> list[Any]:
        spelt = self._spelt.get(dialect.name)
        if spelt is None:
            spelt = self._spelt.setdefault(dialect.name, self._spell(dialect))
        cursor = connection.cursor()
        try:
            cursor.execute(spelt.text, spelt.parameters(given))
            rows = cursor.fetchall() if spelt.answers else []
        finally:
            cursor.close()
        return [spelt.read(row) for row in rows] if spelt.columns else rows

    def _spell(self, dialect: Dialect) -> _Spelt:
        compiled = self._statement.compile(dialect=dialect)
        in_order = compiled.positional
        kinds = {name: value.type for value, name in compiled.bind_names.items()}
        values = tuple(
            (name, _written(kinds[name], dialect), compiled.params[name])
            for name in (compiled.positiontup if in_order else kinds)
        )
        given = list(self._statement.exported_columns)
        read = enumerate(_read(column.type, dialect) for column in given)
        columns = tuple((place, change) for place, change in read if change is not None)
        return _Spelt(compiled.string, in_order, bool(given), values, columns)


def _written(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Change:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
