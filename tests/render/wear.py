"""A printed code as a camera meets it: printed by dots, photographed, blurred and stained.

A simulation and not a telephone: real devices belong in the list of what a release tries by hand.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter

PHOTO = 18
"""Dots of the photograph for a millimetre of paper."""
_WHITE_MM = 2
_NOISE = 8.0
_CORNER = 0.12
"""A corner mark with its white, as a share of the width: without one no code is found."""


@dataclass(frozen=True, slots=True)
class Wear:
    """How it was printed, how sharply it was seen, and which share a square stain covers."""

    dpi: int
    blur_mm: float = 0.0
    stain: float = 0.0


WORN = (
    *(Wear(dpi) for dpi in (150, 300)),
    *(Wear(dpi, blur_mm=blur) for dpi in (150, 300) for blur in (0.08, 0.12)),
    *(Wear(dpi, stain=stain) for dpi in (150, 300) for stain in (0.01, 0.03, 0.06)),
)
"""Each way once: the table of the decode rates."""


def printed_code(pdf: bytes, text: str, *, dpi: int) -> Image.Image:
    """The code that says `text`, cut with its white from the paper as a printer dots it.

    Raises LookupError where no page shows it.
    """
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        for page in document:
            sharp = page.render(scale=300 / 72, grayscale=True).to_pil().convert("L")
            for found in zxingcpp.read_barcodes(np.asarray(sharp)):
                if found.text == text:
                    dots = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
                    black = dots.point(lambda grey: 255 if grey > 127 else 0)
                    return black.crop(_around(found, dpi))
    finally:
        document.close()
    raise LookupError("no page shows this code")


def width_mm(pdf: bytes, text: str) -> float:
    """How wide the code's own modules are on the paper, without the white around them."""
    cut = printed_code(pdf, text, dpi=300).point(lambda grey: 255 - grey)
    box = cut.getbbox() or (0, 0, 0, 0)
    return (box[2] - box[0]) / 300 * 25.4


def worn(code: Image.Image, wear: Wear, *, seed: int) -> Image.Image:
    """The photograph. The stain lies off the corner marks, white, black or grey."""
    chance = np.random.default_rng(seed)
    scale = PHOTO * 25.4 / wear.dpi
    size = (round(code.width * scale), round(code.height * scale))
    photo = code.resize(size, Image.Resampling.NEAREST)
    if wear.blur_mm:
        photo = photo.filter(ImageFilter.GaussianBlur(wear.blur_mm * PHOTO))
    dots = np.asarray(photo).astype(float)
    if wear.stain:
        _stain(dots, wear.stain, chance)
    return Image.fromarray(
        np.clip(dots + chance.normal(0, _NOISE, dots.shape), 0, 255).astype("u1")
    )


def is_read(picture: Image.Image, text: str) -> bool:
    return any(one.text == text for one in zxingcpp.read_barcodes(np.asarray(picture)))


def decode_rates(pdf: bytes, text: str, *, tries: int) -> Iterator[tuple[Wear, int]]:
    """How many of so many tries are read, worn each way."""
    sharp = {dpi: printed_code(pdf, text, dpi=dpi) for dpi in {one.dpi for one in WORN}}
    for wear in WORN:
        read = (is_read(worn(sharp[wear.dpi], wear, seed=seed), text) for seed in range(tries))
        yield wear, sum(read)


def _around(found: zxingcpp.Barcode, dpi: int) -> tuple[int, int, int, int]:
    place, white = found.position, _WHITE_MM / 25.4 * 300
    across = [one.x for one in (place.top_left, place.bottom_right)]
    down = [one.y for one in (place.top_left, place.bottom_right)]
    box = (min(across) - white, min(down) - white, max(across) + white, max(down) + white)
    left, top, right, bottom = (round(edge * dpi / 300) for edge in box)
    return left, top, right, bottom


def _stain(dots: np.ndarray, share: float, chance: np.random.Generator) -> None:
    high, wide = dots.shape
    side, corner = round((share * high * wide) ** 0.5), _CORNER * wide
    while True:
        top, left = (int(chance.integers(0, edge - side)) for edge in (high, wide))
        above, below = top < corner * 2, top + side > high - corner * 2
        before, after = left < corner * 2, left + side > wide - corner * 2
        if not ((above and (before or after)) or (below and before)):
            break
    dots[top : top + side, left : left + side] = chance.choice([0, 127, 255])
