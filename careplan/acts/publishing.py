"""Publication: a signature, an answer, new words or a stopped dose each freeze the next version (design 1.6).

Everything is laid out before the transaction opens, so that what does not fit stops the act
before anybody has signed; the transaction then checks that nothing moved meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    may_answer_signature,
    may_sign,
    may_stop_dose,
    may_write_own_words,
)
from careplan.acts.drafting import assemble, contributions
from careplan.acts.files import link_files
from careplan.acts.world import NotAllowed, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.plan.care_plan import (
    CLINICAL,
    OWN_WORDS,
    AnswerKind,
    CarePlan,
    DoseStop,
    PatientAnswer,
    Signature,
    Version,
)
from careplan.plan.codec import canonical, to_plain
from careplan.plan.lifecycle import Event, after, state_of
from careplan.plan.safety import Facts, Finding, Severity, age_on, check, months_later
from careplan.render.paper import measure
from careplan.store.db import Transaction
from careplan.store.links import live_links_of, put_files
from careplan.store.outbox import add_message
from careplan.store.patients import PatientRow, Standing, set_face, set_standing
from careplan.store.signatures import keep_signature, signature_bytes
from careplan.store.trail import append
from careplan.store.versions import current_version, keep_version
from careplan.summary.narrative import narrative, record_narrative


class Blocked(ValueError):
    """A rule stops the signature; `findings` say which facts conflict."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(one.text for one in findings))
        self.findings = findings


class NeedsReasons(Blocked):
    """Warnings that want a reason before the signature."""


class ChangedMeanwhile(RuntimeError):
    """Somebody changed the plan since this page was shown: nothing was done, look again."""


class BadDate(ValueError):
    """A review or expiry date outside its limits; the sentence says which."""


@dataclass(frozen=True)
class SigningPage:
    """What a clinician sees before signing: the plan as it would be, what the rules found, and the
    fingerprint that the signature must repeat."""

    plan: CarePlan
    previous: Version | None
    findings: tuple[Finding, ...]
    fingerprint: str
    narrative: str
    longest_expiry: date


@dataclass(frozen=True)
class _Before:
    """The ground a new version stands on."""

    patient: PatientRow
    current: Version | None
    plan: CarePlan


def clinical_bytes(plan: CarePlan) -> bytes:
    """The canonical JSON of the clinical part: what a signature is put to."""
    return canonical({name: to_plain(plan.section(name)) for name in CLINICAL})


def current_of(tx: Transaction, patient_id: UUID) -> Version | None:
    stored = current_version(tx, patient_id)
    return from_bundle(stored.record) if stored else None


def signing_page(world: World, *, by: Who, patient_id: UUID, today: date) -> SigningPage:
    """Everything the signature would publish, laid out. Raises Unfinished or DoesNotFit."""
    with world.store.read() as tx:
        patient = allowed_patient(tx, by, patient_id, may_sign)
        before = _clinical_ground(world, tx, patient)
        signed = _signed_bytes(tx, patient_id, before.current)
    clinical = clinical_bytes(before.plan)
    trial = _trial(world, before, clinical, by, today)
    shown = narrative(trial, world.words)
    measure(shown)
    findings = check(Facts(before.plan, today, world.drugs, clinical, signed))
    return SigningPage(
        before.plan, before.current, findings, sha256(clinical).hexdigest(), shown, _longest_expiry(before.plan, today)
    )


def sign_plan(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    fingerprint: str,
    expires_on: date,
    reasons: Mapping[str, str],
    at: datetime,
    today: date,
) -> Version:
    """Sign the clinical part and publish it at once, marked as not yet seen by the patient."""
    page = signing_page(world, by=by, patient_id=patient_id, today=today)
    if page.fingerprint != fingerprint:
        raise ChangedMeanwhile
    _refuse(page.findings, reasons)
    _check_dates(page, expires_on, today)
    clinical = clinical_bytes(page.plan)
    signature = replace(_signature(world, by, clinical, at), expires_on=expires_on)
    reason = "signed again" if page.previous and page.previous.signature else "signed"
    version = _next(world, patient_id, page.previous, page.plan, at, f"{by.name} {reason} the pain plan")
    version = replace(version, signature=signature, answer=None, stop=None)
    said = {"reasons": dict(reasons), "findings": [one.text for one in page.findings]}
    return _publish(
        world, version, page.previous, by=by, event=Event.SIGN, kind=Kind.PLAN_SIGNED, may=may_sign,
        clinical=clinical, said=said,
    )  # fmt: skip


