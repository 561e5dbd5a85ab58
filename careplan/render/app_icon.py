"""The icon on a home screen: a heart, drawn here, that says nothing about anybody's health."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from math import hypot

from PIL import Image, ImageDraw

_GROUND, _HEART = "#0f4c55", "#ffffff"
_GRID = 32
"""The drawing's own size, as in plan-icon.svg."""
_FINER = 4
_ROUND = 7
_TIP = ((16, 25.5), (7.6, 17), (15.3, 9.4), (16, 10.1), (16.7, 9.4), (24.4, 17))
_LOBES = ((7.6, 17, 15.3, 9.4), (16.7, 9.4, 24.4, 17))
"""Each lobe is half a circle over the line between its ends."""
_SAFE = 0.72
"""A phone may cut a whole-faced icon to a circle: the heart then stands well inside it."""


@cache
def app_icon(size: int, *, whole: bool = False) -> bytes:
    """A PNG. `whole` fills the square to its corners, for phones that cut icons to their shape."""
    side = size * _FINER
    image = Image.new("RGBA", (side, side), _GROUND if whole else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if not whole:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), side * _ROUND / _GRID, fill=_GROUND)
    scale = side / _GRID * (_SAFE if whole else 1)
    shift = side * (1 - _SAFE) / 2 if whole else 0

    def at(value: float) -> float:
        return value * scale + shift

    draw.polygon([(at(x), at(y)) for x, y in _TIP], fill=_HEART)
    for x1, y1, x2, y2 in _LOBES:
        x, y, radius = (x1 + x2) / 2, (y1 + y2) / 2, hypot(x2 - x1, y2 - y1) / 2
        box = (at(x - radius), at(y - radius), at(x + radius), at(y + radius))
        draw.ellipse(box, fill=_HEART)
    made = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()
