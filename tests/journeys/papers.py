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


def pages_of(pdf: bytes) -> int:
    return len(pypdf.PdfReader(BytesIO(pdf)).pages)


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
