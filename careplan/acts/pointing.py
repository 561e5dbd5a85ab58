"""Pointers for the National Record Locator, each written in its person's trail before it leaves.

A pointer tells every organisation that there is a plan. So there is none for somebody who lets
nobody of another organisation read it: the pointer would lead nowhere and still tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.acts.exporting import NothingPublished, person_of
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir import wire
from careplan.fhir.pointer import (
    EMERGENCY_PLAN,
    HAEMATOLOGY,
    Leads,
    Pointed,
    pointer,
    pointer_id,
)
from careplan.fhir.pointer_rules import problems
from careplan.fhir.rest import plan_id
from careplan.fhir.rest_paper import paper_id
from careplan.sharing.consents import Consent, standings
from careplan.store.consents import consents_of
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.patients import face_of, find_patient, patient_of
from careplan.store.teams import team_of
from careplan.store.trail import append
from careplan.store.versions import VersionHead, current_head, history_of

READERS = frozenset({Consent.AMBULANCE, Consent.GP, Consent.EMERGENCY_STAFF})
"""What lets an organisation that is not the team's own read a plan."""


class CannotPoint(ValueError):
    """No pointer was made and nothing written down; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which versions, and as what. `replaces`: the Locator's own id of the pointer before this one,
    where the Locator gave it; else the id we gave it."""

    number: int | None = None
    every: bool = False
    leads: Leads = Leads.DOCUMENT
    type: str = EMERGENCY_PLAN
    setting: str = HAEMATOLOGY
    replaces: str | None = None


def pointers(world: World, *, person: str, wanted: Wanted, at: datetime) -> tuple[bytes, ...]:
    """Newest first. Raises NoSuchPerson, NothingPublished, CannotPoint."""
    with world.store.begin() as tx:
        patient_id = person_of(tx, person)
        newest = current_head(tx, patient_id)
        if newest is None:
            raise NothingPublished
        heads = history_of(tx, patient_id)
        number, ods = _number(tx, patient_id), _ods(tx, patient_id)
        _may_be_known_of(tx, patient_id)
        address = _address(world, patient_id, wanted.leads)
        made = []
        for head in _chosen(heads, wanted):
            of = Pointed(
                nhs_number=number,
                ods=ods,
                document=head.emergency_id,
                published_at=head.published_at,
                address=address,
                leads=wanted.leads,
                newest=head.number == newest.number,
                replaces=wanted.replaces or _before(heads, head, ods),
                type=wanted.type,
                setting=wanted.setting,
            )
            made.append(_sound(of))
            what = {"version": str(head.number)}
            append(tx, AuditEvent(Kind.POINTER_MADE, at, SYSTEM, str(patient_id), what))
    return tuple(made)


def _sound(of: Pointed) -> bytes:
    tree = pointer(of)
    wrong = problems(tree)
    if wrong:
        raise CannotPoint(f"the Locator would refuse it. {wrong[0].path}: {wrong[0].problem}.")
    return wire.dumps(tree)


def _chosen(heads: Sequence[VersionHead], wanted: Wanted) -> list[VersionHead]:
    if wanted.every:
        return list(heads)
    if wanted.number is None:
        return list(heads[:1])
    found = [head for head in heads if head.number == wanted.number]
    if not found:
        raise CannotPoint(f"this plan has no version {wanted.number}.")
    return found


def _before(heads: Sequence[VersionHead], this: VersionHead, ods: str) -> str | None:
    found = [one.emergency_id for one in heads if one.number == this.number - 1]
    return pointer_id(ods, found[0]) if found else None


def _number(tx: Transaction, patient_id: UUID) -> str:
    """The Locator finds people by nothing else, so a number only typed must not stand for them."""
    face = face_of(tx, patient_id)
    number = face.nhs_number if face else None
    if number is None:
        raise CannotPoint("the plan holds no NHS number, and the Locator finds people by it.")
    if find_patient(tx, Finds.NHS_NUMBER, number) != patient_id:
        raise CannotPoint("nobody of the team has checked this person's NHS number.")
    return number


def _ods(tx: Transaction, patient_id: UUID) -> str:
    patient = patient_of(tx, patient_id)
    team = team_of(tx, patient.team_id) if patient and patient.team_id else None
    if team is None:
        raise CannotPoint("no team has this plan, so no organisation would hold the pointer.")
    if not team.ods:
        raise CannotPoint(f"the team “{team.name}” has no ODS code.")
    return team.ods


def _may_be_known_of(tx: Transaction, patient_id: UUID) -> None:
    stand = standings(consents_of(tx, patient_id))
    if not any(one.on for one in stand if one.consent in READERS):
        raise CannotPoint(
            "this person lets no other organisation read the plan: a pointer would lead nowhere, "
            "and would still tell all of them that there is a plan."
        )


def _address(world: World, patient_id: UUID, leads: Leads) -> str:
    """Of what stands now, in every version's pointer."""
    base = f"{world.base_url}/fhir"
    if leads is Leads.PDF:
        return f"{base}/Binary/{paper_id(patient_id)}"
    return f"{base}/CarePlan/{plan_id(patient_id)}/$document"
