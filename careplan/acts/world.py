"""All that an act needs from outside, made once at the top and handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.passwords import STRONG, Strength
from careplan.accounts.people import Role, Who
from careplan.accounts.permissions import PatientFacts
from careplan.audit.events import Actor, ActorKind
from careplan.plan.dictionary import Dictionary, dictionary
from careplan.plan.drugs import Drugs, drugs
from careplan.store.db import Store, Transaction
from careplan.store.patients import Patient, patient_of
from careplan.summary.wording import LONDON


class NotAllowed(PermissionError):
    """This person may not do this. The page says it in words and names nothing it hides."""


class NotThere(LookupError):
    """No such thing, or nothing this person may know of: the same answer for both."""


@dataclass(frozen=True)
class World:
    """`entropy(n)` gives n random bytes; `base_url` stands in every QR."""

    store: Store
    entropy: Callable[[int], bytes]
    base_url: str
    words: Dictionary = field(default_factory=dictionary)
    drugs: Drugs = field(default_factory=drugs)
    strength: Strength = STRONG

    def new_id(self) -> UUID:
        return UUID(bytes=self.entropy(16), version=4)


def facts_of(patient: Patient) -> PatientFacts:
    team = str(patient.team_id) if patient.team_id else None
    return PatientFacts(patient_id=str(patient.patient_id), team_id=team)


def allowed_patient(
    tx: Transaction, by: Who, patient_id: UUID, may: Callable[[Who, PatientFacts], bool]
) -> Patient:
    """The patient, if `by` may; otherwise NotThere, so that nobody learns who has a plan."""
    patient = patient_of(tx, patient_id)
    if patient is None or not may(by, facts_of(patient)):
        raise NotThere
    return patient


def actor(by: Who) -> Actor:
    """How the audit names somebody signed in."""
    kind = ActorKind.CARER if Role.CARER in by.roles else ActorKind.PATIENT
    if by.is_staff:
        kind = ActorKind.STAFF
    return Actor(kind, by.account_id, by.name, by.organisation)


SYSTEM = Actor(ActorKind.SYSTEM, None, "My sickle cell plan")


def london_day(moment: datetime) -> date:
    """The calendar day people in the United Kingdom write at that moment."""
    return moment.astimezone(LONDON).date()
