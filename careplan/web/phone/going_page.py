"""The page that says "I'm going in" on a remembered phone, with or without a signal; and the door
at which that phone hands in what was tapped.

The page is the same static bytes for everybody and holds no fact about anyone. The door tells
nothing but which taps were kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request

from careplan.acts.tapping import MOST_AT_ONCE, FromPhone, Slower, forget_itself, send
from careplan.acts.taps import Press
from careplan.visits.visit import LONGEST_WORDS, Tap, When, Where
from careplan.web.access import Reader, open_to
from careplan.web.asked_json import asked_json, token_in
from careplan.web.forms.text import Refused, line
from careplan.web.here import here
from careplan.web.phone.going_words import going_words
from careplan.web.scan.static_page import OWN_APP, pressed_page
from careplan.web.words import gettext

going_page = Blueprint("going_page", __name__)
tapping = Blueprint("tapping", __name__)
"""No cookie and no session come here: each request carries a 256-bit token of its own, so there is
no form that another site could send."""

_LARGEST = 64 * 1024


@going_page.get("/going-in")
@open_to(Reader.ANYONE)
def show() -> Response:
    body, policy = _page()
    return Response(body, headers={"Content-Security-Policy": policy})


@tapping.post("/going-in/taps")
@open_to(Reader.ANYONE)
def taps() -> tuple[Response, int]:
    """410 for a phone that was forgotten, for one that nobody knows, and for what is no token."""
    if (request.content_length or _LARGEST + 1) > _LARGEST:
        abort(413)
    asked = asked_json()
    token = token_in(asked)
    if token is None:
        return jsonify(known=False), 410
    if asked.get("forget") is True:
        forget_itself(here().world, token=token, at=here().now())
        return jsonify(known=False), 410
    return _send(token, asked)


def _send(token: str, asked: Mapping[str, Any]) -> tuple[Response, int]:
    sent = _moment(asked.get("sent"))
    every = asked.get("taps")
    if sent is None or not isinstance(every, list) or len(every) > MOST_AT_ONCE:
        abort(400)
    read = [(_id(one), _tap(one)) for one in every]
    refused = {str(tap_id): "unreadable" for tap_id, one in read if tap_id and one is None}
    good = [one for _tap_id, one in read if one is not None]
    try:
        heard = send(here().world, token=token, sent=sent, taps=good, at=here().now())
    except Slower:
        answer = jsonify(known=True)
        answer.headers["Retry-After"] = "600"
        return answer, 429
    if heard is None:
        return jsonify(known=False), 410
    kept = {str(tap_id): joined for tap_id, joined in heard.kept.items()}
    refused |= {str(tap_id): str(why) for tap_id, why in heard.refused.items()}
    return jsonify(kept=kept, refused=refused), 200


# --- reading what a phone sends ------------------------------------------------------------------


def _tap(one: Any) -> FromPhone | None:
    """None for what no button of ours makes."""
    try:
        press = Press(
            tap_id=UUID(one["id"]),
            tap=Tap(one["tap"]),
            at=_at(one["at"]),
            words=_words(one.get("words")),
            when=When(one["when"]) if one.get("when") else None,
            where=_where(one),
            tells=_yes_or_no(one.get("tells")),
            back=UUID(one["back"]) if one.get("back") else None,
        )
        another, own = (one.get(name) is True for name in ("another", "own"))
        return FromPhone(press=press, visit=UUID(one["visit"]), another=another, own=own)
    except (Refused, LookupError, TypeError, ValueError, AttributeError):
        return None


def _id(one: Any) -> UUID | None:
    try:
        return UUID(one["id"])
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def _where(one: Mapping[str, Any]) -> Where | None:
    """The phone keeps a hospital's name as the list called it when it was remembered."""
    place = _words(one.get("place"))
    code = one.get("hospital")
    if place is None:
        return None
    if code is None:
        return Where(words=place)
    return Where(hospital=_code(code), listed_as=place)


def _code(code: Any) -> str:
    if not isinstance(code, str) or not 3 <= len(code) <= 10 or not code.isalnum():
        raise ValueError(code)
    return code


def _words(text: Any) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(text)
    return line(text, LONGEST_WORDS) or None


def _yes_or_no(said: Any) -> bool | None:
    if said is None or isinstance(said, bool):
        return said
    raise TypeError(said)


def _at(text: Any) -> datetime:
    moment = _moment(text)
    if moment is None:
        raise ValueError(text)
    return moment


def _moment(text: Any) -> datetime | None:
    """A time by the phone's clock, in UTC as browsers write it."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.utcoffset() == timedelta(0) else None


# --- the page ------------------------------------------------------------------------------------


@cache
def _page() -> tuple[str, str]:
    said = going_words(gettext)
    return pressed_page(
        "phone/going_in.html", {"said": said}, words=gettext, trusts="'none'", loads=OWN_APP
    )
