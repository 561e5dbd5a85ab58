"""How long an access lasts, and on what it may rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from careplan.accounts.grants import (
    Basis,
    Grant,
    State,
    live,
    may_rest_on,
    outgrown,
    own_consent,
    review_owed,
)
from careplan.accounts.people import Role, RolesDoNotMix, Who

TODAY = date(2026, 11, 23)
GRANT = Grant(
    id="1",
    name="Abena Mensah",
    relation="mother",
    basis=Basis.PARENTAL,
    writes=True,
    granted_by="Dr Petrie",
    granted_at=datetime(2026, 10, 6, 9, tzinfo=UTC),
)
RESTS = {
    Basis.PARENTAL: {0, 15},
    Basis.FAMILY: {0, 15},
    Basis.YOUNG: {16, 17},
    Basis.CONSENT: {18, 90, None},
    Basis.ATTORNEY: {18, 90, None},
    Basis.DEPUTY: {16, 17, 18, 90, None},
}


@pytest.mark.parametrize("basis", Basis)
def test_what_an_access_may_rest_on_at_each_age(basis: Basis) -> None:
    ages = (0, 15, 16, 17, 18, 90, None)
    assert {age for age in ages if may_rest_on(basis, age=age)} == RESTS[basis]


@pytest.mark.parametrize(("age", "lasts"), [(15, True), (16, False), (40, False), (None, True)])
def test_a_parents_access_is_over_at_sixteen(age: int | None, lasts: object) -> None:
    assert live(GRANT, age=age, today=TODAY) is lasts
    assert outgrown(GRANT, age=age) is not lasts
    adult = replace(GRANT, basis=Basis.CONSENT)
    assert live(adult, age=age, today=TODAY)


@pytest.mark.parametrize("state", State)
def test_only_an_active_access_opens_anything(state: State) -> None:
    assert live(replace(GRANT, state=state), age=9, today=TODAY) is (state is State.ACTIVE)


def test_a_last_day_is_the_first_without() -> None:
    until = replace(GRANT, ends_on=date(2026, 11, 24))
    assert live(until, age=9, today=TODAY)
    assert not live(until, age=9, today=date(2026, 11, 24))


def test_what_ones_own_consent_is_called() -> None:
    assert [own_consent(age) for age in (16, 18, None)] == [
        Basis.YOUNG,
        Basis.CONSENT,
        Basis.CONSENT,
    ]


@pytest.mark.parametrize(
    ("today", "owed"),
    [
        (date(2026, 11, 23), None),
        (date(2028, 5, 21), None),
        (date(2028, 5, 22), 11),
        (date(2030, 5, 22), 13),
        (date(2033, 5, 22), 16),
        (date(2036, 1, 1), 18),
    ],
)
def test_the_team_looks_again_at_the_review_birthdays(today: date, owed: int | None) -> None:
    born = date(2017, 5, 22)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    assert review_owed(GRANT, born=born, age=age) == owed
    assert review_owed(GRANT, born=None, age=None) is None


def test_whoever_acts_on_an_access_is_nothing_else() -> None:
    for roles in ({Role.CARER, Role.NURSE}, {Role.PATIENT}, set()):
        with pytest.raises(RolesDoNotMix):
            Who(account_id="a", name="A", roles=frozenset(roles), grant=GRANT)
