"""The demonstration shows the people of the case files, fact by fact."""

from __future__ import annotations

import pytest

from careplan.acts.demo_people import OTHERS
from tests.people.demo_files import file_of, written


@pytest.mark.parametrize("key", OTHERS)
def test_the_file_is_what_the_builder_says(key: str) -> None:
    """If not: python -m tests.people.demo_files"""
    assert file_of(key).read_text("utf-8") == written(key)
