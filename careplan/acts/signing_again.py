"""A colleague signs the same words again: when whoever signed has left, nothing is typed anew.

What is signed are the very bytes that were signed before. If the plan reads differently by a
single letter, or the time has come to review it, this act refuses and names the ordinary way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_sign
from careplan.acts.publishing import ChangedMeanwhile, Deed, Ground, ground, next_version, publish
from careplan.acts.signing import check_ground, clinical_bytes, new_signature
from careplan.acts.world import World
from careplan.audit.events import Kind
from careplan.plan.care_plan import Signature, Version
from careplan.plan.codec import to_plain
from careplan.plan.lifecycle import Event
from careplan.plan.safety import Finding, Severity
from careplan.store.signatures import KeptSignature, State, signature_of


class CannotSignAgain(ValueError):
    """The plan cannot be signed unchanged; the sentence says why, and the full page remains."""


@dataclass(frozen=True)
class Again:
    """What would be signed again: the published plan, who signed it, and what the rules say now.

    `reasons` are those the first signer gave; they stand for the same findings.
    """

    ground: Ground
    version: Version
    before: Signature
    findings: tuple[Finding, ...]
    reasons: Mapping[str, str]
    clinical: bytes

    @property
    def fingerprint(self) -> str:
        return self.before.clinical_sha256


def signing_again_page(world: World, *, by: Who, patient_id: UUID, today: date) -> Again:
    """The whole text as it stands published. Raises CannotSignAgain with the reason in words."""
    found = ground(world, by=by, patient_id=patient_id, may=may_sign, sections=())
    version = found.current
    if version is None or version.signature is None:
        raise CannotSignAgain("No plan has been signed yet.")
    if version.stop is not None:
        raise CannotSignAgain("The dose has been stopped. It needs a new plan, not a second name.")
    kept = _kept(world, patient_id, version.signature)
    clinical = clinical_bytes(version.plan)
    if kept.clinical != clinical or kept.state is not State.LIVE:
        raise CannotSignAgain("The plan is no longer word for word what was signed.")
    due = version.plan.review.review_due
    if due is None or min(due, version.signature.expires_on) <= today:
        raise CannotSignAgain("The review is due: the plan must be gone through, not repeated.")
    reasons = {str(key): str(text) for key, text in kept.signer.get("reasons", {}).items()}
    findings = check_ground(world, found, today)
    _refuse(findings, reasons)
    return Again(found, version, version.signature, findings, reasons, clinical)


def sign_again(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    fingerprint: str,
    version_seen: int,
    at: datetime,
    today: date,
) -> Version:
    """The same bytes under another name, at once. The person's answer was to these words: it
    stays. Valid as long as before, and not a day longer."""
    page = signing_again_page(world, by=by, patient_id=patient_id, today=today)
    if page.fingerprint != fingerprint or page.version.number != version_seen:
        raise ChangedMeanwhile
    signature = new_signature(world, by, page.clinical, at, page.before.expires_on)
    if signature.clinical_sha256 != page.before.clinical_sha256:
        raise CannotSignAgain("The plan is no longer word for word what was signed.")
    reason = f"{by.name} signed the pain plan again, unchanged"
    version = next_version(world, page.ground, at=at, reason=reason)
    version = replace(version, signature=signature)
    signer = to_plain(signature) | {"reasons": dict(page.reasons)}
    what = {"registration": signature.registration, "digest": signature.clinical_sha256}
    deed = Deed(by, may_sign, Event.SIGN_AGAIN, Kind.PLAN_SIGNED_AGAIN, what, page.clinical, signer)
    return publish(world, page.ground, version, deed)


def _kept(world: World, patient_id: UUID, signature: Signature) -> KeptSignature:
    with world.store.read() as tx:
        kept = signature_of(tx, patient_id, signature.id)
    if kept is None:
        raise CannotSignAgain("What was signed cannot be found.")
    return kept


def _refuse(findings: tuple[Finding, ...], reasons: Mapping[str, str]) -> None:
    """What stops a signature, or asks for a reason nobody gave, is for the full page."""
    open_now = [
        one
        for one in findings
        if one.severity is Severity.BLOCK
        or (
            one.severity is Severity.WARN
            and not one.settled
            and not reasons.get(one.key, "").strip()
        )
    ]
    if open_now:
        raise CannotSignAgain(f"Something new was found: {open_now[0].text}")
