"""A helper's side of the conversation, through the pages: what it shows, and what it never does."""

from __future__ import annotations

import pytest

from careplan.plan.care_plan import SECTIONS
from tests.web.carer.test_helping import SECRETS, address, as_helper, family, filled

__all__ = ["family", "filled"]


@pytest.fixture
def store_url(sqlite_url):
    """Pages know nothing of databases."""
    return sqlite_url


def test_a_parent_writes_to_the_team_and_reads_their_own_thread(client, filled):
    as_helper(client, "abena")
    path = address(filled, "/talk/new/care_team.phone_24h?kind=change")
    form = {"kind": "change", "phone_24h": "020 7946 0199", "reason": "The ward moved."}
    assert client.submit(path, {**form, "reason": ""}).status_code == 422
    sent = client.submit(path, form)
    assert sent.status_code == 302
    page = client.page(client.get(sent.location))
    assert "The ward moved." in page.text
    assert "You are here for Kofi" in page.text
    assert "Let it stand" not in page.text
    assert "020 7946 0199" not in client.page(client.get(address(filled))).text
    home = client.page(client.get(address(filled, "/talk")))
    assert "What you and the team are talking about" in home.heading
    assert client.submit(sent.location, {"action": "reply", "words": ""}).status_code == 422


def test_no_page_of_it_shows_what_is_kept_from_helpers(client, filled):
    as_helper(client, "abena")
    seen = client.get(address(filled, "/talk/about")).get_data(as_text=True)
    for section in SECTIONS:
        seen += client.get(address(filled, f"/talk/about/{section}")).get_data(as_text=True)
    assert "Football on Saturday" in seen
    assert [one for one in SECRETS if one in seen] == []
    for hidden in ("about_me.phone", "hard_times.past_trauma", "child_words.words"):
        assert client.get(address(filled, f"/talk/new/{hidden}")).status_code == 404


def test_whoever_may_only_read_finds_no_such_page(client, filled):
    as_helper(client, "grace")
    assert client.get(address(filled, "/talk")).status_code == 404
