"""Going in: large buttons that need neither typing nor a script, and the door of a phone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.acts.taps import MOST_TAPS, MOST_VISITS
from careplan.store.hospitals import Hospital, keep_hospitals
from careplan.store.visits import keep_tap, visits_of
from careplan.visits.visit import Stage, Tap, Tapped, When, Where
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE
from tests.web.buttons import press, the_form

HOME = "/plan/visit"


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


def signed_in(app, world, email):
    client = app.test_client()
    token = demo_sign_in(world, email=email, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


@pytest.fixture
def ada(app, world):
    return signed_in(app, world, DEMO_PATIENT)


@pytest.fixture
def mine(world):
    return UUID(who_is(world, email=DEMO_PATIENT).patient_id)


def kept(world, patient_id):
    with world.store.read() as tx:
        return visits_of(tx, patient_id)


def text(client, path=HOME):
    return client.page(client.get(path)).text


def test_one_press_from_the_first_page_and_large_taps_after_it(ada, world, mine, clock):
    begun = press(ada, "/plan", "I’m going into an emergency department")
    assert (begun.status_code, begun.headers["Location"]) == (303, HOME)
    assert "You tapped “I’m going in” at 09:00." in text(ada)
    assert "My visit to the emergency department" in text(ada, "/plan")
    press(ada, f"{HOME}/took", "About 1 hour ago", what="paracetamol")
    press(ada, f"{HOME}/took", "I took nothing")
    press(ada, f"{HOME}/took", "About 2 hours ago", what="other")
    press(ada, f"{HOME}/where", "The nearest hospital")
    clock.go_on(minutes=20)
    press(ada, HOME, "I have arrived")
    (visit,) = kept(world, mine)
    took = [(one.words, one.when) for one in visit.taps if one.tap is Tap.TOOK]
    wanted = [("paracetamol", When.HOUR), (None, None), ("something else", When.TWO_HOURS)]
    assert sorted(took, key=str) == sorted(wanted, key=str)
    assert visit.where == Where(words="The nearest hospital")
    assert (visit.stage, visit.tells_team, visit.by) == (Stage.ARRIVED, False, None)


def test_the_clock_says_the_two_marks_in_words_and_never_counts_down(ada, clock):
    press(ada, HOME, "I’m going in")
    press(ada, HOME, "I have arrived")
    for minutes, said, shown in (
        (0, "You have just arrived.", "none"),
        (12, "You arrived 12 minutes ago.", "none"),
        (3, "You arrived 15 minutes ago.", "aim"),
        (15, "You arrived 30 minutes ago.", "must"),
        (35, "You arrived 1 h 5 min ago.", "must"),
    ):
        clock.go_on(minutes=minutes)
        page = ada.page(ada.get(HOME))
        assert said in page.text
        assert "Aim: first pain relief within 15 minutes. Must: within 30 (NICE)." in page.text
        parts = {
            one.get("data-past") for one in page.find("div")
            if one.get("data-past") and one.get("hidden") is None
        }  # fmt: skip
        assert parts == {shown} - {"none"}
        assert "Ring 999, or tell staff at once" in page.text
    press(ada, HOME, "I was given pain relief")
    assert "every 30 minutes until it is controlled" in text(ada)
    assert "Aim: first" not in text(ada)


def test_a_tap_is_taken_back_and_later_stands_with_a_clear_sentence(ada, world, mine, clock):
    press(ada, HOME, "I’m going in")
    press(ada, HOME, "I have left")
    assert kept(world, mine)[0].stage is Stage.LEFT
    assert "Going to an emergency department?" in text(ada)
    press(ada, HOME, "I’m going in")
    page = ada.page(ada.get(HOME))
    old = the_form(page, "Take it back")
    clock.go_on(minutes=11)
    late = ada.post(old.pop("to"), data=old)
    assert late.status_code == 409
    assert "more than 10 minutes ago" in ada.page(late).text
    assert "Take it back" not in text(ada)
    assert len(kept(world, mine)) == 2


def test_pressed_twice_is_once_and_another_visit_is_asked_for(ada, world, mine):
    press(ada, HOME, "I’m going in")
    form = the_form(ada.page(ada.get(HOME)), "I have arrived")
    to = form.pop("to")
    for _again in range(5):
        assert ada.post(to, data=form).status_code == 303
    assert [one.tap for one in kept(world, mine)[0].taps].count(Tap.ARRIVED) == 1
    press(ada, HOME, "That visit is over: start another")
    assert [one.stage for one in kept(world, mine)] == [Stage.GOING, Stage.LEFT]
    for _more in range(MOST_VISITS - 2):
        press(ada, HOME, "That visit is over: start another")
    full = press(ada, HOME, "That visit is over: start another")
    assert (full.status_code, "Nothing is lost" in ada.page(full).text) == (409, True)
    press(ada, HOME, "I have arrived")
    visit = kept(world, mine)[0]
    with world.store.begin() as tx:
        for _more in range(MOST_TAPS):
            again = Tapped(tap_id=uuid4(), tap=Tap.CHECKED_AGAIN, at=NOW, heard_at=NOW)
            keep_tap(tx, mine, visit.visit_id, again)
    full = press(ada, HOME, "They checked me again")
    assert (full.status_code, "can still leave" in ada.page(full).text) == (409, True)
    assert press(ada, HOME, "I have left").status_code == 303


def test_a_hospital_of_the_list_is_kept_by_its_code(ada, world, mine):
    press(ada, HOME, "I’m going in")
    with world.store.begin() as tx:
        listed = [Hospital(code="XX1AA", name="St Elsewhere", town="Leeds")]
        keep_hospitals(tx, listed)
    press(ada, f"{HOME}/where", "This hospital", listed="XX1AA")
    assert kept(world, mine)[0].where == Where(hospital="XX1AA", listed_as="St Elsewhere, Leeds")
    assert "Going to: St Elsewhere, Leeds" in text(ada)
    press(ada, f"{HOME}/where", "There", words="Uncle’s clinic")
    assert kept(world, mine)[0].where == Where(words="Uncle’s clinic")
    for empty in ({"words": ""}, {"words": "x" * 121}):
        answer = press(ada, f"{HOME}/where", "There", **empty)
        assert answer.status_code == 422
    assert press(ada, f"{HOME}/where", "This hospital").status_code == 422
    for wrong in ({}, {"what": "x" * 121}, {"what": "a\nb"}):
        assert press(ada, f"{HOME}/took", "About 1 hour ago", **wrong).status_code == 422
    assert press(ada, f"{HOME}/took", "About 1 hour ago", what="x", when="5").status_code == 400


def test_what_was_written_is_never_left_out(ada, world, mine):
    """Also where the only name to tap is tapped already."""
    press(ada, HOME, "I’m going in")
    asked = press(ada, f"{HOME}/took", "Just now", what="paracetamol", words="codeine")
    page = ada.page(asked)
    assert (asked.status_code, page.value_of("words")) == (422, "codeine")
    assert "You wrote something, and tapped something else" in page.text
    (what,) = [one.get("value") for one in page.find("input") if one.get("checked") is not None]
    form = the_form(page, "Just now") | {"what": what, "words": page.value_of("words")}
    form.pop("to")
    assert ada.post(f"{HOME}/took", data=form).status_code == 303
    took = [one.words for one in kept(world, mine)[0].taps if one.tap is Tap.TOOK]
    assert took == ["codeine"]
    unkept = press(ada, f"{HOME}/took", "Just now", words="a\0b")
    assert (unkept.status_code, ada.page(unkept).value_of("words")) == (422, "a\ufffdb")


@pytest.mark.parametrize(
    "wrong",
    [{"tap": "took"}, {"tap": "dance"}, {"tap_id": "x"}, {"visit": ""}, {"tap": "tell_team"}],
)
def test_what_no_button_sends_is_refused(ada, world, mine, wrong):
    press(ada, HOME, "I’m going in")
    before = kept(world, mine)
    assert press(ada, HOME, "I have arrived", **wrong).status_code == 400
    assert kept(world, mine) == before


def test_the_desk_sees_only_whoever_agreed(app, world, ada):
    desk = signed_in(app, world, DEMO_CLINICIAN)
    press(ada, HOME, "I’m going in")
    assert "In an emergency department now" not in text(desk, "/team")
    press(ada, HOME, "Yes, tell my team")
    seen = desk.page(desk.get("/team"))
    assert "on the way" in seen.text
    (line,) = [one for one in seen.find("section") if one.get("aria-labelledby") == "arrivals"]
    person = next(line.iter("a")).get("href")
    assert "Said by the patient at 09:00, not checked" in text(desk, person)
    assert "saw what was tapped" in text(ada, "/plan/who-looked")
    press(ada, HOME, "No, do not tell them")
    assert "In an emergency department now" not in text(desk, "/team")
    assert "In an emergency department now" not in text(desk, person)


# --- a remembered phone --------------------------------------------------------------------------


def remembered(client, **form):
    return client.submit(f"{HOME}/phone", {"own": "yes", "names": "no", **form})


def sent(app, body, **more):
    """As a phone sends: with no cookie at all."""
    return app.test_client().post("/going-in/taps", json=body, **more)


def a_tap(**more):
    tap_id = str(uuid4())
    return {"id": tap_id, "visit": tap_id, "tap": "going_in", "at": stamp(), **more}


def stamp(at=NOW):
    return at.isoformat().replace("+00:00", ".000Z")


def test_a_phone_is_told_names_only_if_they_may_stay_on_it(ada):
    without = remembered(ada).get_json()
    assert set(without) == {"token", "phone", "whose"}
    assert len(without["token"]) == 43
    named = remembered(ada, names="yes").get_json()
    assert "paracetamol" in named["medicines"]
    assert named["hospitals"][0]["name"].startswith("St Anselm")
    refused = remembered(ada, own="no")
    assert (refused.status_code, set(refused.get_json())) == (422, {"problem"})
    phones = text(ada, "/plan/phone")
    assert phones.count("Remembered on") == 1  # the same browser's second takes the first's place


def test_a_phone_hands_in_taps_and_learns_which_were_kept_and_nothing_else(ada, app, world, mine):
    token = remembered(ada).get_json()["token"]
    later = NOW + timedelta(days=1)  # its clock is a day ahead
    going = a_tap(at=stamp(later - timedelta(minutes=40)))
    arrived = a_tap(tap="arrived", visit=going["id"], at=stamp(later - timedelta(minutes=5)))
    place = a_tap(tap="where", visit=going["id"], place="St Anselm’s", hospital="RXX01")
    wrong = a_tap(tap="dance")
    body = {"token": token, "sent": stamp(later), "taps": [going, arrived, place, wrong]}
    answer = sent(app, body)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "kept": {going["id"]: False, arrived["id"]: False, place["id"]: False},
        "refused": {wrong["id"]: "unreadable"},
    }
    assert "Set-Cookie" not in answer.headers
    (visit,) = kept(world, mine)
    assert visit.begun_at == NOW - timedelta(minutes=40)
    assert visit.first(Tap.ARRIVED) == NOW - timedelta(minutes=5)
    assert visit.where == Where(words="St Anselm’s")  # the list knows no such code
    with world.store.begin() as tx:
        keep_hospitals(tx, [Hospital(code="RXX01", name="St Anselm’s", town="Anselm Cross")])
    again = a_tap(
        tap="where", visit=going["id"], place="Elsewhere", hospital="RXX01", at=stamp(later)
    )
    assert sent(app, {**body, "taps": [again]}).get_json()["kept"] == {again["id"]: False}
    named = Where(hospital="RXX01", listed_as="St Anselm’s, Anselm Cross")
    assert kept(world, mine)[0].where == named
    assert sent(app, {"token": token, "sent": stamp(), "taps": []}).get_json() == {
        "kept": {},
        "refused": {},
    }


def test_unknown_and_forgotten_phones_get_the_same_bytes(ada, app):
    token = remembered(ada).get_json()["token"]
    body = {"sent": stamp(), "taps": [a_tap()]}
    press(ada, "/plan/phone", "Make this phone forget")
    asked = [token, "x" * 43, "short", None, 7, ["x"]]
    answers = [sent(app, {**body, "token": one}) for one in asked]
    answers.append(sent(app, {"token": token, "forget": True}))
    assert {(one.status_code, one.data) for one in answers} == {(410, b'{"known":false}\n')}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"taps": "all"}, 400),
        ({"taps": [{}] * 101}, 400),
        ({"sent": "yesterday"}, 400),
        ({"sent": "2026-11-23T09:00:00"}, 400),
        ({"more": "x" * 70_000}, 413),
        ({"taps": [None, 3, "x", {"id": "x"}]}, 200),
    ],
)
def test_what_no_phone_sends_is_refused_or_passed_over(ada, app, world, mine, change, status):
    token = remembered(ada).get_json()["token"]
    answer = sent(app, {"token": token, "sent": stamp(), "taps": [], **change})
    assert answer.status_code == status
    assert kept(world, mine) == ()


def test_a_form_on_another_site_cannot_tap(ada, app):
    token = remembered(ada).get_json()["token"]
    body = {"token": token, "sent": stamp(), "taps": [a_tap()]}
    assert sent(app, body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_shell_is_the_same_bytes_for_everybody(ada, app):
    press(ada, HOME, "I’m going in")
    own, nobody = ada.get("/going-in"), app.test_client().get("/going-in")
    assert own.data == nobody.data
    assert b"paracetamol" not in own.data
    assert "unsafe" not in own.headers["Content-Security-Policy"]
    manifest = app.test_client().get("/manifest.webmanifest").get_json(force=True)
    assert [one["url"] for one in manifest["shortcuts"]] == ["/going-in"]
    assert '"/going-in"' in app.test_client().get("/sw.js").get_data(as_text=True)
