"""After a visit: the same pages for the person and for a carer who was let in to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import abort, jsonify, redirect, render_template, request

from careplan.acts.hospitals import every_hospital, offered_hospitals
from careplan.acts.reporting import (
    AlreadyTold,
    Odd,
    answer_report,
    begin_report,
    report,
    reports,
    visits_to_tell,
    withdraw_report,
)
from careplan.store.errors import Stale
from careplan.store.hospitals import Hospital
from careplan.store.reports import KeptReport
from careplan.visits.questions import Kind, Page, asked
from careplan.visits.report import LONGEST_WORDS, VisitReport
from careplan.visits.telling import Doubt, doubts, names_staff
from careplan.web.answer_form import number_shown
from careplan.web.drafts import AUTOSAVE, posted
from careplan.web.here import here
from careplan.web.report_form import ELSEWHERE, Reading, day_choices, read, showable, typed_of
from careplan.web.report_words import doubt_words, rows_of
from careplan.web.session import who
from careplan.web.words import _

_FEW = 6
"""So many hospitals are shown as large buttons; more are a list to choose from."""


@dataclass(frozen=True)
class Teller:
    """Where this visitor's pages are, and for whom they speak."""

    patient_id: UUID
    frame: str
    address: Callable[..., str]
    home: str
    of_them: bool = False
    equality: str = ""
    top: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mine(self) -> dict[str, Any]:
        return {"by": who(), "patient_id": self.patient_id}


# --- all of them, and a new one ---------------------------------------------------------------


def home(teller: Teller) -> Any:
    world = here().world
    if request.method == "POST":
        return _begin(teller)
    kept = reports(world, **teller.mine)
    named = every_hospital(world)
    return render_template(
        "report/home.html",
        teller=teller,
        kept=kept,
        visits=visits_to_tell(world, **teller.mine),
        named=named,
        new_id=world.new_id(),
        chosen=request.args.get("visit", ""),
        back_to=teller.home,
        **teller.top,
    )


def _begin(teller: Teller) -> Any:
    """Pressed twice it is one report: the page brought its id along."""
    visit = _uuid(request.form.get("visit", ""))
    report_id = _uuid(request.form.get("report", "")) or here().world.new_id()
    more: dict[str, Any] = {"report_id": report_id, "visit_id": visit, "at": here().now()}
    try:
        kept = begin_report(here().world, **teller.mine, **more)
    except AlreadyTold as there:
        if there.report_id is None:
            return _by_another(teller)
        return redirect(teller.address("one", report_id=there.report_id, there="yes"), 303)
    first = asked().pages[0]
    return redirect(teller.address("page", report_id=kept.report_id, page_id=first.id), 303)


def _by_another(teller: Teller) -> Any:
    shown = render_template("report/by_another.html", teller=teller, **teller.top)
    return shown, 409


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- one page ---------------------------------------------------------------------------------


def page(teller: Teller, report_id: UUID, page_id: str) -> Any:
    asked_now = asked().page(page_id)
    if asked_now is None:
        abort(404)
    kept = report(here().world, **teller.mine, report_id=report_id)
    if kept.report is None:
        return redirect(teller.address("one", report_id=report_id))
    if request.method == "GET":
        typed = typed_of(asked_now, kept.report)
        return _page(teller, asked_now, kept, typed, odd=_cannot_be(asked_now, kept.report))
    return _answer(teller, asked_now, kept, kept.report)


def _cannot_be(asked_now: Page, told: VisitReport) -> Odd | None:
    """What was tapped, or what a change of the arrival made of it, is asked about where it is."""
    if all(question.kind is not Kind.RELIEF for question in asked_now.questions):
        return None
    found = doubts(told, at=here().now(), today=here().today())
    return Odd((Doubt.RELIEF_FIRST,)) if Doubt.RELIEF_FIRST in found else None


def _answer(teller: Teller, asked_now: Page, kept: KeptReport, told: VisitReport) -> Any:
    typed = showable(posted())
    reading = read(asked_now, typed, report=told, hospitals=_hospitals(teller, told))
    if reading.errors:
        return _page(teller, asked_now, kept, typed, reading.errors), 422
    try:
        revision = _keep(teller, kept, told, reading)
    except Odd as odd:
        return _page(teller, asked_now, kept, typed, odd=odd), 422
    except Stale as newer:
        errors = {"meanwhile": _("This report was changed somewhere else. Look, then press again.")}
        return _page(teller, asked_now, newer.current, typed, errors), 409
    if AUTOSAVE in request.headers:
        return jsonify(revision=revision, saved=f"{here().now():%H:%M}")
    return redirect(_next(teller, asked_now, kept.report_id), 303)


