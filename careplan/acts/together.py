"""Agreeing together: a clinician hands the person the screen, and the person answers on it.

The screen that is handed over opens nothing else: its session loses the second factor, and holds
one thing only, whose answer to which version it is waiting for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    may_answer_together,
    may_keep_handed_answer,
    may_write_clinical,
)
from careplan.acts.publishing import (
    ChangedMeanwhile,
    Deed,
    current_of,
    ground,
    next_version,
    publish,
)
from careplan.acts.standing import AccessEnded, fresh, write_down_refusal
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.fhir.writable import text_problem
from careplan.plan.care_plan import AnswerKind, CarePlan, PatientAnswer, Version
from careplan.plan.changes import Change, compare
from careplan.plan.lifecycle import Event, after, state_of
from careplan.render.paper import DoesNotFit
from careplan.store.db import Transaction
from careplan.store.sessions import session_by_token, set_session_data, take_second_factor
from careplan.store.trail import append
from careplan.store.versions import version_of

HANDED = "handed"
"""What the session of a screen that was handed over holds."""
LASTS = timedelta(minutes=30)
LONGEST_WORDS, LONGEST_LINE = 500, 200
_LOOK_BACK = 20


class NothingHanded(LookupError):
    """This screen has not been handed to anybody."""


class TooLate(ValueError):
    """The screen lay about too long: nobody can say any more who presses what on it."""


class NoWords(ValueError):
    """What the person does not agree with must be said, in their words."""


class Unkept(ValueError):
    """Words that are too long, or hold a sign that cannot be kept; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Meeting:
    """What a clinician and the person go through: what is new since the person last answered.

    `answered` is the version they answered then; nothing, if they never have.
    """

    current: Version | None
    answered: Version | None
    changes: tuple[Change, ...]


def meeting(world: World, *, by: Who, patient_id: UUID) -> Meeting:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        current = current_of(tx, patient_id)
        answered = _last_answered(tx, current) if current else None
    if current is None or answered is None:
        return Meeting(current, None, ())
    return Meeting(current, answered, compare(answered.plan, current.plan, world.words_of(current)))


def _last_answered(tx: Transaction, current: Version) -> Version | None:
    """The version in which the person's newest answer was given; later ones only carry it on."""
    found: Version | None = None
    for number in range(current.number, max(current.number - _LOOK_BACK, 0), -1):
        kept = version_of(tx, current.patient_id, number)
        version = _read(kept.record) if kept else None
        answer = version.answer if version else None
        if found and (answer is None or found.answer is None or answer.at != found.answer.at):
            return found
        found = version if answer else found
    return found


@lru_cache(maxsize=64)
def _read(document: bytes) -> Version:
    return from_bundle(document)


@dataclass(frozen=True, slots=True)
class Around:
    """How the answer comes about: who interprets, who else is there, and on what basis it is
    decided where the person cannot decide this alone."""

    interpreter: str | None = None
    present: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What the person is asked on a screen that was handed to them, and what is known of it.

    `done` is the version that their answer made.
    """

    patient_id: UUID
    version: int
    name: str
    at: datetime
    around: Around
    done: int | None = None


def hand_over(
    world: World,
    *,
    by: Who,
    token: str,
    patient_id: UUID,
    version_seen: int,
    around: Around,
    at: datetime,
) -> Handed:
    """From now on this session is the person's: it shows them their plan and takes their answer.
    Raises ChangedMeanwhile, NotNow, Unkept, AccessEnded."""
    for name, text in asdict(around).items():
        _must_be_kept(name, text or "", LONGEST_WORDS if name == "basis" else LONGEST_LINE)
    try:
        with world.store.begin() as tx:
            allowed_patient(tx, fresh(tx, by), patient_id, may_answer_together)
            current = current_of(tx, patient_id)
            after(state_of(current), Event.ANSWER)
            if current is None or current.number != version_seen:
                raise ChangedMeanwhile
            handed = Handed(patient_id, version_seen, name_of(current.plan), at, around)
            take_second_factor(tx, token)
            set_session_data(tx, token, {HANDED: _plain(handed)})
            what = {"version": str(version_seen)}
            append(tx, AuditEvent(Kind.SCREEN_HANDED, at, actor(by), str(patient_id), what))
    except AccessEnded:
        write_down_refusal(world, by=by, patient_id=patient_id, at=at)
        raise
    return handed


def name_of(plan: CarePlan) -> str:
    return plan.about_me.known_as or plan.identity.legal_name or "the person"


def handed_in(data: Mapping[str, Any]) -> Handed | None:
    """What a session's data says was handed over."""
    kept = data.get(HANDED)
    if not kept:
        return None
    facts = dict(kept)
    facts["patient_id"] = UUID(facts["patient_id"])
    facts["at"] = datetime.fromisoformat(facts["at"])
    facts["around"] = Around(**facts["around"])
    return Handed(**facts)


