"""Plans for many people from one list: give it in, watch it being done, take the report away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for

from careplan.acts.invitation_file import (
    MOST_BYTES,
    MOST_ROWS,
    BadFile,
    condition_names,
    report_csv,
    safe_cell,
)
from careplan.acts.inviting import SHOWN, Progress, go_on, lists_of_team, report, take_list
from careplan.store.invitations import Came, KeptRow, Work
from careplan.web.access import Reader, open_to
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Line:
    """A row that somebody should look at: as it was typed, made harmless, and why."""

    number: int
    name: str
    words: str
    said: str


@open_to(Reader.TEAM)
def invite() -> Any:
    if request.method == "GET":
        return _ask()
    given = request.files.get("list")
    data = given.read(MOST_BYTES + 1) if given else b""
    if not given or not given.filename:
        return _ask(_("Choose a file first.")), 422
    if len(data) > MOST_BYTES:
        return _ask(_("This file is bigger than 2 megabytes. Split it into several.")), 413
    try:
        batch_id = take_list(here().world, by=who(), data=data, at=here().now())
    except BadFile as problem:
        return _ask(str(problem)), 422
    return redirect(url_for("team.invited", batch_id=batch_id), 303)


def _ask(error: str = "") -> str:
    return render_template(
        "team/invite.html",
        error=error,
        errors=[ErrorLine("#list", error)] if error else [],
        most=f"{MOST_ROWS:,}",
        conditions=condition_names(),
        lists=lists_of_team(here().world, by=who()),
    )


@open_to(Reader.TEAM)
def invited(batch_id: UUID) -> Any:
    """Each look does the next slice of the work, so that the page moves on with no script."""
    found = go_on(here().world, by=who(), batch_id=batch_id, at=here().now(), today=here().today())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            done=found.done,
            total=found.batch.total,
            words=_so_far(found),
            working=found.batch.state is Work.WORKING,
        )
    return render_template(
        "team/invited.html",
        batch=found.batch,
        working=found.batch.state is Work.WORKING,
        stopped=found.batch.state is Work.STOPPED,
        done=found.done,
        so_far=_so_far(found),
        tally={came.value: count for came, count in found.tally.items()},
        lines=[_line(row) for row in sorted(found.rows, key=_refused_first)],
        cut=len(found.rows) == SHOWN,
    )


def _refused_first(row: KeptRow) -> tuple[bool, int]:
    return row.state is not Came.REFUSED, row.number


def _so_far(found: Progress) -> str:
    return _(
        "%(done)s of %(total)s rows done", done=f"{found.done:,}", total=f"{found.batch.total:,}"
    )


@open_to(Reader.TEAM)
def invited_report(batch_id: UUID) -> Any:
    found = report(here().world, by=who(), batch_id=batch_id, at=here().now())
    titles = (_("Row"), _("Name"), _("Result"), _("Why"), _("Plan number"), _("What next"))
    lines = [titles, *(_report_line(row) for row in found.rows)]
    answer = Response(report_csv(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="plans-started.csv"'
    return answer


def _report_line(row: KeptRow) -> tuple[str, ...]:
    return (
        str(row.number),
        str(row.facts.get("name", "")),
        _came(row.state),
        str(row.facts.get("said", "")),
        str(row.facts.get("plan_number", "")),
        _("Link in clinic") if row.state is Came.CREATED else "",
    )


def _line(row: KeptRow) -> Line:
    name = safe_cell(str(row.facts.get("name", ""))) or _("No name")
    said = str(row.facts.get("said", "")) or _("Not looked at")
    return Line(row.number, name, _came(row.state), said)


def _came(came: Came) -> str:
    return {
        Came.WAITING: _("Not looked at"),
        Came.CREATED: _("Plan started"),
        Came.THERE: _("Already there"),
        Came.REFUSED: _("Refused"),
    }[came]
