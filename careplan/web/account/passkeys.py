"""The doors for passkeys: make one, take one away, sign in with one.

Each is two pages: the first hands our question to the device by script, the second reads what the
device says. Without script the password goes on working.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from careplan.accounts.devices import device_of
from careplan.accounts.passkeys import Site, site_of
from careplan.acts.passkeys import (
    LONGEST_NAME,
    MOST,
    Begun,
    CopiedPasskey,
    TooMany,
    WrongPasskey,
    add_passkey,
    begin_adding,
    begin_using,
    own_passkeys,
    remove_passkey,
    sign_in_with_passkey,
)
from careplan.acts.signing_in import needs_second_factor
from careplan.acts.ways_in import LastSecondStep, LastWayIn
from careplan.web.access import Reader, open_to
from careplan.web.account.again import second_step_first
from careplan.web.account.landing import wanted
from careplan.web.account.routes import sign_in_page
from careplan.web.forms.text import Refused, line
from careplan.web.here import here
from careplan.web.session import remember, session_token, who
from careplan.web.words import _

passkeys = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")


def _site() -> Site:
    """Ours, where browsers offer passkeys at all."""
    site = site_of(here().settings.base_url, name=here().settings.brand)
    if site is None:
        abort(404)
    return site


@passkeys.get("")
@open_to(Reader.SIGNED_IN)
def home() -> Any:
    _site()
    return second_step_first() or _page()


def _page(*, name: str = "", problem: str = "", stays: str = "") -> str:
    mine = own_passkeys(here().world, by=who())
    return render_template(
        "account/passkeys.html",
        passkeys=mine,
        most=MOST,
        most_name=LONGEST_NAME,
        name=name,
        problem=problem,
        stays=stays,
        device=_device(),
    )


@passkeys.post("/make")
@open_to(Reader.SIGNED_IN)
def make() -> Any:
    """What to call it, and then the page that asks the device."""
    typed = request.form.get("name", "")
    try:
        name = line(typed, LONGEST_NAME) or _device()
    except Refused as problem:
        return _page(name=typed[:LONGEST_NAME], problem=str(problem)), 422
    try:
        token = session_token() or ""
        begun = begin_adding(here().world, _site(), by=who(), token=token, at=here().now())
    except TooMany:
        return _page(), 409
    return _asks(begun, action=url_for("passkeys.keep"), name=name)


@passkeys.post("")
@open_to(Reader.SIGNED_IN)
def keep() -> Any:
    goes_on = needs_second_factor(who())  # it is the second step that staff must have
    try:
        token = add_passkey(
            here().world,
            _site(),
            by=who(),
            token=session_token() or "",
            ceremony=request.form.get("ceremony", ""),
            answer=request.form.get("answer", ""),
            name=line(request.form.get("name", ""), LONGEST_NAME) or _device(),
            at=here().now(),
        )
    except (WrongPasskey, Refused):
        return _not_kept(), 422
    except TooMany:
        return _page(), 409
    address = url_for("account.arrive", next=wanted()) if goes_on else url_for("passkeys.home")
    return redirect(address) if token is None else remember(redirect(address), token)


def _not_kept() -> str:
    text = _("No passkey was made. Go back and try again. Your password goes on working.")
    return render_template("account/passkey_not_kept.html", text=text)


@passkeys.post("/<named>/remove")
@open_to(Reader.SIGNED_IN)
def remove(named: str) -> Any:
    token = session_token() or ""
    try:
        remove_passkey(here().world, by=who(), token=token, named=named, at=here().now())
    except LastWayIn:
        stays = _("This is your only way in. Make another passkey first, then take this one away.")
        return _page(stays=stays), 409
    except LastSecondStep:
        stays = _(
            "This passkey is your second step. Make another passkey or set up a code app first, "
            "then take this one away."
        )
        return _page(stays=stays), 409
    return redirect(url_for("passkeys.home"))


@passkeys.post("/ask")
@open_to(Reader.ANYONE)
def ask() -> Any:
    """Somebody wants to sign in with a passkey: whose it is, the device will say."""
    begun = begin_using(here().world, _site(), at=here().now())
    return _asks(begun, action=url_for("passkeys.sign_in"))


@passkeys.post("/sign-in")
@open_to(Reader.ANYONE)
def sign_in() -> Any:
    try:
        token = sign_in_with_passkey(
            here().world,
            _site(),
            ceremony=request.form.get("ceremony", ""),
            answer=request.form.get("answer", ""),
            at=here().now(),
            old_token=session_token(),
            device=_device(),
        )
    except CopiedPasskey:
        problem = _(
            "This passkey may have been copied, so it does not sign in any more. Sign in another "
            "way. To take it off your account, use another passkey or your code app. If you have "
            "neither, read “I cannot get in”."
        )
        return sign_in_page(problem=problem), 422
    except WrongPasskey:
        problem = _("That did not work. Try again, or sign in with your password.")
        return sign_in_page(problem=problem), 422
    return remember(redirect(url_for("account.arrive", next=wanted())), token)


def _asks(begun: Begun, *, action: str, name: str = "") -> str:
    return render_template(
        "account/passkey_ask.html",
        options=json.dumps(begun.options),
        ceremony=begun.token,
        action=action,
        name=name,
        next=wanted(),
    )


def _device() -> str:
    return _(device_of(request.headers.get("User-Agent", "")))
