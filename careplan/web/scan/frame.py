"""The small frame of the emergency page where no script runs: its style, inline, and its policy."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from careplan.web.scan.inline import press_css, source_hash

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "scan"


@cache
def frame_style() -> tuple[Markup, str]:
    """The viewer's own styles, inline so that the page is one request, and the policy that allows
    them and nothing else."""
    texts = (TEMPLATES / name for name in ("emergency.css", "viewer.css"))
    pressed = press_css("".join(text.read_text("utf-8") for text in texts))
    allowed = source_hash(pressed)
    policy = (
        f"default-src 'none'; style-src {allowed}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return Markup(pressed), policy  # noqa: S704 (our own style sheets)
