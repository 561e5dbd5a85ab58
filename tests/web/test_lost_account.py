"""The pages by which somebody comes back in, and what strangers learn from them: nothing."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import re
from uuid import UUID

import pytest

from careplan.accounts.people import Role, Standing
from careplan.acts.accounts import FROM_ONE_NETWORK
from careplan.store.accounts import set_state
from careplan.store.teams import set_member_state
from tests.visitors import ADA, PASSWORD, a_clinician, come_in, sign_up, signed_in_team
from tests.web.team.desk import a_desk

WORDS = "eleven grey otters dancing"
GIVEN = {"email": ADA.email, "password": WORDS}
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
SEEN = {"method": "photo_id", "seen": "yes"}


@pytest.fixture
def store_url(sqlite_url):
    """What the acts do is tried on both databases; pages on one."""
    return sqlite_url


@pytest.fixture
def desk(client, world):
    return a_desk(client, world)


def test_a_person_who_lost_everything_comes_back_in_clinic(desk, app):
    ada = app.test_client()
    assert "Go to your team" in ada.page(ada.get("/account/lost")).text
    path = desk.at("cannot-get-in")
    assert path in desk.client.get(desk.at()).get_data(as_text=True)
    mine = {"account": desk.person.account_id} | SEEN
    for missing, question in (("seen", "seen"), ("method", "method"), ("account", "account")):
        answer = desk.client.submit(path, {k: v for k, v in mine.items() if k != missing})
        assert answer.status_code == 422
        assert question in desk.client.page(answer).errors
    code = CODE.search(desk.client.page(desk.client.submit(path, mine)).text).group()
    wrong = ada.submit("/account/lost", GIVEN | {"code": "0000-0000"})
    assert wrong.status_code == 422
    assert "do not open anything together" in ada.page(wrong).errors["code"]
    weak = ada.submit("/account/lost", GIVEN | {"code": code, "password": "adaeze"})
    assert (weak.status_code, ada.page(weak).value_of("code")) == (422, code)
    done = ada.submit("/account/lost", GIVEN | {"code": code.lower().replace("-", " ")})
    assert "You have a new password" in ada.page(done).text
    come_in(ada, password=WORDS)
    assert ada.get("/plan").status_code == 200
    looked = ada.page(ada.get("/plan/who-looked")).text
    assert "made a one-time code that lets you back into your account" in looked


def test_an_administrator_lets_a_colleague_back_and_nobody_they_may_not(client, world, app):
    admin = a_clinician(world, email="g@example.org", role=Role.TEAM_ADMIN, with_phone=False)
    bola = a_clinician(world, email="bola@example.org", team_id=admin.team_id)
    far = a_clinician(world, email="far@example.org")
    signed_in_team(client, world, admin)
    path = f"/team/members/{bola.who.account_id}/cannot-get-in"
    code = CODE.search(client.page(client.submit(path, SEEN)).text).group()
    app.test_client().submit(
        "/account/lost", {"email": bola.email, "password": WORDS, "code": code}
    )
    page = client.page(client.get(path.removesuffix("/cannot-get-in")))
    assert "somebody else must check" in page.text
    assert client.get(f"/team/members/{far.who.account_id}/cannot-get-in").status_code == 404
    me = f"/team/members/{admin.who.account_id}/cannot-get-in"
    refused = client.submit(me, SEEN)
    assert refused.status_code == 409
    assert "cannot do this for yourself" in client.page(refused).text


# --- nobody learns who has an account ----------------------------------------------------------

NOBODY = "nobody@example.org"
DOORS = {
    "/account/sign-in": {"password": "not the right words"},
    "/account/lost": {"password": WORDS, "code": "4K7M-2QXN"},
    "/account/invited": {"password": WORDS, "code": "4K7M-2QXN-8PRT-6WVZ"},
    "/account/new": {
        "legal_name": "Zed Young",
        "born-day": "1",
        "born-month": "2",
        "born-year": "1990",
        "password": WORDS,
    },
    "/account/new-helper": {"legal_name": "Zed Young", "password": WORDS},
}


def as_seen(answer, email):
    """What a stranger has of an answer: the form's token is theirs alone, the address their own."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.get_data(as_text=True))
    headers = {name: value for name, value in answer.headers if name not in _OWN}
    return answer.status_code, headers, text.replace(email, "[the address]")


