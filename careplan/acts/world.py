"""All that an act needs from outside, made once at the top and handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.leaked import Leaked, nowhere_else
from careplan.accounts.passwords import STRONG, Strength
from careplan.accounts.people import Role, Who
from careplan.accounts.permissions import PatientFacts
from careplan.audit.events import Actor, ActorKind
from careplan.plan.care_plan import Version
from careplan.plan.content import FIRST
from careplan.plan.dictionary import Dictionary, dictionary
from careplan.plan.drugs import Drugs, drugs
from careplan.store.carers import still_stands
from careplan.store.db import Store, Transaction
from careplan.store.patients import Patient, face_of, patient_of
from careplan.store.standby import Fallback
from careplan.summary.wording import LONDON


class NotAllowed(PermissionError):
    """This person may not do this. The page says it in words and names nothing it hides."""


class NotThere(LookupError):
    """No such thing, or nothing this person may know of: the same answer for both."""


def no_pause(seconds: float) -> None:
    """Nobody waits: what is at hand where no stranger can knock."""


@dataclass(frozen=True)
class World:
    """`entropy(n)` gives n random bytes; `base_url` stands in every QR. `break_glass`: whether
    emergency departments may look somebody up here at all. `pause(seconds)` makes a door wait.
    `leaked` knows passwords that leaked elsewhere.
    `fallback`: what emergency reads go on with while nothing can be written."""

    store: Store
    entropy: Callable[[int], bytes]
    base_url: str
    words: Dictionary = field(default_factory=dictionary)
    drugs: Drugs = field(default_factory=drugs)
    strength: Strength = STRONG
    break_glass: bool = False
    pause: Callable[[float], None] = no_pause
    leaked: Leaked = nowhere_else
    fallback: Fallback | None = None

    def words_for(self, condition: str) -> Dictionary:
        """The field dictionary of a plan's own condition."""
        return dictionary(condition)

    def words_of(self, version: Version) -> Dictionary:
        return self.words_for(version.condition)

    def drugs_for(self, condition: str) -> Drugs:
        return drugs(condition)

    def new_id(self) -> UUID:
        return UUID(bytes=self.entropy(16), version=4)


def condition_of(tx: Transaction, patient_id: UUID) -> str:
    """What this person's plan is for: sealed, because it is said of somebody."""
    face = face_of(tx, patient_id)
    return face.condition if face else FIRST


def facts_of(patient: Patient) -> PatientFacts:
    team = str(patient.team_id) if patient.team_id else None
    following = str(patient.next_team_id) if patient.next_team_id else None
    mine = str(patient.patient_id)
    return PatientFacts(patient_id=mine, team_id=team, next_team_id=following)


def allowed_patient(
    tx: Transaction, by: Who, patient_id: UUID, may: Callable[[Who, PatientFacts], bool]
) -> Patient:
    """The patient, if `by` may; otherwise NotThere, so that nobody learns who has a plan.

    A carer's access is looked up again here: it may have been suspended a moment ago.
    """
    patient = patient_of(tx, patient_id)
    if patient is None or not may(by, facts_of(patient)):
        raise NotThere
    if by.grant is not None and not still_stands(tx, patient_id, UUID(by.grant.id)):
        raise NotThere
    return patient


def actor(by: Who) -> Actor:
    """How the audit names somebody signed in."""
    kind = ActorKind.CARER if Role.CARER in by.roles else ActorKind.PATIENT
    if by.is_staff:
        kind = ActorKind.STAFF
    name = f"{by.name} ({by.grant.relation})" if by.grant else by.name
    return Actor(kind, by.account_id, name, by.organisation)


SYSTEM = Actor(ActorKind.SYSTEM, None, "My sickle cell plan")


def london_day(moment: datetime) -> date:
    """The calendar day people in the United Kingdom write at that moment."""
    return moment.astimezone(LONDON).date()
