"""The log: one JSON line for each thing, made of a few named fields, each held to its shape.

What is not on the list does not get in, so nothing that anybody sent can: a test that tries raises,
and a service drops it and says how many it dropped. Of other people's libraries only their name and
the place in their code are kept, because their sentences may hold values.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, g, request

from careplan.web.security import to_a_reader_of_links

log = logging.getLogger("careplan.web")

REQUEST_ID = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
NO_RULE = "none"
"""Of an address that is none of ours, which may hold anything."""
_ID = re.compile(r"[0-9a-f]{32}")
_LIBRARY = re.compile(r"[\w.]{1,60}")
_SAYS_WHAT_IS_SAFE = ("gunicorn.error", "careplan")
"""Ours say constant sentences; the server's pass through `server.NothingAnybodySent` first."""


class Event(StrEnum):
    ANSWERED = "answered"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"


class NotForTheLog(ValueError):
    """Somebody tried to write down what is not on the list, or what has another shape."""


def _is_rule(value: Any) -> bool:
    return bool(value == rule_of_request())


def _matching(pattern: str) -> Callable[[Any], bool]:
    shape = re.compile(pattern)
    return lambda value: isinstance(value, str) and shape.fullmatch(value) is not None


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**9


FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "request": _matching(_ID.pattern),
    "rule": _is_rule,
    "method": lambda value: value in METHODS or value == "other",
    "status": _whole,
    "ms": _whole,
    "error": lambda value: isinstance(value, type) and issubclass(value, BaseException),
    "place": _matching(r"no place of ours|[\w/]+\.py:\d+( < [\w/]+\.py:\d+){0,60}"),
}
"""Everything a line may say of a request, and what each must look like: an error is given as its
class, which no sentence can pass for. `time`, `level`, `event` and `node` are added to it."""


def write(event: Event, *, level: int = logging.INFO, **said: Any) -> None:
    """A line of these fields. Raises NotForTheLog in tests; drops what does not fit elsewhere."""
    if not log.isEnabledFor(level):
        return
    refused = [
        name for name, value in said.items() if name not in FIELDS or not FIELDS[name](value)
    ]
    if refused and current_app.config.get("STRICT_LOG"):
        raise NotForTheLog(f"not for the log: {', '.join(sorted(refused))}")
    kept = {name: value for name, value in said.items() if name not in refused}
    fields = {name: v.__name__ if isinstance(v, type) else v for name, v in kept.items()}
    if refused:
        fields["dropped"] = len(refused)
    log.log(level, "%s", event.value, extra={"event": event.value, "fields": fields})


def rule_of_request() -> str:
    """The pattern of the address, never the address: half a link's key lies in that."""
    return request.url_rule.rule if request.url_rule is not None else NO_RULE


def method_of_request() -> str:
    return request.method if request.method in METHODS else "other"


def request_id() -> str:
    return cast("str", g.get("request_id", "0" * 32))


def install(app: Flask, *, strict: bool, from_proxy: bool, entropy: Callable[[int], bytes]) -> None:
    """Each request has an id: the proxy's, or a fresh one. A stranger's could be somebody's
    number, so it is taken from our own proxy only."""
    app.config["STRICT_LOG"] = strict

    @app.before_request
    def _begin() -> None:
        given = request.headers.get(REQUEST_ID, "") if from_proxy else ""
        g.request_id = given if _ID.fullmatch(given) else entropy(16).hex()
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        if "request_id" not in g:  # refused before anything of ours was asked
            return response
        if not (to_a_reader_of_links() and response.status_code < 500):
            response.headers[REQUEST_ID] = g.request_id
        write(
            Event.ANSWERED,
            request=g.request_id,
            rule=rule_of_request(),
            method=method_of_request(),
            status=response.status_code,
            ms=int((time.perf_counter() - g.began) * 1000),
        )
        return response


class JsonLines(logging.Formatter):
    """A record as one line of JSON. `node` is the machine's name."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "node": self._node,
            **(_ours(record) if hasattr(record, "fields") else _elses(record)),
        }
        return json.dumps(line)


def _ours(record: logging.LogRecord) -> dict[str, Any]:
    said = cast("Any", record)
    return {"event": said.event, **said.fields}


def _elses(record: logging.LogRecord) -> dict[str, Any]:
    """A constant sentence without its values, where it is one; otherwise who spoke, and where."""
    name = record.name if _LIBRARY.fullmatch(record.name) else "unknown"
    line: dict[str, Any] = {"event": "said", "by": name}
    if record.exc_info and record.exc_info[0] is not None:
        line["error"] = record.exc_info[0].__name__
    if name.startswith(_SAYS_WHAT_IS_SAFE):
        line["said"] = str(record.msg)
    else:
        line["place"] = f"{Path(record.pathname).name}:{record.lineno}"
    return line


def to_stderr(*, node: str, level: str) -> None:
    """Where a service's log goes; whoever runs it keeps what comes out there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(node))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(level.upper())
    for of_server in logging.getLogger("gunicorn.error").handlers:
        of_server.setFormatter(JsonLines(node))
