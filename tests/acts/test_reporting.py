"""After a visit: who may say what happened, what is asked about first, and who may know of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.reading import who_looked
from careplan.acts.reporting import (
    AlreadyTold,
    Odd,
    answer_report,
    begin_report,
    report,
    reports,
    visits_to_tell,
    withdraw_report,
)
from careplan.acts.reports_read import (
    read_report,
    reports_for_hospital,
    team_reports,
    write_down_report,
)
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.errors import Stale
from careplan.store.reports import reports_to_count
from careplan.store.visits import keep_tap, keep_visit, settle_visit
from careplan.visits.report import (
    Audience,
    Followed,
    Remembered,
    Source,
    Sureness,
    Unfair,
    YesNo,
)
from careplan.visits.telling import Doubt
from careplan.visits.visit import Stage, Tap, Tapped, Visit, Where
from tests.acts.families import a_family
from tests.acts.worlds import Clinic
from tests.stores import NOW

ONE, TWO = UUID(int=0xA1), UUID(int=0xA2)
ARRIVED = NOW - timedelta(days=3)
DAY = ARRIVED.date()
MINUTE = timedelta(minutes=1)


def exact(at: Any) -> Remembered:
    return Remembered(sureness=Sureness.EXACT, at=at)


def mine(clinic: Clinic) -> dict[str, Any]:
    return {"by": clinic.ada, "patient_id": clinic.patient_id}


def begun(clinic: Clinic, report_id: UUID = ONE, **more: Any) -> None:
    begin_report(clinic.world, **mine(clinic), report_id=report_id, at=NOW, **more)


def answered(clinic: Clinic, based_on: int = 1, report_id: UUID = ONE, **answers: Any) -> int:
    sure = answers.pop("sure", frozenset())
    return answer_report(
        clinic.world,
        **mine(clinic),
        report_id=report_id,
        answers=answers,
        based_on=based_on,
        sure=sure,
        at=NOW,
    )


def a_visit(clinic: Clinic, *taps: tuple[Tap, int]) -> UUID:
    """Tapped three days ago; minutes from going in."""
    with clinic.world.store.begin() as tx:
        visit = Visit(
            patient_id=clinic.patient_id,
            visit_id=tx.new_id(),
            begun_at=ARRIVED,
            stage=Stage.GOING,
            tells_team=False,
            where=Where(hospital="R9X01"),
        )
        keep_visit(tx, visit)
        for tap, minutes in taps:
            at = ARRIVED + minutes * MINUTE
            tapped = Tapped(tap_id=tx.new_id(), tap=tap, at=at, heard_at=at)
            keep_tap(tx, clinic.patient_id, visit.visit_id, tapped)
        settle_visit(tx, clinic.patient_id, visit.visit_id)
    return visit.visit_id


def counted(clinic: Clinic) -> int:
    with clinic.world.store.read() as tx:
        return len(list(reports_to_count(tx, since=ARRIVED, until=NOW + MINUTE)))


def test_it_is_saved_page_by_page_and_nobody_else_sees_it(clinic: Clinic) -> None:
    begun(clinic)
    begun(clinic)
    assert answered(clinic, hospital="R9X01", on_day=DAY, arrived=exact(ARRIVED)) == 2
    assert answered(clinic, 2, followed=Followed.NO, words="I waited.") == 3
    (kept,) = reports(clinic.world, **mine(clinic))
    assert kept.report
    assert (kept.report.followed, kept.report.words) == (Followed.NO, "I waited.")
    assert (kept.report.audience, kept.report.source) == ((), Source.PERSON)
    assert counted(clinic) == 0
    for reader in (clinic.doctor, clinic.elsewhere):
        with pytest.raises(NotThere):
            read_report(
                clinic.world, by=reader, patient_id=clinic.patient_id, report_id=ONE, at=NOW
            )
        with pytest.raises(NotThere):
            reports(clinic.world, by=reader, patient_id=clinic.patient_id)
    assert team_reports(clinic.world, by=clinic.doctor, at=NOW).lines == ()
    assert clinic.chains_hold()


def test_two_devices_meet_and_nothing_is_written_over(clinic: Clinic) -> None:
    begun(clinic)
    answered(clinic, plan_shown=YesNo.YES)
    with pytest.raises(Stale):
        answered(clinic, plan_shown=YesNo.NO)
    kept = report(clinic.world, **mine(clinic), report_id=ONE)
    assert kept.report
    assert kept.report.plan_shown is YesNo.YES


def test_a_visit_that_was_tapped_begins_the_report_and_has_one(clinic: Clinic) -> None:
    visit_id = a_visit(clinic, (Tap.GOING_IN, 0), (Tap.ARRIVED, 20), (Tap.RELIEF_GIVEN, 65))
    (to_tell,) = visits_to_tell(clinic.world, **mine(clinic))
    assert to_tell.report_id is None
    begun(clinic, visit_id=visit_id)
    kept = report(clinic.world, **mine(clinic), report_id=ONE)
    assert kept.report
    assert kept.report.arrived == exact(ARRIVED + 20 * MINUTE)
    assert kept.report.relief == exact(ARRIVED + 65 * MINUTE)
    assert (kept.report.hospital, kept.report.on_day) == ("R9X01", DAY)
    with pytest.raises(AlreadyTold) as there:
        begun(clinic, TWO, visit_id=visit_id)
    assert there.value.report_id == ONE
    (to_tell,) = visits_to_tell(clinic.world, **mine(clinic))
    assert to_tell.report_id == ONE
    withdraw_report(clinic.world, **mine(clinic), report_id=ONE, at=NOW)
    begun(clinic, TWO, visit_id=visit_id)


def test_what_is_odd_is_asked_about_and_never_changed(clinic: Clinic) -> None:
    visit_id = a_visit(clinic, (Tap.GOING_IN, 0))
    begun(clinic, visit_id=visit_id)
    arrived: dict[str, Any] = {"arrived": exact(ARRIVED - 9 * MINUTE)}
    with pytest.raises(Odd) as odd:
        answered(clinic, **arrived)
    assert odd.value.found == (Doubt.BEFORE_GOING_IN,)
    assert not odd.value.must_change
    answered(clinic, **arrived, sure=frozenset(odd.value.found))
    answered(clinic, 2, ONE, **arrived)  # once said, it is not asked again
    wrong: dict[str, Any]
    for wrong, doubt in (
        ({"relief": exact(ARRIVED - 10 * MINUTE)}, Doubt.RELIEF_FIRST),
        ({"relief": exact(NOW + timedelta(hours=1))}, Doubt.IN_THE_FUTURE),
    ):
        with pytest.raises(Odd) as odd:
            answered(clinic, 3, ONE, **wrong, sure=frozenset(Doubt))
        assert odd.value.must_change
        assert doubt in odd.value.found
    for wrong, doubt in (
        ({"on_day": DAY - timedelta(days=800)}, Doubt.LONG_AGO),
        ({"words": "Dr Helena Marsden laughed."}, Doubt.NAMES_STAFF),
        ({"treated_unfairly": YesNo.NO, "unfair": (Unfair.RACE,)}, Doubt.NOT_UNFAIR),
    ):
        with pytest.raises(Odd) as odd:
            answered(clinic, 3, **wrong)
        assert odd.value.found == (doubt,)


def test_one_visit_told_twice_is_asked_about(clinic: Clinic) -> None:
    there: dict[str, Any] = {"hospital": "R9X01", "on_day": DAY}
    begun(clinic)
    answered(clinic, **there)
    begun(clinic, TWO)
    with pytest.raises(Odd) as odd:
        answered(clinic, report_id=TWO, **there)
    assert (odd.value.found, odd.value.other) == ((Doubt.TOLD_BEFORE,), ONE)
    assert answered(clinic, report_id=TWO, **there, sure=frozenset({Doubt.TOLD_BEFORE})) == 2


def test_the_team_reads_what_it_was_let_see_and_the_person_is_told(clinic: Clinic) -> None:
    begun(clinic)
    answered(clinic, words="I waited.", audience=(Audience.TEAM, Audience.MEASURES))
    (line,) = team_reports(clinic.world, by=clinic.nurse, at=NOW).lines
    assert line.kept.read_by_team_at is None
    asked: dict[str, Any] = {"patient_id": clinic.patient_id, "report_id": ONE, "at": NOW}
    assert read_report(clinic.world, by=clinic.nurse, **asked).report
    (kept,) = reports(clinic.world, **mine(clinic))
    assert kept.read_by_team_at == NOW
    said = [look.text for look in who_looked(clinic.world, **mine(clinic))]
    assert any("read what you told of a visit" in one and "Ada" not in one for one in said)
    assert any("your team; your answers are counted" in one for one in said)
    assert counted(clinic) == 1
    with pytest.raises(NotThere):
        read_report(clinic.world, by=clinic.elsewhere, **asked)
    answered(clinic, 2, audience=())
    with pytest.raises(NotThere):
        read_report(clinic.world, by=clinic.nurse, **asked)
    assert counted(clinic) == 0


def test_it_is_taken_back_at_any_time(clinic: Clinic) -> None:
    begun(clinic)
    answered(clinic, words="I waited.", audience=tuple(Audience))
    assert counted(clinic) == 1
    for _twice in range(2):
        withdraw_report(clinic.world, **mine(clinic), report_id=ONE, at=NOW)
    assert clinic.deeds().count(Kind.REPORT_WITHDRAWN) == 1
    (kept,) = reports(clinic.world, **mine(clinic))
    assert kept.report is None
    assert counted(clinic) == 0
    with pytest.raises(NotThere):
        answered(clinic, 2, words="More.")
    assert team_reports(clinic.world, by=clinic.nurse, at=NOW).lines == ()


@pytest.mark.parametrize("let", [True, False])
def test_staff_write_down_what_they_are_told_and_read_it_only_if_let(
    clinic: Clinic, *, let: bool
) -> None:
    audience = (Audience.TEAM,) if let else (Audience.MEASURES,)
    told: dict[str, Any] = {
        "patient_id": clinic.patient_id,
        "report_id": ONE,
        "source": Source.PHONE,
        "answers": {"hospital": "R9X01", "on_day": DAY, "audience": audience},
        "at": NOW,
    }
    with pytest.raises(NotThere):
        write_down_report(clinic.world, by=clinic.elsewhere, **told)
    with pytest.raises(TypeError):
        write_down_report(clinic.world, by=clinic.nurse, **told | {"source": Source.PERSON})
    for _twice in range(2):
        write_down_report(clinic.world, by=clinic.nurse, **told)
    (kept,) = reports(clinic.world, **mine(clinic))
    assert kept.report
    assert (kept.report.source, str(kept.entered_by)) == (Source.PHONE, clinic.nurse.account_id)
    asked: dict[str, Any] = {"patient_id": clinic.patient_id, "report_id": ONE, "at": NOW}
    if let:
        assert read_report(clinic.world, by=clinic.nurse, **asked)
    else:
        with pytest.raises(NotThere):
            read_report(clinic.world, by=clinic.nurse, **asked)
    answered(clinic, words="And nobody rang.")  # it is theirs to change
    odd = told | {"report_id": TWO}
    with pytest.raises(Odd) as found:
        write_down_report(clinic.world, by=clinic.nurse, **odd)
    assert found.value.found == (Doubt.TOLD_BEFORE,)


def test_the_teams_list_is_for_the_team(clinic: Clinic) -> None:
    with pytest.raises(NotAllowed):
        team_reports(clinic.world, by=clinic.ada, at=NOW)


def test_the_hospitals_named_person_has_no_names(clinic: Clinic) -> None:
    begun(clinic)
    answered(
        clinic,
        hospital="R9X01",
        words="Dr Helena Marsden laughed.",
        audience=(Audience.HOSPITAL,),
        sure=frozenset({Doubt.NAMES_STAFF}),
    )
    times: dict[str, Any] = {"since": ARRIVED, "until": NOW + MINUTE, "at": NOW}
    assert reports_for_hospital(clinic.world, hospital="R9X02", **times) == ()
    (handed,) = reports_for_hospital(clinic.world, hospital="R9X01", **times)
    assert "Marsden" not in str(handed.words)
    assert Kind.REPORT_HANDED_OVER in clinic.deeds()


def test_a_visit_that_somebody_else_told_is_not_told_again(world: Any) -> None:
    """A carer learns that it was told, and neither by whom nor what."""
    family = a_family(world)
    visit = Visit(
        patient_id=family.patient_id,
        visit_id=UUID(int=0xB1),
        begun_at=ARRIVED,
        stage=Stage.GOING,
        tells_team=False,
    )
    tapped = Tapped(tap_id=UUID(int=0xB2), tap=Tap.GOING_IN, at=ARRIVED, heard_at=ARRIVED)
    with world.store.begin() as tx:
        keep_visit(tx, visit)
        keep_tap(tx, family.patient_id, visit.visit_id, tapped)
        settle_visit(tx, family.patient_id, visit.visit_id)
    here: dict[str, Any] = {"patient_id": family.patient_id}
    begin_report(world, by=family.kofi, **here, report_id=ONE, visit_id=visit.visit_id, at=NOW)
    mother = family.here("Abena")
    with pytest.raises(AlreadyTold) as told:
        begin_report(world, by=mother, **here, report_id=TWO, visit_id=visit.visit_id, at=NOW)
    assert told.value.report_id is None
    (to_tell,) = visits_to_tell(world, by=mother, **here)
    assert (to_tell.report_id, to_tell.by_another) == (None, True)
    assert reports(world, by=mother, **here) == ()


def test_a_carer_sees_what_they_told_and_not_what_others_did(world: Any) -> None:
    family = a_family(world)
    here: dict[str, Any] = {"patient_id": family.patient_id}
    begin_report(world, by=family.kofi, **here, report_id=ONE, at=NOW)
    mother = family.here("Abena")
    begin_report(world, by=mother, **here, report_id=TWO, at=NOW)
    assert [one.report_id for one in reports(world, by=mother, **here)] == [TWO]
    assert {one.report_id for one in reports(world, by=family.kofi, **here)} == {ONE, TWO}
    kept = report(world, by=mother, **here, report_id=TWO)
    assert kept.report
    assert kept.report.source is Source.CARER
    for other, theirs in ((mother, ONE), (family.here("Samuel"), TWO)):
        with pytest.raises(NotThere):
            report(world, by=other, **here, report_id=theirs)
        with pytest.raises(NotThere):
            withdraw_report(world, by=other, **here, report_id=theirs, at=NOW)
    with pytest.raises(NotThere):
        reports(world, by=family.here("Grace"), **here)


def test_writing_down_a_call_tells_staff_nothing_of_what_they_were_not_let_see(
    clinic: Clinic,
) -> None:
    begun(clinic)
    answered(clinic, hospital="R9X01", on_day=DAY, audience=(Audience.MEASURES,))
    told: dict[str, Any] = {
        "by": clinic.nurse,
        "patient_id": clinic.patient_id,
        "source": Source.PHONE,
        "answers": {"hospital": "R9X01", "on_day": DAY},
        "at": NOW,
    }
    before = clinic.everything()
    with pytest.raises(NotThere):
        write_down_report(clinic.world, **told, report_id=ONE)
    assert clinic.everything() == before
    write_down_report(clinic.world, **told, report_id=TWO)
    assert len(reports(clinic.world, **mine(clinic))) == 2, "the person sees both"
    answered(clinic, 2, audience=(Audience.TEAM,))
    with pytest.raises(Odd):
        write_down_report(clinic.world, **told, report_id=UUID(int=0xA3))


def test_pressed_twice_at_the_same_moment_it_is_one_report(clinic: Clinic) -> None:
    said: dict[str, Any] = {"source": Source.PHONE, "answers": {"on_day": DAY}, "at": NOW}
    of_ada: dict[str, Any] = {"patient_id": clinic.patient_id}
    presses: tuple[Callable[[UUID], object], ...] = (
        lambda one: begin_report(clinic.world, **mine(clinic), report_id=one, at=NOW),
        lambda one: write_down_report(
            clinic.world, by=clinic.nurse, **of_ada, **said, report_id=one, sure=frozenset(Doubt)
        ),
    )
    for number, press in enumerate(presses):
        for attempt in range(4):
            both = Barrier(2)
            report_id = UUID(int=0xB00 + 16 * number + attempt)

            def together(press: Any = press, one: UUID = report_id, both: Barrier = both) -> None:
                both.wait()
                press(one)

            with ThreadPoolExecutor(2) as pool:
                for pressed in [pool.submit(together) for _ in range(2)]:
                    pressed.result()
    assert len(reports(clinic.world, **mine(clinic))) == 8
