"""Partners with tokens, and people with plans, for measuring what other systems ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import create_engine, make_url, text

from bench.place import Site
from careplan.accounts.partners import Partner, PartnerState, Purpose, read_scopes
from careplan.acts.seeding import DEMO_CLINICIAN
from careplan.acts.signing_in import who_is
from careplan.clock import now
from careplan.fhir.rest import plan_id
from careplan.keys.tokens import new_token
from careplan.store.db import Transaction
from careplan.store.partners import KeptPartner, keep_partner_token, new_partner
from careplan.store.patients import Face, know_nhs_number, new_patient
from careplan.store.versions import NewVersion, current_version, keep_version

PARTNERS = 200
"""Each may ask 600 times a minute, and a measurement asks more often."""
BLOCK = datetime(2026, 6, 1, tzinfo=UTC)
"""When those were published whose plans can be read; nobody else was in that month."""
_OWN = 26


@dataclass(frozen=True)
class Somebody:
    patient_id: UUID
    nhs_number: str

    @property
    def plan(self) -> str:
        return plan_id(self.patient_id)


def team_of(here: Site) -> UUID:
    return UUID(who_is(here.world, email=DEMO_CLINICIAN).team_id or "")


def tokens(here: Site, *, partners: int = PARTNERS) -> list[str]:
    at, team_id = now(), team_of(here)
    made = []
    with here.world.store.begin() as tx:
        for number in range(partners):
            partner = Partner(
                partner_id=tx.new_id(),
                team_id=team_id,
                name=f"System {number}",
                organisation="St Anselm's Hospital",
                ods=None,
                purpose=Purpose.OWN_TRUST,
                scopes=read_scopes("system/*.rs"),
                state=PartnerState.ACTIVE,
                made_at=at,
            )
            kept = KeptPartner(
                partner=partner,
                jwks_url=None,
                jwks=None,
                fetched_at=None,
                made_by=team_id,
                last_used_at=None,
            )
            new_partner(tx, kept)
            token = new_token(here.world.entropy)
            until = at + timedelta(hours=6)
            keep_partner_token(tx, token, partner=partner, at=at, expires_at=until)
            made.append(token)
    return made


def people(here: Site, number: int) -> list[Somebody]:
    """Each with Ada's emergency document under ids of their own, kept as every version is."""
    team_id = team_of(here)
    with here.world.store.read() as tx:
        ada = current_version(tx, here.patient_id)
    if ada is None:
        raise LookupError("the demonstration's plan is not published")
    made = []
    for start in range(0, number, 200):
        with here.world.store.begin() as tx:
            for one in range(start, min(start + 200, number)):
                made.append(_somebody(tx, here.patient_id, ada.emergency, team_id, one))
    return made


def _somebody(tx: Transaction, ada: UUID, document: bytes, team_id: UUID, number: int) -> Somebody:
    patient_id, at = tx.new_id(), BLOCK + timedelta(seconds=number)
    face = Face(legal_name=f"Person {number}", plan_number=f"BENCH{number:06}")
    new_patient(tx, patient_id, face, at=at, team_id=team_id)
    nhs_number = f"999{number:07}"
    know_nhs_number(tx, patient_id, nhs_number)
    own = document.replace(str(ada)[:_OWN].encode(), str(patient_id)[:_OWN].encode())
    theirs = str(patient_id)[:_OWN] + plan_id(ada)[_OWN:]
    own = own.replace(theirs.encode(), plan_id(patient_id).encode())
    version = NewVersion(
        patient_id=patient_id,
        number=1,
        published_at=at,
        record_id=tx.new_id(),
        emergency_id=tx.new_id(),
        record=b"{}",
        emergency=own,
        head={"reason": "measuring", "by": "bench"},
    )
    keep_version(tx, version)
    return Somebody(patient_id, nhs_number)


_DUMMIES = (
    """
    INSERT INTO patient (patient_id, team_id, state, data_key, created_at, current_version,
        review_due, answer_pending, changed_since_signed, dose_stopped, published_at,
        open_to_ambulance)
    SELECT gen_random_uuid(), '{team}', 'signed', decode('00', 'hex'), now(), 1,
        date '2027-01-01' + (n % 300), false, false, false,
        timestamptz '{block}' + (n % 720 - 360) * interval '1 hour'
            + CASE WHEN n % 720 < 360 THEN interval '-2 days' ELSE interval '40 days' END,
        true
    FROM generate_series(1, {number}) AS n
    """,
    """
    INSERT INTO plan_version (patient_id, number, published_at, record_id, emergency_id,
        record_sha256, emergency_sha256, head, record, emergency)
    SELECT p.patient_id, 1, p.published_at, gen_random_uuid(), gen_random_uuid(),
        decode('00', 'hex'), decode('00', 'hex'), decode('00', 'hex'), decode('00', 'hex'),
        decode(repeat('ab', 2000), 'hex')
    FROM patient AS p LEFT JOIN plan_version AS v USING (patient_id)
    WHERE v.patient_id IS NULL AND p.current_version = 1
    """,
    """
    INSERT INTO trail_head (patient_id, sequence, digest)
    SELECT p.patient_id, 0, decode('00', 'hex')
    FROM patient AS p LEFT JOIN trail_head AS t USING (patient_id)
    WHERE t.patient_id IS NULL
    """,
)


def others(url: str, here: Site, number: int) -> None:
    """People of the same team about whom nobody asks, made by PostgreSQL out of nothing, published
    before and after that month."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    known = {"team": team_of(here), "block": BLOCK.isoformat(), "number": number}
    with engine.connect() as connection:
        for statement in _DUMMIES if number else ():
            connection.execute(text(statement.format(**known)))
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def spread(items: Sequence[Somebody], most: int) -> list[Somebody]:
    """Some of them, from all over."""
    step = max(1, len(items) // most)
    return list(items[::step][:most])
