"""The doors of an account: make one, sign in, give the second step, leave."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from careplan.accounts.devices import device_of
from careplan.acts.accounts import (
    EmailInUse,
    TooManyAccounts,
    count_new_account,
    email_of,
    is_secret,
    make_own_account,
    new_second_factor,
    second_factor_address,
    set_second_factor,
)
from careplan.acts.own_password import password_set_on
from careplan.acts.own_sessions import own_sessions
from careplan.acts.passkeys import own_passkeys
from careplan.acts.signing_in import (
    TooManyTries,
    WrongCode,
    WrongSignIn,
    give_second_factor,
    needs_second_factor,
)
from careplan.acts.signing_in import (
    sign_in as begin_session,
)
from careplan.acts.signing_in import (
    sign_out as end_session,
)
from careplan.render.qr import qr_svg
from careplan.web.access import Reader, handed_over, open_to
from careplan.web.account.again import second_step_first
from careplan.web.account.elsewhere import joined_labels
from careplan.web.account.landing import first_page, wanted
from careplan.web.account.network import network_of
from careplan.web.account.new_account import (
    LONGEST_SHOWN,
    Asked,
    Problem,
    read_form,
    too_many_accounts,
)
from careplan.web.conditions import choices
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.session import forget, remember, session_token, signed_in, who
from careplan.web.words import _

account = Blueprint("account", __name__, url_prefix="/account")

_SECRET_QR_MM = 50


@account.get("")
@open_to(Reader.SIGNED_IN)
def home() -> Any:
    """Who you are to us, what that lets you do, and the way out."""
    if needs_second_factor(who()):
        return redirect(url_for("account.second_step"))
    world, by, token = here().world, who(), session_token() or ""
    return render_template(
        "account/home.html",
        email=email_of(world, by=by),
        first_page=first_page(by),
        passkeys=len(own_passkeys(world, by=by)),
        elsewhere=joined_labels(),
        password_since=password_set_on(world, by=by),
        sessions=len(own_sessions(world, by=by, token=token, at=here().now())),
    )


@account.route("/new", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def new() -> Any:
    """Make an account. For an e-mail that has one already the answer is the same, to the byte."""
    if who().known:
        return redirect(first_page(who()))
    if request.method == "GET":
        return render_template("account/new.html", asked=Asked(), plans=choices())
    asked = read_form(request.form)
    if asked.problems or asked.person is None:
        return render_template("account/new.html", asked=asked, plans=choices()), 422
    try:
        count_new_account(here().world, network=network_of(request.remote_addr), at=here().now())
    except TooManyAccounts:
        problem = Problem("email", "email", too_many_accounts())
        full = replace(asked, problems=(problem,))
        return render_template("account/new.html", asked=full, plans=choices()), 429
    # Whoever asks about a known e-mail learns nothing: the page that follows is right for both.
    with suppress(EmailInUse):
        make_own_account(here().world, asked.person, at=here().now(), today=here().today())
    return sign_in_page(email=asked.typed["email"].strip(), just_made=True)


@account.route("/sign-in", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def sign_in() -> Any:
    if request.method == "GET":
        return redirect(wanted() or first_page(who())) if who().known else sign_in_page()
    email = request.form.get("email", "")
    try:
        token = begin_session(
            here().world,
            email=email,
            password=request.form.get("password", ""),
            at=here().now(),
            old_token=session_token(),
            device=device_of(request.headers.get("User-Agent", "")),
        )
    except WrongSignIn:
        problem = _("The e-mail address or the password is not right. Check both and try again.")
        return sign_in_page(email=email, problem=problem), 422
    except TooManyTries:
        problem = _("Too many tries. Wait 15 minutes, then try again.")
        return sign_in_page(email=email, problem=problem), 429
    return remember(redirect(url_for("account.arrive", next=wanted())), token)


def sign_in_page(*, email: str = "", problem: str = "", just_made: bool = False) -> str:
    return render_template(
        "account/sign_in.html",
        email=keepable(email[:LONGEST_SHOWN]),
        problem=problem,
        just_made=just_made,
        next=wanted(),
    )


@account.get("/arrive")
@open_to(Reader.SIGNED_IN)
def arrive() -> Any:
    """Just signed in: where to now? Staff give their second step before anything else."""
    if needs_second_factor(who()):
        return redirect(url_for("account.second_step", next=wanted()))
    return redirect(wanted() or first_page(who()))


@account.route("/second-step", methods=["GET", "POST"])
@open_to(Reader.SIGNED_IN)
def second_step() -> Any:
    """Six numbers from the app; without an app yet, its set-up comes first."""
    visitor = signed_in()
    if visitor is None or visitor.who.second_factor:
        return redirect(wanted() or first_page(who()))
    if not visitor.has_second_factor and own_passkeys(here().world, by=visitor.who):
        return _second_step_page(app=False)
    if not visitor.has_second_factor:
        return redirect(url_for("account.set_up_second_step", next=wanted()))
    if request.method == "GET":
        return _second_step_page()
    try:
        token = give_second_factor(
            here().world,
            token=session_token() or "",
            code=request.form.get("code", ""),
            at=here().now(),
        )
    except WrongCode:
        return _second_step_page(problem=_wrong_code()), 422
    except TooManyTries:
        return _second_step_page(problem=_too_many_codes()), 429
    return remember(redirect(url_for("account.arrive", next=wanted())), token)


def _second_step_page(*, problem: str = "", app: bool = True) -> str:
    return render_template("account/second_step.html", problem=problem, app=app, next=wanted())


@account.route("/second-step/set-up", methods=["GET", "POST"])
@open_to(Reader.SIGNED_IN)
def set_up_second_step() -> Any:
    """Show a fresh secret, and keep it once the app has made a right code with it."""
    elsewhere = _not_for_them()
    if elsewhere is not None:
        return elsewhere
    if request.method == "GET":
        return _set_up_page(new_second_factor(here().world))
    secret = request.form.get("secret", "")
    if not is_secret(secret):
        secret = new_second_factor(here().world)
    try:
        token = set_second_factor(
            here().world,
            by=who(),
            secret=secret,
            code=request.form.get("code", ""),
            at=here().now(),
            token=session_token() or "",
        )
    except WrongCode:
        return _set_up_page(secret, problem=_wrong_code()), 422
    except TooManyTries:
        return _set_up_page(secret, problem=_too_many_codes()), 429
    if token is None:
        abort(400)
    return remember(redirect(url_for("account.arrive", next=wanted())), token)


def _not_for_them() -> Any:
    """Where somebody goes who may not choose the codes that open this account; None if they may.

    A password alone puts no code app beside a second step there is, be it an app or a passkey.
    """
    if handed_over():  # whoever holds the screen now must not choose the code that opens the desk
        return redirect(url_for("front.home"))
    return second_step_first(first=True)


def _set_up_page(secret: str, *, problem: str = "") -> str:
    email = email_of(here().world, by=who())
    address = second_factor_address(secret, email=email or who().name, brand=here().settings.brand)
    drawing = qr_svg(address, mm=_SECRET_QR_MM, title=_("QR code for your code app"))
    return render_template(
        "account/set_up_second_step.html",
        secret=secret,
        groups=[secret[at : at + 4] for at in range(0, len(secret), 4)],
        address=address,
        drawing=Markup(drawing),  # noqa: S704 (our own drawing, its title escaped there)
        problem=problem,
        owes=needs_second_factor(who()),
        next=wanted(),
    )


@account.post("/sign-out")
@open_to(Reader.ANYONE)
def sign_out() -> Any:
    """The row dies, the cookie goes, and the browser is asked to forget what it kept.

    A department's device stays ready for no signal: it keeps empty pages, and nothing of whoever
    signs in at it.
    """
    token, at_desk = session_token(), who().is_staff
    if token and who().known:
        end_session(here().world, token=token, by=who(), at=here().now())
    signed_out = url_for("account.signed_out", desk="yes" if at_desk else None)
    return forget(make_response(redirect(signed_out)), at_desk=at_desk)


@account.get("/signed-out")
@open_to(Reader.ANYONE)
def signed_out() -> str:
    return render_template("account/signed_out.html", at_desk="desk" in request.args)


def _wrong_code() -> str:
    return _("That code is not right, or it is too old. Wait for a new one and type that.")


def _too_many_codes() -> str:
    return _("Too many tries. Wait 15 minutes, then try again with a new code.")
