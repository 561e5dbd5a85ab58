"""A link is a key to a plan that can be printed or sent, and taken back at any time.

Its state is worked out from stored facts whenever somebody looks; its QR text is a
SMART Health Link whose key travels in the fragment, so that no server log ever holds it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

TOKEN_BYTES = 32
MAX_URL = 128
MAX_LABEL = 80
MAX_TEXT = 4096
SCHEME = "shlink:/"


class Kind(StrEnum):
    """What the link is put on."""

    FULL_PRINT = "full_print"
    PRIVATE_PRINT = "private_print"
    MESSAGE = "message"
    APP = "app"


class Opening(StrEnum):
    """What a reader must bring besides the link itself."""

    CARD = "card"
    DATE_OF_BIRTH = "date_of_birth"
    PASSCODE = "passcode"


class State(StrEnum):
    """How a link stands at one moment. Only a live link opens the plan."""

    LIVE = "live"
    REVOKED = "revoked"
    REPLACED = "replaced"
    LOCKED = "locked"
    EXPIRED = "expired"
    USED_UP = "used_up"


class Happening(StrEnum):
    """What can befall a link."""

    REVOKE = "revoke"
    REPLACE = "replace"
    LAST_WRONG_ANSWER = "last_wrong_answer"
    LAST_VIEW = "last_view"
    TIME_UP = "time_up"


# The full print shows the facts already, so asking would only cost time. The other two show
# nothing, so they always ask. The first opening named is the one offered first.
OPENINGS: Mapping[Kind, tuple[Opening, ...]] = MappingProxyType(
    {
        Kind.FULL_PRINT: (Opening.CARD,),
        Kind.PRIVATE_PRINT: (Opening.DATE_OF_BIRTH, Opening.PASSCODE),
        Kind.MESSAGE: (Opening.DATE_OF_BIRTH, Opening.PASSCODE),
        # An app cannot answer a question, so its link must end by itself.
        Kind.APP: (Opening.CARD,),
    }
)

LONGEST_FOR_APP = timedelta(days=30)
LONG_TERM = timedelta(days=1)
"""A link that lives no longer than this, or counts its views, is for one occasion: nobody is told
to come back to it."""

# Different wrong answers a link survives in its whole life. A birth date is often misheard or
# mistyped by staff and is not a secret from them; a passcode is short and is.
LIFETIME: Mapping[Opening, int] = MappingProxyType(
    {Opening.PASSCODE: 10, Opening.DATE_OF_BIRTH: 50}
)

_AFTER_DEATH = MappingProxyType(
    {Happening.REVOKE: State.REVOKED, Happening.REPLACE: State.REPLACED}
)
TRANSITIONS: Mapping[State, Mapping[Happening, State]] = MappingProxyType(
    {
        State.LIVE: MappingProxyType(
            {
                **_AFTER_DEATH,
                Happening.LAST_WRONG_ANSWER: State.LOCKED,
                Happening.LAST_VIEW: State.USED_UP,
                Happening.TIME_UP: State.EXPIRED,
            }
        ),
        # A burnt or ended link may still be taken back, or swapped for a new one in one tap.
        State.LOCKED: _AFTER_DEATH,
        State.EXPIRED: _AFTER_DEATH,
        State.USED_UP: _AFTER_DEATH,
        State.REVOKED: MappingProxyType({}),
        State.REPLACED: MappingProxyType({}),
    }
)


class OpeningNotAllowed(ValueError):
    """This kind of link may not be opened in this way."""


class PrintedLinkCannotEnd(ValueError):
    """Paper stays in wallets for years; only links that are sent or given may end or count."""


class MustEnd(ValueError):
    """A link that asks nothing and is on no paper must end within `LONGEST_FOR_APP`."""


class CannotBeDirect(ValueError):
    """Only a link that asks nothing, for an app, may hand out its file without a manifest."""


class NotFromHere(ValueError):
    """The link's state does not allow this."""

    def __init__(self, state: State, happening: Happening) -> None:
        super().__init__(f"a link that is {state} cannot {happening}")
        self.state = state
        self.happening = happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The stored facts of one link. `label` is the owner's name for it and never leaves us.

    `direct`: its address hands out the one encrypted document by GET, for apps that ask for no
    manifest (flag U).
    """

    id: str
    kind: Kind
    opening: Opening
    created_at: datetime
    label: str = ""
    expires_at: datetime | None = None
    max_views: int | None = None
    direct: bool = False
    views: int = 0
    distinct_wrong: int = 0
    next_try_at: datetime | None = None
    revoked_at: datetime | None = None
    replaced_by: str | None = None

    def __post_init__(self) -> None:
        if self.opening not in OPENINGS[self.kind]:
            raise OpeningNotAllowed(f"{self.kind} may not open with {self.opening}")
        ends = self.expires_at is not None or self.max_views is not None
        if ends and self.kind not in (Kind.MESSAGE, Kind.APP):
            raise PrintedLinkCannotEnd(f"{self.kind} may not expire or limit views")
        if self.kind is Kind.APP and not self._ends_soon_enough():
            raise MustEnd(f"{self.kind} must end within {LONGEST_FOR_APP.days} days")
        if self.direct and self.kind is not Kind.APP:
            raise CannotBeDirect(f"{self.kind} needs a manifest")

    def _ends_soon_enough(self) -> bool:
        ends = self.expires_at
        return ends is not None and ends - self.created_at <= LONGEST_FOR_APP

    @property
    def long_term(self) -> bool:
        """Whether readers may come back to it for what has changed."""
        ends = self.expires_at
        short = ends is not None and ends - self.created_at <= LONG_TERM
        return self.max_views is None and not short

    @property
    def full(self) -> bool:
        """Opens with the link alone, so whoever holds it has all of it."""
        return self.opening is Opening.CARD


def standing(link: Link, *, now: datetime) -> State:
    """The deliberate endings come first, then those that time cannot change, then time."""
    lifetime = LIFETIME.get(link.opening)
    if link.revoked_at is not None:
        return State.REVOKED
    if link.replaced_by is not None:
        return State.REPLACED
    if lifetime is not None and link.distinct_wrong >= lifetime:
        return State.LOCKED
    if link.max_views is not None and link.views >= link.max_views:
        return State.USED_UP
    if link.expires_at is not None and now >= link.expires_at:
        return State.EXPIRED
    return State.LIVE


def revoke(link: Link, *, now: datetime) -> Link:
    _must_allow(link, Happening.REVOKE, now)
    return replace(link, revoked_at=now)


def replaced(link: Link, *, by: str, now: datetime) -> Link:
    """The old link, pointing at the id of the one made in its place."""
    _must_allow(link, Happening.REPLACE, now)
    return replace(link, replaced_by=by)


def _must_allow(link: Link, happening: Happening, now: datetime) -> None:
    state = standing(link, now=now)
    if happening not in TRANSITIONS[state]:
        raise NotFromHere(state, happening)


# --- the text inside the QR -----------------------------------------------------------------


class UnreadablePayload(ValueError):
    """The text is not a SMART Health Link we can follow. `label` is its name for itself, if any."""

    def __init__(self, problem: str, *, label: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.label = label


class NewerPayload(UnreadablePayload):
    """Made to a later version of the standard: show its label and stop."""


class AddressNotAllowed(ValueError):
    """The address would not fit the standard: at most 128 plain characters, http or https."""


class KeyNotAllowed(ValueError):
    """A link's key is 32 bytes, written as 43 base64url characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a link says once read."""

    url: str
    key: str
    flag: str = ""
    label: str | None = None
    exp: int | None = None

    def __repr__(self) -> str:
        return f"Payload(flag={self.flag!r})"  # address and key are secrets: keep them out of logs


