"""What a person and a program read when something cannot be done, and what the log keeps of it."""

from __future__ import annotations

import logging
import re

import pytest

from careplan.acts.signing_in import TooManyTries
from careplan.acts.world import NotAllowed, NotThere
from careplan.store.errors import Busy, Unavailable
from careplan.web.access import Reader, open_to
from careplan.web.security import MAX_BODY
from tests.visitors import sign_up

SECRET = "sickle pain in my left hip"


@pytest.fixture
def broken(app):
    """An application with doors that fail in every way we know."""
    problems = {
        "value": ValueError(SECRET),
        "not-there": NotThere(SECRET),
        "not-allowed": NotAllowed(SECRET),
        "tries": TooManyTries(SECRET),
        "busy": Busy(SECRET),
        "unavailable": Unavailable(SECRET),
    }

    @open_to(Reader.ANYONE)
    def fail(name):
        raise problems[name]

    app.add_url_rule("/fail/<name>", "fail", fail)
    app.add_url_rule("/m/fail/<name>", "machine_fail", fail)
    return app.test_client()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("value", 500),
        ("not-there", 404),
        ("not-allowed", 403),
        ("tries", 429),
        ("busy", 503),
        ("unavailable", 503),
    ],
)
def test_a_person_reads_a_sentence_and_a_program_json(broken, name, code):
    for path in (f"/fail/{name}", f"/m/fail/{name}"):
        answer = broken.get(path)
        assert answer.status_code == code
        assert SECRET not in answer.text
        assert "Traceback" not in answer.text
    assert set(answer.json) == {"error", "detail"}


def test_the_log_has_the_kind_and_the_place_and_nothing_anybody_wrote(broken, caplog):
    with caplog.at_level(logging.DEBUG):
        broken.get("/fail/value", query_string={"words": SECRET})

    written = [one for one in caplog.records if one.name == "careplan.web"]
    (line,) = [one for one in written if one.event == "broken"]
    outer = r"web/access\.py:\d+ < web/collisions\.py:\d+"
    assert re.fullmatch(outer, line.fields.pop("place"))
    assert re.fullmatch(r"[0-9a-f]{32}", line.fields.pop("request"))
    assert line.fields == {"error": "ValueError", "method": "GET", "rule": "/fail/<name>"}
    assert SECRET not in caplog.text + "".join(str(one.__dict__) for one in written)


def test_a_mistake_of_ours_comes_up_even_when_nobody_can_be_asked_who_reads(make_app, tmp_path):
    """The database is away: the page that says so must not ask it anything."""
    elsewhere = make_app(database_url=f"sqlite:///{tmp_path}/nothing/here.db").test_client()
    elsewhere.set_cookie("__Host-careplan", "x", domain="plan.example.org", secure=True)

    answer = elsewhere.get("/plan")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "paper plan" in elsewhere.page(answer).text


def test_an_address_that_is_not_there(client):
    assert client.page(client.get("/nothing")).heading == "Page not found"
    assert client.post("/nothing").status_code == 404
    assert client.get("/static/nothing.css").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/%00", "/%ff%fe", "/\u202e", "/" + "a" * 5000, "/..%2f..%2fetc"])
def test_an_odd_address_is_not_there_either(client, path):
    assert client.get(path).status_code == 404


def test_a_way_of_asking_that_does_not_work_here(client):
    answer = client.delete("/account/sign-in")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_too_much_at_once_is_refused(client, content_type):
    body = b"email=" + b"x" * MAX_BODY

    answer = client.post("/account/sign-in", data=body, content_type=content_type)

    assert answer.status_code == 413
    assert "Nothing was saved" in client.page(answer).text


def test_a_thousand_parts_are_refused(client):
    data = {f"part{number}": (None, "x") for number in range(2500)}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in data
    )

    answer = client.post(
        "/account/sign-in",
        data=(body + "--b--\r\n").encode(),
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
        (b"x", "multipart/form-data"),
        (b"%%%=%%%&&&===", "application/x-www-form-urlencoded"),
        (b"<x/>", "application/xml"),
    ],
)
def test_garbage_is_a_clear_refusal(client, body, content_type):
    answer = client.post("/account/sign-in", data=body, content_type=content_type)

    assert answer.status_code == 400


def test_a_person_signed_in_keeps_their_way_out_on_an_error_page(client):
    sign_up(client)

    page = client.page(client.get("/nothing"))

    assert page.find("form", action="/account/sign-out")


def test_the_answer_to_a_stale_form_says_what_to_do(client):
    answer = client.post("/account/sign-in", data={"csrf_token": "old"})

    assert answer.status_code == 400
    assert "load it again" in client.page(answer).text


def test_the_title_says_what_happened(client):
    assert client.page(client.get("/nothing")).title == "Page not found – My sickle cell plan"


@pytest.mark.parametrize(
    ("ask", "code", "issue"),
    [
        (("GET", "/fhir/nothing-here"), 404, "not-found"),
        (("GET", "/fhir/fail/value"), 500, "exception"),
        (("GET", "/fhir/fail/unavailable"), 503, "transient"),
        (("POST", "/fhir/fail/value"), 405, "not-supported"),
    ],
)
def test_a_fhir_door_says_it_as_an_outcome(app, ask, code, issue):
    def fail(name):
        raise {"value": ValueError, "unavailable": Unavailable}[name](SECRET)

    app.add_url_rule("/fhir/fail/<name>", "fhir_fail", open_to(Reader.ANYONE)(fail))
    method, path = ask
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (code, "application/fhir+json")
    assert answer.json["resourceType"] == "OperationOutcome"
    assert [one["code"] for one in answer.json["issue"]] == [issue]
    assert SECRET not in answer.text
    assert ("Allow" in answer.headers) == (code == 405)


def test_the_programs_of_our_own_pages_are_told_no_in_json(app):
    client = app.test_client()
    for path in ("/going-in/taps", "/my-copy/still"):
        answer = client.post(path, data=b"x" * (MAX_BODY + 1))
        assert answer.status_code in (410, 413)
        assert answer.mimetype == "application/json"
    assert client.get("/.well-known/crl/none.json").json["error"]
