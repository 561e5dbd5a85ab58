"""P11: how long a link's QR is, and how often a worn print of it is still read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy
import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

from bench.measure import Line
from careplan.keys.tokens import new_token
from careplan.plan.dictionary import dictionary
from careplan.render.paper import QR_MM, Sheet, page_pdf
from careplan.render.qr import qr_version
from careplan.sharing.links import (
    manifest_url,
    new_address_token,
    payload,
    viewer_address,
)
from careplan.summary.narrative import narrative
from tests.make import NOW, a_version

HOST = "mysicklecell.example"
TRIES = 40
DPI = 150
BLUR_MM = 0.12
DAMAGED = 0.06
_MM = DPI / 25.4
_CLEAR = 0.32
"""A corner mark and the room around it, as a share of the width, with the stain's own radius."""


def measure() -> Iterator[Line]:
    link = _link()
    yield Line(
        "P11",
        f"characters in the QR, a host of {len(HOST)}",
        str(len(link)),
        "",
        "",
        "≤ 250",
        len(link) <= 250,
    )
    version = qr_version(link)
    yield Line("P11", "QR version, level M", str(version), "", "", "≤ 11", version <= 11)
    printed = _printed(link)
    read = sum(_reads(_stained(printed, seed), link) for seed in range(TRIES))
    yield Line(
        "P11",
        f"read at {QR_MM:g} mm from the page, {DPI} dpi, blur {BLUR_MM} mm, a stain over 6 %",
        f"{read} of {TRIES}",
        f"undamaged: {'read' if _reads(printed, link) else 'not read'}",
        "",
        "all",
        read == TRIES,
    )


def _link() -> str:
    def entropy(size: int) -> bytes:
        return bytes((number * 37 + size) % 256 for number in range(size))

    url = manifest_url(f"https://{HOST}", token=new_address_token(entropy))
    text = payload(url, key=new_token(entropy), flag="LP")
    return viewer_address(f"https://{HOST}", payload=text)


def _printed(link: str) -> Image.Image:
    """The code and the white around it, cut from the printed page."""
    words = dictionary()
    version = a_version()
    sheet = Sheet(
        narrative=narrative(version, words),
        name="Adaeze Grace Okonkwo-Bright",
        plan_number=version.plan_number,
        version_number=3,
        printed_at=NOW,
        host=HOST,
        link=link,
        short_code="0" * 11,
    )
    pages = pypdfium2.PdfDocument(io.BytesIO(page_pdf(sheet)))
    page = pages[0].render(scale=DPI / 72).to_pil().convert("L")
    found = next(one for one in zxingcpp.read_barcodes(page) if one.text == link)
    place = found.position
    across = [point.x for point in (place.top_left, place.bottom_right)]
    down = [point.y for point in (place.top_left, place.bottom_right)]
    white = round(2 * _MM)
    box = (min(across) - white, min(down) - white, max(across) + white, max(down) + white)
    cut: Image.Image = page.crop(box)
    return cut


def _stained(printed: Image.Image, seed: int) -> Image.Image:
    """Blurred, with one stain, white or black, over a share of the symbol but not on a corner.

    A code without one of its three corner marks is not found by any reader.
    """
    chance = numpy.random.default_rng(seed)
    worn = _blurred(printed)
    high, wide = worn.shape
    down, across = numpy.ogrid[:high, :wide]
    radius = (DAMAGED * high * wide / numpy.pi) ** 0.5
    while True:
        top, left = chance.uniform(radius, high - radius), chance.uniform(radius, wide - radius)
        if all(abs(top - y) > _CLEAR * high or abs(left - x) > _CLEAR * wide
               for y, x in ((0, 0), (0, wide), (high, 0))):  # fmt: skip
            break
    stain = (down - top) ** 2 + (across - left) ** 2 < radius**2
    worn[stain] = 255 * int(chance.integers(0, 2))
    return Image.fromarray(worn)


def _blurred(printed: Image.Image) -> Any:
    return numpy.array(printed.filter(ImageFilter.GaussianBlur(BLUR_MM * _MM)))


def _reads(picture: Image.Image, link: str) -> bool:
    return any(one.text == link for one in zxingcpp.read_barcodes(picture))
