"""The emergency narrative's style, framed: it says nothing of the page around it."""

from __future__ import annotations

import re

from careplan.web.sheet import FRAME, framed_css, framed_rules


def test_every_selector_is_inside_the_frame() -> None:
    css = framed_rules("h1, p.big { margin: 0 } @media print { a { color: red } }")
    selectors = re.findall(r"([^{}@]+)\{", re.sub(r"@media print \{", "", css))
    assert [one.strip() for group in selectors for one in group.split(",")] == [
        f"{FRAME} h1", f"{FRAME} p.big", f"{FRAME} a",
    ]  # fmt: skip


def test_what_is_said_of_the_page_is_said_of_the_frame() -> None:
    assert framed_rules("body { color: black }").startswith(f"{FRAME} {{ color: black }}")


def test_comments_and_the_rules_of_media_stay_whole() -> None:
    css = framed_rules("/* a { b } */ @media (min-width: 60em) { .x { y: z } }")
    assert "a {" not in css
    assert "@media (min-width: 60em) {" in css


def test_the_real_sheet_is_balanced_and_framed() -> None:
    css = framed_css()
    assert css.count("{") == css.count("}")
    prefix = FRAME
    for group in re.findall(r"(?:^|[{}])\s*([^{}@]+?)\s*\{", css):
        assert all(one.strip().startswith(prefix) for one in group.split(",\n")), group