FLAGS = frozenset({"", "L", "P", "LP", "U", "LU"})
"""Every flag the standard allows together (HL7 SMART Health Links 1.0.0): U never beside P."""


def flag_for(link: Link) -> str:
    """L: come back for what has changed. P: something is asked. U: one file, and no manifest."""
    asks = "" if link.full else "P"
    return ("L" if link.long_term else "") + asks + ("U" if link.direct else "")


def new_address_token(entropy: Callable[[int], bytes]) -> str:
    """The unguessable part of a link's address: 43 characters, 256 bits."""
    return _b64url(entropy(TOKEN_BYTES))


def manifest_url(base_url: str, *, token: str) -> str:
    return f"{base_url.rstrip('/')}/m/{token}"


def direct_url(base_url: str, *, token: str) -> str:
    """Where a link with flag U hands out its one file by GET."""
    return f"{base_url.rstrip('/')}/u/{token}"


def address_of(link: Link, base_url: str, *, token: str) -> str:
    return (direct_url if link.direct else manifest_url)(base_url, token=token)


def payload(url: str, *, key: str, flag: str) -> str:
    """The `shlink:/` text. It holds no label and no end date: both would be readable in the QR."""
    if not _is_address(url):
        raise AddressNotAllowed(f"{len(url)} characters, or not a plain web address")
    if not _is_key(key):
        raise KeyNotAllowed("not 32 bytes in base64url")
    if flag not in FLAGS:
        raise ValueError(f"flag {flag!r} is not one we write")
    said = {"url": url, **({"flag": flag} if flag else {}), "key": key}
    body = json.dumps(said, separators=(",", ":"))
    return SCHEME + _b64url(body.encode())


