"""Every word of ours that a person reads can be translated: none stands unmarked in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
EVERY = sorted(TEMPLATES.rglob("*.html"))

_GAP = "\N{REPLACEMENT CHARACTER}"  # where the engine writes something
_NOT_READ = re.compile(r"<!--.*?-->|<!doctype[^>]*>|<(script|style)\b.*?</\1\s*>", re.S | re.I)
_TAG = re.compile(r"<[^>]*>", re.S)
_ADDRESS = re.compile(f"{_GAP}(/[a-z-]+)+")  # the same in every language
_ENTITY = re.compile(r"&#?\w+;")
_READ_ALOUD = re.compile(
    r"""\b(alt|title|placeholder|summary|aria-label|aria-description|aria-valuetext|"""
    r"""aria-roledescription|data-words-[\w-]+)\s*=\s*("[^"]*"|'[^']*')""",
    re.S,
)
# What nhsuk macros show: a plain text where a marked one belongs.
_SHOWN_BY_MACROS = re.compile(
    r'"(\w*[tT]ext|label|hint|legend|heading|ariaLabel|caption|prefix|suffix)"\s*:\s*("[^"]*"|\'[^\']*\')'
)
_LETTERS = re.compile(r"[^\W\d_]")


def unmarked(source: str) -> Iterator[str]:
    """Every piece of a template that a person would read and nobody could translate."""
    page = _NOT_READ.sub("", _ADDRESS.sub("", _without_engine(source)))
    for tag in _TAG.findall(page):
        for found in _READ_ALOUD.finditer(tag):
            if _LETTERS.search(_ENTITY.sub("", found[2])):
                yield found[0]
    for text in _ENTITY.sub("", _TAG.sub("\n", page)).splitlines():
        if _LETTERS.search(text):
            yield text.strip()
    for found in _SHOWN_BY_MACROS.finditer(source):
        if _LETTERS.search(found[2]):
            yield found[0]


def _without_engine(source: str) -> str:
    """The template with a gap for all that the engine works out; {% trans %} is marked already."""
    pieces, words, in_trans = [], [], False
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "data":
            pieces.append(_GAP if in_trans else value)
        elif kind == "name":
            words.append(value)
        elif kind == "block_end":
            in_trans = (in_trans or "trans" in words[:1]) and "endtrans" not in words
            pieces.append(_GAP)
        elif kind == "variable_end":
            pieces.append(_GAP)
        if kind in ("block_begin", "variable_begin"):
            words = []
    return "".join(pieces)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_word_stands_unmarked(path):
    assert list(unmarked(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "Hello",
        "<p>{{ name }} is here</p>",
        '<img alt="A hip">',
        '<input placeholder="Name">',
        "<a aria-label='Back' href='/'>{{ _('Back') }}</a>",
        '{{ button({"text": "Save"}) }}',
        '{{ errorSummary({"titleText": "There is a problem"}) }}',
        "{% if a %}yes{% endif %}",
        "<title>Plan</title>",
        "<p>{% trans %}Hello{% endtrans %} you</p>",
    ],
)
def test_a_word_that_is_not_marked_is_found(source):
    assert list(unmarked(source))


@pytest.mark.parametrize(
    "source",
    [
        '<p class="nhsuk-hint" id="x">{{ _("Hello") }}</p>',
        "<p>{% trans %}Hello{% endtrans %}</p>",
        "<!doctype html><html lang='en-GB'><style>p { color: red }</style></html>",
        "<script>const hello = 1;</script>",
        "{# Hello #}<!-- Hello -->",
        '<a href="{{ url_for("front.home") }}" title="{{ _("Home") }}">→ 24&nbsp;·</a>',
        '{{ button({"text": _("Save"), "name": "action", "value": "continue"}) }}',
        "<p>1 / 2 – …</p>",
        "<p>{{ host }}/code</p>",
    ],
)
def test_what_is_marked_or_not_words_is_left_alone(source):
    assert not list(unmarked(source))


def test_there_are_templates_to_look_at():
    assert len(EVERY) > 30
