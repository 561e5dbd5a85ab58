"""What a helper does for one person: read, write, publish, answer for themself, hand over the
phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for

from careplan.acts.beside import words_preview
from careplan.acts.drafting import Unfinished, all_drafts
from careplan.acts.publishing import ChangedMeanwhile, publish_words
from careplan.acts.reading import overview
from careplan.plan.changes import compare
from careplan.plan.lifecycle import standing
from careplan.plan.proxies import WRITTEN
from careplan.plan.safety import age_on
from careplan.render.paper import DoesNotFit
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import speaks_for_child, whom, writes
from careplan.web.carer.writing import tasks_for
from careplan.web.here import here
from careplan.web.narratives import emergency_page, record_page
from careplan.web.session import who


@open_to(Reader.CARER)
def home(patient_id: UUID) -> Any:
    """Whom this is for, what may be done, and what is written."""
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    current = seen.current
    drafts = all_drafts(here().world, by=who(), patient_id=patient_id) if writes() else {}
    last = max((one.updated_at for one in drafts.values()), default=None)
    unpublished = last is not None and (current is None or last > current.published_at)
    return render_template(
        "carer/home.html",
        face=seen.face,
        current=current,
        chip=standing(current, here().today()) if current else None,
        writes=writes(),
        speaks=speaks_for_child(patient_id),
        unpublished=unpublished,
        groups=tasks_for(
            patient_id,
            {name: one.body for name, one in drafts.items()},
            current,
            age_on(seen.face.date_of_birth, here().today()),
        ),
        **whom(seen.face),
    )


@open_to(Reader.CARER)
def arrived(patient_id: UUID) -> Any:
    """Just let in."""
    return redirect(url_for("carer.home", patient_id=patient_id))


@open_to(Reader.CARER)
def read(patient_id: UUID) -> str:
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    current = seen.current
    return render_template(
        "carer/read.html",
        version=current,
        chip=standing(current, here().today()) if current else None,
        emergency=emergency_page(current) if current else "",
        record=record_page(current) if current else "",
        **whom(seen.face),
    )


@open_to(Reader.CARER)
def publish(patient_id: UUID) -> Any:
    """What would change, as a helper may see it, and the press that does it."""
    world, now = here().world, here().now()
    if not writes():
        abort(404)
    back_to = url_for("carer.home", patient_id=patient_id)
    try:
        if request.method == "POST":
            version = publish_words(world, by=who(), patient_id=patient_id, at=now)
            return render_template("carer/published.html", version=version, back_to=back_to)
    except DoesNotFit as problem:
        named = problem.named
        return render_template("carer/too_long.html", named=named, back_to=back_to), 422
    except ChangedMeanwhile:
        return redirect(url_for("carer.publish", patient_id=patient_id))
    except Unfinished as problem:
        return _unfinished(problem, back_to), 422
    try:
        before, trial = words_preview(world, by=who(), patient_id=patient_id, at=now)
    except Unfinished as problem:
        return _unfinished(problem, back_to), 422
    return render_template(
        "carer/publish.html",
        changes=compare(before, trial.plan, world.words_of(trial)),
        emergency=emergency_page(trial),
        back_to=back_to,
    )


def _unfinished(problem: Unfinished, back_to: str) -> str:
    """A section that is not a helper's is not named to them: it is the person's to put right."""
    mine = problem.section in WRITTEN
    return render_template("carer/unfinished.html", problem=problem, mine=mine, back_to=back_to)
