"""What the service says of a journey to its logs, and asks a browser to say in addresses.

An address stands in the log of every proxy on the way, and a log is read by people who look after
machines and not after patients. So whatever was typed in a journey must be in neither.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from urllib.parse import unquote_plus

from flask import Flask, request

from tests.visitors import ADA_ON_PAPER, PASSWORD

NOT_TYPED = {"csrf_token", "next", "fingerprint", "secret"}
"""Fields that a page fills in itself: where to go next, and what it was made of."""
_TELLING = re.compile(r"[\s@\d]")
_OF_OURS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[a-z][a-z0-9]*(_[a-z0-9]+)+|\d{1,3}|[\w-]{43,}|\d{4}-\d\d-\d\dT.*"
)
HEALTH = re.compile(r"morphine|codeine|sickle|crisis|allerg|penicillin|stroke", re.IGNORECASE)


class Overheard(logging.Handler):
    """Keeps what was typed, which addresses were asked for, and every line that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.typed: set[str] = {
            str(ADA_ON_PAPER.legal_name),
            str(ADA_ON_PAPER.nhs_number),
            PASSWORD,
        }
        self.addresses: set[str] = set()
        self.lines: list[str] = []
        self._one_at_a_time = Lock()

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info:
            said += logging.Formatter().formatException(record.exc_info)
        self.lines.append(said)

    def listen(self, app: Flask) -> None:
        @app.before_request
        def _hear() -> None:
            with self._one_at_a_time:
                self.addresses.add(unquote_plus(request.full_path))
                self.addresses.add(unquote_plus(request.headers.get("Referer", "")))
                if request.mimetype == "application/x-www-form-urlencoded":
                    self.typed |= {
                        value.strip()
                        for name, value in request.form.items(multi=True)
                        if name not in NOT_TYPED and _tells(value.strip())
                    }

    def faults(self) -> Iterator[str]:
        for typed in self.typed:
            yield from (
                f"{typed!r} is in the address {one}" for one in self.addresses if typed in one
            )
            yield from (f"{typed!r} is in the log: {one}" for one in self.lines if typed in one)
        yield from (
            f"a word of illness is in the log: {one}" for one in self.lines if HEALTH.search(one)
        )


def _tells(value: str) -> bool:
    """Something a person might have typed: not a choice of one word, nor an id or count of ours."""
    return len(value) > 5 and bool(_TELLING.search(value)) and not _OF_OURS.fullmatch(value)


@contextmanager
def overhearing(app: Flask) -> Iterator[Overheard]:
    heard = Overheard()
    heard.listen(app)
    root = logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.INFO)
    try:
        yield heard
    finally:
        root.setLevel(before)
        root.removeHandler(heard)
    found = sorted(heard.faults())
    assert found == [], "\n".join(found)
