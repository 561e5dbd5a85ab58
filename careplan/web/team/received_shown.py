"""What a page about a document from another system shows of it, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from careplan.acts.received import Beside, Opened
from careplan.acts.settling import LONGEST_REASON
from careplan.fhir.frame import Kind as Form
from careplan.store.received import Received, Settled
from careplan.web.narratives import emergency_page, framed, record_page
from careplan.web.team.words import Facts, desk_title, facts_of_section
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Sides:
    """One section as the document has it and as it stands here. `taken`: it may be copied."""

    section: str
    title: str
    theirs: Facts
    here: Facts
    same: bool
    taken: bool
    added_to: bool
    revision: int


def shown(opened: Opened) -> dict[str, Any]:
    return {
        "kept": opened.kept,
        "sender": sender_words(opened.kept.facts),
        "said": opened.said,
        "safe": framed,
        "ours": _ours(opened),
        "signed": opened.version.signature if opened.version else None,
        "stop": opened.version.stop if opened.version else None,
        "headings": {
            "allergies": _("Allergies in it"),
            "medicines": _("Medicines in it"),
            "conditions": _("Conditions in it"),
        },
        "most": LONGEST_REASON,
    }


def _ours(opened: Opened) -> Markup | None:
    """One of this program's own documents, in our own words for it."""
    if opened.version is None:
        return None
    page = record_page if opened.form is Form.RECORD else emergency_page
    return page(opened.version)


def sides_of(opened: Opened) -> list[Sides]:
    return [_side(one, opened.condition) for one in opened.beside]


def _side(one: Beside, condition: str) -> Sides:
    title = desk_title(one.section, condition)
    theirs = facts_of_section(one.section, _("In what came"), one.theirs, condition)
    ours = facts_of_section(one.section, _("Here, as the team has it"), one.here, condition)
    return Sides(
        section=one.section,
        title=title,
        theirs=theirs,
        here=ours,
        same=one.theirs == one.here,
        taken=one.taken is not None,
        added_to=one.section == "allergies",
        revision=one.revision,
    )


def sender_words(facts: Mapping[str, Any]) -> str:
    name, organisation = facts.get("sender"), facts.get("organisation")
    if not name:
        return _("A file that was brought in")
    return f"{name} ({organisation})" if organisation else str(name)


def became_words(kept: Received) -> str:
    by = kept.facts.get("by", "")
    if kept.state is Settled.WAITING:
        return _("Not answered yet")
    if kept.state is Settled.BROUGHT:
        return _("This plan began with it")
    if kept.state is Settled.TAKEN:
        names = ", ".join(desk_title(one) for one in kept.facts.get("taken", []))
        return _("%(by)s copied into the draft: %(names)s", by=by, names=names)
    return _("%(by)s put it away: %(reason)s", by=by, reason=kept.facts.get("reason", ""))
