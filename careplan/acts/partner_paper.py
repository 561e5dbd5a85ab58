"""A partner reads the emergency page as paper: the one that is sent, with no code or key on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.partners import Partner
from careplan.acts.partner_reading import person_of, stamp_of, write_down
from careplan.acts.publishing import current_of
from careplan.acts.sent_page import SentPage, drawn, keep_page, sent_page
from careplan.acts.world import World
from careplan.fhir.rest import Stamp
from careplan.fhir.rest_paper import paper_id
from careplan.store.renditions import rendition_of
from careplan.store.shown import shown

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Paper:
    """The DocumentReference with the PDF inside, as it is kept."""

    stamp: Stamp
    kept: bytes


def read_paper(world: World, *, partner: Partner, identity: str, at: datetime) -> Paper | None:
    """By its own id. None for what is not there and for what this partner may not see."""
    return _read(world, partner, identity, paper_id, at)


def paper_of(world: World, *, partner: Partner, person: str, at: datetime) -> Paper | None:
    """By the id of the person whose it is."""
    return _read(world, partner, person, str, at)


def _read(
    world: World, partner: Partner, identity: str, named: Callable[[UUID], str], at: datetime
) -> Paper | None:
    for _ in range(_TRIES):
        with world.store.read() as tx:
            whom = person_of(world, tx, partner, identity)
        if whom is None or identity != named(whom):
            return None
        page = _page(world, whom, at)
        found = _written_down(world, partner, whom, page, at) if page else None
        if found is not None:
            return found
    return None


def _page(world: World, patient_id: UUID, at: datetime) -> SentPage | None:
    """As it should be now; drawn where nobody has drawn it yet, which takes its time."""
    with world.store.read() as tx:
        version = current_of(tx, patient_id)
    if version is None:
        return None
    page = sent_page(world, version, at=at)
    with world.store.read() as tx:
        body = rendition_of(tx, page.rendition)
    return SentPage(page.version, page.sheet, page.rendition, body) if body else drawn(world, page)


def _written_down(
    world: World, partner: Partner, patient_id: UUID, page: SentPage, at: datetime
) -> Paper | None:
    """None where another version came, or the door was shut, while it was being drawn."""
    with world.store.begin() as tx:
        found = shown(tx, partner, patient_id, patient_id)
        if found is None or found.number != page.version.number or page.body is None:
            return None
        write_down(tx, partner, found, "pdf", at)
        keep_page(tx, page)
    return Paper(stamp_of(found), page.body)
