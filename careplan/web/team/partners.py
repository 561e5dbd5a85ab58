"""Other organisations' systems, for the team's administrator: who is let in, and who was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.accounts.partners import PartnerState, Purpose, read_scopes
from careplan.acts.partners import (
    BadPartner,
    NewPartner,
    NotNowForIt,
    Published,
    change_partner_keys,
    one_partner,
    register_partner,
    set_partner_standing,
)
from careplan.acts.partners import partners as all_partners
from careplan.keys.partner_keys import Fault, NotKeys
from careplan.partners.jwks import CannotFetch
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.fetching import fetch
from careplan.web.fhir_api.token import endpoint
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.partner_words import GRANTS, purposes, sentences, system_of
from careplan.web.words import _

_BOXES = ("name", "organisation", "ods", "purpose")


@open_to(Reader.TEAM_ADMIN)
def partners() -> str:
    systems = [system_of(one) for one in all_partners(here().world, by=who())]
    return render_template("team/partners.html", systems=systems, team=who().organisation or "")


@open_to(Reader.TEAM_ADMIN)
def let_partner_in() -> Any:
    typed = {name: keepable(request.form.get(name, "")).strip()[:200] for name in _BOXES}
    chosen = [one for one in GRANTS if one in request.form.getlist("may")]
    keys = _typed_keys()
    if request.method == "GET":
        return _show_new(typed, ["read"], keys, {})
    if typed["purpose"] not in {*Purpose}:
        return _show_new(typed, chosen, keys, {"purpose": _("Choose what kind of system it is.")})
    asked = NewPartner(
        name=typed["name"],
        organisation=typed["organisation"],
        ods=typed["ods"],
        purpose=Purpose(typed["purpose"]),
        scopes=read_scopes(" ".join(GRANTS[one] for one in chosen)),
        keys=keys,
    )
    try:
        made = register_partner(here().world, by=who(), asked=asked, fetch=fetch, at=here().now())
    except (BadPartner, NotKeys, CannotFetch) as problem:
        said = sentences(problem, at_url=bool(keys.url))
        return _show_new(typed, chosen, _shown(keys, problem), said)
    flash(_("%(name)s is let in. Give its organisation what stands below.", name=made.name))
    return redirect(url_for("team.partner", partner_id=made.partner_id), 303)


@open_to(Reader.TEAM_ADMIN)
def partner(partner_id: UUID) -> Any:
    if request.method == "GET":
        return _show(partner_id)
    try:
        state = PartnerState(request.form.get("state", ""))
        made = set_partner_standing(
            here().world, by=who(), partner_id=partner_id, state=state, at=here().now()
        )
    except (NotNowForIt, ValueError):
        error = _("Somebody else changed this first. Nothing was done; look again.")
        return _show(partner_id, error=error), 409
    suspended = state is PartnerState.SUSPENDED
    said = (
        _("%(name)s is suspended and can read and send nothing any more.", name=made.name)
        if suspended
        else _("%(name)s may sign in again.", name=made.name)
    )
    flash(said)
    return redirect(url_for("team.partners"), 303)


@open_to(Reader.TEAM_ADMIN)
def partner_keys(partner_id: UUID) -> Any:
    keys = _typed_keys()
    if request.method == "GET":
        kept = one_partner(here().world, by=who(), partner_id=partner_id)
        return _show_keys(partner_id, Published(url=kept.jwks_url or ""), {})
    try:
        made = change_partner_keys(
            here().world, by=who(), partner_id=partner_id, keys=keys, fetch=fetch, at=here().now()
        )
    except (BadPartner, NotKeys, CannotFetch) as problem:
        said = sentences(problem, at_url=bool(keys.url))
        return _show_keys(partner_id, _shown(keys, problem), said)
    flash(_("The keys of %(name)s are changed. It has to sign in anew.", name=made.name))
    return redirect(url_for("team.partner", partner_id=partner_id), 303)


def _typed_keys() -> Published:
    return Published(
        url=keepable(request.form.get("jwks_url", "")).strip(),
        pasted=request.form.get("jwks", "").strip(),
    )


def _shown(keys: Published, problem: Exception) -> Published:
    """What was typed stays in its box; a private key does not come back to the screen."""
    private = isinstance(problem, NotKeys) and problem.fault is Fault.PRIVATE
    return replace(keys, pasted="") if private else keys


def _show(partner_id: UUID, *, error: str = "") -> str:
    kept = one_partner(here().world, by=who(), partner_id=partner_id)
    base = here().settings.base_url
    return render_template(
        "team/partner.html",
        system=system_of(kept),
        error=error,
        base=f"{base}/fhir",
        endpoint=endpoint(base),
    )


def _show_new(
    typed: dict[str, str], chosen: list[str], keys: Published, errors: dict[str, str]
) -> Any:
    page = render_template(
        "team/partner_new.html",
        typed=typed,
        chosen=chosen,
        keys=keys,
        errors=errors,
        purposes=purposes(),
    )
    return (page, 422) if errors else page


def _show_keys(partner_id: UUID, keys: Published, errors: dict[str, str]) -> Any:
    kept = one_partner(here().world, by=who(), partner_id=partner_id)
    page = render_template(
        "team/partner_keys.html", system=system_of(kept), keys=keys, errors=errors
    )
    return (page, 422) if errors else page
