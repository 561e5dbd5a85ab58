"""Who is behind a FHIR request: the client whose token it carries, counted, and what it may do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from flask import g, request

from careplan.accounts.partners import Partner
from careplan.acts.partner_tokens import (
    Asking,
    NotInScope,
    NotLetIn,
    TooMany,
    recognise_partner,
)
from careplan.fhir.outcome import IssueType
from careplan.store.fences import Door, Fence, declare
from careplan.web.fhir_api.door import Refused
from careplan.web.here import here

View = TypeVar("View", bound=Callable[..., Any])
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{43})", re.ASCII | re.IGNORECASE)
_REALM = 'Bearer realm="fhir"'


def asked_by() -> Partner:
    """The client that asks, as its token allows. Counted once for each request.

    401 without a token that opens something now, 429 for more than its share.
    """
    known = cast("Partner | None", g.get("partner"))
    if known is None:
        with _refusing():
            known = recognise_partner(here().world, token=_token(), at=here().now())
        if known is None:
            raise _unknown()
        _remember(known)
    return known


def need(kind: str, deed: str) -> Partner:
    """The client, when its token allows this deed (`c`, `r` or `s`) with this kind; or else 403."""
    partner = asked_by()
    if not partner.scopes.allow(kind, deed):
        raise _not_in_scope(kind, deed)
    return partner


# --- for a view whose act recognises the client ------------------------------------------------


def in_its_act(view: View) -> View:
    """The act recognises the client in its own transaction, so that a read that is written down
    waits for one commit and not for two. Put it between `open_to` and the view, which uses
    `asking` and nothing else."""
    view.recognised_in_its_act = True  # type: ignore[attr-defined]
    return view


@contextmanager
def asking(kind: str, deed: str) -> Iterator[Asking]:
    """What to hand to the act. Whatever it refuses is refused as `need` does."""
    wanted = Asking(_token(), kind, deed, here().now(), _remember)
    with _refusing():
        try:
            yield wanted
        except NotInScope:  # its count was undone with all else, and it is a request all the same
            recognise_partner(here().world, token=wanted.token, at=wanted.at)
            raise _not_in_scope(kind, deed) from None


def _remember(partner: Partner) -> None:
    """From here on the request is about people of the client's team, and nobody else."""
    g.partner = partner
    declare(Fence(Door.INSIDE, team=partner.team_id))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except NotLetIn:
        raise _unknown() from None
    except TooMany as rest:
        raise Refused(
            429,
            IssueType.THROTTLED,
            f"Too many requests in one minute; come again in {rest.seconds} seconds.",
            {"Retry-After": str(rest.seconds)},
        ) from None


# --- what is said ------------------------------------------------------------------------------


def _token() -> str:
    said = request.headers.getlist("Authorization")
    if not said:
        raise _stranger("An access token is needed: Authorization: Bearer …", "")
    match = _BEARER.fullmatch(said[0].strip()) if len(said) == 1 else None
    if match is None:
        raise _unknown()
    return match[1]


def _not_in_scope(kind: str, deed: str) -> Refused:
    scope = f"system/{kind}.{deed}"
    return Refused(
        403,
        IssueType.FORBIDDEN,
        f"The access token does not carry {scope}.",
        {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{scope}"'},
    )


def _unknown() -> Refused:
    return _stranger(
        "This access token opens nothing: it is over, unknown, or its client is suspended.",
        ', error="invalid_token"',
    )


def _stranger(says: str, error: str) -> Refused:
    return Refused(401, IssueType.LOGIN, says, {"WWW-Authenticate": f"{_REALM}{error}"})
