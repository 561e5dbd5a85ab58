"""Paper of a version: made once for a version and a link, kept, and served many times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.cards import CardDoesNotFit, NoCardForIt, SignedCard, signed_card
from careplan.acts.publishing import current_of
from careplan.acts.sharing import NothingToShare, Shared, printed_link
from careplan.acts.sheets import (
    LAYOUT,
    full_card_sheet,
    offline_code,
    page_sheet,
    private_card_sheet,
)
from careplan.acts.world import World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.plan.care_plan import Version
from careplan.render.card import full_card, private_card
from careplan.render.offline import OfflineCode
from careplan.render.paper import page_pdf
from careplan.sharing.links import Kind
from careplan.store.cards import gone_stale_at, issued_card_of
from careplan.store.db import Transaction
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    """What is wanted, for whom, and which signed card of which version it holds, if any."""

    patient_id: UUID
    kind: Paper
    link: Shared
    named: bool
    at: datetime
    number: int
    rid: str = ""
    kid: str = ""

    @property
    def full(self) -> bool:
        return _LINKS[self.kind] is Kind.FULL_PRINT

    @property
    def rendition(self) -> Rendition:
        """Paper carries the day it was printed, so a new day is a new paper; and so is paper with
        another signed card, for one that was taken back is never handed out again."""
        day = london_day(self.at).isoformat()
        told = f"{LAYOUT}|{self.link.address}|{day}|{self.named}|{self.kid}|{self.rid}"
        return Rendition(
            patient_id=self.patient_id,
            version=self.number,
            kind=self.kind,
            layout=sha256(told.encode()).hexdigest()[:16],
            link_id=UUID(self.link.link.id),
        )

    def deed(self, by: Who) -> AuditEvent:
        deed = Deed.PDF_MADE if self.kind is Paper.PAGE else Deed.CARD_PRINTED
        what = {"version": str(self.number), "link": self.link.link.id}
        if self.kind is not Paper.PAGE:
            what["card"] = "full" if self.full else "private"
        return AuditEvent(deed, self.at, actor(by), str(self.patient_id), what)


def paper(
    world: World, *, by: Who, patient_id: UUID, kind: Paper, named: bool = True, at: datetime
) -> bytes:
    """A PDF with the live link of its kind in it; makes the link where there is none.

    `named` puts the first name on a private card. Raises NothingToShare before anything was
    published; it always fits, for it was laid out then.
    """
    try:
        return _paper(world, by=by, patient_id=patient_id, kind=kind, named=named, at=at)
    except NoCardForIt:
        # A newer version or link came while this was being made: the paper is made of that one.
        return _paper(world, by=by, patient_id=patient_id, kind=kind, named=named, at=at)


def stale_since(world: World, *, by: Who, patient_id: UUID) -> datetime | None:
    """Since when full prints that are about show a dose, name or birth date that has changed."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return gone_stale_at(tx, patient_id)


def _paper(
    world: World, *, by: Who, patient_id: UUID, kind: Paper, named: bool, at: datetime
) -> bytes:
    link = printed_link(world, by=by, patient_id=patient_id, kind=_LINKS[kind], at=at)
    with world.store.read() as tx:
        number = allowed_patient(tx, by, patient_id, may_share).current_version
        if number is None:
            raise NothingToShare
        wanted = _Print(
            patient_id=patient_id, kind=kind, link=link, named=named, at=at, number=number
        )
        wanted = _with_card_kept(tx, wanted)
        body = rendition_of(tx, wanted.rendition)
        # Paper that exists is handed out without reading the document it was made from.
        version = current_of(tx, patient_id) if body is None else None
    if body is not None:
        with world.store.begin() as tx:
            append(tx, wanted.deed(by))
        return body
    if version is None:
        raise NothingToShare
    with world.store.begin() as tx:
        # The card is kept with the deed that gives it out, before anything is drawn.
        allowed_patient(tx, by, patient_id, may_share)
        card = _signed(world, tx, version, wanted)
        append(tx, wanted.deed(by))
    if card is not None:
        wanted = replace(wanted, kid=card.kid, rid=card.rid)
    body = _make(world, version, wanted, card)
    with world.store.begin() as tx:
        keep_rendition(tx, wanted.rendition, body, at=at)
    return body


def _with_card_kept(tx: Transaction, wanted: _Print) -> _Print:
    """The signed card that stands for this link and version, if one was given out already."""
    if not wanted.full:
        return wanted
    link_id = UUID(wanted.link.link.id)
    card = issued_card_of(tx, wanted.patient_id, link_id, version=wanted.number)
    return replace(wanted, kid=card.kid, rid=card.rid) if card else wanted


def _signed(world: World, tx: Transaction, version: Version, wanted: _Print) -> SignedCard | None:
    """None where the print holds none, or the plan is too long for one; the paper says so."""
    if not wanted.full:
        return None
    try:
        return signed_card(world, tx, version, UUID(wanted.link.link.id), wanted.at)
    except CardDoesNotFit:
        return None


def page_of(
    world: World,
    version: Version,
    *,
    at: datetime,
    link: Shared | None,
    offline: OfflineCode | None = None,
) -> bytes:
    """The A4 page; without a link it holds no QR, key or code."""
    shown = narrative(version, world.words_of(version))
    sheet = page_sheet(world, version, narrative=shown, at=at, link=link)
    return page_pdf(replace(sheet, offline=offline))


def card_of(
    world: World,
    version: Version,
    *,
    at: datetime,
    link: Shared,
    offline: OfflineCode | None = None,
) -> bytes:
    """The full wallet card, for anyone who finds it."""
    sheet = full_card_sheet(world, version, at=at, link=link)
    return full_card(replace(sheet, offline=offline)).pdf


def _make(world: World, version: Version, wanted: _Print, card: SignedCard | None) -> bytes:
    link, at = wanted.link, wanted.at
    if not wanted.full:
        return private_card(private_card_sheet(world, version, link=link, named=wanted.named)).pdf
    offline = offline_code(world, version, card)
    made = page_of if wanted.kind is Paper.PAGE else card_of
    return made(world, version, at=at, link=link, offline=offline)
