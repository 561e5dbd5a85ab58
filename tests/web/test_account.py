"""The doors of an account, as a browser and as somebody with ill intent meet them."""

from __future__ import annotations

import pytest

from tests.visitors import (
    ADA,
    PASSWORD,
    SESSION_COOKIE,
    a_clinician,
    a_person,
    code_of,
    come_in,
    sign_up,
    signed_in_team,
)

NEW = {
    "legal_name": ADA.legal_name,
    "born-day": "14",
    "born-month": "March",
    "born-year": "1997",
    "nhs_number": "",
    "email": ADA.email,
    "password": PASSWORD,
}


def cookie(client):
    kept = client.get_cookie(SESSION_COOKIE, domain="plan.example.org")
    return kept.value if kept else None


def with_cookie(app, token):
    """Another browser that holds a copy of a cookie."""
    other = app.test_client()
    other.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return other


# --- making one ----------------------------------------------------------------------------------


def test_somebody_makes_an_account_and_comes_in(client):
    sign_up(client)

    answer = client.get("/account")

    assert ADA.legal_name in client.page(answer).text
    assert ADA.email in client.page(answer).text


def test_the_page_says_that_nobody_has_checked_who_they_are(client):
    text = client.page(client.get("/account/new")).text

    assert "Nobody has checked who you are yet." in text
    assert "You do not need one." in text


def test_an_address_with_an_account_gets_the_same_answer_to_the_byte(client, app, world):
    a_person(world)
    new = app.test_client().submit("/account/new", NEW | {"email": "new@example.org"})
    known = app.test_client().submit("/account/new", NEW)

    assert new.status_code == known.status_code == 200
    page = client.page
    assert page(new).text == page(known).text
    assert page(known).value_of("email") == ADA.email
    assert "Set-Cookie" not in known.headers or SESSION_COOKIE not in known.headers["Set-Cookie"]


def test_an_address_with_an_account_keeps_its_password(client, world):
    a_person(world)
    client.submit("/account/new", NEW | {"password": "another five words entirely"})

    assert come_in(client)


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"legal_name": ""}, "legal_name"),
        ({"legal_name": "a" * 10_000}, "legal_name"),
        ({"legal_name": "A\x07da"}, "legal_name"),
        ({"legal_name": "A\u202eda"}, "legal_name"),
        ({"born-day": ""}, "born-day"),
        ({"born-day": "31", "born-month": "2"}, "born-day"),
        ({"born-month": "13"}, "born-month"),
        ({"born-month": "Smarch"}, "born-month"),
        ({"born-year": "97"}, "born-year"),
        ({"born-year": "2027"}, "born-year"),
        ({"born-year": "９９９９９"}, "born-year"),
        ({"born-day": "", "born-month": "", "born-year": ""}, "born-day"),
        ({"nhs_number": "999 011 0213"}, "nhs_number"),
        ({"email": "ada"}, "email"),
        ({"password": "password1234"}, "password"),
    ],
)
def test_what_must_be_put_right_is_said_and_nothing_typed_is_lost(client, changes, anchor):
    typed = NEW | changes

    answer = client.submit("/account/new", typed)

    page = client.page(answer)
    assert answer.status_code == 422
    assert list(page.errors) == [anchor]
    assert PASSWORD not in page.html
    for name in ("nhs_number", "email", "born-day", "born-month", "born-year"):
        assert page.value_of(name) == typed[name]
    if len(typed["legal_name"]) < 2000 and typed["legal_name"].isprintable():
        assert page.value_of("legal_name") == typed["legal_name"]


def test_a_sign_that_cannot_be_shown_is_marked_where_it_stood(client):
    page = client.page(client.submit("/account/new", NEW | {"legal_name": "A\x07da"}))

    assert page.value_of("legal_name") == "A\N{REPLACEMENT CHARACTER}da"


def test_everything_wrong_is_said_at_once(client):
    page = client.page(client.submit("/account/new", dict.fromkeys(NEW, "")))

    assert list(page.errors) == ["legal_name", "born-day", "email", "password"]


