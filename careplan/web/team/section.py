"""One section of the plan on one page of the desk: saved as typed, checked when saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for

from careplan.acts.desk import Desk, open_desk
from careplan.acts.world import NotThere
from careplan.summary.wording import LONDON
from careplan.web.access import Reader, open_to
from careplan.web.conditions import condition_of
from careplan.web.drafts import AUTOSAVE, Kept, draft_now, keep_page
from careplan.web.forms.conflict import ConflictView
from careplan.web.forms.pages import Page, section_pages
from careplan.web.forms.questions import questions
from careplan.web.forms.raw import item_name
from careplan.web.forms.read import again
from careplan.web.forms.reading import Next, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.views import Frame
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.checks import address
from careplan.web.team.conversation import suggested_for
from careplan.web.team.header import header_of
from careplan.web.team.overview import tasks_of
from careplan.web.team.words import is_brought, words_beside, wrote
from careplan.web.words import _


@open_to(Reader.TEAM)
def section(patient_id: UUID, section: str) -> Any:
    """`section` is one of the clinical ones: the address takes no other."""
    page = _page(patient_id, section.replace("-", "_"))
    if request.method == "GET":
        body, revision, _draft = draft_now(patient_id, page.section)
        reading = again(page, body, today=here().today())
        return _show(patient_id, page, reading, revision, request.args.get("item"))
    kept = keep_page(patient_id, page)
    if request.headers.get(AUTOSAVE):
        return _to_script(kept)
    if isinstance(kept, ConflictView):
        return _both_texts(patient_id, page, kept)
    return _answer(patient_id, page, kept)


def _page(patient_id: UUID, name: str) -> Page:
    try:
        return section_pages(name, condition_of(patient_id)).pages[0]
    except KeyError:
        raise NotThere from None


def _to_script(kept: Kept | ConflictView) -> Any:
    if isinstance(kept, ConflictView):
        return jsonify(saved=None, by=kept.theirs_by), 409
    now = here().now().astimezone(LONDON)
    return jsonify(saved=f"{now:%H:%M}", revision=kept.revision)


def _both_texts(patient_id: UUID, page: Page, kept: ConflictView) -> Any:
    _body, revision, _draft = draft_now(patient_id, page.section)
    desk = _open(patient_id, page)
    return render_template(
        "team/conflict.html",
        view=kept,
        frame=_frame(patient_id, page, revision),
        header=header_of(desk, here().today()),
    ), 409


def _answer(patient_id: UUID, page: Page, kept: Kept) -> Any:
    reading = kept.reading
    if reading.next is not Next.LATER and not reading.clear:
        return _show(patient_id, page, reading, kept.revision, reading.open_item), 422
    if reading.next is Next.STAY:
        here_again = url_for(
            "team.section",
            patient_id=patient_id,
            section=page.section.replace("_", "-"),
            item=reading.open_item,
            _anchor=_anchor(page, reading),
        )
        return redirect(here_again)
    flash(_("Saved: %(section)s.", section=page.heading))
    return redirect(url_for("team.overview", patient_id=patient_id, _anchor="sections"))


def _anchor(page: Page, reading: Reading) -> str | None:
    """The item to go back to, where one was added or opened."""
    plain = reading.body["plain"]
    for question in questions(page):
        items = plain.get(question.key) if question.kind == "list" else None
        if any(item["id"] == reading.open_item for item in items or ()):
            return item_name(question, reading.open_item or "")
    return None


def _show(
    patient_id: UUID, page: Page, reading: Reading, revision: int, open_item: str | None
) -> str:
    world, desk = here().world, _open(patient_id, page)
    header = header_of(desk, here().today())
    view = view_of(
        page, reading.body, reading.errors, reading.asks, new_id=world.new_id, open_item=open_item
    )
    by = wrote(desk.drafts.get(page.section), who().account_id)
    return render_template(
        "team/section.html",
        view=replace(view, caption=by or _("Nothing written yet")),
        frame=_frame(patient_id, page, revision),
        header=header,
        beside=words_beside(desk, page.section, called=header.called),
        tasks=tasks_of(desk, patient_id),
        brought=is_brought(desk, page.section),
        section=page.section,
        suggested=suggested_for(desk, patient_id, page.section),
    )


def _open(patient_id: UUID, page: Page) -> Desk:
    return open_desk(
        here().world, by=who(), patient_id=patient_id, at=here().now(), section=page.section
    )


def _frame(patient_id: UUID, page: Page, revision: int) -> Frame:
    return Frame(
        action=address(patient_id, page.section),
        back=url_for("team.overview", patient_id=patient_id),
        back_words=_("Back to the plan"),
        revision=str(revision),
        talk=url_for("team_conversation.section", patient_id=patient_id, section=page.section),
    )
