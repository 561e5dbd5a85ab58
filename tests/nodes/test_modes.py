"""What people and programs read while nothing can be saved, and that their words stay with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from careplan.audit.events import Kind
from careplan.plan.care_plan import OWN_WORDS
from careplan.sharing.links import Kind as Link
from careplan.store.errors import CannotWriteDown, Full, ReadOnly, Unavailable
from careplan.web.access import Reader, open_to
from tests.acts.worlds import ADA, Clinic, _laid_into, token_of
from tests.stores import NOW
from tests.visitors import sign_up

WORDS = "Please warm the room, and <b>call</b> my sister before anybody moves me."
PROBLEMS = {
    "away": (Unavailable("x"), "main computer is not answering"),
    "full": (Full("x"), "no room left"),
    "looked-after": (ReadOnly("x"), "looking after this service"),
    "unwritten": (CannotWriteDown("x"), "cannot write down that somebody looked"),
}


@pytest.fixture
def doors(make_app: Callable[..., Flask]):
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False

    @open_to(Reader.SIGNED_IN)
    def own(name):
        raise PROBLEMS[name][0]

    @open_to(Reader.ANYONE)
    def anyone(name):
        raise PROBLEMS[name][0]

    for prefix, view in (("own", own), ("open", anyone), ("m/open", anyone), ("fhir/open", anyone)):
        app.add_url_rule(
            f"/{prefix}/<name>", prefix.replace("/", "_"), view, methods=["GET", "POST"]
        )
    return app.test_client()


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_says_what_happened_and_points_to_the_paper(doors, name):
    says = PROBLEMS[name][1]
    page = doors.get(f"/open/{name}")
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) >= 30
    text = doors.page(page).text
    assert says in text
    assert "paper" in text
    assert "24-hour number" in text

    program = doors.get(f"/m/open/{name}")
    assert program.status_code == 503
    assert says in program.json["detail"]
    assert program.headers["Retry-After"]
    fhir = doors.get(f"/fhir/open/{name}")
    assert fhir.json["resourceType"] == "OperationOutcome"
    assert says in fhir.text
    assert "paper" in fhir.text
    assert fhir.headers["Retry-After"]


def test_what_was_typed_stays_on_the_page(doors):
    sign_up(doors)
    sent = {
        "csrf_token": "t",
        "words": WORDS,
        "choice": "yes",
        "more": "a few words",
    }
    page = doors.page(doors.post("/own/looked-after?a=1", data=sent))
    assert "was not saved" in page.text
    form = page.root.find(".//form")
    assert form.get("action") == "/own/looked-after?a=1"
    boxes = {box.get("name"): box.text for box in form.iter("textarea")}
    assert boxes["words"].strip() == WORDS
    hidden = {box.get("name"): box.get("value") for box in form.iter("input")}
    assert hidden == {"csrf_token": "t", "choice": "yes", "more": "a few words"}


def test_a_secret_is_never_sent_back(doors):
    sign_up(doors)
    sent = {"words": WORDS, "new_password": "correct horse battery", "code": "123456"}
    answer = doors.post("/own/away", data=sent)
    assert "correct horse" not in answer.text
    assert "123456" not in answer.text
    page = doors.page(answer)
    assert "Copy it" in page.text
    assert page.root.find(".//form") is None
    assert WORDS in page.root.find(".//textarea").text


def test_nothing_is_sent_back_to_a_stranger(doors):
    answer = doors.post("/open/away", data={"words": WORDS})
    assert "warm the room" not in answer.text


# --- looked after -------------------------------------------------------------------------------


@pytest.fixture
def looked_after(make_app: Callable[..., Flask], clinic: Clinic, tmp_path: Path) -> Flask:
    return make_app(read_only=True, spool=str(tmp_path / "spool"))


def test_while_it_is_looked_after_links_open_and_nothing_is_saved(looked_after, clinic):
    client = looked_after.test_client()
    card = clinic.share()
    found = client.post(f"/m/{token_of(card)}", json={"recipient": "Ward 9"})
    assert found.status_code == 200
    assert "main computer" not in found.json["_state"]["words"], "nothing of it is old"
    assert client.get("/readyz").status_code == 200

    shown = client.submit("/code", {"code": card.code, "birth_date": "14 3 1997"})
    assert shown.status_code == 200
    refused = client.submit("/account/sign-in", {"email": "ada@example.org", "password": "x" * 12})
    assert refused.status_code == 503
    assert "looking after this service" in client.page(refused).text


def test_what_a_node_could_not_tell_is_told_by_work(looked_after, make_app, clinic, tmp_path):
    card = clinic.share()
    address = f"/m/{token_of(card)}"
    assert looked_after.test_client().post(address, json={"recipient": "A"}).status_code == 200
    again = make_app(spool=str(tmp_path / "spool"))
    said = again.test_cli_runner().invoke(args=["work"])
    assert "Looks told late: 1." in said.output, said.output
    assert clinic.events(1)[0].what["late"] == "yes"


def test_without_a_spool_it_says_so(make_app, clinic):
    client = make_app(read_only=True).test_client()
    card = clinic.share()
    found = client.post(f"/m/{token_of(card)}", json={"recipient": "Ward 9"})
    assert found.status_code == 503
    assert found.headers["Retry-After"]
    assert "write down who looked" in found.json["detail"]
    assert "paper" in found.json["detail"]
    by_code = client.submit("/code", {"code": card.code, "birth_date": "14 3 1997"})
    assert by_code.status_code == 503
    assert "write down who looked" in client.page(by_code).text
    assert clinic.deeds().count(Kind.LINK_OPENED) == 0


def test_while_it_is_looked_after_every_opening_is_told_afterwards(
    looked_after, make_app, clinic, tmp_path
):
    """A ward's scan, a health app's link and a short code: shown, and in the person's list late."""
    client = looked_after.test_client()
    in_a_day = NOW + timedelta(days=1)
    card, app_link = clinic.share(), clinic.share(Link.APP, direct=True, expires_at=in_a_day)
    assert client.post(f"/m/{token_of(card)}", json={"recipient": "Ward 9"}).status_code == 200
    direct = client.get(f"/u/{token_of(app_link)}?recipient=An+app")
    assert direct.status_code == 200, direct.text
    shown = client.submit("/code", {"code": card.code, "birth_date": "14 3 1997"})
    assert shown.status_code == 200
    before = clinic.deeds()
    assert not {Kind.LINK_OPENED, Kind.SHORT_CODE_OPENED} & set(before)

    make_app(spool=str(tmp_path / "spool")).test_cli_runner().invoke(args=["work"])
    told = clinic.events(3)
    assert {one.kind for one in told} == {Kind.LINK_OPENED, Kind.SHORT_CODE_OPENED}
    assert [one.what["late"] for one in told] == ["yes"] * 3
    assert clinic.chains_hold()


