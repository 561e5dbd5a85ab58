"""The floors under the same server: bare WSGI and the plain driver, as durable as we are.

`BARE_URL` names the database. Each route does what its name's page must do and nothing more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import psycopg

PEPPER = b"p" * 32
EVENT = 300
"""Bytes of one sealed event of ours."""
_TABLES = (
    "CREATE TABLE link (hash {bytes} PRIMARY KEY, views INTEGER NOT NULL)",
    # Apart from the count, or SQLite would write every file again with each view.
    "CREATE TABLE file (hash {bytes} PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE event (id {number} PRIMARY KEY, hash {bytes} NOT NULL, body {bytes} NOT NULL)",
)
_FIND = "SELECT text FROM link JOIN file USING (hash) WHERE hash = ?"
_COUNT = "UPDATE link SET views = views + 1 WHERE hash = ? RETURNING views"
_WRITE = "INSERT INTO event (hash, body) VALUES (?, ?)"
_kept = threading.local()
_writer: AbstractContextManager[object] = threading.Lock()
"""Those who find SQLite's own lock taken sleep before they look again; here they queue, as ours."""

Start = Callable[[str, list[tuple[str, str]]], object]


def hashed(token: str) -> bytes:
    return hmac.digest(PEPPER, token.encode(), hashlib.sha256)


def connect(url: str) -> Any:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), timeout=20, isolation_level=None
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=False)


def fill(url: str, tokens: Iterable[str], files: str) -> None:
    is_lite = url.startswith("sqlite")
    kinds = {
        "bytes": "BLOB" if is_lite else "BYTEA",
        "number": "INTEGER" if is_lite else "BIGINT GENERATED ALWAYS AS IDENTITY",
    }
    connection = connect(url)
    for statement in _TABLES:
        connection.execute(statement.format(**kinds))
    link, file = "INSERT INTO link VALUES (?, 0)", "INSERT INTO file VALUES (?, ?)"
    for token in tokens:
        connection.execute(_spelt(link, is_lite=is_lite), (hashed(token),))
        connection.execute(_spelt(file, is_lite=is_lite), (hashed(token), files))
    connection.commit()
    connection.close()


def _spelt(statement: str, *, is_lite: bool) -> str:
    return statement if is_lite else statement.replace("?", "%s")


def _connection() -> Any:
    if not hasattr(_kept, "connection"):
        _kept.connection = connect(os.environ["BARE_URL"])
    return _kept.connection


def application(environ: dict[str, Any], start: Start) -> list[bytes]:
    """POST /m/<token>: the token checked, the view counted, an event kept, the files returned."""
    asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    body = found(environ["PATH_INFO"][3:], asked["recipient"]).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def found(token: str, recipient: str) -> str:
    """One read, one count, one event; durable when it returns."""
    is_lite = os.environ["BARE_URL"].startswith("sqlite")
    key = hashed(token)
    with _writer if is_lite else nullcontext():
        connection = _connection()
        if is_lite:
            connection.execute("BEGIN IMMEDIATE")
        row = connection.execute(_spelt(_FIND, is_lite=is_lite), (key,)).fetchone()
        connection.execute(_spelt(_COUNT, is_lite=is_lite), (key,)).fetchone()
        event = recipient.encode().ljust(EVENT, b"x")
        connection.execute(_spelt(_WRITE, is_lite=is_lite), (key, event))
        connection.commit()
    return str(row[0])
