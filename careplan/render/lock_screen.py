"""A picture for a telephone's lock screen: the private code, and no fact that a thief could use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1170, 2532
"""Dots. Telephones crop a picture at its edges, so everything stands in the middle."""
_FONTS = Path(__file__).parent.parent / "web" / "static" / "vendor" / "fonts"
_PAPER, _INK, _NIGHT, _ALARM = "#ffffff", "#000000", "#1d2a44", "#a30000"
_MIDDLE = 0.56
"""Of the height: below the clock, above the torch and camera buttons."""
_PANEL, _MARGIN, _QR = 860, 56, 720
_QUIET = 4


class NoRoom(ValueError):
    """A name or number too long for the picture; nothing is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockScreen:
    """`alarm` is the line that says what somebody has; None leaves it out."""

    link: str
    phone: str | None
    first_name: str | None = None
    alarm: str | None = None


def lock_screen(picture: LockScreen) -> bytes:
    """A PNG. Raises NoRoom."""
    lines = [
        *([(picture.alarm, 58, _ALARM)] if picture.alarm else []),
        *([(picture.first_name, 54, _INK)] if picture.first_name else []),
        ("Scan for my emergency plan", 46, _INK),
    ]
    below = [
        *([("Day or night, ring", 40, _INK), (picture.phone, 60, _INK)] if picture.phone else []),
        ("It asks for my date of birth", 36, _INK),
    ]
    rows = [*_measured(lines), (None, _QR + 40, ""), *_measured(below)]
    height = 2 * _MARGIN + sum(_height(row) for row in rows)
    image = Image.new("RGB", (WIDTH, HEIGHT), _NIGHT)
    draw = ImageDraw.Draw(image)
    top = int(HEIGHT * _MIDDLE) - height // 2
    left = (WIDTH - _PANEL) // 2
    draw.rounded_rectangle((left, top, left + _PANEL, top + height), 48, fill=_PAPER)
    y = top + _MARGIN
    for text, size, colour in rows:
        if text is None:
            image.paste(_code(picture.link), ((WIDTH - _QR) // 2, y + 20))
        else:
            draw.text((WIDTH / 2, y), text, colour, _font(size), anchor="ma")
        y += _height((text, size, colour))
    made = BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()


Row = tuple[str | None, int, str]


def _height(row: Row) -> int:
    text, size, _colour = row
    return size if text is None else int(size * 1.5)


def _measured(lines: Sequence[tuple[str | None, int, str]]) -> list[Row]:
    """Each line as large as it may be, and never smaller than can be read at arm's length."""
    rows: list[Row] = []
    for text, size, colour in lines:
        if not text:
            continue
        fitting = next(
            (now for now in range(size, 27, -2) if _font(now).getlength(text) <= _PANEL - 60), None
        )
        if fitting is None:
            raise NoRoom(f"there is no room for “{text}”")
        rows.append((text, fitting, colour))
    return rows


def _code(link: str) -> Image.Image:
    """Whole dots for each module, so that no edge is blurred."""
    rows = list(segno.make(link, error="m", micro=False, boost_error=False).matrix)
    modules = len(rows) + 2 * _QUIET
    scale = _QR // modules
    small = Image.new("L", (modules, modules), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x + _QUIET, y + _QUIET), 0)
    large = small.resize((modules * scale, modules * scale), Image.Resampling.NEAREST)
    framed = Image.new("L", (_QR, _QR), 255)
    framed.paste(large, ((_QR - large.width) // 2, (_QR - large.height) // 2))
    return framed.convert("RGB")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    bold = _FONTS / "Andika-Bold.ttf"
    return ImageFont.truetype(bold, size) if bold.is_file() else ImageFont.load_default(size)
