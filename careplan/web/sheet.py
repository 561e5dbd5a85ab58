"""The emergency narrative's own style, held to the frame it is shown in on a page of ours."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FRAME = ".plan-framed"

_STYLE = Path(__file__).resolve().parents[2] / "templates" / "scan" / "emergency.css"
_BARE = "p, ul, ol, li, dl, dt, dd, h2, h3, h4, table, th, td, a, b, strong"
_RESET = f"""{FRAME} :is({_BARE}) {{
  margin: 0; padding: 0; max-width: none; font-size: inherit; line-height: inherit; color: inherit;
}}
"""
"""What the page around it says of bare elements is taken back: the narrative's style decides."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def framed_css() -> str:
    """One style for the viewer and for pages that show the same narrative: never a second copy."""
    return _RESET + framed_rules(_STYLE.read_text("utf-8"))


def framed_rules(css: str) -> str:
    """Every selector put inside the frame; what is said of the page itself is said of the frame.

    Done here rather than by nesting, which browsers of a few years ago cannot read.
    """
    parts = re.split(r"([{}])", _COMMENT.sub("", css))
    made = [
        _framed(part) if following == "{" and not part.lstrip().startswith("@") else part
        for part, following in zip(parts, [*parts[1:], ""], strict=True)
    ]
    return "".join(made).strip() + "\n"


def _framed(selectors: str) -> str:
    return "\n" + ",\n".join(_inside(one.strip()) for one in selectors.split(",")) + " "


def _inside(selector: str) -> str:
    return FRAME if selector in ("html", "body") else f"{FRAME} {selector}"
