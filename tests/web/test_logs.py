"""The log by its list: what gets in, what does not, and that nothing anybody sends is in it."""

from __future__ import annotations

import io
import json
import logging
import re
from contextlib import redirect_stderr
from typing import Any

import pytest

from careplan.web import logs
from careplan.web.logs import FIELDS, Event, JsonLines, NotForTheLog, to_stderr, write

SECRETS = ("9434765919", "Ọlá Tèmítọ́pẹ́", "crisis-in-my-hip", "opioid@example.org", "morphine")


@pytest.fixture
def store_url(sqlite_url):
    """On one database: what is logged knows nothing of databases."""
    return sqlite_url


@pytest.fixture
def lines():
    """What comes out on the service's own error stream, and everything as it was afterwards."""
    root, web = logging.getLogger(), logs.log
    before, levels = root.handlers[:], (root.level, web.level)
    said = io.StringIO()
    with redirect_stderr(said):
        to_stderr(node="app-1", level="info")
    try:
        yield lambda: [json.loads(one) for one in said.getvalue().splitlines()]
    finally:
        root.handlers[:] = before
        root.setLevel(levels[0])
        web.setLevel(levels[1])


def test_a_line_says_what_was_answered_and_nothing_that_was_sent(client, lines):
    for secret in SECRETS:
        client.get(f"/plan/{secret}", query_string={"who": secret})
        client.get(f"/m/{secret}", headers={"User-Agent": secret, "X-Request-ID": secret})
        client.set_cookie("__Host-careplan", re.sub(r"\W", "x", secret), domain="plan.example.org")
        client.post("/code", data={"code": secret, "birth_date": secret, "passcode": secret})
        client.post(f"/m/{secret}", json={"recipient": secret, "passcode": secret})
        client.open("/s", method="GET", headers={"Referer": f"https://x/{secret}"})

    written = lines()
    assert len(written) >= 5 * len(SECRETS)
    usual = {"time", "level", "node", "event", "request", "rule", "method", "status", "ms"}
    assert {name for line in written for name in line} == usual
    assert {line["rule"] for line in written} >= {"none", "/m/<token>", "/code", "/s"}
    said = json.dumps(written, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in said] == []


def test_what_is_not_on_the_list_raises_here_and_is_dropped_in_a_service(make_app, lines):
    with make_app().test_request_context("/code"):
        wrong: tuple[dict[str, Any], ...] = (
            {"name": "Ada"},
            {"rule": "/m/sEcReT"},
            {"error": "ValueError: 9434765919"},
            {"place": "/etc/passwd"},
            {"status": "200"},
            {"method": "9434765919"},
            {"request": "9434765919"},
        )
        for refused in wrong:
            with pytest.raises(NotForTheLog):
                write(Event.BROKEN, **refused)
    with make_app(environment="production").test_request_context("/code"):
        write(Event.BROKEN, error=ValueError, name="Ada", rule="/m/sEcReT")
    (line,) = lines()
    assert line.items() >= {"event": "broken", "error": "ValueError", "dropped": 2}.items()
    assert "Ada" not in str(line)
    assert "sEcReT" not in str(line)


def test_no_field_has_room_for_a_name_or_a_number(app):
    """Whatever is added to the list: a person's facts must not fit its shape."""
    numeric = {"status", "ms"}
    with app.test_request_context("/nothing/here"):
        for secret in SECRETS:
            assert [name for name, fits in FIELDS.items() if fits(secret)] == []
            assert [one for one in numeric if FIELDS[one](9434765919)] == []


def test_libraries_are_quoted_by_their_place_only(lines):
    library = logging.getLogger("somebody.elses")
    library.warning("could not draw Ada’s name: %s", "morphine")
    try:
        int("morphine")
    except ValueError:
        library.exception("morphine failed")
    logging.getLogger("careplan.store").warning("Waits to be told: %s", "morphine")
    first, second, ours = lines()
    assert first.items() >= {"event": "said", "by": "somebody.elses", "level": "warning"}.items()
    assert re.fullmatch(r"test_logs\.py:\d+", first["place"])
    assert second["error"] == "ValueError"
    assert ours["said"] == "Waits to be told: %s"
    assert "morphine" not in str((first, second, ours))
    assert "Ada" not in str(first)


def test_a_line_is_one_line_whatever_is_in_it():
    record = logging.LogRecord("careplan.x", 30, "x.py", 1, "one\ntwo\u2028three", None, None)
    assert len(JsonLines("node").format(record).splitlines()) == 1


def test_the_proxys_number_of_a_request_goes_along_and_a_strangers_does_not(make_app):
    given = "0123456789abcdef" * 2
    behind = make_app(trust_proxy=True).test_client()
    assert behind.get("/code", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    for bad in ("9434765919", "a" * 33, given.upper()):
        assert behind.get("/code", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad
    alone = make_app().test_client()
    first, second = (alone.get("/code", headers={"X-Request-ID": given}) for _ in range(2))
    numbers = {one.headers["X-Request-ID"] for one in (first, second)}
    assert len(numbers | {given}) == 3
    assert "X-Request-ID" not in alone.post("/m/none", json={"recipient": "x"}).headers
