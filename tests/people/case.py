"""What is known of one invented person: the plan, who signs it, what they answer, what is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from hashlib import sha256

from careplan.plan import medicines as meds
from careplan.plan import pain, person, sickle
from careplan.plan.care_plan import (
    CLINICAL,
    SECTIONS,
    AnswerKind,
    CarePlan,
    PatientAnswer,
    Signature,
    Version,
)
from careplan.plan.values import (
    Answer3,
    DecimalText,
    Dose,
    DoseUnit,
    Formulation,
    Interval,
    IntervalKind,
    PartialDate,
    Route,
)
from tests.make import an_id, clinical_bytes

SINGLE = Interval(IntervalKind.SINGLE_DOSE)
NO_FORM = None
IMMEDIATE = Formulation.IMMEDIATE
ORAL, IV = (Route.ORAL,), (Route.INTRAVENOUS,)
SC, NASAL = (Route.SUBCUTANEOUS,), (Route.INTRANASAL,)


@dataclass(frozen=True)
class Signer:
    """The clinician, and the team they work in."""

    name: str
    role: str
    registration: str
    team: str
    organisation: str
    ods: str
    phone: str


@dataclass(frozen=True)
class Expected:
    """A rule that must fire, with its severity and from which day; no other may fire."""

    rule: str
    severity: str
    first_on: date | None = None
    after_answer: bool = False


@dataclass(frozen=True)
class Case:
    """`words_only`: what the person shares before anybody has signed, where that is their story."""

    key: str
    file: str | None
    plan: CarePlan
    signer: Signer
    signed_on: date
    valid_to: date
    answer: AnswerKind
    answered_on: date
    words: str | None = None
    interpreter: str | None = None
    expected: tuple[Expected, ...] = ()

    @property
    def called(self) -> str:
        return self.plan.about_me.known_as or self.plan.identity.legal_name or ""

    def own_words(self) -> CarePlan:
        """What the person has typed before any team has."""
        plan = self.plan
        for name in CLINICAL:
            plan = plan.with_section(name, SECTIONS[name]())
        return plan.with_section(
            "identity", replace(plan.identity, checked_on=None, checked_by=None)
        )

    def version(self) -> Version:
        """Signed and answered on the days of the case."""
        signed_at = datetime.combine(self.signed_on, time(11, 30), UTC)
        answered = datetime.combine(self.answered_on, time(18, 5), UTC)
        signer = self.signer
        signature = Signature(
            id=an_id(f"{self.key} signature"),
            name=signer.name,
            role=signer.role,
            registration=signer.registration,
            organisation=signer.organisation,
            signed_at=signed_at,
            expires_on=self.valid_to,
            clinical_sha256=sha256(clinical_bytes(self.plan)).hexdigest(),
        )
        return Version(
            patient_id=an_id(self.key),
            plan_number="SCP-7Q4M-2K9T",
            number=3,
            published_at=answered,
            record_id=an_id(f"{self.key} record"),
            emergency_id=an_id(f"{self.key} emergency"),
            plan=self.plan,
            reason=f"{self.called} answered",
            signature=signature,
            answer=PatientAnswer(self.answer, answered, self.words, self.interpreter),
        )


def dose(text: str, strength: str | None = None) -> Dose:
    """ "0.1 mg/kg" as its parts."""
    amount, unit = text.split(" ", 1)
    return Dose(DoseUnit(unit), DecimalText(amount), strength=strength)


def step(  # noqa: PLR0917 (a row of a table)
    key: str,
    stage: pain.Stage,
    drug: str,
    form: Formulation | None,
    amount: str,
    routes: tuple[Route, ...],
    repeat: Interval,
    most: int,
    ceiling: str | None = None,
    **more: object,
) -> pain.Step:
    made = pain.Step(
        an_id(key),
        stage,
        drug,
        form,
        dose(amount),
        routes,
        repeat,
        max_doses=most,
        ceiling=ceiling,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def beside(
    key: str, drug: str, amount: Dose | str, routes: tuple[Route, ...], every: Interval | None
) -> pain.Adjunct:
    given = dose(amount) if isinstance(amount, str) else amount
    return pain.Adjunct(an_id(key), drug, dose=given, routes=routes, every=every)


def not_given(key: str, drug: str, reason: str) -> pain.Adjunct:
    return pain.Adjunct(an_id(key), drug, given=False, reason=reason)


def did_not_work(key: str, what: str, why: str, evidence: str) -> pain.DidNotWork:
    return pain.DidNotWork(an_id(key), what, why, evidence)


def taken(
    key: str, drug: str, amount: str, every: Interval, **more: object
) -> meds.RegularMedicine:
    made = meds.RegularMedicine(an_id(key), drug, amount, every)
    return replace(made, **more)  # type: ignore[arg-type]


def read(value: str, on: date) -> sickle.Reading:
    return sickle.Reading(DecimalText(value), on)


def event(
    key: str,
    kind: sickle.Complication,
    had: Answer3 = Answer3.YES,
    last: str | None = None,
    **more: object,
) -> sickle.Event:
    made = sickle.Event(an_id(key), kind, had, PartialDate(last) if last else None)
    return replace(made, **more)  # type: ignore[arg-type]


def antibodies(
    key: str, *names: str, historical: tuple[str, ...] = ()
) -> tuple[sickle.Antibody, ...]:
    return tuple(
        sickle.Antibody(an_id(f"{key} {name}"), name, name in historical)
        for name in (*names, *historical)
    )


def checked(identity: person.Identity, on: date, by: str) -> person.Identity:
    return replace(identity, checked_on=on, checked_by=by)
