"""How long we wait for others, and how much we listen to: whoever is slow is left behind."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

MOST_BYTES = 64 * 1024

Found = TypeVar("Found")


class SaidByThem(Exception):
    """Said by whoever asked, to whoever waits: it is handed on as it is."""


class CannotFetch(SaidByThem):
    """It was not to be had. The sentence is for whoever gave the address."""


def in_time(ask: Callable[[], Found], *, seconds: float, late: str) -> Found:
    """What `ask` finds, while we wait. Raises CannotFetch. A thread of its own waits on for who
    is slow, and nobody for it."""
    found: SimpleQueue[tuple[Found | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            found.put((ask(), None))
        except Exception as problem:  # noqa: BLE001 (said by whoever waits)
            found.put((None, problem))

    Thread(target=run, name="asking somebody else", daemon=True).start()
    try:
        answer, problem = found.get(timeout=seconds)
    except Empty:
        raise CannotFetch(late) from None
    if isinstance(problem, SaidByThem):
        raise problem
    if problem is not None:
        raise CannotFetch(f"it could not be asked: {type(problem).__name__}") from problem
    return answer  # type: ignore[return-value]


def whole_body(answer: Any) -> bytes:
    """Of an answer of requests, read as it comes and never unpacked. Raises CannotFetch."""
    body = b""
    while piece := answer.raw.read(MOST_BYTES + 1 - len(body)):  # raises when it breaks off
        body += piece
        if len(body) > MOST_BYTES:
            raise CannotFetch("it sent more than 64 kilobytes")
    return body