def viewer_address(base_url: str, *, payload: str) -> str:
    """What the QR holds: our viewer, and the link in the fragment that servers never see."""
    return f"{base_url.rstrip('/')}/s#{payload}"


def read_payload(text: str) -> Payload:
    """Read a `shlink:/` text, with or without a viewer's address before it.

    Properties and flags we do not know are passed over, as the standard asks.
    """
    if len(text) > MAX_TEXT:
        raise UnreadablePayload("too long to be a link")
    before, _, fragment = text.strip().partition("#")
    link = fragment or before
    if not link.startswith(SCHEME):
        raise UnreadablePayload("does not begin with shlink:/")
    facts = _json_object(link.removeprefix(SCHEME))
    label = _label(facts)
    version = facts.get("v", 1)
    if type(version) is not int:
        raise UnreadablePayload("version is not a number", label=label)
    if version != 1:
        raise NewerPayload(f"version {version} is not one we read", label=label)
    return _checked(facts, label)


def _checked(facts: dict[str, Any], label: str | None) -> Payload:
    url, key, flag = facts.get("url"), facts.get("key"), facts.get("flag", "")
    exp = facts.get("exp")
    if not isinstance(url, str) or not _is_address(url):
        raise UnreadablePayload("address missing, too long or not a web address", label=label)
    if not isinstance(key, str) or not _is_key(key):
        raise UnreadablePayload("key is not 43 characters of base64url", label=label)
    if not isinstance(flag, str) or not re.fullmatch("[A-Z]*", flag):
        raise UnreadablePayload("flag is not capital letters", label=label)
    if {"U", "P"} <= set(flag):
        raise UnreadablePayload("U and P may not stand together", label=label)
    if exp is not None and type(exp) is not int:
        raise UnreadablePayload("end date is not whole seconds", label=label)
    return Payload(url=url, key=key, flag=flag, label=label, exp=exp)


def _label(facts: dict[str, Any]) -> str | None:
    label = facts.get("label")
    if label is None:
        return None
    # `isprintable` also turns away halves of surrogate pairs, which no page could show.
    if not isinstance(label, str) or len(label) > MAX_LABEL or not label.isprintable():
        raise UnreadablePayload("label is not up to 80 plain characters")
    return label


def _json_object(body: str) -> dict[str, Any]:
    raw = _unb64url(body)
    if raw is None:
        raise UnreadablePayload("not base64url")
    try:
        facts = json.loads(raw, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except UnreadablePayload:
        raise
    except (ValueError, RecursionError) as problem:
        raise UnreadablePayload("not JSON") from problem
    if not isinstance(facts, dict):
        raise UnreadablePayload("not a JSON object")
    return facts


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    facts = dict(pairs)
    if len(facts) != len(pairs):
        raise UnreadablePayload("says the same thing twice")
    return facts


def _no_constant(name: str) -> None:
    raise UnreadablePayload(f"{name} is not JSON")


def _is_address(url: str) -> bool:
    return len(url) <= MAX_URL and bool(re.fullmatch(r"https?://[!$&-;=?-~]+", url))


def _is_key(key: str) -> bool:
    raw = _unb64url(key)
    return raw is not None and len(raw) == TOKEN_BYTES


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _unb64url(text: str) -> bytes | None:
    """Strict: no padding, no foreign characters, and only the one spelling of each byte string."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return raw if _b64url(raw) == text else None
