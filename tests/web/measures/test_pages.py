"""The public page of the measures, its downloads, and the team's page with its promises."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from uuid import UUID

import pytest
from flask import Flask

from careplan.accounts.people import Role
from careplan.acts.world import World
from careplan.measures.rows import Served
from careplan.measures.sheet import make_sheet
from careplan.measures.splits import Who
from careplan.store.measures import EVERYONE, keep_sheet, promises_of
from careplan.store.teams import add_member
from tests.measures.published import MONTH, publish
from tests.stores import NOW
from tests.visitors import Staff, a_clinician, a_hospital, signed_in_team
from tests.web.reader import Reader


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """What differs between databases is tested below the web."""
    return sqlite_url


@pytest.fixture
def staff(client: Reader, world: World) -> Staff:
    """A clinician and administrator, signed in, whose team has figures of its own."""
    found = a_clinician(world, team_id=a_hospital(world))
    with world.store.begin() as tx:
        publish(tx, found.team_id)
        me = UUID(found.who.account_id)
        add_member(tx, me, found.team_id, role=Role.TEAM_ADMIN, at=NOW)
    signed_in_team(client, world, found)
    return found


@pytest.fixture
def figures(world: World) -> None:
    with world.store.begin() as tx:
        publish(tx)


def test_before_the_first_figures_the_page_says_so(
    client: Reader, make_app: Callable[..., Flask]
) -> None:
    page = client.page(client.get("/measures"))
    assert "There are no figures to show yet" in page.text
    assert "simulate" not in page.text
    demo = make_app(environment="demo").test_client().get("/measures").text
    assert "simulate --people 60 --seed 1" in demo
    assert client.get("/measures.csv").status_code == 404


@pytest.mark.usefixtures("figures")
def test_plain_words_first_then_the_same_rows_everywhere(client: Reader) -> None:
    page = client.page(client.get("/measures?measure=within_30&by=time_of_day"))
    assert page.heading == "Pain relief within 30 minutes"
    assert "Of 100 visits, pain relief came within 30 minutes in 38." in page.text
    lines = list(csv.reader(StringIO(_text(client, "/measures.csv?by=time_of_day"))))
    report = json.loads(_text(client, "/measures.json?by=time_of_day"))["entry"][1]["resource"]
    strata = report["group"][0]["stratifier"][0]["stratum"]
    assert [line[1:5] for line in lines[2:]] == [
        ["Day, 8am to 8pm", "60", "30", "50.0"],
        ["Night, 8pm to 8am", "60", "15", "25.0"],
    ]
    for line, stratum in zip(lines[2:], strata, strict=True):
        assert stratum["value"]["text"] == line[1]
        assert stratum["measureScore"]["value"] == float(line[4])
        low, high = (f"{float(one):.0f}" for one in line[5:7])
        assert f"{float(line[4]):.0f} ({low} to {high})" in page.html, "the chart's own words"
        assert f"{low} to {high}" in page.text


@pytest.mark.usefixtures("figures")
def test_small_groups_are_held_back_and_never_nought(client: Reader) -> None:
    page = client.page(client.get("/measures?by=sex"))
    assert "Held back. Too few people are in these groups" in page.text
    assert "Male" not in page.text
    assert "Male" not in _text(client, "/measures.csv?by=sex")


def test_a_middle_that_never_came_is_said_and_drawn(client: Reader, world: World) -> None:
    """The worst group is in the picture too, and no interval looks shorter than it is."""
    days: dict[str, list[int | None]] = {"yes": [14] * 20, "no": [None] * 15}
    who = [(phone, one) for phone, every in days.items() for one in every]
    cases = [
        Served(person=at, who=Who(smartphone=phone), days=one).case()
        for at, (phone, one) in enumerate([*who, *[("no", None)] * 9])
    ]
    with world.store.begin() as tx:
        sheet = make_sheet(cases, about="service", period=MONTH)
        keep_sheet(tx, sheet, whose=EVERYONE, at=NOW)
    page = client.page(client.get("/measures?measure=days_to_sign&by=smartphone"))
    assert "At least half of the people have no signature yet." in page.text
    bars = [float(one) for one in re.findall(r'<rect [^>]*? width="([0-9.]+)"', page.html)]
    assert len(bars) == 2, "one for each group of the table"
    assert bars[0] < bars[1]
    lines = list(csv.reader(StringIO(_text(client, "/measures.csv?measure=days_to_sign"))))
    assert lines[1][3] == "longer than any"


@pytest.mark.usefixtures("figures")
def test_a_cache_may_keep_it_and_nobody_is_known_by_it(client: Reader, world: World) -> None:
    signed_in_team(client, world, a_clinician(world, team_id=a_hospital(world)))
    answer = client.get("/measures")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    assert "Sign out" not in answer.get_data(as_text=True)
    again = client.get("/measures", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


NO_SUCH_PAGE = (
    *("measure=speed", "by=name", "by=smartphone", "by=sex&and=sex", "and=sex"),
    *("by=ethnic_category&and=sex", "until=yesterday", "until=2026-10-01"),
)


@pytest.mark.usefixtures("figures")
def test_what_there_is_no_page_of_is_not_found(client: Reader) -> None:
    for query in NO_SUCH_PAGE:
        for door in ("/measures", "/measures.csv", "/measures.json"):
            assert client.get(f"{door}?{query}").status_code == 404, query


@pytest.mark.usefixtures("figures")
def test_every_link_of_the_page_leads_to_a_page(client: Reader) -> None:
    page = client.page(client.get("/measures?measure=signed_plan&by=smartphone"))
    links = {link.get("href") for link in page.root.iter("a")}
    ours = {link for link in links if link and link.startswith("/measures")}
    assert len(ours) > 20
    for link in ours:
        assert client.get(link).status_code == 200, link


@pytest.mark.usefixtures("figures")
def test_a_hospitals_name_is_no_sum_in_a_spreadsheet(client: Reader) -> None:
    lines = csv.reader(StringIO(_text(client, "/measures.csv?by=hospital")))
    assert "'=Riverside" in [line[1] for line in lines]


def test_the_team_sees_its_own_and_promises(client: Reader, world: World, staff: Staff) -> None:
    page = client.page(client.get("/team/measures?by=time_of_day"))
    assert "Your team has promised nothing yet" in page.text
    assert client.get("/team/measures/figures.csv?by=time_of_day").status_code == 200
    assert client.get("/team/measures/figures.json").status_code == 200
    door = "/team/measures/promises"
    form = {
        "measure": "within_30", "owner": "Dr Oduya, emergency lead", "action": "",
        "day": "31", "month": "2", "year": "2027", "public": "yes",
    }  # fmt: skip
    refused = client.submit(door, form)
    assert refused.status_code == 400
    shown = client.page(refused)
    assert shown.errors == {
        "action": "Write what will be done, in up to 300 letters",
        "due-day": "Write the day by which it will be done",
    }
    assert shown.value_of("owner") == "Dr Oduya, emergency lead", "nothing typed is lost"
    kept = client.submit(
        door, form | {"action": "First dose at triage", "month": "1"}, follow_redirects=True
    )
    assert "First dose at triage" in client.page(kept).text
    public = client.page(client.get("/measures")).text
    assert "Dr Oduya, emergency lead" in public
    assert "31 January 2027" in public
    with world.store.read() as tx:
        (made,) = promises_of(tx, str(staff.team_id))
    done = client.submit(f"{door}/{made.promise_id}/done", seen_on=door, follow_redirects=True)
    assert "Done on 23 November 2026" in client.page(done).text
    unkept = client.submit(door, form | {"action": "A sign\0", "month": "1"})
    assert unkept.status_code == 400
    assert "a sign in your answer that cannot be kept" in client.page(unkept).text
    again = client.submit(f"{door}/{made.promise_id}/done", seen_on=door, follow_redirects=True)
    assert "This was done already" in client.page(again).text


@pytest.mark.usefixtures("staff")
def test_the_button_works_nothing_out_twice(client: Reader) -> None:
    told = client.submit(
        "/team/measures/work-out", seen_on="/team/measures/promises", follow_redirects=True
    )
    assert "Nothing is new since the last figures" in client.page(told).text


def _text(client: Reader, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)
