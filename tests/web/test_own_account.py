"""The pages of one's own account: passkeys, sessions, password and second step, as they are used
and as somebody tries them who found a phone lying open."""

from __future__ import annotations

import json
from hashlib import sha1

import pytest

from careplan.acts.passkeys import MOST, own_passkeys
from careplan.acts.signing_in import who_is
from careplan.variables import Unsafe
from tests.authenticator import Device
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, code_of, come_in, sign_up

NEW = "seven slow lanterns drifting"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"


@pytest.fixture
def store_url(sqlite_url):
    """On one database, for doors know nothing of databases."""
    return sqlite_url


def asked(client, answer):
    """The page that asks the device: its question, and the token with which it comes back."""
    page = client.page(answer)
    (form,) = (one for one in page.find("form") if one.get("data-passkey"))
    kept = ("csrf_token", "ceremony", "name")
    boxes = {one.get("name"): one.get("value") for one in form.iter("input")}
    return json.loads(form.get("data-passkey")), {n: boxes[n] for n in kept if n in boxes}


def makes(client, device, name="My phone", seen_on="/account/passkeys"):
    answer = client.submit("/account/passkeys/make", {"name": name}, seen_on=seen_on)
    options, kept = asked(client, answer)
    return client.post("/account/passkeys", data=kept | {"answer": device.makes(options)})


def uses(client, device, **more):
    answer = client.submit("/account/passkeys/ask", more, seen_on="/account/sign-in")
    options, kept = asked(client, answer)
    data = kept | more | {"answer": device.uses_it(options)}
    return client.post("/account/passkeys/sign-in", data=data, follow_redirects=True)


def shows_again(client, **typed):
    return client.submit("/account/again", {"password": PASSWORD, "next": "/account"} | typed)


# --- passkeys ------------------------------------------------------------------------------------


def test_a_passkey_is_made_named_used_and_taken_away(client, app):
    device = Device()
    sign_up(client)
    assert makes(client, device, name="Ada’s 📱 <b>").location == "/account/passkeys"
    page = client.page(client.get("/account/passkeys"))
    assert "Ada’s 📱 <b>" in page.text
    assert "Not used yet." in page.text

    other = app.test_client()
    answer = uses(other, device, next="/plan/share")
    assert answer.request.path == "/plan/share"
    text = client.page(client.get("/account/passkeys")).text
    assert "Last used on" in text

    (form,) = (one for one in page.find("form") if (one.get("action") or "").endswith("/remove"))
    client.submit(form.get("action"), seen_on="/account/passkeys")
    assert "You have none." in client.page(client.get("/account/passkeys")).text
    assert uses(app.test_client(), device).status_code == 422


def test_what_a_device_does_not_know_is_said_beside_the_password(client, world):
    a_person(world)
    answer = uses(client, Device(handle=b"x", credential_id=b"x"))

    assert answer.status_code == 422
    assert list(client.page(answer).errors) == ["email"]
    assert client.get("/account").status_code == 302


def test_without_a_token_of_ours_nothing_is_believed(client):
    data = {"ceremony": "x" * 43, "answer": "{}"}
    answer = client.submit("/account/passkeys/sign-in", data, seen_on="/account/sign-in")
    assert answer.status_code == 422
    bare = client.post("/account/passkeys/sign-in", data=data)
    assert bare.status_code == 400


def test_a_copied_one_is_said_in_words(client, app):
    device = Device(uses=5)
    sign_up(client)
    makes(client, device)
    device.uses = 0
    answer = uses(app.test_client(), device)
    assert answer.status_code == 422
    assert "may have been copied" in client.page(answer).text


def test_what_is_wrong_with_a_name_is_said_and_kept(client):
    sign_up(client)
    answer = client.submit(
        "/account/passkeys/make", {"name": "x" * 41}, seen_on="/account/passkeys"
    )
    assert answer.status_code == 422
    assert list(client.page(answer).errors) == ["name"]
    assert client.page(answer).value_of("name") == "x" * 40


def test_an_answer_that_is_none_makes_none(client):
    sign_up(client)
    answer = client.submit("/account/passkeys/make", {"name": "x"}, seen_on="/account/passkeys")
    _, kept = asked(client, answer)
    answer = client.post("/account/passkeys", data=kept | {"answer": "null"})
    assert answer.status_code == 422
    assert client.page(answer).heading == "No passkey was made"


def test_there_is_an_end_to_them(client, world):
    sign_up(client)
    for number in range(MOST):
        makes(client, Device(), name=f"Phone {number}")
    page = client.page(client.get("/account/passkeys"))
    assert "Take one away before you make another." in page.text
    answer = client.submit("/account/passkeys/make", {"name": "x"}, seen_on="/account/passkeys")
    assert answer.status_code == 409
    assert len(own_passkeys(world, by=who_is(world, email=ADA.email))) == MOST


