"""Answers that cannot both be so:
found between the fields of one section and said in a sentence, never put right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from careplan.plan.medicines import AllergyState, ReportedState
from careplan.plan.sickle import AntibodyState
from careplan.web.words import _

Plain = Mapping[str, Any]
Clash = tuple[str, str]
"""The field to go to, and the sentence."""


def disagreements(section: str, plain: Plain) -> list[Clash]:
    found = _SECTIONS.get(section)
    return list(found(plain)) if found else []


def _written(plain: Plain, name: str) -> int:
    """How many items of a list have something in them."""
    return sum(1 for item in plain.get(name, []) if item.keys() - {"id"})


def _about_me(plain: Plain) -> Iterator[Clash]:
    picked, named = plain.get("spoken_language"), plain.get("spoken_language_other")
    if picked == "other" and not named:
        yield "spoken_language_other", _("Write the name of your language.")
    if named and picked not in (None, "other"):
        yield (
            "spoken_language_other",
            _("You chose a language from the list. Empty this, or choose “Another language”."),
        )


def _reported(plain: Plain) -> Iterator[Clash]:
    state, count = plain.get("state"), _written(plain, "entries")
    if state == ReportedState.LIST and not count:
        yield "entries", _("Write at least one here. Or go back and choose another answer.")
    if state in (ReportedState.NONE_KNOWN, ReportedState.NOT_SURE) and count:
        yield (
            "state",
            _(
                "You have %(count)s in your list. Choose yes, or remove them from your list first.",
                count=count,
            ),
        )


def _allergies(plain: Plain) -> Iterator[Clash]:
    state, count = plain.get("state", AllergyState.NOT_ASKED), _written(plain, "entries")
    if count and state != AllergyState.LIST:
        yield "state", _("There are allergies below. Choose the list, or remove them.")
    if state == AllergyState.LIST and not count:
        yield "state", _("Add an allergy below, or choose another state.")
    if state == AllergyState.NONE_CONFIRMED and not plain.get("confirmed_on"):
        yield "confirmed_on", _("Write the date on which no known allergies was confirmed.")
    if state != AllergyState.NONE_CONFIRMED and plain.get("confirmed_on"):
        yield "confirmed_on", _("Empty this date, or choose “none confirmed”.")


def _medicines(plain: Plain) -> Iterator[Clash]:
    if plain.get("none_taken") and _written(plain, "entries"):
        yield "none_taken", _("There are medicines below. Choose no, or remove them.")


def _pain_plan(plain: Plain) -> Iterator[Clash]:
    low, high = plain.get("oxygen_low"), plain.get("oxygen_high")
    if low is not None and high is not None and low > high:
        yield "oxygen_high", _("The upper oxygen target is below the lower one. Check both.")


def _diagnosis(plain: Plain) -> Iterator[Clash]:
    if plain.get("genotype") == "other" and not plain.get("genotype_other"):
        yield "genotype_other", _("Write the sickle type in words.")


def _transfusion(plain: Plain) -> Iterator[Clash]:
    state, count = plain.get("antibody_state"), _written(plain, "antibodies")
    if count and state != AntibodyState.LIST:
        yield "antibody_state", _("There are antibodies below. Choose the list, or remove them.")
    if state == AntibodyState.LIST and not count:
        yield "antibody_state", _("You chose the list. Add an antibody to it, or choose again.")


_SECTIONS: Mapping[str, Callable[[Plain], Iterator[Clash]]] = {
    "about_me": _about_me,
    "my_allergies": _reported,
    "my_medicines": _reported,
    "allergies": _allergies,
    "medicines": _medicines,
    "pain_plan": _pain_plan,
    "diagnosis": _diagnosis,
    "transfusion": _transfusion,
}