def _plain(handed: Handed) -> dict[str, Any]:
    return {
        "patient_id": str(handed.patient_id),
        "version": handed.version,
        "name": handed.name,
        "at": handed.at.isoformat(),
        "around": asdict(handed.around),
        "done": handed.done,
    }


def shown_on_handed(world: World, *, by: Who, handed: Handed, at: datetime) -> Version:
    """The plan that the person is asked about. Raises TooLate, ChangedMeanwhile."""
    if at - handed.at > LASTS:
        raise TooLate
    with world.store.read() as tx:
        allowed_patient(tx, by, handed.patient_id, may_keep_handed_answer)
        current = current_of(tx, handed.patient_id)
    if current is None or current.number != (handed.done or handed.version):
        raise ChangedMeanwhile
    return current


def answer_together(
    world: World,
    *,
    by: Who,
    token: str,
    kind: AnswerKind,
    words: str | None,
    at: datetime,
) -> Version:
    """The person's own answer, pressed on the screen handed to them: the next version.

    The audit names both. Raises NothingHanded, TooLate, NoWords, Unkept, ChangedMeanwhile, NotNow
    and DoesNotFit; each is written down, and the screen stays with the person.
    """
    with world.store.read() as tx:
        row = session_by_token(tx, token)
    handed = handed_in(row.data) if row else None
    if handed is None or handed.done is not None:
        raise NothingHanded
    try:
        return _answer(world, by, token, handed, kind, words, at)
    except (TooLate, NoWords, Unkept, ChangedMeanwhile, DoesNotFit) as problem:
        what = {"why": _WHY[type(problem)], "version": str(handed.version)}
        patient = str(handed.patient_id)
        with world.store.begin() as tx:
            append(tx, AuditEvent(Kind.TOGETHER_REFUSED, at, actor(by), patient, what))
        raise


_WHY = {
    TooLate: "too_late",
    NoWords: "no_words",
    Unkept: "too_long",
    ChangedMeanwhile: "changed",
    DoesNotFit: "no_fit",
}


def _answer(
    world: World,
    by: Who,
    token: str,
    handed: Handed,
    kind: AnswerKind,
    words: str | None,
    at: datetime,
) -> Version:
    if at - handed.at > LASTS:
        raise TooLate
    if kind is not AnswerKind.AGREE and not (words or "").strip():
        raise NoWords
    _must_be_kept("words", words or "", LONGEST_WORDS)
    found = ground(
        world,
        by=by,
        patient_id=handed.patient_id,
        may=may_keep_handed_answer,
        sections=("identity",),
    )
    if found.current is None or found.current.number != handed.version:
        raise ChangedMeanwhile
    staff = ", ".join(filter(None, (by.name, by.title)))
    answer = PatientAnswer(
        kind,
        at,
        (words or "").strip() or None,
        handed.around.interpreter,
        given_with=staff,
        present=handed.around.present,
        basis=handed.around.basis,
    )
    version = next_version(world, found, at=at, reason=f"{handed.name} answered: {kind}")
    what = {"answer": kind.name.lower(), "person": handed.name}
    deed = Deed(by, may_keep_handed_answer, Event.ANSWER, Kind.ANSWERED_TOGETHER, what)
    made = publish(world, found, replace(version, answer=answer), deed)
    with world.store.begin() as tx:
        done = replace(handed, done=made.number)
        set_session_data(tx, token, {HANDED: _plain(done)})
    return made


def _must_be_kept(name: str, text: str, most: int) -> None:
    if len(text) > most or (text.strip() and text_problem(text)):
        raise Unkept(name)