def test_where_browsers_offer_none_no_page_speaks_of_them(make_app):
    client = make_app(base_url="https://192.0.2.7").test_client()
    sign_up(client)
    assert "passkey" not in client.page(client.get("/account")).text.lower()
    assert client.get("/account/passkeys").status_code == 404
    client.submit("/account/sign-out", seen_on="/account")
    assert "passkey" not in client.page(client.get("/account/sign-in")).text.lower()
    assert client.submit("/account/passkeys/ask", seen_on="/account/sign-in").status_code == 404


def test_staff_may_make_a_passkey_their_second_step(client, app, world):
    staff, device = a_clinician(world, with_phone=False), Device()
    come_in(client, email=staff.email)
    assert makes(client, device, seen_on="/account/second-step/set-up").location == (
        "/account/arrive"
    )
    assert client.get("/team").status_code == 200

    assert uses(app.test_client(), device).request.path == "/team"

    thief = app.test_client()
    come_in(thief, email=staff.email)
    page = thief.get("/account/second-step/set-up", follow_redirects=True)
    assert page.request.path == "/account/second-step"
    assert thief.page(page).heading == "Use your passkey"
    assert thief.get("/team", follow_redirects=True).request.path == "/account/second-step"
    seen = thief.get("/account/passkeys", follow_redirects=True)
    assert seen.request.path == "/account/second-step"


# --- the second step -----------------------------------------------------------------------------


def test_she_turns_a_second_step_on_and_off(client, app, clock):
    sign_up(client)
    page = client.page(client.get("/account/second-step/set-up"))
    secret = page.value_of("secret")
    assert "If you lose that phone" in page.text
    data = {"secret": secret, "code": code_of(secret, clock.now)}
    answer = client.submit("/account/second-step/set-up", data, follow_redirects=True)
    assert answer.request.path == "/plan"

    clock.go_on(minutes=1)
    other = come_in(app.test_client())
    for path in ("/plan", "/account/passkeys", "/helping"):
        assert other.get(path).location.startswith("/account/second-step")
    other.submit("/account/second-step", {"code": code_of(secret, clock.now)})
    assert other.get("/plan").status_code == 200

    other.submit("/account/second-step/off", seen_on="/account")
    assert "Turn on" in other.page(other.get("/account")).text
    assert come_in(app.test_client()).get("/plan").status_code == 200


def test_another_app_takes_the_place_of_the_first(client, world, clock):
    staff = a_clinician(world)
    come_in(client, email=staff.email)
    client.submit("/account/second-step", {"code": code_of(staff.secret, clock.now)})
    page = client.page(client.get("/account/second-step/set-up"))
    secret = page.value_of("secret")
    assert "The codes of the app you had stop working." in page.text
    data = {"secret": secret, "code": code_of(secret, clock.now)}
    client.submit("/account/second-step/set-up", data)
    clock.go_on(minutes=1)
    come_in(client, email=staff.email)
    code = code_of(staff.secret, clock.now)
    assert client.submit("/account/second-step", {"code": code}).status_code == 422
    code = code_of(secret, clock.now)
    assert client.submit("/account/second-step", {"code": code}).status_code == 302


# --- who found a phone lying open ----------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/account/passkeys", "/account/sessions", "/account/second-step/set-up"]
)
def test_after_a_quarter_of_an_hour_the_password_is_asked_again(client, clock, path):
    sign_up(client)
    clock.go_on(minutes=15)
    answer = client.get(path)
    assert answer.location == f"/account/again?next={path}"

    wrong = shows_again(client, password="no")
    assert (wrong.status_code, list(client.page(wrong).errors)) == (422, ["password"])
    assert client.get(path).status_code == 302

    assert shows_again(client, next=path).location == path
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/account/passkeys/make", "/account/passkeys/AAAA/remove", "/account/sessions/end-others"],
)
def test_a_page_left_open_does_nothing(client, clock, path):
    sign_up(client)
    form = client.page(client.get("/account/passkeys")).value_of("csrf_token")
    clock.go_on(minutes=15)
    answer = client.post(path, data={"csrf_token": form, "name": "x"})
    assert answer.location == "/account/again?next=/account"


