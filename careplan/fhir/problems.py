"""What is wrong at one place of a file, in the words of the person who must mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from careplan.fhir.outcome import Issue, IssueType


class Severity(StrEnum):
    """`ERROR`: not FHIR. `WARNING`: likely a mistake. `INFORMATION`: could be done better."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place. `path` is a FHIRPath from the root of the file."""

    path: str
    severity: Severity
    text: str
    type: IssueType = IssueType.INVALID


def error(path: str, text: str, type: IssueType = IssueType.INVALID) -> Problem:  # noqa: A002
    return Problem(path, Severity.ERROR, text, type)


def warning(path: str, text: str, type: IssueType = IssueType.INVALID) -> Problem:  # noqa: A002
    return Problem(path, Severity.WARNING, text, type)


def issues(problems: Iterable[Problem]) -> tuple[Issue, ...]:
    """The same for an OperationOutcome; of a file without problems, the sentence that says so."""
    said = tuple(
        Issue(
            type=one.type,
            says=f"{one.path}: {one.text}" if one.path else one.text,
            severity=str(one.severity),
            expression=one.path or None,
        )
        for one in problems
    )
    return said or (
        Issue(type=IssueType.INFORMATIONAL, says="No problem was found.", severity="information"),
    )