def words_page(world: World, *, by: Who, patient_id: UUID) -> tuple[Version | None, CarePlan, str]:
    """What publishing the person's words would change: the current version, the new plan, its page."""
    with world.store.read() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_own_words)
        before = _words_ground(world, tx, patient)
    trial = _next(world, patient_id, before.current, before.plan, patient.created_at, "trial")
    return before.current, before.plan, narrative(trial, world.words)


def publish_words(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Version:
    """The person's own words become the next version; the signed bytes stay the same bytes."""
    with world.store.read() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_own_words)
        before = _words_ground(world, tx, patient)
    name = before.plan.about_me.known_as or before.plan.identity.legal_name or by.name
    version = _next(world, patient_id, before.current, before.plan, at, f"{name} changed their own words")
    return _publish(
        world, version, before.current, by=by, event=Event.PUBLISH_WORDS,
        kind=Kind.OWN_WORDS_PUBLISHED, may=may_write_own_words,
    )  # fmt: skip


def answer_plan(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    version_seen: int,
    kind: AnswerKind,
    words: str | None,
    at: datetime,
    interpreter: str | None = None,
) -> Version:
    """The person agrees, agrees except, or does not agree: the next version carries it."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_answer_signature)
        current = current_of(tx, patient_id)
    if current is None or current.number != version_seen:
        raise ChangedMeanwhile
    after(state_of(current), Event.ANSWER)
    name = current.plan.about_me.known_as or by.name
    version = _next(world, patient_id, current, current.plan, at, f"{name} answered: {kind}")
    version = replace(version, answer=PatientAnswer(kind, at, words, interpreter))
    return _publish(
        world, version, current, by=by, event=Event.ANSWER, kind=Kind.PATIENT_ANSWERED,
        may=may_answer_signature, what={"answer": kind.name.lower()},
    )  # fmt: skip


def stop_dose(world: World, *, by: Who, patient_id: UUID, version_seen: int, at: datetime) -> Version:
    """Every surface stops showing a dose, at once, and says whom to ring; the other facts stay."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_stop_dose)
        current = current_of(tx, patient_id)
    if current is None or current.number != version_seen:
        raise ChangedMeanwhile
    after(state_of(current), Event.STOP_DOSE)
    ring = current.plan.care_team.phone_24h or "the hospital switchboard"
    role = _role(by)
    version = _next(world, patient_id, current, current.plan, at, f"{by.name} stopped the dose")
    version = replace(version, stop=DoseStop(by.name, role, by.organisation or "", at, ring))
    return _publish(
        world, version, current, by=by, event=Event.STOP_DOSE, kind=Kind.DOSE_STOPPED, may=may_stop_dose
    )


def _clinical_ground(world: World, tx: Transaction, patient: PatientRow) -> _Before:
    """The clinical drafts, on the words last published, or as drafted where none ever were."""
    current = current_of(tx, patient.id)
    onto = current.plan if current else assemble(world, tx, patient.id, OWN_WORDS, CarePlan())
    return _Before(patient, current, assemble(world, tx, patient.id, ("identity", *CLINICAL), onto))


def _words_ground(world: World, tx: Transaction, patient: PatientRow) -> _Before:
    current = current_of(tx, patient.id)
    onto = current.plan if current else CarePlan()
    return _Before(patient, current, assemble(world, tx, patient.id, ("identity", *OWN_WORDS), onto))


def _signed_bytes(tx: Transaction, patient_id: UUID, current: Version | None) -> bytes | None:
    if current is None or current.signature is None:
        return None
    return signature_bytes(tx, patient_id, current.signature.id)


def _refuse(findings: tuple[Finding, ...], reasons: Mapping[str, str]) -> None:
    blocks = tuple(one for one in findings if one.severity is Severity.BLOCK)
    if blocks:
        raise Blocked(blocks)
    bare = tuple(
        one for one in findings if one.severity is Severity.WARN and not reasons.get(one.key, "").strip()
    )
    if bare:
        raise NeedsReasons(bare)


def _longest_expiry(plan: CarePlan, today: date) -> date:
    """Twelve months for an adult, six for a child (domain 2.3)."""
    age = age_on(plan.identity.date_of_birth, today)
    return months_later(today, 12 if age is not None and age >= 18 else 6)


