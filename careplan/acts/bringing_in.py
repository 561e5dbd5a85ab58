"""A whole plan from another install becomes a person of a team here, with every section a draft.

Nothing is published by it: a clinician of this team signs, and what was signed elsewhere stays
history. The person's own words were published where the plan came from; until they say something
new they stand here as last published, and so the first signature here publishes the same plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.drafting import EMPTY
from careplan.acts.faces import face_from
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS, CarePlan, Contribution, Version
from careplan.plan.codec import Unreadable, to_plain
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.drafts import keep_draft
from careplan.store.errors import Taken
from careplan.store.patients import find_patient, know_nhs_number, new_patient, patient_of
from careplan.store.received import Received, Settled, keep_received
from careplan.store.teams import team_of
from careplan.store.trail import append
from careplan.store.unplaced import digest

RECORD = "record"
_PLAN_NUMBER = re.compile(r"[A-Z]{2,5}(-[0-9A-Z]{4}){2}")


class CannotBring(ValueError):
    """Nothing was kept; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Brought:
    patient_id: UUID
    plan_number: str


def bring_in(world: World, *, document: bytes, team_id: UUID, at: datetime) -> Brought:
    """A record document of ours as a new person of this team, under the ids it was written with.

    Raises CannotBring for what is not the whole plan, cannot be read, or is here already.
    """
    version = _read(document)
    face = face_from(version.plan, version.plan_number, version.condition)
    if not face.legal_name or face.date_of_birth is None:
        raise CannotBring("The document does not say whose plan it is: no name or no birth date.")
    patient_id = version.patient_id
    try:
        with world.store.begin() as tx:
            _must_be_new(tx, version, team_id)
            new_patient(tx, patient_id, face, at=at, team_id=team_id)
            # Typed and never checked, it finds nobody, there or here.
            if version.plan.identity.checked_on is not None:
                know_nhs_number(tx, patient_id, face.nhs_number)
            _keep_drafts(tx, version)
            _keep_document(world, tx, version, document, at)
            what = {"form": RECORD, "digest": digest(document).hex()}
            append(tx, AuditEvent(Kind.IMPORTED, at, SYSTEM, str(patient_id), what))
    except Taken:
        raise CannotBring("Somebody else here has this NHS number or plan number.") from None
    return Brought(patient_id, version.plan_number)


def own_words_of(version: Version) -> CarePlan:
    """The plan with nothing in it but what the person wrote."""
    plan = CarePlan()
    for name in OWN_WORDS:
        plan = plan.with_section(name, version.plan.section(name))
    return plan


def _read(document: bytes) -> Version:
    try:
        version = from_bundle(document)
    except Unreadable as problem:
        raise CannotBring(f"The document cannot be read. {problem}.") from problem
    if not _PLAN_NUMBER.fullmatch(version.plan_number):
        raise CannotBring(f"“{version.plan_number[:40]}” is no plan number.")
    return version


def _must_be_new(tx: Transaction, version: Version, team_id: UUID) -> None:
    if team_of(tx, team_id) is None:
        raise CannotBring("There is no such team here.")
    if patient_of(tx, version.patient_id) is not None:
        raise CannotBring("This person’s plan is here already.")
    if find_patient(tx, Finds.PLAN_NUMBER, version.plan_number) is not None:
        raise CannotBring("Somebody else here has this plan number.")
    number = version.plan.identity.nhs_number
    if number and find_patient(tx, Finds.NHS_NUMBER, number) is not None:
        raise CannotBring("Somebody else here has this NHS number.")


def _keep_drafts(tx: Transaction, version: Version) -> None:
    for name, written in _written_by(version):
        body: dict[str, Any] = {**EMPTY, "plain": to_plain(version.plan.section(name))}
        if name != "identity":
            body |= {"role": written.role, "brought": True}
        if name == "child_words":
            body["said_by"] = written.name
        by = Who(account_id="", name=written.name, roles=frozenset())
        keep_draft(tx, version.patient_id, name, body, based_on=0, by=by, at=written.at)


def _written_by(version: Version) -> Iterator[tuple[str, Contribution]]:
    """Every section that holds something, and who wrote it, as the document says or implies."""
    known = {one.section: one for one in version.contributions}
    plan, signed, at = version.plan, version.signature, version.published_at
    called = plan.about_me.known_as or plan.identity.legal_name or ""
    for name in SECTIONS:
        if not to_plain(plan.section(name)):
            continue  # nobody has begun it, and no list may say that they have
        mine = Contribution(name, called, "patient", at)
        if name in CLINICAL and signed is not None:
            mine = Contribution(name, signed.name, signed.role, signed.signed_at)
        yield name, known.get(name, mine)


def _keep_document(
    world: World, tx: Transaction, version: Version, document: bytes, at: datetime
) -> None:
    facts = {"kind": "Bundle", "ours": RECORD, "number": version.number}
    kept = Received(
        patient_id=version.patient_id,
        received_id=world.new_id(),
        partner_id=None,
        received_at=at,
        state=Settled.BROUGHT,
        settled_at=at,
        facts=facts,
        document=document,
    )
    keep_received(tx, kept)
