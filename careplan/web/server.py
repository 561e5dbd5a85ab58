"""What gunicorn is told besides its arguments: each worker warms the press while it serves.

Given with `--config python:careplan.web.server`. Threads do not survive a fork, and a program
that loaded fonts before forking would share them half-made, so it happens in the worker.
"""

from __future__ import annotations

import threading

from careplan.render.press import warm


def post_worker_init(worker: object) -> None:  # noqa: ARG001 (gunicorn calls it so)
    """Behind the first requests, and never in one: nobody waits a second for their first PDF."""
    threading.Thread(target=warm, name="warm the press", daemon=True).start()
