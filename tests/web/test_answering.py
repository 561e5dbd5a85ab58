"""The answer to a signed plan, when there is nothing to answer any more."""

from __future__ import annotations

import pytest

from tests.visitors import sign_up


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


@pytest.mark.parametrize("kind", ["agree", "", "discussed and do not agree"])
def test_words_typed_while_the_dose_was_stopped_are_not_lost(client, kind):
    sign_up(client)
    typed = {"answer": kind, "words": "Ten is too much for me", "version": "1"}

    answer = client.submit("/plan/answer", typed, seen_on="/plan")

    assert answer.status_code in (409, 422)
    page = client.page(answer)
    assert "There is no signed pain plan to answer just now." in page.text
    assert "You wrote: Ten is too much for me" in page.text
