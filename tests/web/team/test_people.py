"""The team's list: in order, narrowed, searched, and never anybody else's people."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from careplan.acts.world import World
from careplan.store.patients import note_standing
from tests.stores import NOW, TODAY, a_patient
from tests.visitors import Staff, signed_in_team
from tests.web.reader import Page, Reader


@pytest.fixture
def staff(client: Reader, world: World) -> Staff:
    return signed_in_team(client, world)


def somebody(
    world: World, staff: Staff, name: str, *, due: date | None = None, **facts: object
) -> None:
    with world.store.begin() as tx:
        patient_id = a_patient(
            tx, team_id=staff.team_id, legal_name=name, known_as=None, nhs_number=None
        )
        if due:
            facts |= {"review_due": due, "valid_to": due, "signed_at": NOW, "state": "answered"}
        if facts:
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
    assert names(page) == ["Not Signed", "Long Overdue", "Due Later"]
    assert "No plan signed" in page.text
    assert "Review overdue" in page.text
    assert "25 August 2026 (90 days ago)" in page.text


@pytest.mark.parametrize(
    ("only", "facts"),
    [
        ("not-signed", {}),
        ("answer-pending", {"signed_at": NOW, "answer_pending": True}),
        ("changed-since-signed", {"signed_at": NOW, "changed_since_signed": True}),
        ("dose-stopped", {"signed_at": NOW, "dose_stopped": True}),
        ("review-due", {"signed_at": NOW, "review_due": TODAY - timedelta(days=1)}),
    ],
)
def test_a_filter_shows_only_its_people(
    client: Reader, world: World, staff: Staff, only: str, facts: dict[str, object]
) -> None:
    somebody(world, staff, "Everybody Else", due=TODAY + timedelta(days=90))
    somebody(world, staff, "This One", **facts)  # type: ignore[arg-type]
    assert names(client.page(client.get(f"/team?only={only}"))) == ["This One"]


def test_a_filter_nobody_knows_is_no_filter(client: Reader, world: World, staff: Staff) -> None:
    somebody(world, staff, "This One")
    assert names(client.page(client.get("/team?only=x&after=y"))) == ["This One"]


@pytest.mark.parametrize("text", ["okonkwo", "14/03/1997", "Ada Okon"])
def test_a_search_finds_people_by_what_is_known(
    client: Reader, world: World, staff: Staff, text: str
) -> None:
    somebody(world, staff, "Ada Okonkwo")
    with world.store.begin() as tx:
        a_patient(tx, team_id=staff.team_id, legal_name="Ben Other", known_as=None,
                  nhs_number=None, date_of_birth=date(2001, 1, 1))  # fmt: skip
    answer = client.submit("/team", {"search": text})
    assert names(client.page(answer)) == ["Ada Okonkwo"]
    assert client.page(answer).value_of("search") == text


def test_a_search_that_finds_nobody_says_so(client: Reader, staff: Staff) -> None:
    page = client.page(client.submit("/team", {"search": "<b>nobody</b>"}))
    assert "0 people found for “<b>nobody</b>”" in page.text


def test_a_search_far_too_long_is_refused_in_words(client: Reader, staff: Staff) -> None:
    answer = client.submit("/team", {"search": "x" * 10_000})
    assert answer.status_code == 422
    assert client.page(answer).errors == {"search": "Search for 100 letters or fewer."}


def test_a_list_goes_on_to_a_next_page(client: Reader, world: World, staff: Staff) -> None:
    for number in range(53):
        somebody(world, staff, f"Person {number:02}", due=TODAY + timedelta(days=number % 3))
    first = client.page(client.get("/team"))
    assert len(names(first)) == 50
    (following,) = first.find("a", rel="next")
    second = client.page(client.get(following.get("href")))
    assert len(names(second)) == 3
    assert not set(names(first)) & set(names(second))
    assert not second.find("a", rel="next")