@pytest.mark.parametrize("name", ["أمينة يوسف", "Zoë 😀 O’Neill", "<b>Ada</b> & Co"])
@pytest.mark.asvs("1.2.1")
def test_a_name_is_shown_as_its_owner_writes_it(client, name):
    sign_up(client, legal_name=name)

    assert name in client.page(client.get("/account")).text


def test_fields_nobody_asked_for_change_nothing(client, world):
    sign_up(client, role="clinician", team_id="1", is_staff="1", patient_id="x")

    assert client.get("/team").status_code == 403


def test_somebody_signed_in_does_not_make_another(client):
    sign_up(client)

    assert client.get("/account/new").status_code == 302


# --- signing in ----------------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, app, world):
    a_person(world)
    wrong = app.test_client().submit("/account/sign-in", {"email": ADA.email, "password": "no"})
    other = {"email": "nobody@example.org", "password": "no"}
    unknown = app.test_client().submit("/account/sign-in", other)

    assert wrong.status_code == unknown.status_code == 422
    assert client.page(wrong).text == client.page(unknown).text
    assert client.page(wrong).errors == client.page(unknown).errors
    assert client.page(wrong).value_of("email") == ADA.email
    assert client.page(wrong).value_of("password") == ""


def test_too_many_tries_are_told_to_wait(client, world):
    a_person(world)
    for _ in range(10):
        client.submit("/account/sign-in", {"email": ADA.email, "password": "no"})

    answer = client.submit("/account/sign-in", {"email": ADA.email, "password": PASSWORD})

    assert answer.status_code == 429
    assert "Wait 15 minutes" in client.page(answer).text


@pytest.mark.asvs("7.2.4")
def test_a_cookie_planted_beforehand_is_not_the_one_that_comes_in(client, world):
    a_person(world)
    client.set_cookie(SESSION_COOKIE, "planted", domain="plan.example.org", secure=True)

    come_in(client)

    assert cookie(client) not in (None, "planted")


def test_signing_in_again_kills_the_cookie_before(client, app):
    sign_up(client)
    before = cookie(client)
    client.delete_cookie(SESSION_COOKIE, domain="plan.example.org")
    other = with_cookie(app, before)
    assert other.get("/account").status_code == 200

    form = other.page(other.get("/account")).value_of("csrf_token")
    other.post(
        "/account/sign-in", data={"csrf_token": form, "email": ADA.email, "password": PASSWORD}
    )

    assert with_cookie(app, before).get("/account").status_code == 302
    assert other.get("/account").status_code == 200


def test_a_form_from_before_signing_in_is_refused_afterwards(client, world):
    a_person(world)
    token = client.page(client.get("/account/sign-in")).value_of("csrf_token")
    data = {"csrf_token": token, "email": ADA.email, "password": PASSWORD}
    assert client.post("/account/sign-in", data=data).status_code == 302

    assert client.post("/account/sign-out", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/%0a/evil.example/\n",
        "javascript:alert(1)",
        "evil.example",
        "/" + "a" * 600,
        "",
    ],
)
def test_next_leads_to_our_own_pages_only(client, world, address):
    a_person(world)
    data = {"email": ADA.email, "password": PASSWORD, "next": address}
    answer = client.submit("/account/sign-in", data, follow_redirects=True)

    assert answer.request.path == "/plan"


def test_next_leads_back_to_what_was_asked_for(client, world):
    a_person(world)
    asked = client.get("/plan/share")
    assert asked.status_code == 302

    page = client.page(client.get(asked.location))
    data = {"email": ADA.email, "password": PASSWORD, "next": page.value_of("next")}
    answer = client.submit("/account/sign-in", data, follow_redirects=True)

    assert answer.request.path == "/plan/share"


# --- the second step -----------------------------------------------------------------------------


def test_staff_without_a_second_step_set_it_up_before_anything_else(client, world):
    staff = a_clinician(world, with_phone=False)
    come_in(client, email=staff.email)

    for path in ("/account", "/team", "/account/arrive", "/account/second-step"):
        answer = client.get(path, follow_redirects=True)
        assert answer.request.path == "/account/second-step/set-up"


