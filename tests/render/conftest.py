"""Here every page is laid out and drawn anew: that is what these tests are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.repeated import anew


@pytest.fixture(autouse=True)
def laid_out_anew() -> Iterator[None]:
    with anew():
        yield
