"""What one partner may see: a version of one person's plan, its past, a page of a search.

Which people a partner may see is part of every statement here, so that whoever may not be seen is
not found, at the same cost as somebody who is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from careplan.accounts.partners import Partner, Purpose
from careplan.audit.chain import Head
from careplan.store.db import Transaction
from careplan.store.directory import Kind, hash_of
from careplan.store.errors import Damaged
from careplan.store.owners import of_patient
from careplan.store.ready import Ready
from careplan.store.tables import directory, patient, plan_version, trail_head

_p, _v, _h = patient.c, plan_version.c, trail_head.c
_FACTS = (
    _p.patient_id,
    _p.data_key,
    _v.number,
    _v.published_at,
    _v.emergency_id,
    _v.emergency_sha256,
    _v.emergency,
)
_TEAM = bindparam("of_team", type_=_p.team_id.type)
# Put so that no index of the teams fits: where the person is known already, one would tempt a
# database to walk their whole team instead.
_OF_TEAM = func.coalesce(_p.team_id, _p.team_id) == _TEAM
_WHOSE = or_(_OF_TEAM, func.coalesce(_p.next_team_id, _p.next_team_id) == _TEAM)
_IS_SHOWN = (_p.published_at.is_not(None), _p.data_key.is_not(None))
_OPEN: Mapping[Purpose, tuple[ColumnElement[bool], ...]] = MappingProxyType(
    {
        Purpose.OWN_TRUST: (),
        Purpose.AMBULANCE: (_p.open_to_ambulance.is_(True),),
        Purpose.GP: (_p.open_to_gp.is_(True),),
        # Where no account is linked, nobody could have been asked: as at the staff door.
        Purpose.EMERGENCY: (_p.open_to_emergency.is_(True), _p.unlinked.is_(False)),
    }
)
Span = tuple[Any, Any]
"""From this on and before that; None has no end on its side."""
Spans = Sequence[Span]
"""Any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One version of somebody's plan as a partner sees it. `head`: the end of the person's trail,
    held until the transaction ends, where it was asked for."""

    patient_id: UUID
    number: int
    published_at: datetime
    emergency_id: UUID
    document: bytes
    head: Head | None = None


def shown(
    tx: Transaction, partner: Partner, low: UUID, high: UUID, *, number: int | None = None
) -> Shown | None:
    """The version that stands (or one by its number) of the one person between these ids; one
    statement, and only somebody whom this partner may see."""
    asked = {"of_team": partner.team_id, "low": low, "high": high, "of_number": number}
    rows = tx.run_ready(_one(partner.purpose, current=number is None), asked)
    if len(rows) != 1:
        return None
    *facts, sequence, digest = rows[0]
    return _shown(tx, facts, Head(sequence, digest))


def person_shown(tx: Transaction, partner: Partner, low: UUID, high: UUID) -> UUID | None:
    """Whose id it is, for somebody whom this partner may see, and nothing of their plan."""
    asked = {"of_team": partner.team_id, "low": low, "high": high}
    rows = tx.run_ready(_whom(partner.purpose), asked)
    return rows[0][0] if len(rows) == 1 else None


def past(
    tx: Transaction,
    partner: Partner,
    low: UUID,
    high: UUID,
    *,
    before: int,
    since: datetime | None,
    most: int,
) -> tuple[Shown, ...]:
    """Versions before this number, newest first."""
    asked = {"of_team": partner.team_id, "low": low, "high": high, "before": before, "most": most}
    statement = _past(partner.purpose)
    if since is not None:
        statement = statement.where(_v.published_at >= since)
    rows = tx.run(statement, asked)
    return tuple(_shown(tx, row, None) for row in rows)


@cache
def _one(purpose: Purpose, *, current: bool) -> Ready:
    number = _p.current_version if current else bindparam("of_number", type_=Integer())
    found = (
        select(*_FACTS, _h.sequence, _h.digest)
        .join_from(patient, plan_version, _v.patient_id == _p.patient_id)
        .join(trail_head, _h.patient_id == _p.patient_id)
        .where(*_between(purpose), _v.number == number)
        .with_for_update(key_share=True, of=trail_head)
    )
    return Ready(found)


@cache
def _whom(purpose: Purpose) -> Ready:
    return Ready(select(_p.patient_id).where(*_between(purpose)))


@cache
def _past(purpose: Purpose) -> Select[Any]:
    return (
        select(*_FACTS)
        .join_from(patient, plan_version, _v.patient_id == _p.patient_id)
        .where(*_between(purpose), _v.number < bindparam("before", type_=Integer()))
        .order_by(_v.number.desc())
        .limit(bindparam("most", type_=Integer()))
    )


def _between(purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    ids = (_p.patient_id >= bindparam("low"), _p.patient_id <= bindparam("high"))
    return (*ids, _WHOSE, *_IS_SHOWN, *_OPEN[purpose])


def _shown(tx: Transaction, row: Any, head: Head | None) -> Shown:
    patient_id, data_key, number, at, emergency_id, digest, sealed = row
    owner = of_patient(patient_id)
    tx.remember(owner, data_key)
    plain = tx.unseal(owner, _v.emergency, str(number), sealed)
    if sha256(plain).digest() != digest:
        raise Damaged(f"the emergency document of version {number} is not what was published")
    return Shown(
        patient_id=patient_id,
        number=number,
        published_at=at,
        emergency_id=emergency_id,
        document=plain,
        head=head,
    )


# --- searching -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a search asks. `people`: these and no others. `updated` and `due` each hold what must
    all be so: that the moment of publication, or the day of review, lies in one of some spans."""

    people: frozenset[UUID] | None = None
    updated: Sequence[Spans] = ()
    due: Sequence[Spans] = ()
    nothing: bool = False
    """It contradicts itself, or asks for what no plan here is; asked all the same."""


