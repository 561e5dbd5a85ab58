"""Copies on paper: nothing cut, nothing smaller than promised, and a school page is one sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pypdf import PdfReader

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.plan.drugs import drugs
from careplan.plan.surfaces import emergency
from careplan.render.copies import CopySheet, Look, body_of, copy_pdf, school_fits, surely_fits
from careplan.render.paper import DoesNotFit
from careplan.summary.allergies import unchecked
from careplan.summary.ambulance import ambulance
from careplan.summary.blocks import Block, line
from careplan.summary.copies import Copy
from careplan.summary.gp import gp_copy
from careplan.summary.narrative import narrative, narrative_of
from careplan.summary.school import school_page
from tests import make
from tests.people.everybody import PEOPLE
from tests.render.sheets import CODE, HOST, LINK, codes_on, pages_of, picture, text_of
from tests.summary import walk

WORDS, DRUGS = dictionary(), drugs()
EVERYONE = {name: case.version() for name, case in PEOPLE.items()}
LATE = "REVIEW OVERDUE. Review was due on 6 October 2026."


def a_sheet(version: Version, look: Look, **more: object) -> CopySheet:
    values: dict[str, object] = {
        "look": look,
        "title": "A title",
        "name": version.plan.identity.legal_name or "",
        "plan_number": version.plan_number,
        "version_number": version.number,
        "printed_at": make.NOW,
        "host": HOST,
        "notices": (LATE,),
    }
    return CopySheet(**(values | more))  # type: ignore[arg-type]


def large(version: Version) -> CopySheet:
    body = narrative(version, WORDS)
    return a_sheet(version, Look.LARGE, body=body, link=LINK, short_code=CODE)


def crew(version: Version) -> CopySheet:
    body = narrative_of(ambulance(version, WORDS))
    return a_sheet(version, Look.AMBULANCE, body=body, link=LINK, short_code=CODE)


def of_copy(version: Version, look: Look, copy: Copy) -> CopySheet:
    sheet = a_sheet(version, look, body=body_of(copy.blocks), title=copy.title)
    return replace(sheet, lead=copy.lead, after=copy.after)


def school(version: Version) -> CopySheet:
    return of_copy(version, Look.SCHOOL, school_page(version, WORDS, DRUGS))


def sizes(pdf: bytes) -> Iterator[float]:
    """The size in points of every piece of text."""
    found: list[float] = []

    def note(text, matrix, text_matrix, _font, size) -> None:
        if text.strip():
            found.append(abs(size * text_matrix[3] * matrix[3]))

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    yield from found


def ink_outside(pdf: bytes, page: int) -> bool:
    """Whether anything stands in the outer 6 mm of the sheet, where nothing is ever set."""
    grey = np.asarray(picture(pdf, dpi=75, page=page))
    edge = int(6 / 25.4 * 75)
    frame = (grey[:edge], grey[-edge:], grey[:, :edge], grey[:, -edge:])
    return any(part.min() < 200 for part in frame)


@pytest.mark.parametrize("name", ["ada", "kofi", "mama"])
def test_large_print_is_large_whole_and_numbered(name: str) -> None:
    version = EVERYONE[name]
    pdf = copy_pdf(large(version))
    pages = pages_of(pdf)
    assert min(sizes(pdf)) >= 18
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert not ink_outside(pdf, number - 1)
    told = walk.folded("\n".join(page.partition("Page ")[0] for page in pages))
    seen = emergency(version, WORDS).plan
    for path, value in walk.must(seen, "large", WORDS):
        words = walk.expected(path, value, WORDS)
        if path == "my_allergies.entries.reported_on" and not unchecked(seen):
            continue
        if words and len(words) < 40:  # a longer one may turn the page, with our strip between
            assert walk.folded(words) in told, (path, words)


@pytest.mark.parametrize("name", EVERYONE)
def test_a_page_for_school_is_one_sheet_that_can_be_read(name: str) -> None:
    pdf = copy_pdf(school(EVERYONE[name]))
    assert len(pages_of(pdf)) == 1
    assert min(sizes(pdf)) >= 9
    assert not ink_outside(pdf, 0)
    assert "Ring 999 at once" in text_of(pdf)
    assert "REVIEW OVERDUE" in text_of(pdf)


@pytest.mark.parametrize("name", ["ada", "mama"])
def test_other_copies_take_the_pages_they_need(name: str) -> None:
    version = EVERYONE[name]
    for sheet in (of_copy(version, Look.GP, gp_copy(version, WORDS)), crew(version)):
        pdf = copy_pdf(sheet)
        assert not any(ink_outside(pdf, page) for page in range(len(pages_of(pdf))))
    assert (
        len(pages_of(copy_pdf(of_copy(EVERYONE["ada"], Look.GP, gp_copy(EVERYONE["ada"], WORDS)))))
        <= 2
    )


def test_only_a_copy_with_a_link_holds_a_code() -> None:
    pdf = copy_pdf(crew(EVERYONE["kofi"]))
    found = [
        code for page in range(len(pages_of(pdf))) for code in codes_on(picture(pdf, page=page))
    ]
    assert found == [LINK]
    assert codes_on(picture(copy_pdf(school(EVERYONE["kofi"])))) == []


def too_much(version: Version, letter: str, count: int) -> tuple[CopySheet, Copy]:
    page = school_page(version, WORDS, DRUGS)
    more = Block("needs", 1, "part needs", "Needs", (line(" ".join([letter * 9] * count)),))
    page = replace(page, blocks=(*page.blocks, more))
    return of_copy(version, Look.SCHOOL, page), page


def test_what_does_not_fit_a_page_for_school_is_named_before_anybody_signs() -> None:
    with pytest.raises(DoesNotFit, match="page for school: wwww"):
        school_fits(*too_much(EVERYONE["kofi"], "w", 300))


@pytest.mark.parametrize("letter", ["W", "o"])
def test_what_surely_fits_does(letter: str) -> None:
    """The estimate that spares a layout is on the safe side, up to the last word it lets in."""
    tried = [too_much(make.a_version(), letter, count) for count in range(0, 200, 10)]
    fitting = [sheet for sheet, page in tried if surely_fits(page.blocks)]
    assert 3 < len(fitting) < len(tried)
    assert len(pages_of(copy_pdf(fitting[-1]))) == 1
