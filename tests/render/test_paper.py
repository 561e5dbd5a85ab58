"""The A4 page carries every fact, in order, on as few pages as it needs, and cuts nothing."""

from __future__ import annotations

import io
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from careplan.plan import medicines as meds
from careplan.plan.care_plan import SECTIONS, Version
from careplan.plan.surfaces import emergency
from careplan.render.paper import DoesNotFit, measure, page_pdf
from careplan.render.typesetter import FACES
from careplan.summary.allergies import unchecked
from tests import make
from tests.people.everybody import PEOPLE
from tests.render.sheets import (
    CODE,
    LINK,
    WORDS,
    a_sheet,
    codes_on,
    flow_of,
    pages_of,
    picture,
    text_of,
)
from tests.summary import others, walk
from tests.summary.test_surfaces import without_decisions_never_made

needs_our_typeface = pytest.mark.skipif(
    not all(path.is_file() for path in FACES.values()),
    reason="bin/setup has not put the fonts there",
)
EVERYONE = {
    "ada": make.a_version(),
    "unsigned": make.an_unsigned_version(),
    "stopped": others.a_stopped_version(),
    "cured": make.a_version(others.cured()),
    "everything": others.everything_at_once(),
    **{key: case.version() for key, case in PEOPLE.items() if key != "ada"},
}


@cache
def printed(name: str) -> bytes:
    return page_pdf(a_sheet(EVERYONE[name]))


def shows_every_must(version: Version, text: str) -> None:
    seen = without_decisions_never_made(emergency(version, WORDS).plan)
    folded = walk.folded(text)
    for path, value in walk.must(seen, "a4", WORDS):
        if path == "my_allergies.entries.reported_on" and not unchecked(seen):
            continue
        words = walk.expected(path, value, WORDS)
        assert words is None or walk.folded(words) in folded, (path, words)


@needs_our_typeface
def test_an_ordinary_plan_is_one_page():
    assert measure(a_sheet()).pages == 1


@pytest.mark.parametrize("name", EVERYONE)
def test_paper_shows_every_must(name):
    shows_every_must(EVERYONE[name], flow_of(printed(name)))


@needs_our_typeface
def test_only_long_plans_turn_over_and_none_further():
    pages = {key: len(pages_of(printed(key))) for key in PEOPLE}
    assert pages == {
        "ada": 1, "kofi": 1, "luzia": 1, "mina": 1, "amal": 1, "delroy": 2, "mama": 2,
    }  # fmt: skip


@pytest.mark.parametrize("name", EVERYONE)
def test_items_1_to_8_stand_on_page_1(name):
    first = walk.folded(pages_of(printed(name))[0])
    for words in (
        "Checknameanddateofbirth",
        "MEDICALEMERGENCY",
        "ALLERGIES",
        "Isthisreal?",
        "dayandnight",
    ):
        assert words in first


def test_a_second_page_is_announced():
    first, second = pages_of(printed("mama"))
    assert re.search(r"Page 1 of 2\s*·\s*TURN OVER", first)
    assert "Page 2 of 2" in second
    assert "TURN OVER" not in second


def test_one_page_says_so():
    assert "Page 1 of 1" in text_of(page_pdf(a_sheet(make.an_unsigned_version())))
    assert "TURN OVER" not in text_of(page_pdf(a_sheet(make.an_unsigned_version())))


def test_the_frame():
    text = walk.folded(text_of(page_pdf(a_sheet(age="29 years", notices=("REVIEW OVERDUE",)))))
    for words in (
        "7K4MQ-X2R9B-T", "Scan for the newest version", "ACT NOW", "plans.example.uk/code",
        "29 years",
        "Printed 23 November 2026 at 09:00", "version 3", "SCP-7Q4M-2K9T", "REVIEW OVERDUE",
        "Supports, does not replace, your judgement. Not a prescription.",
    ):  # fmt: skip
        assert walk.folded(words) in text


def test_the_code_is_read_back_at_150_dpi():
    assert codes_on(picture(page_pdf(a_sheet()))) == [LINK]


def test_the_code_is_at_least_30_mm():
    document = a_sheet()
    image = picture(page_pdf(document), dpi=300)
    corners = _corners(image)
    assert corners >= 30 * 61 / 69 * 300 / 25.4 * 0.99  # the modules without their quiet zone


def _corners(image):
    (found,) = zxingcpp.read_barcodes(np.asarray(image))
    return found.position.top_right.x - found.position.top_left.x


def test_a_page_sent_through_a_link_holds_no_key_or_code():
    pdf = page_pdf(a_sheet(link=None, short_code=CODE))
    assert codes_on(picture(pdf)) == []
    text = text_of(pdf)
    assert "7K4MQ" not in text
    assert "Scan" not in text


