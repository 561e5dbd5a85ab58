"""Signing: the page as it will be, what changed, what the rules found, and the statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import Desk, open_desk
from careplan.acts.drafting import Unfinished
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.signing import (
    BadDate,
    Blocked,
    IdentityNotChecked,
    NeedsReasons,
    SigningPage,
    findings_of,
    sign_plan,
    signing_page,
)
from careplan.plan.care_plan import CLINICAL
from careplan.plan.changes import Change, compare
from careplan.plan.lifecycle import in_words
from careplan.render.paper import DoesNotFit
from careplan.web.access import Reader, open_to
from careplan.web.comparing import changes_by_section
from careplan.web.forms.dates import WrongDate, whole_date
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.narratives import framed
from careplan.web.session import who
from careplan.web.team.checks import Check, address, checks_of
from careplan.web.team.header import Header, header_of
from careplan.web.team.refusals import Refusal, refusal_of
from careplan.web.team.words import clinical_facts, desk_title
from careplan.web.words import _

MOST_REASON = 300
BOXES = ("-day", "-month", "-year")
EXPIRES = tuple(f"expires{box}" for box in BOXES)
Problems = (Unfinished, DoesNotFit, IdentityNotChecked)


@dataclass(slots=True)
class Given:
    """What was typed, kept whatever becomes of it; `errors` by the id of their control."""

    expires: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as it will stand in the plan."""

    name: str
    title: str
    registration: str
    organisation: str


@open_to(Reader.TEAM)
def sign(patient_id: UUID) -> Any:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    header = header_of(desk, here().today())
    if not desk.may_sign:
        return _cannot(header, refusal_of(None, patient_id)), 403
    try:
        if request.method == "GET":
            page = _page(patient_id, _usual_end(desk))
            return _show(header, page, Given(expires=_boxes(_usual_end(desk, page.longest))))
        return _signed(patient_id, header)
    except Problems as problem:
        return _cannot(header, refusal_of(problem, patient_id)), 409


def _signed(patient_id: UUID, header: Header) -> Any:
    """Signed and published, or the same page again with what is wrong and all that was typed."""
    given = Given(expires={box: keepable(request.form.get(f"expires{box}", "")) for box in BOXES})
    expires_on = _read_date(given)
    world, today = here().world, here().today()
    found = findings_of(world, by=who(), patient_id=patient_id, today=today)
    checks = checks_of(found, patient_id)
    reasons = _read_reasons(given, checks)
    if given.errors or expires_on is None:
        return _show(header, _page(patient_id, expires_on), given), 422
    try:
        version = sign_plan(
            world,
            by=who(),
            patient_id=patient_id,
            fingerprint=request.form.get("fingerprint", ""),
            expires_on=expires_on,
            reasons=reasons,
            at=here().now(),
            today=today,
        )
    except (ChangedMeanwhile, Blocked, BadDate) as problem:
        given.errors |= _refused(problem, checks)
        code = 409 if isinstance(problem, ChangedMeanwhile) else 422
        return _show(header, _page(patient_id, expires_on), given), code
    flash(_signed_words(version.number, header))
    return redirect(url_for("team.overview", patient_id=patient_id))


def _refused(problem: Exception, checks: Sequence[Check]) -> dict[str, str]:
    """The sentence for each thing in the way, by the id of the control to go to."""
    if isinstance(problem, NeedsReasons):
        bare = {one.key for one in problem.findings}
        sentence = _("Write why the plan stands as it is.")
        return {check.name: sentence for check in checks if check.key in bare}
    if isinstance(problem, Blocked):
        return {"blocks": _("Something stops the signature. It is named below.")}
    if isinstance(problem, BadDate):
        return {"expires-day": str(problem)}
    return {
        "changed": _(
            "The plan was changed while you read it. Nothing was signed. Read it again, then sign."
        )
    }


def _signed_words(number: int, header: Header) -> str:
    return _(
        "Signed and published as version %(number)s. %(name)s has not seen it yet.",
        number=number,
        name=header.called,
    )


def _page(patient_id: UUID, expires_on: date | None) -> SigningPage:
    return signing_page(
        here().world,
        by=who(),
        patient_id=patient_id,
        expires_on=expires_on,
        at=here().now(),
        today=here().today(),
    )


