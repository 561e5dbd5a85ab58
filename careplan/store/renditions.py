"""Paper that has been laid out: made once for a version, a link and a layout, served many times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from careplan.store.db import Transaction, on_both
from careplan.store.errors import Damaged
from careplan.store.owners import of_patient
from careplan.store.tables import rendition

NO_LINK = UUID(int=0)
_c = rendition.c
_ONE = (
    _c.patient_id == bindparam("of_patient"),
    _c.version == bindparam("of_version"),
    _c.link_id == bindparam("of_link"),
    _c.kind == bindparam("of_kind"),
    _c.layout == bindparam("of_layout"),
)
_BODY = select(_c.body, _c.sha256).where(*_ONE)
# Two makers of the same rendition make the same paper, so the first one stays.
_KEEP = on_both(lambda insert: insert(rendition).on_conflict_do_nothing())
_DROP = delete(rendition).where(
    _c.patient_id == bindparam("of_patient"), _c.version < bindparam("current")
)
_DROP_KIND = delete(rendition).where(
    _c.patient_id == bindparam("of_patient"), _c.kind == bindparam("of_kind")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """Which paper: `layout` is a digest of all that decides how it looks, besides the version."""

    patient_id: UUID
    version: int
    kind: str
    layout: str
    link_id: UUID | None = None


def keep_rendition(tx: Transaction, paper: Rendition, body: bytes, *, at: datetime) -> None:
    kept = {
        "patient_id": paper.patient_id,
        "version": paper.version,
        "link_id": paper.link_id or NO_LINK,
        "kind": paper.kind,
        "layout": paper.layout,
        "made_at": at,
        "sha256": sha256(body).digest(),
        "body": tx.seal(of_patient(paper.patient_id), _c.body, _row_of(paper), body),
    }
    tx.run(_KEEP, kept)


def rendition_of(tx: Transaction, paper: Rendition) -> bytes | None:
    """The paper's bytes, or None when nobody has made it yet."""
    wanted = {
        "of_patient": paper.patient_id,
        "of_version": paper.version,
        "of_link": paper.link_id or NO_LINK,
        "of_kind": paper.kind,
        "of_layout": paper.layout,
    }
    row = tx.run(_BODY, wanted).one_or_none()
    if row is None:
        return None
    body = tx.unseal(of_patient(paper.patient_id), _c.body, _row_of(paper), row.body)
    if sha256(body).digest() != row.sha256:
        raise Damaged("the kept paper is not what was laid out")
    return body


def drop_superseded(tx: Transaction, patient_id: UUID, *, current: int) -> int:
    """How many papers of earlier versions were thrown away. They can be made again."""
    return tx.run(_DROP, {"of_patient": patient_id, "current": current}).rowcount


def drop_copies(tx: Transaction, patient_id: UUID, *, kind: str) -> int:
    """How many papers of one kind were thrown away: whoever they were for may have none."""
    return tx.run(_DROP_KIND, {"of_patient": patient_id, "of_kind": kind}).rowcount


def _row_of(paper: Rendition) -> str:
    return f"{paper.version}/{paper.link_id or NO_LINK}/{paper.kind}/{paper.layout}"
