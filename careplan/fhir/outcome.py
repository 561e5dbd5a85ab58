"""What a FHIR server says when it cannot do what was asked: an OperationOutcome, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from careplan.fhir.tree import Tree, some


class IssueType(StrEnum):
    """Of FHIR R4's issue types, those this service says."""

    INVALID = "invalid"
    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    SECURITY = "security"
    LOGIN = "login"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    PROCESSING = "processing"
    NOT_SUPPORTED = "not-supported"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not-found"
    TOO_LONG = "too-long"
    CODE_INVALID = "code-invalid"
    EXTENSION = "extension"
    TOO_COSTLY = "too-costly"
    BUSINESS_RULE = "business-rule"
    CONFLICT = "conflict"
    TRANSIENT = "transient"
    EXCEPTION = "exception"
    THROTTLED = "throttled"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One sentence for whoever runs the other system. `expression`: a FHIRPath, where one fits."""

    type: IssueType
    says: str
    severity: str = "error"
    expression: str | None = None


def outcome(issues: Iterable[Issue]) -> Tree:
    """An OperationOutcome of at least one issue."""
    said = [
        some(
            severity=one.severity,
            code=str(one.type),
            diagnostics=one.says,
            expression=[one.expression] if one.expression else None,
        )
        for one in issues
    ]
    if not said:
        raise ValueError("an outcome says something")
    return {"resourceType": "OperationOutcome", "issue": said}
