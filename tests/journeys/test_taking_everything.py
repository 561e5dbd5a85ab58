"""She takes along everything that is kept about her, on her phone and without a script."""

from __future__ import annotations

from collections.abc import Callable
from zipfile import ZipFile

import pytest

from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone
from tests.journeys.visitor import SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


def test_one_press_and_she_has_it(visit: Visit, adas_site: Site) -> None:
    ada = given_ada_with_her_phone(visit("Ada", SMALL_PHONE, script=False))
    ada.goes_to("/plan").presses("Take everything about me with you").reads("What is not in it")
    with ada.page.expect_download() as coming:
        ada.page.get_by_role("button", name="Get the file").click()
    assert coming.value.suggested_filename == "everything-about-me.zip"
    with ZipFile(coming.value.path()) as packed:
        assert packed.read("your-plan.pdf").startswith(b"%PDF")
        assert "photo.jpg" in packed.read("README.txt").decode()
    ada.goes_to("/plan/who-looked").reads("You took a copy of everything")
