"""What is typed is kept as typed, by whoever may write there, and read when it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.acts.drafting import (
    Unfinished,
    all_drafts,
    assemble,
    dated_allergies,
    save_section,
    section_draft,
)
from careplan.acts.publishing import words_page
from careplan.acts.signing import findings_of
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS, CarePlan
from careplan.store.errors import Stale
from tests import make
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW, TODAY
from tests.strategies import lines

LATER = NOW + timedelta(minutes=5)


def test_what_is_saved_is_there_on_the_next_device(people: Clinic) -> None:
    typed = {"born": "31 of Feb"}

    first = people.save("about_me", {"known_as": "Ada"}, typed=typed, done=["name"])
    second = people.save("about_me", {"known_as": "Adaeze"}, at=LATER)

    kept = section_draft(
        people.world, by=people.ada, patient_id=people.patient_id, section="about_me"
    )
    assert (first, second) == (1, 2)
    assert kept is not None
    assert (kept.revision, kept.body["plain"]) == (2, {"known_as": "Adaeze"})
    assert (kept.by_name, kept.updated_at) == (people.ada.name, LATER)
    assert people.events()[0].kind is Kind.DRAFT_SAVED
    assert dict(people.events()[0].what) == {"section": "about_me", "revision": "2"}


def test_the_second_device_is_told_and_sees_what_the_first_wrote(people: Clinic) -> None:
    people.save("about_me", {"known_as": "Ada"})
    people.save("about_me", {"known_as": "from the phone"})

    before = people.everything()
    with pytest.raises(Stale) as told:
        save_section(
            people.world,
            by=people.ada,
            patient_id=people.patient_id,
            section="about_me",
            body={"plain": {"known_as": "from the tablet"}, "typed": {}, "done": []},
            based_on=1,
            at=LATER,
        )

    assert told.value.current.body["plain"] == {"known_as": "from the phone"}
    assert told.value.current.revision == 2
    assert people.everything() == before


@pytest.mark.parametrize("section", OWN_WORDS)
def test_staff_never_write_in_the_persons_words(people: Clinic, section: str) -> None:
    for who in (people.doctor, people.nurse):
        with pytest.raises(NotThere):
            people.save(section, {}, by=who)


@pytest.mark.parametrize("section", CLINICAL)
def test_the_person_never_writes_in_the_medical_part(people: Clinic, section: str) -> None:
    with pytest.raises(NotThere):
        people.save(section, {}, by=people.ada)
    assert people.save(section, {}, by=people.nurse) == 1


def test_who_the_person_is_is_written_in_no_ordinary_way(people: Clinic) -> None:
    for who in (people.ada, people.doctor):
        for section in ("identity", "only_me", "", "pain_plan.steps"):
            with pytest.raises(NotAllowed):
                save_section(
                    people.world,
                    by=who,
                    patient_id=people.patient_id,
                    section=section,
                    body={"plain": {}, "typed": {}, "done": []},
                    based_on=0,
                    at=NOW,
                )


def test_another_hospital_learns_nothing(clinic: Clinic) -> None:
    before = clinic.everything()
    for section in ("pain_plan", "about_me"):
        with pytest.raises(NotThere):
            clinic.save(section, {}, by=clinic.elsewhere)
        with pytest.raises(NotThere):
            section_draft(
                clinic.world,
                by=clinic.elsewhere,
                patient_id=clinic.patient_id,
                section=section,
            )
    with pytest.raises(NotThere):
        all_drafts(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id)
    assert clinic.everything() == before


def test_without_the_second_factor_staff_read_and_write_nothing(clinic: Clinic) -> None:
    half = replace(clinic.doctor, second_factor=False)
    with pytest.raises(NotThere):
        clinic.save("pain_plan", {}, by=half)
    with pytest.raises(NotThere):
        all_drafts(clinic.world, by=half, patient_id=clinic.patient_id)


def test_who_wrote_is_remembered_with_their_title(people: Clinic) -> None:
    people.save("about_me", {})
    people.save("diagnosis", {})
    drafts = all_drafts(people.world, by=people.ada, patient_id=people.patient_id)
    assert drafts["about_me"].body["role"] == "patient"
    assert drafts["diagnosis"].body["role"] == "Consultant haematologist"


# --- unfinished ----------------------------------------------------------------------------------


@pytest.mark.parametrize("section", OWN_WORDS)
def test_what_could_not_be_read_stops_publication_and_is_named(
    people: Clinic, section: str
) -> None:
    people.save(section, {}, typed={"field": "not a number"})

    with pytest.raises(Unfinished) as told:
        words_page(people.world, by=people.ada, patient_id=people.patient_id, at=LATER)

    title = people.world.words.sections[section].title
    assert (told.value.section, told.value.title) == (section, title)
    assert title in str(told.value)
    before = people.everything()
    with pytest.raises(Unfinished):
        people.publish(at=LATER)
    assert people.everything() == before


def test_the_medical_part_too(people: Clinic) -> None:
    people.save("baselines", {}, typed={"haemoglobin": "8,2"})
    with pytest.raises(Unfinished) as told:
        findings_of(people.world, by=people.doctor, patient_id=people.patient_id, today=TODAY)
    assert told.value.section == "baselines"


@pytest.mark.parametrize(
    "plain", [{"known_as": 7}, {"nobody_knows": "x"}, {"interpreter": "yes"}, {"info_needs": "x"}]
)
def test_a_draft_that_is_no_plan_is_unfinished_too(people: Clinic, plain: dict) -> None:
    people.save("about_me", plain)
    with pytest.raises(Unfinished):
        people.publish()


def test_an_item_opened_and_left_blank_is_nothing(people: Clinic) -> None:
    for name in ("my_allergies", "my_medicines"):
        people.save(name, {"state": "list", "entries": [{"id": str(make.an_id("blank"))}]})
    people.save("my_people", {"contacts": [{"id": str(make.an_id("nobody"))}]})

    version = people.publish()

    assert version.plan.my_people.contacts == ()
    assert version.plan.my_medicines.entries == ()
    assert version.plan.my_allergies.entries == ()


def test_the_plan_is_put_together_from_every_section(people: Clinic) -> None:
    people.save_all(ADA, (*OWN_WORDS, *CLINICAL))
    with people.world.store.read() as tx:
        plan = assemble(people.world, tx, people.patient_id, tuple(SECTIONS), CarePlan())
    dated = tuple(replace(one, reported_on=TODAY) for one in ADA.my_allergies.entries)
    wanted = ADA.with_section("my_allergies", replace(ADA.my_allergies, entries=dated))
    assert plan.with_section("identity", wanted.identity) == wanted


# --- allergies the person reports ----------------------------------------------------------------


def an_entry(number: int, substance: str, said: date | None = None) -> dict:
    entry = {"id": str(make.an_id(f"entry {number}")), "substance": substance}
    return entry | ({"reported_on": said.isoformat()} if said else {})


def test_a_reported_allergy_carries_the_day_it_was_said(people: Clinic) -> None:
    plain: dict[str, Any] = {"state": "list", "entries": [an_entry(1, "latex")]}
    people.save("my_allergies", plain)
    plain["entries"].append(an_entry(2, "nuts"))
    people.save("my_allergies", plain, at=NOW + timedelta(days=3))
    plain["entries"][0]["substance"] = "latex gloves"
    people.save("my_allergies", plain, at=NOW + timedelta(days=9))

    version = people.publish()

    said = {one.substance: one.reported_on for one in version.plan.my_allergies.entries}
    assert said == {
        "latex gloves": TODAY + timedelta(days=9),
        "nuts": TODAY + timedelta(days=3),
    }


def test_the_day_is_the_day_in_london(people: Clinic) -> None:
    night = NOW.replace(month=7, day=1, hour=23, minute=30)  # half past midnight, summer time
    people.save("my_allergies", {"state": "list", "entries": [an_entry(1, "latex")]}, at=night)
    assert people.publish().plan.my_allergies.entries[0].reported_on == date(2026, 7, 2)


_ENTRIES = st.lists(
    st.builds(an_entry, st.integers(0, 4), lines(), st.none() | st.dates()),
    unique_by=lambda entry: entry["id"],
    max_size=4,
)


@settings(deadline=None)
@given(_ENTRIES, _ENTRIES, st.dates(), st.dates())
def test_nobody_can_backdate_an_allergy(first, second, one_day, next_day) -> None:
    before = dated_allergies({"entries": first}, {}, one_day)
    after = dated_allergies({"entries": second}, before, next_day)

    said = {entry["id"]: entry for entry in before["entries"]}
    assert all(entry["reported_on"] == one_day.isoformat() for entry in before["entries"])
    for entry in after["entries"]:
        old = said.get(entry["id"])
        unchanged = old is not None and old["substance"] == entry["substance"]
        assert entry["reported_on"] == (one_day if unchanged else next_day).isoformat()
