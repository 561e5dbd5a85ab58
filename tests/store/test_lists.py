"""The desk's lists: in order, page by page, counted, and by index alone however large the team."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

import os
from datetime import date, timedelta
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, event, text

from careplan.store.accounts import link_account
from careplan.store.lists import (
    COUNTED,
    MOST,
    After,
    Days,
    Only,
    counts,
    page_of,
    people_in,
    search_team,
    team_counts,
    team_list,
)
from careplan.store.patients import note_standing, patient_of, signed_by, signer_is_gone
from careplan.store.search import matching
from careplan.store.tables import patient
from tests.stores import NOW, PARTITIONS, SPREAD, TODAY, a_patient, a_team, an_account, asked_of

NOBODY = UUID(int=404)
DAYS = Days(TODAY, TODAY + timedelta(days=60))
QUIET: dict[str, Any] = {"signed_at": NOW, "unlinked": False, "review_due": date(2028, 1, 1)}
IN_THE_LIST: dict[Only, dict[str, Any]] = {
    Only.OVERDUE: {"review_due": TODAY - timedelta(days=1)},
    Only.DUE_SOON: {"review_due": TODAY},
    Only.CHANGED_SINCE_SIGNED: {"changed_since_signed": True},
    Only.WAITING: {"waiting_for_team": True},
    Only.DISAGREED: {"disagreed": True},
    Only.DOSE_STOPPED: {"dose_stopped": True},
    Only.SIGNER_LEFT: {"signer_left_at": NOW},
    Only.ANSWER_PENDING: {"answer_pending": True},
    Only.NOT_SIGNED: {"signed_at": None},
    Only.UNLINKED: {"unlinked": True},
    Only.TASKS_DUE: {"next_due": TODAY + timedelta(days=5)},
}


def _team_of_seven(tx):
    """Two without a date, two due on one day, three later."""
    team_id = a_team(tx)
    a_patient(tx, team_id=a_team(tx))
    for due in (9, None, 3, 5, None, 3, 7):
        patient_id = a_patient(tx, team_id=team_id)
        day = None if due is None else TODAY + timedelta(days=due)
        note_standing(tx, patient_id, review_due=day, signed_at=NOW if due else None)
    return team_id


def _order(line):
    due = line.patient.standing.due_on
    return (due or date.max, line.patient.patient_id.hex)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_follow_one_another_without_gap_or_double(store, size):
    with store.begin() as tx:
        team_id = _team_of_seven(tx)
    with store.read() as tx:
        whole = team_list(tx, team_id, limit=100, days=DAYS)
        assert len(whole) == 7
        assert list(whole) == sorted(whole, key=_order)
        pages: list[Any] = []
        after = None
        while page := team_list(tx, team_id, limit=size, after=after, days=DAYS):
            pages.extend(page)
            last = page[-1].patient
            after = After(last.standing.due_on, last.patient_id)
        assert tuple(pages) == whole


def test_a_list_shows_and_counts_only_its_people(store):
    assert set(IN_THE_LIST) == set(COUNTED)
    with store.begin() as tx:
        team_id = a_team(tx)
        note_standing(tx, a_patient(tx, team_id=team_id), **QUIET)
        note_standing(tx, a_patient(tx, team_id=a_team(tx)), **IN_THE_LIST[Only.OVERDUE])
        made = {}
        for only, standing in IN_THE_LIST.items():
            made[only] = a_patient(tx, team_id=team_id)
            note_standing(tx, made[only], **QUIET | standing)
        assert len(team_list(tx, team_id, limit=100, days=DAYS)) == len(made) + 1
        for only, patient_id in made.items():
            shown = team_list(tx, team_id, limit=100, only=only, days=DAYS)
            assert [line.patient.patient_id for line in shown] == [patient_id], only
        assert team_counts(tx, team_id, days=DAYS) == dict.fromkeys(COUNTED, 1)


@pytest.mark.parametrize(
    ("review", "valid", "due"),
    [
        (None, None, None),
        (TODAY, None, TODAY),
        (None, TODAY, TODAY),
        (TODAY, TODAY - timedelta(days=2), TODAY - timedelta(days=2)),
        (TODAY - timedelta(days=2), TODAY, TODAY - timedelta(days=2)),
    ],
)
def test_the_day_in_the_order_is_the_earlier_of_the_two(store, review, valid, due):
    with store.begin() as tx:
        together, apart = a_patient(tx), a_patient(tx)
        note_standing(tx, together, review_due=review, valid_to=valid)
        note_standing(tx, apart, review_due=review)
        note_standing(tx, apart, valid_to=valid)
        for one in (together, apart):
            kept = tx.run(
                patient.select().with_only_columns(patient.c.due_on)
                .where(patient.c.patient_id == one)
            ).scalar_one()  # fmt: skip
            assert kept == due == patient_of(tx, one).standing.due_on


def test_a_plan_is_linked_from_the_first_account(store, patient_id):
    with store.begin() as tx:
        assert patient_of(tx, patient_id).standing.unlinked
        link_account(tx, an_account(tx), patient_id, relation="self", at=NOW)
        assert not patient_of(tx, patient_id).standing.unlinked


def test_a_signer_who_goes_is_marked_on_their_plans_of_that_team_alone(store):
    with store.begin() as tx:
        team_id, other, signer = a_team(tx), a_team(tx), an_account(tx)
        people = [a_patient(tx, team_id=one) for one in (team_id, team_id, other)]
        for one in people:
            note_standing(tx, one, signed_by=signer)
        someone_elses = a_patient(tx, team_id=team_id)
        assert signed_by(tx, signer, team_id) == 2
        assert signer_is_gone(tx, signer, team_id, at=NOW) == 2
        left = [patient_of(tx, one).standing.signer_left_at for one in (*people, someone_elses)]
        assert left == [NOW, NOW, None, None]
        signer_is_gone(tx, signer, team_id, at=None)
        assert patient_of(tx, people[0]).standing.signer_left_at is None


def test_a_page_and_all_counts_are_one_statement_each(store):
    with store.begin() as tx:
        team_id = _team_of_seven(tx)
    with store.read() as tx:
        statements = asked_of(tx)
        assert all(line.face for line in team_list(tx, team_id, limit=100, days=DAYS))
        assert len(statements) == 1
        team_counts(tx, team_id, days=DAYS)
        assert len(statements) == 2
        search_team(tx, team_id, "ada okonkwo 14 March 1997", today=TODAY)
        assert len(statements) == 3


# --- what the database does for it -----------------------------------------------------------


def _explained(tx, statement, values=None):
    """How the database would go about it, for the statement exactly as it is sent."""
    sent = []

    def note(_connection, _cursor, sql, parameters, *_more):
        sent.append((sql, parameters))

    event.listen(tx._connection, "before_cursor_execute", note)
    tx.run(statement, values)
    event.remove(tx._connection, "before_cursor_execute", note)
    ((sql, parameters),) = sent
    if tx.dialect == "postgresql":
        # A table of a few rows is read whole by anybody in their right mind.
        tx.run(text("SET LOCAL enable_seqscan = off"))
        tx.run(text("SET LOCAL enable_bitmapscan = off"))
        tx.run(text("SET LOCAL enable_sort = off"))
    asked = "EXPLAIN QUERY PLAN" if tx.dialect == "sqlite" else "EXPLAIN"
    plan = tx._connection.exec_driver_sql(f"{asked} {sql}", parameters)
    return [str(row) for row in plan]


ASKED = {"of_team": NOBODY, "today": TODAY, "soon": TODAY, "most": 25}


@pytest.mark.parametrize("only", list(Only))
@pytest.mark.parametrize("following", [False, True])
def test_a_page_walks_one_index_in_order(store, only, following):
    more = {"after_due": TODAY, "after_id": NOBODY} if following else {}
    with store.begin() as tx:
        said = "\n".join(_explained(tx, page_of(only, following=following), ASKED | more))
    assert "ix_patient_" in said
    assert "TEMP B-TREE" not in said
    assert "Sort  (" not in said  # what comes in order from each partition is merged, not sorted
    assert "SCAN patient" not in said
    assert "Seq Scan" not in said


def test_counting_reads_indexes_alone_and_never_a_whole_team(store, owner_url):
    with store.begin() as tx:
        asked = ASKED | {"of_team": _many_people(tx)}
    if store.dialect == "postgresql":  # an index alone is cheaper only where pages are known clean
        _tidy(owner_url)
    with store.begin() as tx:
        lines = _explained(tx, counts(), asked)
    said = [line for line in lines if "patient" in line and "Filter:" not in line]
    if store.dialect == "sqlite":
        assert all("COVERING INDEX ix_patient_" in line for line in said), said
    else:
        assert not [line for line in said if "Index Only Scan using ix_patient_" not in line]
    parts = PARTITIONS if store.dialect == "postgresql" and os.environ.get(SPREAD) else 1
    assert len(said) == len(COUNTED) * parts


def _many_people(tx):
    """Enough of them, due on enough days, that how they are found makes a difference."""
    team_id = a_team(tx)
    first = a_patient(tx, team_id=team_id)
    row = dict(tx.run(patient.select().where(patient.c.patient_id == first)).one()._mapping)
    for day in range(500):
        due = TODAY + timedelta(days=day - 250)
        row |= {"patient_id": tx.new_id(), "face": None, "due_on": due, "next_due": due}
        row |= {"signed_at": NOW}  # or every one of them would stand in the list of the unsigned
        tx.run(patient.insert(), row)
    return team_id


def _tidy(url):
    """Until every page is known clean: the server's own housekeeping may be looking at another
    table at that moment, and what it could still see keeps a page from being known clean."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    clean = text(
        "SELECT every(relallvisible = relpages) FROM pg_class "
        "WHERE relname ~ '^patient(_p[0-9]+)?$' AND relkind = 'r'"
    )
    with engine.connect() as connection:
        for _ in range(60):
            connection.execute(text("VACUUM ANALYZE patient"))
            if connection.execute(clean).scalar_one():
                break
            sleep(0.5)
        else:
            pytest.fail("the table could not be tidied in half a minute")
    engine.dispose()


def test_a_search_looks_up_only_whom_it_found(store):
    with store.begin() as tx:
        found, values = matching(tx, NOBODY, "ada 14/03/1997", today=TODAY)
        values |= {"of_team": NOBODY, "most": 25}
        plan = _explained(tx, people_in(found), values)
    if store.dialect == "sqlite":
        said = next(line for line in plan if "patient USING" in line)
        assert "patient_id=?" in said, plan


def test_a_count_stops_where_it_no_longer_helps(store):
    with store.begin() as tx:
        team_id = a_team(tx)
        first = a_patient(tx, team_id=team_id)
        row = dict(tx.run(patient.select().where(patient.c.patient_id == first)).one()._mapping)
        copies = [row | {"patient_id": tx.new_id(), "face": None} for _ in range(MOST + 5)]
        tx.run(patient.insert(), copies)
        assert team_counts(tx, team_id, days=DAYS)[Only.NOT_SIGNED] == MOST + 1
