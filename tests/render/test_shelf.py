"""What the tests take over from each other is what they would have laid out themselves."""

from __future__ import annotations

import pytest

from careplan.render.press import _measure
from tests import repeated
from tests.repeated import Sheets

HTML = "<html lang='en'><head><title>.</title></head><body><p id='a'>One <b id='b'>two</b>.</p>"
HOW = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}


def test_a_sheet_from_the_shelf_is_the_sheet_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(repeated.SHELF, "folder", tmp_path)
    first, again = Sheets(HTML, "print.css"), Sheets(HTML, "print.css")
    assert _measure(first) == _measure(first.document)
    assert first.write_pdf(**HOW) == first.document.write_pdf(**HOW)
    assert (_measure(again), again.write_pdf(**HOW)) == (_measure(first), first.write_pdf(**HOW))
    assert again.laid is None


@pytest.mark.parametrize("other", [(f"{HTML} ", "print.css"), (HTML, "card.css")])
def test_another_sheet_has_another_place(other):
    assert Sheets(*other).name != Sheets(HTML, "print.css").name
