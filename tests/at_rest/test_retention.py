"""What has been kept long enough goes, nothing else does, and plans only when they are meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from careplan.accounts.sessions import LIMITS
from careplan.acts.forgetting import forget_what_is_over
from careplan.acts.inviting import KEPT
from careplan.acts.purging import Due, Scope, purge, what_is_due
from careplan.acts.world import World
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind as Deed
from careplan.plan.content import BadContent
from careplan.store.accounts import account_by_email
from careplan.store.chains import Whole, verify_all
from careplan.store.db import Store, Transaction
from careplan.store.past import ROWS
from careplan.store.patients import patient_of
from careplan.store.retention import (
    FILE,
    Rule,
    Runs,
    past_rows,
    remove_some,
    retention,
    tables_of,
    years_before,
)
from careplan.store.sessions import new_session, session_by_token
from careplan.store.tables import NOT_BY_PERSON, account, link, metadata, patient
from careplan.store.trail import service_events_of
from tests.acts.worlds import Clinic
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, a_patient, a_team, an_account, seeded

FAR = NOW + timedelta(days=40 * 365)
"""Longer than anything is kept."""
ROW_RULES = [one for one in retention().rules if one.id in ROWS]


def world_of(store: Store) -> World:
    return World(store, seeded("purging"), BASE_URL, strength=CHEAP)


def due(world: World, *, at: datetime) -> dict[str, Due]:
    return {one.rule.id: one for one in what_is_due(world, at=at)}


def many(store: Store, table: str) -> int:
    with store.read() as tx:
        return int(tx.run(text(f"SELECT count(*) FROM {table}")).scalar_one())


def ended(store: Store) -> None:
    """What of a filled database has no end yet gets one, today."""
    with store.begin() as tx:
        tx.run(text("UPDATE outbox SET sent_at = created_at"))
        tx.run(text("UPDATE tapping_phone SET forgotten_at = last_seen_at"))
        tx.run(update(link).values(revoked_at=NOW))
        tx.run(update(patient).values(current_version=2))


# --- the data --------------------------------------------------------------------------------


def test_every_table_has_its_end() -> None:
    """By a rule of its own, with the person's plan, with an account, or because it is nobody's."""
    held = retention()
    by_rule = {one.name for one in tables_of()}
    others = [held.goes_with[one] for one in ("plan", "account", "nobody")]
    of_people = {"patient", "account"}
    every = {one.name for one in metadata.sorted_tables}
    assert by_rule.union(of_people, *others) == every
    for name in held.goes_with["plan"]:
        assert name not in NOT_BY_PERSON or name in {"directory", "received_key"}, name
    assert not held.goes_with["nobody"] & by_rule


def test_every_rule_says_by_what_leave_and_whether_it_is_signed_off() -> None:
    held = retention()
    assert "none yet" in held.sign_off
    for rule in held.rules:
        assert all((rule.what, rule.from_when, rule.source)), rule.id
        assert bool(rule.days) + bool(rule.years) <= 1, rule.id
        assert rule.before(NOW) <= NOW, rule.id


def test_the_periods_are_those_of_the_code_they_come_from() -> None:
    held = retention()
    idle = max(one.idle for one in LIMITS.values())
    assert timedelta(days=held.rule("sessions").days) == idle
    assert timedelta(days=held.rule("invitation_rows").days) == KEPT
    assert (held.rule("plans").years, held.rule("plans").runs) == (8, Runs.PLANS)
    for name in ("trail_of_people", "trail_of_service"):
        assert held.rule(name).runs is Runs.NEVER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('runs = "work"', 'runs = "sometimes"'),
        ("[rules.counters]", "[rules.countless]"),
        ("days = 14", "months = 14"),
        ("[goes_with]", "[went_with]"),
    ],
)
def test_a_table_with_a_slip_is_not_read(old: str, new: str, tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(BadContent):
        retention(file)


def test_years_are_years() -> None:
    leap = datetime(2028, 2, 29, 9, tzinfo=NOW.tzinfo)
    assert years_before(leap, 8) == datetime(2020, 2, 29, 9, tzinfo=NOW.tzinfo)
    assert years_before(leap, 3) == datetime(2025, 2, 28, 9, tzinfo=NOW.tzinfo)


# --- rows ------------------------------------------------------------------------------------


def tried_on(tx: Transaction, rule: Rule) -> None:
    """What holds such a row back goes, so that there is one to try the rule on."""
    if rule.id in {"dead_links", "wrong_answers"}:
        tx.run(text("DELETE FROM issued_card"))
    if rule.id == "invitation_lists":
        tx.run(text("DELETE FROM invitation_row"))


def test_of_every_rule_nothing_goes_a_moment_too_early(whole: Store) -> None:
    for rule in ROW_RULES:
        with whole.begin() as tx:
            tried_on(tx, rule)
            oldest = past_rows(tx, rule, at=FAR).oldest
            assert oldest is not None, f"nothing to try {rule.id} on"
            ends = oldest + (FAR - rule.before(FAR))
            # Years have leap days in them, of which there may be one more or less.
            near = timedelta(days=3) if rule.years else timedelta(seconds=1)
            assert past_rows(tx, rule, at=ends - near).rows == 0, rule.id
            after = past_rows(tx, rule, at=ends + near)
            assert (after.rows > 0, after.oldest) == (True, oldest), rule.id


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda one: one.id)
@pytest.mark.asvs("14.2.7")
def test_a_rule_takes_its_own_rows_and_what_hangs_on_them(rule: Any, whole: Store) -> None:
    if rule.runs is Runs.NEVER:
        with pytest.raises(ValueError, match="no command removes"), whole.begin() as tx:
            remove_some(tx, rule, at=FAR, most=9)
        return
    with whole.begin() as tx:
        tried_on(tx, rule)
    before = {one.name: many(whole, one.name) for one in metadata.sorted_tables}
    with whole.begin() as tx:
        found = past_rows(tx, rule, at=FAR)
        assert remove_some(tx, rule, at=FAR, most=1) == 1
        gone = 1
        while some := remove_some(tx, rule, at=FAR, most=1):
            gone += some
    assert gone == found.rows
    rows = ROWS[rule.id]
    may = {rows.table.name, *(table.name for table, _ in rows.first)}
    after = {one.name: many(whole, one.name) for one in metadata.sorted_tables}
    assert {name for name in after if after[name] != before[name]} <= may
    assert after[rows.table.name] == before[rows.table.name] - gone
    if rule.id == "unplaced":
        assert after["received_key"] == before["received_key"], "that one is of another document"


@pytest.fixture
def whole(filled: tuple[Store, UUID]) -> Store:
    store, _ = filled
    ended(store)
    return store


def test_a_link_that_a_card_stands_on_stays(whole: Store) -> None:
    rule = retention().rule("dead_links")
    with whole.read() as tx:
        with_card = past_rows(tx, rule, at=FAR).rows
    assert with_card == many(whole, "link") - 1


def test_what_is_still_used_stays(clinic: Clinic) -> None:
    """Nothing of a plan in use goes on the day it is used. The team began weeks before."""
    clinic.share()
    before, told = clinic.everything(), list[str]()
    purge(clinic.world, scope=Scope.PLANS_TOO, at=NOW, tell=lambda rule, _: told.append(rule.id))
    assert told == ["counters"]
    after = clinic.everything()
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"counter", "service_event", "service_head"}


def test_each_run_is_written_down_and_what_is_harmless_is_not(whole: Store) -> None:
    world = world_of(whole)
    told: list[tuple[str, int]] = []
    quiet = forget_what_is_over(world, at=FAR)
    assert quiet > 10
    with whole.read() as tx:
        kinds = [one.event.kind for one in service_events_of(tx, service_chain(FAR))]
    assert Deed.PURGED not in kinds
    gone = purge(
        world,
        scope=Scope.ALL_BUT_PLANS,
        at=FAR,
        tell=lambda rule, number: told.append((rule.id, number)),
    )
    assert told == [("unplaced", 1)]
    with whole.read() as tx:
        events = [one.event for one in service_events_of(tx, service_chain(FAR))]
        assert isinstance(verify_all(tx), Whole)
    assert [dict(one.what) for one in events] == [{"count": "1", "rule": "unplaced"}]
    assert gone == 1
    assert many(whole, "patient") == 1
    with whole.read() as tx:
        assert tx.run(select(patient.c.data_key)).scalar_one() is not None


# --- people ----------------------------------------------------------------------------------


def aged(store: Store, *, born: date | None, seen: datetime, taken: bool = True) -> UUID:
    """Somebody whose plan a team has, and in whose trail nothing was written since."""
    with store.begin() as tx:
        team = a_team(tx) if taken else None
        patient_id = a_patient(tx, team_id=team, date_of_birth=born, nhs_number=None)
        tx.run(update(patient).where(patient.c.patient_id == patient_id).values(created_at=seen))
    return patient_id


LAST = datetime(2010, 6, 1, 9, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("born", "until"),
    [
        (date(1970, 1, 1), date(2018, 6, 1)),  # eight years
        (date(1992, 6, 1), date(2018, 6, 1)),  # eighteen on that very day
        (date(1992, 6, 2), date(2018, 6, 2)),  # seventeen for one more day: to the 26th birthday
        (date(1993, 6, 1), date(2019, 6, 1)),  # seventeen since that day
        (date(1993, 6, 2), date(2018, 6, 2)),  # sixteen: to the 25th birthday
        (date(2008, 2, 29), date(2033, 3, 1)),  # a small child
    ],
)
def test_a_plan_goes_eight_years_after_it_was_last_used_and_a_childs_later(
    born: date, until: date, world: World
) -> None:
    patient_id = aged(world.store, born=born, seen=LAST)
    the_day = datetime(until.year, until.month, until.day, 9, 0, 1, tzinfo=NOW.tzinfo)
    assert due(world, at=the_day - timedelta(days=1))["plans"].rows == 0
    found = due(world, at=the_day)["plans"]
    assert (found.rows, found.oldest) == (1, LAST)
    assert purge(world, scope=Scope.ALL_BUT_PLANS, at=the_day) == 0
    assert purge(world, scope=Scope.PLANS_TOO, at=the_day) == 1
    with world.store.read() as tx:
        gone = patient_of(tx, patient_id)
        (event,) = (one.event for one in service_events_of(tx, service_chain(the_day)))
    assert gone is not None
    assert gone.erased
    assert event.kind is Deed.PLAN_ERASED
    assert event.what["erased_for"] == "kept_long_enough"


def test_nobody_whose_birth_date_is_not_known_goes(world: World) -> None:
    aged(world.store, born=None, seen=LAST)
    found = due(world, at=NOW)["plans"]
    assert (found.rows, found.held) == (0, 1)
    assert purge(world, scope=Scope.PLANS_TOO, at=NOW) == 0


def test_what_was_never_published_goes_after_two_years_when_it_is_meant(world: World) -> None:
    patient_id = aged(world.store, born=None, seen=LAST, taken=False)
    assert due(world, at=LAST + timedelta(days=729))["drafts"].rows == 0
    assert due(world, at=LAST + timedelta(days=733))["drafts"].rows == 1
    assert purge(world, scope=Scope.ALL_BUT_PLANS, at=NOW) == 0
    assert purge(world, scope=Scope.PLANS_TOO, at=NOW) == 1
    with world.store.read() as tx:
        gone = patient_of(tx, patient_id)
    assert gone is not None
    assert gone.erased


def test_one_look_keeps_a_plan(clinic: Clinic) -> None:
    """The period begins anew with each deed in its trail, whoever's it is."""
    nine = NOW + timedelta(days=9 * 365)
    assert due(clinic.world, at=nine)["plans"].rows == 1
    clinic.save("about_me", {"known_as": "Ada"}, at=nine - timedelta(days=30))
    assert due(clinic.world, at=nine)["plans"].rows == 0