_OWN = ("Set-Cookie", "Date", "Content-Length", "X-Request-ID")


@pytest.mark.asvs("6.3.8")
def test_every_door_says_the_same_of_an_address_with_an_account_and_without(app, world):
    """A person's, a clinician's and nobody's: status, headers and every byte of the page."""
    sign_up(app.test_client())
    staff = a_clinician(world)
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    for path, typed in DOORS.items():
        assert path in paths
        seen = [
            as_seen(app.test_client().submit(path, typed | {"email": email}), email)
            for email in (NOBODY if path == "/account/sign-in" else f"{path[9:]}@example.org",
                          ADA.email, staff.email)
        ]  # fmt: skip
        for one in seen[1:]:
            assert one[:2] == seen[0][:2], path
            assert one[2] == seen[0][2], path


# --- no flood of accounts ----------------------------------------------------------------------


@pytest.mark.asvs("2.4.1", "6.3.1")
def test_accounts_come_in_a_trickle_from_one_place_and_others_go_on(app, clock):
    """The next one is told to wait, and keeps what was typed; another place is not held up."""
    form = DOORS["/account/new"]

    def asked(number, address, path="/account/new"):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        typed = form | {"email": f"number{number}@example.org"}
        return client, client.submit(path, typed)

    for number in range(FROM_ONE_NETWORK):
        assert asked(number, f"203.0.113.{number}")[1].status_code == 200
    for path in ("/account/new", "/account/new-helper"):
        client, answer = asked(100, "203.0.113.250", path)
        page = client.page(answer)
        assert answer.status_code == 429
        assert "Yours was not made" in page.errors["email"]
        assert page.value_of("legal_name") == "Zed Young"
    assert asked(101, "203.0.114.1")[1].status_code == 200
    assert asked(102, "2001:db8::1")[1].status_code == 200
    clock.go_on(hours=1)
    assert asked(103, "203.0.113.250")[1].status_code == 200


# --- suspended ---------------------------------------------------------------------------------


@pytest.mark.asvs("7.4.2", "8.3.2")
def test_who_is_suspended_stops_at_their_next_request(desk, world):
    """Whatever page they had open: it reads nothing, and changes nothing."""
    pages = ["/team", "/team/link", desk.at(), desk.at("allergies"), desk.at("cannot-get-in")]
    assert {desk.client.get(path).status_code for path in pages} == {200}
    with world.store.begin() as tx:
        set_member_state(tx, UUID(desk.staff.who.account_id), desk.staff.team_id, "suspended")
    assert {desk.client.get(path).status_code for path in pages} == {403}
    posted = desk.client.post(desk.at("cannot-get-in"), data={"account": desk.person.account_id})
    assert posted.status_code in (400, 403)


@pytest.mark.asvs("7.4.2")
def test_a_suspended_account_is_nobody_from_the_next_request(desk, app, world):
    """A clinician's and a person's: a page that is open leads to the sign-in page, which refuses
    them as it refuses everybody."""
    ada = come_in(app.test_client())
    assert ada.get("/plan").status_code == 200
    with world.store.begin() as tx:
        for account_id in (desk.staff.who.account_id, desk.person.account_id):
            set_state(tx, UUID(account_id), Standing.SUSPENDED)
    for client, path in ((desk.client, desk.at()), (ada, "/plan"), (ada, "/account")):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/account/sign-in")
    refused = ada.submit("/account/sign-in", {"email": ADA.email, "password": PASSWORD})
    assert refused.status_code == 422
