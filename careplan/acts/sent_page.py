"""The A4 page that goes through a link as a file: no QR, no key, no code, and always of today.

It is drawn when a version is published to somebody, and again once something printed on it has
become true since (the review is overdue, a birthday); each drawing is kept and sent many times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from careplan.acts.sheets import LAYOUT, page_sheet
from careplan.acts.world import World
from careplan.fhir.paper_reference import paper_reference
from careplan.plan.care_plan import Version
from careplan.render.paper import Sheet, page_pdf
from careplan.sharing.links import State, standing
from careplan.store.db import Transaction
from careplan.store.links import links_of
from careplan.store.renditions import Rendition, keep_rendition
from careplan.summary.narrative import narrative

KIND = "sent-page"


@dataclass(frozen=True)
class SentPage:
    """A page as it should be now. `rendition` names it, whether or not anybody has drawn it."""

    version: Version
    sheet: Sheet
    rendition: Rendition


def sent_page(world: World, version: Version, *, at: datetime) -> SentPage:
    shown = narrative(version, world.words_of(version))
    sheet = page_sheet(world, version, narrative=shown, at=at, link=None)
    # Not the moment of printing: only what would make a reader do something else.
    told = "|".join((LAYOUT, sheet.age or "", *sheet.notices))
    rendition = Rendition(
        patient_id=version.patient_id,
        version=version.number,
        kind=KIND,
        layout=sha256(told.encode()).hexdigest()[:16],
    )
    return SentPage(version, sheet, rendition)


def drawn(world: World, page: SentPage) -> bytes:
    """The DocumentReference with the PDF in it. Takes its time: never inside a transaction."""
    words, at = world.words_of(page.version), page.sheet.printed_at
    return paper_reference(page.version, words, pdf=page_pdf(page.sheet), made_at=at)


def keep_page(tx: Transaction, page: SentPage, body: bytes) -> None:
    keep_rendition(tx, page.rendition, body, at=page.sheet.printed_at)


def somebody_may_open(world: World, patient_id: UUID, *, at: datetime) -> bool:
    """Whether any link could hand the page out; without one nobody waits for it."""
    with world.store.read() as tx:
        links = links_of(tx, patient_id)
    return any(standing(one.facts, now=at) is State.LIVE for one in links)
