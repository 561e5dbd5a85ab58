"""What a reader who was let in may fetch: the files a link names and does not put in its answer.

The first file of a link lies encrypted in its row. The page and the signed card are encrypted as
they are fetched, so that looking at a link reads nothing but that row; each fetch draws a fresh IV.
A file is never older than the plan: what was named before a change is the newest when it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from careplan.acts import tickets
from careplan.acts.cards import (
    CARD_TYPE,
    CardDoesNotFit,
    NoCardForIt,
    card_file,
    card_kept,
    good_until_from,
)
from careplan.acts.files import FHIR_JSON
from careplan.acts.publishing import current_of
from careplan.acts.sent_page import drawn, keep_page, sent_page
from careplan.acts.world import NotThere, World, london_day
from careplan.keys.jwe import encrypt_file
from careplan.sharing.links import Link, State, standing
from careplan.store.db import Store, Transaction
from careplan.store.link_files import LinkFile, Packing, files_of
from careplan.store.links import KeptLink, link_by_token, link_of, secrets_of
from careplan.store.patients import Patient, patient_of
from careplan.store.renditions import rendition_of

DOCUMENT, PAGE, CARD = range(3)
"""The files of a link by their place."""
_TYPES = {PAGE: FHIR_JSON, CARD: CARD_TYPE}
NO_CARD = b'{"verifiableCredential":[]}'
_TRIES = 4
Making = Callable[[World, KeptLink, datetime], bytes | None]


@dataclass(frozen=True, slots=True)
class Further:
    """A file that is only ever fetched."""

    version: int
    position: int
    content_type: str
    last_updated: datetime


def further_files(
    link: Link, patient: Patient, document: LinkFile, *, at: datetime
) -> tuple[Further, ...]:
    """What else a link hands out beside its document, worked out from what was read already.

    The signed card goes to whoever holds all of the link: once fetched, it asks nothing more. One
    that is past its end is not named: readers turn the whole link away for it. Nor is one that no
    code has room for.
    """
    version, published = document.version, document.last_updated
    stands, ends = patient.standing, good_until_from(patient.standing.review_due, published)
    named = link.full and stands.card_has_room and london_day(at) <= ends
    places = (PAGE, CARD) if named else (PAGE,)
    return tuple(Further(version, place, _TYPES[place], published) for place in places)


def location_of(
    world: World, *, token: str, file: LinkFile | Further, zipped: bool, at: datetime
) -> str:
    """The ticket with which a file is fetched within half an hour."""
    part, until = file.position * 2 + zipped, at + tickets.FILE_LIVES
    return tickets.issue(world, "file", token=token, part=part, number=file.version, until=until)


def open_file(world: World, *, ticket: str, at: datetime) -> str | None:
    """The ciphertext behind a location; None once the ticket is old or the link is dead."""
    return _open(world, world.store, _MADE, ticket, at)


def open_file_without_keeping(
    world: World, store: Store, *, ticket: str, at: datetime
) -> str | None:
    """The same from a database that can only be read."""
    made = {position: partial(make, store) for position, make in _READ.items()}
    return _open(world, store, made, ticket, at)


def _open(
    world: World, store: Store, made: Mapping[int, Making], ticket: str, at: datetime
) -> str | None:
    told = tickets.read(world, "file", ticket, at=at)
    if told is None:
        return None
    position, zipped = divmod(told.part, 2)
    with store.read() as tx:
        link = link_by_token(tx, told.token)
        if link is None or not _hands_out(link, at):
            return None
        if position == DOCUMENT:
            packing = Packing.ZIPPED if zipped else Packing.PLAIN
            files = files_of(tx, link.patient_id, link.link_id, packing=packing)
            return next((one.jwe for one in files if one.position == DOCUMENT), None)
        key = secrets_of(tx, link.patient_id, link.link_id).key
    make, kind = made.get(position), _TYPES.get(position, FHIR_JSON)
    body = make(world, link, at) if make else None
    if body is None:
        return None
    return encrypt_file(
        body, key=key, content_type=kind, entropy=world.entropy, zipped=bool(zipped)
    )


def _hands_out(link: KeptLink, at: datetime) -> bool:
    """Whoever had the last look may still fetch what it named."""
    return standing(link.facts, now=at) in (State.LIVE, State.USED_UP)


def _page(world: World, link: KeptLink, at: datetime) -> bytes | None:
    """The page of the version that is newest when it is handed over, however long drawing took."""
    for _ in range(_TRIES):
        with world.store.read() as tx:
            version = current_of(tx, link.patient_id)
            if version is None or not _still_hands_out(tx, link, at):
                return None
            page = sent_page(world, version, at=at)
            body = rendition_of(tx, page.rendition)
        if body is not None:
            return body
        page = drawn(world, page)
        with world.store.begin() as tx:
            if not _still_hands_out(tx, link, at):
                return None
            if _newest(tx, link) == version.number:
                keep_page(tx, page)
                return page.body
    return None


def _card(world: World, link: KeptLink, at: datetime) -> bytes | None:
    """The signed card of the newest version, made now if nobody has. Where no code has room for
    it the file is there and empty, for readers give up the whole link for one file they miss."""
    with world.store.begin() as tx:
        version = current_of(tx, link.patient_id)
        if version is None or not _still_hands_out(tx, link, at):
            return None
        try:
            return card_file(world, tx, version, link.link_id, at)
        except CardDoesNotFit:
            return NO_CARD
        except (NoCardForIt, NotThere):
            return None


def _still_hands_out(tx: Transaction, link: KeptLink, at: datetime) -> bool:
    now = link_of(tx, link.patient_id, link.link_id)
    return now is not None and _hands_out(now, at)


def _newest(tx: Transaction, link: KeptLink) -> int | None:
    patient = patient_of(tx, link.patient_id)
    return patient.current_version if patient else None


def _page_not_kept(store: Store, world: World, link: KeptLink, at: datetime) -> bytes | None:
    with store.read() as tx:
        version = current_of(tx, link.patient_id)
        if version is None:
            return None
        page = sent_page(world, version, at=at)
        body = rendition_of(tx, page.rendition)
    return body if body is not None else drawn(world, page).body


def _card_made_before(store: Store, _world: World, link: KeptLink, _at: datetime) -> bytes | None:
    """Empty where nobody has made it yet, as where no code has room for it."""
    with store.read() as tx:
        version = current_of(tx, link.patient_id)
        if version is None or not link.facts.full:
            return None
        return card_kept(tx, version, link.link_id) or NO_CARD


_MADE: Mapping[int, Making] = {PAGE: _page, CARD: _card}
"""How each file that is only ever fetched is made."""
_READ = {PAGE: _page_not_kept, CARD: _card_made_before}
"""The same where nothing can be kept."""