@dataclass(frozen=True, slots=True)
class After:
    """Where the last page ended."""

    at: datetime
    patient_id: UUID


def page(
    tx: Transaction, partner: Partner, wanted: Wanted, *, after: After | None, most: int
) -> tuple[Shown, ...]:
    """The longest published first; two statements, however many people there are.

    Of those whom the team looks after and those it is about to take over each database walks its
    own index as far as the page reaches.
    """
    values = _values(partner, wanted) | {"most": most}
    if after is not None:
        values |= {"after_at": after.at, "after_id": after.patient_id}
    rows: list[Any] = []
    for mine in _teams(wanted):
        chosen = _chosen(partner.purpose, wanted, mine, _FACTS).join(
            plan_version,
            and_(_v.patient_id == _p.patient_id, _v.number == _p.current_version),
        )
        if after is not None:
            mark = tuple_(
                bindparam("after_at", type_=_p.published_at.type),
                bindparam("after_id", type_=_p.patient_id.type),
            )
            chosen = chosen.where(tuple_(_p.published_at, _p.patient_id) > mark)
        limit = bindparam("most", type_=Integer())
        rows += tx.run(chosen.order_by(*_order(wanted)).limit(limit), values)
    rows.sort(key=lambda row: (row.published_at, row.patient_id.hex))
    return tuple(_shown(tx, row, None) for row in rows[:most])


def count(tx: Transaction, partner: Partner, wanted: Wanted) -> int:
    """How many there are; the one question whose work grows with the team."""
    values = _values(partner, wanted)
    parts = [
        _chosen(partner.purpose, wanted, mine, (func.count(),)).scalar_subquery()
        for mine in _teams(wanted)
    ]
    return int(tx.run(select(parts[0] + parts[1]), values).scalar_one())


_COMING = and_(_p.next_team_id == _TEAM, _p.team_id.is_distinct_from(_TEAM))
_TEAMS = (_p.team_id == _TEAM, _COMING)
_TEAMS_OF_KNOWN = (_OF_TEAM, _COMING)


def _teams(wanted: Wanted) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Those whom the team looks after, and those it is about to."""
    return _TEAMS if wanted.people is None else _TEAMS_OF_KNOWN


def _order(wanted: Wanted) -> tuple[Any, Any]:
    at = _p.published_at
    return (at if wanted.people is None else func.coalesce(at, at), _p.patient_id)


def _values(partner: Partner, wanted: Wanted) -> dict[str, Any]:
    values: dict[str, Any] = {"of_team": partner.team_id}
    if wanted.people is not None:
        values["people"] = sorted(wanted.people, key=lambda one: one.hex) or [UUID(int=0)]
    return values


def _chosen(
    purpose: Purpose, wanted: Wanted, mine: ColumnElement[bool], columns: Iterable[Any]
) -> Select[Any]:
    chosen = select(*columns).select_from(patient).where(mine, *_IS_SHOWN, *_OPEN[purpose])
    if wanted.people is not None:
        chosen = chosen.where(_p.patient_id.in_(bindparam("people", expanding=True)))
    for spans in wanted.updated:
        chosen = chosen.where(_within(_p.published_at, spans))
    for spans in wanted.due:
        undated: Any = literal(None, _p.review_due.type)
        chosen = chosen.where(_p.review_due != undated, _within(_p.review_due, spans))
    return chosen.where(false()) if wanted.nothing else chosen


def _within(column: Any, spans: Spans) -> ColumnElement[bool]:
    return or_(false(), *(and_(*_ends(column, low, high)) for low, high in spans))


def _ends(
    column: Any, low: datetime | date | None, high: datetime | date | None
) -> list[ColumnElement[bool]]:
    ends = [column >= low] if low is not None else []
    ends += [column < high] if high is not None else []
    return ends or [column.is_not(None)]


_BY_HASH = select(directory.c.patient_id).where(
    directory.c.kind == bindparam("of_kind"),
    directory.c.hash.in_(bindparam("hashes", expanding=True)),
)


def people_by(tx: Transaction, kind: Kind, values: Iterable[str]) -> frozenset[UUID]:
    """Whose these numbers are, whoever may see them: for narrowing a search, never for telling."""
    hashes = [hash_of(tx, kind, value) for value in values]
    found = tx.run(_BY_HASH, {"of_kind": kind, "hashes": hashes or [b""]})
    return frozenset(found.scalars())


def people_between(tx: Transaction, ranges: Iterable[tuple[UUID, UUID]]) -> frozenset[UUID]:
    """Who is between any of these pairs of ids, whoever may see them: for narrowing, as well."""
    ids = _p.patient_id
    near = or_(false(), *(and_(ids >= low, ids <= high) for low, high in ranges))
    return frozenset(tx.run(select(ids).where(near)).scalars())
