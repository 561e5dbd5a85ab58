"""Signing in at another provider: sending somebody there, and what happens when they come back.

What is begun here is remembered for ten minutes, for the browser that began it, and is taken once.
Between its two halves the provider is asked in private; what comes through the browser alone opens
nothing. Every refusal is one and the same, so that nobody learns who is known here.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit
from uuid import UUID

from careplan.accounts.outside import LIVES, TWO_STEPS, Provider, Purpose, Side
from careplan.accounts.people import Who
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.ways_in import must_be_able_to_change
from careplan.acts.world import World
from careplan.keys.errors import BadIdToken, UnknownIssuerKey
from careplan.keys.openid import ClientKey, Question, read_id_token
from careplan.keys.tokens import new_token, same, to_b64url
from careplan.partners.openid import Asked, Refused, Tokens
from careplan.partners.patience import CannotFetch
from careplan.store.ceremonies import Ceremony, Taken, begin, take

Found = TypeVar("Found")

_ASSERTS = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST = 2000
_ONLY_ELSEWHERE = ("nhs_number", "birthdate", "identity_proofing_level")


class NotThisWay(ValueError):
    """Nobody is let in by this answer. Why is never said: it may be wrong, late, used before, of
    somebody whom we do not know, or of somebody who comes in by another way."""


class NoAnswer(Exception):
    """The provider cannot be asked just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One provider as it was set up: who it is, how it is asked, and what it knows us by. `back`
    is the address it sends people to, exactly."""

    provider: Provider
    there: Asked
    back: str
    key: ClientKey | None = None
    secret: str = field(default="", repr=False)

    @property
    def side(self) -> Side:
        return self.provider.side


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile so that we know it again."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody typed who was invited."""

    email: str
    code: str = field(repr=False)


def begin_outside(
    world: World,
    way: Way,
    *,
    at: datetime,
    by: Who | None = None,
    token: str = "",
    invitation: Invitation | None = None,
    wanted: str | None = None,
) -> Begun:
    """Somebody sets off. `by` joins it to their own account, for which they have shown a moment
    ago who they are; without anybody, it is for signing in. Raises NotSure, NotAllowed,
    SecondStepFirst, NoAnswer.
    """
    try:
        doors = way.there.doors(at)
    except CannotFetch as problem:
        raise NoAnswer from problem
    browser, nonce, verifier = (new_token(world.entropy) for _ in range(3))
    purpose = Purpose.JOIN if by else Purpose.INVITED if invitation else Purpose.SIGN_IN
    body: dict[str, Any] = {
        "side": str(way.side),
        "purpose": str(purpose),
        "browser": browser,
        "nonce": nonce,
        "verifier": verifier,
        "asked_at": at.isoformat(),
        "wanted": wanted or "",
    }
    if invitation is not None:
        body |= {"email": invitation.email, "code": invitation.code}
    with world.store.begin() as tx:
        if by is not None:
            must_be_sure(tx, by=by, token=token, at=at)
            must_be_able_to_change(tx, by=by)
        mine = UUID(by.account_id) if by else None
        state = begin(tx, Ceremony.OUTSIDE, body=body, account_id=mine, at=at, lives=LIVES)
    asked = _question(way, state=state, nonce=nonce, verifier=verifier)
    joint = "&" if urlsplit(doors.authorization).query else "?"
    return Begun(f"{doors.authorization}{joint}{urlencode(asked)}", browser)


def _question(way: Way, *, state: str, nonce: str, verifier: str) -> dict[str, str]:
    """They must sign in there for this, however lately they did: whoever picks up a phone that is
    still signed in there comes in nowhere."""
    asked = {
        "response_type": "code",
        "client_id": way.provider.client_id,
        "redirect_uri": way.back,
        "scope": way.provider.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": to_b64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "0",
    }
    if way.side is Side.PEOPLE:
        asked["vtr"] = json.dumps(TWO_STEPS, separators=(",", ":"))
    elif way.provider.second_factor:
        asked["acr_values"] = way.provider.second_factor
    return asked


