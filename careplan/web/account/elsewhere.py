"""The doors for signing in elsewhere: off to the provider, back from it, and joined to an account.

The browser that sets off keeps a cookie, and only that one may bring the answer back. A form of
ours may lead to nobody else's address, so the way there is a page that goes on by itself.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from careplan.accounts.devices import device_of
from careplan.accounts.outside import LIVES, Purpose, Side
from careplan.acts.coming_in import come_in, join_outside, leave_outside, own_outside
from careplan.acts.outside import Back, Begun, Invitation, NoAnswer, NotThisWay, Way, hear
from careplan.acts.outside import begin_outside as begin
from careplan.acts.ways_in import LastWayIn
from careplan.web.access import Reader, handed_over, open_to
from careplan.web.account.again import second_step_first
from careplan.web.account.landing import wanted
from careplan.web.here import here
from careplan.web.session import remember, session_token, who
from careplan.web.words import _

elsewhere = Blueprint("elsewhere", __name__, url_prefix="/account/elsewhere")

_LONGEST = 4000
_SHUT, _AWAY = 403, 503
_SIDE = "/<any(people, staff):side>"


def _way(side: str) -> Way:
    """The provider of this side, where one is set."""
    way = here().ways.get(Side(side))
    if way is None:
        abort(404)
    return way


@elsewhere.post(f"{_SIDE}/go")
@open_to(Reader.ANYONE)
def go(side: str) -> Any:
    return _off(_way(side), wanted=wanted())


@elsewhere.post(f"{_SIDE}/invited")
@open_to(Reader.ANYONE)
def invited(side: str) -> Any:
    """Whether the code is good is looked at once they are back: here it is the same for each."""
    way = _way(side)
    if way.side is not Side.STAFF:
        abort(404)
    typed = (request.form.get(name, "")[:300] for name in ("email", "code"))
    return _off(way, invitation=Invitation(*typed))


@elsewhere.get("")
@open_to(Reader.SIGNED_IN)
def home() -> Any:
    return second_step_first() or _page()


def _page(problem: str = "") -> str:
    return render_template(
        "account/elsewhere.html",
        joined={one.kind: one for one in own_outside(here().world, by=who())},
        open_to_me=_open_to_me(),
        labels=_labels(),
        problem=problem,
    )


def _open_to_me() -> list[Way]:
    kind = Side.STAFF if who().is_staff else Side.PEOPLE
    return [way for way in here().ways.values() if way.side is kind]


def _labels() -> dict[str, str]:
    return {str(one): way.provider.label for one, way in here().ways.items()}


def joined_labels() -> list[str] | None:
    """What has been joined, for the account's first page; None where there is nothing to choose."""
    joined = own_outside(here().world, by=who())
    if not joined and not _open_to_me():
        return None
    return [_labels().get(one.kind, one.issuer) for one in joined]


@elsewhere.post(f"{_SIDE}/join")
@open_to(Reader.SIGNED_IN)
def join(side: str) -> Any:
    return _off(_way(side), by=who(), token=session_token() or "")


@elsewhere.post(f"{_SIDE}/leave")
@open_to(Reader.SIGNED_IN)
def leave(side: str) -> Any:
    """Also where the provider is no longer set up: then it opens nothing, and may still go."""
    token = session_token() or ""
    try:
        leave_outside(here().world, Side(side), by=who(), token=token, at=here().now())
    except LastWayIn:
        problem = _("This is your only way in. Make a passkey first, then take this away.")
        return _page(problem), 409
    return redirect(url_for("elsewhere.home"))


def _off(way: Way, **more: Any) -> Any:
    """The page that leads there, with the cookie by which this browser is known again."""
    try:
        begun: Begun = begin(here().world, way, at=here().now(), **more)
    except NoAnswer:
        return _nobody_answers(way)
    page = render_template(
        "account/elsewhere_go.html", address=begun.address, label=way.provider.label
    )
    answer = make_response(page)
    answer.set_cookie(_cookie(), begun.browser, max_age=int(LIVES.total_seconds()), **_options())
    return answer


# --- coming back -----------------------------------------------------------------------------


@elsewhere.get(f"{_SIDE}/back")
@open_to(Reader.ANYONE)
def back(side: str) -> Any:
    """One page for everybody who is not let in, whoever they are and whatever is wrong."""
    way = _way(side)
    try:
        answer = _heard(way)
    except NotThisWay:
        page = render_template("account/elsewhere_not.html", label=way.provider.label)
        answer = make_response(page, _SHUT)
    except NoAnswer:
        answer = make_response(*_nobody_answers(way))
    answer.delete_cookie(_cookie(), **_options())
    return answer


def _heard(way: Way) -> Any:
    world, at = here().world, here().now()
    brought = (request.args.get(name, "")[:_LONGEST] for name in ("state", "code"))
    state, code = brought
    issuer = request.args.get("iss")
    known = request.cookies.get(_cookie(), "")
    said = hear(world, way, Back(state, code, issuer, known), at=at)
    if said.purpose is Purpose.JOIN:
        if handed_over():
            raise NotThisWay
        join_outside(world, way, said, by=who(), at=at)
        return make_response(redirect(url_for("elsewhere.home")))
    token = come_in(
        world,
        way,
        said,
        at=at,
        old_token=session_token(),
        device=device_of(request.headers.get("User-Agent", "")),
    )
    return remember(make_response(redirect(url_for("account.arrive", next=said.wanted))), token)


def _nobody_answers(way: Way) -> tuple[str, int, dict[str, str]]:
    page = render_template("account/elsewhere_away.html", label=way.provider.label)
    return page, _AWAY, {"Retry-After": "60"}


def _cookie() -> str:
    return "__Host-elsewhere" if here().settings.https else "elsewhere"


def _options() -> dict[str, Any]:
    """Sent along when the provider leads back here, and by no form of another site."""
    secure = here().settings.https
    return {"httponly": True, "samesite": "Lax", "secure": secure, "path": "/"}
