"""What other systems sent, at the desk: read beside the plan, copied, placed, put away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.acts.bringing_in import bring_in
from careplan.acts.receiving import receive
from careplan.acts.world import World
from careplan.plan.care_plan import DoseStop
from careplan.plan.codec import from_plain
from careplan.plan.medicines import Allergies
from tests import make
from tests.acts.test_bringing_in import record
from tests.acts.test_receiving import elsewhere, with_latex
from tests.arrivals import DIV, a_care_plan, a_document, a_patient, a_system, sent, with_resource
from tests.stores import NOW
from tests.web.reader import Reader
from tests.web.team.desk import Desk, a_desk


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """Pages know nothing of databases; the acts behind them are tested on both."""
    return sqlite_url


@pytest.fixture
def desk(client: Reader, world: World) -> Desk:
    return a_desk(client, world)


def send(desk: Desk, data: bytes, kind: str = "Bundle") -> str:
    """Its number, once a system of the team's own has sent it."""
    system = a_system(desk.staff.team_id)
    receipt = receive(desk.world, partner=system, kind=kind, data=data, at=NOW)
    return str(receipt.received_id)


def of_nobody(desk: Desk, **patient: str) -> str:
    named = a_patient(**patient) if patient else {"resourceType": "Patient", "id": "p1"}
    return send(desk, sent(a_care_plan(contained=[named])), "CarePlan")


def test_it_is_counted_where_the_team_looks_first(desk: Desk, client: Reader) -> None:
    assert "Came from other systems (" not in client.page(client.get("/team")).text
    send(desk, sent(a_document()))
    of_nobody(desk)
    assert "Came from other systems (2)" in client.page(client.get("/team")).text
    assert "1 document from another system waits" in desk.page().text
    page = client.page(client.get("/team/received"))
    assert "Night desk (An ambulance service)" in page.text
    assert "For nobody we could find" in page.text


def test_another_systems_words_are_shown_as_they_are(desk: Desk) -> None:
    text = {"status": "generated", "div": DIV.format('<p class="x">A &lt;b&gt; <i>rash</i></p>')}
    tree = with_resource(a_document(), 0, section=[{"title": "All<ergies", "text": text}])
    page = desk.page(f"received/{send(desk, sent(tree))}")
    assert "Not checked by your team." in page.text
    assert "Penicillin (active, refuted)" in page.text
    assert "Rash, 1998" in page.text
    assert "<p>A &lt;b&gt; <i>rash</i></p>" in page.html
    assert "All&lt;ergies" in page.html
    assert "Copy into the draft" not in page.text
    assert "Patient (1)" in page.text


def test_words_that_are_no_narrative_are_plain(desk: Desk) -> None:
    text = {"status": "generated", "div": DIV.format("<font>Ring</font> the ward")}
    tree = with_resource(a_document(), 0, section=[{"title": "X", "text": text}])
    page = desk.page(f"received/{send(desk, sent(tree))}")
    assert "Shown as plain text" in page.text
    assert "Ring the ward" in page.text
    assert "<font" not in page.html


def test_allergies_go_from_one_of_ours_into_the_draft(desk: Desk, client: Reader) -> None:
    desk.draft_all()
    received = desk.at(f"received/{send(desk, elsewhere(with_latex()))}")
    page = client.page(client.get(received))
    assert "It says that Dr Helena Marsden" in page.text
    assert "latex" in page.text
    revision = page.value_of("revision")
    answer = client.submit(
        f"{received}/take",
        {"section": "allergies", "revision": revision},
        seen_on=received,
        follow_redirects=True,
    )
    section = client.page(answer)
    assert "Brought from elsewhere. Not checked by your team." in section.text
    assert "latex" in section.html
    sign = desk.page("sign")
    assert "Nobody here has saved these sections since they came" in sign.text
    assert "copied into the draft" in desk.page("received").text
    drafted = from_plain(Allergies, desk.plain("allergies"))
    assert desk.write("allergies", make.ada().with_section("allergies", drafted)).status_code == 302
    assert "Brought from elsewhere" not in desk.page("allergies").text


