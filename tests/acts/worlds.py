"""A hospital with a signed plan, made once through the acts and laid into each test's database."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from careplan.accounts.people import Role, Who
from careplan.acts.drafting import save_section, section_draft
from careplan.acts.publishing import publish_words
from careplan.acts.sharing import Shared, make_link
from careplan.acts.signing import SigningPage, sign_plan, signing_page
from careplan.acts.world import World
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.keys.jwe import decrypt_file
from careplan.keys.tokens import from_b64url
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.sharing.links import Kind, read_payload
from careplan.store.chains import Whole, verify_all
from careplan.store.db import Store
from careplan.store.link_files import Packing, files_of
from careplan.store.links import link_by_token
from careplan.store.tables import audit_event, metadata, outbox, trail_head
from careplan.store.trail import events_of
from careplan.store.versions import KeptVersion, current_version
from tests import make
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, TODAY, a_keyring, seeded
from tests.visitors import a_clinician, a_hospital, a_person, linked_patient

ADA = make.ada()
REVIEW = ADA.review.review_due or TODAY


def reasons_for(page: SigningPage) -> dict[str, str]:
    """What a signer writes in each box that asks."""
    return {one.key: "talked through in clinic" for one in page.findings}


@dataclass(frozen=True)
class Clinic:
    """Ada's plan, version 2 and signed, her team, and a doctor of another hospital."""

    world: World
    ada: Who
    doctor: Who
    nurse: Who
    elsewhere: Who

    @property
    def patient_id(self) -> UUID:
        return UUID(self.ada.patient_id)

    # --- what people do, in one line each ------------------------------------------------------

    def save(
        self, section: str, value: object, *, by: Who | None = None, at: datetime = NOW, **more: Any
    ) -> int:
        """Over whatever is drafted there."""
        by = by or (self.doctor if section in CLINICAL else self.ada)
        kept = section_draft(self.world, by=by, patient_id=self.patient_id, section=section)
        plain = value if isinstance(value, dict) else to_plain(value)
        return save_section(
            self.world,
            by=by,
            patient_id=self.patient_id,
            section=section,
            body={"plain": plain, "typed": {}, "done": [], **more},
            based_on=kept.revision if kept else 0,
            at=at,
        )

    def save_all(self, plan: CarePlan, sections: Iterable[str], *, at: datetime = NOW) -> None:
        for name in sections:
            self.save(name, plan.section(name), at=at)

    def publish(self, *, at: datetime = NOW) -> Version:
        return self.publish_as(self.ada, at=at)

    def publish_as(self, by: Who, *, at: datetime = NOW) -> Version:
        return publish_words(self.world, by=by, patient_id=self.patient_id, at=at)

    def sign(
        self,
        *,
        by: Who | None = None,
        at: datetime = NOW,
        today: date = TODAY,
        expires_on: date | None = None,
        fingerprint: str | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> Version:
        by = by or self.doctor
        mine: dict[str, Any] = {"by": by, "patient_id": self.patient_id, "at": at, "today": today}
        page = signing_page(self.world, **mine)
        return sign_plan(
            self.world,
            **mine,
            fingerprint=fingerprint or page.fingerprint,
            expires_on=expires_on or REVIEW,
            reasons=reasons_for(page) if reasons is None else reasons,
        )

    def share(self, kind: Kind = Kind.FULL_PRINT, **more: Any) -> Shared:
        at = more.pop("at", NOW)
        by = more.pop("by", self.ada)
        return make_link(self.world, by=by, patient_id=self.patient_id, kind=kind, at=at, **more)

    # --- what is kept --------------------------------------------------------------------------

    @property
    def current(self) -> KeptVersion:
        with self.world.store.read() as tx:
            kept = current_version(tx, self.patient_id)
        assert kept is not None
        return kept

    def events(self, limit: int = 100) -> list[AuditEvent]:
        """Newest first."""
        with self.world.store.read() as tx:
            return [one.event for one in events_of(tx, self.patient_id, limit=limit)]

    def deeds(self, limit: int = 100) -> list[Deed]:
        return [event.kind for event in self.events(limit)]

    def told(self) -> list[str]:
        """The kinds of messages waiting to leave, oldest first."""
        with self.world.store.read() as tx:
            rows = tx.run(select(outbox.c.kind).order_by(outbox.c.created_at, outbox.c.kind))
            return list(rows.scalars())

    def take_the_next_number(self) -> None:
        """A row that nobody wrote stands where the next event of Ada's trail belongs."""
        with self.world.store.begin() as tx:
            this = trail_head.c.patient_id == self.patient_id
            number = tx.run(select(trail_head.c.sequence).where(this)).scalar_one() + 1
            row = {"patient_id": self.patient_id, "sequence": number, "at": NOW}
            tx.run(insert(audit_event), row | {"digest": b"", "body": b""})

    def chains_hold(self) -> bool:
        with self.world.store.read() as tx:
            return isinstance(verify_all(tx), Whole)

    def everything(self) -> dict[str, list[Any]]:
        """Every row, to see that nothing of a refused act was kept."""
        with self.world.store.read() as tx:
            return {
                table.name: sorted(map(repr, tx.run(select(table)).all()))
                for table in metadata.sorted_tables
            }


# --- links from outside ------------------------------------------------------------------------


def token_of(link: Shared) -> str:
    return read_payload(link.address).url.rpartition("/")[2]


def key_of(link: Shared) -> bytes:
    return from_b64url(read_payload(link.address).key)


def decrypted(world: World, link: Shared) -> list[bytes]:
    """Every file the link hands out, in both packings, as its holder reads it."""
    with world.store.read() as tx:
        kept = link_by_token(tx, token_of(link))
        assert kept is not None
        files = [
            file.jwe
            for packing in Packing
            for file in files_of(tx, kept.patient_id, kept.link_id, packing=packing)
        ]
    return [decrypt_file(jwe, key=key_of(link))[0] for jwe in files]


# --- the world itself --------------------------------------------------------------------------


def a_clinic(world: World) -> Clinic:
    """The people, with nothing written yet."""
    team = a_hospital(world)
    doctor = a_clinician(world, team_id=team)
    nurse = a_clinician(world, team_id=team, email="bola@example.org", role=Role.NURSE)
    other = a_clinician(
        world, team_id=a_hospital(world, "Royal Elsewhere"), email="elsewhere@example.org"
    )
    ada = linked_patient(world, doctor, person=a_person(world))
    return Clinic(world, ada, doctor.who, nurse.who, other.who)


def a_signed_plan(world: World) -> Clinic:
    """Ada's words published as version 1, and signed as version 2."""
    clinic = a_clinic(world)
    clinic.save_all(ADA, OWN_WORDS)
    clinic.publish()
    clinic.save_all(ADA, CLINICAL)
    clinic.sign()
    return clinic


Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Kept = tuple[Clinic, Rows]


def _made_once(template: Path, folder: Path, build: Any) -> Kept:
    path = folder / "once.db"
    shutil.copy(template, path)
    entropy = seeded(f"once {build.__name__}")
    store = Store(f"sqlite:///{path}", a_keyring(), entropy=entropy)
    clinic = build(World(store, entropy, BASE_URL, strength=CHEAP))
    with store.read() as tx:
        rows = {
            table.name: [dict(row._mapping) for row in tx.run(select(table))]
            for table in metadata.sorted_tables
        }
    store.close()
    return clinic, rows


def _laid_into(world: World, kept: Kept) -> Clinic:
    clinic, rows = kept
    with world.store.begin() as tx:
        for table in metadata.sorted_tables:
            if rows[table.name]:
                tx.run(insert(table), rows[table.name])
    return Clinic(world, clinic.ada, clinic.doctor, clinic.nurse, clinic.elsewhere)


@pytest.fixture(scope="session")
def people_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return _made_once(sqlite_template, tmp_path_factory.mktemp("people"), a_clinic)


@pytest.fixture(scope="session")
def signed_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return _made_once(sqlite_template, tmp_path_factory.mktemp("signed"), a_signed_plan)


@pytest.fixture
def people(world: World, people_once: Kept) -> Clinic:
    """Ada and her team, with nothing written."""
    return _laid_into(world, people_once)


@pytest.fixture
def clinic(world: World, signed_once: Kept) -> Clinic:
    """The same, with Ada's plan signed and not yet answered."""
    return _laid_into(world, signed_once)
