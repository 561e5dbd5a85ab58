"""A narrative as plain text: for the text export, and for proving that a surface carries a fact."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_BLOCKS = {
    "div",
    "section",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "h1",
    "h2",
    "h3",
}
_SPACES = re.compile(r"[ \t\r\n\u00a0\u202f]+")


class NotANarrative(ValueError):
    """Text that is not a well-formed XHTML fragment, or that brings definitions of its own."""


def plain_text(narrative: str) -> str:
    """The words in reading order, one line each, every run of spaces made one."""
    if "<!" in narrative:  # no DOCTYPE, so no entities of its own
        raise NotANarrative("a narrative holds no declarations")
    try:
        root = ET.fromstring(narrative)  # noqa: S314 - declarations, which carry the danger, are refused above
    except ET.ParseError as problem:
        raise NotANarrative(str(problem)) from problem
    pieces: list[str] = []
    _walk(root, pieces)
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\0"))
    return "\n".join(line for line in lines if line)


def _walk(element: ET.Element, pieces: list[str]) -> None:
    tag = element.tag.rpartition("}")[2]
    pieces.append({"li": "\0- ", "br": "\0", "td": " | "}.get(tag, "\0" if tag in _BLOCKS else ""))
    if tag == "th" and pieces[-2:-1] != ["\0"]:
        pieces.append(" | ")
    pieces.append(element.text or "")
    for child in element:
        _walk(child, pieces)
        pieces.append(child.tail or "")
    if tag in _BLOCKS:
        pieces.append("\0")
