"""Who may read what, what is written down about it, and what the person is shown of that."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.grants import Basis
from careplan.accounts.people import Role, Who
from careplan.acts.carers import Asked, here_for, make_code_for, take_up_code
from careplan.acts.desk import open_desk
from careplan.acts.drafting import section_draft
from careplan.acts.listing import PAGE, team_page
from careplan.acts.opening import Reader, open_link
from careplan.acts.reading import (
    history,
    overview,
    read_version,
    who_looked,
)
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.voice import WhatMatters
from careplan.store.lists import After, Only
from careplan.store.trail import service_events_of
from tests.acts.families import a_helper
from tests.acts.worlds import ADA, Clinic, token_of
from tests.stores import NOW, TODAY, a_patient
from tests.visitors import a_person

LATER = NOW + timedelta(hours=1)


def looks(clinic: Clinic) -> list[str]:
    found = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    return [one.text for one in found]


def of_the_service(clinic: Clinic) -> list[AuditEvent]:
    with clinic.world.store.read() as tx:
        kept = service_events_of(tx, service_chain(NOW))
    return [one.event for one in kept]


def the_team(clinic: Clinic, text: str = "", *, by: Who | None = None, **more):
    by = by or clinic.doctor
    return team_page(clinic.world, by=by, text=text, at=NOW, today=TODAY, **more).lines


# --- one person's plan ---------------------------------------------------------------------------


def test_a_look_by_the_team_is_written_and_shown(clinic: Clinic) -> None:
    before = looks(clinic)
    found = overview(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER)

    assert found.current is not None
    assert found.current.number == 2
    assert found.face.known_as == "Ada"
    assert found.patient.patient_id == clinic.patient_id
    assert clinic.events()[0].kind is Kind.READ_BY_TEAM
    first, *rest = looks(clinic)
    assert first == "Dr Helena Marsden (St Anselm's Hospital) read your plan."
    assert rest == before


def test_the_persons_own_look_is_written_and_not_shown(clinic: Clinic) -> None:
    before = looks(clinic)
    overview(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    assert clinic.deeds()[0] is Kind.READ_BY_PERSON
    assert looks(clinic) == before


def test_a_carers_look_is_shown_as_the_carers(clinic: Clinic) -> None:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    code = make_code_for(clinic.world, **mine, asked=Asked("partner", Basis.CONSENT, False))
    helper = a_helper(clinic.world, "Chidi Bright")
    take_up_code(clinic.world, by=helper, typed=code, at=NOW)
    carer = here_for(clinic.world, by=helper, patient_id=clinic.patient_id, at=LATER)
    overview(clinic.world, by=carer, patient_id=clinic.patient_id, at=LATER)
    assert "Chidi Bright" in looks(clinic)[0]
    assert "You" not in looks(clinic)[0]


def test_a_plan_that_is_only_begun_can_be_looked_at(people: Clinic) -> None:
    found = overview(people.world, by=people.ada, patient_id=people.patient_id, at=NOW)
    assert (found.current, found.patient.current_version) == (None, None)
    assert history(people.world, by=people.ada, patient_id=people.patient_id) == ()
    with pytest.raises(NotThere):
        read_version(people.world, by=people.ada, patient_id=people.patient_id, number=1, at=NOW)


def test_who_has_nothing_to_do_with_it_learns_nothing(clinic: Clinic) -> None:
    world, patient_id = clinic.world, clinic.patient_id
    other = a_person(world, email="bo@example.org", legal_name="Bo Nwosu")
    half = replace(clinic.doctor, second_factor=False)
    before = clinic.everything()
    for who in (clinic.elsewhere, other, half, Who.nobody()):
        for act in (
            lambda who=who: overview(world, by=who, patient_id=patient_id, at=NOW),
            lambda who=who: history(world, by=who, patient_id=patient_id),
            lambda who=who: read_version(world, by=who, patient_id=patient_id, number=1, at=NOW),
            lambda who=who: open_desk(world, by=who, patient_id=patient_id, at=NOW),
            lambda who=who: section_draft(world, by=who, patient_id=patient_id, section="about_me"),
            lambda who=who: who_looked(world, by=who, patient_id=patient_id),
        ):
            with pytest.raises(NotThere):
                act()
    assert clinic.everything() == before


def test_a_plan_nobody_has_is_like_one_that_is_not_ours(clinic: Clinic) -> None:
    with pytest.raises(NotThere):
        overview(clinic.world, by=clinic.doctor, patient_id=UUID(int=7), at=NOW)


# --- versions ------------------------------------------------------------------------------------


def test_an_old_version_stays_readable_with_what_changed(clinic: Clinic) -> None:
    clinic.save("what_matters", WhatMatters("Back at the nursery by Friday."))
    clinic.publish(at=LATER)

    first, third = (
        read_version(
            clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, number=number, at=LATER
        )
        for number in (1, 3)
    )

    assert first.version.signature is None
    assert first.changes
    (change,) = third.changes
    assert "what_matters" in str(change)
    assert third.version.plan.what_matters.what_matters == "Back at the nursery by Friday."
    assert "read version 3 of your plan" in looks(clinic)[0]
    heads = history(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id)
    assert [one.number for one in heads] == [3, 2, 1]


@pytest.mark.parametrize("number", [0, -1, 3, 2**31 - 1])
def test_a_version_that_is_not_there(clinic: Clinic, number: int) -> None:
    before = clinic.everything()
    with pytest.raises(NotThere):
        read_version(
            clinic.world, by=clinic.ada, patient_id=clinic.patient_id, number=number, at=NOW
        )
    assert clinic.everything() == before


# --- the desk ------------------------------------------------------------------------------------


def test_the_desk_shows_words_as_published_and_drafts_of_the_team(clinic: Clinic) -> None:
    clinic.save("what_matters", WhatMatters("still thinking"))
    clinic.save("care_team", replace(ADA.care_team, phone_24h="020 7946 0777"))

    desk = open_desk(
        clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, at=LATER, section="care_team"
    )

    assert desk.own_words("what_matters")["plain"] == {
        "what_matters": ADA.what_matters.what_matters
    }
    assert desk.drafts["care_team"].body["plain"]["phone_24h"] == "020 7946 0777"
    assert looks(clinic)[0].startswith("Dr Helena Marsden")
    assert clinic.events()[0].what["section"] == "care_team"


def test_only_the_team_has_a_desk(clinic: Clinic) -> None:
    with pytest.raises(NotThere):
        open_desk(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=NOW)


# --- who looked ----------------------------------------------------------------------------------


def test_only_the_person_sees_who_looked(clinic: Clinic) -> None:
    for who in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            who_looked(clinic.world, by=who, patient_id=clinic.patient_id)


def test_who_looked_has_no_numbers_and_no_gaps(clinic: Clinic) -> None:
    """ "Someone is pressuring me" must leave no hole that somebody could count."""
    for _ in range(3):
        overview(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
        overview(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, at=LATER)
    found = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    assert {name for one in found for name in one.__dataclass_fields__} == {
        *("at", "text"),
        *("times", "first"),  # of a system's reads, all of which she is shown
    }
    assert {one.times for one in found} == {1}
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    numbers = {n for one in found for n in re.findall(r"[0-9]+", one.text)}
    assert numbers <= {"1", "2"}, "versions only"
    assert not any(str(clinic.patient_id) in one.text for one in found)


def test_a_stranger_is_named_as_they_named_themselves(clinic: Clinic) -> None:
    link = clinic.share()
    reader = Reader(None, "Night nurse, Royal Elsewhere", LATER, TODAY)
    open_link(clinic.world, reader, token=token_of(link), again=None, zipped=False)
    assert looks(clinic)[0].startswith("Someone who gave the name “Night nurse, Royal Elsewhere”")


def test_the_newest_come_first_and_no_more_than_asked(clinic: Clinic) -> None:
    found = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, limit=5)
    assert len(found) <= 5


# --- the team's list -----------------------------------------------------------------------------


def test_a_page_of_the_list_is_one_event_of_the_service(clinic: Clinic) -> None:
    before, mine = len(of_the_service(clinic)), clinic.everything()["audit_event"]
    (listed,) = the_team(clinic)
    assert listed.face is not None
    assert listed.face.legal_name == ADA.identity.legal_name
    events = of_the_service(clinic)
    assert len(events) == before + 1
    assert (events[-1].kind, events[-1].patient_id) == (Kind.LIST_READ, None)
    assert dict(events[-1].what) == {"team": clinic.doctor.team_id, "count": "1"}
    assert clinic.everything()["audit_event"] == mine


def test_what_was_searched_for_is_not_written_down(clinic: Clinic) -> None:
    the_team(clinic, "okonkwo")
    assert "okonkwo" not in str(of_the_service(clinic)[-1]).lower()


SEARCHES = [
    *("Ada", "ad", "okonkwo", "OKONKWO-BRIGHT", "brig", "Adaeze Okonkwo", "grace bri"),
    *("9990110212", "999 011 0212", "14/03/1997", "14 March 1997", "1997-03-14", "ada 14/3/1997"),
]


@pytest.mark.parametrize("text", SEARCHES)
def test_somebody_is_found_by_what_is_known_of_them(clinic: Clinic, text: str) -> None:
    (listed,) = the_team(clinic, text)
    assert listed.patient.patient_id == clinic.patient_id


@pytest.mark.parametrize("text", ["konkwo", "Adam", "9990110213", "15/03/1997", "%", "a" * 5000])
def test_and_by_nothing_else(clinic: Clinic, text: str) -> None:
    assert the_team(clinic, text) == ()


def test_somebody_is_found_by_their_plan_number(clinic: Clinic) -> None:
    (listed,) = the_team(clinic)
    assert listed.face is not None
    number = listed.face.plan_number
    for text in (number, number.lower()):
        assert [one.patient.patient_id for one in the_team(clinic, text)] == [clinic.patient_id]


@pytest.mark.asvs("8.4.1")
def test_another_team_finds_nobody_of_ours(clinic: Clinic) -> None:
    for text in ("", "okonkwo", "9990110212", "14/03/1997"):
        assert the_team(clinic, text, by=clinic.elsewhere) == ()


def test_who_may_not_see_a_list(clinic: Clinic) -> None:
    before = clinic.everything()
    half = replace(clinic.doctor, second_factor=False)
    admin = replace(clinic.doctor, roles=frozenset({Role.TEAM_ADMIN}))
    teamless = replace(clinic.doctor, team_id=None)
    for who in (clinic.ada, half, admin, teamless, Who.nobody()):
        with pytest.raises(NotAllowed):
            the_team(clinic, by=who)
    assert clinic.everything() == before


def test_a_long_list_comes_in_pages(clinic: Clinic) -> None:
    team_id = UUID(clinic.doctor.team_id)
    with clinic.world.store.begin() as tx:
        for number in range(PAGE):
            a_patient(tx, team_id=team_id, legal_name=f"Person {number}", nhs_number=None)
    seen: list[UUID] = []
    after: After | None = None
    while page := the_team(clinic, after=after):
        assert len(page) <= PAGE
        seen += [one.patient.patient_id for one in page]
        last = page[-1].patient
        after = After(last.standing.due_on, last.patient_id)
    assert len(seen) == len(set(seen)) == PAGE + 1
    assert seen[0] == clinic.patient_id, "who has no date yet comes last"


def test_the_list_can_show_only_some(clinic: Clinic) -> None:
    assert len(the_team(clinic, only=Only.ANSWER_PENDING)) == 1
    assert the_team(clinic, only=Only.NOT_SIGNED) == ()
    assert the_team(clinic, only=Only.OVERDUE) == ()
    later = date(2028, 1, 1)
    found = team_page(clinic.world, by=clinic.doctor, only=Only.OVERDUE, at=NOW, today=later)
    assert len(found.lines) == 1
    assert (found.counts[Only.OVERDUE], found.counts[Only.NOT_SIGNED]) == (1, 0)