def test_setting_it_up_opens_the_desk(client, world, clock):
    staff = a_clinician(world, with_phone=False)
    come_in(client, email=staff.email)
    page = client.page(client.get("/account/second-step/set-up"))
    secret = page.value_of("secret")
    assert secret in page.text.replace(" ", "")
    links = [link.get("href") for link in page.find("a")]
    assert any(link.startswith("otpauth:") and f"secret={secret}" in link for link in links)

    answer = client.post(
        "/account/second-step/set-up",
        data={
            "csrf_token": page.value_of("csrf_token"),
            "secret": secret,
            "code": code_of(secret, clock.now),
        },
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert answer.request.path == "/team"


def test_a_wrong_first_code_shows_the_same_secret_again(client, world):
    staff = a_clinician(world, with_phone=False)
    come_in(client, email=staff.email)
    page = client.page(client.get("/account/second-step/set-up"))
    data = {"secret": page.value_of("secret"), "code": "000000"}

    answer = client.submit("/account/second-step/set-up", data)

    assert answer.status_code == 422
    assert client.page(answer).value_of("secret") == page.value_of("secret")
    assert list(client.page(answer).errors) == ["code"]


@pytest.mark.parametrize("secret", ["", "x", "A" * 5000, "<script>"])
def test_a_secret_that_is_not_ours_is_replaced(client, world, secret):
    staff = a_clinician(world, with_phone=False)
    come_in(client, email=staff.email)

    data = {"secret": secret, "code": "000000"}
    answer = client.submit("/account/second-step/set-up", data)

    assert answer.status_code == 422
    assert len(client.page(answer).value_of("secret")) == 32


def test_the_second_step_lets_staff_in_under_a_new_cookie(client, app, world, clock):
    staff = a_clinician(world)
    come_in(client, email=staff.email)
    half = cookie(client)
    assert client.get("/team").status_code == 302

    code = code_of(staff.secret, clock.now)
    answer = client.submit("/account/second-step", {"code": code}, follow_redirects=True)

    assert answer.request.path == "/team"
    assert cookie(client) != half
    assert with_cookie(app, half).get("/account").status_code == 302


@pytest.mark.parametrize("code", ["", "000000", "12345", "letters", "１２３４５６", "9" * 5000])
def test_a_wrong_code_is_said(client, world, code):
    staff = a_clinician(world)
    come_in(client, email=staff.email)

    answer = client.submit("/account/second-step", {"code": code})

    assert answer.status_code == 422
    assert list(client.page(answer).errors) == ["code"]


def test_whoever_has_a_phone_cannot_set_up_another_with_the_password_alone(client, world):
    staff = a_clinician(world)
    come_in(client, email=staff.email)

    answer = client.get("/account/second-step/set-up")

    assert answer.status_code == 302
    assert answer.location.startswith("/account/second-step")


# --- leaving -------------------------------------------------------------------------------------


@pytest.mark.asvs("14.3.1", "7.4.1")
def test_signing_out_kills_every_copy_of_the_cookie(client, app):
    sign_up(client)
    copied = cookie(client)

    answer = client.submit("/account/sign-out", seen_on="/account")

    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(client) is None
    assert with_cookie(app, copied).get("/account").status_code == 302


def test_a_desk_keeps_its_empty_pages_for_when_there_is_no_signal(client, world):
    signed_in_team(client, world)

    answer = client.submit("/account/sign-out", seen_on="/team")

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert cookie(client) is None
    assert "wipe.js" not in client.get(answer.location).get_data(as_text=True)
    assert "wipe.js" in client.get("/account/signed-out").get_data(as_text=True)


def test_signing_out_twice_is_not_an_error(client):
    sign_up(client)
    page = client.page(client.get("/account"))
    client.post("/account/sign-out", data={"csrf_token": page.value_of("csrf_token")})

    assert client.submit("/account/sign-out", seen_on="/account/sign-in").status_code == 302


def test_signing_out_is_never_a_link(client):
    sign_up(client)

    assert client.get("/account/sign-out").status_code == 405
    assert client.get("/account").status_code == 200


def test_an_idle_desk_is_asked_to_sign_in_again(client, world, clock):
    signed_in_team(client, world)
    assert client.get("/team").status_code == 200
    clock.go_on(minutes=15)

    answer = client.get("/team")

    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/team"
