"""What gunicorn is told besides its arguments: what its log may hold, and to warm the press.

Given with `--config python:careplan.web.server`. Threads do not survive a fork, and a program
that loaded fonts before forking would share them half-made, so it happens in the worker.
"""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from careplan.render.press import warm
from careplan.web.errors import places
from careplan.web.figures import forget_process

access_log_format = "%(t)s %(m)s %(s)s %(B)s bytes %(L)s s"
"""For whoever switches the access log on: no address, for a link's address is half of its key."""

_REFUSED = "Invalid request from ip="
_BROKEN = ("Error handling", "Socket error")
_ASKED = re.compile(r"\b([A-Z]+) /\S*")


class NothingAnybodySent(logging.Filter):
    """The server writes down a request it could not read, and what was in it: an address of a
    link, a cookie, what was typed. The kind of trouble and its place in our code are enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if said.startswith(_REFUSED):
            said = ": ".join(said.split(": ", 2)[:2])
        if said.startswith(_BROKEN):
            said = f"A request could not be answered{_why(record)}"
            record.exc_info = record.exc_text = None
        record.msg, record.args = _ASKED.sub(r"\1 /...", said), ()
        return True


def _why(record: logging.LogRecord) -> str:
    problem = record.exc_info[1] if record.exc_info else None
    if problem is None:
        return ""
    where = " < ".join(places(problem)) or "no place of ours"
    return f": {type(problem).__name__} at {where}"


logging.getLogger("gunicorn.error").addFilter(NothingAnybodySent())


def post_worker_init(worker: object) -> None:  # noqa: ARG001 (gunicorn calls it so)
    """Behind the first requests, and never in one: nobody waits a second for their first PDF."""
    threading.Thread(target=warm, name="warm the press", daemon=True).start()


def child_exit(server: object, worker: Any) -> None:  # noqa: ARG001 (gunicorn calls it so)
    """What the process that ended was doing at the moment counts no more."""
    forget_process(worker.pid)
