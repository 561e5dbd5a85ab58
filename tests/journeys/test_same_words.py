"""What a scan shows and what paper says are the same words, for every one of the seven people.

Word by word: paper has its own order of columns, its own commas and line ends, and its own frame,
which is listed here and counted, so that nothing else may differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from careplan.fhir.bundle import to_emergency_bundle
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.render.paper import Sheet, page_pdf
from careplan.summary.emergency import summarise
from careplan.summary.narrative import narrative
from careplan.summary.wording import day
from tests.journeys.papers import pages_text
from tests.journeys.shl_server import Service
from tests.journeys.visitor import PHONE
from tests.people.everybody import PEOPLE

pytestmark = pytest.mark.journey

WORDS = dictionary()
PRINTED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# Two words that meet at a line's end on paper, one of them in another type: "oralRepeat".
_MET = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words(text: str) -> Counter[str]:
    """Each word and number, however often; marks between them are the surface's own."""
    text = unicodedata.normalize("NFC", text).replace("\xad", "")
    return Counter(re.findall(r"\w+", _MET.sub(" ", text)))


def paper(version: Version) -> list[str]:
    sheet = Sheet(
        narrative=narrative(version, WORDS),
        name=version.plan.identity.legal_name or "",
        plan_number=version.plan_number,
        version_number=version.number,
        printed_at=PRINTED,
        host="plan.example.org",
    )
    return pages_text(page_pdf(sheet))


def frame_of(version: Version, pages: int) -> Counter[str]:
    """All that paper says besides: whose page it is, and on the first of two that there is more."""
    name, number = version.plan.identity.legal_name, version.plan_number
    said = words("")
    for page in range(1, pages + 1):
        said += words(
            f"{name} Plan {number} version {version.number} Printed 23 November 2026 at 09:00 "
            f"Page {page} of {pages}"
        )
    for _ in range(1, pages):
        said += words(f"TURN OVER {summarise(version, WORDS).act_now}")
    return said


def said_by_paper_in_its_frame(version: Version) -> Counter[str]:
    """The narrative's own last line, which the paper's frame says with the day of printing."""
    published = day(version.published_at.date())
    return words(f"Plan {version.plan_number}, version {version.number}, published {published}")


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("key", PEOPLE)
def test_a_scan_and_the_paper_say_the_same_words(page: Page, key: str) -> None:
    version = PEOPLE[key].version()
    with Service() as service:
        shown = narrative(version, WORDS)
        service.plain = to_emergency_bundle(version, WORDS, narrative=shown)
        page.goto("about:blank")
        page.goto(service.link())
        expect(page.locator(".plan")).to_be_visible()
        expect(page.locator(".v-lost")).to_have_count(0)
        lines = "e => [...e.querySelectorAll('p, h2, li, br')].forEach(x => x.after(' '))"
        page.locator(".plan").evaluate(lines)
        seen = words(page.locator(".plan").evaluate("e => e.textContent"))
    printed = paper(version)
    frame = frame_of(version, len(printed))
    assert words("\n".join(printed)) - frame == seen - said_by_paper_in_its_frame(version)
    assert words("\n".join(printed)) + said_by_paper_in_its_frame(version) == seen + frame
