"""What a person has agreed to, each time they said so; nothing is changed, only added."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, insert, select

from careplan.sharing.consents import Consent, Said
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.tables import consent

_c = consent.c
_KEEP = insert(consent)
_OF = (
    select(_c.sequence, _c.at, _c.body)
    .where(_c.patient_id == bindparam("of_patient"))
    .order_by(_c.sequence.desc())
)


def keep_consent(tx: Transaction, patient_id: UUID, said: Said, *, sequence: int) -> None:
    """`sequence` is the number of the deed in the person's trail: two at once cannot share it."""
    facts = {"consent": str(said.consent), "given": said.given, "by": said.by}
    row = {"patient_id": patient_id, "sequence": sequence, "at": said.at}
    body = tx.seal_facts(of_patient(patient_id), _c.body, str(sequence), facts)
    tx.run(_KEEP, {**row, "body": body})


def consents_of(tx: Transaction, patient_id: UUID) -> tuple[Said, ...]:
    """Newest first."""
    found = []
    for row in tx.run(_OF, {"of_patient": patient_id}):
        facts = tx.unseal_facts(of_patient(patient_id), _c.body, str(row.sequence), row.body)
        found.append(Said(Consent(facts["consent"]), facts["given"], row.at, facts["by"]))
    return tuple(found)
