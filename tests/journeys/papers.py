"""Papers as somebody holds them: their words, and their square codes as a camera reads them."""

from __future__ import annotations

from io import BytesIO

import numpy
import pypdf
import pypdfium2
import zxingcpp


def text_of(pdf: bytes) -> str:
    """The words of every page, in reading order."""
    return "\n".join(pages_text(pdf))


def pages_text(pdf: bytes) -> list[str]:
    """The words of each page. A hyphen at the end of a line is a word's own."""
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return [page.extract_text().replace("-\n", "-") for page in pages]


BACK = "For when there is no signal"
"""Heads the signed card, which has a page to itself where the plan fills the one before."""


def pages_of(pdf: bytes) -> int:
    """How many pages the plan itself takes."""
    return sum(not text.lstrip().startswith(BACK) for text in pages_text(pdf))


def links_on(pdf: bytes) -> list[str]:
    """The addresses among its square codes."""
    return [text for text in codes_on(pdf) if not text.startswith("shc:/")]


def signed_card_on(pdf: bytes) -> str:
    """The one signed card that a full print holds."""
    (card,) = (text for text in codes_on(pdf) if text.startswith("shc:/"))
    return card


def codes_on(pdf: bytes, *, dpi: int = 200) -> list[str]:
    """What every square code on the paper says."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pictures = [page.render(scale=dpi / 72).to_numpy() for page in document]
        found = [zxingcpp.read_barcodes(numpy.ascontiguousarray(one)) for one in pictures]
        square = zxingcpp.BarcodeFormat.QRCode  # words can look like the stripes of a shop's code
        return [code.text for page in found for code in page if code.format == square]
    finally:
        document.close()
