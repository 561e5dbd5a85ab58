"""Every treatment a plan holds, wherever it stands. History and what is not given are not here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from careplan.plan.care_plan import CarePlan
from careplan.plan.drugs import Drugs
from careplan.plan.medicines import MedicineStatus, RegularMedicine
from careplan.plan.pain import Adjunct, Step

_HISTORY = (MedicineStatus.STOPPED, MedicineStatus.NEVER_STARTED)


class Where(Enum):
    STEP = auto()
    ADJUNCT = auto()
    MEDICINE = auto()
    EXPOSURE = auto()
    SENTENCE = auto()


@dataclass(frozen=True, slots=True)
class Treatment:
    """One medicine as written, what is in it, the field it stands in, and that whole entry."""

    name: str
    ingredients: frozenset[str]
    path: str
    where: Where
    step: Step | None = None
    adjunct: Adjunct | None = None
    medicine: RegularMedicine | None = None

    @property
    def regular(self) -> bool:
        return self.where in (Where.MEDICINE, Where.EXPOSURE)


def current_medicines(plan: CarePlan) -> Iterator[RegularMedicine]:
    """Taken or kept at home; nothing said means taken."""
    return (one for one in plan.medicines.entries if one.status not in _HISTORY)


def treatments(plan: CarePlan, drugs: Drugs) -> Iterator[Treatment]:
    """Steps, adjuncts that are given, medicines now, and what the words of the plan say to give."""
    for step in plan.pain_plan.steps:
        yield _made(drugs, step.drug, "pain_plan.steps.drug", Where.STEP, step=step)
    for adjunct in plan.pain_plan.adjuncts:
        if adjunct.given:
            path = "pain_plan.adjuncts.drug"
            yield _made(drugs, adjunct.drug, path, Where.ADJUNCT, adjunct=adjunct)
    for medicine in current_medicines(plan):
        path = "medicines.entries.drug"
        yield _made(drugs, medicine.drug, path, Where.MEDICINE, medicine=medicine)
    if plan.pain_plan.opioid_drug:
        taken = plan.pain_plan.opioid_drug
        yield _made(drugs, taken, "pain_plan.opioid_drug", Where.EXPOSURE)
    for text, path in _sentences(plan):
        for name in drugs.treatments(text or ""):
            yield _made(drugs, name, path, Where.SENTENCE)


def _made(drugs: Drugs, name: str, path: str, where: Where, **entry: object) -> Treatment:
    return Treatment(name, drugs.planned(name), path, where, **entry)  # type: ignore[arg-type]


def _sentences(plan: CarePlan) -> Iterator[tuple[str | None, str]]:
    yield plan.pain_plan.escalation_action, "pain_plan.escalation_action"
    yield plan.infection.sepsis_antibiotic, "infection.sepsis_antibiotic"
    for sign in plan.warning_signs.entries:
        yield sign.home, "warning_signs.entries.home"
        yield sign.hospital, "warning_signs.entries.hospital"


def names_of(found: Iterable[Treatment]) -> str:
    """ "morphine", "morphine and oxycodone": each once, as first written."""
    return in_a_row(dict.fromkeys(one.name.strip() for one in found))


def paths_of(*found: Iterable[Treatment] | str) -> tuple[str, ...]:
    """Each field once, in order; a bare path stands for itself."""
    paths = (
        path
        for part in found
        for path in ((part,) if isinstance(part, str) else (one.path for one in part))
    )
    return tuple(dict.fromkeys(paths))


def in_a_row(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c" """
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def are(found: Iterable[Treatment]) -> str:
    return "is" if len({one.name.strip() for one in found}) == 1 else "are"
