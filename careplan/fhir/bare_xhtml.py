"""A stranger's narrative for a page of ours: its words and their shape, and nothing that acts.

Of the elements that a FHIR narrative may use, those that only shape text are kept, without their
attributes but for a table's spans; a link becomes its words and a picture what it stands for. What
cannot be read as XML is shown as plain text.
"""

from __future__ import annotations

import re
from html import escape, unescape
from xml.parsers import expat

from careplan.fhir import xhtml

_KEPT = frozenset(
    (  # noqa: SIM905  (quotation marks would hide the words)
        "abbr b big blockquote br caption cite code dd dfn div dl dt em hr i li ol p pre q samp "
        "small span strong sub sup table tbody td tfoot th thead tr tt ul var"
    ).split(" ")
)
_HEADING = re.compile(r"h[1-6]")
_EMPTY = frozenset({"br", "hr"})
_SPANS = ("colspan", "rowspan")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_TAG = re.compile(r"<[^<>]*>")
_BLOCK_END = re.compile(r"</(?:p|div|li|tr|h[1-6]|dt|dd|table|caption)>|<br\s?/?>", re.IGNORECASE)
_GAPS = re.compile(r"[ \t\r\f\v]+")
_MANY_LINES = re.compile(r"\n[ \n]*")


class _Writer:
    """What expat calls; every text is escaped again as it is put down."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _HEADING.fullmatch(name):
            self.made.append("<p><strong>")  # a page has headings of its own
        elif name in _KEPT:
            spans = (
                f' {one}="{attributes[one]}"'
                for one in _SPANS
                if name in ("td", "th") and _NUMBER.fullmatch(attributes.get(one, ""))
            )
            self.made.append(f"<{name}{''.join(spans)}>")
        elif name == "img":
            self.made.append(escape(f"[{attributes.get('alt') or 'picture'}]"))

    def end(self, name: str) -> None:
        if _HEADING.fullmatch(name):
            self.made.append("</strong></p>")
        elif name in _KEPT and name not in _EMPTY:
            self.made.append(f"</{name}>")

    def text(self, data: str) -> None:
        self.made.append(escape(data))


def bare(div: str) -> str | None:
    """The narrative as a piece of a page; None for one that breaks FHIR's rules."""
    if xhtml.problems(div, others=True):
        return None
    writer, parser = _Writer(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler = writer.text
    parser.Parse(xhtml.without_named(div), True)  # noqa: FBT003  (expat's own signature)
    return "".join(writer.made)


def plain(div: str) -> str:
    """All its words, a line for each block, whatever is wrong with it."""
    text = unescape(_TAG.sub(" ", _BLOCK_END.sub("\n", div)))
    return _MANY_LINES.sub("\n", _GAPS.sub(" ", text)).strip()
