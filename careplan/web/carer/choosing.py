"""I am here for…: whom a helper acts for is chosen by an address, so that two tabs stay apart."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from careplan.accounts.people import Role
from careplan.acts.accounts import (
    BadAccount,
    EmailInUse,
    TooManyAccounts,
    count_new_account,
    helper_problems,
    make_helper_account,
)
from careplan.acts.carers import plans_to_help, take_up_code
from careplan.acts.linking import CodeNotGood
from careplan.acts.signing_in import TooManyTries
from careplan.acts.world import NotAllowed
from careplan.web.access import Reader, open_to
from careplan.web.account.network import network_of
from careplan.web.account.new_account import too_many_accounts
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

SHOWN = 2000


@open_to(Reader.SIGNED_IN)
def choose() -> Any:
    """Everybody I help, and my own plan where I have one. With one plan only, straight to it."""
    found = plans_to_help(here().world, by=who(), at=here().now())
    lasting = [one for one in found if one.helper.live]
    own = Role.PATIENT in who().roles and who().patient_id is not None
    if len(found) == len(lasting) == 1 and not own and request.args.get("all") is None:
        return redirect(url_for("carer.home", patient_id=lasting[0].patient_id))
    over = [one for one in found if not one.helper.live]
    return render_template("carer/choose.html", lasting=lasting, over=over, own=own)


@open_to(Reader.SIGNED_IN)
def code() -> Any:
    """The code somebody was given: typed here, it lets them in."""
    if request.method == "GET":
        return render_template("carer/code.html", typed="", errors={})
    typed = keepable(request.form.get("code", ""))[:40].strip()
    try:
        patient_id = take_up_code(here().world, by=who(), typed=typed, at=here().now())
    except TooManyTries:
        sentence = _("Too many codes were tried. Wait a quarter of an hour, then try again.")
        return _code_again(typed, sentence), 429
    except NotAllowed:
        return _code_again(typed, _("This code is for somebody else: it opens your own plan.")), 422
    except CodeNotGood:
        sentence = _(
            "This code is not known, has been used, or is more than 15 minutes old. "
            "Ask for a new one."
        )
        return _code_again(typed, sentence), 422
    return redirect(url_for("carer.arrived", patient_id=patient_id))


def _code_again(typed: str, sentence: str) -> str:
    return render_template("carer/code.html", typed=typed, errors={"code": sentence})


@open_to(Reader.ANYONE)
def new_account() -> Any:
    """An account for somebody who helps another and has no plan of their own."""
    if who().known:
        return redirect(url_for("carer.choose"))
    if request.method == "GET":
        return render_template("carer/new_account.html", typed={}, errors={})
    typed = {name: keepable(request.form.get(name, "")[:SHOWN]) for name in ("legal_name", "email")}
    password = request.form.get("password", "")
    errors = _problems(typed, password)
    if not errors:
        try:
            network = network_of(request.remote_addr)
            count_new_account(here().world, network=network, at=here().now())
            make_helper_account(
                here().world,
                name=line(typed["legal_name"]),
                email=typed["email"],
                password=password,
                at=here().now(),
            )
        except EmailInUse:
            pass  # whoever asks about a known e-mail learns nothing: the next page fits both
        except TooManyAccounts:
            full = {"email": too_many_accounts()}
            return render_template("carer/new_account.html", typed=typed, errors=full), 429
        except BadAccount as problem:
            errors = {name: _(text) for name, text in problem.problems.items()}
    if errors:
        return render_template("carer/new_account.html", typed=typed, errors=errors), 422
    return render_template(
        "account/sign_in.html",
        email=typed["email"].strip(),
        problem="",
        just_made=True,
        next=url_for("carer.code"),
    )


def _problems(typed: dict[str, str], password: str) -> dict[str, str]:
    try:
        name = line(typed["legal_name"])
    except Refused as refused:
        return {"legal_name": str(refused)}
    found = helper_problems(
        name=name, email=typed["email"], password=password, leaked=here().world.leaked
    )
    return {question: _(sentence) for question, sentence in found.items()}
