"""What the rules found, with the way to the fields: facts and their source, never advice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from flask import url_for

from careplan.plan.care_plan import CLINICAL
from careplan.plan.dictionary import dictionary
from careplan.plan.safety import Finding, Severity, rule_table
from careplan.web.conditions import condition_of
from careplan.web.team.words import desk_title
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Place:
    """A section to open, in words."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `name` is its reason box, the same as long as the finding is the same."""

    rule: str
    text: str
    source: str
    severity: Severity
    name: str
    key: str
    places: tuple[Place, ...]
    settled: bool = False

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.BLOCK

    @property
    def warns(self) -> bool:
        """Whether a reason is asked for."""
        return self.severity is Severity.WARN and not self.settled

    @property
    def kind(self) -> str:
        if self.settled:
            return _("Settled by signing anew")
        words = {
            Severity.BLOCK: _("Stops the signature"),
            Severity.WARN: _("Needs a reason"),
            Severity.INFORM: _("For information"),
        }
        return words[self.severity]


def checks_of(findings: Iterable[Finding], patient_id: UUID) -> tuple[Check, ...]:
    condition = condition_of(patient_id)
    return tuple(_check(one, patient_id, condition) for one in findings)


def address(patient_id: UUID, section: str) -> str:
    """Where a section of the desk is written."""
    return url_for("team.section", patient_id=patient_id, section=section.replace("_", "-"))


def _check(finding: Finding, patient_id: UUID, condition: str) -> Check:
    return Check(
        rule=finding.rule,
        text=finding.text,
        source=rule_table(condition)[finding.rule]["source"],
        severity=finding.severity,
        name=f"reason-{sha256(finding.key.encode()).hexdigest()[:16]}",
        key=finding.key,
        places=_places(finding, patient_id, condition),
        settled=finding.settled,
    )


def _places(finding: Finding, patient_id: UUID, condition: str) -> tuple[Place, ...]:
    """The sections of the fields that conflict; what only the person may change has no way in."""
    sections = dict.fromkeys(path.partition(".")[0] for path in finding.paths)
    return tuple(
        Place(desk_title(name, condition), address(patient_id, name))
        for name in sections
        if name in CLINICAL and name not in dictionary(condition).left_out
    )
