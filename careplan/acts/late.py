"""Emergency reads while nothing can be written: from the standby, with a note on this node's disk.

The one exception to "no audit event, no plan". Each door is tried as always; when no database takes
writes, the same questions are asked of one that can be read, and what would have been written is a
note in the spool, on the disk before anything is shown. `telling_late` tells them afterwards.

Nothing can be counted for all nodes, so it is counted here and more strictly: each node takes its
share of three wrong answers for each link, and a link that counts its openings does not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from careplan.accounts.passwords import check_password
from careplan.acts import fetching, opening, tickets
from careplan.acts.opening import (
    Asks,
    Dead,
    MustWait,
    Opened,
    Reader,
    Shown,
    dead,
    knows_birth_date,
    narrative_in,
)
from careplan.acts.visiting import said_by_patient
from careplan.acts.world import World
from careplan.audit.events import stranger
from careplan.fhir.day_notices import said_on
from careplan.sharing.answers import Locked, Wait, asked_at_code_door, folded_answer, may_try
from careplan.sharing.code_door import LONGEST
from careplan.sharing.links import Opening, State, standing
from careplan.sharing.short_codes import read_code
from careplan.store.db import Store, Transaction
from careplan.store.errors import Busy, CannotWriteDown, Full, ReadOnly, Unavailable
from careplan.store.link_files import Packing
from careplan.store.links import KeptLink, link_by_code, secrets_of
from careplan.store.patients import patient_of
from careplan.store.scans import Scanned, scanned
from careplan.store.spool import Deed, Held, Note
from careplan.store.standby import Watch
from careplan.store.versions import emergency_of

FROM_STANDBY = (
    "Our main computer is not answering. A change made in the last few minutes may be missing here."
)
Found = TypeVar("Found")


def either(world: World, as_always: Callable[[], Found], late: Callable[[Store], Found]) -> Found:
    """What a door finds. `late` is given the database that can be read."""
    fallback = world.fallback
    if fallback is None:
        return as_always()
    try:
        return _asked_twice(fallback.watch, as_always)
    except Busy:
        raise  # it answers, and others were in the way
    except (ReadOnly, Full):
        return late(world.store)
    except Unavailable:
        if fallback.standby is None or not fallback.store.away:
            raise
        return late(fallback.standby)


def _asked_twice(watch: Watch, as_always: Callable[[], Found]) -> Found:
    """A connection may be lost without the database being away."""
    try:
        return as_always()
    except (Busy, Full):
        raise
    except Unavailable:
        if watch.lost():
            raise
    return as_always()


def reading(world: World, ask: Callable[[Transaction], Found]) -> Found:
    """What is only read, and needs no event: lists that are public."""

    def of(store: Store) -> Found:
        with store.read() as tx:
            return ask(tx)

    return either(world, lambda: of(world.store), of)


# --- the scanned link --------------------------------------------------------------------------


def open_link(
    world: World, reader: Reader, *, token: str, again: str | None, zipped: bool
) -> Opened | Asks | MustWait | Dead | None:
    """As `opening.open_link`, for as long as anything can be read at all."""
    return either(
        world,
        lambda: opening.open_link(world, reader, token=token, again=again, zipped=zipped),
        lambda store: _open_link(world, store, reader, token, again, zipped=zipped),
    )


def _open_link(
    world: World, store: Store, reader: Reader, token: str, again: str | None, *, zipped: bool
) -> Opened | Asks | MustWait | Dead | None:
    ticket = tickets.read(world, "look", again, at=reader.at) if again else None
    seen = ticket.number if ticket and ticket.token == token else None
    packing = Packing.ZIPPED if zipped else Packing.PLAIN
    with store.read() as tx:
        found = scanned(tx, token, packing=packing)
        if found is None or found.link.facts.direct:
            return None
        version = found.patient.current_version or 0
        new = seen is None or seen != version
        with _whom_to_ring(tx, found.link):
            refusal = _ask(world, tx, found, reader, new=new)
        if refusal is not None:
            return refusal
        until = reader.at + tickets.LOOK_LIVES
        look = tickets.issue(world, "look", token=token, part=0, number=version, until=until)
        opened = Opened(
            found.link,
            found.patient,
            found.files,
            look,
            reader.at,
            from_standby=store is not world.store,
        )
        if not reader.on_our_page:
            return opened
        return opening.with_ours(world, tx, opened, found, new=new)


def _ask(
    world: World, tx: Transaction, found: Scanned, reader: Reader, *, new: bool
) -> Asks | MustWait | Dead | None:
    """None when the door is open, and what was done is on the disk."""
    link, asked = found.link, found.link.facts.opening
    shut = _shut(tx, link, reader, asked, looking=not new)
    if shut is not None:
        return shut
    note = _note(link, reader, asked, Deed.LOOK, version=found.patient.current_version)
    if asked is Opening.CARD:
        if new:
            _keep(world, note)
        return None
    left = _left(world, link, reader, asked)
    folded = folded_answer(reader.answer or "", opening=asked, now=reader.at)
    if folded is None:
        return Asks(asked, left)
    right = opening.is_right(world, tx, link, reader, folded)
    with _held(world) as spool:
        tried = spool.wrong_at(link.link_id)
        _must_be_left(left, tried)
        if right:
            if new:
                spool.keep(note)
            return None
        return _count(spool, link, reader, asked, folded, left)


def _shut(
    tx: Transaction, link: KeptLink, reader: Reader, asked: Opening, *, looking: bool
) -> MustWait | Dead | None:
    """What the link itself says, before any answer. Raises CannotWriteDown where its openings are
    counted, which cannot be done here."""
    facts = replace(link.facts, max_views=None) if looking else link.facts
    state = standing(facts, now=reader.at)
    if state not in (State.LIVE, State.LOCKED):
        return dead(tx, link, state)
    verdict = may_try(facts, now=reader.at, asked=asked)
    if isinstance(verdict, Locked):
        return dead(tx, link, State.LOCKED)
    if isinstance(verdict, Wait):
        return MustWait(asked, verdict.seconds)
    if facts.max_views is not None:
        raise CannotWriteDown("a link that counts its openings cannot count them now")
    return None


def _left(world: World, link: KeptLink, reader: Reader, asked: Opening) -> int:
    """How many different wrong answers may be given here, of those that its life has left."""
    verdict = may_try(link.facts, now=reader.at, asked=asked)
    remaining = getattr(verdict, "remaining", None) or 0
    return world.fallback.share_of(remaining) if world.fallback else 0


def _must_be_left(left: int, tried: frozenset[str]) -> None:
    """Not even the right answer, or the next guess would be free."""
    if len(tried) >= left:
        raise CannotWriteDown("too many wrong answers to take another before they are counted")


def _count(
    spool: Held, link: KeptLink, reader: Reader, asked: Opening, folded: str, left: int
) -> Asks:
    tried = spool.wrong_at(link.link_id)
    if folded not in tried:
        spool.keep(_note(link, reader, asked, Deed.WRONG, answer=folded))
    return Asks(asked, left - len(tried | {folded}), wrong=True)


# --- the link without a manifest, and files -----------------------------------------------------


def open_direct(world: World, reader: Reader, *, token: str) -> Opened | Dead | None:
    """As `opening.open_direct`, for as long as anything can be read at all."""
    return either(
        world,
        lambda: opening.open_direct(world, reader, token=token),
        lambda store: _open_direct(world, store, reader, token),
    )


def _open_direct(world: World, store: Store, reader: Reader, token: str) -> Opened | Dead | None:
    with store.read() as tx:
        found = scanned(tx, token, packing=Packing.PLAIN)
        if found is None or not found.link.facts.direct:
            return None
        state = standing(found.link.facts, now=reader.at)
        if state is not State.LIVE:
            return dead(tx, found.link, state)
        with _whom_to_ring(tx, found.link):
            if found.link.facts.max_views is not None:
                raise CannotWriteDown("a link that counts its openings cannot count them now")
            how, version = found.link.facts.opening, found.patient.current_version
            _keep(world, _note(found.link, reader, how, Deed.LOOK, version=version))
    late = store is not world.store
    return Opened(found.link, found.patient, found.files, "", reader.at, from_standby=late)


def open_file(world: World, *, ticket: str, at: datetime) -> str | None:
    """As `fetching.open_file`: what was named may still be fetched, and nothing is kept of it."""
    return either(
        world,
        lambda: fetching.open_file(world, ticket=ticket, at=at),
        lambda store: fetching.open_file_without_keeping(world, store, ticket=ticket, at=at),
    )


# --- the short code -----------------------------------------------------------------------------


def open_by_code(
    world: World, reader: Reader, *, code: str, passcode: str, for_crew: bool = False
) -> Shown | MustWait | None:
    """As `opening.open_by_code`, for as long as anything can be read at all."""
    return either(
        world,
        lambda: opening.open_by_code(
            world, reader, code=code, passcode=passcode, for_crew=for_crew
        ),
        lambda store: _open_by_code(
            world, store, reader, code=code, passcode=passcode, for_crew=for_crew
        ),
    )


def _open_by_code(
    world: World, store: Store, reader: Reader, *, code: str, passcode: str, for_crew: bool
) -> Shown | None:
    """Everybody waits as long as when very many knock: how many do elsewhere is not known."""
    known = read_code(code)
    with store.read() as tx:
        link = link_by_code(tx, known) if known else None
        kept = secrets_of(tx, link.patient_id, link.link_id).passcode_hash if link else None
    world.pause(LONGEST.total_seconds())
    typed = folded_answer(passcode, opening=Opening.PASSCODE, now=reader.at) or "x"
    knows = check_password(kept, typed, strength=world.strength)
    if link is None:
        return None
    with store.read() as tx:
        found = _through_code_door(world, tx, link, reader, passcode=passcode, knows=knows)
        if found is None:
            return None
        if for_crew:
            found = opening.for_crew_of(world, tx, found)
    if store is world.store:
        return found
    return replace(found, notices=(*found.notices, FROM_STANDBY))


def _through_code_door(
    world: World, tx: Transaction, link: KeptLink, reader: Reader, *, passcode: str, knows: bool
) -> Shown | None:
    """None for whatever does not open, as at the usual door."""
    asked = asked_at_code_door(link.facts.opening)
    try:
        if _shut(tx, link, reader, asked, looking=False) is not None:
            return None
    except CannotWriteDown:
        return None
    born = knows_birth_date(tx, link, reader.answer or "", reader.today)
    wrong = _wrong_at_code_door(asked, reader, passcode, knows=knows, born=born)
    patient = patient_of(tx, link.patient_id)
    version = patient.current_version if patient else None
    document = emergency_of(tx, link.patient_id, version) if version else None
    left = _left(world, link, reader, asked)
    with _held(world) as spool:
        if len(spool.wrong_at(link.link_id)) >= left:
            return None
        if wrong is not None:
            _count(spool, link, reader, asked, wrong, left)
            return None
        if patient is None or document is None or not born:
            return None
        if asked is Opening.PASSCODE and not knows:
            return None
        spool.keep(_note(link, reader, asked, Deed.CODE, version=version))
    return Shown(
        narrative_in(document),
        patient,
        notices=said_on(document, reader.today),
        reply=tickets.reply_ticket(
            world,
            patient_id=link.patient_id,
            link_id=link.link_id,
            version=version or 0,
            door="code",
            at=reader.at,
        ),
        going=said_by_patient(tx, link.patient_id, reader.at),
    )


def _wrong_at_code_door(
    asked: Opening, reader: Reader, passcode: str, *, knows: bool, born: bool
) -> str | None:
    """The one wrong answer that is counted, spelt as the usual door spells it."""
    day = folded_answer(reader.answer or "", opening=Opening.DATE_OF_BIRTH, now=reader.at)
    if asked is not Opening.PASSCODE:
        return None if born else day
    if not knows:
        return folded_answer(passcode, opening=Opening.PASSCODE, now=reader.at)
    return None if born or day is None else f"born {day}"


# --- the node's own disk ------------------------------------------------------------------------


def _note(
    link: KeptLink,
    reader: Reader,
    how: Opening,
    deed: Deed,
    *,
    version: int | None = None,
    answer: str = "",
) -> Note:
    return Note(
        deed=deed,
        patient_id=link.patient_id,
        link_id=link.link_id,
        how=str(how),
        recipient=stranger(reader.recipient).name,
        at=reader.at,
        version=version,
        answer=answer,
    )


def _held(world: World) -> AbstractContextManager[Held]:
    if world.fallback is None:
        raise CannotWriteDown("this node has no spool")
    return world.fallback.spool.held()


@contextmanager
def _whom_to_ring(tx: Transaction, link: KeptLink) -> Iterator[None]:
    """Whoever holds the address is told the number, as of a dead link."""
    try:
        yield
    except CannotWriteDown as problem:
        problem.phone = dead(tx, link, State.LOCKED).phone
        raise


def _keep(world: World, note: Note) -> None:
    with _held(world) as spool:
        spool.keep(note)
