"""What happens when a stranger holds up a link or types a code: asked, counted, written, shown.

Every answer is one write transaction: no audit event, no plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from careplan.accounts.passwords import check_password
from careplan.acts import tickets
from careplan.acts.consents import standing_of
from careplan.acts.fetching import Further, further_files
from careplan.acts.publishing import current_of
from careplan.acts.renditions import ambulance_narrative
from careplan.acts.visiting import GoingIn, said_by_patient
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, stranger
from careplan.audit.events import Kind as Deed
from careplan.fhir.day_notices import said_on
from careplan.plan.lifecycle import Tone, in_words
from careplan.sharing.answers import (
    LIFETIME,
    Locked,
    Wait,
    after_wrong,
    asked_at_code_door,
    folded_answer,
    may_try,
)
from careplan.sharing.birth_dates import read_birth_date
from careplan.sharing.code_door import WINDOW, pause_after
from careplan.sharing.consents import Consent
from careplan.sharing.links import Kind, Opening, State, standing
from careplan.sharing.short_codes import read_code
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.link_files import LinkFile, Packing
from careplan.store.links import (
    KeptLink,
    count_view,
    count_wrong_answer,
    link_by_code,
    lock_link,
    mark_locked,
    mark_told,
    pause_link,
    secrets_of,
)
from careplan.store.looks import write_look
from careplan.store.outbox import add_message
from careplan.store.patients import Patient, face_of, patient_of
from careplan.store.scans import Scanned, scanned
from careplan.store.trail import append
from careplan.store.versions import emergency_of

REPEATS_TOLD_EVERY = timedelta(hours=1)
_LATE = {"late": "yes"}


@dataclass(frozen=True)
class Reader:
    """A stranger at a door: what they answered, who they say they are, when it is. `on_our_page`:
    they read it on our own page, which shows what is not in the plan too. `late`: it was so, and is
    written down only now."""

    answer: str | None
    recipient: str
    at: datetime
    today: date
    on_our_page: bool = False
    late: bool = False


@dataclass(frozen=True)
class Opened:
    """The plan may be shown: ciphertext for the link's holder, and how the plan stands today.

    `reply`: the ticket for what became of this look; none where it is only being checked.
    `from_standby`: a change of the last moments might not be in it.
    """

    link: KeptLink
    patient: Patient
    files: tuple[LinkFile, ...]
    look: str
    at: datetime
    reply: str = ""
    going: GoingIn | None = None
    from_standby: bool = False

    @property
    def further(self) -> tuple[Further, ...]:
        """What the reader may fetch besides."""
        facts, files = self.link.facts, self.files
        return further_files(facts, self.patient, files[0], at=self.at) if files else ()


@dataclass(frozen=True)
class Asks:
    """An answer is needed first. `wrong` when one was just given; `remaining` tries are left."""

    opening: Opening
    remaining: int
    wrong: bool = False


@dataclass(frozen=True)
class MustWait:
    opening: Opening
    seconds: int


@dataclass(frozen=True)
class Dead:
    """`state` in the link's words, and the 24-hour number for whoever holds the address."""

    state: State
    phone: str | None


def open_link(
    world: World, reader: Reader, *, token: str, again: str | None, zipped: bool
) -> Opened | Asks | MustWait | Dead | None:
    """A scanned link. None for an address nobody ever had.

    `again` is the ticket of an open page that asks whether it still shows the plan to use: for
    the version it was let in to, that is not another look, so it is neither counted nor written.
    """
    ticket = tickets.read(world, "look", again, at=reader.at) if again else None
    seen = ticket.number if ticket and ticket.token == token else None
    packing = Packing.ZIPPED if zipped else Packing.PLAIN
    with world.store.begin() as tx:
        found = scanned(tx, token, packing=packing, to_count=seen is None)
        if found is None or found.link.facts.direct:
            return None
        link = found.link
        refusal = _ask(
            tx,
            link,
            link.facts.opening,
            reader,
            right=lambda given: is_right(world, tx, link, reader, given),
            looking=seen is not None and seen == found.patient.current_version,
        )
        if refusal is not None:
            return refusal
        if link.facts.opening is not Opening.CARD:
            # An answer had to wait its turn, and the plan may have changed meanwhile.
            found = scanned(tx, token, packing=packing) or found
        patient, files = found.patient, found.files
        new = seen is None or seen != patient.current_version
        if new and not _look(tx, found, reader):
            return dead(tx, link, State.USED_UP)
        until, version = reader.at + tickets.LOOK_LIVES, patient.current_version or 0
        look = tickets.issue(world, "look", token=token, part=0, number=version, until=until)
        opened = Opened(link, patient, files, look, reader.at)
        return with_ours(world, tx, opened, found, new=new) if reader.on_our_page else opened


