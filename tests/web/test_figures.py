"""/metrics: behind its token, right numbers, no label that could ever say who."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from careplan.audit.kinds import Kind
from careplan.web.access import routes
from careplan.web.figures import LABELS, OPEN, Counting
from careplan.web.logs import METHODS, NO_RULE
from tests.visitors import sign_up

TOKEN = "a token that is long enough to be one"
HOLDER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(make_app):
    return make_app(metrics_token=TOKEN)


def told(app):
    """Name and labels of every sample, and its value."""
    answer = app.test_client().get("/metrics", headers=HOLDER)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def grown(app, deeds):
    before = told(app)
    deeds()
    after = told(app)
    return {key: value - before.get(key, 0) for key, value in after.items()}


def test_only_whoever_holds_the_token_reads_them(watched, client):
    assert client.get("/metrics", headers=HOLDER).status_code == 404  # none is set there
    reader = watched.test_client()
    for wrong in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}):
        assert reader.get("/metrics", headers=wrong).status_code == 401


def test_every_answer_is_counted_under_the_pattern_of_its_address(watched):
    def ask():
        visitor = watched.test_client()
        for address in ("/code", "/m/9434765919", "/nowhere/9434765919"):
            visitor.get(address)
        visitor.open("/code", method="MORPHINE")
        visitor.post("/m/9434765919", json={"recipient": "Ward 9"})

    more = grown(watched, ask)

    def count(rule, method, status):
        labels = (("method", method), ("rule", rule), ("status", status))
        return more.get(("careplan_requests_total", *labels), 0)

    assert count("/code", "GET", "2xx") == 1
    assert count("/m/<token>", "GET", "4xx") == 1
    assert count(NO_RULE, "GET", "4xx") == 1
    assert count(NO_RULE, "other", "4xx") == 1
    assert more[("careplan_openings_total", ("outcome", "shut"))] == 1
    assert more[("careplan_request_seconds_count", ("rule", "/code"))] == 1


def test_deeds_are_counted_once_they_are_kept(watched):
    more = grown(watched, lambda: sign_up(watched.test_client()))
    assert more[("careplan_deeds_total", ("deed", Kind.ACCOUNT_CREATED.value))] == 1
    assert more[("careplan_transaction_seconds_count", ("mode", "write"))] >= 1


def test_what_was_not_kept_is_no_deed(world):
    heard: list[list[str]] = []
    world.store.listener = Hearing(heard)
    with suppress(LookupError), world.store.begin() as tx:
        tx.deeds.append("link_opened")
        raise LookupError
    assert heard == []
    with world.store.begin() as tx:
        tx.deeds.append("link_opened")
    assert heard == [["link_opened"]]


def test_no_label_can_say_who(watched):

    def ask():
        visitor = watched.test_client()
        sign_up(visitor)
        visitor.get("/plan/9434765919")

    rules = {rule for rule, _methods, _reader in routes(watched)} | {NO_RULE}
    allowed = {
        "rule": rules,
        "method": METHODS | {"other"},
        "status": {f"{n}xx" for n in range(1, 6)},
        "outcome": {"opened", "asked", "shut", "wait", "unavailable", "refused"},
        "deed": {kind.value for kind in Kind},
        "mode": {"read", "write"},
    }
    more = grown(watched, ask)  # other tests' applications have doors of their own
    found = {label for (_name, *labels), by in more.items() if by for label in labels}
    names = {name for name, _value in found} - {"le"}
    assert names <= LABELS
    assert names >= {"rule", "method", "status", "deed", "mode"}
    for name, value in found:
        if name in allowed:
            assert value in allowed[name], (name, value)


def test_transactions_under_way_are_counted(watched, world):
    world.store.listener = Counting()
    before = OPEN._value.get()
    with world.store.read():
        assert OPEN._value.get() == before + 1
    with suppress(LookupError), world.store.begin():
        raise LookupError
    assert OPEN._value.get() == before


def test_it_says_how_things_stand(watched):
    now = told(watched)
    assert now[("careplan_transactions_open",)] >= 0
    assert now[("careplan_database_up",)] == 1
    assert now[("careplan_schema_matches",)] == 1
    assert now[("careplan_outbox_waiting",)] >= 0
    assert now[("careplan_outbox_oldest_seconds",)] >= 0


def test_it_says_so_when_the_database_is_away(make_app, tmp_path):
    away = make_app(metrics_token=TOKEN, database_url=f"sqlite:///{tmp_path}/no/where.db")
    now = told(away)
    assert now[("careplan_database_up",)] == 0
    assert ("careplan_outbox_waiting",) not in now


IN_A_PROCESS = """
import sys
from careplan.web.figures import Counting, _counted
from prometheus_client import generate_latest
Counting().kept(["link_opened"] * int(sys.argv[1]))
print(generate_latest(_counted()).decode())
"""


def test_processes_count_together(tmp_path: Path):
    """Each worker keeps its own file; whichever is asked tells the sum."""
    said = ""
    for number in ("2", "3"):
        said = subprocess.run(
            [sys.executable, "-c", IN_A_PROCESS, number],
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert 'careplan_deeds_total{deed="link_opened"} 5.0' in said


def test_every_outcome_of_an_opening_is_there_from_the_start(make_app):
    """What is first seen at one is no rise to an alert that asks for a rate."""
    now = told(make_app(metrics_token=TOKEN))
    for outcome in ("opened", "asked", "shut", "wait", "unavailable", "refused"):
        assert ("careplan_openings_total", ("outcome", outcome)) in now


def test_a_folder_that_is_not_there_stops_it_in_words(tmp_path: Path):
    """As a command does that is given what only the site needs."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "no"), "CAREPLAN_ENV": "demo"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Cannot start: PROMETHEUS_MULTIPROC_DIR")
    assert "Traceback" not in done.stderr


class Hearing:
    def __init__(self, heard):
        self._heard = heard

    def kept(self, deeds):
        self._heard.append(list(deeds))

    def began(self):
        """Each is told of once it has ended, too."""

    def transaction(self, seconds, *, writes):
        assert seconds > 0

    def refused(self, problem):
        raise AssertionError(problem)