def _check_dates(page: SigningPage, expires_on: date, today: date) -> None:
    due = page.plan.review.review_due
    if due is None:
        raise BadDate("Say when the plan must be reviewed before you sign it.")
    for what, day in (("The review date", due), ("The last day the signature is valid", expires_on)):
        if day <= today:
            raise BadDate(f"{what} must be after today.")
        if day > page.longest_expiry:
            raise BadDate(f"{what} must be no later than {page.longest_expiry.isoformat()}.")


def _role(by: Who) -> str:
    return by.title or "clinician"


def _signature(world: World, by: Who, clinical: bytes, at: datetime) -> Signature:
    return Signature(
        id=world.new_id(),
        name=by.name,
        role=_role(by),
        registration=str(by.registration),
        organisation=by.organisation or "",
        signed_at=at,
        expires_on=at.date(),
        clinical_sha256=sha256(clinical).hexdigest(),
    )


def _trial(world: World, before: _Before, clinical: bytes, by: Who, today: date) -> Version:
    """The version as it would be, to lay out and to show; it is never kept."""
    at = before.patient.created_at
    version = _next(world, before.patient.id, before.current, before.plan, at, "trial")
    signature = replace(_signature(world, by, clinical, at), expires_on=_longest_expiry(before.plan, today))
    return replace(version, signature=signature, answer=None, stop=None)


def _next(
    world: World, before: _Before, plan: CarePlan, at: datetime, reason: str
) -> Version:
    """The next version on this ground, with this plan: signature, answer and stop carried over."""
    current = before.current
    fresh = {
        "number": current.number + 1 if current else 1,
        "published_at": at,
        "record_id": world.new_id(),
        "emergency_id": world.new_id(),
        "plan": plan,
        "reason": reason,
        "replaces": current.record_id if current else None,
        "contributions": before.contributions,
    }
    if current:
        return replace(current, **fresh)  # type: ignore[arg-type]
    patient = before.patient
    return Version(patient_id=patient.id, plan_number=patient.plan_number, **fresh)  # type: ignore[arg-type]


def _publish(
    world: World,
    version: Version,
    before: _Before,
    *,
    by: Who,
    event: Event,
    kind: Kind,
    may: Callable[[Who, PatientFacts], bool],
    clinical: bytes | None = None,
    what: Mapping[str, str] | None = None,
    said: Mapping[str, object] | None = None,
) -> Version:
    """Lay out, freeze, keep, hand to every live link, write down and tell: or nothing at all."""
    after(state_of(before.current), event)
    frozen = _freeze(world, version)
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, version.patient_id, may)
        if (patient.current_version or 0) != version.number - 1:
            raise ChangedMeanwhile
        if clinical is not None and version.signature is not None:
            keep_signature(tx, version.patient_id, version.signature, clinical, dict(said or {}))
        keep_version(tx, version, record=frozen.record, emergency=frozen.emergency)
        set_standing(tx, version.patient_id, _standing(version, event))
        set_face(tx, version.patient_id, face_of(version.plan, version.plan_number))
        for link in live_links_of(tx, version.patient_id, version.published_at):
            put_files(tx, link, version.number, link_files(world, link, frozen.emergency))
        facts = {"version": str(version.number), **(what or {})}
        append(tx, AuditEvent(kind, version.published_at, actor(by), str(version.patient_id), facts))
        add_message(tx, version.patient_id, "plan-changed", {"version": version.number}, version.published_at)
    return version


@dataclass(frozen=True)
class _Frozen:
    record: bytes
    emergency: bytes


def _freeze(world: World, version: Version) -> _Frozen:
    """Both documents as exact bytes. Raises DoesNotFit, naming the text, before anything is kept."""
    shown = narrative(version, world.words)
    measure(shown)
    record = to_bundle(version, world.words, narrative=record_narrative(version, world.words))
    if from_bundle(record) != version:
        raise RuntimeError("the record document does not read back as the plan: nothing was published")
    return _Frozen(record, to_emergency_bundle(version, world.words, narrative=shown))


def _standing(version: Version, event: Event) -> Standing:
    signature = version.signature
    return Standing(
        current_version=version.number,
        review_due=version.plan.review.review_due,
        valid_to=signature.expires_on if signature else None,
        signed_at=signature.signed_at if signature else None,
        answer_pending=signature is not None and version.answer is None,
        changed_since_signed=event is Event.PUBLISH_WORDS and signature is not None,
        dose_stopped=version.stop is not None,
    )