# --- accounts --------------------------------------------------------------------------------


def test_an_account_that_nobody_was_let_in_with_goes_after_a_year(clinic: Clinic) -> None:
    """Whoever has a plan, a team or somebody to help stays, and so does who is signed in."""
    with clinic.world.store.begin() as tx:
        lonely = an_account(tx, "lonely@example.org", "Nobody’s Helper")
        here = an_account(tx, "here@example.org", "Still Here")
    year = NOW + timedelta(days=365)
    with clinic.world.store.begin() as tx:
        new_session(tx, "a session", account_id=here, at=year, data={})
    assert due(clinic.world, at=year)["unlinked_accounts"].rows == 0
    after = year + timedelta(seconds=1)
    found = due(clinic.world, at=after)["unlinked_accounts"]
    assert (found.rows, found.oldest) == (1, NOW)
    before = many(clinic.world.store, "account")
    told: list[tuple[str, int]] = []
    purge(
        clinic.world,
        scope=Scope.ALL_BUT_PLANS,
        at=after,
        tell=lambda rule, number: told.append((rule.id, number)),
    )
    assert ("unlinked_accounts", 1) in told
    with clinic.world.store.read() as tx:
        row = tx.run(select(account).where(account.c.account_id == lonely)).one()
        assert account_by_email(tx, "lonely@example.org") is None
        assert account_by_email(tx, "ada@example.org") is not None
        assert session_by_token(tx, "a session") is not None
    assert (row.state, row.data_key, row.password_hash) == ("erased", None, None)
    assert many(clinic.world.store, "account") == before, "the stub stays for what refers to it"


# --- the command -----------------------------------------------------------------------------


def test_the_command_says_what_would_go_and_then_does_it(
    clinic: Clinic, make_app: Callable[..., Flask], clock: Any
) -> None:
    clock.go_on(days=9 * 366)
    run = make_app().test_cli_runner()
    before = clinic.everything()
    told = run.invoke(args=["purge", "--dry-run"])
    assert told.exit_code == 0, told.output
    (line,) = [one for one in told.output.splitlines() if one.startswith("plans ")]
    assert line.split()[:5] == ["plans", "8", "years", "plans", "1,"]
    assert line.endswith("the oldest of 23 November 2026")
    assert "Sign-off of these periods: none yet" in told.output
    assert clinic.everything() == before
    run.invoke(args=["purge"])
    with clinic.world.store.read() as tx:
        kept = patient_of(tx, clinic.patient_id)
        assert kept is not None
        assert not kept.erased
    told = run.invoke(args=["purge", "--plans"])
    assert "plans: 1 gone." in told.output
    assert clinic.chains_hold()
