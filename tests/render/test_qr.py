"""The drawn code holds what it was given, in vectors, at a size that can be scanned."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from careplan.render.qr import (
    MOST_CARD_VERSION,
    QUIET,
    SMALLEST_MODULE,
    TooManyDigits,
    TooSmall,
    card_qr_svg,
    card_qr_version,
    qr_svg,
    qr_version,
)
from tests.render.sheets import LINK, codes_on

PATH = r'stroke-width="[\d.]+" d="([^"]+)"'


def match(pattern: str, svg: str) -> str:
    found = re.search(pattern, svg)
    assert found is not None
    return found.group(1)


RUN = re.compile(r"M(\d+) (\d+)\.5|m(\d+) 0|h(\d+)")


def drawn(svg: str, scale: int = 4) -> Image.Image:
    """The path as a picture, read by hand so that no drawing library is trusted."""
    size = int(match(r'viewBox="0 0 (\d+)', svg))
    image = Image.new("L", (size * scale, size * scale), 255)
    x = y = 0
    for found in RUN.finditer(match(PATH, svg)):
        place, row, skip, run = found.groups()
        if place:
            x, y = int(place), int(row)
        elif skip:
            x += int(skip)
        else:
            image.paste(0, (x * scale, y * scale, (x + int(run)) * scale, (y + 1) * scale))
            x += int(run)
    return image


def test_it_works():
    assert codes_on(drawn(qr_svg(LINK, mm=30))) == [LINK]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_any_text_is_read_back(text):
    assert codes_on(drawn(qr_svg(text, mm=100))) == [text]


def test_a_link_of_250_characters_is_version_11():
    assert len(LINK) <= 250
    assert qr_version("https://a.uk/s#" + "x" * 235) <= 11


def test_four_modules_of_white_all_round():
    image = drawn(qr_svg(LINK, mm=30), scale=1)
    box = image.point(lambda p: 255 - p).getbbox()
    assert box == (QUIET, QUIET, image.width - QUIET, image.height - QUIET)


def test_modules_that_cannot_be_scanned_are_refused():
    with pytest.raises(TooSmall, match="at least"):
        qr_svg(LINK, mm=20)
    modules = 4 * qr_version(LINK) + 17 + 2 * QUIET
    assert qr_svg(LINK, mm=modules * SMALLEST_MODULE + 0.01)


def test_few_path_commands():
    assert len(re.findall("[a-zA-Z]", match(PATH, qr_svg(LINK, mm=30)))) < 2200


def test_the_title_is_escaped():
    assert "<title>a&lt;b</title>" in qr_svg("x", mm=30, title="a<b")


def test_it_holds_nothing_but_vectors():
    svg = qr_svg(LINK, mm=30)
    assert "image" not in svg
    assert LINK not in svg
    assert io.StringIO(svg).read().count("<path") == 2


# --- the signed card ----------------------------------------------------------------------------


def a_card(letters: int) -> str:
    return "shc:/" + "".join(f"{(number * 31) % 78:02}" for number in range(letters))


def test_a_card_is_a_byte_segment_and_a_numeric_one():
    card = a_card(1195)
    (found,) = zxingcpp.read_barcodes(np.asarray(drawn(card_qr_svg(card))))
    assert found.text == card
    # As bytes alone the same text would need a code twice as full.
    assert card_qr_version(card) == MOST_CARD_VERSION == 22
    assert found.ec_level == "L"


def test_one_letter_more_than_version_22_holds_is_refused():
    with pytest.raises(TooManyDigits, match="version 23"):
        card_qr_svg(a_card(1196))
    with pytest.raises(TooManyDigits, match="any code"):
        card_qr_svg(a_card(4000))


@pytest.mark.parametrize("wrong", ["shc:/123", "shc:/12a4", "shc:/", "1234", "shc:/1/2/1234"])
def test_what_is_no_card_is_refused(wrong):
    with pytest.raises(ValueError, match="pairs of digits"):
        card_qr_svg(wrong)


def test_its_own_modules_are_40_mm_and_the_white_stands_around_them():
    svg = card_qr_svg(a_card(1195))
    assert match(r'width="([\d.]+)mm"', svg) == "43.048"
    assert match(r'viewBox="0 0 (\d+)', svg) == "113"
    box = drawn(svg, scale=1).point(lambda p: 255 - p).getbbox()
    assert box == (QUIET, QUIET, 113 - QUIET, 113 - QUIET)


def test_a_card_too_small_to_be_scanned_is_refused():
    with pytest.raises(TooSmall):
        card_qr_svg(a_card(1195), mm=30)
