"""The person's own pages: the task list, one question at a time, reading what was published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for

from careplan.acts.annotating import called_wrong
from careplan.acts.break_glass import staff_looks
from careplan.acts.carers import decisions_owed
from careplan.acts.checking import due_now
from careplan.acts.drafting import all_drafts
from careplan.acts.papers import stale_since
from careplan.acts.reading import compare_versions, history, overview, read_version, who_looked
from careplan.acts.talks import counts, standing_lines
from careplan.acts.visiting import visit_now
from careplan.clock import london
from careplan.plan.care_plan import OWN_WORDS
from careplan.plan.lifecycle import State as PlanState
from careplan.plan.lifecycle import standing, state_of
from careplan.plan.safety import age_on
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.comparing import changes_by_section, two_of
from careplan.web.conditions import condition_of, words_for
from careplan.web.drafts import AUTOSAVE, Kept, draft_now, keep_page
from careplan.web.forms.check import check_of
from careplan.web.forms.pages import (
    Page,
    Section,
    before_of_first_five,
    next_of_first_five,
    next_page,
    page_before,
    section_pages,
)
from careplan.web.forms.read import again
from careplan.web.forms.reading import Next, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.tasks import signed_sections, task_list, with_news
from careplan.web.forms.views import Frame
from careplan.web.here import here
from careplan.web.narratives import emergency_page, record_page
from careplan.web.patient.replies import news_of_replies
from careplan.web.patient.sharing import alerts, news_of_errands
from careplan.web.session import who
from careplan.web.words import _

patient = Blueprint("patient", __name__)

_LATELY = timedelta(days=14)


@patient.get("/plan")
@open_to(Reader.PATIENT)
def home() -> str:
    seen = overview(here().world, by=who(), patient_id=own_patient(), at=here().now())
    kept = _drafts()
    drafts = {name: one.body for name, one in kept.items()}
    current = seen.current
    signed = signed_sections(current)
    chip = standing(current, here().today()) if current else None
    talk = counts(here().world, by=who(), patient_id=own_patient())
    tasks = task_list(
        drafts,
        href=_task_address,
        signed=signed,
        condition=_condition(),
        age=age_on(seen.face.date_of_birth, here().today()),
    )
    unpublished = _unpublished(kept, current.published_at if current else None)
    return render_template(
        "patient/home.html",
        groups=with_news(tasks, talk.by_section),
        talk=talk,
        face=seen.face,
        current=current,
        chip=chip,
        to_answer=state_of(current) is PlanState.NOT_SEEN,
        unpublished=unpublished,
        due=due_now(here().world, patient=seen.patient, current=current, today=here().today()),
        team=seen.patient.team_id is not None,
        alerts=alerts(),
        errands=news_of_errands(),
        going_in=visit_now(here().world, by=who(), patient_id=own_patient(), at=here().now()),
        tap_id=here().world.new_id(),
        stale=stale_since(here().world, by=who(), patient_id=own_patient()),
        replies=news_of_replies(),
        looks=staff_looks(
            here().world, by=who(), patient_id=own_patient(), since=here().now() - _LATELY
        ),
        to_settle=decisions_owed(here().world, by=who(), patient_id=own_patient(), at=here().now()),
    )


def _task_address(section: str, page_id: str) -> str:
    """Where a line of the list leads; the first five go on to the next of the five."""
    tour = "five" if section_pages(section, _condition()).page(page_id).first_five else None
    return url_for("patient.write", section=section, page_id=page_id, tour=tour)


def _condition() -> str:
    return condition_of(own_patient())


def _drafts() -> dict[str, Any]:
    return all_drafts(here().world, by=who(), patient_id=own_patient())


def _unpublished(drafts: dict[str, Any], published_at: Any) -> bool:
    """Whether the person has written anything since the plan was last published."""
    own = (one for name, one in drafts.items() if name in OWN_WORDS)
    return any(published_at is None or one.updated_at > published_at for one in own)


@patient.route("/plan/write/<section>/<page_id>", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def write(section: str, page_id: str) -> Any:
    page = _page(section, page_id)
    if request.method == "GET":
        body, revision, draft = draft_now(own_patient(), section)
        reading = again(page, body, today=here().today())
        saved = clock_time(draft.updated_at) if draft else ""
        return _show(page, reading, revision, request.args.get("item"), saved)
    kept = keep_page(own_patient(), page)
    if not isinstance(kept, Kept):
        if request.headers.get(AUTOSAVE):
            return jsonify(saved=False, conflict=True), 409
        _body, revision, _draft = draft_now(own_patient(), section)
        return render_template("forms/conflict.html", view=kept, frame=_frame(page, revision)), 409
    if request.headers.get(AUTOSAVE):
        return jsonify(saved=clock_time(here().now()), revision=kept.revision)
    reading = kept.reading
    if reading.next is Next.LATER:
        return redirect(url_for("patient.home"))
    if reading.next is Next.STAY and reading.clear:
        here_again = url_for(
            "patient.write", section=section, page_id=page_id, item=reading.open_item, tour=_tour()
        )
        return redirect(here_again)
    if not reading.clear:
        return _show(page, reading, kept.revision, reading.open_item), 422
    return redirect(_after(page, reading.body))


def _page(section: str, page_id: str) -> Page:
    try:
        found: Section = section_pages(section, _condition())
        page = found.page(page_id)
    except KeyError:
        abort(404)
    if section not in OWN_WORDS:
        abort(404)
    return page


def _tour() -> str | None:
    """Set while somebody goes through the first five questions."""
    return "five" if request.args.get("tour") == "five" else None


def _show(
    page: Page, reading: Reading, revision: int, open_item: str | None, saved: str = ""
) -> str:
    world = here().world
    view = view_of(
        page, reading.body, reading.errors, reading.asks, new_id=world.new_id, open_item=open_item
    )
    return render_template("forms/page.html", view=view, frame=_frame(page, revision, saved))


def _frame(page: Page, revision: int, saved: str = "") -> Frame:
    tour = _tour()
    progress = ""
    if tour and page.first_five:
        progress = _("%(n)s of 5", n=page.first_five)
    return Frame(
        action=_address(page, tour=tour),
        back=_before(page),
        revision=str(revision),
        saved_at=saved,
        progress=progress,
        talk="" if tour else url_for("conversation.section", section=page.section),
    )


def clock_time(moment: datetime) -> str:
    return f"{london(moment):%H:%M}"


def _after(page: Page, body: Any) -> str:
    if _tour():
        bodies = {name: one.body for name, one in _drafts().items()}
        following = next_of_first_five(page, bodies)
        if following is None:
            return url_for("patient.five_done")
        return _address(following, tour="five")
    following = next_page(page, body)
    return _address(following) if following else url_for("patient.check", section=page.section)


def _before(page: Page) -> str:
    bodies = {name: one.body for name, one in _drafts().items()}
    if _tour():
        earlier = before_of_first_five(page, bodies)
        return _address(earlier, tour="five") if earlier else url_for("patient.home")
    earlier = page_before(page, bodies.get(page.section, {}))
    return _address(earlier) if earlier else url_for("patient.home")


def _address(page: Page, tour: str | None = None) -> str:
    return url_for("patient.write", section=page.section, page_id=page.id, tour=tour)


@patient.get("/plan/write/<section>")
@open_to(Reader.PATIENT)
def check(section: str) -> str:
    """Check your answers."""
    if section not in OWN_WORDS or section in words_for(own_patient()).left_out:
        abort(404)
    body, _revision, draft = draft_now(own_patient(), section)
    view = check_of(section, body, href=_page_address, condition=_condition())
    home_again = url_for("patient.home")
    saved = clock_time(draft.updated_at) if draft else ""
    frame = Frame(action=home_again, back=home_again, revision="0", saved_at=saved)
    return render_template("forms/check.html", view=view, frame=frame)


def _page_address(section: str, page_id: str) -> str:
    return url_for("patient.write", section=section, page_id=page_id)


@patient.get("/plan/five-done")
@open_to(Reader.PATIENT)
def five_done() -> str:
    """The first five are answered: what they are good for already, and what comes next."""
    return render_template("patient/five_done.html")


@patient.get("/plan/read")
@open_to(Reader.PATIENT)
def read() -> str:
    seen = overview(here().world, by=who(), patient_id=own_patient(), at=here().now())
    if seen.current is None:
        return render_template("patient/nothing_yet.html")
    current = seen.current
    return render_template(
        "patient/read.html",
        version=current,
        chip=standing(current, here().today()),
        emergency=emergency_page(current),
        record=record_page(current),
        standing=standing_lines(here().world, by=who(), patient_id=own_patient()),
        annotations=called_wrong(here().world, by=who(), patient_id=own_patient()),
        titles=words_for(own_patient()).sections,
    )


@patient.get("/plan/versions")
@open_to(Reader.PATIENT)
def versions() -> str:
    heads = history(here().world, by=who(), patient_id=own_patient())
    return render_template("patient/versions.html", heads=heads)


@patient.get("/plan/versions/side-by-side")
@open_to(Reader.PATIENT)
def side_by_side() -> str:
    """What changed between any two; which of them stands in the address."""
    world, now, mine = here().world, here().now(), own_patient()
    heads = history(world, by=who(), patient_id=mine)
    numbers = two_of(heads, request.args)
    found = compare_versions(world, by=who(), patient_id=mine, numbers=numbers, at=now)
    return render_template(
        "patient/side_by_side.html",
        heads=heads,
        older=found.older,
        newer=found.newer,
        groups=changes_by_section(found.changes, found.newer.condition),
    )


@patient.get("/plan/versions/<int:number>")
@open_to(Reader.PATIENT)
def version(number: int) -> str:
    world, now = here().world, here().now()
    old = read_version(world, by=who(), patient_id=own_patient(), number=number, at=now)
    return render_template(
        "patient/version.html",
        version=old.version,
        changes=old.changes,
        record=record_page(old.version),
    )


@patient.get("/plan/who-looked")
@open_to(Reader.PATIENT)
def looks() -> str:
    found = who_looked(here().world, by=who(), patient_id=own_patient())
    return render_template("patient/who_looked.html", looks=found)
