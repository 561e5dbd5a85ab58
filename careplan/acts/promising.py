"""Who answers for a measure, what they promise to do, by when, and whether it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_manage_members
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.measures.measures import Measure
from careplan.store.measures import Promise, keep_promise, mark_done, promises_of, public_promises
from careplan.store.trail import append

LONGEST_OWNER, LONGEST_ACTION = 100, 300


class BadPromise(ValueError):
    """For each question of the form, what is wrong with its answer."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Promised:
    """As it was typed; `due_on` None when it is no day."""

    measure: str
    owner: str
    action: str
    due_on: date | None
    public: bool


def problems_with(asked: Promised, *, today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    if asked.measure not in set(Measure):
        found["measure"] = "Choose a measure"
    if not 0 < len(asked.owner.strip()) <= LONGEST_OWNER:
        found["owner"] = "Write who answers for it, in up to 100 letters"
    if not 0 < len(asked.action.strip()) <= LONGEST_ACTION:
        found["action"] = "Write what will be done, in up to 300 letters"
    if asked.due_on is None:
        found["due_on"] = "Write the day by which it will be done"
    elif asked.due_on < today:
        found["due_on"] = "The day must be today or later"
    return found


def make_promise(world: World, *, by: Who, asked: Promised, at: datetime) -> UUID:
    """Raises BadPromise. What is promised in public cannot be taken back, only done."""
    team_id = _administered(by)
    problems = problems_with(asked, today=london_day(at))
    if problems or asked.due_on is None:
        raise BadPromise(problems)
    made = Promise(
        promise_id=world.new_id(),
        scope=team_id,
        public=asked.public,
        measure=asked.measure,
        owner=asked.owner.strip(),
        action=asked.action.strip(),
        due_on=asked.due_on,
        made_at=at,
        made_by=UUID(by.account_id),
    )
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=team_id):
            raise NotAllowed
        keep_promise(tx, made)
        what = {"measure": made.measure, "promise": str(made.promise_id), "team": team_id}
        append(tx, AuditEvent(Kind.PROMISE_MADE, at, actor(by), None, what))
    return made.promise_id


def promise_done(world: World, *, by: Who, promise_id: UUID, at: datetime) -> None:
    """Raises NotThere for another team's, or one that is done."""
    team_id = _administered(by)
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=team_id):
            raise NotAllowed
        if not mark_done(tx, promise_id, scope=team_id, on=london_day(at)):
            raise NotThere
        what = {"promise": str(promise_id), "team": team_id}
        append(tx, AuditEvent(Kind.PROMISE_KEPT, at, actor(by), None, what))


def promises(world: World, *, by: Who | None = None) -> tuple[Promise, ...]:
    """The public ones; with `by`, all of their team."""
    with world.store.read() as tx:
        if by is None:
            return public_promises(tx)
        may = by.team_id and (
            may_manage_members(by, team_id=by.team_id) or may_list_patients(by, team_id=by.team_id)
        )
        if not may:
            raise NotAllowed
        return promises_of(tx, str(by.team_id))


def _administered(by: Who) -> str:
    if by.team_id is None or not may_manage_members(by, team_id=by.team_id):
        raise NotAllowed
    return by.team_id