# --- coming back -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Back:
    """What the browser brings: what stood in the address, and what it kept."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str | None
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider says of whoever came back, checked; and for what they had set off."""

    subject: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    purpose: Purpose
    account_id: UUID | None
    wanted: str | None
    invitation: Invitation | None = None


def hear(world: World, way: Way, back: Back, *, at: datetime) -> Said:
    """What was begun is used up, whatever comes of it. Raises NotThisWay, NoAnswer."""
    with world.store.begin() as tx:
        taken = take(tx, Ceremony.OUTSIDE, back.state, at=at) if back.state else None
    if taken is None or not _is_this_one(taken, way, back):
        raise NotThisWay
    _must_come_from(way, back, at)
    claims = _claims(world, way, taken, back.code, at)
    body = taken.body
    typed = Invitation(body["email"], body["code"]) if "code" in body else None
    return Said(
        subject=claims["sub"],
        claims=claims,
        purpose=Purpose(body["purpose"]),
        account_id=taken.account_id,
        wanted=body["wanted"] or None,
        invitation=typed,
    )


def _is_this_one(taken: Taken, way: Way, back: Back) -> bool:
    """By the same provider and in the same browser as it was begun."""
    return taken.body["side"] == way.side and same(taken.body["browser"], back.browser)


def _must_come_from(way: Way, back: Back, at: datetime) -> None:
    """One provider must not pass its code off as another's (RFC 9207)."""
    says_issuer = _asks(lambda: way.there.doors(at)).says_issuer
    missing = back.issuer is None and says_issuer
    if missing or back.issuer not in (None, way.provider.issuer):
        raise NotThisWay
    if not 0 < len(back.code) <= _LONGEST:
        raise NotThisWay


def _asks(ask: Callable[[], Found]) -> Found:
    try:
        return ask()
    except CannotFetch as problem:
        raise NoAnswer from problem
    except Refused as problem:
        raise NotThisWay from problem


def _claims(world: World, way: Way, taken: Taken, code: str, at: datetime) -> dict[str, Any]:
    tokens = _asks(lambda: _exchanged(world, way, taken, code, at))
    question = Question(
        issuer=way.provider.issuer,
        client_id=way.provider.client_id,
        algorithms=way.provider.algorithms,
        nonce=taken.body["nonce"],
        asked_at=datetime.fromisoformat(taken.body["asked_at"]),
    )
    try:
        claims = _read(way, tokens, question, at)
    except BadIdToken as problem:
        raise NotThisWay from problem
    if way.side is Side.PEOPLE and any(name not in claims for name in _ONLY_ELSEWHERE):
        more = _asks(lambda: way.there.about(at, tokens.access_token))
        if more and more.get("sub") != claims["sub"]:
            raise NotThisWay
        claims = {**more, **claims}  # what was signed comes first
    return claims


def _read(way: Way, tokens: Tokens, question: Question, at: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {"question": question, "access_token": tokens.access_token, "now": at}
    try:
        return read_id_token(tokens.id_token, keys=_asks(lambda: way.there.keys(at)), **said)
    except UnknownIssuerKey:
        newer = _asks(lambda: way.there.keys(at, newer=True))
        return read_id_token(tokens.id_token, keys=newer, **said)


def _exchanged(world: World, way: Way, taken: Taken, code: str, at: datetime) -> Tokens:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": way.back,
        "code_verifier": taken.body["verifier"],
    }
    mine = way.provider.client_id
    if way.key is None:
        both = f"{quote_plus(mine)}:{quote_plus(way.secret)}"
        return way.there.tokens(at, form, secret=b64encode(both.encode()).decode())
    audience = way.there.doors(at).token
    note = way.key.assertion(client_id=mine, audience=audience, now=at, entropy=world.entropy)
    form |= {"client_id": mine, "client_assertion_type": _ASSERTS, "client_assertion": note}
    return way.there.tokens(at, form)
