"""What people let their team see of visits, and what they tell it on the telephone or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.hospitals import every_hospital, offered_hospitals
from careplan.acts.reporting import Odd
from careplan.acts.reports_read import (
    WRITTEN_DOWN,
    may_write_down,
    read_report,
    team_reports,
    write_down_report,
)
from careplan.visits.questions import asked
from careplan.visits.report import LONGEST_WORDS, Source, VisitReport
from careplan.visits.telling import Doubt
from careplan.web.access import Reader, open_to
from careplan.web.drafts import posted
from careplan.web.here import here
from careplan.web.report_form import ELSEWHERE, Reading, day_choices, one, read, showable
from careplan.web.report_words import doubt_words, rows_of, title_of
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _


@open_to(Reader.TEAM)
def reports() -> str:
    """Unread first, then the newest."""
    text = request.args.get("page", "")
    number = int(text) if text.isdecimal() and 0 < len(text) < 4 else 1
    found = team_reports(here().world, by=who(), page=max(number, 1), at=here().now())
    named = every_hospital(here().world)
    lines = [(one, title_of(one.kept.report, named)) for one in found.lines if one.kept.report]
    return render_template("team/reports.html", found=found, lines=lines)


@open_to(Reader.TEAM)
def report(patient_id: UUID, report_id: UUID) -> str:
    """One report; that it was read is shown to the person."""
    asked_for: dict[str, Any] = {
        "patient_id": patient_id,
        "report_id": report_id,
        "at": here().now(),
    }
    face = may_write_down(here().world, by=who(), patient_id=patient_id)
    kept = read_report(here().world, by=who(), **asked_for)
    groups = rows_of(kept.report, every_hospital(here().world), of_them=True)
    source = asked().choices["source"][kept.report.source] if kept.report else ""
    return render_template("team/report.html", face=face, kept=kept, groups=groups, source=source)


@open_to(Reader.TEAM)
def write_report(patient_id: UUID) -> Any:
    """The paper form or a telephone call, on one page in the order of the paper."""
    may_write_down(here().world, by=who(), patient_id=patient_id)
    if request.method == "GET":
        new_id = str(here().world.new_id())
        return _form(patient_id, {"report": [new_id]}, {})
    typed = showable(posted())
    reading, errors = _read(patient_id, typed)
    if errors:
        return _form(patient_id, typed, errors), 422
    try:
        write_down_report(
            here().world,
            by=who(),
            patient_id=patient_id,
            report_id=UUID(one(typed, "report")),
            source=Source(one(typed, "source")),
            answers=reading,
            sure=frozenset(item for item in Doubt if item in typed.get("sure", ())),
            at=here().now(),
        )
    except Odd as odd:
        found = doubt_words(odd, of_them=True)
        problems = {item.box: item.sentence for item in found if item.must_change}
        softer = [item for item in found if not item.must_change]
        return _form(patient_id, typed, problems, doubts=softer), 422
    flash(_("It is kept. They can see and change it, and they chose who else may."))
    return redirect(url_for("team.overview", patient_id=patient_id), 303)


def _read(patient_id: UUID, typed: dict[str, list[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Every page of the form in one; what is not clear, by its box."""
    offered = offered_hospitals(here().world, by=who(), patient_id=patient_id)
    blank = VisitReport(patient_id=patient_id, report_id=patient_id, given_at=here().now())
    whole = Reading()
    for page in asked().pages:
        part = read(page, typed, report=blank, hospitals=offered)
        whole.answers |= part.answers
        whole.errors |= part.errors
    if one(typed, "source") not in WRITTEN_DOWN:
        whole.errors["source"] = _("Say how it reached you: by telephone or on paper.")
    try:
        UUID(one(typed, "report"))
    except ValueError:
        whole.errors["report"] = _("Load this page again: its own number was lost.")
    return whole.answers, whole.errors


def _form(
    patient_id: UUID, typed: Mapping[str, Any], errors: Mapping[str, str], **more: Any
) -> str:
    choices = asked().choices
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "team/write_report.html",
        patient_id=patient_id,
        header=header_of(desk, here().today()),
        typed=typed,
        errors=errors,
        pages=asked().pages,
        hospitals=offered_hospitals(here().world, by=who(), patient_id=patient_id),
        as_buttons=False,
        elsewhere=ELSEWHERE,
        days=lambda chosen: day_choices(here().today(), chosen),
        sureness=choices["sureness"],
        sources={item: choices["source"][item] for item in WRITTEN_DOWN},
        audience_hints=asked().audience_hints,
        most=LONGEST_WORDS,
        **{"doubts": [], **more},
    )
