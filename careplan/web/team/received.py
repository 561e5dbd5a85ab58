"""What other systems sent: a list, each document beside the plan, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.received import (
    all_waiting,
    came_for,
    open_received,
    open_unplaced,
)
from careplan.acts.settling import (
    LONGEST_REASON,
    CannotTake,
    NeedsReason,
    NotTheirs,
    place,
    put_away,
    put_away_unplaced,
    take_section,
)
from careplan.store.received import Received, Settled
from careplan.web.access import Reader, open_to
from careplan.web.forms.dates import WrongDate, whole_date
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.checks import address
from careplan.web.team.header import header_of
from careplan.web.team.received_shown import became_words, sender_words, shown, sides_of
from careplan.web.words import _

BOXES = ("-day", "-month", "-year")
_MOST_NUMBER = 40


@open_to(Reader.TEAM)
def all_received() -> str:
    """Everything that nobody of the team has answered."""
    found = all_waiting(here().world, by=who(), at=here().now())
    return render_template("team/received.html", found=found, sender=sender_words)


@open_to(Reader.TEAM)
def received(patient_id: UUID) -> str:
    """All that ever came for one person, and what became of it."""
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    found = came_for(here().world, by=who(), patient_id=patient_id)
    return render_template(
        "team/received_of.html",
        header=header_of(desk, here().today()),
        found=found,
        sender=sender_words,
        became=became_words,
    )


@open_to(Reader.TEAM)
def received_document(patient_id: UUID, received_id: UUID) -> str:
    return _document(patient_id, received_id)


@open_to(Reader.TEAM)
def take_received(patient_id: UUID, received_id: UUID) -> Any:
    """Copies one section, and goes to where it is now a draft to be read and saved."""
    section = request.form.get("section", "")
    revision = request.form.get("revision", "")
    try:
        take_section(
            here().world,
            by=who(),
            patient_id=patient_id,
            received_id=received_id,
            section=section,
            based_on=int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
            at=here().now(),
        )
    except ChangedMeanwhile:
        text = _("Somebody changed this section meanwhile. Nothing was copied. Look again.")
        return _document(patient_id, received_id, refusal=text), 409
    except CannotTake:
        text = _("There is nothing in this section that can be copied.")
        return _document(patient_id, received_id, refusal=text), 422
    flash(_("Copied into the team’s draft. Read it, put it right and save it before you sign."))
    return redirect(address(patient_id, section), 303)


@open_to(Reader.TEAM)
def put_received_away(patient_id: UUID, received_id: UUID) -> Any:
    reason = keepable(request.form.get("reason", ""))
    known: dict[str, Any] = {"patient_id": patient_id, "received_id": received_id}
    try:
        put_away(here().world, by=who(), reason=reason, at=here().now(), **known)
    except NeedsReason:
        error = ErrorLine("#reason", reason_words())
        return _document(patient_id, received_id, error=error, reason=reason), 422
    flash(_("Put away. It stays in the list of what came."))
    return redirect(url_for("team.received", patient_id=patient_id), 303)


@open_to(Reader.TEAM)
def unplaced_document(received_id: UUID) -> str:
    return _unplaced(received_id)


@open_to(Reader.TEAM)
def place_received(received_id: UUID) -> Any:
    """Onto a person of the team, by a number and a birth date that must both be theirs."""
    number = keepable(request.form.get("number", ""))[:_MOST_NUMBER]
    born = {box: keepable(request.form.get(f"born{box}", ""))[:10] for box in BOXES}
    try:
        day = _born(born)
    except WrongDate as wrong:
        error = ErrorLine(f"#born{wrong.box}", wrong.sentence)
        return _unplaced(received_id, errors=[error], number=number, born=born), 422
    world, now = here().world, here().now()
    try:
        patient_id = place(
            world, by=who(), received_id=received_id, number=number, born=day, at=now
        )
    except NotTheirs:
        sentence = _(
            "No person of your team has this number and this date of birth, or the document says "
            "that it is about somebody else. Nothing was placed."
        )
        error = ErrorLine("#number", sentence)
        return _unplaced(received_id, errors=[error], number=number, born=born), 422
    flash(_("Placed. It waits under this person now."))
    return redirect(
        url_for("team.received_document", patient_id=patient_id, received_id=received_id), 303
    )


@open_to(Reader.TEAM)
def put_unplaced_away(received_id: UUID) -> Any:
    reason = keepable(request.form.get("reason", ""))
    try:
        put_away_unplaced(
            here().world, by=who(), received_id=received_id, reason=reason, at=here().now()
        )
    except NeedsReason:
        error = ErrorLine("#reason", reason_words())
        return _unplaced(received_id, errors=[error], reason=reason), 422
    flash(_("Destroyed: it was about nobody in your team’s care."))
    return redirect(url_for("team.all_received"), 303)


# --- the two documents' pages ----------------------------------------------------------------


def _document(
    patient_id: UUID,
    received_id: UUID,
    *,
    error: ErrorLine | None = None,
    reason: str = "",
    refusal: str = "",
) -> str:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    opened = open_received(
        here().world,
        by=who(),
        patient_id=patient_id,
        received_id=received_id,
        at=here().now(),
    )
    assert isinstance(opened.kept, Received)  # noqa: S101 (it was asked for by its person)
    header = header_of(desk, here().today())
    return render_template(
        "team/received_document.html",
        header=header,
        **shown(opened),
        sides=(sides := sides_of(opened)),
        same=[one.title for one in sides if one.same],
        became=became_words(opened.kept),
        brought=opened.kept.state is Settled.BROUGHT,
        open_still=opened.kept.state in (Settled.WAITING, Settled.TAKEN),
        errors=[error] if error else [],
        reason=reason,
        refusal=refusal,
    )


def _unplaced(
    received_id: UUID,
    *,
    errors: Sequence[ErrorLine] = (),
    number: str = "",
    born: Mapping[str, str] | None = None,
    reason: str = "",
) -> str:
    opened = open_unplaced(here().world, by=who(), received_id=received_id, at=here().now())
    labels = (_("Day"), _("Month"), _("Year"))
    wrong = {one.href for one in errors}
    boxes = [
        {
            "id": f"born{box}",
            "name": f"born{box}",
            "label": label,
            "value": (born or {}).get(box, ""),
            "classes": f"nhsuk-input--width-{4 if box == '-year' else 2}"
            + (" nhsuk-input--error" if f"#born{box}" in wrong else ""),
        }
        for box, label in zip(BOXES, labels, strict=True)
    ]
    return render_template(
        "team/received_unplaced.html",
        **shown(opened),
        errors=errors,
        number=number,
        boxes=boxes,
        reason=reason,
    )


def reason_words() -> str:
    return _("Write why, in %(most)s letters or fewer.", most=LONGEST_REASON)


def _born(boxes: Mapping[str, str]) -> date | None:
    known = here().world.words.field("identity.date_of_birth")
    text = whole_date(boxes, known, here().today())
    return date.fromisoformat(text) if text else None
