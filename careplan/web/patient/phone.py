"""The person's own phone: keep a copy for when there is no signal, see which phones keep one, and
make a phone forget."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from careplan.acts.phones import LIVES, KeptCopy, forget_phone, keep_on_phone, phones
from careplan.acts.sharing import NothingToShare
from careplan.acts.tapping import tapping_phones
from careplan.plan.lifecycle import standing
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, line
from careplan.web.here import here
from careplan.web.session import session_token, who
from careplan.web.words import _

phone = Blueprint("phone", __name__)
MOST_NAME = 40


@phone.get("/plan/phone")
@open_to(Reader.PATIENT)
def home() -> str:
    world, mine = here().world, own_patient()
    return render_template(
        "phone/home.html",
        phones=phones(world, by=who(), patient_id=mine, at=here().now()),
        tappers=tapping_phones(world, by=who(), patient_id=mine),
        forget_tapper=lambda _name, **more: url_for("visit.forget", **more),
    )


@phone.get("/plan/phone/keep")
@open_to(Reader.PATIENT)
def ask() -> str:
    """What is kept, for how long, and how weak a PIN is, before anybody chooses one."""
    return render_template("phone/keep.html", days=LIVES.days, most_name=MOST_NAME)


@phone.post("/plan/phone/keep")
@open_to(Reader.PATIENT)
def keep() -> Any:
    """Asked by the page's script, which locks what it gets before it lays it down anywhere. The
    PIN stays on the phone and is never sent."""
    try:
        name = line(request.form.get("name", ""), MOST_NAME)
    except Refused as problem:
        return jsonify(problem=str(problem)), 422
    if request.form.get("own") != "yes":
        return jsonify(problem=_("Keep a copy only on a phone of your own.")), 422
    try:
        copy = keep_on_phone(
            here().world,
            by=who(),
            patient_id=own_patient(),
            name=name,
            at=here().now(),
            instead_of=request.form.get("instead_of", "")[:43],
            session=session_token() or "",
        )
    except NothingToShare:
        return jsonify(problem=_("Nothing is published yet, so there is nothing to keep.")), 409
    return _handed_over(copy)


def _handed_over(copy: KeptCopy) -> Response:
    """What stays beside the lock in clear, and what goes behind it."""
    version, kept = copy.version, copy.phone
    chip = standing(version, here().today())
    signed, due = version.signature, version.plan.review.review_due
    return jsonify(
        beside={
            "token": copy.token,
            "phone": str(kept.phone_id),
            "version": version.number,
            "kept_at": kept.kept_at.isoformat(),
            "expires_at": kept.expires_at.isoformat(),
        },
        behind={
            "narrative": copy.narrative,
            "chip": {"label": chip.label, "tone": chip.tone, "words": chip.words},
            "signed_until": _day(signed.expires_on if signed else None),
            "notices": [
                {"text": one.text, "since": _day(one.since), "until": _day(one.until)}
                for one in copy.notices
            ],
            "review_due": _day(due),
        },
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


@phone.post("/plan/phone/<uuid:phone_id>/forget")
@open_to(Reader.PATIENT)
def forget(phone_id: UUID) -> Any:
    at = here().now()
    forget_phone(here().world, by=who(), patient_id=own_patient(), phone_id=phone_id, at=at)
    return redirect(url_for("phone.home"))
