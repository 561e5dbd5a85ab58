"""The emergency summary as plain text: for notes, screen readers and screens without pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.summary.blocks import Block, Fact, Look
from careplan.summary.copies import copy_words
from careplan.summary.emergency import summarise
from careplan.summary.narrative import glue

COLUMNS = 72
_UNBREAKABLE = "\N{NO-BREAK SPACE}"
_GLUED = re.compile(r'<span class="n">([^<]*)</span>')
_TAG = re.compile(r"<[^>]*>")


def plain_copy(version: Version, words: Dictionary) -> str:
    """Every fact of the emergency page in its order, no line wider than 72 columns."""
    summary, say = summarise(version, words), copy_words(words)
    lines = [*_wrapped(say.say("text.title").upper()), "", *_wrapped(summary.check)]
    lines += ["", *_wrapped(summary.alarm)]
    for block in summary.blocks:
        lines += ["", *_block(block)]
    lines += ["", say.say("text.end")]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> Iterator[str]:
    if block.heading:
        yield from _wrapped(block.heading.upper())
    for fact in block.facts:
        mark = "- " if fact.look is Look.ITEM else ""
        yield from _wrapped(mark + _said(fact), indent="  " if mark else "")


def _said(fact: Fact) -> str:
    ends = "" if (fact.label or ":")[-1:] in ":?" else ":"
    text = f"{fact.label}{ends} {fact.text}" if fact.label else fact.text
    if fact.look is Look.LEAD and text[-1:] not in ":?":
        text += ":"
    return text


def _wrapped(text: str, *, indent: str = "") -> Iterator[str]:
    """Lines of whole words; a number stays with its unit, and only a word too long is broken."""
    for number, paragraph in enumerate(_paragraphs(text)):
        line = indent if number else ""
        start = len(line)
        for word in _pieces(paragraph, COLUMNS - len(indent)):
            if len(line) > start and width(line) + 1 + width(word) > COLUMNS:
                yield _plain(line)
                line, start = indent, len(indent)
            line += word if len(line) == start else f" {word}"
        yield _plain(line)


def _paragraphs(text: str) -> list[str]:
    marked = _GLUED.sub(lambda found: found[1].replace(" ", _UNBREAKABLE), str(glue(text)))
    return unescape(_TAG.sub("", marked.replace("<br/>", "\n"))).split("\n")


def _pieces(paragraph: str, most: int) -> Iterator[str]:
    """The words; one wider than a line comes in as many pieces as it needs."""
    for word in paragraph.replace("\t", " ").split(" "):
        piece = ""
        for letter in _letters(word):
            if width(piece) + width(letter) > most:
                yield piece
                piece = ""
            piece += letter
        if piece:
            yield piece


def _letters(word: str) -> Iterable[str]:
    """Each letter with the marks that stand on it, which must not be parted from it."""
    found: list[str] = []
    for one in word:
        if found and (
            unicodedata.combining(one) or one in "\u200d\ufe0f" or found[-1][-1] == "\u200d"
        ):
            found[-1] += one
        else:
            found.append(one)
    return found


def _plain(line: str) -> str:
    return line.replace(_UNBREAKABLE, " ").rstrip()


def width(text: str) -> int:
    """Columns on a screen of letters of one width: wide ones take two, marks on a letter none."""
    return sum(_width(one) for one in text)


def _width(one: str) -> int:
    if unicodedata.combining(one) or unicodedata.category(one) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(one) in ("W", "F") else 1
