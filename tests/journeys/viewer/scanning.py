"""How a tired nurse comes to the viewer: one scan, on a small phone, read by every rule."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.shl_server import Service

PHONE = {"width": 360, "height": 560}
TWO_MINUTES = "02:01"


def scan(page: Page, service: Service) -> None:
    page.goto(service.link())
    expect(page.locator(".plan")).to_be_visible()


def no_violations(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
