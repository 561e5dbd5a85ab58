"""Copies of a version for others, and for eyes that need more: made once, kept like other paper.

A copy that somebody else may have needs the person's consent at the moment it is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record, may_take_copy
from careplan.acts.consents import must_be_on
from careplan.acts.publishing import current_of
from careplan.acts.reading import as_seen_by
from careplan.acts.sharing import NothingToShare, Shared, printed_link
from careplan.acts.sheets import ambulance_sheet, gp_sheet, large_sheet, school_sheet
from careplan.acts.world import World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import Version
from careplan.render.copies import CopySheet, copy_pdf
from careplan.sharing.consents import Consent
from careplan.sharing.links import Kind as LinkKind
from careplan.store.db import Transaction
from careplan.store.renditions import Rendition, keep_rendition, rendition_of
from careplan.store.trail import append
from careplan.summary.ambulance import ambulance
from careplan.summary.copies import copy_words
from careplan.summary.narrative import narrative_of
from careplan.summary.text import plain_copy


class Copy(StrEnum):
    """What may be taken away, beside the paper of `acts.papers`."""

    LARGE = "large"
    TEXT = "text"
    AMBULANCE = "ambulance"
    SCHOOL = "school"
    GP = "gp"


CONSENT: Mapping[Copy, Consent] = MappingProxyType(
    {Copy.AMBULANCE: Consent.AMBULANCE, Copy.SCHOOL: Consent.SCHOOL, Copy.GP: Consent.GP}
)
"""Whose leave is needed; the others are for the person to use as they like."""

_LAYOUTS: Mapping[Copy, str] = MappingProxyType(dict.fromkeys(Copy, "1"))
"""Raise one when its frame changes, so that kept copies of it are made anew."""

_LINKED = (Copy.LARGE, Copy.AMBULANCE)
"""These hold what a full page holds and so the same link; a school or a practice gets no link."""


def copy_of(world: World, *, by: Who, patient_id: UUID, kind: Copy, at: datetime) -> bytes:
    """A PDF, or UTF-8 text. Raises NothingToShare, and NotAgreed without the person's consent."""
    link = _link(world, by, patient_id, kind, at)
    with world.store.read() as tx:
        number = _allowed(tx, by, patient_id, kind)
        wanted = _rendition(patient_id, number, kind, link, at, by=by)
        body = rendition_of(tx, wanted)
        version = as_seen_by(by, current_of(tx, patient_id)) if body is None else None
    fresh = body is None
    if body is None:
        if version is None:
            raise NothingToShare
        body = _make(world, version, kind, link, at, helper=by.grant is not None)
    with world.store.begin() as tx:
        # Asked again: a consent taken back while the page was being set stops it too.
        must_be_on(tx, patient_id, CONSENT.get(kind))
        if fresh:
            keep_rendition(tx, wanted, body, at=at)
        what = {"form": str(kind), "version": str(number)}
        append(tx, AuditEvent(Kind.EXPORTED, at, actor(by), str(patient_id), what))
    return body


def _allowed(tx: Transaction, by: Who, patient_id: UUID, kind: Copy) -> int:
    patient = allowed_patient(tx, by, patient_id, may_take_copy)
    must_be_on(tx, patient_id, CONSENT.get(kind))
    if patient.current_version is None:
        raise NothingToShare
    return patient.current_version


def _link(world: World, by: Who, patient_id: UUID, kind: Copy, at: datetime) -> Shared | None:
    """None where the copy holds none, as no helper's does: a link opens more than they may see.

    The consent is asked before a link is made for nothing.
    """
    if kind not in _LINKED or by.grant is not None:
        return None
    with world.store.read() as tx:
        _allowed(tx, by, patient_id, kind)
    return printed_link(world, by=by, patient_id=patient_id, kind=LinkKind.FULL_PRINT, at=at)


def _rendition(
    patient_id: UUID, number: int, kind: Copy, link: Shared | None, at: datetime, *, by: Who
) -> Rendition:
    """Paper carries the day it was printed, so a new day is a new paper. Every helper sees the
    same of a plan, and less than the person: theirs is another paper."""
    address, eyes = link.address if link else "", "helper" if by.grant else ""
    told = f"{_LAYOUTS[kind]}|{address}|{london_day(at).isoformat()}|{eyes}"
    return Rendition(
        patient_id=patient_id,
        version=number,
        kind=str(kind),
        layout=sha256(told.encode()).hexdigest()[:16],
        link_id=UUID(link.link.id) if link else None,
    )


def _make(
    world: World,
    version: Version,
    kind: Copy,
    link: Shared | None,
    at: datetime,
    *,
    helper: bool,
) -> bytes:
    words = world.words_of(version)
    left_out = copy_words(words).say("helper.left_out") if helper else ""
    if kind is Copy.TEXT:
        text = plain_copy(version, words)
        return "\n".join(filter(None, [text, left_out])).encode()
    sheet = _sheet(world, version, kind, link, at)
    return copy_pdf(replace(sheet, after=(*sheet.after, left_out)) if helper else sheet)


def _sheet(
    world: World, version: Version, kind: Copy, link: Shared | None, at: datetime
) -> CopySheet:
    if kind is Copy.SCHOOL:
        return school_sheet(world, version, at=at)[0]
    if kind is Copy.GP:
        return gp_sheet(world, version, at=at)
    make = large_sheet if kind is Copy.LARGE else ambulance_sheet
    return make(world, version, at=at, link=link)


def held_out(
    world: World, *, by: Who, patient_id: UUID, kind: Copy | None = None, at: datetime
) -> Version:
    """The version on the screen that somebody holds out to staff; `kind` is whose order it is in.

    Raises NothingToShare, and NotAgreed where that order needs a consent.
    """
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        must_be_on(tx, patient_id, CONSENT.get(kind) if kind else None)
        version = as_seen_by(by, current_of(tx, patient_id))
        if version is None:
            raise NothingToShare
        what = {"version": str(version.number)}
        append(tx, AuditEvent(Kind.SHOWN_TO_STAFF, at, actor(by), str(patient_id), what))
    return version


def ambulance_narrative(world: World, version: Version) -> str:
    return narrative_of(ambulance(version, world.words_of(version)))
