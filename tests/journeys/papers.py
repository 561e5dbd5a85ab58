"""Papers as somebody holds them: their words, and their square codes as a camera reads them."""

from __future__ import annotations

from io import BytesIO

import numpy
import pypdf
import pypdfium2
import zxingcpp


def text_of(pdf: bytes) -> str:
    """The words of every page, in reading order."""
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages).replace("-\n", "-")


def pages_of(pdf: bytes) -> int:
    return len(pypdf.PdfReader(BytesIO(pdf)).pages)


def codes_on(pdf: bytes, *, dpi: int = 200) -> list[str]:
    """What every square code on the paper says."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pictures = [page.render(scale=dpi / 72).to_numpy() for page in document]
        found = [zxingcpp.read_barcodes(numpy.ascontiguousarray(one)) for one in pictures]
        return [code.text for page in found for code in page]
    finally:
        document.close()
