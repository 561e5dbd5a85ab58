"""Many people of one team, put straight into the tables: what they hold is of no matter there."""

from __future__ import annotations

from uuid import UUID

from careplan.store.db import Store, Transaction
from careplan.store.patients import Face, new_patient
from careplan.store.versions import NewVersion, keep_version
from tests.stores import NOW


def a_document(number: int, *, part: str = "record") -> bytes:
    return f'{{"resourceType":"Bundle","{part}":"{number}","said":"{"ä" * 40}"}}'.encode()


def many_people(store: Store, team_id: UUID, people: int) -> dict[UUID, bytes]:
    """Everybody's id and record, in the order of ids."""
    with store.begin() as tx:
        made = {_somebody(tx, team_id, number): a_document(number) for number in range(people)}
    return dict(sorted(made.items()))


def _somebody(tx: Transaction, team_id: UUID, number: int) -> UUID:
    patient_id = tx.new_id()
    face = Face(legal_name="A B", plan_number=f"MANY-{number:04}-{patient_id.hex[:4]}")
    new_patient(tx, patient_id, face, at=NOW, team_id=team_id)
    version = NewVersion(
        patient_id=patient_id,
        number=1,
        published_at=NOW,
        record_id=tx.new_id(),
        emergency_id=tx.new_id(),
        record=a_document(number),
        emergency=a_document(number, part="emergency"),
        head={},
    )
    keep_version(tx, version)
    return patient_id
