"""Saving what somebody types, and putting the sections of a plan together from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    may_read_record,
    may_write_clinical,
    may_write_for,
    may_write_own_words,
)
from careplan.acts.world import (
    NotAllowed,
    World,
    actor,
    allowed_patient,
    condition_of,
    london_day,
)
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.fhir.writable import text_problem
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS, CarePlan, Contribution
from careplan.plan.codec import Unreadable, from_plain, to_plain
from careplan.plan.content import FIRST
from careplan.plan.medicines import Medicines
from careplan.plan.person import Identity
from careplan.plan.proxies import WRITTEN, body_for_a_carer, private_drugs, with_hidden
from careplan.store.db import Transaction
from careplan.store.drafts import Draft, draft_of, drafts_of, keep_draft
from careplan.store.trail import append
from careplan.store.versions import current_version


class Unfinished(ValueError):
    """A section holds something that could not be read; it is kept as typed and named here."""

    def __init__(self, section: str, title: str) -> None:
        super().__init__(f"“{title}” has an answer that needs putting right first.")
        self.section, self.title = section, title


EMPTY: Mapping[str, Any] = {"plain": {}, "typed": {}, "done": []}


def save_section(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    section: str,
    body: Mapping[str, Any],
    based_on: int,
    at: datetime,
) -> int:
    """Keep a section as typed and give its new revision. Raises store.drafts.Stale, with what
    the other person wrote, when the revision is no longer the newest."""
    return world.store.whole(
        lambda tx: keep_section(
            tx,
            by=by,
            patient_id=patient_id,
            section=section,
            body=body,
            based_on=based_on,
            at=at,
        )
    )


def keep_section(
    tx: Transaction,
    *,
    by: Who,
    patient_id: UUID,
    section: str,
    body: Mapping[str, Any],
    based_on: int,
    at: datetime,
) -> int:
    """The same inside a larger act. Raises NotThere, store.drafts.Stale."""
    allowed_patient(tx, by, patient_id, _may_write(section))
    before_carer = draft_of(tx, patient_id, section) if by.grant else None
    if before_carer is not None:
        private = kept_from_helpers(tx, patient_id)
        body = with_hidden(section, body, before_carer.body, private)
    kept = {**body, "role": _role(by)}
    kept.pop("brought", None)  # whoever saves a section that came from elsewhere has read it
    if section == "my_allergies":
        before = draft_of(tx, patient_id, section)
        kept["plain"] = dated_allergies(
            kept["plain"], before.body["plain"] if before else {}, london_day(at)
        )
    revision = keep_draft(tx, patient_id, section, kept, based_on=based_on, by=by, at=at)
    what = {"section": section, "revision": str(revision)}
    append(tx, AuditEvent(Kind.DRAFT_SAVED, at, actor(by), str(patient_id), what))
    return revision


def _may_write(section: str) -> Any:
    if section in WRITTEN:
        return may_write_for
    if section in OWN_WORDS:
        return may_write_own_words
    if section in CLINICAL:
        return may_write_clinical
    raise NotAllowed(f"{section} is not written here")


def _role(by: Who) -> str:
    return by.grant.relation if by.grant else by.title or "patient"


def section_draft(world: World, *, by: Who, patient_id: UUID, section: str) -> Draft | None:
    """A section as last saved, for whoever may read the plan."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        kept = draft_of(tx, patient_id, section)
        private = kept_from_helpers(tx, patient_id) if by.grant else frozenset()
    return _seen_by(by, kept, private) if kept else None


def all_drafts(world: World, *, by: Who, patient_id: UUID) -> dict[str, Draft]:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        drafts = drafts_of(tx, patient_id)
        private = kept_from_helpers(tx, patient_id) if by.grant else frozenset()
    seen = {name: _seen_by(by, draft, private) for name, draft in drafts.items()}
    return {name: draft for name, draft in seen.items() if draft is not None}


def kept_from_helpers(tx: Transaction, patient_id: UUID) -> frozenset[str]:
    """Medicines that no helper may read of: as published, and as the team has them in hand."""
    kept = current_version(tx, patient_id)
    published = from_bundle(kept.record).plan.medicines if kept else Medicines()
    draft = draft_of(tx, patient_id, "medicines")
    plain = draft.body.get("plain", {}) if draft else {}
    try:
        drafted = from_plain(Medicines, _without_blank_items(plain), "medicines")
    except Unreadable:  # half written: what is published still counts
        drafted = Medicines()
    return private_drugs(published) | private_drugs(drafted)


