"""Two who meet half-way: the one whom the database undid is answered again, from the beginning.

PostgreSQL undoes one of two who lock the same rows the other way round, whole. Every act writes in
one transaction, so a request in which nothing was kept yet may simply be answered anew, whatever
its act is: nobody is asked to press the button again, and nothing is ever done twice. Where an
earlier transaction of the same request was kept (a try was counted, a note was used up), or its
body can be read once only, the person is told to try again, as before.
"""

from __future__ import annotations

from flask import Flask, g, has_request_context, request
from flask.typing import ResponseReturnValue

from careplan.store.errors import Collided
from careplan.web.fhir_api.refusals import FHIR_DOORS
from careplan.web.figures import Counting

_TIMES = 3


class Noting(Counting):
    """Counts as ever, and notes whether the request has kept anything."""

    def refused(self, problem: str) -> None:
        super().refused(problem)
        if has_request_context():
            g.refused = True

    def transaction(self, seconds: float, *, writes: bool) -> None:
        super().transaction(seconds, writes=writes)
        if has_request_context():
            # One that the act itself gave up counts as kept: that errs on the side of asking.
            g.kept = g.get("kept", False) or (writes and not g.get("refused", False))
            g.refused = False


class AnsweringAgain(Flask):
    def dispatch_request(self) -> ResponseReturnValue:
        for _ in range(_TIMES - 1):
            try:
                return super().dispatch_request()
            except Collided as problem:
                if g.get("kept", False) or not _can_be_read_again():
                    raise
                self.extensions["careplan"].world.store.listener.retried(type(problem).__name__)
        return super().dispatch_request()


def install(app: Flask) -> None:
    app.extensions["careplan"].world.store.listener = Noting()


def _can_be_read_again() -> bool:
    """A form and JSON are kept as they were read; files and FHIR documents stream past once."""
    streamed = request.path.startswith(FHIR_DOORS) and bool(request.content_length)
    return not streamed and not request.files
