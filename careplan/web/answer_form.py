"""The answer to a signed plan, as a form reads it, whoever gives it."""

from __future__ import annotations

from careplan.plan.care_plan import AnswerKind
from careplan.web.forms.text import Refused, clean, fits
from careplan.web.words import _

MOST_WORDS = 500


def answer_problems(kind: str, words: str) -> dict[str, str]:
    """A sentence for each box that needs something."""
    errors = {}
    if kind not in list(AnswerKind):
        errors["answer"] = _("Choose one answer.")
    try:
        fits(clean(words), MOST_WORDS)
    except Refused as problem:
        errors["words"] = str(problem)
    if kind in (AnswerKind.AGREE_EXCEPT, AnswerKind.DO_NOT_AGREE) and not words:
        errors["words"] = _("Say in your own words what you do not agree with.")
    return errors


def number_shown(text: str) -> int:
    """Which version or revision the page showed; 0, which none is, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
