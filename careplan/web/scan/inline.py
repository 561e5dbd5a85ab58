"""Presses a page's inline script and style, and names each by its hash for the security policy."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

_BLOCK = re.compile(r"(<(script|style)>)(.*?)(</\2>)", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def source_hash(text: str) -> str:
    """The source expression a Content-Security-Policy allows this inline text by."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"


def press_css(text: str) -> str:
    """Takes out comments and the space that means nothing; strings hold no comment marks here."""
    bare = re.sub(r"\s+", " ", _CSS_COMMENT.sub("", text)).strip()
    bare = re.sub(r"\s*([{};])\s*", r"\1", bare)
    return re.sub(r"([:,])\s+", r"\1", bare).replace(";}", "}")


def press_js(text: str) -> str:
    """Takes out indentation, blank lines and whole-line comments, and keeps every line's end.

    Safe because our scripts hold no text that runs over lines; what would break refuses here.
    """
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("//")]
    odd = next((line for line in kept if line.count("`") % 2 or line.startswith("/*")), None)
    if odd is not None:
        raise ValueError(f"A script line that cannot be pressed safely: {odd}")
    return "\n".join(kept)


def press_page(html: str) -> tuple[str, list[str], list[str]]:
    """The page without needless space, and the hashes of its scripts and of its styles."""
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    pieces: list[str] = []
    start = 0
    for block in _BLOCK.finditer(html):
        opening, kind, inside, closing = block.groups()
        pressed = press_js(inside) if kind == "script" else press_css(inside)
        hashes[kind].append(source_hash(pressed))
        pieces += [_press_markup(html[start : block.start()]), opening, pressed, closing]
        start = block.end()
    pieces.append(_press_markup(html[start:]))
    return "".join(pieces), hashes["script"], hashes["style"]


def _press_markup(text: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", text)
