"""The drawn code holds what it was given, in vectors, at a size that can be scanned."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from careplan.render.qr import QUIET, SMALLEST_MODULE, TooSmall, qr_svg, qr_version
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
