"""Publication: a signature, an answer, new words or a stopped dose each freeze the next version.

Everything is laid out before the transaction opens, so that what does not fit stops the act
before anybody has signed; the transaction then checks that nothing moved meanwhile (design 1.6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from careplan.accounts.grants import Grant
from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    PatientFacts,
    may_answer_signature,
    may_stop_dose,
    may_write_for,
)
from careplan.acts.bringing_in import own_words_of
from careplan.acts.cards import has_room, names_another, take_back
from careplan.acts.drafting import Unfinished, assemble, contributions, put_together
from careplan.acts.faces import face_from
from careplan.acts.files import refresh_links
from careplan.acts.sent_page import keep_page, page_for_readers
from careplan.acts.sheets import lay_out_all
from careplan.acts.standing import AccessEnded, fresh, write_down_refusal
from careplan.acts.world import NotThere, World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.plan.care_plan import (
    OWN_WORDS,
    SECTIONS,
    AnswerKind,
    CarePlan,
    Contribution,
    DoseStop,
    PatientAnswer,
    Version,
)
from careplan.plan.content import FIRST
from careplan.plan.due import next_day
from careplan.plan.lifecycle import Event, after, state_of
from careplan.plan.proxies import WRITTEN
from careplan.plan.safety import Facts
from careplan.store.db import Transaction
from careplan.store.drafts import drafts_of
from careplan.store.errors import Stale
from careplan.store.outbox import add_message
from careplan.store.patients import Patient, face_of, note_standing, set_face
from careplan.store.received import brought_plan
from careplan.store.renditions import drop_superseded
from careplan.store.signatures import KeptSignature, keep_signature, stop_signature
from careplan.store.trail import append
from careplan.store.versions import (
    NewVersion,
    current_version,
    keep_version,
    version_signed,
)
from careplan.summary.narrative import narrative, record_narrative
from careplan.summary.today import day_notices

May = Callable[[Who, PatientFacts], bool]


_ENDS_CARDS = (Event.SIGN, Event.STOP_DOSE)
"""Deeds after which no signed card of an earlier version may be believed: its dose is another."""


class ChangedMeanwhile(RuntimeError):
    """Somebody changed the plan since this page was shown: nothing was done, look again."""


@dataclass(frozen=True)
class Ground:
    """What the next version stands on: the newest version, and the plan it would hold. `brought`:
    its sections that stand as they came from elsewhere, saved by nobody here. `stopped_elsewhere`:
    the dose was stopped where the plan was brought from, and nobody has signed it here since."""

    patient: Patient
    plan_number: str
    current: Version | None
    plan: CarePlan
    contributions: tuple[Contribution, ...]
    condition: str = FIRST
    brought: tuple[str, ...] = ()
    stopped_elsewhere: DoseStop | None = None


@dataclass(frozen=True)
class Deed:
    """Who does what to the plan, and how it is written down."""

    by: Who
    may: May
    event: Event
    kind: Kind
    what: Mapping[str, str]
    clinical: bytes | None = None
    signer: Mapping[str, Any] | None = None


def current_of(tx: Transaction, patient_id: UUID) -> Version | None:
    """The newest published version, read back from its own document."""
    kept = current_version(tx, patient_id)
    return _read_back(kept.record) if kept else None


def as_signed(tx: Transaction, current: Version) -> Version | None:
    """The version with which the signature that stands was published: what was so that day."""
    if current.signature is None:
        return None
    kept = version_signed(tx, current.patient_id, current.signature.id)
    return _read_back(kept.record) if kept else None


@lru_cache(maxsize=64)
def _read_back(document: bytes) -> Version:
    """A published document never changes and takes fifty times as long to read as to fetch.

    It is found only by whoever has just opened those very bytes with the person's key.
    """
    return from_bundle(document)


def ground(
    world: World, *, by: Who, patient_id: UUID, may: May, sections: tuple[str, ...]
) -> Ground:
    """The newest version with these sections as drafted. Raises NotThere, Unfinished.

    The person's words are those last published: nobody but they and their team sees a draft. Only
    what they have reported of allergies goes in before that (domain 2.4).
    """
    with world.store.read() as tx:
        patient = allowed_patient(tx, by, patient_id, may)
        current = current_of(tx, patient_id)
        elsewhere = _brought_version(tx, patient_id, current)
        onto = current.plan if current else _said_before(world, tx, patient_id, elsewhere)
        plan = assemble(world, tx, patient_id, sections, onto) if sections else onto
        face = face_of(tx, patient_id)
        drafts = drafts_of(tx, patient_id)
    written = _written(plan, contributions(drafts))
    brought = tuple(one for one in sections if one in drafts and drafts[one].body.get("brought"))
    number, condition = (face.plan_number, face.condition) if face else ("", FIRST)
    condition = current.condition if current else condition
    stop = elsewhere.stop if elsewhere else None
    return Ground(patient, number, current, plan, written, condition, brought, stop)


def _brought_version(tx: Transaction, patient_id: UUID, current: Version | None) -> Version | None:
    """What was brought from elsewhere, until somebody has signed here."""
    if current is not None and current.signature is not None:
        return None
    kept = brought_plan(tx, patient_id)
    return _read_back(kept.document) if kept and kept.document else None


def _said_before(
    world: World, tx: Transaction, patient_id: UUID, elsewhere: Version | None
) -> CarePlan:
    """Before anything is published here: the words published where the plan was brought from, and
    what the person reports of allergies. Half-typed ones wait for the person, and the signature
    does not wait for them."""
    brought = own_words_of(elsewhere) if elsewhere else CarePlan()
    try:
        return assemble(world, tx, patient_id, ("my_allergies",), brought)
    except Unfinished:
        return brought


def words_page(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Ground, Version]:
    """What publishing the person's words would give, to show before it is done."""
    sections = ("identity", *(WRITTEN if by.grant else OWN_WORDS))
    found = ground(world, by=by, patient_id=patient_id, may=may_write_for, sections=sections)
    if by.grant is not None:
        found = _with_the_carers_own(world, found, by.grant)
    return found, next_version(world, found, at=at, reason="trial")


