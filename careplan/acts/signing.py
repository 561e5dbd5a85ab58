"""A clinician signs: what they see first, what stops them, and the bytes their name goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_sign, may_write_clinical
from careplan.acts.checking import check_plan
from careplan.acts.publishing import ChangedMeanwhile, Deed, Ground, ground, next_version, publish
from careplan.acts.sheets import lay_out_all
from careplan.acts.world import World
from careplan.audit.events import Kind
from careplan.plan.care_plan import ALWAYS_SIGNED, CLINICAL, CarePlan, Signature, Version
from careplan.plan.codec import canonical, to_plain
from careplan.plan.lifecycle import Event, in_words
from careplan.plan.safety import Finding, Severity, age_on, months_later
from careplan.store.signatures import KeptSignature, signature_of
from careplan.summary.narrative import narrative


class Blocked(ValueError):
    """A rule stops the signature; `findings` say which facts conflict."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(one.text for one in findings))
        self.findings = findings


class NeedsReasons(Blocked):
    """Warnings that want a reason before the signature."""


class BadDate(ValueError):
    """A review or expiry date outside its limits; the sentence says which."""


class IdentityNotChecked(ValueError):
    """Nobody has checked in clinic who this is, so nothing may be signed for them."""


@dataclass(frozen=True)
class SigningPage:
    """What a clinician sees before signing: the page as it would be, what the rules found, and the
    fingerprint that the signature must repeat. `reasons`: those given at the last signature."""

    ground: Ground
    clinical: bytes
    findings: tuple[Finding, ...]
    narrative: str
    longest: date
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        return sha256(self.clinical).hexdigest()


def clinical_bytes(plan: CarePlan) -> bytes:
    """The canonical JSON of the clinical part: what a signature is put to.

    A section that came later stands in it only once it holds something, so that bytes signed
    before it came stay the same bytes.
    """
    plain = {name: to_plain(plan.section(name)) for name in CLINICAL}
    return canonical({name: one for name, one in plain.items() if one or name in ALWAYS_SIGNED})


def findings_of(world: World, *, by: Who, patient_id: UUID, today: date) -> tuple[Finding, ...]:
    """What the rules say of the clinical part as drafted, for the desk while it is written."""
    found = ground(
        world,
        by=by,
        patient_id=patient_id,
        may=may_write_clinical,
        sections=("identity", *CLINICAL),
    )
    return check_ground(world, found, today)


def signing_page(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    expires_on: date | None = None,
    at: datetime,
    today: date,
) -> SigningPage:
    """Everything the signature would publish, laid out, with the last valid day as it stands so
    far. Raises Unfinished, DoesNotFit and IdentityNotChecked before anybody can sign."""
    found = ground(
        world, by=by, patient_id=patient_id, may=may_sign, sections=("identity", *CLINICAL)
    )
    if found.plan.identity.checked_on is None:
        raise IdentityNotChecked
    clinical, longest = clinical_bytes(found.plan), _longest(found.plan, today)
    trial = next_version(world, found, at=at, reason="trial")
    signature = new_signature(world, by, clinical, at, expires_on or longest)
    trial = replace(trial, signature=signature, answer=None, beside=(), stop=None)
    shown = narrative(trial, world.words_of(trial))
    lay_out_all(world, trial, narrative=shown, at=at)
    findings, reasons = check_ground(world, found, today), _reasons_given(world, found)
    return SigningPage(found, clinical, findings, shown, longest, reasons)


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
    """Sign the clinical part and publish it at once, marked as not yet seen by the patient.

    `fingerprint` is what the clinician was shown. `reasons` answer the warnings by their keys.
    """
    page = signing_page(
        world, by=by, patient_id=patient_id, expires_on=expires_on, at=at, today=today
    )
    if page.fingerprint != fingerprint:
        raise ChangedMeanwhile
    _refuse(page.findings, reasons)
    _check_dates(page, expires_on, today)
    found = page.ground
    again = found.current is not None and found.current.signature is not None
    words = world.words_for(found.condition)
    signed = "the plan" if "pain_plan" in words.left_out else "the pain plan"
    reason = f"{by.name} signed {signed}{' again' if again else ''}"
    signature = new_signature(world, by, page.clinical, at, expires_on)
    version = next_version(world, found, at=at, reason=reason)
    version = replace(version, signature=signature, answer=None, beside=(), stop=None)
    signer = to_plain(signature) | {"reasons": {key: text for key, text in reasons.items() if text}}
    what = {"registration": signature.registration, "digest": signature.clinical_sha256}
    deed = Deed(by, may_sign, Event.SIGN, Kind.PLAN_SIGNED, what, page.clinical, signer)
    return publish(world, found, version, deed)


def check_ground(world: World, found: Ground, today: date) -> tuple[Finding, ...]:
    """What the rules say of the plan as drafted, beside what was last signed."""
    kept = _last_signature(world, found)
    return check_plan(
        world,
        found.plan,
        patient=found.patient,
        current=found.current,
        condition=found.condition,
        clinical=clinical_bytes(found.plan),
        signed=kept.clinical if kept else None,
        today=today,
    )


def _last_signature(world: World, found: Ground) -> KeptSignature | None:
    if found.current is None or found.current.signature is None:
        return None
    with world.store.read() as tx:
        return signature_of(tx, found.patient.patient_id, found.current.signature.id)


def _reasons_given(world: World, found: Ground) -> Mapping[str, str]:
    """What was said at the last signature to each finding: it stands while the finding does."""
    kept = _last_signature(world, found)
    given = kept.signer.get("reasons", {}) if kept else {}
    return {str(key): str(text) for key, text in given.items()}


def _refuse(findings: tuple[Finding, ...], reasons: Mapping[str, str]) -> None:
    blocks = tuple(one for one in findings if one.severity is Severity.BLOCK)
    if blocks:
        raise Blocked(blocks)
    warnings = (one for one in findings if one.severity is Severity.WARN and not one.settled)
    bare = tuple(one for one in warnings if not reasons.get(one.key, "").strip())
    if bare:
        raise NeedsReasons(bare)


def _longest(plan: CarePlan, today: date) -> date:
    """Twelve months for an adult, six for a child (domain 2.3 and 2.19, a proposal)."""
    age = age_on(plan.identity.date_of_birth, today)
    return months_later(today, 12 if age is not None and age >= 18 else 6)


def _check_dates(page: SigningPage, expires_on: date, today: date) -> None:
    due = page.ground.plan.review.review_due
    if due is None:
        raise BadDate("Say when the plan must be reviewed before you sign it.")
    for what, day in (("The review date", due), ("The last valid day", expires_on)):
        if day <= today:
            raise BadDate(f"{what} must be after today.")
        if day > page.longest:
            raise BadDate(f"{what} must be no later than {in_words(page.longest)}.")


def new_signature(
    world: World, by: Who, clinical: bytes, at: datetime, expires_on: date
) -> Signature:
    return Signature(
        id=world.new_id(),
        name=by.name,
        role=by.title or "clinician",
        registration=str(by.registration),
        organisation=by.organisation or "",
        signed_at=at,
        expires_on=expires_on,
        clinical_sha256=sha256(clinical).hexdigest(),
    )
