"""The signed card on paper: on full prints only, 40 mm wide, with what it is in words."""

from __future__ import annotations

import numpy as np
import pytest

from careplan.render.card import full_card, private_card
from careplan.render.columns import numbered
from careplan.render.offline import panel
from careplan.render.paper import measure, page_pdf
from careplan.render.qr import TooManyDigits
from tests import make
from tests.people.everybody import PEOPLE
from tests.render.sheets import (
    CARD,
    HOST,
    LINK,
    a_full_card,
    a_private_card,
    a_sheet,
    an_offline_code,
    codes_on,
    pages_of,
    picture,
    text_of,
)
from tests.render.wear import width_mm
from tests.summary import walk

SAID = (
    "For when there is no signal",
    "ot locked: anyone who scans it can read it",
    f"{HOST}/scan",
    "23 November 2027",
    "Not in this code: second choice; reactions to allergies.",
)


@pytest.mark.parametrize("key", ["ada", "delroy"])
def test_the_page_has_it_last_and_page_1_stays_as_it_was(key):
    version = PEOPLE[key].version()
    plain, coded = page_pdf(a_sheet(version)), page_pdf(a_sheet(version, offline=an_offline_code()))
    strip = int(18 / 25.4 * 150)
    before, after = (np.asarray(picture(one))[:-strip] for one in (plain, coded))
    assert np.array_equal(before, after)
    last = walk.folded(pages_of(coded)[-1])
    for words in SAID:
        assert walk.folded(words) in last
    assert codes_on(picture(coded, page=len(pages_of(coded)) - 1, dpi=300)) == [CARD]
    assert len(pages_of(coded)) <= len(pages_of(plain)) + 1


def test_a_plan_on_one_page_says_what_is_on_its_back():
    first, second = pages_of(page_pdf(a_sheet(offline=an_offline_code())))
    assert walk.folded("Page 1 of 2 · Back: code for no signal") in walk.folded(first)
    assert "TURN OVER" not in first
    assert "Adaeze Grace Okonkwo-Bright" in second


def test_a_plan_that_turns_over_says_so_as_before():
    coded = page_pdf(a_sheet(PEOPLE["mama"].version(), offline=an_offline_code()))
    assert "TURN OVER" in pages_of(coded)[0]


def test_without_a_link_there_is_no_card_either():
    pdf = page_pdf(a_sheet(link=None, offline=an_offline_code()))
    assert len(pages_of(pdf)) == 1
    assert "signal" not in text_of(pdf)
    assert codes_on(picture(pdf)) == []


def test_it_is_measured_as_if_it_were_not_there():
    assert measure(a_sheet(link=None, offline=an_offline_code())).front_fits


@pytest.mark.parametrize("title", ["page", "card"])
def test_the_code_is_40_mm_wide(title):
    pdf = (
        page_pdf(a_sheet(offline=an_offline_code()))
        if title == "page"
        else full_card(a_full_card(offline=an_offline_code())).pdf
    )
    assert width_mm(pdf, CARD) == pytest.approx(40, abs=0.3)


def test_the_wallet_sheet_has_a_third_part_with_the_same_in_few_words():
    printed = full_card(a_full_card(offline=an_offline_code()))
    assert len(pages_of(printed.pdf)) == 1
    assert set(codes_on(picture(printed.pdf, dpi=300))) == {LINK, CARD}
    text = walk.folded(text_of(printed.pdf))
    for words in SAID:
        assert walk.folded(words) in text


@pytest.mark.parametrize("name", ["Ada Okonkwo", "W" * 70])
def test_the_third_part_ends_above_its_cut(name):
    long = an_offline_code(
        name=name,
        host="plans.a-very-long-name-of-a-hospital-trust.example.org.uk",
        left_out=tuple(f"something with a long name, number {number}" for number in range(20)),
        version_number=9999,
    )
    pdf = full_card(a_full_card(offline=long)).pdf
    image = np.asarray(picture(pdf, dpi=200))
    mm = 200 / 25.4
    lines = np.flatnonzero((image[:, int(22 * mm) : int(100 * mm)] < 240).mean(axis=1) > 0.9)
    top, bottom = lines[lines > 140 * mm][[0, -1]]
    assert bottom - top == pytest.approx(54 * mm, abs=3)
    inside = image[bottom - int(1.5 * mm) : bottom - 2, int(22 * mm) : int(103 * mm)]
    assert not (inside < 128).any()
    right = image[top + 3 : bottom - 3, int(103.5 * mm) : int(104.5 * mm)]
    assert not (right < 128).any()
    said = walk.folded("The paper says more than this code.") in walk.folded(text_of(pdf))
    assert said is (name == "Ada Okonkwo")


def test_nothing_on_the_third_part_is_smaller_than_7_points():
    assert panel(an_offline_code(left_out=("a long thing to leave out",) * 8))[1] >= 7


def test_a_plan_too_long_for_a_code_is_printed_and_says_so():
    none = an_offline_code(card=None)
    for pdf in (
        page_pdf(a_sheet(offline=none)),
        full_card(a_full_card(offline=none)).pdf,
    ):
        text = walk.folded(text_of(pdf))
        assert walk.folded("has no code for use without a signal") in text
        assert walk.folded("The paper carries everything.") in text
        assert codes_on(picture(pdf, dpi=300)) == [LINK]


def test_a_card_that_is_too_long_is_never_drawn():
    with pytest.raises(TooManyDigits):
        page_pdf(a_sheet(offline=an_offline_code(card="shc:/" + "12" * 1196)))


def test_what_was_left_out_is_only_text():
    evil = an_offline_code(left_out=("<b>bold</b>",), host="<i>host</i>")
    for pdf in (page_pdf(a_sheet(offline=evil)), full_card(a_full_card(offline=evil)).pdf):
        assert "<b>bold</b>" in walk.folded(text_of(pdf))


def test_the_private_card_has_none():
    pdf = private_card(a_private_card()).pdf
    assert "signal" not in text_of(pdf)
    assert codes_on(picture(pdf, dpi=300)) == [LINK]


def test_the_longest_page_without_room_still_has_its_front():
    sheet = a_sheet(make.an_unsigned_version(), offline=an_offline_code())
    assert measure(sheet).front_fits
    assert numbered(sheet.narrative)[1]
