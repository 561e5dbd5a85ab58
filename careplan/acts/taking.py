"""What a section of the team's draft holds once something of a document of ours went into it.

A list of allergies is added to and never shortened: that somebody else has not heard of one is no
reason to lose it (domain 2.4). Every other section is taken whole or not at all, and only from a
record, for an emergency document leaves out what emergency departments do not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from careplan.fhir.frame import Kind as Form
from careplan.plan.medicines import AllergyState

ADDED_TO = "allergies"


def addable(section: str, form: Form) -> bool:
    return section == ADDED_TO or form is Form.RECORD


def together(
    section: str, here: Mapping[str, Any], theirs: Mapping[str, Any], form: Form
) -> Mapping[str, Any] | None:
    """The draft's plain values afterwards; None where nothing would change."""
    if not addable(section, form):
        return None
    made = _added(here, theirs) if section == ADDED_TO else dict(theirs)
    return made if made != here else None


def _added(here: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Ours, as they stand, and after them those that are not here yet."""
    made = dict(here)
    for name in ("entries", "side_effects"):
        ours = list(here.get(name, []))
        ids, said = {one["id"] for one in ours}, [_said(one) for one in ours]
        new = [
            one for one in theirs.get(name, []) if one["id"] not in ids and _said(one) not in said
        ]
        if ours or new:
            made[name] = [*ours, *new]
    if made.get("entries"):
        made["state"] = str(AllergyState.LIST)
        made.pop("confirmed_on", None)  # it dates "none", which is no longer so
    return made


def _said(item: Mapping[str, Any]) -> dict[str, Any]:
    """All but its id, which an emergency document shortens."""
    return {name: value for name, value in item.items() if name != "id"}
