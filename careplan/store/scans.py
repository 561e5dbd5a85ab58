"""All that a scanned address shows, in one statement: the link, how the plan stands, the files."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from careplan.store import directory
from careplan.store.db import Transaction
from careplan.store.link_files import LinkFile, Packing
from careplan.store.links import FACTS as LINK_FACTS
from careplan.store.links import KeptLink, link_from
from careplan.store.patients import FACTS as PATIENT_FACTS
from careplan.store.patients import Patient, patient_from
from careplan.store.ready import Ready
from careplan.store.tables import directory as directory_table
from careplan.store.tables import link, link_file, patient

_d, _f = directory_table.c, link_file.c
_LINK = [column.name for column in LINK_FACTS]
_PATIENT = [column.name for column in PATIENT_FACTS]
_FILE_AT = len(_LINK) + len(_PATIENT)


@dataclass(frozen=True, slots=True)
class Scanned:
    """`files` is empty when the link hands nothing out any more."""

    link: KeptLink
    patient: Patient
    files: tuple[LinkFile, ...]


def scanned(tx: Transaction, token: str, *, packing: Packing) -> Scanned | None:
    """What stands behind this address, dead or alive, as it is at one moment."""
    kind = directory.Kind.LINK_TOKEN
    wanted = {"of_kind": kind, "of_hash": directory.hash_of(tx, kind, token)}
    rows = tx.run_ready(_BEHIND[packing], wanted)
    if not rows:
        return None
    first = rows[0]
    patient_row = dict(zip(_PATIENT, first[len(_LINK) : _FILE_AT], strict=True))
    return Scanned(
        link_from(SimpleNamespace(**dict(zip(_LINK, first[: len(_LINK)], strict=True)))),
        patient_from(tx, SimpleNamespace(**patient_row)),
        tuple(file for row in rows if (file := _file(row)) is not None),
    )


def _file(row: tuple[Any, ...]) -> LinkFile | None:
    version, position, content_type, last_updated, text = row[_FILE_AT:]
    if text is None:
        return None
    return LinkFile(version, position, content_type, last_updated, text)


def _behind(packing: Packing) -> Select[Any]:
    text = _f.jwe_zipped if packing is Packing.ZIPPED else _f.jwe
    facts = (_f.version, _f.position, _f.content_type, _f.last_updated, text)
    of_link = and_(link.c.patient_id == _d.patient_id, link.c.link_id == _d.target)
    of_file = and_(_f.patient_id == link.c.patient_id, _f.link_id == link.c.link_id)
    return (
        select(*LINK_FACTS, *PATIENT_FACTS, *facts)
        .select_from(
            directory_table.join(link, of_link)
            .join(patient, patient.c.patient_id == _d.patient_id)
            .outerjoin(link_file, of_file)
        )
        .where(_d.kind == bindparam("of_kind"), _d.hash == bindparam("of_hash"))
        .order_by(_f.position)
    )


_BEHIND = {packing: Ready(_behind(packing)) for packing in Packing}
