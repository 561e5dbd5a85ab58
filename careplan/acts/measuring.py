"""The measures: worked out a week after the end of a month from what is new, and published.

Each sheet is of a time of its own and is never made again. Two that overlapped, last month's and
this month's, could be taken from each other, and what is left might be one person's visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from careplan.accounts.people import Role, Who
from careplan.accounts.permissions import may_list_patients, may_manage_members
from careplan.acts.counting import Counted, Counting
from careplan.acts.standing import fresh
from careplan.acts.world import SYSTEM, NotAllowed, World, actor, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.measures.sheet import Period, Sheet, make_sheet
from careplan.store.db import Transaction
from careplan.store.measures import EVERYONE, keep_sheet, reports_waiting, sheet_days, sheet_of
from careplan.store.teams import teams
from careplan.store.trail import append
from careplan.summary.wording import LONDON

ENOUGH = 30
"""People in a sheet. With fewer, almost every group would be joined with the others, and the time
would be used up: it is left open for another month instead."""
TIME_TO_SIGN = timedelta(days=90)
"""A plan begun yesterday is not unsigned yet: people are counted this long after they began."""
TO_FINISH = timedelta(days=7)
"""After the end of a month. A report counts in the month in which it was begun: whoever began one
on the last evening, and says what happened and lets it be counted days later, is in it."""
MOST_BY_HAND = 1000
"""Reports. More take longer to read than a browser waits: they are left to the night."""
_EVER = datetime(2000, 1, 1, tzinfo=UTC)

VISITS, SERVICE = "visits", "service"
ABOUT = (VISITS, SERVICE)


@dataclass(frozen=True)
class WorkedOut:
    """`published`: about what there is a new sheet. `waiting`: about what there is something new,
    of too few people to publish yet. `tonight`: it was too much to do while somebody waits."""

    until: date
    counted: int
    published: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    tonight: bool = False


def work_out(world: World, *, at: datetime, by: Who | None = None) -> WorkedOut:
    """Publish what is new up to the end of the last month that is a week over, for everyone and
    for each team.

    Called every night, and by a team's administrator; it does something once a month at most.
    """
    if by is not None:
        team_id = _team_of(by, admin=True)
    until = london_day(at - TO_FINISH).replace(day=1)
    with world.store.read() as tx:
        if by is not None and _too_many(tx, until):
            return WorkedOut(until, 0, tonight=True)
        counting = Counting(tx)
        found = {
            about: (period, _gathered(counting, about, period))
            for about in ABOUT
            if (period := _next_period(tx, about, until))
        }
        listed = [one.team_id for one in teams(tx)]
    sheets = {
        about: sheets_of(cases, about=about, period=period, listed=listed, names=counting.names)
        for about, (period, cases) in found.items()
        if _people(cases) >= ENOUGH
    }
    with world.store.begin() as tx:
        if by is not None and not may_manage_members(fresh(tx, by), team_id=str(team_id)):
            raise NotAllowed
        kept = [about for about, made in sheets.items() if _keep(tx, made, at)]
        what = {"count": str(counting.read)} | ({"until": until.isoformat()} if kept else {})
        who = SYSTEM if by is None else actor(by)
        append(tx, AuditEvent(Kind.REPORTS_COUNTED, at, who, None, what))
    waiting = [about for about, (_period, cases) in found.items() if 0 < _people(cases) < ENOUGH]
    return WorkedOut(until, counting.read, tuple(kept), tuple(waiting))


def sheets_of(
    cases: Sequence[Counted],
    *,
    about: str,
    period: Period,
    listed: Sequence[UUID] = (),
    names: Mapping[str, str] | None = None,
) -> dict[str, Sheet]:
    """Everyone's sheet, and for each team its own, which must not give away the other teams'."""
    every = [one.case for one in cases]
    whole = make_sheet(every, about=about, period=period, names=names)
    made = {EVERYONE: whole}
    for team_id in listed:
        mine = [one.case for one in cases if one.team_id == team_id]
        others = [one.case for one in cases if one.team_id != team_id]
        if mine:
            made[str(team_id)] = make_sheet(
                mine, about=about, period=period, names=names, whole=whole, others=others
            )
    return made


def _next_period(tx: Transaction, about: str, until: date) -> Period | None:
    days = sheet_days(tx, about, whose=EVERYONE)
    since = days[0] if days else None
    return None if since is not None and since >= until else Period(since=since, until=until)


def _too_many(tx: Transaction, until: date) -> bool:
    period = _next_period(tx, VISITS, until)
    if period is None:
        return False
    since = _midnight(period.since) if period.since else _EVER
    return reports_waiting(tx, since=since, until=_midnight(until)) > MOST_BY_HAND


def _gathered(counting: Counting, about: str, period: Period) -> list[Counted]:
    since = _midnight(period.since) if period.since else _EVER
    until = _midnight(period.until)
    if about == VISITS:
        return counting.visits(since=since, until=until)
    # The sheet of a day is of those who began ninety days before it, and so was the one before.
    earlier = since - TIME_TO_SIGN if period.since else _EVER
    return counting.served(since=earlier, until=until - TIME_TO_SIGN, as_of=until)


def _people(cases: Sequence[Counted]) -> int:
    return len({one.case.person for one in cases})


def _keep(tx: Transaction, made: Mapping[str, Sheet], at: datetime) -> bool:
    """All of a time or none: two who work it out at once publish one of the two."""
    if not keep_sheet(tx, made[EVERYONE], whose=EVERYONE, at=at):
        return False
    return all(
        keep_sheet(tx, sheet, whose=whose, at=at)
        for whose, sheet in made.items()
        if whose != EVERYONE
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


# --- reading -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """`days`: when the sheets there are end, newest first; `sheet` is of the one asked for."""

    sheet: Sheet | None
    days: tuple[date, ...]


def published(
    world: World, *, about: str, until: date | None = None, by: Who | None = None
) -> Published:
    """Everyone's sheet, which is public; with `by`, that of their team. The newest by default."""
    whose = EVERYONE if by is None else str(_team_of(by))
    with world.store.read() as tx:
        days = sheet_days(tx, about, whose=whose)
        wanted = until if until in days else (days[0] if days and until is None else None)
        sheet = sheet_of(tx, about, whose=whose, until=wanted) if wanted else None
    return Published(sheet, days)


def _team_of(by: Who, *, admin: bool = False) -> UUID:
    """Sums of a team are for whoever works in it, and for its administrator."""
    if by.team_id is None:
        raise NotAllowed
    manages = Role.TEAM_ADMIN in by.roles and may_manage_members(by, team_id=by.team_id)
    if not manages and (admin or not may_list_patients(by, team_id=by.team_id)):
        raise NotAllowed
    return UUID(by.team_id)
