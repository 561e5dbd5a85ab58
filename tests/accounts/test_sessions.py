"""A session ends on time, strictly for staff and kindly for somebody in pain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from careplan.accounts.people import Role
from careplan.accounts.sessions import LIMITS, Ending, Session, ending, limit_for, still_valid

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def a_session(*roles: Role, age: timedelta, idle: timedelta) -> Session:
    return Session(roles=frozenset(roles), started_at=NOW - age, seen_at=NOW - idle)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_limits_with_a_reason(role: Role) -> None:
    assert LIMITS[role].idle < LIMITS[role].absolute
    assert LIMITS[role].reason.endswith(".")


@pytest.mark.parametrize("role", list(Role))
def test_the_edges(role: Role) -> None:
    limit, none = LIMITS[role], timedelta(0)
    assert still_valid(a_session(role, age=none, idle=none), now=NOW)
    assert still_valid(a_session(role, age=limit.idle, idle=limit.idle - INSTANT), now=NOW)
    assert ending(a_session(role, age=limit.idle, idle=limit.idle), now=NOW) is Ending.IDLE
    assert still_valid(a_session(role, age=limit.absolute - INSTANT, idle=none), now=NOW)
    assert ending(a_session(role, age=limit.absolute, idle=none), now=NOW) is Ending.TOO_OLD


def test_what_the_limits_are() -> None:
    patient, nurse = LIMITS[Role.PATIENT], LIMITS[Role.NURSE]
    assert (patient.idle, patient.absolute) == (timedelta(days=14), timedelta(days=90))
    assert (nurse.idle, nurse.absolute) == (timedelta(minutes=15), timedelta(hours=12))


def test_a_patient_who_is_staff_has_the_staff_limits() -> None:
    assert limit_for(frozenset({Role.PATIENT, Role.CLINICIAN})) == LIMITS[Role.CLINICIAN]


def test_signing_out_ends_it_at_once() -> None:
    session = a_session(Role.PATIENT, age=INSTANT, idle=INSTANT)
    assert ending(replace(session, ended_at=NOW), now=NOW) is Ending.SIGNED_OUT


def test_somebody_with_no_role_has_no_session() -> None:
    assert ending(a_session(age=INSTANT, idle=INSTANT), now=NOW) is Ending.NO_ROLE
