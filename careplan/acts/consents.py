"""Agreeing that somebody else may have a copy of the plan, and taking it back at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_agree_to_copies, may_take_copy
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.sharing.consents import COPIES, Consent, Said, Standing, standings
from careplan.store.consents import consents_of, keep_consent
from careplan.store.db import Transaction
from careplan.store.renditions import drop_copies
from careplan.store.trail import append


class NotAgreed(LookupError):
    """The person has not agreed to this copy, or has taken it back: there is none."""

    def __init__(self, consent: Consent) -> None:
        super().__init__(f"no consent to a copy for: {consent}")
        self.consent = consent


def consents(world: World, *, by: Who, patient_id: UUID) -> tuple[Standing, ...]:
    """Every consent to a copy, in the order they are asked, with what was said of each."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_take_copy)
        found = standings(consents_of(tx, patient_id))
    return tuple(one for one in found if one.consent in COPIES)


def staff_door(world: World, *, by: Who, patient_id: UUID) -> Standing:
    """Whether emergency department staff may look this person up, for whoever may decide it."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_agree_to_copies)
        return standing_of(tx, patient_id, Consent.EMERGENCY_STAFF)


def give_consent(
    world: World, *, by: Who, patient_id: UUID, consent: Consent, at: datetime
) -> None:
    _say(world, by=by, patient_id=patient_id, said=Said(consent, given=True, at=at, by=by.name))


def withdraw_consent(
    world: World, *, by: Who, patient_id: UUID, consent: Consent, at: datetime
) -> None:
    """At once and without a new version: kept papers of it are thrown away, none is made again."""
    _say(world, by=by, patient_id=patient_id, said=Said(consent, given=False, at=at, by=by.name))


def _say(world: World, *, by: Who, patient_id: UUID, said: Said) -> None:
    kind = Kind.CONSENT_GIVEN if said.given else Kind.CONSENT_WITHDRAWN
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_agree_to_copies)
        before = standing_of(tx, patient_id, said.consent)
        if before.asked and before.on is said.given:
            return
        what = {"copy": str(said.consent)}
        event = AuditEvent(kind, said.at, actor(by), str(patient_id), what)
        # The trail gives each deed a number of its own, so two at once are two rows.
        keep_consent(tx, patient_id, said, sequence=append(tx, event))
        if not said.given:
            drop_copies(tx, patient_id, kind=str(said.consent))


def standing_of(tx: Transaction, patient_id: UUID, consent: Consent) -> Standing:
    found = standings(consents_of(tx, patient_id))
    return next(one for one in found if one.consent is consent)


def must_be_on(tx: Transaction, patient_id: UUID, consent: Consent | None) -> None:
    """Raises NotAgreed. None is a copy that needs nobody's leave: the person's own."""
    if consent is not None and not standing_of(tx, patient_id, consent).on:
        raise NotAgreed(consent)
