"""One tap back where no script runs: no cookie, no account, nothing typed; text for notes."""

from __future__ import annotations

import gzip
import re
from uuid import UUID

import pytest

from careplan.acts.replying import replies_for
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.sharing import links
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.acts.visiting import begin
from careplan.summary.plain import plain_text
from careplan.visits.reply import Because, Said
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE

MOST_BYTES = 14_000
"""Of the short-code door's page: one round trip of a slow network (performance P3)."""


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def shown(client, world, ada):
    """What the short-code door shows."""

    def show(**more: str):
        code = links(world, by=ada, patient_id=UUID(ada.patient_id), at=NOW)[0].code
        return client.submit("/code", {"code": code, "birth_date": "14 3 1997", **more})

    return show


@pytest.fixture
def replies(world, ada):
    def read():
        found = replies_for(world, by=ada, patient_id=UUID(ada.patient_id), at=NOW)
        return [(one.reply.said, one.reply.because, one.reply.door) for one in found]

    return read


@pytest.fixture
def going_in(world, ada):
    begin(world, by=ada, patient_id=UUID(ada.patient_id), tap_id=world.new_id(), at=NOW)


def ticket_in(answer) -> str:
    found = re.search(r'name="ticket" value="([\w-]+)"', answer.text)
    assert found
    return found.group(1)


def test_one_tap_and_one_more_for_why(app, client, shown, replies):
    answer = shown()
    assert "#going" not in answer.text, "nobody is going in"
    page, ticket = client.page(answer), ticket_in(answer)
    buttons = [one.get("value") for one in page.find("button")]
    assert buttons == [one.value for one in Said]
    assert page.text.index("Used it") < page.text.index("Copy for notes")
    stranger = app.test_client()  # another browser: what is sent along is the ticket alone
    thanks = stranger.post("/reply", data={"ticket": ticket, "said": "could_not"})
    assert thanks.status_code == 200
    assert "Thank you. The patient and their team can see this." in thanks.text
    assert "Set-Cookie" not in thanks.headers
    assert re.findall(r'name="because" value="(\w+)"', thanks.text) == [*map(str, Because)]
    assert replies() == [(Said.COULD_NOT, None, "code")]
    because = {"ticket": ticket, "because": "not_stocked"}
    assert "<button" not in stranger.post("/reply", data=because).text
    assert replies() == [(Said.COULD_NOT, Because.NOT_STOCKED, "code")]


def test_what_is_not_taken_gets_one_answer(client, shown, replies):
    ticket = ticket_in(shown())
    given = (
        {"ticket": "x" * 98, "said": "used"},
        {"said": "used"},
        {"ticket": ticket},
        {"ticket": ticket, "said": "<b>"},
        {"ticket": ticket, "because": "words of my own"},
    )
    found = [client.post("/reply", data=one) for one in given]
    ((status, text),) = {(one.status_code, one.text) for one in found}
    assert status == 404
    assert "This answer could not be taken." in text
    assert client.get("/reply").status_code == 405
    assert replies() == []


def test_the_text_for_notes_is_what_is_shown_and_who_is_going_in_stands_under_the_plan(
    client, shown, going_in
):
    answer = shown()
    (notes,) = client.page(answer).find("textarea")
    lines = (notes.text or "").splitlines()
    assert lines[0] == (
        "Patient’s own plan, version 3, read at 23 November 2026 at 09:00; check identity."
    )
    plan, _under, beside = answer.text.partition('<main id="v-main">')[2].partition("<section")
    assert beside.startswith(' class="v-going" id="going">')
    said = "Said by the patient at 09:00, not checked: on the way to an emergency department."
    assert lines[2:] == [
        *plain_text(plan).splitlines(),
        "From the person today. Not part of the plan.",
        said,
    ]
    assert "Dr Helena Marsden" in notes.text
    assert answer.text.index("morphine") < answer.text.index(said)
    top = answer.text.partition("<main")[0]
    assert '<a class="v-state" href="#going">From the person today' in top, "three screens above"
    assert len(gzip.compress(answer.data)) + 1000 < MOST_BYTES
    assert said in shown(order="ambulance").text


def test_it_is_on_the_screen_that_the_person_holds_out(client, world, going_in):
    come_in(client, world, DEMO_PATIENT)
    page = client.get("/plan/show").text
    assert page.index("morphine") < page.index("Said by the patient at 09:00, not checked")


# --- who reads it --------------------------------------------------------------------------------


def come_in(client, world, email: str) -> None:
    token = demo_sign_in(world, email=email, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)


@pytest.fixture
def answered(client, shown):
    data = {"ticket": ticket_in(shown()), "because": "not_clear"}
    assert client.post("/reply", data=data).status_code == 200


def test_the_person_reads_it_once_as_news_and_with_the_openings_of_its_link(
    client, world, ada, answered
):
    come_in(client, world, DEMO_PATIENT)
    assert "Somebody who read your plan has answered." in client.get("/plan").text
    page = client.page(client.get("/plan/replies")).text
    assert "New “Could not use it” Why: “The plan is not clear”" in page
    assert "opened with a short code on 23 November 2026 at 09:00" in page
    assert "Not checked: we do not know who pressed it." in page
    assert "Somebody who read your plan has answered." not in client.get("/plan").text
    assert "New “" not in client.page(client.get("/plan/replies")).text
    link = links(world, by=ada, patient_id=UUID(ada.patient_id), at=NOW)[0].link.id
    story = client.page(client.get(f"/plan/share/{link}")).text
    assert "said: “Could not use it”. Why: the plan was not clear." in story


def test_the_team_sees_how_many_are_new_and_who_they_are_about(client, world, ada, answered):
    come_in(client, world, DEMO_CLINICIAN)
    assert "What departments said (1)" in client.page(client.get("/team")).text
    found = client.page(client.get("/team/replies"))
    address = f"/team/{ada.patient_id}/replies"
    assert [one.get("href") for one in found.find("a", href=address)] == [address]
    at_desk = f"/team/{ada.patient_id}"
    assert "about this plan: 1 new" in client.page(client.get(at_desk)).text
    page = client.page(client.get(address)).text
    assert "New “Could not use it” Why: “The plan is not clear”" in page
    assert "What departments said (" not in client.page(client.get("/team")).text
    assert "All have been read." in client.page(client.get("/team/replies")).text
    assert "about this plan: 1 new" not in client.page(client.get(at_desk)).text
