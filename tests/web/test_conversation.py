"""Both sides' pages: a remark, a suggestion, its answer, and the screen that is handed over."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from careplan.acts.conversation import start_remark, suggest
from careplan.acts.drafting import section_draft
from careplan.acts.publishing import current_of, stop_dose
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_NURSE, DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.acts.talks import talks
from careplan.plan.conversation import LONGEST, State
from careplan.plan.places import Place
from careplan.store.accounts import account_by_email
from careplan.store.teams import set_member_state
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE

MATTERS, PHONE = Place("what_matters.what_matters"), Place("care_team.phone_24h")


@pytest.fixture
def store_url(lived_in_url):
    """Ada's plan is there, signed and answered."""
    return lived_in_url


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def pid(ada):
    return UUID(ada.patient_id)


def come_as(app, world, email):
    client = app.test_client()
    token = demo_sign_in(world, email=email, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


@pytest.fixture
def phone(app, world):
    return come_as(app, world, DEMO_PATIENT)


@pytest.fixture
def desk(app, world):
    return come_as(app, world, DEMO_NURSE)


def staff(world, email=DEMO_NURSE):
    return replace(who_is(world, email=email), second_factor=True)


def suggested(world, by, pid, place, value="Rest.", words="Rest."):
    return suggest(
        world, by=by, patient_id=pid, place=place, words=words, reason="Because.", value=value,
        at=NOW,
    )  # fmt: skip


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return client.page(answer).text


def test_a_person_suggests_a_change_and_the_team_reads_why(phone, desk, pid, world):
    place = "care_team.phone_24h"
    assert "Suggest a change" in text(phone, "/plan/talk/about/care_team")
    form = phone.page(phone.get(f"/plan/talk/new/{place}?kind=change"))
    assert form.value_of("phone_24h") == "020 7946 0100"
    answer = phone.submit(
        f"/plan/talk/new/{place}?kind=change",
        {"kind": "change", "phone_24h": "020 7946 0199", "reason": "The ward moved."},
    )
    assert answer.status_code == 302
    assert "020 7946 0199" in text(phone, answer.location)
    assert "1 thing waits for the team" in text(desk, f"/team/{pid}")
    home = text(desk, f"/team/{pid}/talk")
    assert "The ward moved." in home
    thread = answer.location.rpartition("/")[2]
    page = text(desk, f"/team/{pid}/talk/{thread}")
    assert "020 7946 0199" in page
    seal = desk.page(desk.get(f"/team/{pid}/talk/{thread}")).value_of("seal")
    done = desk.submit(f"/team/{pid}/talk/{thread}", {"action": "accept", "seal": seal})
    assert done.status_code == 302
    kept = section_draft(world, by=staff(world), patient_id=pid, section="care_team")
    assert kept.body["plain"]["phone_24h"] == "020 7946 0199"
    assert "Suggested change: accepted" in text(phone, answer.location)


def test_a_dose_is_suggested_in_words_alone(phone, pid, world, ada):
    steps = section_draft(world, by=staff(world), patient_id=pid, section="pain_plan")
    item = steps.body["plain"]["steps"][0]["id"]
    path = f"/plan/talk/new/pain_plan.steps.dose?item={item}&kind=change"
    assert "Nothing is filled in for them." in text(phone, path)
    answer = phone.submit(path, {"kind": "change", "words": "15 mg", "reason": "10 is too little."})
    assert answer.status_code == 302
    assert "15 mg" in text(phone, answer.location)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"kind": "change", "phone_24h": "020 7946 0199", "reason": " "}, "Write why."),
        ({"kind": "change", "phone_24h": "", "reason": "Why"}, "Write what it should say."),
        ({"kind": "say", "reason": ""}, "Write what you want to say."),
        ({"kind": "say", "reason": "x" * (LONGEST + 1)}, "It must be 1,000 or fewer"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(phone, world, ada, pid, form, told):
    path = "/plan/talk/new/care_team.phone_24h?kind=change"
    answer = phone.submit(path, form)
    assert answer.status_code == 422
    page = phone.page(answer)
    assert told in page.text
    assert page.errors
    assert page.value_of("reason").strip() == form["reason"].strip()
    assert talks(world, by=ada, patient_id=pid, at=NOW) == ()


def test_two_people_answer_at_once_and_the_second_is_told(app, world, ada, pid, desk):
    other = come_as(app, world, DEMO_CLINICIAN)
    made = suggested(world, ada, pid, PHONE, "020 7946 0199", "020 7946 0199")
    path = f"/team/{pid}/talk/{made}"
    seal = desk.page(desk.get(path)).value_of("seal")
    form = other.page(other.get(path))
    sent = {"csrf_token": form.value_of("csrf_token"), "action": "decline", "words": "Not so."}
    assert desk.submit(path, {"action": "accept", "seal": seal}).status_code == 302
    late = other.post(path, data=sent)
    assert late.status_code == 409
    page = other.page(late)
    assert "Somebody answered this a moment ago" in page.text
    assert "Not so." in page.text or page.value_of("words") == "Not so."
    (found,) = talks(world, by=ada, patient_id=pid, at=NOW)
    assert found.thread.state is State.ACCEPTED


def test_declining_without_a_reason_is_refused(desk, world, ada, pid):
    made = suggested(world, ada, pid, PHONE, "020 7946 0199", "020 7946 0199")
    answer = desk.submit(f"/team/{pid}/talk/{made}", {"action": "decline", "words": " "})
    assert answer.status_code == 422
    assert "Say why" in desk.page(answer).text
    nothing = desk.submit(f"/team/{pid}/talk/{made}", {})
    assert nothing.status_code == 422


def test_what_was_removed_meanwhile_is_said(phone, world, pid):
    gone = "/plan/talk/new/what_helps.helps.text?item=00000000-0000-4000-8000-000000000000"
    answer = phone.get(gone)
    assert answer.status_code == 409
    assert "no longer in the plan" in phone.page(answer).text
    for nowhere in ("/plan/talk/new/identity.legal_name", "/plan/talk/about/identity"):
        assert phone.get(nowhere).status_code == 404


def test_home_pages_say_what_is_new_and_reading_marks_it(phone, world, ada, pid):
    made = start_remark(
        world, by=staff(world), patient_id=pid, place=MATTERS, words="Tell me more.", at=NOW
    )
    home = text(phone, "/plan")
    assert "Your team has written to you: 1 new." in home
    assert "1 new message" in home
    assert "1 new" in text(phone, "/plan/talk")
    text(phone, f"/plan/talk/{made}")
    assert "Your team has written to you" not in text(phone, "/plan")


def test_a_line_that_stands_is_shown_in_the_record_and_at_the_desk(phone, desk, world, ada, pid):
    made = start_remark(world, by=ada, patient_id=pid, place=PHONE, words="Wrong.", at=NOW)
    path = f"/plan/talk/{made}"
    assert phone.submit(path, {"action": "stand", "line": " "}).status_code == 422
    assert phone.submit(path, {"action": "stand", "line": "Nobody answers."}).status_code == 302
    late = phone.submit(path, {"action": "stand", "line": "x" * 2000})  # on a page left open
    assert late.status_code == 409
    assert phone.page(late).errors.keys() == {"answer"}, "one line stands, so there is no box"
    assert "x" * 2000 in late.text, "nothing that was typed is lost"
    for client, page in ((phone, "/plan/read"), (desk, f"/team/{pid}")):
        assert "The person sees this differently: “Nobody answers.”" in text(client, page)


def test_an_interpreters_name_that_cannot_be_kept_is_told_beside_its_box(phone):
    typed = {"version": "1", "answer": "agree", "interpreter": "Nadia\x1b Farah"}
    answer = phone.submit("/plan/answer", typed)
    assert answer.status_code == 422
    page = phone.page(answer)
    assert page.errors.keys() == {"interpreter"}
    assert "Nadia\N{REPLACEMENT CHARACTER} Farah" in answer.text
    assert "\x1b" not in answer.text


def test_an_account_stopped_meanwhile_sends_nothing(desk, world, ada, pid):
    made = suggested(world, ada, pid, PHONE, "020 7946 0199", "020 7946 0199")
    path = f"/team/{pid}/talk/{made}"
    token = desk.page(desk.get(path)).value_of("csrf_token")
    with world.store.begin() as tx:
        nurse = account_by_email(tx, DEMO_NURSE)
        set_member_state(tx, nurse.account_id, UUID(staff(world).team_id), "suspended")
    answer = desk.post(path, data={"csrf_token": token, "action": "accept", "seal": "x"})
    assert answer.status_code in (302, 403)  # nobody any more: the sign-in page, or no
    (found,) = talks(world, by=ada, patient_id=pid, at=NOW)
    assert found.thread.state is State.OPEN


# --- one screen ----------------------------------------------------------------------------------


def hands_over(desk, pid, **more):
    path = f"/team/{pid}/together"
    version = desk.page(desk.get(path)).value_of("version")
    return desk.submit(path, {"version": version, "decides": "person"} | more)


def test_the_person_presses_their_answer_on_the_nurses_screen(desk, world, pid, ada):
    answer = hands_over(desk, pid, interpreter="Nadia Farah", language="Somali", present="Chidi")
    assert (answer.status_code, answer.location) == (302, "/together")
    page = desk.page(desk.get("/together"))
    assert "Ada, do you agree" in page.heading
    assert "People" not in page.text
    inside = [link.get("href", "") for link in page.find("a")]
    ours = [one for one in inside if not re.match(r"#|tel:|/account/second-step", one)]
    assert ours == []
    sent = {"answer": "agree except", "words": "Not the waiting."}
    assert desk.submit("/together", sent).status_code == 302
    assert "Thank you, Ada" in text(desk, "/together")
    with world.store.read() as tx:
        version = current_of(tx, pid)
    assert version.answer.words == "Not the waiting."
    assert version.answer.interpreter == "Nadia Farah (Somali)"
    assert version.answer.given_with.startswith("Bola Akande")


def test_a_plan_that_was_stopped_meanwhile_is_handed_to_nobody(desk, world, pid):
    path = f"/team/{pid}/together"
    page = desk.page(desk.get(path))
    sent = {"csrf_token": page.value_of("csrf_token"), "version": page.value_of("version")}
    with world.store.read() as tx:
        number = current_of(tx, pid).number
    doctor = staff(world, DEMO_CLINICIAN)
    stop_dose(world, by=doctor, patient_id=pid, version_seen=number, at=NOW)
    for said in ({}, {"decides": "person"}, {"decides": "person", "present": "a\x00b"}):
        answer = desk.post(path, data=sent | said)
        assert answer.status_code in (409, 422)
        assert "There is nothing to answer just now." in desk.page(answer).text


def test_a_screen_handed_over_opens_nothing_else(desk, pid):
    hands_over(desk, pid)
    team = (f"/team/{pid}", "/team", f"/team/{pid}/talk", f"/team/{pid}/sign")
    # Whom the clinician helps elsewhere is no business of whoever holds the screen.
    for path in (*team, "/plan", "/helping", "/helping?all=yes", "/helping/code"):
        answer = desk.get(path)
        assert (answer.status_code, answer.location) == (302, "/together"), path
    for path in ("/account", "/account/second-step"):
        assert desk.get(path).status_code == 302
    assert desk.get("/account/second-step/set-up").location == "/"


def test_nothing_is_pressed_for_the_person(desk, pid):
    assert desk.get("/together").status_code == 404
    hands_over(desk, pid)
    for sent, told in (
        ({}, "Choose one answer."),
        ({"answer": "discussed and do not agree"}, "Say in your own words"),
        ({"answer": "agree", "words": "x" * 600}, "It must be 500 or fewer"),
    ):
        answer = desk.submit("/together", sent)
        assert answer.status_code == 422
        assert told in desk.page(answer).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"decides": ""}, "Say who decides."),
        ({"decides": "other", "basis": " "}, "Say who decides with or for the person"),
        ({"language": "Somali"}, "Write the interpreter’s name."),
        ({"present": "x" * 300}, "It must be 200 or fewer"),
        ({"version": "1"}, "The plan changed while this page was open."),
    ],
)
def test_the_hand_over_says_what_is_missing(desk, pid, form, told):
    answer = hands_over(desk, pid, **form)
    assert answer.status_code in (409, 422)
    assert told in desk.page(answer).text
    assert desk.get("/team").status_code == 200


def test_a_screen_left_about_takes_no_answer(desk, pid, clock):
    hands_over(desk, pid)
    clock.go_on(minutes=14)
    desk.get("/together")
    clock.go_on(minutes=14)
    desk.get("/together")
    clock.go_on(minutes=3)
    assert "Too much time has gone by" in text(desk, "/together")
