"""While the service may only be read, what a timer starts does nothing, and says so; it has not
failed."""

from __future__ import annotations

import pytest
from click.testing import Result

SAID = "READ_ONLY is on: nothing was done.\n"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


def asked(make_app, *words: str, read_only: bool = True) -> Result:
    app = make_app(
        read_only=read_only, mail_server="smtp://127.0.0.1:9", mail_from="plans@example.org"
    )
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize("words", ["work", "send-notices"])
def test_a_timer_does_nothing_and_has_not_failed(make_app, words):
    told = asked(make_app, words)
    assert (told.exit_code, told.output) == (0, SAID)
    assert SAID not in asked(make_app, words, read_only=False).output


def test_what_must_write_says_why_it_does_not(make_app):
    told = asked(make_app, "rotate-card-key")
    assert told.exit_code == 1
    assert "READ_ONLY is on: take it away first." in told.output