def with_ours(
    world: World, tx: Transaction, opened: Opened, found: Scanned, *, new: bool
) -> Opened:
    """What our own page shows besides. Who is not going in costs no statement."""
    patient_id, at, until = found.patient.patient_id, opened.at, found.going_until
    going = said_by_patient(tx, patient_id, at) if until is not None and until > at else None
    reply = ""
    if new:
        reply = tickets.reply_ticket(
            world,
            patient_id=patient_id,
            link_id=found.link.link_id,
            version=found.patient.current_version or 0,
            door="link",
            at=at,
        )
    return replace(opened, reply=reply, going=going)


def open_direct(world: World, reader: Reader, *, token: str) -> Opened | Dead | None:
    """A link without a manifest: its one file, for whoever says who they are. None for any other
    address, so that nobody learns of a link that asks by trying it here."""
    with world.store.begin() as tx:
        found = scanned(tx, token, packing=Packing.PLAIN, to_count=True)
        if found is None or not found.link.facts.direct:
            return None
        state = standing(found.link.facts, now=reader.at)
        if state is not State.LIVE:
            return dead(tx, found.link, state)
        if not _look(tx, found, reader):
            return dead(tx, found.link, State.USED_UP)
        return Opened(found.link, found.patient, found.files, "", reader.at)


@dataclass(frozen=True)
class Shown:
    """The emergency page for the door that needs no script. `narrative` is our own XHTML."""

    narrative: str
    patient: Patient
    for_crew: bool = False
    notices: tuple[str, ...] = ()
    """What holds on this day only."""
    reply: str = ""
    """The ticket for what became of it."""
    going: GoingIn | None = None


def open_by_code(
    world: World, reader: Reader, *, code: str, passcode: str, for_crew: bool = False
) -> Shown | MustWait | None:
    """The short-code door. None for an unknown code, a dead link and a wrong answer alike.

    `reader.answer` is the date of birth. A stranger learns nothing from words or time: every
    try costs one password hash and one count, and one pause while many knock. `for_crew`
    asks for the ambulance order, which is given where the person has not turned it off.
    """
    known, at = read_code(code), reader.at
    with world.store.begin() as tx:
        knocks = count_in(tx, "code-door", window=WINDOW, at=at)
        link = link_by_code(tx, known) if known else None
        kept = secrets_of(tx, link.patient_id, link.link_id).passcode_hash if link else None
    world.pause(pause_after(knocks).total_seconds())
    # One hash for every try, whatever becomes of it, and while nothing is locked for others.
    typed = folded_answer(passcode, opening=Opening.PASSCODE, now=at) or "x"
    knows = check_password(kept, typed, strength=world.strength)
    if link is None:
        return None
    known_link = link

    def through(tx: Transaction) -> Shown | MustWait | None:
        found = _through_code_door(world, tx, known_link, reader, passcode=passcode, knows=knows)
        return for_crew_of(world, tx, found) if for_crew and isinstance(found, Shown) else found

    # The knock above is kept by now, so whoever meets somebody here cannot be answered anew.
    return world.store.whole(through)


def for_crew_of(world: World, tx: Transaction, found: Shown) -> Shown:
    """The same version in the order of an ambulance crew, made of what an emergency may see."""
    patient_id = found.patient.patient_id
    version = current_of(tx, patient_id)
    if version is None or not standing_of(tx, patient_id, Consent.AMBULANCE).on:
        return found
    return replace(found, narrative=ambulance_narrative(world, version), for_crew=True)


