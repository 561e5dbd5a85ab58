"""The one fragment of XHTML that is the document's narrative, the phone page's and the paper's.

It keeps to what FHIR allows in a narrative: no ids, styles or scripts, no address but tel:.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.summary.blocks import Block, EmergencySummary, Fact, spaced
from careplan.summary.emergency import summarise
from careplan.summary.record import record_lines, record_sections

Translate = Callable[[str], str]

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "summary"

_UNITS = (
    "mg", "micrograms?", "g", "mL", "ml", "kg", "units?", "sachets?", "drops?", "puffs?", "min",
    "minutes?", "hours?", "h", "days?", "weeks?", "months?", "doses?", "times?",
    "g/L", "×10⁹/L", "micromol/L", "mmHg", "mL/min", "°C", "%", "cm",
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# A number stays on one line with its unit: "10" at a line's end, "mg" on the next, is misread.
_AMOUNT = re.compile(
    rf"(?<![\w.,-])\d[\d.,]*(?:[-/]\d[\d.]*)?\s(?:{'|'.join(_UNITS)})(?![\w])(?:/\w+)?|\banti-\w+"
    r"|(?<!\d)\d{3} \d{3} \d{4}(?!\d)"  # an NHS number is read out in one breath
)
# What XML cannot carry; forms refuse it, an import might not. Shown as a mark, never dropped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_WORD = re.compile(r"(\S{25,})")
_DIALLED = re.compile(r"[^+\d]")
_LONGEST_NUMBER = 24


def narrative(version: Version, words: Dictionary, *, translate: Translate = str) -> str:
    """What an emergency department may see, items 1 to 17."""
    return narrative_of(summarise(version, words), translate=translate)


def narrative_of(summary: EmergencySummary, *, translate: Translate = str) -> str:
    """The same for a summary in another order, such as an ambulance crew's."""
    return _render("narrative.html", translate, summary=summary)


def record_narrative(version: Version, words: Dictionary, *, translate: Translate = str) -> str:
    """Everything in the record, for the person and their team; no emergency surface shows it."""
    lines = record_lines(version, words)
    return _render("record.html", translate, lines=lines, sections=record_sections(version, words))


def fragment(block: Block) -> str:
    """One block alone, marked up as in the narrative: for a card, which has room for a few."""
    return str(_environment().get_template("facts.html").module.section(block))  # type: ignore[attr-defined]


def _render(name: str, translate: Translate, **values: object) -> str:
    return _environment().get_template(name).render(_=translate, **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.filters.update(glue=glue, phone=phone, runs=runs, spaced=spaced)
    return made


def glue(text: str) -> Markup:
    """Escaped, its line breaks kept, and each number held together with its unit."""
    made, start = Markup(), 0
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    for found in _AMOUNT.finditer(text):
        made += _lines(text[start : found.start()])
        made += Markup('<span class="n">%s</span>') % found.group()
        start = found.end()
    return made + _lines(text[start:])


def _lines(text: str) -> Markup:
    return Markup("<br/>").join(_words(line) for line in re.split(r"\r\n|\r|\n", text))


def _words(line: str) -> Markup:
    """A word too long for a narrow column is marked, so that only it may be broken."""
    pieces = _LONG_WORD.split(line)
    marked = (Markup('<span class="w">%s</span>') % piece for piece in pieces[1::2])
    made = escape(pieces[0])
    for word, rest in zip(marked, pieces[2::2], strict=True):
        made += word + escape(rest)
    return made


def phone(text: str) -> Markup:
    """A number to press. What cannot be dialled is shown as it stands."""
    dialled = _DIALLED.sub("", text)
    strange = re.search(r"[^\d\s()+.-]", text)
    if strange or not 3 <= len(dialled) <= _LONGEST_NUMBER or "+" in dialled[1:]:
        return Markup("<strong>%s</strong>") % glue(text)
    return Markup('<a href="tel:%s">%s</a>') % (dialled, text)


def runs(facts: Iterable[Fact]) -> Iterator[tuple[str, list[Fact]]]:
    """Facts that stand together: items make one list."""
    for look, group in groupby(facts, key=lambda fact: fact.look):
        yield str(look), list(group)
