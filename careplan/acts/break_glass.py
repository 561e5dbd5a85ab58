"""Staff of an emergency department ask for somebody's page without a card: counted, written, told.

One look, one reason, one transaction. Every refusal is the same to whoever asked, in words and in
work: nobody learns who has a plan, or whose number and birth date belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.accounts.passwords import check_password
from careplan.accounts.people import Who
from careplan.accounts.permissions import PatientFacts, may_break_glass, may_read_record
from careplan.acts import tickets
from careplan.acts.consents import standing_of
from careplan.acts.opening import narrative_in
from careplan.acts.standing import fresh
from careplan.acts.visiting import GoingIn, said_by_patient
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.day_notices import said_on
from careplan.sharing.birth_dates import read_birth_date
from careplan.sharing.consents import Consent
from careplan.sharing.staff_door import LIMITS, Cause, Counted
from careplan.store.counters import count_in, counted_in, ends_in
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.fences import let_in
from careplan.store.outbox import add_message
from careplan.store.patients import Patient, face_of, face_of_nobody, find_patient, patient_of
from careplan.store.trail import append, events_of
from careplan.store.versions import emergency_of

_NEWEST_EVENTS = 200


@dataclass(frozen=True)
class Asked:
    """What staff typed: a whole NHS number, a birth date as read off a screen, and why."""

    nhs_number: str
    birth_date: str
    cause: Cause
    words: str


@dataclass(frozen=True)
class Looked:
    """The emergency document's page, which is our own XHTML, and what it says of this day."""

    narrative: str
    patient: Patient
    notices: tuple[str, ...]
    reply: str
    """The ticket for what became of this look."""
    going: GoingIn | None


@dataclass(frozen=True)
class NotShown:
    """No plan for that number and date. Why not is never said here."""


@dataclass(frozen=True)
class MustRest:
    """Too many asked for; the door opens again in so many seconds."""

    counted: Counted
    seconds: int


def look_up(
    world: World, *, by: Who, asked: Asked, at: datetime, today: date
) -> Looked | NotShown | MustRest:
    """The emergency page of one person, for one reason. The person is told in the same
    transaction, and so is their team."""
    if not world.break_glass:
        raise NotThere
    if not may_break_glass(by):
        raise NotAllowed
    # One hash for every try, whatever becomes of it: beside it no other difference can be timed.
    check_password(None, asked.nhs_number, strength=world.strength)
    with world.store.begin() as tx:
        if not may_break_glass(fresh(tx, by)):
            raise NotAllowed
        rest = _count(tx, by, at)
        if rest is not None:
            return rest
        append(tx, AuditEvent(Kind.STAFF_DOOR_ASKED, at, actor(by), None))
        found, stopped = _find(world, tx, asked, today)
        if found is not None and stopped is None:
            looked = _looked(world, tx, found, at, today)
            _tell(tx, by, found, asked, at)
            return looked
        _refuse(tx, by, found, stopped, at)
        return NotShown()


def _count(tx: Transaction, by: Who, at: datetime) -> MustRest | None:
    """Counted before anything is looked at. Whoever asks holds their own count until their answer
    is written, so that a hundred tries at once still fail one by one."""
    for counted in (Counted.PERSON_HOUR, Counted.PERSON_DAY, Counted.HOSPITAL_HOUR):
        limit = LIMITS[counted]
        number = count_in(tx, _scope(counted, by), window=limit.window, at=at)
        if number > limit.most:
            if number == limit.most + 1:
                _write_rest(tx, by, counted, at)
            return _rest(counted, at)
    failed = LIMITS[Counted.FAILED_HOUR]
    so_far = counted_in(tx, _scope(Counted.FAILED_HOUR, by), window=failed.window, at=at)
    return _rest(Counted.FAILED_HOUR, at) if so_far >= failed.most else None


