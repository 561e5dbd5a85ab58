"""The team's list of people: which of them, in what order, and how many stand in each list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients
from careplan.acts.world import NotAllowed, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.envelope import Tampered, Where, WrongKey, seal, unseal
from careplan.keys.tokens import from_b64url, to_b64url
from careplan.store.lists import (
    After,
    Days,
    Listed,
    Only,
    search_team,
    team_counts,
    team_list,
)
from careplan.store.trail import append

PAGE = 25
MOST_FOUND = 50
SOON = timedelta(days=60)


@dataclass(frozen=True)
class TeamPage:
    """`more` says that the list goes on after these lines."""

    lines: tuple[Listed, ...]
    counts: Mapping[Only, int] = field(default_factory=dict)
    more: bool = False


def team_page(
    world: World,
    *,
    by: Who,
    text: str = "",
    only: Only = Only.EVERYONE,
    after: After | None = None,
    at: datetime,
    today: date,
) -> TeamPage:
    """The team's people: the longest overdue first, or those a search finds. One event a page."""
    team_id = _team_of(by)
    days = Days(today, today + SOON)
    with world.store.begin() as tx:
        limit = MOST_FOUND if text.strip() else PAGE
        if text.strip():
            found = search_team(tx, team_id, text, today=today, limit=limit + 1)
        else:
            found = team_list(tx, team_id, limit=limit + 1, only=only, after=after, days=days)
        counts = team_counts(tx, team_id, days=days)
        page = TeamPage(found[:limit], counts, len(found) > limit)
        what = {"team": str(by.team_id), "count": str(len(page.lines))}
        append(tx, AuditEvent(Kind.LIST_READ, at, actor(by), None, what))
    return page


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)


# --- a search in an address --------------------------------------------------------------------


def hide_search(world: World, *, by: Who, text: str) -> str:
    """What was searched for, as an address may hold it: no log and no history tells a name.

    It opens for the account that searched, and for nobody else.
    """
    key = world.store.keyring.service_key("search")
    blob = seal(text.encode(), key=key, where=_place(by), entropy=world.entropy)
    return to_b64url(blob)


def shown_search(world: World, *, by: Who, hidden: str) -> str:
    """The text again; nothing when it is another's, or was cut or changed on the way."""
    try:
        blob = from_b64url(hidden)
        key = world.store.keyring.service_key("search")
        return unseal(blob, key=key, where=_place(by)).decode()
    except (Tampered, WrongKey, ValueError):
        return ""


def _place(by: Who) -> Where:
    return Where(table="address", row=by.account_id, column="search")
