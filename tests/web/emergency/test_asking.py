"""The staff door as a browser sees it: what is said before the press, after it, and instead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from careplan.acts.consents import give_consent, withdraw_consent
from careplan.sharing.consents import Consent
from careplan.sharing.staff_door import LIMITS, Cause, Counted
from careplan.store.patients import know_nhs_number, note_standing
from careplan.web.emergency.routes import _causes
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import come_in
from tests.web.emergency.conftest import signed_in
from tests.web.reader import Reader

ASKED = {
    "nhs_number": "999 011 0212",
    "birth_date": "14/3/1997",
    "because": "cannot_speak",
    "words": "Brought in by ambulance, cannot talk",
}


def ask(desk: Reader, **changes: str) -> TestResponse:
    return desk.submit("/emergency", ASKED | changes)


def test_it_says_who_will_be_told_before_the_press(desk: Reader) -> None:
    text = desk.page(desk.get("/emergency")).text
    assert (
        "The person will be told that you looked: Tom Fairley, Emergency nurse, St Anselm's "
        "Hospital, when, and the reason you give." in text
    )
    assert "You can ask 10 times in an hour." in text


def test_every_cause_has_words() -> None:
    assert list(_causes()) == list(Cause)


@pytest.mark.parametrize("number", ["9990110212", "999 011 0212", "999-011-0212", " 9990 110 212 "])
def test_it_shows_the_emergency_page_and_no_way_on(desk: Reader, number: str) -> None:
    answer = ask(desk, nhs_number=number)
    page = desk.page(answer)
    assert answer.status_code == 200
    assert "morphine" in page.text
    assert "CURRENT" in page.text
    assert "Tom Fairley" in page.text
    assert [
        one.get("href") for one in page.find("a") if not one.get("href").startswith("tel:")
    ] == []
    assert [one.get("action") for one in page.find("form")] == ["/reply"]
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; "
        r"frame-ancestors 'none'",
        policy,
    )


def test_it_is_not_there_to_be_fetched_again(desk: Reader) -> None:
    ask(desk)
    assert "morphine" not in desk.page(desk.get("/emergency")).text


@pytest.mark.parametrize(
    ("changes", "box", "says"),
    [
        ({"nhs_number": ""}, "nhs_number", "It has 10 numbers"),
        ({"nhs_number": "999 011 0213"}, "nhs_number", "its last number does not fit"),
        ({"nhs_number": "SCP-ABCD-EFGH"}, "nhs_number", "It has 10 numbers"),
        ({"birth_date": ""}, "birth_date", "Write the date of birth"),
        ({"birth_date": "soon"}, "birth_date", "Write the date of birth"),
        ({"because": ""}, "because", "Choose why"),
        ({"because": "curious"}, "because", "Choose why"),
        ({"words": " "}, "words", "Write one sentence"),
        ({"words": "x" * 201}, "words", "must be 200 or fewer"),
        ({"words": "a\u202eb"}, "words", "cannot be kept"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost_or_counted(
    desk: Reader, clinic: Clinic, changes: dict[str, str], box: str, says: str
) -> None:
    before = clinic.everything()
    answer = ask(desk, **changes)
    page = desk.page(answer)
    assert answer.status_code == 422
    assert says in page.errors[box]
    kept = "birth_date" if box == "nhs_number" else "nhs_number"
    assert page.value_of(kept) == ASKED[kept]
    assert clinic.everything() == before


# --- refusals ------------------------------------------------------------------------------------


def _nobody(clinic: Clinic) -> None:
    with clinic.world.store.begin() as tx:
        know_nhs_number(tx, clinic.patient_id, None)


def _hers_again(clinic: Clinic) -> None:
    with clinic.world.store.begin() as tx:
        know_nhs_number(tx, clinic.patient_id, "9990110212")


def _say(clinic: Clinic, act: Any) -> None:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    act(clinic.world, **mine, consent=Consent.EMERGENCY_STAFF)


def _unlinked(clinic: Clinic, *, so: bool) -> None:
    with clinic.world.store.begin() as tx:
        note_standing(tx, clinic.patient_id, unlinked=so)


def test_every_refusal_is_the_same_bytes(desk: Reader, clinic: Clinic) -> None:
    """The same number and date each time, so that what was typed differs in none."""
    said = {}
    _nobody(clinic)
    said["nobody"] = bare(ask(desk))
    _hers_again(clinic)
    _say(clinic, withdraw_consent)
    said["turned off"] = bare(ask(desk))
    _say(clinic, give_consent)
    _unlinked(clinic, so=True)
    said["no account"] = bare(ask(desk))
    _unlinked(clinic, so=False)
    wrong = bare(ask(desk, birth_date="15/3/1997"))
    status, told, body = wrong
    assert isinstance(body, bytes)
    said["wrong birth date"] = status, told, body.replace(b"15/3/1997", b"14/3/1997")
    first = said["nobody"]
    assert first[0] == 404
    assert b"No plan can be shown for that number and date of birth." in first[2]
    assert [why for why, answer in said.items() if answer != first] == []
    assert ask(desk).status_code == 200, "and it was hers all the time"


def bare(response: TestResponse) -> tuple[int, dict[str, str], bytes]:
    """Without what is another in each answer: the form's token, cookies, the answer's own name."""
    own = {"Set-Cookie", "X-Request-ID"}
    told = {name: value for name, value in response.headers if name not in own}
    token = rb'(name="csrf_token"[^>]*value=")[^"]*'
    return response.status_code, told, re.sub(token, rb"\1", response.get_data())


def test_after_five_it_rests_and_says_how_long(desk: Reader) -> None:
    for day in range(LIMITS[Counted.FAILED_HOUR].most):
        assert ask(desk, birth_date=f"{day + 1}/1/1960").status_code == 404
    answer = ask(desk)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    page = desk.page(answer)
    assert "5 tries in one hour found no plan" in page.errors["nhs_number"]
    assert "ring the haematology team" in page.errors["nhs_number"]
    assert page.value_of("words") == ASKED["words"]


# --- whose door it is ----------------------------------------------------------------------------


def test_after_signing_in_they_stand_at_their_door(desk: Reader) -> None:
    assert desk.get("/").location == "/emergency"
    assert desk.get("/account/arrive").location == "/emergency"
    text = desk.page(desk.get("/account")).text
    assert "Works in an emergency department" in text


def test_the_second_step_comes_first(app: Any, clinic: Clinic, tom: Any) -> None:
    half = come_in(app.test_client(), email=tom.email)
    answer = half.get("/emergency")
    assert answer.location.startswith("/account/second-step")
    assert half.post("/emergency", data=ASKED).status_code in (302, 400)


def test_a_shut_door_is_not_there_and_nobody_names_it(
    make_app: Any, clinic: Clinic, tom: Any
) -> None:
    shut = make_app()
    inside = signed_in(shut, clinic, tom)
    ada = come_in(shut.test_client(), email="ada@example.org")
    for client in (shut.test_client(), inside, ada):
        assert client.get("/emergency").status_code == 404
        token = {"csrf_token": "x"}
        assert client.post("/emergency", data=ASKED | token).status_code in (400, 404)
    assert inside.get("/").location == "/account"
    assert ada.get("/plan/share/emergency-staff").status_code == 404
    for path in ("/plan/share", "/code"):
        assert "emergency-staff" not in ada.get(path).get_data(as_text=True)
        assert '"/emergency"' not in ada.get(path).get_data(as_text=True)


# --- the person's own page -----------------------------------------------------------------------


def test_she_reads_what_follows_and_turns_it_off(app: Any, clinic: Clinic, desk: Reader) -> None:
    ada = come_in(app.test_client(), email="ada@example.org")
    where = "/plan/share/emergency-staff"
    page = ada.page(ada.get(where))
    assert "ON" in page.text
    assert "when you cannot speak and have no card, staff cannot see your plan here" in page.text
    after = ada.submit(where, {"turn": "off"}, follow_redirects=True)
    assert "OFF" in ada.page(after).text
    assert ask(desk).status_code == 404
    ada.submit(where, {"turn": "on"})
    assert ask(desk).status_code == 200
    assert "Somebody looked up your emergency page" in ada.page(ada.get("/plan")).text
    looked = ada.page(ada.get("/plan/who-looked")).text
    assert (
        "Tom Fairley (St Anselm's Hospital) opened your emergency page without your card." in looked
    )
    assert "Brought in by ambulance, cannot talk" in looked
    assert ada.submit(where, {"turn": "sideways"}).status_code == 400
    assert "emergency_staff" not in ada.get("/plan/copies").get_data(as_text=True)
