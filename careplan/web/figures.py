"""Figures for whoever keeps the service running: how many, how fast, how long it waits.

Never about anybody: labels are on a short list, and each value is one of a closed set of ours (the
pattern of an address, not the address; the kind of a deed, not whose). Counted by every process
into PROMETHEUS_MULTIPROC_DIR, where that is set, so that any of them can tell all of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from careplan.acts.backing_up import LastDone
from careplan.acts.waiting import Standing, standing_of_service
from careplan.keys.tokens import same
from careplan.store.listening import Listener
from careplan.store.waiting import Waiting
from careplan.variables import Unsafe
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.logs import method_of_request, rule_of_request

figures = Blueprint("figures", __name__)

_TOGETHER = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if _TOGETHER and not os.access(_TOGETHER, os.W_OK | os.X_OK):
    # The first counter below would fail on it, and say nothing that anybody could act on.
    raise Unsafe(
        f"PROMETHEUS_MULTIPROC_DIR is {_TOGETHER!r}, a folder that is not there or that this user "
        "may not write to. The site makes its own (ops/start); a command needs none."
    )

OURS = CollectorRegistry()
LABELS = frozenset({"rule", "method", "status", "outcome", "deed", "mode", "problem"})
"""Every label there is. A new one must be thought about here: can it ever say who?"""
_QUICK = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_STATEMENTS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10)

REQUESTS = Counter(
    "careplan_requests", "Requests answered", ["rule", "method", "status"], registry=OURS
)
SECONDS = Histogram(
    "careplan_request_seconds", "Time to answer", ["rule"], buckets=_QUICK, registry=OURS
)
OPENINGS = Counter(
    "careplan_openings", "What strangers at links and short codes got", ["outcome"], registry=OURS
)
DEEDS = Counter(
    "careplan_deeds", "Deeds written into the audit trail, by kind", ["deed"], registry=OURS
)
TRANSACTIONS = Histogram(
    "careplan_transaction_seconds",
    "Time a transaction took, waiting for a connection included",
    ["mode"],
    buckets=_STATEMENTS,
    registry=OURS,
)
OPEN = Gauge(
    "careplan_transactions_open",
    "Transactions under way or waiting for a connection",
    multiprocess_mode="livesum",
    registry=OURS,
)
REFUSALS = Counter(
    "careplan_database_refusals", "What the database refused", ["problem"], registry=OURS
)
RETRIES = Counter(
    "careplan_database_retries", "Acts done again after a refusal", ["problem"], registry=OURS
)

_LINK_DOORS = frozenset({"machine.manifest", "machine.direct"})
_OUTCOMES = {200: "opened", 401: "asked", 404: "shut", 429: "wait", 503: "unavailable"}


class Counting(Listener):
    def began(self) -> None:
        OPEN.inc()

    def transaction(self, seconds: float, *, writes: bool) -> None:
        OPEN.dec()
        TRANSACTIONS.labels("write" if writes else "read").observe(seconds)

    def kept(self, deeds: Sequence[str]) -> None:
        for deed in deeds:
            DEEDS.labels(deed).inc()

    def refused(self, problem: str) -> None:
        REFUSALS.labels(problem).inc()

    def retried(self, problem: str) -> None:
        RETRIES.labels(problem).inc()


def install(app: Flask) -> None:
    """Counts every answer. After `logs.install`, which says when a request began."""
    app.extensions["careplan"].world.store.listener = Counting()
    # There from the start: the first time something happens would be no rise otherwise.
    for outcome in (*_OUTCOMES.values(), "refused"):
        OPENINGS.labels(outcome)

    @app.after_request
    def _count(response: Response) -> Response:
        rule = rule_of_request()
        status = f"{response.status_code // 100}xx"
        REQUESTS.labels(rule, method_of_request(), status).inc()
        if "began" in g:
            SECONDS.labels(rule).observe(time.perf_counter() - g.began)
        if request.endpoint in _LINK_DOORS and request.method != "OPTIONS":
            OPENINGS.labels(_OUTCOMES.get(response.status_code, "refused")).inc()
        return response


@figures.get("/metrics")
@open_to(Reader.ANYONE)
def metrics() -> Response:
    """For whoever holds METRICS_TOKEN. Without one set there is no such page."""
    token = here().settings.metrics_token
    if not token:
        abort(404)
    said = request.headers.get("Authorization", "")
    if not same(said.encode(), f"Bearer {token}".encode()):
        abort(401)
    text = generate_latest(_counted()) + generate_latest(_now())
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _counted() -> CollectorRegistry:
    """What all processes counted together, or this one where it is alone."""
    if _TOGETHER is None:
        return OURS
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _now() -> CollectorRegistry:
    """How it stands this moment, asked of the database and of this node."""
    registry = CollectorRegistry()
    at, began = here().now(), time.perf_counter()
    standing = standing_of_service(here().world, at=at)
    seconds = time.perf_counter() - began
    for name, (meaning, value) in _standing(standing, seconds, at).items():
        if value is not None:
            Gauge(name, meaning, registry=registry).set(value)
    return registry


def _standing(now: Standing, seconds: float, at: datetime) -> dict[str, tuple[str, float | None]]:
    """Without a value where the database could not be asked, or the thing does not exist yet."""
    known: dict[str, tuple[str, float | None]] = {
        "careplan_database_up": (
            "1 while the database answers",
            float(now.schema_matches is not None),
        ),
        "careplan_database_answer_seconds": ("How long it took to ask it all this", seconds),
        "careplan_schema_matches": ("1 if nothing is to be migrated", now.schema_matches),
        "careplan_spool_bytes": ("What waits on this node to be told", now.spooled),
        "careplan_spool_unreadable_bytes": (
            "What was set aside on this node, for it cannot be told",
            now.set_aside,
        ),
    }
    known |= _waiting(now.waiting) if now.waiting is not None else {}
    return known | (_copies(now.copies, at) if now.copies is not None else {})


def _copies(last: LastDone, at: datetime) -> dict[str, tuple[str, float | None]]:
    """None where it was never done: an alert asks for that too."""
    backup = (at - last.backup).total_seconds() if last.backup else None
    drill = (at - last.drill).total_seconds() if last.drill else None
    heads = (at - last.heads).total_seconds() if last.heads else None
    return {
        "careplan_backup_age_seconds": ("Since the last backup was made", backup),
        "careplan_drill_age_seconds": ("Since a backup was last tried", drill),
        "careplan_heads_age_seconds": ("Since the trail's heads were last exported", heads),
    }


def _waiting(now: Waiting) -> dict[str, tuple[str, float | None]]:
    card_key = now.card_key.total_seconds() if now.card_key is not None else None
    oldest = now.oldest_message.total_seconds()
    return {
        "careplan_outbox_waiting": ("Messages not sent yet", now.messages),
        "careplan_outbox_failing": ("Of them, tried three times or more", now.failing),
        "careplan_outbox_oldest_seconds": ("How long the oldest has waited", oldest),
        "careplan_sessions": ("Sessions used in the last hour", now.sessions),
        "careplan_card_key_age_seconds": ("Age of the key that signs cards", card_key),
    }


def forget_process(pid: int) -> None:
    """A worker is gone: what it was doing at the moment counts no more."""
    if _TOGETHER and Path(_TOGETHER).is_dir():
        multiprocess.mark_process_dead(pid, _TOGETHER)  # type: ignore[no-untyped-call]
