"""A helper writes: the sections that are open to them, page by page, with their name beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort, jsonify, redirect, render_template, request, url_for

from careplan.plan.care_plan import Version
from careplan.plan.proxies import HIDDEN, WRITTEN
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import writes
from careplan.web.conditions import condition_of
from careplan.web.drafts import AUTOSAVE, Kept, draft_now, keep_page
from careplan.web.forms.check import check_of
from careplan.web.forms.conflict import ConflictView
from careplan.web.forms.pages import Page, next_page, page_before, section_pages
from careplan.web.forms.read import again
from careplan.web.forms.reading import Next, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.tasks import Group, signed_sections, task_list
from careplan.web.forms.views import Frame
from careplan.web.here import here
from careplan.web.patient.routes import clock_time
from careplan.web.session import who
from careplan.web.words import _


def tasks_for(
    patient_id: UUID, drafts: dict[str, Any], current: Version | None, age: int | None
) -> tuple[Group, ...]:
    if not writes():
        return ()

    def href(section: str, page_id: str) -> str:
        if section in WRITTEN and not _is_open(section, page_id):
            return url_for("carer.check", patient_id=patient_id, section=section)
        return url_for("carer.write", patient_id=patient_id, section=section, page_id=page_id)

    signed = signed_sections(current)
    groups = task_list(drafts, href=href, signed=signed, condition=_condition(), age=age)
    kept = (_open_to_helpers(group) for group in groups)
    return tuple(group for group in kept if group.tasks)


def _open_to_helpers(group: Group) -> Group:
    if group.id == "team":
        return group
    title, hint = _WORDS[group.id]() if group.id in _WORDS else (group.title, group.hint)
    open_here = tuple(task for task in group.tasks if task.section in WRITTEN)
    return replace(group, title=title, hint=hint, tasks=open_here)


_WORDS = {
    "tonight": lambda: (
        _("For an emergency"),
        _("What a hospital needs first. “You” in a question is the person you help."),
    ),
    "well": lambda: (
        _("When there is time"),
        _("Do one at a time, in any order. What you write has your name beside it."),
    ),
}


def _is_open(section: str, page_id: str) -> bool:
    return page_id in {page.id for page in _open_pages(section)}


def _open_pages(section: str) -> tuple[Page, ...]:
    """The pages of a section that ask nothing a helper may not see."""
    hidden = {f"{section}.{name}" for name in HIDDEN.get(section, ())}
    return tuple(page for page in _pages(section) if not hidden & {*page.fields})


def _pages(section: str) -> tuple[Page, ...]:
    try:
        return section_pages(section, _condition()).pages
    except KeyError:  # this condition's plan has no such section
        return ()


def _condition() -> str:
    return condition_of(UUID(who().patient_id))


@open_to(Reader.CARER)
def write(patient_id: UUID, section: str, page_id: str) -> Any:
    page = _page(section, page_id)
    if request.method == "GET":
        body, revision, draft = draft_now(patient_id, section)
        reading = again(page, body, today=here().today())
        saved = clock_time(draft.updated_at) if draft else ""
        return _show(patient_id, page, reading, revision, request.args.get("item"), saved)
    kept = keep_page(patient_id, page)
    if not isinstance(kept, Kept):
        return _met(patient_id, page, kept)
    if request.headers.get(AUTOSAVE):
        return jsonify(saved=clock_time(here().now()), revision=kept.revision)
    reading = kept.reading
    if not reading.clear and reading.next is not Next.LATER:
        return _show(patient_id, page, reading, kept.revision, reading.open_item), 422
    return redirect(_next_address(patient_id, page, reading))


def _met(patient_id: UUID, page: Page, conflict: ConflictView) -> Any:
    """Somebody else wrote here meanwhile: both texts are shown."""
    if request.headers.get(AUTOSAVE):
        return jsonify(saved=False, conflict=True), 409
    _body, revision, _draft = draft_now(patient_id, page.section)
    frame = _frame(patient_id, page, revision)
    return render_template("forms/conflict.html", view=conflict, frame=frame), 409


def _next_address(patient_id: UUID, page: Page, reading: Reading) -> str:
    if reading.next is Next.LATER:
        return url_for("carer.home", patient_id=patient_id)
    if reading.next is Next.STAY:
        return _address(patient_id, page, item=reading.open_item)
    following = next_page(page, reading.body)
    while following is not None and following not in _open_pages(page.section):
        following = next_page(following, reading.body)
    if following is not None:
        return _address(patient_id, following)
    return url_for("carer.check", patient_id=patient_id, section=page.section)


def _page(section: str, page_id: str) -> Page:
    if section not in WRITTEN or not writes():
        abort(404)
    page = next((one for one in _open_pages(section) if one.id == page_id), None)
    if page is None:
        abort(404)
    return page


def _show(
    patient_id: UUID,
    page: Page,
    reading: Reading,
    revision: int,
    open_item: str | None,
    saved: str = "",
) -> str:
    view = view_of(
        page,
        reading.body,
        reading.errors,
        reading.asks,
        new_id=here().world.new_id,
        open_item=open_item,
    )
    frame = _frame(patient_id, page, revision, saved)
    return render_template("forms/page.html", view=view, frame=frame)


def _frame(patient_id: UUID, page: Page, revision: int, saved: str = "") -> Frame:
    earlier = page_before(page, {})
    while earlier is not None and earlier not in _open_pages(page.section):
        earlier = page_before(earlier, {})
    home_again = url_for("carer.home", patient_id=patient_id)
    return Frame(
        action=_address(patient_id, page),
        back=_address(patient_id, earlier) if earlier else home_again,
        revision=str(revision),
        saved_at=saved,
    )


def _address(patient_id: UUID, page: Page, item: str | None = None) -> str:
    return url_for(
        "carer.write", patient_id=patient_id, section=page.section, page_id=page.id, item=item
    )


@open_to(Reader.CARER)
def check(patient_id: UUID, section: str) -> str:
    if section not in WRITTEN or not writes() or not _pages(section):
        abort(404)
    body, _revision, draft = draft_now(patient_id, section)

    def href(section: str, page_id: str) -> str:
        return url_for("carer.write", patient_id=patient_id, section=section, page_id=page_id)

    view = check_of(section, body, href=href, condition=_condition())
    shown = _open_pages(section)
    hidden = [_address(patient_id, page) for page in _pages(section) if page not in shown]
    view = replace(view, rows=tuple(row for row in view.rows if row.href not in hidden))
    home_again = url_for("carer.home", patient_id=patient_id)
    saved = clock_time(draft.updated_at) if draft else ""
    frame = Frame(action=home_again, back=home_again, revision="0", saved_at=saved)
    return render_template("forms/check.html", view=view, frame=frame)
