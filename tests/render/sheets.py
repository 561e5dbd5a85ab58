"""Sheets and cards of invented people, and eyes to read them back: text, pictures, codes."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.render.card import FullCard, PrivateCard
from careplan.render.offline import OfflineCode
from careplan.render.paper import Sheet
from careplan.sharing.links import Opening
from careplan.summary.emergency import summarise
from careplan.summary.narrative import narrative
from tests import make

WORDS = dictionary()
HOST = "plans.example.uk"
LINK = f"https://{HOST}/s#shlink:/" + ("eyJ1cmwiOiJodHRwczovL3BsYW5z" * 9)[:210]
CODE = "7K4MQX2R9BT"
CARD = "shc:/" + "".join(f"{(7 * number + number // 5) % 78:02}" for number in range(1150))
"""As long as a real signed card is (version 22), and no card at all."""


def a_sheet(version: Version | None = None, **changes: object) -> Sheet:
    version = version or make.a_version()
    values = {
        "narrative": narrative(version, WORDS),
        "name": version.plan.identity.legal_name or "",
        "plan_number": version.plan_number,
        "version_number": version.number,
        "printed_at": make.NOW,
        "host": HOST,
        "link": LINK,
        "short_code": CODE,
    }
    return Sheet(**(values | changes))  # type: ignore[arg-type]


def a_full_card(version: Version | None = None, **changes: object) -> FullCard:
    values = {
        "summary": summarise(version or make.a_version(), WORDS),
        "link": LINK,
        "short_code": CODE,
        "host": HOST,
        "copy": "Version 3, printed 23 November 2026",
    }
    return FullCard(**(values | changes))  # type: ignore[arg-type]


def an_offline_code(**changes: object) -> OfflineCode:
    values = {
        "card": CARD,
        "name": "Adaeze Grace Okonkwo-Bright",
        "version_number": 3,
        "host": HOST,
        "left_out": ("second choice", "reactions to allergies"),
        "review_due": date(2026, 11, 23),
        "good_until": date(2027, 11, 23),
    }
    return OfflineCode(**(values | changes))  # type: ignore[arg-type]


def a_private_card(**changes: object) -> PrivateCard:
    values = {
        "link": LINK,
        "short_code": CODE,
        "host": HOST,
        "opening": Opening.DATE_OF_BIRTH,
        "phone": "020 7946 0100",
        "first_name": "Ada",
    }
    return PrivateCard(**(values | changes))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def flow_of(pdf: bytes) -> str:
    """The words without the strip at the foot of each page, so that a text may cross a page."""
    return "\n".join(page.rpartition("ACT NOW:")[0] for page in pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def picture(pdf: bytes, *, dpi: int = 150, page: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def codes_on(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(np.asarray(image))]
