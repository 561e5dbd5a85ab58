"""Everything that somebody told of visits and of themself, as one file for them alone."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_write_own_words
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.visit_report import to_response
from careplan.store.db import Transaction
from careplan.store.equality import equality_of
from careplan.store.reports import reports_of
from careplan.store.trail import append


def own_told(world: World, *, by: Who, patient_id: UUID, at: datetime) -> bytes:
    """JSON: each report as FHIR, and the answers about fairness. For the person and nobody else:
    a carer told some of it, and must not learn the rest."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        whole = told_by(tx, patient_id)
        append(tx, AuditEvent(Kind.OWN_TOLD_COPIED, at, actor(by), str(patient_id)))
    return whole


def told_by(tx: Transaction, patient_id: UUID) -> bytes:
    """The same as part of a larger act."""
    reports = [one.report for one in reports_of(tx, patient_id) if one.report]
    told = equality_of(tx, patient_id)
    fairness = told and {
        "ethnic_category": told.ethnic_category,
        "described": told.described,
        "smartphone": told.smartphone,
        "count_postcode": told.count_postcode,
    }
    whole = {
        "reports": [json.loads(to_response(one)) for one in reports],
        "fairness": fairness,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
