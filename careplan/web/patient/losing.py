""" "I have lost my card": pages for three in the morning. Then a new one: print it, save it as a
picture, or have it posted. And what to do about an opening that nobody expected."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.errands import LONGEST, NoTeam, ask_for_card, call_off
from careplan.acts.losing import Lost, could_be_lost, lose
from careplan.acts.quietly import LONGEST as LONGEST_NOTE
from careplan.acts.quietly import NoTeam as NobodyToTell
from careplan.acts.quietly import tell_in_private
from careplan.acts.sharing import NothingToShare
from careplan.acts.watching import Story, story_of_link
from careplan.sharing.links import Kind
from careplan.store.errands import Way
from careplan.summary.wording import moment
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.here import here
from careplan.web.links import OPENED, kind_words, view_of
from careplan.web.session import who
from careplan.web.words import _

losing = Blueprint("losing", __name__)
CARDS = {"full": Kind.FULL_PRINT, "private": Kind.PRIVATE_PRINT}


def _mine() -> dict[str, Any]:
    return {"by": who(), "patient_id": own_patient(), "at": here().now()}


@losing.route("/plan/share/lost", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def lost() -> Any:
    if request.method == "GET":
        return _lost()
    what = request.form.get("lost", "")
    if what not in tuple(Lost):
        return _lost(_("Choose what is lost. If you are not sure, choose the last one.")), 422
    shown = frozenset(request.form.getlist("shown"))
    try:
        lose(here().world, **_mine(), lost=Lost(what), shown=shown)
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return redirect(url_for("losing.done", lost=what), 303)


def _lost(error: str = "") -> str:
    found = could_be_lost(here().world, **_mine())
    return render_template(
        "patient/lost.html",
        shown=[one.link.id for one in found[Lost.EVERYTHING]],
        count={str(lost): len(some) for lost, some in found.items()},
        errors={"lost": error} if error else {},
    )


@losing.get("/plan/share/lost/done")
@open_to(Reader.PATIENT)
def done() -> Any:
    """Which new ones there are, and how to have them in one's hand."""
    what = request.args.get("lost", "")
    if what not in tuple(Lost):
        return redirect(url_for("losing.lost"))
    found = could_be_lost(here().world, **_mine())[Lost(what)]
    kinds = {one.link.kind for one in found}
    sent = [one.link for one in found if one.link.kind not in CARDS.values()]
    return render_template(
        "patient/lost_done.html",
        lost=what,
        full=Kind.FULL_PRINT in kinds,
        private=Kind.PRIVATE_PRINT in kinds,
        sent=[(one.id, one.label or kind_words(one.kind)) for one in sent],
    )


# --- a card by post ----------------------------------------------------------------------------


@losing.route("/plan/share/post", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def post() -> Any:
    """For somebody without a printer: their team prints it, and posts it or keeps it ready."""
    if request.method == "GET":
        return _post({})
    form, errors = request.form, {}
    if form.get("card") not in CARDS:
        errors["card"] = _("Choose a card.")
    if form.get("way") not in tuple(Way):
        errors["way"] = _("Choose how you want to get it.")
    try:
        words = fits(clean(form.get("words", "")), LONGEST)
    except Refused as problem:
        words, errors["words"] = "", str(problem)
    if errors:
        return _post(errors), 422
    kind, way = CARDS[form["card"]], Way(form["way"])
    try:
        ask_for_card(here().world, **_mine(), kind=kind, way=way, words=words)
    except NoTeam:
        errors["card"] = _("You have no team here yet, so nobody can post it. You can print it.")
        return _post(errors), 409
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return redirect(url_for("sharing.home", _anchor="asked"), 303)


def _post(errors: dict[str, str]) -> str:
    form = {name: keepable(value) for name, value in request.form.items()}
    card = form.get("card") or request.args.get("card", "")
    return render_template(
        "patient/post_card.html", errors=errors, form=form, card=card, most=LONGEST
    )


@losing.post("/plan/share/post/<uuid:errand_id>/not-needed")
@open_to(Reader.PATIENT)
def not_needed(errand_id: UUID) -> Any:
    call_off(here().world, **_mine(), errand_id=errand_id)
    return redirect(url_for("sharing.home", _anchor="asked"))


# --- an opening that nobody expected -------------------------------------------------------------


@losing.route("/plan/share/<uuid:link_id>/unexpected", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def unexpected(link_id: UUID) -> Any:
    """What can be done; telling the team goes by the private way, which no page here shows."""
    story = story_of_link(here().world, **_mine(), link_id=link_id, page=_page())
    if request.method == "GET":
        return _unexpected(story, _first_words(story))
    typed = request.form.get("words", "")
    try:
        words = fits(clean(typed), LONGEST_NOTE).strip()
        tell_in_private(here().world, **_mine(), words=words or None, stop=None)
    except Refused as problem:
        return _unexpected(story, keepable(typed), str(problem)), 422
    except NobodyToTell:
        sentence = _("You have no team here yet. You can still make a new one or turn it off.")
        return _unexpected(story, keepable(typed), sentence), 409
    return redirect(url_for("helpers.told"), 303)


def _page() -> int:
    page = request.args.get("page", "")
    return int(page) if page.isdecimal() and 0 < len(page) < 4 and int(page) else 1


def _first_words(story: Story) -> str:
    """Of the opening that was pressed; of the link alone when it cannot be found again."""
    said = kind_words(story.held.link.kind)
    asked = request.args.get("at", "")
    for event in (one.event for one in story.happened):
        if event.kind in OPENED and event.at.isoformat() == asked:
            when = moment(event.at)
            return _("%(link)s: opened on %(when)s. I did not expect it.", link=said, when=when)
    return _("%(link)s: somebody opened it and I did not expect it.", link=said)


def _unexpected(story: Story, words: str, error: str = "") -> str:
    return render_template(
        "patient/unexpected.html",
        view=view_of(story.held),
        words=words,
        most=LONGEST_NOTE,
        errors={"words": error} if error else {},
    )
