"""Paper of a version: made once for a version and a link, kept, and served many times."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.publishing import current_of
from careplan.acts.sharing import NothingToShare, Shared, printed_link
from careplan.acts.sheets import LAYOUT, full_card_sheet, page_sheet, private_card_sheet
from careplan.acts.world import World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.plan.care_plan import Version
from careplan.render.card import full_card, private_card
from careplan.render.paper import page_pdf
from careplan.sharing.links import Kind
from careplan.store.renditions import Rendition, keep_rendition, rendition_of
from careplan.store.trail import append
from careplan.summary.narrative import narrative


class Paper(StrEnum):
    """What may be printed."""

    PAGE = "page"
    CARD = "card"
    PRIVATE_CARD = "private-card"


_LINKS = {
    Paper.PAGE: Kind.FULL_PRINT,
    Paper.CARD: Kind.FULL_PRINT,
    Paper.PRIVATE_CARD: Kind.PRIVATE_PRINT,
}


def paper(
    world: World, *, by: Who, patient_id: UUID, kind: Paper, named: bool = True, at: datetime
) -> bytes:
    """A PDF with the live link of its kind in it; makes the link where there is none.

    `named` puts the first name on a private card. Raises NothingToShare before anything was
    published; it always fits, for it was laid out then.
    """
    link = printed_link(world, by=by, patient_id=patient_id, kind=_LINKS[kind], at=at)
    with world.store.read() as tx:
        number = allowed_patient(tx, by, patient_id, may_share).current_version
        if number is None:
            raise NothingToShare
        wanted = _rendition(patient_id, number, kind, link, at, named=named)
        body = rendition_of(tx, wanted)
        # Paper that exists is handed out without reading the document it was made from.
        version = current_of(tx, patient_id) if body is None else None
    fresh = body is None
    if body is None:
        if version is None:
            raise NothingToShare
        body = _make(world, version, kind, link, at, named=named)
    with world.store.begin() as tx:
        if fresh:
            keep_rendition(tx, wanted, body, at=at)
        deed = Deed.PDF_MADE if kind is Paper.PAGE else Deed.CARD_PRINTED
        what = {"version": str(number), "link": link.link.id}
        if kind is not Paper.PAGE:
            what["card"] = "full" if kind is Paper.CARD else "private"
        append(tx, AuditEvent(deed, at, actor(by), str(patient_id), what))
    return body


def _rendition(
    patient_id: UUID, number: int, kind: Paper, link: Shared, at: datetime, *, named: bool
) -> Rendition:
    """Paper carries the day it was printed, so a new day is a new paper."""
    told = f"{LAYOUT}|{link.address}|{london_day(at).isoformat()}|{named}"
    return Rendition(
        patient_id=patient_id,
        version=number,
        kind=kind,
        layout=sha256(told.encode()).hexdigest()[:16],
        link_id=UUID(link.link.id),
    )


def page_of(world: World, version: Version, *, at: datetime, link: Shared | None) -> bytes:
    """The A4 page; without a link it holds no QR, key or code."""
    shown = narrative(version, world.words_of(version))
    return page_pdf(page_sheet(world, version, narrative=shown, at=at, link=link))


def card_of(world: World, version: Version, *, at: datetime, link: Shared) -> bytes:
    """The full wallet card, for anyone who finds it."""
    return full_card(full_card_sheet(world, version, at=at, link=link)).pdf


def _make(
    world: World, version: Version, kind: Paper, link: Shared, at: datetime, *, named: bool
) -> bytes:
    if kind is Paper.PAGE:
        return page_of(world, version, at=at, link=link)
    if kind is Paper.CARD:
        return card_of(world, version, at=at, link=link)
    return private_card(private_card_sheet(world, version, link=link, named=named)).pdf
