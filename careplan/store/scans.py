"""All that a scanned address shows, in one statement: the link, how the plan stands, the files."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal_column, select, true

from careplan.audit.chain import Head
from careplan.store import directory
from careplan.store.db import Transaction
from careplan.store.fences import narrow
from careplan.store.link_files import LinkFile, Packing
from careplan.store.links import FACTS as LINK_FACTS
from careplan.store.links import KeptLink, link_from
from careplan.store.patients import FACTS as PATIENT_FACTS
from careplan.store.patients import Patient, patient_from
from careplan.store.ready import Ready
from careplan.store.tables import directory as directory_table
from careplan.store.tables import link, link_file, patient, trail_head, visit

_d, _f = directory_table.c, link_file.c
_LINK = [column.name for column in LINK_FACTS]
_PATIENT = [column.name for column in PATIENT_FACTS]
_LinkRow = namedtuple("_LinkRow", _LINK)  # type: ignore[misc]
_PatientRow = namedtuple("_PatientRow", _PATIENT)  # type: ignore[misc]
_FILE_AT = len(_LINK) + len(_PATIENT)
_VISIT_AT = _FILE_AT + 5
_HEAD_AT = _VISIT_AT + 1


@dataclass(frozen=True, slots=True)
class Scanned:
    """`files` is empty when the link hands nothing out any more.

    `head` is the end of the person's trail, held until the transaction ends: with a card link
    that is about to be counted, and with no other.
    """

    link: KeptLink
    patient: Patient
    files: tuple[LinkFile, ...]
    head: Head | None
    going_until: datetime | None = None
    """Until when something is said of a visit, if ever: nobody asks for it before it is known."""


def scanned(
    tx: Transaction, token: str, *, packing: Packing, to_count: bool = False
) -> Scanned | None:
    """What stands behind this address, dead or alive, as it is at one moment."""
    kind = directory.Kind.LINK_TOKEN
    if narrow(tx) is not None and directory.led_to(tx, kind, token) is None:
        return None
    wanted = {"of_kind": kind, "of_hash": directory.hash_of(tx, kind, token)}
    rows = tx.run_ready((_HELD[tx.dialect] if to_count else _BEHIND)[packing], wanted)
    if not rows:
        return None
    first = rows[0]
    return Scanned(
        link_from(_LinkRow._make(first[: len(_LINK)])),
        patient_from(tx, _PatientRow._make(first[len(_LINK) : _FILE_AT])),
        tuple(LinkFile(*row[_FILE_AT:_VISIT_AT]) for row in rows if row[_FILE_AT] is not None),
        Head(*first[_HEAD_AT:]) if to_count and first[_HEAD_AT] is not None else None,
        first[_VISIT_AT],
    )


_GOING_UNTIL = (
    select(func.max(visit.c.shown_until))
    .where(visit.c.patient_id == patient.c.patient_id)
    .correlate(patient)
    .scalar_subquery()
    .label("going_until")
)


def _behind(packing: Packing, held: Any = None) -> Select[Any]:
    text = _f.jwe_zipped if packing is Packing.ZIPPED else _f.jwe
    facts = (_f.version, _f.position, _f.content_type, _f.last_updated, text)
    of_link = and_(link.c.patient_id == _d.patient_id, link.c.link_id == _d.target)
    of_file = and_(_f.patient_id == link.c.patient_id, _f.link_id == link.c.link_id)
    found = (
        directory_table.join(link, of_link)
        .join(patient, patient.c.patient_id == _d.patient_id)
        .outerjoin(link_file, of_file)
    )
    head: tuple[Any, ...] = ()
    if held is not None:
        found, head = found.outerjoin(*held), (held[0].c.sequence, held[0].c.digest)
    return (
        select(*LINK_FACTS, *PATIENT_FACTS, *facts, _GOING_UNTIL, *head)
        .select_from(found)
        .where(_d.kind == bindparam("of_kind"), _d.hash == bindparam("of_hash"))
        .order_by(_f.position)
    )


def _locked_head() -> Any:
    """The link first and then the head, in the order in which everybody locks them."""
    same = link.alias("same")
    mine = (
        select(same.c.patient_id)
        .where(
            same.c.patient_id == link.c.patient_id,
            same.c.link_id == link.c.link_id,
            same.c.opening == literal_column("'card'"),
        )
        .correlate(link)
        .with_for_update(key_share=True)
        .lateral("mine")
    )
    head = (
        select(trail_head.c.sequence, trail_head.c.digest)
        .select_from(mine.join(trail_head, trail_head.c.patient_id == mine.c.patient_id))
        .with_for_update(key_share=True, of=trail_head)
        .correlate(link)
        .lateral("head")
    )
    return head, true()


# SQLite holds the whole database from the first statement of a transaction that writes.
_OWN_HEAD = (
    trail_head,
    and_(
        trail_head.c.patient_id == link.c.patient_id,
        link.c.opening == literal_column("'card'"),
    ),
)
_BEHIND = {packing: Ready(_behind(packing)) for packing in Packing}
_HELD = {
    "sqlite": {packing: Ready(_behind(packing, _OWN_HEAD)) for packing in Packing},
    "postgresql": {packing: Ready(_behind(packing, _locked_head())) for packing in Packing},
}
