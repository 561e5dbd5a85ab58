"""Paper from the desk, for somebody with no printer or no phone; they see that it was printed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for

from careplan.acts.consents import NotAgreed
from careplan.acts.papers import Paper, paper
from careplan.acts.renditions import Copy, copy_of
from careplan.acts.sharing import NothingToShare
from careplan.web.access import Reader, open_to
from careplan.web.copying import as_file
from careplan.web.here import here
from careplan.web.papers import pdf
from careplan.web.session import who
from careplan.web.words import _


@open_to(Reader.TEAM)
def print_copy(patient_id: UUID, copy: str) -> Any:
    """For somebody with no printer: what they agreed to, and large print, which is theirs."""
    world, at = here().world, here().now()
    try:
        made = copy_of(world, by=who(), patient_id=patient_id, kind=Copy(copy), at=at)
    except NotAgreed:
        flash(_("The person has not agreed to that copy. They can, on their own pages."))
    except NothingToShare:
        flash(_("Nothing has been published yet, so there is nothing to print."))
    else:
        return as_file(made, copy)
    return redirect(url_for("team.overview", patient_id=patient_id))


@open_to(Reader.TEAM)
def print_paper(patient_id: UUID, kind: str) -> Any:
    """A POST, for it makes the link of this kind of print where there is none."""
    try:
        made = paper(
            here().world, by=who(), patient_id=patient_id, kind=Paper(kind), at=here().now()
        )
    except NothingToShare:
        flash(_("Nothing has been published yet, so there is nothing to print."))
        return redirect(url_for("team.overview", patient_id=patient_id))
    return pdf(made, f"plan-{kind}.pdf")
