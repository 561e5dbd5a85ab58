"""The person's links and the desk's: each in plain words, warnings, a lost card, a card by post."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.acts.cards import signed_card, take_back
from careplan.acts.errands import errands
from careplan.acts.opening import Reader as Stranger
from careplan.acts.opening import open_link
from careplan.acts.publishing import current_of
from careplan.acts.quietly import notes_for_team
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.sharing import Shared, links, make_link, printed_link
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.sharing.links import Kind, Opening, State, read_payload
from tests.acts.worlds import token_of
from tests.stores import NOW, TODAY
from tests.visitors import SESSION_COOKIE, sign_up

SHARE = "/plan/share"


@pytest.fixture
def store_url(lived_in_url):
    """Ada's plan is signed; on one database, for pages know nothing of databases."""
    return lived_in_url


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def mine(ada) -> dict[str, Any]:
    return {"by": ada, "patient_id": UUID(ada.patient_id), "at": NOW}


def come_as(client, world, email):
    token = demo_sign_in(world, email=email, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


@pytest.fixture
def phone(client, world):
    return come_as(client, world, DEMO_PATIENT)


@pytest.fixture
def desk(app, world):
    return come_as(app.test_client(), world, DEMO_CLINICIAN)


def private(world, mine) -> Shared:
    return printed_link(world, **mine, kind=Kind.PRIVATE_PRINT)


def guess(world, link: Shared, *answers: str, said: str = "") -> None:
    for number, answer in enumerate(answers):
        at = NOW + timedelta(minutes=number)
        stranger = Stranger(answer, said, at, TODAY)
        open_link(world, stranger, token=token_of(link), again=None, zipped=False)


def states(world, mine) -> dict[str, State]:
    return {one.link.id: one.state for one in links(world, **mine)}


WRONG = ("1 1 1990", "2 1 1990", "3 1 1990")
RIGHT = "14 3 1997"


# --- the list ------------------------------------------------------------------------------------


def test_the_list_says_of_each_link_what_it_is_asks_and_did(phone, world, mine):
    link = make_link(world, **mine, kind=Kind.MESSAGE, label="for my aunt", max_views=3)
    guess(world, link, RIGHT)
    app_link = make_link(world, **mine, kind=Kind.APP, expires_at=NOW + timedelta(days=1))
    text = phone.page(phone.get(SHARE)).text
    assert "for my aunt Works A link you send to somebody. Asks for your date of birth" in text
    assert "Can be opened 3 times. Opened 1 time. Last on 23 November 2026 at 09:00." in text
    assert "Link for an app Works For a health app" in text
    assert "Works until 24 November 2026 at 09:00. Nobody has opened it yet." in text
    phone.submit(f"{SHARE}/{app_link.link.id}/turn-off", seen_on=SHARE)
    text = phone.page(phone.get(SHARE)).text
    assert "Link for an app Turned off You turned it off." in text
    assert "that no longer work" in text


def test_a_link_is_given_a_name_of_its_own(phone, world, mine):
    link = private(world, mine)
    path = f"{SHARE}/{link.link.id}"
    answer = phone.submit(f"{path}/name", {"label": "in my purse 👛"}, seen_on=path)
    assert answer.status_code == 302
    assert phone.page(phone.get(path)).heading == "in my purse 👛"
    text = phone.page(phone.get(path)).text
    assert "You gave a link a new name" in text
    answer = phone.submit(f"{path}/name", {"label": "x" * 41}, seen_on=path)
    assert answer.status_code == 422
    page = phone.page(answer)
    assert "label" in page.errors
    assert page.value_of("label") == "x" * 41
    phone.submit(f"{path}/name", {"label": ""}, seen_on=path)
    assert phone.page(phone.get(path)).heading == "Private card"


def test_prints_that_are_out_of_date_are_said(phone, world, mine):
    patient_id, link = mine["patient_id"], printed_link(world, **mine, kind=Kind.FULL_PRINT)

    with world.store.begin() as tx:
        version = current_of(tx, patient_id)
        assert version is not None
        signed_card(world, tx, version, UUID(link.link.id), NOW)
    said = "Your printed full page and full card are out of date since 23 November 2026."
    assert said not in phone.page(phone.get("/plan/print")).text
    with world.store.begin() as tx:
        take_back(tx, patient_id, at=NOW)
    for path in ("/plan", "/plan/print"):
        text = phone.page(phone.get(path)).text
        assert said in text
        assert "Print them again, and throw the old ones away." in text
    assert "also hold a signed code" in text
    assert "not locked: anyone who finds the paper can scan it and read it" in text


# --- warnings ------------------------------------------------------------------------------------


def test_wrong_answers_stand_at_the_top_until_they_are_seen(phone, world, mine):
    link = private(world, mine)
    guess(world, link, *WRONG[:2])
    assert "wrong answers at" not in phone.page(phone.get("/plan")).text
    guess(world, link, WRONG[2])
    said = "Somebody gave 3 wrong answers at your private card"
    for path in ("/plan", SHARE):
        page = phone.page(phone.get(path))
        assert said in page.text
        assert "What you can do:" in page.text
    answer = phone.submit(f"{SHARE}/{link.link.id}/seen", {"from": "plan"}, seen_on="/plan")
    assert answer.location == "/plan"
    for path in ("/plan", SHARE):
        assert said not in phone.page(phone.get(path)).text
    assert states(world, mine)[link.link.id] is State.LIVE


def test_a_new_one_takes_the_warning_with_it(phone, world, mine):
    link = private(world, mine)
    guess(world, link, *WRONG)
    answer = phone.submit(f"{SHARE}/{link.link.id}/replace", seen_on="/plan")
    assert answer.status_code == 302
    assert states(world, mine)[link.link.id] is State.REPLACED
    assert "wrong answers at" not in phone.page(phone.get("/plan")).text


def test_what_happens_after_it_was_seen_is_news_again(phone, world, mine):
    asked: dict[str, Any] = {"opening": Opening.PASSCODE, "passcode": "blue heron 7"}
    link = make_link(world, **mine, kind=Kind.MESSAGE, **asked)
    guess(world, link, *WRONG)
    phone.submit(f"{SHARE}/{link.link.id}/seen", seen_on=SHARE)
    guess(world, link, *(f"guess {number}" for number in range(12)))
    text = phone.page(phone.get("/plan")).text
    assert "Locked: a link you sent" in text
    assert "There were 10 wrong answers" in text
    assert "It opens for nobody now." in text


def test_the_desk_is_told_too_without_the_name_she_gave(phone, desk, world, mine):
    link = make_link(world, **mine, kind=Kind.MESSAGE, label="for my solicitor")
    guess(world, link, *WRONG)
    person = f"/team/{mine['patient_id']}"
    overview = desk.page(desk.get(person)).text
    assert "Somebody gave 3 wrong answers at the link: Link to send" in overview
    listed = desk.get(f"{person}/links").get_data(as_text=True)
    assert "solicitor" not in overview
    assert "solicitor" not in listed
    assert "looked at the list of your links" in phone.page(phone.get("/plan/who-looked")).text


# --- one link ------------------------------------------------------------------------------------


def test_each_opening_is_told_with_the_readers_own_claim(phone, world, mine):
    link = private(world, mine)
    guess(world, link, RIGHT, said="Nurse <b>Bo</b>, Whipps Cross")
    guess(world, link, "1 1 1991", RIGHT)
    text = phone.page(phone.get(f"{SHARE}/{link.link.id}")).text
    assert "Opened with your date of birth. They saw version" in text
    assert "They said they were “Nurse <b>Bo</b>, Whipps Cross”. We do not check that." in text
    assert "They did not say who they were." in text
    assert "gave a wrong answer" in text
    guess(world, link, *WRONG)
    text = phone.page(phone.get(f"{SHARE}/{link.link.id}")).text
    assert "Somebody gave 3 wrong answers, the first on 23 November 2026 at 09:00." in text
    assert "A stranger who finds it sees a code" in text


def test_many_openings_come_in_pages(phone, world, mine):
    link = private(world, mine)
    guess(world, link, *[RIGHT] * 25)
    path = f"{SHARE}/{link.link.id}"
    first, second = (phone.page(phone.get(f"{path}?page={number}")) for number in (1, 2))
    told = [page.text.count("Opened with your date of birth") for page in (first, second)]
    assert told == [20, 5]
    assert ("Older" in first.text, "Older" in second.text) == (True, False)
    assert "Newer" in second.text
    for odd in ("0", "-1", "x", "9" * 30, "77"):
        assert phone.get(f"{path}?page={odd}").status_code == 200


def test_an_unexpected_opening_can_be_told_to_the_team_in_private(phone, desk, world, mine):
    link = private(world, mine)
    guess(world, link, RIGHT)
    path = f"{SHARE}/{link.link.id}"
    page = phone.page(phone.get(path))
    (asked,) = [a for a in page.find("a") if "/unexpected" in str(a.get("href"))]
    page = phone.page(phone.get(asked.get("href")))
    words = page.value_of("words")
    assert words == "Private card: opened on 23 November 2026 at 09:00. I did not expect it."
    answer = phone.submit(f"{path}/unexpected", {"words": words})
    assert answer.status_code == 303
    assert phone.get(answer.location).status_code == 200
    doctor = who_is(world, email=DEMO_CLINICIAN)

    doctor = replace(doctor, second_factor=True)
    (note,) = notes_for_team(world, by=doctor, patient_id=mine["patient_id"])
    assert note.words == words
    for place in ("/plan", SHARE, path, "/plan/who-looked"):
        assert "did not expect it" not in phone.page(phone.get(place)).text
    answer = phone.submit(f"{path}/unexpected", {"words": "x" * 501})
    assert answer.status_code == 422
    assert phone.page(answer).value_of("words") == "x" * 501


# --- new links -----------------------------------------------------------------------------------


def test_a_link_for_an_app_ends_and_opens_by_itself(phone, world, mine):
    answer = phone.submit(f"{SHARE}/new/app", {"label": "", "lasts": "always"})
    assert answer.status_code == 422
    assert "lasts" in phone.page(answer).errors
    answer = phone.submit(f"{SHARE}/new/app", {"label": "", "lasts": "month", "direct": "yes"})
    page = phone.page(phone.get(answer.location))
    said = read_payload(_address(page))
    assert said.flag == "LU"
    assert "/u/" in said.url
    assert "until 23 December 2026" in page.text
    assert "can open your emergency page until it ends" in page.text
    assert "short code" not in page.text


def _address(page) -> str:
    (box,) = page.find("textarea", id="link-address")
    return str(box.text)


def test_a_link_to_send_may_open_once(phone, world, mine):
    form = {"label": "once", "asks": "date_of_birth", "lasts": "once"}
    answer = phone.submit(f"{SHARE}/new", form)
    made = next(one for one in links(world, **mine) if one.link.label == "once")
    assert (made.link.max_views, made.link.expires_at) == (1, None)
    assert "Can be opened 1 time." in phone.page(phone.get(answer.location)).text
    answer = phone.submit(f"{SHARE}/new", {**form, "lasts": "for ever", "label": "kept"})
    assert answer.status_code == 422
    assert phone.page(answer).value_of("label") == "kept"


# --- lost ----------------------------------------------------------------------------------------


def test_a_lost_card_in_one_press(phone, world, mine):
    full = printed_link(world, **mine, kind=Kind.FULL_PRINT)
    path = f"{SHARE}/lost"
    page = phone.page(phone.get(path))
    assert "also those at school, at your mum’s house" in page.text
    shown = [one.get("value") for one in page.find("input", name="shown")]
    assert full.link.id in shown
    assert phone.submit(path, {"lost": ""}).status_code == 422
    answer = phone.submit(path, {"lost": "full", "shown": shown})
    assert answer.status_code == 303
    done = phone.page(phone.get(answer.location))
    assert "Nobody can open your plan with the old one" in done.text
    assert "Print the full card" in done.text
    assert "Print the private card" not in done.text
    assert states(world, mine)[full.link.id] is State.REPLACED
    again = phone.submit(path, {"lost": "full", "shown": shown})
    assert again.status_code == 303
    live = [one for one in links(world, **mine) if one.state is State.LIVE]
    assert len([one for one in live if one.link.kind is Kind.FULL_PRINT]) == 1
    assert phone.get(f"{path}/done?lost=x").status_code == 302


def test_the_saved_picture_is_said_to_be_dead(phone, world, mine):
    page = "/plan/print/lock-screen"
    picture = phone.submit(page, {"shown": ["name"]})
    assert picture.mimetype == "image/png"
    says = "The picture you saved no longer works."
    assert says not in phone.page(phone.get(page)).text
    assert "your lock-screen picture" in phone.page(phone.get(SHARE)).text
    shown = [one.link.id for one in links(world, **mine)]
    phone.submit(f"{SHARE}/lost", {"lost": "private", "shown": shown})
    assert says in phone.page(phone.get(page)).text
    phone.submit(page, {})
    assert says not in phone.page(phone.get(page)).text


def test_a_card_by_post_is_seen_at_the_desk_and_told_when_posted(phone, desk, world, mine):
    path = f"{SHARE}/post"
    assert phone.submit(path, {"card": "full"}).status_code == 422
    words = "I have moved, please ring me."
    answer = phone.submit(path, {"card": "full", "way": "post", "words": words})
    assert answer.status_code == 303
    assert "It is not posted yet." in phone.page(phone.get("/plan")).text

    person = f"/team/{mine['patient_id']}"
    page = desk.page(desk.get(person))
    assert "Asked for a new full card on paper" in page.text
    assert words in page.text
    assert "Waiting for us to answer" in page.text
    (asked,) = errands(world, by=mine["by"], patient_id=mine["patient_id"])
    answer = desk.submit(f"{person}/posted/{asked.id}", seen_on=person)
    page = desk.page(desk.get(answer.location))
    assert "Noted as posted." in page.text
    assert "Asked for a new full card" not in page.text
    told = phone.page(phone.get("/plan")).text
    assert "Your clinic posted your new card on 23 November 2026." in told
    assert "posted a new card to you" in phone.page(phone.get("/plan/who-looked")).text


def test_it_can_be_called_off(phone, desk, world, mine):
    phone.submit(f"{SHARE}/post", {"card": "private", "way": "collect"})
    (asked,) = errands(world, by=mine["by"], patient_id=mine["patient_id"])
    phone.submit(f"{SHARE}/post/{asked.id}/not-needed", seen_on=SHARE)
    assert "You asked your clinic" not in phone.page(phone.get("/plan")).text
    assert "Asked for a new" not in desk.page(desk.get(f"/team/{mine['patient_id']}")).text


def test_somebody_without_a_team_or_a_plan_is_told_so(app):
    new = sign_up(app.test_client(), email="bo@example.org", legal_name="Bo Mensah")
    answer = new.submit(f"{SHARE}/post", {"card": "full", "way": "post"})
    assert answer.status_code == 409
    assert "no team here yet" in new.page(answer).text
    answer = new.submit(f"{SHARE}/lost", {"lost": "full"})
    assert answer.location.startswith("/plan/publish")


def test_the_desk_stops_a_lost_card_for_somebody_who_rings(phone, desk, world, mine):
    full = printed_link(world, **mine, kind=Kind.FULL_PRINT)
    path = f"/team/{mine['patient_id']}/links"
    page = desk.page(desk.get(path))
    assert "make sure that it is them" in page.text
    shown = [one.get("value") for one in page.find("input", name="shown")]
    assert desk.submit(f"{path}/lost", {"lost": "x"}, seen_on=path).status_code == 422
    answer = desk.submit(f"{path}/lost", {"lost": "full", "shown": shown}, seen_on=path)
    assert answer.status_code == 303
    assert "The old ones are stopped" in desk.page(desk.get(path)).text
    assert states(world, mine)[full.link.id] is State.REPLACED
    looked = phone.page(phone.get("/plan/who-looked")).text
    assert "stopped what was lost: the full card or page." in looked

    other = private(world, mine)
    desk.submit(f"{path}/{other.link.id}/replace", seen_on=path)
    assert states(world, mine)[other.link.id] is State.REPLACED
    desk.submit(f"{path}/{private(world, mine).link.id}/turn-off", seen_on=path)
    live = [one.link.kind for one in links(world, **mine) if one.state is State.LIVE]
    assert Kind.PRIVATE_PRINT not in live
