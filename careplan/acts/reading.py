"""Reading a plan, its history and who looked: each look at somebody's plan is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record, may_see_who_looked
from careplan.acts.publishing import current_of
from careplan.acts.world import (
    NotThere,
    World,
    actor,
    allowed_patient,
    condition_of,
    london_day,
)
from careplan.audit.events import AuditEvent, Kind, sentence, shown_to_person
from careplan.audit.kinds import DEEDS
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.changes import Change, compare
from careplan.plan.proxies import for_a_carer, version_for_a_carer
from careplan.store.db import Transaction
from careplan.store.links import links_of
from careplan.store.patients import Face, Patient, face_of
from careplan.store.signatures import signature_of
from careplan.store.trail import append, events_of
from careplan.store.versions import VersionHead, history_of, version_of


@dataclass(frozen=True)
class Overview:
    """A person's plan at a glance, for their own front page and for the team's."""

    patient: Patient
    face: Face
    current: Version | None


def overview(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Overview:
    """The newest version as a plan. A look by the team is shown to the person."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_read_record)
        face, current = face_of(tx, patient_id), current_of(tx, patient_id)
        if face is None:
            raise NotThere
        kind = Kind.READ_BY_TEAM if by.is_staff else Kind.READ_BY_PERSON
        what = {"version": str(current.number)} if current else {}
        append(tx, AuditEvent(kind, at, actor(by), str(patient_id), what))
    return Overview(patient, face, as_seen_by(by, current))


def as_seen_by(by: Who, version: Version | None) -> Version | None:
    """A carer sees less than the person and the team do."""
    return _seen(by, version) if version else None


def _seen(by: Who, version: Version) -> Version:
    return version_for_a_carer(version) if by.grant else version


def _plans(by: Who, *plans: CarePlan) -> tuple[CarePlan, CarePlan]:
    old, new = (for_a_carer(plan) if by.grant else plan for plan in plans)
    return old, new


def condition_of_plan(world: World, *, by: Who, patient_id: UUID) -> str:
    """What this plan is for, for whoever may read it."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        return condition_of(tx, patient_id)


def history(world: World, *, by: Who, patient_id: UUID) -> tuple[VersionHead, ...]:
    """Every version, newest first, without their contents."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        return history_of(tx, patient_id)


@dataclass(frozen=True)
class Answered:
    """A rule's finding, and why the plan was signed as it stood."""

    rule: str
    finding: str
    reason: str


@dataclass(frozen=True)
class OldVersion:
    """One version, what changed in it since the one before, and what its signer answered."""

    version: Version
    changes: tuple[Change, ...]
    reasons: tuple[Answered, ...] = ()


def read_version(
    world: World, *, by: Who, patient_id: UUID, number: int, at: datetime
) -> OldVersion:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        kept = version_of(tx, patient_id, number)
        if kept is None:
            raise NotThere
        before = version_of(tx, patient_id, number - 1)
        reasons = _reasons(tx, kept.head) if by.is_staff else ()
        what = {"version": str(number)}
        append(tx, AuditEvent(Kind.VERSION_READ, at, actor(by), str(patient_id), what))
    version = from_bundle(kept.record)
    old = from_bundle(before.record).plan if before else CarePlan()
    return OldVersion(
        _seen(by, version),
        compare(*_plans(by, old, version.plan), world.words_of(version)),
        reasons,
    )


def _reasons(tx: Transaction, head: VersionHead) -> tuple[Answered, ...]:
    """Kept with the signature by the finding's key, which is the rule and its words."""
    if head.signature_id is None:
        return ()
    kept = signature_of(tx, head.patient_id, head.signature_id)
    given = kept.signer.get("reasons", {}) if kept else {}
    parts = ((*key.partition(":"), text) for key, text in given.items())
    return tuple(Answered(rule, finding, text) for rule, _colon, finding, text in parts)


@dataclass(frozen=True)
class Compared:
    """Two versions side by side, the older first, and every difference between their plans."""

    older: Version
    newer: Version
    changes: tuple[Change, ...]


def compare_versions(
    world: World, *, by: Who, patient_id: UUID, numbers: tuple[int, int], at: datetime
) -> Compared:
    """Any two published versions, in whichever order they were asked for."""
    first, second = sorted(numbers)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        older, newer = (version_of(tx, patient_id, number) for number in (first, second))
        if older is None or newer is None:
            raise NotThere
        what = {"version": str(second), "other": str(first)}
        append(tx, AuditEvent(Kind.VERSION_READ, at, actor(by), str(patient_id), what))
    was, now = from_bundle(older.record), from_bundle(newer.record)
    changes = compare(*_plans(by, was.plan, now.plan), world.words_of(now))
    return Compared(_seen(by, was), _seen(by, now), changes)


@dataclass(frozen=True)
class Look:
    """One line of "who looked at my plan". `first`: when the first of several alike was, on one
    day: a hospital's computer may ask a hundred times, and must not push people off the page."""

    at: datetime
    text: str
    times: int = 1
    first: datetime | None = None


_AT_ONCE, _AT_MOST = 200, 4_000
"""Events read together, and in all, until there are enough lines."""


def who_looked(world: World, *, by: Who, patient_id: UUID, limit: int = 200) -> tuple[Look, ...]:
    """In plain words, newest first, without numbers: what is not shown leaves no gap."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        told = _telling(world, tx, patient_id)
        return _lines(_shown(tx, patient_id, most=_AT_MOST), told, limit)


def every_look(world: World, tx: Transaction, patient_id: UUID) -> Iterator[Look]:
    """The same, whole, and a line for each, for whoever takes all of it along."""
    told = _telling(world, tx, patient_id)
    return (Look(event.at, told(event)) for event in _shown(tx, patient_id, most=None))


def _telling(world: World, tx: Transaction, patient_id: UUID) -> Callable[[AuditEvent], str]:
    labels = {one.facts.id: one.facts.label for one in links_of(tx, patient_id)}
    titles = world.words_for(condition_of(tx, patient_id)).sections

    def named(fact: str, value: str) -> str:
        return titles[value].title if fact == "section" and value in titles else value

    return lambda event: sentence(_with_label(event, labels), named=named)


def _shown(tx: Transaction, patient_id: UUID, *, most: int | None) -> Iterator[AuditEvent]:
    before, seen = None, 0
    while most is None or seen < most:
        kept = events_of(tx, patient_id, limit=_AT_ONCE, before=before)
        yield from (one.event for one in kept if shown_to_person(one.event))
        if len(kept) < _AT_ONCE:
            return
        before, seen = kept[-1].sequence, seen + len(kept)


def _lines(
    events: Iterable[AuditEvent], told: Callable[[AuditEvent], str], limit: int
) -> tuple[Look, ...]:
    """One for each, but one a day for what a system did over and over."""
    lines: list[Look] = []
    alike: dict[tuple[date, str], int] = {}
    for event in events:
        text = told(event)
        key = (london_day(event.at), text)
        if event.kind is Kind.PARTNER_READ and key in alike:
            line = lines[alike[key]]
            lines[alike[key]] = replace(line, times=line.times + 1, first=event.at)
            continue
        if len(lines) == limit:
            break
        alike[key] = len(lines)
        lines.append(Look(event.at, text))
    return tuple(lines)


def _with_label(event: AuditEvent, labels: Mapping[str, str]) -> AuditEvent:
    """The name she gave the link, so that she knows which; a stranger's look does not read it."""
    label = labels.get(event.what.get("link", ""))
    if not label or "label" not in DEEDS[event.kind].may:
        return event
    return replace(event, what={**event.what, "label": label})
