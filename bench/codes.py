"""How often every printed code is read, printed at 150 and 300 dpi, sharp, blurred and stained."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Line
from tests.render.test_decode import PRINTED, paper
from tests.render.wear import Wear, decode_rates, width_mm

TRIES = 20


def measure() -> Iterator[Line]:
    for name, text in PRINTED.items():
        pdf = paper(name)
        what = f"{name}, {width_mm(pdf, text):.1f} mm"
        rates = list(decode_rates(pdf, text, tries=TRIES))
        for dpi in (150, 300):
            read = [f"{_said(wear)} {count}" for wear, count in rates if wear.dpi == dpi]
            said = f"{', '.join(read)} of {TRIES}"
            yield Line("codes", f"read from {what}, {dpi} dpi", said, "", "", "", None)


def _said(wear: Wear) -> str:
    if wear.blur_mm:
        return f"blur {wear.blur_mm:g} mm"
    return f"stain {wear.stain:.0%}" if wear.stain else "sharp"