def _keep(teller: Teller, kept: KeptReport, told: VisitReport, reading: Reading) -> int:
    sure = frozenset(one for one in Doubt if one in request.form.getlist("sure"))
    if AUTOSAVE in request.headers:
        sure |= {Doubt.NAMES_STAFF}  # a flat battery loses no words: it is asked when they press
    elif names_staff(reading.answers.get("words") or "") and Doubt.NAMES_STAFF not in sure:
        raise Odd((Doubt.NAMES_STAFF,))
    if all(getattr(told, name) == value for name, value in reading.answers.items()):
        return kept.revision  # nothing was changed, so nothing is written
    return answer_report(
        here().world,
        **teller.mine,
        report_id=kept.report_id,
        answers=reading.answers,
        based_on=number_shown(request.form.get("revision", "0")),
        sure=sure,
        at=here().now(),
    )


def _next(teller: Teller, asked_now: Page, report_id: UUID) -> str:
    following = asked().after(asked_now.id)
    if request.form.get("action") == "back" or following is None:
        return teller.address("one", report_id=report_id, done="yes")
    return teller.address("page", report_id=report_id, page_id=following.id)


def _page(
    teller: Teller,
    asked_now: Page,
    kept: KeptReport,
    typed: Mapping[str, Sequence[str]],
    errors: Mapping[str, str] | None = None,
    odd: Odd | None = None,
) -> str:
    before = asked().before(asked_now.id)
    found = doubt_words(odd, of_them=teller.of_them) if odd else ()
    problems = dict(errors or {}) | {one.box: one.sentence for one in found if one.must_change}
    offered = _hospitals(teller, kept.report)
    pages = [one.id for one in asked().pages]
    return render_template(
        "report/page.html",
        teller=teller,
        page=asked_now,
        kept=kept,
        typed=typed,
        errors=problems,
        doubts=[one for one in found if not one.must_change],
        other=odd.other if odd else None,
        hospitals=offered,
        as_buttons=len(offered) <= _FEW,
        elsewhere=ELSEWHERE,
        days=lambda chosen: day_choices(here().today(), chosen),
        sureness=asked().choices["sureness"],
        audience_hints=asked().audience_hints,
        most=LONGEST_WORDS,
        step=pages.index(asked_now.id) + 1,
        steps=len(pages),
        beside=asked().beside,
        back_to=teller.address("page", report_id=kept.report_id, page_id=before.id)
        if before
        else teller.address("home"),
        **teller.top,
    )


def _hospitals(teller: Teller, told: VisitReport | None) -> tuple[Hospital, ...]:
    """Those that are open, and the one of this report though it has closed since: a box that does
    not show what was told would take it away."""
    world = here().world
    offered = offered_hospitals(world, **teller.mine)
    mine = told.hospital if told else None
    if mine is None or mine in {one.code for one in offered}:
        return offered
    return (*offered, every_hospital(world).get(mine) or Hospital(code=mine, name=mine))


# --- all of one -------------------------------------------------------------------------------


def one(teller: Teller, report_id: UUID) -> str:
    """What was said, page by page, with who may see it; to change or to take back."""
    kept = report(here().world, **teller.mine, report_id=report_id)
    return render_template(
        "report/one.html",
        teller=teller,
        kept=kept,
        groups=rows_of(kept.report, every_hospital(here().world), of_them=teller.of_them),
        done=request.args.get("done") == "yes",
        there=request.args.get("there") == "yes",
        audience=asked().choices["audience"],
        beside=asked().beside,
        back_to=teller.address("home"),
        **teller.top,
    )


def take_back(teller: Teller, report_id: UUID) -> Any:
    if request.method == "POST":
        withdraw_report(here().world, **teller.mine, report_id=report_id, at=here().now())
        return redirect(teller.address("home"), 303)
    kept = report(here().world, **teller.mine, report_id=report_id)
    back = teller.address("one", report_id=report_id)
    return render_template(
        "report/take_back.html", teller=teller, kept=kept, back_to=back, **teller.top
    )
