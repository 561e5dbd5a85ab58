"""Narrative as FHIR allows it: a well-formed XHTML div with nothing that runs, loads or asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import name2codepoint
from xml.parsers import expat

from careplan.fhir.codes import XHTML

_ELEMENTS = frozenset(
    (  # noqa: SIM905  (quotation marks would hide the words)
        "a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em "
        "h1 h2 h3 h4 h5 h6 hr i img li ol p pre q samp small span strong sub sup table tbody td "
        "tfoot th thead tr tt ul var"
    ).split(" ")
)
"""The elements of the FHIR narrative rules, less <map> and <area>."""

_ATTRIBUTES = frozenset(
    (  # noqa: SIM905  (quotation marks would hide the words)
        "abbr alt align border cellpadding cellspacing char charoff class colspan dir headers "
        "height href id lang name rowspan scope span src start style summary title type valign "
        "value width xml:lang xmlns"
    ).split(" ")
)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Which addresses may stand in a narrative, and what no style may hold."""

    link: re.Pattern[str]
    image: re.Pattern[str]
    unsafe_style: re.Pattern[str]


_OURS = _Allowed(
    link=re.compile(r"(#|tel:|https?://|urn:uuid:)", re.IGNORECASE),
    image=re.compile(r"(#|data:image/(png|jpeg|gif);)", re.IGNORECASE),
    unsafe_style=re.compile(r"url\s*\(|expression|@import|javascript|\\", re.IGNORECASE),
)
_ANYBODYS = _Allowed(
    link=re.compile(r"(#|(tel|mailto|https?|urn):|(?![A-Za-z][A-Za-z0-9+.-]*:|\s*$))", re.I),
    image=re.compile(r"(#|data:\s*image/|https?:|(?![A-Za-z][A-Za-z0-9+.-]*:|\s*$))", re.I),
    unsafe_style=re.compile(r"expression|@import|javascript|\\", re.IGNORECASE),
)
"""What R4 lets others write, and we do not: it fetches from elsewhere, or leads nowhere."""

_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}


class _Stop(Exception):
    """A document type or a processing instruction."""


class _Reader:
    """What expat calls while it reads one narrative."""

    def __init__(self, allowed: _Allowed) -> None:
        self.allowed = allowed
        self.found: list[str] = []
        self.depth, self.content = 0, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 0 and (name != "div" or attributes.get("xmlns") != XHTML):
            self.found.append("the narrative must be one <div> in the XHTML namespace")
        if name not in _ELEMENTS:
            self.found.append(f"<{name}> is not allowed in a narrative")
        self.found.extend(_attributes(name, attributes, self.allowed))
        self.depth += 1
        self.content = self.content or name == "img"

    def end(self, _: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None:
        self.content = self.content or bool(data.strip())

    def refuse(self, *_: object) -> None:
        raise _Stop


def problems(div: str, *, others: bool = False) -> list[str]:
    """What is wrong with it, in words; an empty list when it may stand in a document.

    `others`: only what R4 itself forbids, for it was written elsewhere and is only judged.
    """
    reader = _Reader(_ANYBODYS if others else _OURS)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = reader.refuse
    try:
        parser.Parse(without_named(div), True)  # noqa: FBT003  (expat's own signature)
    except _Stop:
        return ["a document type or processing instruction is not allowed in a narrative"]
    except (expat.ExpatError, ValueError) as problem:
        return [f"not well-formed: {problem}"]
    return reader.found if reader.content or reader.found else ["the narrative is empty"]


def without_named(div: str) -> str:
    """HTML's named characters as numbers, so that XML's own parser reads them."""
    return _NAMED.sub(_character, div)


def _attributes(element: str, attributes: dict[str, str], allowed: _Allowed) -> Iterator[str]:
    for name, value in attributes.items():
        if name not in _ATTRIBUTES:
            yield f"{name} is not allowed on <{element}>"
        elif name == "href" and not allowed.link.match(value.strip()):
            yield f"a link to {value[:40]!r} is not allowed"
        elif name == "src" and not allowed.image.match(value.strip()):
            yield f"a picture from {value[:40]!r} is not allowed"
        elif name == "style" and allowed.unsafe_style.search(value):
            yield f"the style {value[:40]!r} is not allowed"


def _character(found: re.Match[str]) -> str:
    """FHIR lets a narrative use HTML's named characters, which XML alone does not know."""
    name = found.group(1)
    known = name not in _XML_OWN and name in name2codepoint
    return f"&#{name2codepoint[name]};" if known else found.group(0)
