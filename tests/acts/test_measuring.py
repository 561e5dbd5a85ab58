"""From reports that people let be counted to sheets, month by month, and what is promised about
them."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.acts import counting, measuring
from careplan.acts.deprivation_file import BadTable, load_deprivation
from careplan.acts.measuring import ENOUGH, published, work_out
from careplan.acts.promising import BadPromise, Promised, make_promise, promise_done, promises
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind
from careplan.measures.figures import view
from careplan.measures.measures import Measure
from careplan.measures.splits import Split
from careplan.store.deprivation import keep_quintiles, quintile_of
from careplan.store.equality import keep_equality
from careplan.store.hospitals import Hospital, keep_hospitals
from careplan.store.measures import sheet_days
from careplan.store.reports import change, keep, withdraw
from careplan.store.trail import service_events_of
from careplan.visits.equality import Equality
from careplan.visits.report import Audience, Remembered, Sureness, VisitReport, YesNo
from tests.stores import NOW, TODAY, a_patient, a_team
from tests.visitors import a_clinician

OCTOBER = NOW - timedelta(days=40)
DECEMBER = NOW + timedelta(days=30)


def waited(tx, patient_id, minutes=20, *, at=OCTOBER, audience=(Audience.MEASURES,), **more):
    exact = Sureness.EXACT
    told = VisitReport(
        patient_id=patient_id,
        report_id=tx.new_id(),
        given_at=at,
        arrived=Remembered(sureness=exact, at=at),
        relief=Remembered(sureness=exact, at=at + timedelta(minutes=minutes)),
        plan_shown=YesNo.YES,
        audience=audience,
    )
    keep(tx, replace(told, **more))
    return told


def many(tx, number, *, team_id=None, category="N", **report):
    made = [a_patient(tx, team_id=team_id) for _ in range(number)]
    for patient_id in made:
        keep_equality(tx, Equality(patient_id=patient_id, ethnic_category=category, changed_at=NOW))
        waited(tx, patient_id, **report)
    return made


def counted(world, measure=Measure.WITHIN_30, by=(), **asked):
    found = published(world, about="visits", **asked)
    return view(found.sheet, measure, by) if found.sheet else None


@pytest.fixture
def admin(people):
    team_id = UUID(people.doctor.team_id)
    return a_clinician(
        people.world, team_id=team_id, email="grace@example.org", role=Role.TEAM_ADMIN
    ).who


def test_reports_become_figures_by_who_people_are(world):
    with world.store.begin() as tx:
        keep_hospitals(tx, [Hospital(code="R9X01", name="St Anselm's Hospital")])
        many(tx, 20, minutes=45, hospital="R9X01")
        many(tx, 15, category="A", minutes=10, hospital_words="Somewhere by the sea")
    made = work_out(world, at=NOW)
    assert (made.counted, made.published, made.until) == (35, ("visits",), date(2026, 11, 1))
    assert made.waiting == (), "nobody's plan is ninety days old"
    found = counted(world, by=(Split.ETHNIC_GROUP,))
    assert [(row.groups, row.n, row.yes) for row in found.rows] == [
        ((("black",),), 20, 0),
        ((("white",),), 15, 15),
    ]
    hospitals = counted(world, by=(Split.HOSPITAL,))
    assert [row.groups for row in hospitals.rows] == [(("R9X01",),), (("elsewhere",),)]
    assert published(world, about="visits").sheet.names == {"R9X01": "St Anselm's Hospital"}
    with world.store.read() as tx:
        event = service_events_of(tx, service_chain(NOW))[-1].event
    assert (event.kind, event.what["count"]) == (Kind.REPORTS_COUNTED, "35")


def test_only_what_people_let_be_counted_and_each_visit_once(world):
    with world.store.begin() as tx:
        first, second, third, *_others = many(tx, ENOUGH)
        waited(tx, first, audience=(Audience.TEAM,), at=OCTOBER - timedelta(days=3))
        taken_back = waited(tx, first, at=OCTOBER - timedelta(days=5))
        withdraw(tx, first, taken_back.report_id, at=NOW)
        waited(tx, second, arrived=Remembered(sureness=Sureness.ESTIMATE, at=OCTOBER))
        # A helper told of it too, and knew the day alone; another day is another visit.
        somewhere: dict[str, Any] = {"hospital_words": "By the sea", "on_day": OCTOBER.date()}
        waited(tx, third, **somewhere, at=OCTOBER - timedelta(days=2))
        waited(tx, third, **somewhere, arrived=None, relief=None, plan_shown=YesNo.NO)
        waited(tx, third, **somewhere | {"on_day": date(2026, 9, 2)}, arrived=None, relief=None)
    work_out(world, at=NOW)
    total = counted(world).total
    assert (total.n, total.missing) == (ENOUGH + 1, 1)


def test_a_month_too_small_waits_and_no_time_is_published_twice(world):
    with world.store.begin() as tx:
        many(tx, ENOUGH - 1)
    assert work_out(world, at=NOW).waiting == ("visits",)
    assert counted(world) is None
    with world.store.begin() as tx:
        many(tx, 1, at=NOW)
    assert work_out(world, at=NOW).counted == ENOUGH - 1, "this month is not over"
    assert work_out(world, at=DECEMBER).published == ("visits",)
    assert counted(world).total.n == ENOUGH
    with world.store.begin() as tx:
        many(tx, 5, at=OCTOBER)  # told late, of a time that is published
    assert work_out(world, at=DECEMBER).counted == 0
    assert counted(world).total.n == ENOUGH
    with world.store.read() as tx:
        assert sheet_days(tx, "visits", whose="everyone") == (date(2026, 12, 1),)


def test_a_report_begun_on_the_last_day_may_be_finished_in_the_week_after(world):
    last_evening = datetime(2026, 10, 31, 20, tzinfo=UTC)
    with world.store.begin() as tx:
        first, *_others = many(tx, ENOUGH)
        begun = waited(tx, first, at=last_evening, audience=())
    assert work_out(world, at=last_evening + timedelta(days=6)).published == ()
    with world.store.begin() as tx:
        change(tx, replace(begun, audience=(Audience.MEASURES,)), based_on=1)
    assert work_out(world, at=last_evening + timedelta(days=8)).published == ("visits",)
    assert counted(world).total.n == ENOUGH + 1


def test_the_next_sheet_holds_nobody_of_the_last(world):
    with world.store.begin() as tx:
        many(tx, 31)
        many(tx, 33, at=NOW)
    work_out(world, at=NOW)
    work_out(world, at=DECEMBER)
    assert counted(world).total.n == 33
    assert counted(world, until=date(2026, 11, 1)).total.n == 31
    assert counted(world, until=date(2026, 10, 1)) is None


def test_a_teams_own_sheet_gives_no_other_team_away(people):
    world, mine = people.world, UUID(people.doctor.team_id)
    with world.store.begin() as tx:
        other = a_team(tx, "Another team")
        many(tx, 20, team_id=mine)
        many(tx, 14, team_id=mine, category="A")
        many(tx, 30, team_id=other)
        many(tx, 4, team_id=other, category="A")
    work_out(world, at=NOW)
    by = (Split.ETHNIC_GROUP,)
    assert [row.n for row in counted(world, by=by).rows] == [50, 18]
    own = view(published(world, about="visits", by=people.doctor).sheet, Measure.WITHIN_30, by)
    assert own.total.n == 34
    assert own.rows == (), "18 without the team's own 14 would be the other team's 4"


def test_who_somebody_is_comes_from_the_signed_record_and_what_they_told(clinic):
    told = Equality(
        patient_id=clinic.patient_id, ethnic_category="M", smartphone=False,
        count_postcode=True, changed_at=NOW,
    )  # fmt: skip
    with clinic.world.store.begin() as tx:
        keep_quintiles(tx, [("SE1 7EH", 2)])
        keep_equality(tx, told)
        waited(tx, clinic.patient_id, at=NOW)
    with clinic.world.store.read() as tx:
        run = counting.Counting(tx)
        ((_team, case),) = [
            (one.team_id, one.case)
            for one in run.visits(since=NOW, until=NOW + timedelta(seconds=1))
        ]
    values = {split.value: value for split, value in case.values.items()}
    assert values | {"deprivation": "", "hospital": ""} == {
        "ethnic_group": "black", "ethnic_category": "M", "sex": "female", "age": "25-39",
        "language": "english", "interpreter": "no", "deprivation": "", "smartphone": "no",
        "hospital": "", "time_of_day": "day", "sureness": "exact",
    }  # fmt: skip


def test_the_service_counts_whoever_began_and_was_never_reached(world):
    with world.store.begin() as tx:
        for number in range(40):
            patient_id = a_patient(tx)
            told = Equality(patient_id=patient_id, smartphone=number < 25, changed_at=NOW)
            keep_equality(tx, told)
    later = NOW + timedelta(days=130)
    assert work_out(world, at=later).published == ("service",)
    sheet = published(world, about="service").sheet
    by = view(sheet, Measure.NEVER_REACHED, (Split.SMARTPHONE,))
    assert [(row.groups, row.n, row.yes) for row in by.rows] == [
        ((("yes",),), 25, 25),
        ((("no",),), 15, 15),
    ]
    days = view(sheet, Measure.DAYS_TO_SIGN, ()).total
    assert days.value is None, "nobody has signed: longer than any"


def test_only_an_administrator_works_it_out_by_hand_and_not_much(people, admin, monkeypatch):
    with pytest.raises(NotAllowed):
        work_out(people.world, at=NOW, by=people.doctor)
    monkeypatch.setattr(measuring, "MOST_BY_HAND", 2)
    with people.world.store.begin() as tx:
        many(tx, 2)
    assert work_out(people.world, at=NOW, by=admin).counted == 2
    with people.world.store.begin() as tx:
        many(tx, 1)
    assert work_out(people.world, at=NOW, by=admin).tonight
    assert work_out(people.world, at=NOW).counted == 3, "at night all are read"
    with pytest.raises(NotAllowed):
        published(people.world, about="visits", by=people.ada)


# --- promises ----------------------------------------------------------------------------------

ASKED = Promised(
    measure="within_30", owner="Dr Oduya", action="First dose at triage", due_on=TODAY, public=True
)


def test_a_promise_is_public_until_and_after_it_is_done(people, admin):
    world = people.world
    promise_id = make_promise(world, by=admin, asked=ASKED, at=NOW)
    make_promise(world, by=admin, asked=replace(ASKED, public=False), at=NOW)
    assert [one.promise_id for one in promises(world)] == [promise_id]
    assert len(promises(world, by=people.doctor)) == 2
    promise_done(world, by=admin, promise_id=promise_id, at=NOW)
    assert promises(world)[0].done_on == TODAY
    with pytest.raises(NotThere):
        promise_done(world, by=admin, promise_id=promise_id, at=NOW)
    with world.store.read() as tx:
        kinds = [one.event.kind for one in service_events_of(tx, service_chain(NOW))]
    assert kinds[-3:] == [Kind.PROMISE_MADE, Kind.PROMISE_MADE, Kind.PROMISE_KEPT]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"measure": "speed"}, "measure"),
        ({"owner": "  "}, "owner"),
        ({"action": "x" * 301}, "action"),
        ({"due_on": None}, "due_on"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
    ],
)
def test_a_promise_names_who_what_and_a_day_to_come(people, admin, wrong, named):
    with pytest.raises(BadPromise) as refused:
        make_promise(people.world, by=admin, asked=replace(ASKED, **wrong), at=NOW)
    assert list(refused.value.problems) == [named]
    assert promises(people.world) == ()


def test_nobody_but_the_teams_administrator_promises(people, admin):
    for who in (people.doctor, people.nurse, people.ada):
        with pytest.raises(NotAllowed):
            make_promise(people.world, by=who, asked=ASKED, at=NOW)
    made = make_promise(people.world, by=admin, asked=ASKED, at=NOW)
    with pytest.raises(NotAllowed):
        promise_done(people.world, by=people.elsewhere, promise_id=made, at=NOW)


# --- deprivation -------------------------------------------------------------------------------


def test_the_table_is_loaded_row_by_row_with_a_report(world):
    data = "﻿Postcode,Quintile\nSE1 7EH,1\nm13 9wl,5\nnowhere,2\nSE1 7EJ,6\n\nSE1 7EK\n".encode()
    loaded = load_deprivation(world, data=data, at=NOW)
    assert (loaded.kept, loaded.refused) == (2, 3)
    assert loaded.problems[0] == "Line 4: “nowhere” is no postcode."
    with world.store.read() as tx:
        assert quintile_of(tx, "M139WL") == 5


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"code,fifth\n", "first line"),
        (b"\xff\xfe", "UTF-8"),
        (b'postcode,quintile\n"SE1', "CSV"),
        (b"", "first line"),
    ],
)
def test_a_file_that_is_no_table_changes_nothing(world, data, says):
    with pytest.raises(BadTable, match=says):
        load_deprivation(world, data=data, at=NOW)
