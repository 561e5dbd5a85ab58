"""A person's links at the desk: what works, warnings, and a lost card for somebody who rings. The
names that the person gave their links are theirs, and are not shown here."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.errands import card_posted, errands
from careplan.acts.losing import Lost, lose
from careplan.acts.sharing import NothingToShare, replace_link, revoke_link
from careplan.acts.watching import held_links, warnings_of
from careplan.sharing.links import NotFromHere
from careplan.store.errands import Errand, Way
from careplan.web.access import Reader, open_to
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.links import AlertView, alert_at_desk, view_of
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _


def _of(patient_id: UUID) -> dict[str, Any]:
    return {"by": who(), "patient_id": patient_id, "at": here().now()}


def asked_for(patient_id: UUID) -> tuple[Errand, ...]:
    """The cards on paper that the person waits for."""
    found = errands(here().world, by=who(), patient_id=patient_id)
    return tuple(one for one in found if one.open)


def warned(patient_id: UUID) -> tuple[AlertView, ...]:
    """Wrong answers that the person has not said they have seen: somebody may need to ring them."""
    return tuple(map(alert_at_desk, warnings_of(here().world, **_of(patient_id))))


@open_to(Reader.TEAM)
def links(patient_id: UUID) -> Any:
    return _page(patient_id)


def _page(patient_id: UUID, *, error: str = "") -> str:
    desk = open_desk(here().world, **_of(patient_id))
    found = [view_of(one) for one in held_links(here().world, **_of(patient_id))]
    return render_template(
        "team/links.html",
        header=header_of(desk, here().today()),
        live=[one for one in found if one.works],
        dead=[one for one in found if not one.works],
        alerts=warned(patient_id),
        asked=asked_for(patient_id),
        errors=(ErrorLine("#lost", error),) if error else (),
    )


@open_to(Reader.TEAM)
def lost_card(patient_id: UUID) -> Any:
    """For somebody who rings. Who is on the telephone is for whoever answers it to find out."""
    what = request.form.get("lost", "")
    if what not in tuple(Lost):
        return _page(patient_id, error=_("Choose what is lost.")), 422
    shown = frozenset(request.form.getlist("shown"))
    try:
        lose(here().world, **_of(patient_id), lost=Lost(what), shown=shown)
    except NothingToShare:
        flash(_("Nothing has been published yet, so there is nothing to stop or to print."))
    else:
        flash(_("The old ones are stopped and new ones are made. Print them from here."))
    return _back(patient_id)


@open_to(Reader.TEAM)
def turn_link_off(patient_id: UUID, link_id: UUID) -> Any:
    with suppress(NotFromHere):
        revoke_link(here().world, **_of(patient_id), link_id=link_id)
    flash(_("It is turned off, on every copy."))
    return _back(patient_id)


@open_to(Reader.TEAM)
def swap_link(patient_id: UUID, link_id: UUID) -> Any:
    with suppress(NotFromHere):
        replace_link(here().world, **_of(patient_id), link_id=link_id)
    flash(_("A new one took its place. Print it from here, or the person finds it on their pages."))
    return _back(patient_id)


@open_to(Reader.TEAM)
def posted(patient_id: UUID, errand_id: UUID) -> Any:
    done = card_posted(here().world, **_of(patient_id), errand_id=errand_id)
    if done.way is Way.POST:
        flash(_("Noted as posted. The person is told."))
    else:
        flash(_("Noted as ready to pick up. The person is told."))
    return redirect(url_for("team.overview", patient_id=patient_id))


def _back(patient_id: UUID) -> Any:
    return redirect(url_for("team.links", patient_id=patient_id), 303)
