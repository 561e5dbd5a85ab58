"""A link or a signed card drawn as a QR code in vectors, with the white and the size it needs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import segno
from markupsafe import Markup
from segno import consts

QUIET = 4
"""Modules of white on every side (ISO/IEC 18004)."""
SMALLEST_MODULE = 0.34
"""Millimetres. Below this, cheap phone cameras and office printers begin to fail."""


CARD_MM = 40.0
"""The signed card's own modules, without the white around them (SMART Health Cards: 40 by 40)."""
CARD_PREFIX = "shc:/"
MOST_CARD_VERSION = 22
_PAIRS = re.compile(r"(?:[0-9]{2})+", re.ASCII)


class TooSmall(ValueError):
    """The text needs more room than it was given; a code that nobody can scan is not printed."""


class TooManyDigits(ValueError):
    """A signed card longer than one code of version 22 may hold. It is never cut or split."""


def qr_svg(text: str, *, mm: float, title: str = "QR code") -> str:
    """An SVG `mm` wide with its quiet zone: level M, black on white, one path of runs."""
    size, path = _drawn(text)
    if mm / size < SMALLEST_MODULE:
        needed = size * SMALLEST_MODULE
        raise TooSmall(f"{mm} mm for {size} modules; at least {needed:.1f} mm is needed")
    return _svg(size, path, mm=mm, title=title)


def card_qr_svg(card: str, *, mm: float = CARD_MM, title: str = "QR code of the card") -> str:
    """The signed card ("shc:/" and its digits): `mm` wide, and its quiet zone around that.

    Raises TooManyDigits above version 22, and TooSmall for fewer millimetres than it needs.
    """
    size, path = _card_drawn(card)
    modules = size - 2 * QUIET
    if mm / modules < SMALLEST_MODULE:
        raise TooSmall(f"{mm} mm for a card of {modules} modules")
    return _svg(size, path, mm=round(mm * size / modules, 3), title=title)


def card_qr_version(card: str) -> int:
    """Which version (1 to 22) the card needs. Raises TooManyDigits."""
    return (_card_drawn(card)[0] - 2 * QUIET - 17) // 4


def _svg(size: int, path: str, *, mm: float, title: str) -> str:
    drawing = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img"'
        ' width="{mm}mm" height="{mm}mm" viewBox="0 0 {size} {size}"><title>{title}</title>'
        '<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        '<path stroke="#000" stroke-width="1.02" d="{path}"/></svg>'
    )
    return str(drawing.format(mm=f"{mm:g}", size=size, title=title, path=path))


def qr_version(text: str) -> int:
    """The QR version (1 to 40) the text needs at level M."""
    version = _made(text).version
    if not isinstance(version, int):
        raise TypeError("a Micro QR code was never asked for")
    return version


def _made(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False, boost_error=False)


def _made_card(card: str) -> segno.QRCode:
    """The two segments that every reader of SMART Health Cards expects, and nothing added."""
    digits = card.removeprefix(CARD_PREFIX)
    if digits == card or not _PAIRS.fullmatch(digits):
        raise ValueError("A signed card is printed as shc:/ and pairs of digits.")
    # Names instead of these numbers would be taken for an encoding, and the digits for bytes.
    parts: Any = [(CARD_PREFIX, consts.MODE_BYTE), (digits, consts.MODE_NUMERIC)]
    try:
        made = segno.make(parts, error="L", boost_error=False, micro=False)
    except segno.DataOverflowError:
        raise TooManyDigits(f"{len(digits)} digits: more than any code holds") from None
    if not isinstance(made.version, int) or made.version > MOST_CARD_VERSION:
        raise TooManyDigits(f"{len(digits)} digits need version {made.version}")
    return made


@lru_cache(maxsize=64)
def _drawn(text: str) -> tuple[int, str]:
    """The width in modules, quiet zone included, and the runs of dark modules, row by row."""
    return _runs(_made(text))


@lru_cache(maxsize=64)
def _card_drawn(card: str) -> tuple[int, str]:
    return _runs(_made_card(card))


def _runs(made: segno.QRCode) -> tuple[int, str]:
    rows = list(made.matrix)
    path = []
    for y, row in enumerate(rows, start=QUIET):
        bits = "".join("1" if dark else "0" for dark in row)
        x = last = 0
        while (start := bits.find("1", x)) >= 0:
            end = bits.find("0", start)
            x = end if end >= 0 else len(bits)
            # The first run of a row is placed, the others follow from where the last one ended.
            path.append(f"m{start - last} 0" if last else f"M{start + QUIET} {y}.5")
            path.append(f"h{x - start}")
            last = x
    return len(rows) + 2 * QUIET, "".join(path)