def _through_code_door(
    world: World,
    tx: Transaction,
    link: KeptLink,
    reader: Reader,
    *,
    passcode: str,
    knows: bool,
) -> Shown | MustWait | None:
    """`knows`: whether the passcode is the link's. A birth date is asked for beside it, and a
    wrong one counts like any wrong answer, or it could be guessed without end."""
    asked, typed = asked_at_code_door(link.facts.opening), reader.answer or ""
    born = knows_birth_date(tx, link, typed, reader.today)
    by_passcode = asked is Opening.PASSCODE
    given = replace(reader, answer=passcode) if by_passcode else reader
    refusal = _ask(tx, link, asked, given, right=lambda _: knows if by_passcode else born)
    if isinstance(refusal, MustWait):
        return refusal
    if refusal is None and not born:
        folded = folded_answer(typed, opening=Opening.DATE_OF_BIRTH, now=reader.at)
        if folded is not None:
            count_wrong(tx, link, asked, reader, f"born {folded}")
    if refusal is not None or not born:
        return None
    patient = _patient(tx, link)
    if count_view(tx, link.patient_id, link.link_id, at=reader.at) is None:
        return None
    document = emergency_of(tx, link.patient_id, patient.current_version or 0)
    if document is None:
        return None
    _write_down(tx, Deed.SHORT_CODE_OPENED, link, patient, reader, asked)
    return Shown(
        narrative_in(document),
        patient,
        notices=said_on(document, reader.today),
        reply=tickets.reply_ticket(
            world,
            patient_id=link.patient_id,
            link_id=link.link_id,
            version=patient.current_version or 0,
            door="code",
            at=reader.at,
        ),
        going=said_by_patient(tx, link.patient_id, reader.at),
    )


def narrative_in(document: bytes) -> str:
    """The narrative of the Composition, which stands first in every document we freeze."""
    composition = json.loads(document)["entry"][0]["resource"]
    return str(composition["text"]["div"])


@dataclass(frozen=True)
class Chip:
    """The state of the plan as it is said today, in words and a tone; never colour alone."""

    label: str
    tone: Tone
    words: str


def chip_of(patient: Patient, today: date) -> Chip:
    """Worked out at this moment from the columns kept in clear for it (design 1.8)."""
    kept = patient.standing
    if kept.signed_at is None:
        return Chip("NOT SIGNED", Tone.WARN, "No signed pain plan yet. Written by the person.")
    if kept.dose_stopped:
        return Chip("DOSE STOPPED", Tone.STOP, "Do not use the dose on earlier copies.")
    past = [day for day in (kept.valid_to, kept.review_due) if day is not None and today > day]
    if past:
        return Chip("REVIEW OVERDUE", Tone.WARN, f"Review was due on {in_words(min(past))}.")
    until = f"Valid to {in_words(kept.valid_to)}." if kept.valid_to else ""
    return Chip("CURRENT", Tone.OK, until)


def _ask(
    tx: Transaction,
    link: KeptLink,
    asked: Opening,
    reader: Reader,
    *,
    right: Callable[[str], bool],
    looking: bool = False,
) -> Asks | MustWait | Dead | None:
    """None when the door is open. `right` is asked of a folded answer. `looking`: this reader was
    let in to this version, so a limit on views must not close the page it was opened with."""
    if asked is not Opening.CARD:
        link = lock_link(tx, link.patient_id, link.link_id)
    facts = replace(link.facts, max_views=None) if looking else link.facts
    state = standing(facts, now=reader.at)
    if state not in (State.LIVE, State.LOCKED):
        return dead(tx, link, state)
    verdict = may_try(facts, now=reader.at, asked=asked)
    if isinstance(verdict, Locked):
        return dead(tx, link, State.LOCKED)
    if isinstance(verdict, Wait):
        return MustWait(asked, verdict.seconds)
    if asked is Opening.CARD:
        return None
    folded = folded_answer(reader.answer or "", opening=asked, now=reader.at)
    if folded is None:
        return Asks(asked, verdict.remaining or 0)
    if right(folded):
        return None
    return count_wrong(tx, link, asked, reader, folded)


