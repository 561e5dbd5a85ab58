"""The floors of a FHIR read: the same token check, row and durable event, on the plain driver.

`BARE_URL` names the database. `flask_app` is a bare route of Flask, `application` bare WSGI.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from flask import Flask, Response, request

from bench.bare import EVENT, Start, _connection, _spelt, _writer, connect, hashed

FHIR = "application/fhir+json; charset=utf-8"
_TABLES = (
    "CREATE TABLE token (hash {bytes} PRIMARY KEY, scopes TEXT NOT NULL)",
    "CREATE TABLE plan (id TEXT PRIMARY KEY, text {bytes} NOT NULL)",
    "CREATE TABLE event (id {number} PRIMARY KEY, hash {bytes} NOT NULL, body {bytes} NOT NULL)",
)
_KNOWN = "SELECT scopes FROM token WHERE hash = ?"
_READ = "SELECT text FROM plan WHERE id = ?"
_WRITE = "INSERT INTO event (hash, body) VALUES (?, ?)"
_PREFIX = "/fhir/CarePlan/"


def fill(url: str, tokens: Iterable[str], plans: Iterable[tuple[str, bytes]]) -> None:
    lite = url.startswith("sqlite")
    kinds = {
        "bytes": "BLOB" if lite else "BYTEA",
        "number": "INTEGER" if lite else "BIGINT GENERATED ALWAYS AS IDENTITY",
    }
    connection = connect(url)
    for statement in _TABLES:
        connection.execute(statement.format(**kinds))
    for token in tokens:
        values = (hashed(token), "system/CarePlan.rs")
        connection.execute(_spelt("INSERT INTO token VALUES (?, ?)", is_lite=lite), values)
    for row in plans:
        connection.execute(_spelt("INSERT INTO plan VALUES (?, ?)", is_lite=lite), row)
    connection.commit()
    connection.close()


def found(token: str, identity: str) -> bytes:
    """One token, one row, one event; durable when it returns."""
    lite = os.environ["BARE_URL"].startswith("sqlite")
    key = hashed(token)
    with _writer if lite else nullcontext():
        connection = _connection()
        if lite:
            connection.execute("BEGIN IMMEDIATE")
        known = connection.execute(_spelt(_KNOWN, is_lite=lite), (key,)).fetchone()
        row = connection.execute(_spelt(_READ, is_lite=lite), (identity,)).fetchone()
        if known is None or row is None:
            raise LookupError(identity)
        connection.execute(_spelt(_WRITE, is_lite=lite), (key, b"x" * EVENT))
        connection.commit()
    return bytes(row[0])


flask_app = Flask(__name__)


@flask_app.get("/fhir/CarePlan/<identity>")
def read_plan(identity: str) -> Response:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    return Response(found(token, identity), content_type=FHIR)


def application(environ: dict[str, Any], start: Start) -> list[bytes]:
    token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    body = found(token, environ["PATH_INFO"].removeprefix(_PREFIX))
    start("200 OK", [("Content-Type", FHIR), ("Content-Length", str(len(body)))])
    return [body]
