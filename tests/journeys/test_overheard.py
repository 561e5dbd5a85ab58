"""The look at logs and addresses after every journey finds what would be wrong."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from tests.journeys.overheard import overhearing

TYPED = "Ten is too much"


def journey(app: Flask, *, path: str = "/", said: str = "nothing") -> None:
    """Somebody types, is led to a page, and something is logged of it."""
    with overhearing(app):
        client = app.test_client()
        client.post("/", data={"words": TYPED, "kind": "agree", "csrf_token": "1 2 3 4"})
        client.get(path)
        logging.getLogger("somebody").info(said)


@pytest.fixture
def app() -> Flask:
    return Flask("nothing here")


@pytest.mark.asvs("14.2.1")
@pytest.mark.parametrize(
    "said", [f"kept {TYPED}", "a dose of Morphine", "Adaeze Grace Okonkwo-Bright signed in"]
)
def test_a_log_that_tells_is_found(app: Flask, said: str) -> None:
    with pytest.raises(AssertionError, match="in the log"):
        journey(app, said=said)


@pytest.mark.asvs("14.2.1")
def test_an_address_that_tells_is_found(app: Flask) -> None:
    with pytest.raises(AssertionError, match="in the address"):
        journey(app, path="/search?q=Ten+is+too+much")


def test_what_tells_nothing_is_let_be(app: Flask) -> None:
    journey(app, path="/agree", said="GET /agree 404 in 3 ms")
