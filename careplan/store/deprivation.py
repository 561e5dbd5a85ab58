"""How deprived a postcode’s area is, in fifths of the country: a public table a trust loads."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select

from careplan.store.db import Transaction, on_both
from careplan.store.tables import deprivation

_c = deprivation.c
_KEEP = on_both(
    lambda insert: (made := insert(deprivation)).on_conflict_do_update(
        index_elements=[_c.postcode], set_={"quintile": made.excluded.quintile}
    )
)
_ONE = select(_c.quintile).where(_c.postcode == bindparam("of_postcode"))
_COUNT = select(func.count()).select_from(deprivation)


def normal(postcode: str) -> str:
    """One spelling: capitals, no spaces."""
    return "".join(postcode.split()).upper()


def keep_quintiles(tx: Transaction, rows: Iterable[tuple[str, int]]) -> None:
    """Postcodes in any spelling; one that is there takes the new fifth."""
    kept = [{"postcode": normal(postcode), "quintile": fifth} for postcode, fifth in rows]
    if kept:
        tx.run(_KEEP, kept)


def quintile_of(tx: Transaction, postcode: str) -> int | None:
    found = tx.run(_ONE, {"of_postcode": normal(postcode)}).scalar_one_or_none()
    return None if found is None else int(found)


def postcodes_known(tx: Transaction) -> int:
    return int(tx.run(_COUNT).scalar_one())
