"""The answer to a signed plan, as a form reads it, whoever gives it."""

from __future__ import annotations

from careplan.acts.together import LONGEST_LINE
from careplan.plan.care_plan import AnswerKind, Version
from careplan.web.forms.text import Refused, clean, fits, line
from careplan.web.words import _

MOST_WORDS = 500


def answer_problems(kind: str, words: str, interpreter: str = "") -> dict[str, str]:
    """A sentence for each box that needs something."""
    errors = {}
    if kind not in list(AnswerKind):
        errors["answer"] = _("Choose one answer.")
    try:
        fits(clean(words), MOST_WORDS)
    except Refused as problem:
        errors["words"] = str(problem)
    try:
        line(interpreter, LONGEST_LINE)
    except Refused as problem:
        errors["interpreter"] = str(problem)
    if kind in (AnswerKind.AGREE_EXCEPT, AnswerKind.DO_NOT_AGREE) and not words:
        errors["words"] = _("Say in your own words what you do not agree with.")
    return errors


def beside_boxes(errors: dict[str, str], version: Version | None) -> dict[str, str]:
    """What stands beside the boxes. When the dose was stopped while the page was open there are
    none: the page then says so itself, with the words that were typed."""
    asked = version is not None and version.signature is not None and version.stop is None
    return errors if asked else {}


def number_shown(text: str) -> int:
    """Which version or revision the page showed; 0, which none is, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
