"""Saving a page of a section, for the person and the team alike: kept, or met by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request

from careplan.acts.drafting import save_section, section_draft
from careplan.store.drafts import Draft
from careplan.store.errors import Stale
from careplan.web.forms.conflict import ConflictView, conflict_of, settle
from careplan.web.forms.pages import Page
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import Reading
from careplan.web.here import here
from careplan.web.session import who

AUTOSAVE = "X-Autosave"


@dataclass(frozen=True)
class Kept:
    """What became of a posted page: its reading, and the revision now stored."""

    reading: Reading
    revision: int


def draft_now(patient_id: UUID, section: str) -> tuple[dict[str, Any], int, Draft | None]:
    """A section's body and revision; an empty one where nobody has begun."""
    kept = section_draft(here().world, by=who(), patient_id=patient_id, section=section)
    return (kept.body, kept.revision, kept) if kept else (empty_body(), 0, None)


def posted() -> dict[str, list[str]]:
    return {name: request.form.getlist(name) for name in request.form}


def keep_page(patient_id: UUID, page: Page) -> Kept | ConflictView:
    """Read the form onto the newest draft and keep it. Where somebody else wrote since the form
    was shown and the texts differ, nothing is written: both are shown, and the person chooses."""
    form = posted()
    body, revision, draft = draft_now(patient_id, page.section)
    if draft is not None and revision != _shown_revision() and not _last_keystrokes(draft):
        met = _meet(page, form, draft)
        if isinstance(met, ConflictView):
            return met
        form = met
    try:
        return _keep(patient_id, page, form, body, revision)
    except Stale:
        # Read again, so that a helper is shown no more of the newer draft than of any other.
        body, revision, draft = draft_now(patient_id, page.section)
        met = _meet(page, form, draft) if draft is not None else form
        if isinstance(met, ConflictView):
            return met
        return _keep(patient_id, page, met, body, revision)


def _keep(
    patient_id: UUID, page: Page, form: Mapping[str, list[str]], body: dict[str, Any], revision: int
) -> Kept:
    world, today = here().world, here().today()
    reading = read_page(page, form, body, world.new_id, today=today)
    if reading.body == body and revision:
        return Kept(reading, revision)
    revision = save_section(
        world,
        by=who(),
        patient_id=patient_id,
        section=page.section,
        body=reading.body,
        based_on=revision,
        at=here().now(),
    )
    return Kept(reading, revision)


def _meet(
    page: Page, form: dict[str, list[str]], draft: Draft
) -> dict[str, list[str]] | ConflictView:
    """The form as it may be read, or the question which text to keep."""
    if any(name.startswith("keep-") for name in form):
        return settle(page, form, draft.body, theirs_by=draft.by_name)
    return conflict_of(page, form, draft.body, theirs_by=draft.by_name) or form


def _last_keystrokes(draft: Draft) -> bool:
    """A tab that closes sends its last words while the save before them is still under way: they
    follow the same person's own words, and nobody else has written in between."""
    return (
        AUTOSAVE in request.headers
        and str(draft.updated_by) == who().account_id
        and draft.revision == _shown_revision() + 1
        and here().now() - draft.updated_at < timedelta(seconds=10)
    )


def _shown_revision() -> int:
    text = request.form.get("revision", "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