def test_whoever_is_signed_in_is_told_why_a_page_is_not_shown(make_app, tmp_path):
    """What cannot be written down is not shown; but they wanted to read, not to save."""
    app = make_app(spool=str(tmp_path / "spool"))
    client = app.test_client()
    sign_up(client)
    app.extensions["careplan"].world.store.read_only = True
    page = client.get("/plan")
    assert page.status_code == 503
    said = client.page(page).text
    assert "This cannot be shown just now" in said
    assert "cannot change" not in said


def _pages(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


@contextmanager
def no_room(folder: Path) -> Iterator[None]:
    file = folder / "looks.spool"
    file.unlink(missing_ok=True)
    file.mkdir(parents=True)
    try:
        yield
    finally:
        file.rmdir()


def test_where_the_look_cannot_be_written_the_number_is_told(looked_after, clinic, tmp_path):
    client = looked_after.test_client()
    card = clinic.share()
    with no_room(tmp_path / "spool"):
        found = client.post(f"/m/{token_of(card)}", json={"recipient": "Ward 9"})
    assert found.status_code == 503
    assert found.json["phone"]
    assert client.post(f"/m/{token_of(card)}", json={"recipient": "Ward 9"}).status_code == 200


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_on_a_full_disk_links_open_and_saving_is_refused(
    make_app, signed_once, sqlite_url, tmp_path
):
    """SQLite is told that its file may not grow, which is what a full disk tells it."""
    app = make_app(database_url=sqlite_url, spool=str(tmp_path / "spool"))
    world = app.extensions["careplan"].world
    clinic = _laid_into(world, signed_once)
    card = clinic.share()
    full = f"PRAGMA max_page_count = {_pages(sqlite_url)}"
    world.store.drop_connections()
    event.listen(world.store._engines.writing, "connect", lambda raw, _: raw.execute(full))

    client = app.test_client()
    statuses = {
        client.post(f"/m/{token_of(card)}", json={"recipient": "x" * 120}).status_code
        for _ in range(200)
    }
    assert statuses == {200}, "every look is shown"
    assert world.fallback.spool.waiting() > 0, "and after a while the database had no room"
    with pytest.raises(Full):
        _save_very_often(clinic)


def _save_very_often(clinic: Clinic) -> None:
    for _ in range(50):
        clinic.save_all(ADA, OWN_WORDS)