def test_it_is_tagged_and_says_what_it_is():
    pdf = page_pdf(a_sheet())
    reader: Any = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == "Emergency plan: Adaeze Grace Okonkwo-Bright"
    assert b"pdfuaid:part" in reader.xmp_metadata.stream.get_data()


def test_the_same_sheet_gives_the_same_words():
    assert text_of(page_pdf(a_sheet())) == text_of(page_pdf(a_sheet()))


def test_a_page_without_a_link_is_measured_with_the_largest():
    assert measure(a_sheet(link=None, short_code=None)) == measure(a_sheet())


def many_allergies(count, length):
    entries = tuple(
        meds.Allergy(make.an_id(f"a{n}"), f"substance {n}", "x" * length) for n in range(count)
    )
    plan = make.ada().with_section(
        "allergies", meds.Allergies(meds.AllergyState.LIST, entries=entries)
    )
    return make.a_version(plan)


def test_a_front_that_does_not_fit_is_refused_by_name():
    with pytest.raises(DoesNotFit) as refused:
        page_pdf(a_sheet(many_allergies(20, 160)))
    assert refused.value.named.startswith("ALLERGIES")
    with pytest.raises(DoesNotFit):
        measure(a_sheet(many_allergies(20, 160)))


def longest(path: str, value: object, letter: str) -> str | None:
    """The longest text the dictionary lets somebody type there."""
    field = WORDS.field(path)
    if field.type not in ("line", "text") or not isinstance(value, str) or field.max is None:
        return None
    size = int(field.max)
    return (f"{letter}nd " * size)[: size - 4].rstrip() + " end"


def lengthened(value, path, letter):
    """The plan with every free text as long as it may be."""
    if isinstance(value, tuple):
        return tuple(lengthened(item, path, letter) for item in value)
    if is_dataclass(value) and not isinstance(value, walk.WHOLE):
        changes = {}
        for f in fields(value):
            inner, now = f"{path}.{f.name}", getattr(value, f.name)
            if inner in WORDS.fields and now is not None:
                changes[f.name] = lengthened(now, inner, letter)
        return replace(value, **changes)  # type: ignore[type-var]
    return longest(path, value, letter) or value


def test_every_text_as_long_as_it_may_be_is_printed_whole_or_refused():
    ada, refused = make.ada(), set()
    seen = emergency(make.a_version(ada), WORDS).plan
    for name in SECTIONS:
        plan = ada.with_section(name, lengthened(ada.section(name), name, "A"))
        version = make.a_version(plan)
        if emergency(version, WORDS).plan == seen:
            continue  # not on this page
        try:
            pdf = page_pdf(a_sheet(version))
        except DoesNotFit:
            refused.add(name)
            continue
        shows_every_must(version, flow_of(pdf))
    assert refused <= {"pain_plan", "allergies", "transfusion"}


TEXTS = st.text(
    st.sampled_from("abcdefghij KLMNOP-,.;:'\"<>&()éẹọṣüßΩ"), min_size=1, max_size=500
).filter(lambda text: bool(text.strip()))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(matters=TEXTS, monitoring=TEXTS, ceiling=TEXTS)
def test_whatever_is_typed_is_printed_whole_or_refused(matters, monitoring, ceiling):
    plan = make.ada()
    plan = plan.with_section("what_matters", replace(plan.what_matters, what_matters=matters))
    pain = plan.pain_plan
    steps = tuple(replace(step, ceiling=ceiling[:160]) for step in pain.steps)
    plan = plan.with_section("pain_plan", replace(pain, monitoring=monitoring, steps=steps))
    try:
        text = walk.folded(flow_of(page_pdf(a_sheet(make.a_version(plan)))))
    except DoesNotFit:
        return
    for typed in (matters, monitoring, ceiling[:160]):
        assert walk.folded(typed) in text


def test_a_word_without_spaces_stays_on_the_page():
    plan = make.ada()
    plan = plan.with_section("what_matters", replace(plan.what_matters, what_matters="W" * 500))
    pdf = page_pdf(a_sheet(make.a_version(plan)))
    assert "W" * 500 in walk.folded(flow_of(pdf))
    for page in range(len(pages_of(pdf))):
        dark = np.asarray(picture(pdf, page=page)) < 128
        margin = int(6 / 25.4 * 150)
        assert not dark[:, -margin:].any()
        assert not dark[:, :margin].any()


def test_names_with_marks_and_other_scripts():
    plan = make.ada()
    plan = plan.with_section("about_me", replace(plan.about_me, known_as="Ìbùkún Adébáyọ̀ ليلى"))
    text = text_of(page_pdf(a_sheet(make.a_version(plan))))
    assert "Adébáyọ̀" in text
