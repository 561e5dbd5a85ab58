"""The A4 page that goes through a link as a file: no QR, no key, no code, and always of today.

It is drawn when a version is published to somebody, and again once something printed on it has
become true since (the review is overdue, a birthday); each drawing is kept and sent many times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

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
    """A page as it should be now. `rendition` names it; `body` is there once somebody drew it."""

    version: Version
    sheet: Sheet
    rendition: Rendition
    body: bytes | None = None


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


def drawn(world: World, page: SentPage) -> SentPage:
    """With the DocumentReference that holds the PDF. Takes its time: never in a transaction."""
    words, at = world.words_of(page.version), page.sheet.printed_at
    made = paper_reference(page.version, words, pdf=page_pdf(page.sheet), made_at=at)
    return replace(page, body=made)


def page_for_readers(world: World, version: Version) -> SentPage | None:
    """The page of a version about to be published; None where no link could hand it out."""
    at = version.published_at
    with world.store.read() as tx:
        links = links_of(tx, version.patient_id)
    if all(one.facts.direct or standing(one.facts, now=at) is not State.LIVE for one in links):
        return None
    return drawn(world, sent_page(world, version, at=at))


def keep_page(tx: Transaction, page: SentPage | None) -> None:
    if page is not None and page.body is not None:
        keep_rendition(tx, page.rendition, page.body, at=page.sheet.printed_at)