def is_right(world: World, tx: Transaction, link: KeptLink, reader: Reader, folded: str) -> bool:
    if link.facts.opening is Opening.PASSCODE:
        kept = secrets_of(tx, link.patient_id, link.link_id).passcode_hash
        return check_password(kept, folded, strength=world.strength)
    return knows_birth_date(tx, link, reader.answer or "", reader.today)


def knows_birth_date(tx: Transaction, link: KeptLink, typed: str, today: date) -> bool:
    face = face_of(tx, link.patient_id)
    born = face.date_of_birth if face else None
    return born is not None and born in read_birth_date(typed, latest=today)


def count_wrong(
    tx: Transaction, link: KeptLink, asked: Opening, reader: Reader, folded: str
) -> Asks | Dead:
    patient_id, link_id, at = link.patient_id, link.link_id, reader.at
    counted = count_wrong_answer(tx, patient_id, link_id, answer=folded, lifetime=LIFETIME[asked])
    follows = after_wrong(
        counted.distinct, opening=asked, now=at, already_seen=counted.already_seen
    )
    what = {"link": link.facts.id, "how": str(asked), "tries": str(counted.distinct)}
    what |= _LATE if reader.late else {}
    doer = stranger(reader.recipient)
    if not counted.already_seen or _first_repeat(tx, link, at):
        append(tx, AuditEvent(Deed.WRONG_ANSWER, at, doer, str(patient_id), what))
    if follows.next_try_at is not None:
        pause_link(tx, patient_id, link_id, until=follows.next_try_at)
    if follows.tell and mark_told(tx, patient_id, link_id, at=at):
        said = {"link": link.facts.id}
        add_message(tx, "wrong-answers", said, patient_id=patient_id, at=at)
    if not follows.locked:
        return Asks(asked, follows.remaining, wrong=True)
    if mark_locked(tx, patient_id, link_id, at=at):
        said = {"link": link.facts.id}
        append(tx, AuditEvent(Deed.LINK_LOCKED, at, SYSTEM, str(patient_id), said))
        add_message(tx, "link-locked", said, patient_id=patient_id, at=at)
    return dead(tx, link, State.LOCKED)


def _first_repeat(tx: Transaction, link: KeptLink, at: datetime) -> bool:
    """A wrong answer given again changes nothing and shows nothing, so one event an hour says that
    it goes on, and a flood of them cannot grow the trail without end."""
    scope = f"wrong-again:{link.link_id}"
    return count_in(tx, scope, window=REPEATS_TOLD_EVERY, at=at) == 1


def dead(tx: Transaction, link: KeptLink, state: State) -> Dead:
    face = face_of(tx, link.patient_id)
    return Dead(state, face.phone_24h if face else None)


def _patient(tx: Transaction, link: KeptLink) -> Patient:
    patient = patient_of(tx, link.patient_id)
    if patient is None:
        raise LookupError("a link whose person is not there")
    return patient


def _look(tx: Transaction, found: Scanned, reader: Reader) -> bool:
    """Counted and written down; False when the link ended meanwhile."""
    link, patient = found.link, found.patient
    event = look_event(Deed.LINK_OPENED, link, patient, reader, link.facts.opening)
    if not write_look(tx, found, event, at=reader.at):
        return False
    tell_of_look(tx, link, patient, reader)
    return True


def _write_down(
    tx: Transaction, kind: Deed, link: KeptLink, patient: Patient, reader: Reader, how: Opening
) -> None:
    append(tx, look_event(kind, link, patient, reader, how))
    tell_of_look(tx, link, patient, reader)


def look_event(
    kind: Deed, link: KeptLink, patient: Patient, reader: Reader, how: Opening
) -> AuditEvent:
    by = "app" if link.facts.kind is Kind.APP and how is Opening.CARD else str(how)
    what = {"link": link.facts.id, "version": str(patient.current_version), "how": by}
    if reader.late:
        what |= _LATE
    return AuditEvent(kind, reader.at, stranger(reader.recipient), str(link.patient_id), what)


def tell_of_look(tx: Transaction, link: KeptLink, patient: Patient, reader: Reader) -> None:
    if patient.tell_opened:
        said = {"link": link.facts.id}
        add_message(tx, "link-opened", said, patient_id=link.patient_id, at=reader.at)