def test_a_page_left_open_copies_nothing(desk: Desk, client: Reader) -> None:
    received = desk.at(f"received/{send(desk, elsewhere(with_latex()))}")
    for revision, code in (("7", 409), ("x", 409)):
        answer = client.submit(
            f"{received}/take",
            {"section": "allergies", "revision": revision},
            seen_on=received,
        )
        assert answer.status_code == code
        assert "Nothing was copied" in client.page(answer).text
    answer = client.submit(f"{received}/take", {"section": "what_helps"}, seen_on=received)
    assert answer.status_code == 422


def test_it_is_put_away_with_a_reason(desk: Desk, client: Reader) -> None:
    received = desk.at(f"received/{send(desk, sent(a_document()))}")
    answer = client.submit(f"{received}/put-away", {"reason": " "}, seen_on=received)
    assert answer.status_code == 422
    assert "Write why" in client.page(answer).text
    answer = client.submit(
        f"{received}/put-away", {"reason": "Known"}, seen_on=received, follow_redirects=True
    )
    assert "put it away: Known" in client.page(answer).text
    assert "Put it away" not in client.page(client.get(received)).text


def test_one_for_nobody_is_placed_by_number_and_birth_date(desk: Desk, client: Reader) -> None:
    address = f"/team/received/{of_nobody(desk)}"
    born = {"born-day": "14", "born-month": "3", "born-year": "1997"}
    for form in (
        {"number": "9990110212", **born, "born-day": "15"},
        {"number": "9990110220", **born},
        {"number": "9990110212", **born, "born-day": "x"},
        {},
    ):
        answer = client.submit(f"{address}/place", form, seen_on=address)
        assert answer.status_code == 422
        assert client.page(answer).title.startswith("Error:")
    answer = client.submit(f"{address}/place", {"number": "999 011 0212", **born}, seen_on=address)
    assert answer.status_code == 303
    assert "Morphine" not in client.page(client.get(answer.location)).text
    assert client.get(address).status_code == 404


def test_one_for_nobody_is_destroyed(desk: Desk, client: Reader) -> None:
    address = f"/team/received/{of_nobody(desk, number='9990110220')}"
    assert "9990110220" in client.page(client.get(address)).text
    assert client.submit(f"{address}/put-away", {}, seen_on=address).status_code == 422
    answer = client.submit(f"{address}/put-away", {"reason": "Not ours"}, seen_on=address)
    assert answer.status_code == 303
    assert client.get(address).status_code == 404


def test_what_was_signed_elsewhere_is_history(desk: Desk, client: Reader) -> None:
    stop = DoseStop("Dr Noor Shah", "Consultant", "Royal Elsewhere", NOW, "020 7946 0999")
    plan = make.ada()
    plan = replace(plan, identity=replace(plan.identity, nhs_number=None))
    version = replace(make.a_version(plan), stop=stop)
    made = bring_in(desk.world, document=record(version), team_id=desk.staff.team_id, at=NOW)
    listed = client.page(client.get(f"/team/{made.patient_id}/received"))
    assert "This plan began with it" in listed.text
    links = (one.get("href", "") for one in listed.find("a"))
    href = next(one for one in links if "/received/" in one)
    page = client.page(client.get(href))
    assert "no signature of your team" in page.text
    assert "The dose was stopped elsewhere." in page.text
    assert "Copy into the draft" not in page.text
    pain = client.page(client.get(f"/team/{made.patient_id}/pain-plan"))
    assert "Brought from elsewhere" in pain.text
    # Whoever gives the dose back must know that somebody took it away, and whom to ask.
    signing = client.page(client.get(f"/team/{made.patient_id}/sign"))
    assert "Dr Noor Shah, Consultant, Royal Elsewhere, stopped it on" in signing.text
    assert "To ask why: 020 7946 0999. What you sign shows a dose again." in signing.text