def _with_the_carers_own(world: World, found: Ground, grant: Grant) -> Ground:
    """The carer's own number, and the page their child wrote on their phone: nothing else of
    sections that are not theirs, which may hold what the person has not published."""
    with world.store.read() as tx:
        drafts = drafts_of(tx, found.patient.patient_id)
    plan = found.plan
    try:
        people = put_together(world, drafts, ("my_people",), CarePlan()).my_people
    except Unfinished:  # a line of somebody else's: theirs to put right, and not told
        people = plan.my_people
    mine = [one for one in people.contacts if str(one.id) == grant.id]
    others = [one for one in plan.my_people.contacts if str(one.id) != grant.id]
    if mine:
        contacts = (*others, *mine)
        plan = plan.with_section("my_people", replace(plan.my_people, contacts=contacts))
    if "child_words" in drafts and drafts["child_words"].body.get("said_by"):
        plan = put_together(world, drafts, ("child_words",), plan)
    return replace(found, plan=plan, contributions=_written(plan, contributions(drafts)))


def _written(plan: CarePlan, drafted: tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    return tuple(one for one in drafted if plan.section(one.section) != SECTIONS[one.section]())


def publish_words(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Version:
    """The person's own words become the next version; the signed bytes stay the same bytes."""
    found, version = words_page(world, by=by, patient_id=patient_id, at=at)
    reason = f"{_name(version.plan, by)} changed their own words"
    if by.grant is not None:
        reason = f"{by.grant.called}, changed words of the plan"
    version = replace(version, reason=reason)
    deed = Deed(by, may_write_for, Event.PUBLISH_WORDS, Kind.OWN_WORDS_PUBLISHED, {})
    return publish(world, found, version, deed)


def answer_plan(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    version_seen: int,
    kind: AnswerKind,
    words: str | None,
    interpreter: str | None = None,
    at: datetime,
) -> Version:
    """The person agrees, agrees except, or does not agree: the next version carries it."""
    found = ground(
        world, by=by, patient_id=patient_id, may=may_answer_signature, sections=("identity",)
    )
    _must_be(found, version_seen)
    version = next_version(world, found, at=at, reason=f"{_name(found.plan, by)} answered: {kind}")
    version = replace(version, answer=PatientAnswer(kind, at, words, interpreter))
    what = {"answer": ANSWERS[kind]}
    deed = Deed(by, may_answer_signature, Event.ANSWER, Kind.PATIENT_ANSWERED, what)
    return publish(world, found, version, deed)


ANSWERS = {
    AnswerKind.AGREE: "agree",
    AnswerKind.AGREE_EXCEPT: "agree_except",
    AnswerKind.DO_NOT_AGREE: "do_not_agree",
}


def stop_dose(
    world: World, *, by: Who, patient_id: UUID, version_seen: int, at: datetime
) -> Version:
    """Every surface stops showing a dose, at once, and says whom to ring; the other facts stay."""
    found = ground(world, by=by, patient_id=patient_id, may=may_stop_dose, sections=("identity",))
    _must_be(found, version_seen)
    ring = found.plan.care_team.phone_24h or "the hospital switchboard"
    version = next_version(world, found, at=at, reason=f"{by.name} stopped the dose")
    stop = DoseStop(by.name, by.title or "clinician", by.organisation or "", at, ring)
    deed = Deed(by, may_stop_dose, Event.STOP_DOSE, Kind.DOSE_STOPPED, {})
    return publish(world, found, replace(version, stop=stop), deed)


def next_version(world: World, found: Ground, *, at: datetime, reason: str) -> Version:
    """The version after the newest, with the ground's plan; signature, answer, stop carried on."""
    current = found.current
    fresh: dict[str, Any] = {
        "number": current.number + 1 if current else 1,
        "published_at": at,
        "record_id": world.new_id(),
        "emergency_id": world.new_id(),
        "plan": found.plan,
        "reason": reason,
        "replaces": current.record_id if current else None,
        "contributions": found.contributions,
    }
    if current:
        return replace(current, **fresh)
    return Version(
        patient_id=found.patient.patient_id,
        plan_number=found.plan_number,
        condition=found.condition,
        **fresh,
    )


def publish(world: World, found: Ground, version: Version, deed: Deed) -> Version:
    """Lay out, freeze, keep, hand to every live link, write down and tell: or nothing at all.

    Raises DoesNotFit with the text's name, NotNow, ChangedMeanwhile, and AccessEnded when whoever
    does it lost the right while the page was open or the paper was laid out.
    """
    after(state_of(found.current), deed.event)
    words = world.words_of(version)
    shown, page = narrative(version, words), None
    if deed.event is not Event.STOP_DOSE:  # a stop waits for nothing, least of all for paper
        lay_out_all(world, version, narrative=shown, at=version.published_at)
        page = page_for_readers(world, version)
    record = to_bundle(version, words, narrative=record_narrative(version, words))
    if from_bundle(record) != version:
        raise RuntimeError("the record does not read back as the plan, so nothing was published")
    days = day_notices(version, words, world.drugs_for(version.condition))
    emergency = to_emergency_bundle(version, words, narrative=shown, notices=days)
    try:
        with world.store.begin() as tx:
            _still_allowed(tx, deed, version.patient_id)
            _keep(world, tx, version, deed, record, emergency)
            if _ends_cards(found.current, version, deed):
                take_back(tx, version.patient_id, at=version.published_at)
            refresh_links(world, tx, version, emergency)
            keep_page(tx, page)
            what = {"version": str(version.number), **deed.what}
            event = AuditEvent(
                deed.kind, version.published_at, actor(deed.by), str(version.patient_id), what
            )
            append(tx, event)
    except Stale:
        raise ChangedMeanwhile from None
    except AccessEnded:
        write_down_refusal(
            world, by=deed.by, patient_id=version.patient_id, at=version.published_at
        )
        raise
    return version


def _ends_cards(current: Version | None, version: Version, deed: Deed) -> bool:
    """A card with a wrong name or birth date on it is as little to be believed as one with a wrong
    dose, whoever put it right."""
    if deed.event in _ENDS_CARDS:
        return True
    return current is not None and names_another(current.plan, version.plan)


def _still_allowed(tx: Transaction, deed: Deed, patient_id: UUID) -> None:
    """Asked of what stands in the database now, and held until the end of the transaction."""
    try:
        allowed_patient(tx, fresh(tx, deed.by), patient_id, deed.may)
    except NotThere:
        raise AccessEnded from None


def _keep(
    world: World,
    tx: Transaction,
    version: Version,
    deed: Deed,
    record: bytes,
    emergency: bytes,
) -> None:
    patient_id, signature, at = version.patient_id, version.signature, version.published_at
    if deed.clinical is not None and signature is not None:
        signed = KeptSignature(
            patient_id=patient_id,
            signature_id=signature.id,
            signed_at=signature.signed_at,
            expires_on=signature.expires_on,
            clinical=deed.clinical,
            signer=deed.signer or {},
        )
        keep_signature(tx, signed)
    if deed.event is Event.STOP_DOSE and signature is not None:
        stop_signature(tx, patient_id, signature.id, at=at)
    kept = NewVersion(
        patient_id=patient_id,
        number=version.number,
        published_at=at,
        record_id=version.record_id,
        emergency_id=version.emergency_id,
        record=record,
        emergency=emergency,
        head={"reason": version.reason, "by": deed.by.name},
        signature_id=signature.id if signature else None,
    )
    keep_version(tx, kept)
    _note(world, tx, version, deed)
    drop_superseded(tx, patient_id, current=version.number)
    news = {"version": version.number, "by": deed.by.account_id}
    add_message(tx, "plan-changed", news, patient_id=patient_id, at=at)


def _note(world: World, tx: Transaction, version: Version, deed: Deed) -> None:
    """What the team's list shows without opening anything."""
    signature, event = version.signature, deed.event
    if deed.clinical is not None:
        signer = UUID(deed.by.account_id)
        note_standing(tx, version.patient_id, signed_by=signer, signer_left_at=None)
    if event in (Event.PUBLISH_WORDS, Event.SIGN):
        # An answer or a stop does not make the team have seen what the person changed.
        changed = event is Event.PUBLISH_WORDS and signature is not None
        note_standing(tx, version.patient_id, changed_since_signed=changed)
    note_standing(
        tx,
        version.patient_id,
        state=state_of(version).name.lower(),
        review_due=version.plan.review.review_due,
        valid_to=signature.expires_on if signature else None,
        signed_at=signature.signed_at if signature else None,
        answer_pending=signature is not None and not version.answered,
        disagreed=version.answer is not None and version.answer.kind is AnswerKind.DO_NOT_AGREE,
        dose_stopped=version.stop is not None,
        next_due=next_day(_facts(world, version)),
        card_has_room=has_room(world, version),
    )
    kept = face_of(tx, version.patient_id)
    face = face_from(version.plan, version.plan_number, version.condition)
    # The hospital's own number is the list's alone, and in no plan.
    set_face(
        tx,
        version.patient_id,
        replace(face, hospital_number=kept.hospital_number if kept else None),
    )


def _facts(world: World, version: Version) -> Facts:
    today, drugs = london_day(version.published_at), world.drugs_for(version.condition)
    return Facts(version.plan, today, drugs, version=version, condition=version.condition)


def _must_be(found: Ground, version_seen: int) -> None:
    if found.current is None or found.current.number != version_seen:
        raise ChangedMeanwhile


def _name(plan: CarePlan, by: Who) -> str:
    return plan.about_me.known_as or plan.identity.legal_name or by.name
