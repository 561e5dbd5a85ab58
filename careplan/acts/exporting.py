"""A copy of a plan for whoever runs the service, written in the person's trail."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.acts.papers import card_of, page_of
from careplan.acts.sharing import every_link
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.plan.values import nhs_number
from careplan.sharing.links import Kind as LinkKind
from careplan.sharing.links import State
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Number
from careplan.store.patients import find_patient
from careplan.store.trail import append
from careplan.store.versions import current_version
from careplan.summary.narrative import narrative
from careplan.summary.plain import plain_text


class Form(StrEnum):
    FHIR = "fhir"
    RECORD = "record"
    PDF = "pdf"
    CARD = "card"
    TEXT = "text"


class NoSuchPerson(LookupError):
    """No plan has this NHS number or plan number."""


class NoCard(LookupError):
    """The person has printed no full card, so there is no link to put on one."""


class NothingPublished(LookupError):
    """The person has a plan and has published nothing yet."""


def export(world: World, *, person: str, form: Form, at: datetime) -> bytes:
    """The newest version in this form: the kept bytes for fhir and record, never made again."""
    with world.store.begin() as tx:
        patient_id = person_of(tx, person)
        kept = current_version(tx, patient_id)
        if kept is None:
            raise NothingPublished
        what = {"form": str(form), "version": str(kept.head.number)}
        print_links = [
            one
            for one in every_link(world, tx, patient_id, at)
            if one.link.kind is LinkKind.FULL_PRINT and one.state is State.LIVE
        ]
        if form is Form.CARD and not print_links:
            raise NoCard  # before it is written down that a copy was taken
        append(tx, AuditEvent(Kind.EXPORTED, at, SYSTEM, str(patient_id), what))
    if form is Form.FHIR:
        return kept.emergency
    if form is Form.RECORD:
        return kept.record
    version = from_bundle(kept.record)
    if form is Form.PDF:
        return page_of(world, version, at=at, link=None)
    if form is Form.CARD:
        return card_of(world, version, at=at, link=print_links[0])
    return plain_text(narrative(version, world.words_of(version))).encode()


def person_of(tx: Transaction, person: str) -> UUID:
    """Whose NHS number or plan number this is, however it is spaced. Raises NoSuchPerson."""
    number = nhs_number(person)
    kind, value = (
        (Number.NHS_NUMBER, number)
        if number
        else (Number.PLAN_NUMBER, re.sub(r"\s", "", person).upper())
    )
    found = find_patient(tx, kind, value)
    if found is None:
        raise NoSuchPerson
    return found
