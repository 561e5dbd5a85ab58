"""Linking in clinic: one code, once, and an identity that a clinician has checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.clinic_codes import shown
from careplan.accounts.people import Who
from careplan.acts.linking import show_code
from careplan.acts.world import World
from tests.stores import NOW
from tests.visitors import Staff, a_person, linked_patient, signed_in_team
from tests.web.reader import Page, Reader

LINK = "/team/link"


@pytest.fixture
def staff(client: Reader, world: World) -> Staff:
    return signed_in_team(client, world)


def a_code(world: World, person: Who, *, minutes_ago: int = 0) -> str:
    patient_id, at = UUID(person.patient_id), NOW - timedelta(minutes=minutes_ago)
    return shown(show_code(world, by=person, patient_id=patient_id, at=at))


def look_up(client: Reader, code: str) -> Page:
    answer = client.submit(LINK, {"code": code})
    assert answer.status_code == 200
    return client.page(answer)


def confirm(client: Reader, page: Page, **changes: str) -> Any:
    names = ("code", "step", "legal_name", "date_of_birth-day", "date_of_birth-month",
             "date_of_birth-year", "nhs_number")  # fmt: skip
    form = {name: page.value_of(name) for name in names}
    form |= {"sex_registered": "female", "method": "photo_id"}
    return client.submit(LINK, form | changes)


def test_it_works(client: Reader, world: World, staff: Staff) -> None:
    person = a_person(world)
    page = look_up(client, a_code(world, person).lower())
    assert page.value_of("legal_name") == "Adaeze Grace Okonkwo-Bright"
    answer = confirm(client, page, nhs_number="999 011 0212")
    assert answer.location == f"/team/{person.patient_id}"
    shown_page = client.page(client.get(answer.location))
    assert "999 011 0212" in shown_page.text
    assert "Checked by Dr Helena Marsden, 23 November 2026" in shown_page.text


@pytest.mark.parametrize("code", ["", "ABCD-EFGH", "x" * 10_000, "😀", "\x00"])
def test_a_code_that_is_none_is_refused(client: Reader, staff: Staff, code: str) -> None:
    answer = client.submit(LINK, {"code": code})
    assert answer.status_code == 422
    assert "code" in client.page(answer).errors


def test_a_code_works_once(client: Reader, world: World, staff: Staff) -> None:
    code = a_code(world, a_person(world))
    page = look_up(client, code)
    assert confirm(client, page).status_code == 302
    assert client.submit(LINK, {"code": code}).status_code == 422


def test_a_code_too_old_loses_nothing_typed(
    client: Reader, world: World, staff: Staff, clock: Any
) -> None:
    page = look_up(client, a_code(world, a_person(world), minutes_ago=12))
    clock.go_on(minutes=4)
    answer = confirm(client, page, legal_name="Adaeze Corrected")
    assert answer.status_code == 422
    again = client.page(answer)
    assert "code" in again.errors
    assert again.value_of("legal_name") == "Adaeze Corrected"


@pytest.mark.parametrize(
    ("changes", "control"),
    [
        ({"method": ""}, "method"),
        ({"method": "guessed"}, "method"),
        ({"legal_name": ""}, "legal_name"),
        ({"nhs_number": "999 011 0213"}, "nhs_number"),
        ({"date_of_birth-day": "", "date_of_birth-month": "", "date_of_birth-year": ""},
         "date_of_birth-day"),
        ({"date_of_birth-year": "2031"}, "date_of_birth-year"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_beside_it(
    client: Reader, world: World, staff: Staff, changes: dict[str, str], control: str
) -> None:
    page = look_up(client, a_code(world, a_person(world)))
    answer = confirm(client, page, **changes)
    assert answer.status_code == 422
    assert list(client.page(answer).errors) == [control]
    assert confirm(client, page).status_code == 302


def test_a_number_that_is_somebody_elses_links_nobody(
    client: Reader, world: World, staff: Staff
) -> None:
    linked_patient(world, staff)
    other = a_person(world, email="ben@example.org", legal_name="Ben Other")
    page = look_up(client, a_code(world, other))
    answer = confirm(client, page, nhs_number="9990110212")
    assert answer.status_code == 422
    assert list(client.page(answer).errors) == ["nhs_number"]
    assert "Ben Other" not in client.get("/team").get_data(as_text=True)


def test_fields_nobody_asked_for_check_nobody(client: Reader, world: World, staff: Staff) -> None:
    person = a_person(world)
    page = look_up(client, a_code(world, person))
    confirm(client, page, checked_by="Dr Nobody", checked_on="2020-01-01", team_id="x")
    shown_page = client.page(client.get(f"/team/{person.patient_id}"))
    assert "Checked by Dr Helena Marsden, 23 November 2026" in shown_page.text
