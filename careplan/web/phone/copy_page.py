"""The page that opens the copy kept on a phone, with or without a signal; and the door at which
that phone asks whether it may keep it.

The page is the same static bytes for everybody and holds no fact about anyone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Blueprint, Response, jsonify

from careplan.acts.phones import Cause, phone_erased, still
from careplan.web.access import Reader, open_to
from careplan.web.asked_json import asked_json, token_in
from careplan.web.here import here
from careplan.web.scan.static_page import OWN_APP, pressed_page
from careplan.web.words import gettext

copy_page = Blueprint("copy_page", __name__)
asking = Blueprint("asking", __name__)
"""Asked by a page with no session, with a 256-bit token of its own: there is no form to forge."""

Words = Callable[[str], str]


@copy_page.get("/my-copy")
@open_to(Reader.ANYONE)
def show() -> Response:
    body, policy = _page()
    return Response(body, headers={"Content-Security-Policy": policy})


@asking.post("/my-copy/still")
@open_to(Reader.ANYONE)
def may_it() -> tuple[Response, int]:
    """410 for a phone that must forget, for one that nobody knows, and for what is no question."""
    asked = asked_json()
    token, gone = token_in(asked), asked.get("gone")
    if token is None:
        return jsonify(keep=False), 410
    world, now = here().world, here().now()
    if gone in list(Cause):
        phone_erased(world, token=token, cause=Cause(gone), at=now)
        return jsonify(keep=False), 410
    found = still(world, token=token, at=now)
    if found is None:
        return jsonify(keep=False), 410
    return jsonify(keep=True, newest=found.newest, newer=found.newer, dose=found.dose), 200


@cache
def _page() -> tuple[str, str]:
    said = _said(gettext)
    return pressed_page(
        "phone/my_copy.html", {"said": said}, words=gettext, trusts="careplan", loads=OWN_APP
    )


def _said(_: Words) -> dict[str, object]:
    return {**_asking(_), **_messages(_), **_frame(_)}


def _asking(_: Words) -> dict[str, object]:
    return {
        "title": _("My plan"),
        "pin": _("Your PIN"),
        "open": _("Open my plan"),
        "opening": _("Opening…"),
        "usePasskey": _("Open with this phone’s own lock"),
        "passkeyFailed": _("This phone did not unlock the copy. Try again."),
        "digits": _("Type the 6 to 12 numbers of your PIN."),
        "wrong": _("That PIN is not right."),
        "left": _("Tries left before this copy is erased: {n}."),
        "wait": _("Wait {n} seconds, then try again."),
        "waiting": _("Wait: {n} s"),
        "keptOn": _("Copy kept on {kept}. It is erased after {until}."),
        "erase": _("Erase this copy from this phone"),
        "eraseNow": _("Yes, erase it now"),
        "keepIt": _("No, keep it"),
    }


def _messages(_: Words) -> dict[str, object]:
    """A title and its text."""
    paper = _("Use your paper card or page, or the number on it.")
    keep = _("When you have a signal, sign in and choose “On my phone” to keep a new one.")
    return {
        "none": (_("No copy is kept on this phone"), f"{paper} {keep}"),
        "offline": (_("There is no connection"), _("The page you wanted needs one.")),
        "forgotten": (
            _("The copy on this phone has been erased"),
            _("This phone was told to forget it, or may not keep it any longer.") + f" {paper}",
        ),
        "expired": (
            _("The copy on this phone was too old"),
            _("It was kept for 30 days, and has been erased.") + f" {paper} {keep}",
        ),
        "spent": (
            _("The copy on this phone has been erased"),
            _("There were ten wrong PINs.") + f" {paper} {keep}",
        ),
        "erased": (_("The copy on this phone has been erased"), keep),
        "damaged": (_("This copy cannot be shown"), _("It is damaged.") + f" {paper} {keep}"),
        "unable": (
            _("This browser cannot unlock the copy"),
            _("It is too old, or the address does not begin with https.") + f" {paper}",
        ),
        "keepLink": _("Sign in and keep a new copy"),
        "again": _("Try again"),
    }


def _frame(_: Words) -> dict[str, object]:
    return {
        "read": _("This is my plan: please read"),
        "signs": {"ok": "✓", "warn": "!", "stop": "✕"},
        "overdue": _("REVIEW OVERDUE"),
        "ranOut": _("The signature ran out on {day}."),
        "wasDue": _("Review was due on {day}."),
        "facts": _(
            "Version {version}. Copy kept on {kept}. Last checked with the service {checked}."
        ),
        "signedUntil": _("Signed until {day}."),
        "dueOn": _("Review due {day}."),
        "neverSigned": _("Not signed."),
        "newer": _("There is a newer version ({newest}). Sign in to keep that one."),
        "signedAnew": _(
            "A newer pain plan has been signed since this copy was kept: its dose may differ. "
            "Scan the code on the card, or sign in, to read the newest."
        ),
        "noDose": _("DOSE STOPPED"),
        "stopped": (
            _("Do not use the dose on earlier copies"),
            _("The person’s team has stopped it. Ring the 24-hour number."),
        ),
        "cut": _("Part of this page could not be shown: use the paper plan, or ring and ask."),
        "cutHere": _("[part missing here]"),
    }
