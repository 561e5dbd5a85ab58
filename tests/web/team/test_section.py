"""Writing a section at the desk: kept as typed, refused in words, and met by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.world import World
from careplan.plan.medicines import Allergies, AllergyState
from careplan.plan.person import Identity
from tests import make
from tests.stores import NOW, TODAY
from tests.visitors import a_clinician, a_person
from tests.web.reader import Reader
from tests.web.team.desk import a_desk, with_step


def test_it_works(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    page = desk.page("pain-plan")
    assert page.heading == "Pain plan"
    assert "999 011 0212" in page.text
    assert desk.write("review", make.ada_clinical()).status_code == 302
    assert desk.plain("review") == {"review_due": "2027-09-08"}


def test_a_step_can_be_added_to_a_section_that_was_done(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    desk.write("pain_plan", make.ada_clinical())
    answer = desk.write("pain_plan", make.ada_clinical(), action="add:steps")
    assert answer.status_code == 302
    assert len(desk.plain("pain_plan")["steps"]) == 6
    page = client.page(client.get(answer.location))
    assert "Step 6" in page.text


@pytest.mark.parametrize(
    ("section", "field", "typed", "asked"),
    [
        ("baselines", "haemoglobin-value", "8.2", "g/dL"),
        ("baselines", "creatinine-value", "0.6", "mg/dL"),
    ],
)
def test_a_value_of_another_unit_is_asked_about_and_never_converted(
    client: Reader, world: World, section: str, field: str, typed: str, asked: str
) -> None:
    desk = a_desk(client, world)
    answer = desk.write(section, make.ada_clinical(), **{field: typed})
    assert answer.status_code == 422
    page = client.page(answer)
    assert any(asked in sentence for sentence in page.errors.values()), page.errors
    assert page.value_of(field) == typed
    assert field.removesuffix("-value") not in desk.plain(section)


def test_all_that_was_typed_stays_when_one_answer_is_wrong(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    answer = desk.write(
        "pain_plan", make.ada_clinical(), escalation_trigger="x" * 10_000, reassess="every hour"
    )
    assert answer.status_code == 422
    page = client.page(answer)
    assert list(page.errors) == ["escalation_trigger"]
    assert page.value_of("escalation_trigger") == "x" * 10_000
    assert desk.plain("pain_plan")["reassess"] == "every hour"
    assert "Needs another look" in desk.page().text
    refused = client.get(desk.at("sign"))
    assert refused.status_code == 409
    assert "“Pain plan” has an answer that needs putting right first." in client.page(refused).text


@pytest.mark.parametrize("name", ["a 😀 emoji", "مورفين", "line\x00break", "<b>bold</b>"])
def test_odd_text_is_shown_again_or_refused_in_words(
    client: Reader, world: World, name: str
) -> None:
    desk = a_desk(client, world)
    answer = desk.write("care_team", make.ada_clinical(), phone_24h_ask_for=name)
    if answer.status_code == 302:
        assert desk.page("care-team").value_of("phone_24h_ask_for") == name
    else:
        assert answer.status_code == 422
        assert client.page(answer).errors


def test_fields_nobody_asked_for_change_nothing(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    before = desk.page().text
    desk.write(
        "review",
        make.ada_clinical(),
        signed_by="Dr Nobody",
        team_id=str(uuid4()),
        role="team_admin",
        legal_name="Somebody Else",
        patient_id=str(uuid4()),
    )
    assert desk.plain("review") == {"review_due": "2027-09-08"}
    assert set(desk.drafts()) == {"identity", "review"}
    assert "Dr Nobody" not in desk.page().text
    assert "Adaeze Grace Okonkwo-Bright" in before


def test_the_second_to_save_sees_both_texts_and_chooses(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    desk.draft("pain_plan", make.ada_clinical())
    mine = desk.form_of("pain_plan", make.ada_clinical()) | {"reassess": "every 20 minutes"}
    theirs = make.ada_clinical()
    pain = replace(theirs.pain_plan, reassess="every 15 minutes")
    desk.draft("pain_plan", theirs.with_section("pain_plan", pain))

    answer = client.submit(desk.at("pain-plan"), mine)
    assert answer.status_code == 409
    page = client.page(answer)
    assert "every 20 minutes" in page.text
    assert "every 15 minutes" in page.text
    assert desk.plain("pain_plan")["reassess"] == "every 15 minutes"

    chosen = {"revision": page.value_of("revision"), "keep-reassess": "mine"}
    assert client.submit(desk.at("pain-plan"), mine | chosen).status_code == 302
    assert desk.plain("pain_plan")["reassess"] == "every 20 minutes"


def test_saving_by_script_answers_the_revision_or_that_somebody_was_first(
    client: Reader, world: World, clock: Any
) -> None:
    desk = a_desk(client, world)
    form = desk.form_of("review", make.ada_clinical())
    saved = client.submit(desk.at("review"), form, headers={"X-Autosave": "1"})
    assert saved.json == {"saved": "09:00", "revision": 1}
    clock.go_on(minutes=2)
    form["review_due-year"] = ["2028"]
    again = client.submit(desk.at("review"), form, headers={"X-Autosave": "1"})
    assert again.status_code == 409


def test_what_the_patient_reports_stands_beside_the_checked_list(
    client: Reader, world: World
) -> None:
    desk = a_desk(client, world)
    assert "In the person’s own words" in desk.page("allergies").text


def test_a_list_and_none_confirmed_cannot_both_be(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    plan = make.ada_clinical()
    wrong = replace(plan.allergies, state=AllergyState.NONE_CONFIRMED)
    answer = desk.write("allergies", plan.with_section("allergies", wrong))
    assert answer.status_code == 422
    assert any("Choose the list" in text for text in client.page(answer).errors.values())


def test_not_asked_is_a_state_of_its_own(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    plan = make.ada_clinical().with_section("allergies", Allergies(AllergyState.NOT_ASKED))
    assert desk.write("allergies", plan).status_code == 302
    assert desk.plain("allergies") == {"state": "not asked"}
    assert "Allergies are recorded as not asked." in desk.page().text


@pytest.mark.parametrize("rest", ["", "pain-plan", "sign", "stop", "versions", "versions/1"])
def test_another_teams_person_is_nobody(client: Reader, world: World, rest: str) -> None:
    desk = a_desk(client, world)
    other = a_clinician(world, email="other@example.org")
    person = a_person(world, email="ben@example.org", legal_name="Ben Other")
    code = show_code(world, by=person, patient_id=UUID(person.patient_id), at=NOW)
    ben = Identity("Ben Other", date(2001, 5, 6))
    link_in_clinic(
        world, by=other.who, typed=code, identity=ben, method="photo_id", at=NOW, today=TODAY
    )
    address = f"/team/{person.patient_id}/{rest}".rstrip("/")
    assert client.get(address).status_code == 404
    assert client.get(f"/team/{uuid4()}/{rest}".rstrip("/")).status_code == 404
    assert "Ben Other" not in client.get("/team").get_data(as_text=True)
    token = desk.page("stop").find("input", name="csrf_token")[0].get("value")
    if rest in ("pain-plan", "sign", "stop"):
        assert client.post(address, data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("section", ["about-me", "my-allergies", "pain_plan", "x"])
def test_only_clinical_sections_are_written_here(
    client: Reader, world: World, section: str
) -> None:
    desk = a_desk(client, world)
    assert client.get(desk.at(section)).status_code == 404


def test_a_dose_with_a_trailing_zero_is_refused(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    plan = with_step(make.ada_clinical(), 3)
    step = plan.pain_plan.steps[3]
    answer = desk.write("pain_plan", plan, **{f"steps-{step.id}-dose-amount": "10.0"})
    assert answer.status_code == 422
    assert f"steps-{step.id}-dose-amount" in client.page(answer).errors
