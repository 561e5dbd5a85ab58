"""What a person has agreed to, each time they said so; nothing is changed, only added.

What was said is sealed. Whose systems the plan is open to by it stands in clear beside the person,
so that one statement can ask it of many.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from careplan.sharing.consents import Consent, Said, standings
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.tables import consent, patient

_c = consent.c
_KEEP = insert(consent)
_OF = (
    select(_c.sequence, _c.at, _c.body)
    .where(_c.patient_id == bindparam("of_patient"))
    .order_by(_c.sequence.desc())
)
OPENS: Mapping[Consent, str] = MappingProxyType(
    {
        Consent.AMBULANCE: "open_to_ambulance",
        Consent.GP: "open_to_gp",
        Consent.EMERGENCY_STAFF: "open_to_emergency",
    }
)
"""The others let paper be made, and no system in."""
_OPEN = (
    update(patient)
    .where(patient.c.patient_id == bindparam("of_patient"))
    .values({column: bindparam(f"now_{column}") for column in OPENS.values()})
)


def keep_consent(tx: Transaction, patient_id: UUID, said: Said, *, sequence: int) -> None:
    """`sequence` is the number of the deed in the person's trail: two at once cannot share it."""
    facts = {"consent": str(said.consent), "given": said.given, "by": said.by}
    row = {"patient_id": patient_id, "sequence": sequence, "at": said.at}
    body = tx.seal_facts(of_patient(patient_id), _c.body, str(sequence), facts)
    tx.run(_KEEP, {**row, "body": body})
    note_openness(tx, patient_id)


def note_openness(tx: Transaction, patient_id: UUID) -> None:
    """As the consents stand in this transaction: whenever one is kept, and whenever a version is,
    so that no act can forget it."""
    stands = {one.consent: one.on for one in standings(consents_of(tx, patient_id))}
    now = {f"now_{column}": stands[consent] for consent, column in OPENS.items()}
    tx.run(_OPEN, {"of_patient": patient_id, **now})


def consents_of(tx: Transaction, patient_id: UUID) -> tuple[Said, ...]:
    """Newest first."""
    found = []
    for row in tx.run(_OF, {"of_patient": patient_id}):
        facts = tx.unseal_facts(of_patient(patient_id), _c.body, str(row.sequence), row.body)
        found.append(Said(Consent(facts["consent"]), facts["given"], row.at, facts["by"]))
    return tuple(found)
