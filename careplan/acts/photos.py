"""The person's photograph: theirs to give and take back; shown to them, their team, and whoever
they show their own screen. No link and no paper carries it: it would double what a scan loads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record, may_write_own_words
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.render.portrait import small_portrait
from careplan.store import photos as store
from careplan.store.trail import append


def photo_of(world: World, *, by: Who, patient_id: UUID) -> bytes | None:
    """A small JPEG."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        return store.photo_of(tx, patient_id)


def give_photo(world: World, *, by: Who, patient_id: UUID, data: bytes, at: datetime) -> None:
    """Raises render.portrait.NotAPicture; then the old one stays."""
    small = small_portrait(data)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        store.set_photo(tx, patient_id, small, at=at)
        what = {"setting": "photo"}
        append(tx, AuditEvent(Kind.SETTING_CHANGED, at, actor(by), str(patient_id), what))


def take_photo_back(world: World, *, by: Who, patient_id: UUID, at: datetime) -> None:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        if not store.drop_photo(tx, patient_id):
            raise NotThere
        what = {"setting": "photo"}
        append(tx, AuditEvent(Kind.SETTING_CHANGED, at, actor(by), str(patient_id), what))