def test_the_code_is_asked_again_where_there_is_one(client, world, clock):
    staff = a_clinician(world)
    come_in(client, email=staff.email)
    client.submit("/account/second-step", {"code": code_of(staff.secret, clock.now)})
    clock.go_on(minutes=14)
    client.get("/team")
    clock.go_on(minutes=10)

    wrong = shows_again(client)

    assert (wrong.status_code, list(client.page(wrong).errors)) == (422, ["code"])
    assert shows_again(client, code=code_of(staff.secret, clock.now)).status_code == 302
    assert client.get("/account/sessions").status_code == 200


def test_guesses_are_told_to_wait(client):
    sign_up(client)
    for _ in range(10):
        shows_again(client, password="no")
    answer = shows_again(client)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in client.page(answer).text


# --- sessions ------------------------------------------------------------------------------------


def test_she_sees_where_she_is_signed_in_and_ends_it(client, app):
    sign_up(client)
    other = app.test_client()
    data = {"email": ADA.email, "password": PASSWORD}
    other.submit("/account/sign-in", data, headers={"User-Agent": WINDOWS})
    page = client.page(client.get("/account/sessions"))
    assert "Chrome on a Windows computer" in page.text
    assert page.text.count("New: you had not signed in on one like it") == 1, "not her first"
    (form,) = (one for one in page.find("form") if (one.get("action") or "").endswith("/end"))

    client.submit(form.get("action"), seen_on="/account/sessions")

    assert other.get("/account").location.startswith("/account/sign-in")
    text = client.page(client.get("/account/sessions")).text
    assert "You are signed in nowhere else." in text
    assert client.submit(form.get("action"), seen_on="/account/sessions").status_code == 404


def test_all_others_end_with_one_press(client, app):
    sign_up(client)
    others = [come_in(app.test_client()) for _ in range(2)]
    client.submit("/account/sessions/end-others", seen_on="/account/sessions")
    assert [one.get("/account").status_code for one in others] == [302, 302]
    assert client.get("/account").status_code == 200


# --- the password --------------------------------------------------------------------------------


def test_a_new_password_is_the_one_that_counts(client, app):
    sign_up(client)
    other = come_in(app.test_client())
    data = {"old": PASSWORD, "password": NEW}
    answer = client.submit("/account/password", data)
    assert client.page(answer).heading == "Your password is changed"
    assert "1 other phone or computer was signed out." in client.page(answer).text
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert come_in(app.test_client(), password=NEW)


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"old": "no"}, "old"),
        ({"password": "short"}, "password"),
        ({"password": "sonyericsson1"}, "password"),
        ({"password": PASSWORD}, "password"),
        ({"old": "", "password": ""}, "old"),
        ({"old": "\x00" * 9_000}, "old"),
    ],
)
def test_what_is_wrong_is_said_at_its_box_and_nothing_typed_comes_back(client, changes, anchor):
    sign_up(client)
    typed = {"old": PASSWORD, "password": NEW} | changes
    answer = client.submit("/account/password", typed)
    page = client.page(answer)
    assert answer.status_code == 422
    assert list(page.errors) == [anchor]
    assert PASSWORD not in page.html
    assert NEW not in page.html


def test_the_account_page_leads_to_all_of_it(client):
    sign_up(client)
    page = client.page(client.get("/account"))
    links = {link.get("href") for link in page.find("a")}
    assert links >= {
        "/account/passkeys",
        "/account/password",
        "/account/sessions",
        "/account/second-step/set-up",
        "/account/lost",
    }
    assert "On 1 phone or computer" in page.text


# --- passwords that leaked -----------------------------------------------------------------------


def test_a_leaked_password_is_turned_away_wherever_one_is_chosen(make_app, tmp_path):
    listed = tmp_path / "leaked.txt"
    lines = sorted(sha1(one.encode()).hexdigest().upper() for one in (NEW, "x", "y"))
    listed.write_text("".join(f"{one}:3\n" for one in lines))
    client = make_app(breached_passwords=str(listed)).test_client()
    sign_up(client)
    changed = client.submit("/account/password", {"old": PASSWORD, "password": NEW})
    client.submit("/account/sign-out", seen_on="/account")
    new = {"legal_name": "Sam", "email": "sam@example.org", "password": NEW}
    made = client.submit("/account/new-helper", new)
    for answer in (changed, made):
        assert answer.status_code == 422
        assert "Many people use this password." in client.page(answer).errors["password"]


@pytest.mark.parametrize("kept", [None, "hunter2\npassword\n"])
def test_a_list_that_is_none_stops_the_start_in_words(make_app, tmp_path, kept):
    listed = tmp_path / "leaked.txt"
    if kept:
        listed.write_text(kept)
    with pytest.raises(Unsafe, match="BREACHED_PASSWORDS"):
        make_app(breached_passwords=str(listed))