def _usual_end(desk: Desk, longest: date | None = None) -> date | None:
    """The review date stands in the boxes to begin with, where it may; the clinician decides."""
    draft = desk.drafts.get("review")
    text = draft.body.get("plain", {}).get("review_due") if draft else None
    due = date.fromisoformat(text) if isinstance(text, str) else None
    if due is None or due <= here().today() or (longest is not None and due > longest):
        return None
    return due


def _boxes(day: date | None) -> dict[str, str]:
    parts = (str(day.day), str(day.month), str(day.year)) if day else ("", "", "")
    return dict(zip(BOXES, parts, strict=True))


def _date_boxes(given: Given) -> list[dict[str, str]]:
    """As the date component takes them."""
    words = (_("Day"), _("Month"), _("Year"))
    return [
        {
            "id": f"expires{box}",
            "name": f"expires{box}",
            "label": label,
            "value": given.expires.get(box, ""),
            "classes": f"nhsuk-input--width-{4 if box == '-year' else 2}"
            + (" nhsuk-input--error" if f"expires{box}" in given.errors else ""),
        }
        for box, label in zip(BOXES, words, strict=True)
    ]


def _read_date(given: Given) -> date | None:
    known = here().world.words.field("review.review_due")
    try:
        text = whole_date(given.expires, known, here().today())
    except WrongDate as wrong:
        given.errors[f"expires{wrong.box}"] = wrong.sentence
        return None
    if text is None:
        given.errors["expires-day"] = _("Write the last day on which the plan may be used.")
        return None
    return date.fromisoformat(text)


def _read_reasons(given: Given, checks: Sequence[Check]) -> Mapping[str, str]:
    found = {}
    for check in checks:
        typed = keepable(request.form.get(check.name, ""))
        if not check.warns:
            continue
        given.reasons[check.name] = typed
        try:
            found[check.key] = line(typed, MOST_REASON)
        except Refused as refused:
            given.errors[check.name] = str(refused)
    return found


def _show(header: Header, page: SigningPage, given: Given) -> str:
    checks = checks_of(page.findings, header.patient_id)
    me, plan = who(), page.ground.plan
    earlier = {one.name: page.reasons[one.key] for one in checks if one.key in page.reasons}
    return render_template(
        "team/sign.html",
        header=header,
        emergency=framed(page.narrative),
        first=_is_first(page),
        changes=changes_by_section(_clinical_changes(page), page.ground.condition),
        blocks=[one for one in checks if one.blocks],
        warnings=[one for one in checks if one.warns],
        informs=[one for one in checks if not one.blocks and not one.warns],
        facts=clinical_facts(plan, page.ground.condition),
        stopped=page.ground.stopped_elsewhere,
        brought=[desk_title(one, page.ground.condition) for one in page.ground.brought],
        review_due=in_words(plan.review.review_due) if plan.review.review_due else "",
        review_href=address(header.patient_id, "review"),
        longest=in_words(page.longest),
        fingerprint=page.fingerprint,
        given=given,
        earlier=earlier,
        errors=[ErrorLine(f"#{name}", text) for name, text in given.errors.items()],
        most_reason=MOST_REASON,
        date_boxes=_date_boxes(given),
        date_error=" ".join(given.errors[box] for box in EXPIRES if box in given.errors),
        signer=Signer(
            me.name, me.title or _("clinician"), str(me.registration), me.organisation or ""
        ),
        version_number=page.ground.current.number + 1 if page.ground.current else 1,
    )


def _is_first(page: SigningPage) -> bool:
    return page.ground.current is None or page.ground.current.signature is None


def _clinical_changes(page: SigningPage) -> list[Change]:
    """Since the signature that stands; before any, everything is new, and the page says so."""
    current = page.ground.current
    if current is None or current.signature is None:
        return []
    words = here().world.words_for(page.ground.condition)
    found = compare(current.plan, page.ground.plan, words)
    return [one for one in found if one.section in ("identity", *CLINICAL)]


def _cannot(header: Header, refusal: Refusal) -> str:
    return render_template("team/cannot_sign.html", header=header, refusal=refusal)
