"""Signing at the desk: who may, what stops it, and that nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from careplan.accounts.people import Role
from careplan.acts.world import World
from careplan.plan import medicines as meds
from careplan.plan.care_plan import CarePlan
from careplan.plan.people import Review
from tests import make
from tests.visitors import a_clinician, sign_up
from tests.web.reader import Reader
from tests.web.team.desk import Desk, a_desk, with_step


@pytest.fixture
def desk(client: Reader, world: World) -> Desk:
    """Everything written, nothing signed."""
    made = a_desk(client, world)
    made.draft_all()
    return made


def opioid_allergy() -> CarePlan:
    """An allergy to codeine: another opioid is planned, so the rules want a reason."""
    plan = make.ada_clinical()
    codeine = meds.Allergy(make.an_id("codeine-allergy"), "codeine", "rash")
    entries = (*plan.allergies.entries, codeine)
    return plan.with_section("allergies", replace(plan.allergies, entries=entries))


def not_signed(desk: Desk) -> bool:
    return "Nothing has been published yet" in desk.page().text


def test_it_works(desk: Desk) -> None:
    page = desk.page("sign")
    assert page.value_of("expires-year") == "2027"
    assert "This is the first signature" in page.text
    assert "Dr Helena Marsden" in page.text
    assert desk.sign().status_code == 302


def test_a_nurse_whose_registration_nobody_checked_cannot_sign(
    client: Reader, world: World
) -> None:
    nurse = a_clinician(world, role=Role.NURSE, checked=False, with_phone=False)
    desk = a_desk(client, world, nurse)
    desk.draft_all()
    answer = client.get(desk.at("sign"))
    assert answer.status_code == 403
    assert "Your registration has not been checked yet" in client.page(answer).text
    refused = client.submit(
        desk.at("sign"), {"fingerprint": "x", "expires-day": "8"}, seen_on=desk.at("review")
    )
    assert refused.status_code == 403
    assert not_signed(desk)


def test_a_rule_that_blocks_names_the_fields_and_takes_the_button_away(desk: Desk) -> None:
    plan = make.ada_clinical()
    desk.draft("pain_plan", with_step(plan, 3, drug="co-amoxiclav"))
    page = desk.page("sign")
    assert "co-amoxiclav is planned and an allergy to co-amoxiclav is recorded." in page.text
    assert page.find("a", href=desk.at("pain-plan"))
    assert page.find("a", href=desk.at("allergies"))
    assert "It cannot be signed while a check stops it." in page.text
    refused = desk.sign()
    assert refused.status_code == 422
    assert not_signed(desk)


def test_a_warning_wants_a_reason_and_keeps_what_was_typed(desk: Desk) -> None:
    desk.draft("allergies", opioid_allergy())
    names = [one.get("name") for one in desk.page("sign").find("textarea")]
    assert names
    answer = desk.sign(**{"expires-day": "1"})
    assert answer.status_code == 422
    page = desk.client.page(answer)
    assert set(page.errors) == set(names)
    assert page.value_of("expires-day") == "1"

    too_long = desk.sign(**dict.fromkeys(names, "y" * 301))
    assert too_long.status_code == 422
    assert desk.client.page(too_long).value_of(names[0]) == "y" * 301

    assert (
        desk.sign(**dict.fromkeys(names, "Has had morphine since, no reaction")).status_code == 302
    )


@pytest.mark.parametrize(
    ("day", "month", "year", "control"),
    [
        ("23", "11", "2026", "expires-day"),
        ("24", "11", "2027", "expires-day"),
        ("31", "2", "2027", "expires-day"),
        ("", "", "", "expires-day"),
        ("8", "9", "27", "expires-year"),
        ("8", "x", "2027", "expires-month"),
    ],
)
def test_a_last_day_outside_its_limits_is_refused(
    desk: Desk, day: str, month: str, year: str, control: str
) -> None:
    given = {"expires-day": day, "expires-month": month, "expires-year": year}
    answer = desk.sign(**given)
    assert answer.status_code == 422
    page = desk.client.page(answer)
    assert list(page.errors) == [control]
    assert {name: page.value_of(name) for name in given} == given
    assert not_signed(desk)


def test_the_longest_day_is_allowed(desk: Desk) -> None:
    answer = desk.sign(**{"expires-day": "23", "expires-month": "11", "expires-year": "2027"})
    assert answer.status_code == 302


def test_without_a_review_date_nobody_signs(desk: Desk) -> None:
    desk.draft("review", make.ada_clinical().with_section("review", Review()))
    assert "No review date yet" in desk.page("sign").text
    given = {"expires-day": "8", "expires-month": "9", "expires-year": "2027"}
    answer = desk.sign(**given)
    assert answer.status_code == 422
    assert not_signed(desk)


def test_a_review_date_gone_by_is_refused(desk: Desk) -> None:
    late = make.ada_clinical().with_section("review", Review(date(2026, 11, 1)))
    desk.draft("review", late)
    given = {"expires-day": "8", "expires-month": "9", "expires-year": "2027"}
    assert desk.sign(**given).status_code == 422
    assert not_signed(desk)


@pytest.mark.asvs("2.3.1")
def test_what_was_changed_meanwhile_is_not_signed_unseen(desk: Desk) -> None:
    shown = desk.signing()
    desk.draft("pain_plan", with_step(make.ada_clinical(), 3, dose=make.mg("15")))
    answer = desk.client.submit(desk.at("sign"), shown)
    assert answer.status_code == 409
    page = desk.client.page(answer)
    assert "The plan was changed while you read it." in page.text
    assert "morphine 15 mg" in page.text
    assert not_signed(desk)
    again = {"fingerprint": page.value_of("fingerprint")}
    assert desk.client.submit(desk.at("sign"), shown | again).status_code == 302


def test_what_does_not_fit_on_page_one_is_named(desk: Desk) -> None:
    plan = make.ada_clinical()
    many = tuple(
        meds.Allergy(make.an_id(f"long-{n}"), f"substance {n} " + "w" * 40, "reaction " * 12)
        for n in range(20)
    )
    longer = replace(plan.allergies, entries=(*plan.allergies.entries, *many))
    desk.draft("allergies", plan.with_section("allergies", longer))
    answer = desk.client.get(desk.at("sign"))
    assert answer.status_code == 409
    page = desk.client.page(answer)
    assert page.heading == "This cannot be signed yet"
    assert "does not fit" in page.text


@pytest.mark.asvs("15.3.3", "8.2.3")
def test_fields_nobody_asked_for_sign_for_nobody_else(desk: Desk) -> None:
    answer = desk.sign(signed_by="Dr Nobody", registration="GMC 9999999", name="Dr Nobody")
    assert answer.status_code == 302
    page = desk.page("versions/1")
    assert "Dr Nobody" not in page.text
    assert "GMC 7012345" in page.text


def test_the_person_cannot_reach_the_desk(client: Reader, world: World) -> None:
    sign_up(client)
    assert client.get("/team").status_code == 403


def test_a_reason_given_before_stands_in_its_box_and_on_the_version(desk: Desk) -> None:
    desk.draft("allergies", opioid_allergy())
    names = [one.get("name") for one in desk.page("sign").find("textarea")]
    desk.sign(**dict.fromkeys(names, "Has had morphine since"))
    assert "Has had morphine since" in desk.page("versions/1").text
    again = desk.page("sign")
    assert [again.value_of(name) for name in names] == ["Has had morphine since"] * len(names)
    assert "read it again" in again.text
    assert "Settled by signing anew: The person has not seen version 1 yet." in again.text
    assert desk.sign(**{name: again.value_of(name) for name in names}).status_code == 302
