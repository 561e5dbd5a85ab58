"""Plans for many people at once: a list is taken in whole, then worked off row by row.

Each row is a transaction of its own, so that nothing is ever half done. The work goes on in short
slices, by whoever looks at its page or by `flask --app wsgi work`: it needs no queue, survives a
restart, and two who work at once never meet on a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_start_plan
from careplan.acts.accounts import new_plan_number
from careplan.acts.drafting import keep_identity
from careplan.acts.invitation_file import BadRow, Invited, Row, read_list, read_row
from careplan.acts.standing import AccessEnded, fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.person import Identity
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.errors import Taken
from careplan.store.invitations import (
    Batch,
    Came,
    KeptRow,
    Work,
    batch_of,
    batches_of,
    forget_batches,
    new_batch,
    next_row,
    row_that_made,
    rows_of,
    set_work,
    settle_row,
    tally,
    unfinished_batches,
)
from careplan.store.lists import search_team
from careplan.store.patients import Face, find_patient, know_nhs_number, new_patient, patient_of
from careplan.store.search import words_of
from careplan.store.trail import append

SLICE = 60
KEPT = timedelta(days=30)
SHOWN = 200


@dataclass(frozen=True)
class Progress:
    """How far a list is, and its rows that somebody must look at."""

    batch: Batch
    tally: Mapping[Came, int]
    rows: tuple[KeptRow, ...] = ()

    @property
    def done(self) -> int:
        return self.batch.total - self.tally[Came.WAITING]


def take_list(world: World, *, by: Who, data: bytes, at: datetime) -> UUID:
    """Keep the list, sealed, to be worked off. Raises BadFile, and then nothing is kept."""
    team_id = _team_of(by)
    rows = read_list(data)
    batch = Batch(
        batch_id=world.new_id(),
        team_id=team_id,
        made_by=UUID(by.account_id),
        made_at=at,
        state=Work.WORKING,
        total=len(rows),
    )
    with world.store.begin() as tx:
        forget_batches(tx, before=at - KEPT)
        new_batch(tx, batch, ((row.number, asdict(row)) for row in rows))
        what = {"team": str(team_id), "count": str(len(rows))}
        append(tx, AuditEvent(Kind.LIST_UPLOADED, at, actor(by), None, what))
    return batch.batch_id


def lists_of_team(world: World, *, by: Who) -> tuple[Batch, ...]:
    team_id = _team_of(by)
    with world.store.read() as tx:
        return batches_of(tx, team_id)


def go_on(world: World, *, by: Who, batch_id: UUID, at: datetime, today: date) -> Progress:
    """One slice of the work, for whoever of the team looks at it; the rows once it is over."""
    _mine(world, by, batch_id)
    work(world, batch_id=batch_id, at=at, today=today)
    with world.store.read() as tx:
        found = batch_of(tx, batch_id)
        if found is None:
            raise NotThere
        over = found.state is not Work.WORKING
        states = (Came.REFUSED, Came.THERE, Came.WAITING)
        shown = rows_of(tx, batch_id, states=states, limit=SHOWN) if over else ()
        progress = Progress(found, tally(tx, batch_id), shown)
    if shown:
        _looked(world, by, found, len(shown), at)
    return progress


def report(world: World, *, by: Who, batch_id: UUID, at: datetime) -> Progress:
    """Every row with what became of it. Names leave the service: it is written down."""
    found = _mine(world, by, batch_id)
    with world.store.read() as tx:
        progress = Progress(found, tally(tx, batch_id), rows_of(tx, batch_id, states=Came))
    _looked(world, by, found, len(progress.rows), at)
    return progress


def work_all(world: World, *, at: datetime, today: date) -> int:
    """Every list there is, to its end. Gives how many were worked on."""
    with world.store.read() as tx:
        waiting = unfinished_batches(tx)
    for batch_id in waiting:
        while work(world, batch_id=batch_id, at=at, today=today):
            pass
    return len(waiting)


def work(world: World, *, batch_id: UUID, at: datetime, today: date) -> bool:
    """The next rows of a list, each whole or not at all; whether some may be left."""
    return all(_one_row(world, batch_id, at, today) for _row in range(SLICE))


def _one_row(world: World, batch_id: UUID, at: datetime, today: date) -> bool:
    try:
        with world.store.begin() as tx:
            batch = batch_of(tx, batch_id)
            if batch is None or batch.state is not Work.WORKING:
                return False
            row = next_row(tx, batch_id)
            if row is None:
                if tally(tx, batch_id)[Came.WAITING] == 0:
                    set_work(tx, batch_id, Work.DONE)
                return False
            by = _whoever_gave_it_in(tx, batch)
            _settle(world, tx, batch, row, by, at, today)
    except Taken:
        return True  # somebody else has just started this plan: the row is looked at again
    except AccessEnded:
        with world.store.begin() as tx:
            set_work(tx, batch_id, Work.STOPPED)
        return False
    return True


def _whoever_gave_it_in(tx: Transaction, batch: Batch) -> Who:
    """As they stand now. A list stops where the right of whoever gave it in stops."""
    asked = Who(
        account_id=str(batch.made_by), name="", roles=frozenset(), second_factor=True
    )  # given when the list was
    by = fresh(tx, asked)
    if not may_start_plan(by, team_id=str(batch.team_id)):
        raise AccessEnded
    return by


def _settle(
    world: World,
    tx: Transaction,
    batch: Batch,
    row: KeptRow,
    by: Who,
    at: datetime,
    today: date,
) -> None:
    facts = dict(row.facts)
    made = None
    try:
        invited = read_row(Row(**facts), today=today)
        said = _there(tx, batch, invited, today)
        came = Came.THERE if said else Came.CREATED
        if came is Came.CREATED:
            made, plan_number = _start(world, tx, batch, invited, by, at)
            facts["plan_number"] = plan_number
    except BadRow as problem:
        came, said = Came.REFUSED, str(problem)
    settle_row(tx, batch.batch_id, row.number, came=came, facts=facts | {"said": said}, made=made)


def _there(tx: Transaction, batch: Batch, invited: Invited, today: date) -> str:
    """Why no plan is started, if there is one for this person already."""
    if invited.nhs_number:
        owner = find_patient(tx, Finds.NHS_NUMBER, invited.nhs_number)
        if owner is not None:
            return _same(tx, batch, owner, "NHS number")
    if invited.hospital_number:
        number = words_of(invited.hospital_number)
        for known in _found(tx, batch, "".join(number), today):
            if words_of(known.hospital_number or "") == number:
                return _same(tx, batch, known.patient_id, "hospital number")
    for known in _found(tx, batch, f"{invited.name} {invited.born.isoformat()}", today):
        same = known.born == invited.born and words_of(known.name) == words_of(invited.name)
        other = invited.nhs_number and known.nhs_number not in (None, invited.nhs_number)
        if same and not other:
            return _same(tx, batch, known.patient_id, "name and date of birth")
    return ""


@dataclass(frozen=True)
class _Known:
    patient_id: UUID
    name: str
    born: date | None
    nhs_number: str | None
    hospital_number: str | None


def _found(tx: Transaction, batch: Batch, text: str, today: date) -> list[_Known]:
    found = search_team(tx, batch.team_id, text, today=today, limit=5)
    return [
        _Known(
            one.patient.patient_id,
            one.face.legal_name,
            one.face.date_of_birth,
            one.face.nhs_number,
            one.face.hospital_number,
        )
        for one in found
        if one.face is not None
    ]


def _same(tx: Transaction, batch: Batch, patient_id: UUID, what: str) -> str:
    row = row_that_made(tx, batch.batch_id, patient_id)
    if row is not None:
        return f"The same {what} as row {row} of this list, so no second plan was started."
    known = patient_of(tx, patient_id)
    if known is not None and known.team_id == batch.team_id:
        return f"Somebody of your team has this {what} already."
    return f"There is a plan with this {what} already, and it is not your team’s. Link in clinic."


def _start(
    world: World, tx: Transaction, batch: Batch, invited: Invited, by: Who, at: datetime
) -> tuple[UUID, str]:
    """An empty plan in the team's care, which nobody's account is linked to yet."""
    patient_id, plan_number = world.new_id(), new_plan_number(world)
    face = Face(
        legal_name=invited.name,
        date_of_birth=invited.born,
        nhs_number=invited.nhs_number,
        plan_number=plan_number,
        hospital_number=invited.hospital_number,
        condition=invited.condition,
    )
    new_patient(tx, patient_id, face, at=at, team_id=batch.team_id)
    know_nhs_number(tx, patient_id, invited.nhs_number)
    identity = Identity(invited.name, invited.born, invited.nhs_number)
    keep_identity(tx, patient_id, identity, by=by, at=at)
    what = {"team": str(batch.team_id)}
    append(tx, AuditEvent(Kind.PLAN_STARTED, at, actor(by), str(patient_id), what))
    return patient_id, plan_number


def _mine(world: World, by: Who, batch_id: UUID) -> Batch:
    team_id = _team_of(by)
    with world.store.read() as tx:
        found = batch_of(tx, batch_id)
    if found is None or found.team_id != team_id:
        raise NotThere
    return found


def _looked(world: World, by: Who, batch: Batch, count: int, at: datetime) -> None:
    with world.store.begin() as tx:
        what: dict[str, Any] = {"team": str(batch.team_id), "count": str(count)}
        append(tx, AuditEvent(Kind.LIST_READ, at, actor(by), None, what))


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_start_plan(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
