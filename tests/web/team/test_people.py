"""The team's list: in order, narrowed, searched, and never anybody else's people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from careplan.acts.listing import PAGE
from careplan.acts.world import World
from careplan.store.patients import note_standing
from tests.stores import NOW, TODAY, a_patient
from tests.visitors import Staff, a_clinician, signed_in_team
from tests.web.reader import Page, Reader


@pytest.fixture
def staff(client: Reader, world: World) -> Staff:
    return signed_in_team(client, world)


def somebody(
    world: World, staff: Staff, name: str, *, due: date | None = None, **facts: Any
) -> None:
    with world.store.begin() as tx:
        patient_id = a_patient(
            tx, team_id=staff.team_id, legal_name=name, known_as=None, nhs_number=None
        )
        facts = {"unlinked": False} | facts
        if due:
            facts |= {"review_due": due, "valid_to": due, "signed_at": NOW, "state": "answered"}
        note_standing(tx, patient_id, **facts)


def names(page: Page) -> list[str]:
    table = page.find("table")
    rows = (link for one in table for link in one.iter("a"))
    return ["".join(link.itertext()) for link in rows]


def test_it_works(client: Reader, world: World, staff: Staff) -> None:
    somebody(world, staff, "Not Signed")
    somebody(world, staff, "Due Later", due=TODAY + timedelta(days=90))
    somebody(world, staff, "Long Overdue", due=TODAY - timedelta(days=90))
    page = client.page(client.get("/team"))
    assert names(page) == ["Long Overdue", "Due Later", "Not Signed"]
    assert "No plan signed" in page.text
    assert "Review overdue" in page.text
    assert "25 August 2026 (90 days ago)" in page.text


SIGNED = {"signed_at": NOW, "review_due": TODAY + timedelta(days=200)}


@pytest.mark.parametrize(
    ("only", "facts"),
    [
        ("not-signed", {"signed_at": None}),
        ("answer-pending", {"answer_pending": True}),
        ("changed-since-signed", {"changed_since_signed": True}),
        ("dose-stopped", {"dose_stopped": True}),
        ("overdue", {"review_due": TODAY - timedelta(days=1)}),
        ("due-soon", {"review_due": TODAY + timedelta(days=9)}),
        ("waiting", {"waiting_for_team": True}),
        ("disagreed", {"disagreed": True}),
        ("signer-left", {"signer_left_at": NOW}),
        ("unlinked", {"unlinked": True}),
        ("tasks-due", {"next_due": TODAY}),
    ],
)
def test_a_filter_shows_only_its_people(
    client: Reader, world: World, staff: Staff, only: str, facts: dict[str, Any]
) -> None:
    somebody(world, staff, "Everybody Else", **SIGNED)
    somebody(world, staff, "This One", **SIGNED | facts)
    page = client.page(client.get(f"/team?only={only}"))
    assert names(page) == ["This One"]
    (chosen,) = (one for one in page.find("a") if one.get("aria-current"))
    assert "".join(chosen.itertext()).startswith("1 ")


def test_a_filter_nobody_knows_is_no_filter(client: Reader, world: World, staff: Staff) -> None:
    somebody(world, staff, "This One")
    assert names(client.page(client.get("/team?only=x&after=y"))) == ["This One"]


@pytest.mark.parametrize("text", ["okonkwo", "14/03/1997", "Ada Okon", "14 March 1997 okon"])
def test_a_search_finds_people_by_what_is_known(
    client: Reader, world: World, staff: Staff, text: str
) -> None:
    somebody(world, staff, "Ada Okonkwo")
    with world.store.begin() as tx:
        a_patient(tx, team_id=staff.team_id, legal_name="Ben Other", known_as=None,
                  nhs_number=None, date_of_birth=date(2001, 1, 1))  # fmt: skip
    answer = client.submit("/team", {"search": text})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert text.split(maxsplit=1)[0].casefold() not in address.casefold()
    for _again in range(2):  # Back, or a bookmark
        page = client.page(client.get(address))
        assert names(page) == ["Ada Okonkwo"]
        assert page.value_of("search") == text


def test_a_search_in_an_address_opens_for_nobody_else(
    client: Reader, world: World, staff: Staff
) -> None:
    somebody(world, staff, "Ada Okonkwo")
    address = client.submit("/team", {"search": "ada"}).headers["Location"]
    colleague = a_clinician(
        world, team_id=staff.team_id, email="other@example.org", with_phone=False
    )
    signed_in_team(client, world, colleague)
    page = client.page(client.get(address))
    assert page.value_of("search") == ""
    assert names(client.page(client.get("/team?find=%00x"))) == ["Ada Okonkwo"]


def test_a_search_that_finds_nobody_says_so(client: Reader, staff: Staff) -> None:
    answer = client.submit("/team", {"search": "<b>nobody</b>"}, follow_redirects=True)
    assert "Nobody found for “<b>nobody</b>”." in client.page(answer).text


def test_a_search_far_too_long_is_refused_in_words(client: Reader, staff: Staff) -> None:
    answer = client.submit("/team", {"search": "x" * 10_000})
    assert answer.status_code == 422
    assert client.page(answer).errors == {"search": "Search for 100 letters or fewer."}


def test_a_list_goes_on_to_a_next_page(client: Reader, world: World, staff: Staff) -> None:
    for number in range(PAGE + 3):
        somebody(world, staff, f"Person {number:02}", due=TODAY + timedelta(days=number % 3))
    first = client.page(client.get("/team"))
    assert len(names(first)) == PAGE
    (following,) = first.find("a", rel="next")
    second = client.page(client.get(following.get("href")))
    assert len(names(second)) == 3
    assert not set(names(first)) & set(names(second))
    assert not second.find("a", rel="next")
