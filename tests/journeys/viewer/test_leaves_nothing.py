"""What the reader's own device keeps after a scan."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.viewer.scanning import scan

pytestmark = pytest.mark.journey


def test_the_browsers_own_history_is_spoken_of(page, service):
    """What this page cannot do is said on it."""
    scan(page, service)

    expect(page.locator("footer")).to_contain_text("browser’s own history may keep the address")
    assert page.evaluate("history.length") <= 2
    assert "shlink" not in page.evaluate("JSON.stringify([history.state, location.href])")


def test_nothing_is_stored(page, service):
    scan(page, service)

    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
          (await caches.keys()).length, (await indexedDB.databases()).length,
          (await navigator.serviceWorker.getRegistrations()).length, history.state]"""
    )
    assert kept == [0, 0, "", 0, 0, 0, None]
    assert page.context.cookies() == []
    assert page.title() == "Emergency plan"
