"""P11: how long a link's QR is, and how often a worn print of it is still read."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Line
from careplan.keys.tokens import new_token
from careplan.render.card import full_card
from careplan.render.paper import page_pdf
from careplan.render.qr import qr_version
from careplan.sharing.links import manifest_url, new_address_token, payload, viewer_address
from tests.render.sheets import a_full_card, a_sheet
from tests.render.wear import Wear, is_read, printed_code, width_mm, worn

HOST = "mysicklecell.example"
TRIES = 40
CLEAN = Wear(150)
WORN = Wear(150, blur_mm=0.12, stain=0.06)


def measure() -> Iterator[Line]:
    link = _link()
    size = f"characters in the QR, a host of {len(HOST)}"
    yield Line("P11", size, str(len(link)), "", "", "≤ 250", len(link) <= 250)
    version = qr_version(link)
    yield Line("P11", "QR version, level M", str(version), "", "", "≤ 11", version <= 11)
    yield _read("the wallet card", full_card(a_full_card(link=link, host=HOST)).pdf, link)
    yield _read("the page", page_pdf(a_sheet(link=link, host=HOST)), link)


def _read(name: str, pdf: bytes, link: str) -> Line:
    wide = width_mm(pdf, link)
    code = printed_code(pdf, link, dpi=WORN.dpi)
    read = sum(is_read(worn(code, WORN, seed=seed), link) for seed in range(TRIES))
    clean = "read" if is_read(worn(code, CLEAN, seed=0), link) else "not read"
    return Line(
        "P11",
        f"read from {name}, {wide:.1f} mm, 150 dpi, blur 0.12 mm, a stain over 6 %",
        f"{read} of {TRIES}",
        f"neither blurred nor stained: {clean}",
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
