"""Copies of a plan and the screen held out to staff: the same pages for the person and a helper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Response, abort, redirect, render_template

from careplan.acts.consents import NotAgreed, consents, give_consent, withdraw_consent
from careplan.acts.renditions import Copy, ambulance_narrative, copy_of, held_out
from careplan.acts.sharing import NothingToShare
from careplan.acts.visiting import said_now
from careplan.plan.care_plan import Version
from careplan.plan.lifecycle import standing
from careplan.sharing.consents import Consent
from careplan.summary.today import notices_on
from careplan.web.conditions import words_for
from careplan.web.here import here
from careplan.web.narratives import emergency_page, framed
from careplan.web.papers import pdf, plain
from careplan.web.scan.replying import asked
from careplan.web.session import who
from careplan.web.words import _


@dataclass(frozen=True)
class Doors:
    """Where this visitor's pages are. `address("make", copy="large")`; `top` is for its frame."""

    patient_id: UUID
    frame: str
    address: Callable[..., str]
    unpublished: str
    may_agree: bool = True
    top: Mapping[str, Any] = field(default_factory=dict)


def home(doors: Doors) -> str:
    """Each consent alone: what it means, how it stands, since when; and the copies it allows."""
    found = consents(here().world, by=who(), patient_id=doors.patient_id)
    asked = [one for one in found if _has_a_page(doors, one.consent)]
    return render_template("copies/home.html", standings=asked, doors=doors, **doors.top)


def _has_a_page(doors: Doors, consent: str) -> bool:
    """A condition that has no words about school has no page for one, so nobody is asked."""
    no_school = "school_and_work" in words_for(doors.patient_id).left_out
    return not (no_school and consent == Consent.SCHOOL)


def agree(doors: Doors, consent: str) -> Any:
    if not _has_a_page(doors, consent):
        abort(404)
    world, at = here().world, here().now()
    give_consent(world, by=who(), patient_id=doors.patient_id, consent=Consent(consent), at=at)
    return redirect(doors.address("home", _anchor=consent))


def stop(doors: Doors, consent: str) -> Any:
    """At once: what is on paper already is on paper, but nobody makes it anew."""
    world, at = here().world, here().now()
    withdraw_consent(world, by=who(), patient_id=doors.patient_id, consent=Consent(consent), at=at)
    return redirect(doors.address("home", _anchor=consent))


def make(doors: Doors, copy: str) -> Any:
    if not _has_a_page(doors, copy):  # the copy for a school is called as its consent is
        abort(404)
    world, at = here().world, here().now()
    try:
        made = copy_of(world, by=who(), patient_id=doors.patient_id, kind=Copy(copy), at=at)
    except NotAgreed as problem:
        return _none(doors, problem.consent)
    except NothingToShare:
        return redirect(doors.unpublished)
    return as_file(made, copy)


def as_file(made: bytes, copy: str) -> Response:
    return plain(made, "plan.txt") if copy == Copy.TEXT else pdf(made, f"plan-{copy}.pdf")


def _none(doors: Doors, consent: Consent) -> Any:
    page = render_template("copies/none.html", consent=consent, doors=doors, **doors.top)
    return page, 404


def show(doors: Doors, kind: Copy | None = None) -> Any:
    """The emergency page alone on the screen, large, with no way into anything private."""
    world, at = here().world, here().now()
    try:
        version = held_out(world, by=who(), patient_id=doors.patient_id, kind=kind, at=at)
    except NotAgreed as problem:
        return _none(doors, problem.consent)
    except NothingToShare:
        return redirect(doors.unpublished)
    return _held_out(doors, version, kind)


def _held_out(doors: Doors, version: Version, kind: Copy | None) -> str:
    world, today = here().world, here().today()
    found = consents(world, by=who(), patient_id=doors.patient_id)
    for_crew = kind is Copy.AMBULANCE
    plan = framed(ambulance_narrative(world, version))
    going = said_now(world, by=who(), patient_id=doors.patient_id, at=here().now())
    words, drugs = world.words_of(version), world.drugs_for(version.condition)
    return render_template(
        "copies/show.html",
        version=version,
        plan=plan if for_crew else emergency_page(version),
        for_crew=for_crew,
        doors=doors,
        chip=standing(version, today),
        notices=notices_on(today, version, words, drugs),
        going=going.lines if going else (),
        words=asked(_),
        now=here().now(),
        crews=any(one.on for one in found if one.consent is Consent.AMBULANCE),
    )