def _seen_by(by: Who, draft: Draft, private: frozenset[str]) -> Draft | None:
    """A carer sees what they may write, without what is hidden inside it."""
    if by.grant is None:
        return draft
    if draft.section not in WRITTEN:
        return None
    return replace(draft, body=body_for_a_carer(draft.section, draft.body, private))


def assemble(
    world: World, tx: Transaction, patient_id: UUID, sections: tuple[str, ...], onto: CarePlan
) -> CarePlan:
    """`onto` with these sections taken from their drafts. Raises Unfinished."""
    condition = condition_of(tx, patient_id)
    return put_together(world, drafts_of(tx, patient_id), sections, onto, condition=condition)


def put_together(
    world: World,
    drafts: Mapping[str, Draft],
    sections: tuple[str, ...],
    onto: CarePlan,
    *,
    condition: str = FIRST,
) -> CarePlan:
    """The same, for whoever has the drafts before them already."""
    titles = world.words_for(condition).sections
    for name in sections:
        if name in drafts:
            made = _section(name, drafts[name].body, titles[name].title)
            onto = onto.with_section(name, made)
    return onto


def _section(name: str, body: Mapping[str, Any], title: str) -> object:
    if body.get("typed") or any(text_problem(text) for text in _texts(body.get("plain", {}))):
        raise Unfinished(name, title)
    try:
        return from_plain(SECTIONS[name], _without_blank_items(body.get("plain", {})), name)
    except Unreadable as problem:
        raise Unfinished(name, title) from problem


def _texts(plain: Any) -> Iterator[str]:
    """Every text in it: what FHIR cannot carry must stop here, not at the signature."""
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, dict | list):
        for value in plain.values() if isinstance(plain, dict) else plain:
            yield from _texts(value)


def _without_blank_items(plain: Mapping[str, Any]) -> dict[str, Any]:
    """A list item that was opened and never filled in is nothing."""
    return {
        name: [item for item in value if not isinstance(item, dict) or item.keys() - {"id"}]
        if isinstance(value, list)
        else value
        for name, value in plain.items()
    }


def contributions(drafts: Mapping[str, Draft]) -> tuple[Contribution, ...]:
    """Who last wrote each section that has been written in."""
    written = (drafts[name] for name in SECTIONS if name in drafts and name != "identity")
    return tuple(
        Contribution(
            one.section,
            one.body.get("said_by") or one.by_name,
            one.body.get("role", "patient"),
            one.updated_at,
        )
        for one in written
    )


def dated_allergies(
    plain: Mapping[str, Any], before: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """Each allergy the person reports carries the day it was first said, or last changed."""
    known = {one["id"]: one for one in before.get("entries", [])}
    entries = []
    for entry in plain.get("entries", []):
        if not entry.keys() - {"id", "reported_on"}:
            entries.append({"id": entry["id"]})  # opened and left blank: nothing was said
            continue
        old = known.get(entry["id"], {})
        same = {k: v for k, v in old.items() if k != "reported_on"} == {
            k: v for k, v in entry.items() if k != "reported_on"
        }
        said = old.get("reported_on") if same else None
        entries.append({**entry, "reported_on": said or today.isoformat()})
    return {**plain, "entries": entries} if entries else dict(plain)


def identity_of(tx: Transaction, patient_id: UUID) -> Identity:
    """Who this is, as given by the person or as checked by the team."""
    kept = draft_of(tx, patient_id, "identity")
    return from_plain(Identity, kept.body["plain"], "identity") if kept else Identity()


def keep_identity(
    tx: Transaction, patient_id: UUID, identity: Identity, *, by: Who, at: datetime
) -> None:
    """The identity section: only the making of an account and the clinic write it."""
    kept = draft_of(tx, patient_id, "identity")
    body = {**EMPTY, "plain": to_plain(identity)}
    based_on = kept.revision if kept else 0
    keep_draft(tx, patient_id, "identity", body, based_on=based_on, by=by, at=at)
