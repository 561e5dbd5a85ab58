"""A link drawn as a QR code in vectors, with the quiet zone and the size that a scanner needs."""

from __future__ import annotations

from functools import lru_cache

import segno
from markupsafe import Markup

QUIET = 4
"""Modules of white on every side (ISO/IEC 18004)."""
SMALLEST_MODULE = 0.34
"""Millimetres. Below this, cheap phone cameras and office printers begin to fail."""


class TooSmall(ValueError):
    """The text needs more room than it was given; a code that nobody can scan is not printed."""


def qr_svg(text: str, *, mm: float, title: str = "QR code") -> str:
    """An SVG `mm` wide with its quiet zone: level M, black on white, one path of runs."""
    size, path = _drawn(text)
    if mm / size < SMALLEST_MODULE:
        needed = size * SMALLEST_MODULE
        raise TooSmall(f"{mm} mm for {size} modules; at least {needed:.1f} mm is needed")
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


@lru_cache(maxsize=64)
def _drawn(text: str) -> tuple[int, str]:
    """The width in modules, quiet zone included, and the runs of dark modules, row by row."""
    rows = list(_made(text).matrix)
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
