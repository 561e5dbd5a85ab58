"""A colleague signs unchanged words again: the whole text, what the rules say, and one press."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import Desk, open_desk
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.signing_again import Again, CannotSignAgain, sign_again, signing_again_page
from careplan.plan.lifecycle import in_words
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import who
from careplan.web.team.banners import signer_gone
from careplan.web.team.checks import checks_of
from careplan.web.team.header import header_of
from careplan.web.team.refusals import refusal_of
from careplan.web.team.signing import Signer
from careplan.web.team.words import clinical_facts
from careplan.web.words import _


@open_to(Reader.TEAM)
def sign_unchanged(patient_id: UUID) -> Any:
    world, today, now = here().world, here().today(), here().now()
    desk = open_desk(world, by=who(), patient_id=patient_id, at=now)
    if not desk.may_sign:
        return _cannot(desk, refusal_of(None, patient_id).text), 403
    error = ""
    try:
        if request.method == "POST":
            version = sign_again(
                world,
                by=who(),
                patient_id=patient_id,
                fingerprint=request.form.get("fingerprint", ""),
                version_seen=_number(request.form.get("version", "")),
                at=now,
                today=today,
            )
            flash(_("Signed again, unchanged, as version %(number)s.", number=version.number))
            return redirect(url_for("team.overview", patient_id=patient_id), 303)
    except ChangedMeanwhile:
        error = _("The plan was changed while you read it. Nothing was signed. Read it again.")
    except CannotSignAgain as problem:
        return _cannot(desk, str(problem)), 409
    try:
        page = signing_again_page(world, by=who(), patient_id=patient_id, today=today)
    except CannotSignAgain as problem:
        return _cannot(desk, str(problem)), 409
    return _show(desk, page, error), 409 if error else 200


def _show(desk: Desk, page: Again, error: str) -> str:
    today, me = here().today(), who()
    checks = checks_of(page.findings, desk.patient.patient_id)
    return render_template(
        "team/sign_again.html",
        header=header_of(desk, today),
        gone=signer_gone(desk),
        version=page.version,
        before=page.before,
        expires=in_words(page.before.expires_on),
        emergency=emergency_page(page.version),
        facts=clinical_facts(page.version.plan, page.version.condition),
        checks=checks,
        reasons=page.reasons,
        fingerprint=page.fingerprint,
        signer=Signer(
            me.name, me.title or _("clinician"), str(me.registration), me.organisation or ""
        ),
        error=error,
    )


def _cannot(desk: Desk, text: str) -> str:
    return render_template(
        "team/cannot_sign_again.html",
        header=header_of(desk, here().today()),
        text=text,
        may_sign=desk.may_sign,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
