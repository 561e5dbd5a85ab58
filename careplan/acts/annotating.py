"""Saying that something in the signed part is wrong: it stands beside it and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_comment, may_write_clinical, may_write_own_words
from careplan.acts.publishing import current_of
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.writable import text_problem
from careplan.plan.care_plan import CLINICAL, Version
from careplan.store.annotations import (
    Annotation,
    annotations_of,
    answer_annotation,
    keep_annotation,
    withdraw_annotation,
)
from careplan.store.db import Transaction
from careplan.store.patients import lock_patient
from careplan.store.trail import append

LONGEST = 500
MOST = 20
"""That stand at a time; a person takes one back before they say another."""


class NotKept(ValueError):
    """Empty, too long, or with a sign that cannot be kept; nothing is cut."""


class Settled(Exception):
    """It was answered or taken back meanwhile."""


class TooMany(ValueError):
    """So many stand already."""


def _published(version: Version | None) -> tuple[str, ...]:
    """Of the clinical part, those in which this version says something."""
    if version is None:
        return ()
    sections = ((name, version.plan.section(name)) for name in CLINICAL)
    return tuple(name for name, one in sections if one != type(one)())


def annotate(
    world: World, *, by: Who, patient_id: UUID, section: str, words: str, at: datetime
) -> UUID:
    """Raises NotThere for a section of which nothing is published; NotKept, TooMany."""
    _must_be_kept(words)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        lock_patient(tx, patient_id)
        current = current_of(tx, patient_id)
        if current is None or section not in _published(current):
            raise NotThere
        if sum(one.stands for one in annotations_of(tx, patient_id)) >= MOST:
            raise TooMany
        said = Annotation(
            annotation_id=world.new_id(),
            section=section,
            version=current.number,
            words=words,
            by=by.name,
            at=at,
        )
        keep_annotation(tx, patient_id, said)
        _write_down(tx, Kind.CALLED_WRONG, by, patient_id, section, at)
    return said.annotation_id


def withdraw(world: World, *, by: Who, patient_id: UUID, note_id: UUID, at: datetime) -> None:
    """Twice is once. Raises NotThere."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        lock_patient(tx, patient_id)
        kept = _one(tx, patient_id, note_id)
        if withdraw_annotation(tx, patient_id, note_id, at=at):
            _write_down(tx, Kind.CALLED_WRONG_WITHDRAWN, by, patient_id, kept.section, at)


def answer(
    world: World, *, by: Who, patient_id: UUID, note_id: UUID, words: str, at: datetime
) -> None:
    """Once, by somebody of the team. Raises NotThere, NotKept, Settled."""
    _must_be_kept(words)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        lock_patient(tx, patient_id)
        kept = _one(tx, patient_id, note_id)
        answered = replace(kept, answer=words, answered_by=by.name, answered_at=at)
        if not answer_annotation(tx, patient_id, answered):
            raise Settled
        _write_down(tx, Kind.CALLED_WRONG_ANSWERED, by, patient_id, kept.section, at)


def sections_to_name(world: World, *, by: Who, patient_id: UUID) -> tuple[str, ...]:
    """Of which something is published that could be wrong; only their names are read."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        return _published(current_of(tx, patient_id))


def called_wrong(world: World, *, by: Who, patient_id: UUID) -> tuple[Annotation, ...]:
    """Those that stand, newest first: for the person and their team. The page they are shown on
    writes the look down."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_comment)
        return tuple(one for one in annotations_of(tx, patient_id) if one.stands)


def _one(tx: Transaction, patient_id: UUID, note_id: UUID) -> Annotation:
    for one in annotations_of(tx, patient_id):
        if one.annotation_id == note_id:
            return one
    raise NotThere


def _must_be_kept(words: str) -> None:
    if not words.strip() or len(words) > LONGEST or text_problem(words):
        raise NotKept


def _write_down(
    tx: Transaction, kind: Kind, by: Who, patient_id: UUID, section: str, at: datetime
) -> None:
    append(tx, AuditEvent(kind, at, actor(by), str(patient_id), {"section": section}))