def _rest(counted: Counted, at: datetime) -> MustRest:
    left = ends_in(LIMITS[counted].window, at=at)
    return MustRest(counted, -(-left // timedelta(seconds=1)))


def _write_rest(tx: Transaction, by: Who, counted: Counted, at: datetime) -> None:
    """Once in each window: the trail of a service is not for somebody to fill."""
    append(tx, AuditEvent(Kind.STAFF_DOOR_RESTS, at, actor(by), None, {"limit": str(counted)}))


def _scope(counted: Counted, by: Who) -> str:
    """A hospital is its name here: its teams, and a second department, share one count."""
    whose = by.organisation if counted is Counted.HOSPITAL_HOUR else by.account_id
    return f"staff-door:{counted}:{whose}"


def _find(
    world: World, tx: Transaction, asked: Asked, today: date
) -> tuple[Patient | None, str | None]:
    """Whose number it is, and what stops the look. Of nobody, as much is asked as of somebody."""
    patient_id = find_patient(tx, Finds.NHS_NUMBER, asked.nhs_number)
    asked_of = patient_id or world.new_id()
    let_in(tx, asked_of)
    patient, face = patient_of(tx, asked_of), face_of(tx, asked_of)
    allowed = standing_of(tx, asked_of, Consent.EMERGENCY_STAFF).on
    born = read_birth_date(asked.birth_date, latest=today)
    if patient is None or face is None or patient.erased:
        face_of_nobody(tx, asked_of)
        return None, None
    if face.date_of_birth is None or face.date_of_birth not in born:
        return patient, "birth_date"
    if not allowed:
        return patient, "off"
    # Where no account is linked, nobody can be told and nobody could have said no.
    none = patient.current_version is None or patient.standing.unlinked
    return patient, "nothing" if none else None


def _looked(world: World, tx: Transaction, patient: Patient, at: datetime, today: date) -> Looked:
    patient_id, version = patient.patient_id, patient.current_version or 0
    document = emergency_of(tx, patient_id, version)
    if document is None:
        raise LookupError("a version without its emergency document")
    reply = tickets.reply_ticket(
        world, patient_id=patient_id, link_id=None, version=version, door="staff", at=at
    )
    going = said_by_patient(tx, patient_id, at)
    return Looked(narrative_in(document), patient, said_on(document, today), reply, going)


def _tell(tx: Transaction, by: Who, patient: Patient, asked: Asked, at: datetime) -> None:
    patient_id = patient.patient_id
    what = _who_said(by) | {"because": str(asked.cause), "version": str(patient.current_version)}
    if asked.words:
        what["words"] = asked.words
    append(tx, AuditEvent(Kind.STAFF_DOOR_OPENED, at, actor(by), str(patient_id), what))
    add_message(tx, "staff-door", {"by": by.account_id}, patient_id=patient_id, at=at)


def _refuse(
    tx: Transaction, by: Who, patient: Patient | None, stopped: str | None, at: datetime
) -> None:
    """To the person whose number it was, or to nobody: one event either way, and one count."""
    job = {key: value for key, value in _who_said(by).items() if key == "job"}
    whom = str(patient.patient_id) if patient else None
    what = job | ({"stopped": stopped} if stopped else {})
    append(tx, AuditEvent(Kind.STAFF_DOOR_REFUSED, at, actor(by), whom, what))
    limit = LIMITS[Counted.FAILED_HOUR]
    failed = count_in(tx, _scope(Counted.FAILED_HOUR, by), window=limit.window, at=at)
    if failed == limit.most:
        _write_rest(tx, by, Counted.FAILED_HOUR, at)


def _who_said(by: Who) -> dict[str, str]:
    said = {"job": by.title, "registration": str(by.registration) if by.registration else None}
    return {key: value for key, value in said.items() if value}


@dataclass(frozen=True)
class StaffLook:
    """One look through the staff door, as the person's team sees it."""

    at: datetime
    name: str
    organisation: str
    job: str
    cause: Cause
    words: str


def staff_looks(
    world: World, *, by: Who, patient_id: UUID, since: datetime
) -> tuple[StaffLook, ...]:
    """Those since then, newest first, for whoever may read the record. No carer: one who puts
    pressure on the person must not learn where they went for help."""
    if not world.break_glass:
        return ()
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, _may_see_looks)
        kept = [one.event for one in events_of(tx, patient_id, limit=_NEWEST_EVENTS)]
    return tuple(
        _look(one) for one in kept if one.kind is Kind.STAFF_DOOR_OPENED and one.at >= since
    )


def _may_see_looks(who: Who, patient: PatientFacts) -> bool:
    return may_read_record(who, patient) and who.grant is None


def _look(event: AuditEvent) -> StaffLook:
    return StaffLook(
        at=event.at,
        name=event.actor.name,
        organisation=event.actor.organisation or "",
        job=event.what.get("job", ""),
        cause=Cause(event.what["because"]),
        words=event.what.get("words", ""),
    )
