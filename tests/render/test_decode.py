"""Every printed code is read from paper that was printed coarsely, seen unsharply, and stained."""

from __future__ import annotations

from functools import cache

import pytest

from careplan.render.card import full_card, private_card
from careplan.render.copies import CopySheet, Look, copy_pdf
from careplan.render.paper import page_pdf
from tests.make import NOW
from tests.render.sheets import (
    CARD,
    HOST,
    LINK,
    a_full_card,
    a_private_card,
    a_sheet,
    an_offline_code,
)
from tests.render.wear import WORN, Wear, is_read, printed_code, worn

PRINTED = {
    "page": LINK,
    "full card": LINK,
    "private card": LINK,
    "large print": LINK,
    "signed card on the page": CARD,
    "signed card on the wallet sheet": CARD,
}
HARDEST = (Wear(150, blur_mm=0.12), Wear(150, stain=0.06), Wear(300, stain=0.06))
"""Level L mends seven in a hundred: a stain of six can be one too many for a signed card."""


@cache
def paper(name: str) -> bytes:
    if name == "private card":
        return private_card(a_private_card()).pdf
    if name == "large print":
        return copy_pdf(
            CopySheet(
                look=Look.LARGE,
                title="Emergency plan",
                name="Ada",
                body="<p>Words.</p>",
                plan_number="SCP-7Q4M-2K9T",
                version_number=3,
                printed_at=NOW,
                host=HOST,
                link=LINK,
                short_code="0" * 11,
            )
        )
    if name in ("page", "signed card on the page"):
        return page_pdf(a_sheet(offline=an_offline_code()))
    return full_card(a_full_card(offline=an_offline_code())).pdf


@pytest.mark.parametrize("name", PRINTED)
def test_it_is_read_after_wear(name):
    text = PRINTED[name]
    codes = {dpi: printed_code(paper(name), text, dpi=dpi) for dpi in (150, 300)}
    for wear in WORN if text == CARD else HARDEST:
        read = [is_read(worn(codes[wear.dpi], wear, seed=seed), text) for seed in range(2)]
        assert all(read) or (text == CARD and wear.stain > 0.05), (name, wear)


def test_the_wear_is_real():
    """A stain over a third, or a picture blurred by a module, is not read."""
    code = printed_code(paper("page"), CARD, dpi=300)
    assert not is_read(worn(code, Wear(300, stain=0.3), seed=1), CARD)
    assert not is_read(worn(code, Wear(300, blur_mm=0.5), seed=1), CARD)
