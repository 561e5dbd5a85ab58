"""Why a plan cannot be signed or published yet, in a sentence, with the way to put it right."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from careplan.acts.drafting import Unfinished
from careplan.acts.signing import IdentityNotChecked
from careplan.plan.care_plan import CLINICAL
from careplan.render.paper import DoesNotFit
from careplan.web.conditions import condition_of, words_for
from careplan.web.team.checks import Place, address
from careplan.web.team.words import desk_title
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Refusal:
    text: str
    places: tuple[Place, ...] = ()


def refusal_of(problem: Exception | None, patient_id: UUID) -> Refusal:
    """None: whoever asks may not sign at all."""
    if isinstance(problem, Unfinished):
        return _unfinished(problem, patient_id)
    if isinstance(problem, DoesNotFit):
        return _too_long(problem, patient_id)
    if isinstance(problem, IdentityNotChecked):
        return Refusal(
            _("Nobody has checked in clinic who this is, so nothing can be signed for them."),
            (Place(_("Link a person in clinic"), url_for("team.link")),),
        )
    return Refusal(
        _(
            "Your registration has not been checked yet, so you cannot sign. You can write every "
            "section. Ask your team’s administrator to check it, or a colleague to sign."
        )
    )


def _unfinished(problem: Unfinished, patient_id: UUID) -> Refusal:
    if problem.section not in CLINICAL:
        return Refusal(
            _(
                "“%(title)s” has an answer that needs putting right first. "
                "Only the person can change it.",
                title=problem.title,
            )
        )
    title = desk_title(problem.section, condition_of(patient_id))
    text = _("“%(title)s” has an answer that needs putting right first.", title=title)
    return Refusal(text, (Place(title, address(patient_id, problem.section)),))


_FED_BY = {
    "genotype": ("diagnosis",),
    "allergies": ("allergies",),
    "dose": ("pain_plan",),
    "flags": ("pain_plan", "transfusion", "complications"),
    "noflags": ("pain_plan",),
    "signed": ("review",),
    "phone24": ("care_team",),
}
"""Which sections the words of each part of page 1 come from."""


def _too_long(problem: DoesNotFit, patient_id: UUID) -> Refusal:
    look = problem.named.split()[0] if problem.named.split() else ""
    parts = {
        "who": _("name and numbers"),
        "genotype": _("the type"),
        "allergies": _("allergies"),
        "dose": _("the first dose and what stands beside it"),
        "flags": _("the stop flags"),
        "signed": _("who signed"),
        "phone24": _("the 24-hour number"),
    }
    text = _(
        "The first page of the paper must hold everything up to the 24-hour number, and this does "
        "not fit: %(part)s. Nothing is cut to make it fit. Shorten the text.",
        part=parts.get(look, problem.named),
    )
    words, condition = words_for(patient_id), condition_of(patient_id)
    places = (
        Place(desk_title(name, condition), address(patient_id, name))
        for name in _FED_BY.get(look, ())
        if name not in words.left_out
    )
    return Refusal(text, tuple(places))
