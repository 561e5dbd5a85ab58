"""JSON that means one thing, and narratives that do nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.fhir import wire, xhtml
from careplan.fhir.wire import Number
from careplan.plan.codec import Unreadable

TREES = st.recursive(
    st.booleans() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdef", min_size=1), inner),
)


@given(TREES)
def test_it_writes_what_json_reads(tree: Any) -> None:
    assert json.loads(wire.dumps(tree)) == tree


@pytest.mark.parametrize("digits", ["0.5", "2.50", "61.5", "0.0001", "1234567.0001", "10", "1E2"])
def test_numbers_keep_their_digits(digits: str) -> None:
    data = f'{{"value":{digits}}}'.encode()
    assert wire.loads(data) == {"value": Number(digits)}
    assert wire.dumps(wire.loads(data)) == data


def test_nothing_but_json_is_written() -> None:
    with pytest.raises(TypeError):
        wire.dumps({"value": 1.5})


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":1}', b"[Infinity]", b"\xef\xbb\xbf{}", b'["\\udfff"]', b"[" * 42 + b"]" * 42],
)
def test_what_could_mean_two_things_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.loads(data)


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(Unreadable, match="larger"):
        wire.loads(b" " * (wire.MAX_BYTES + 1))


def div(inside: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'


@pytest.mark.parametrize(
    "inside",
    [
        "<p>plain</p>",
        '<p class="dose"><b>10&nbsp;mg</b> <a href="tel:+442079460100">ring</a></p>',
        '<table><tbody><tr><th scope="row">x</th><td>y</td></tr></tbody></table>',
        "&lt;script&gt; in words",
    ],
)
def test_a_narrative_may_hold(inside: str) -> None:
    assert xhtml.problems(div(inside)) == []


@pytest.mark.parametrize(
    "text",
    [
        div("<script>x</script>"),
        div("<p onclick='x'>x</p>"),
        div("<a href='javascript:x'>x</a>"),
        div("<a href=' JavaScript:x'>x</a>"),
        div("<img src='https://elsewhere/x.png' alt='x'/>"),
        div("<p style='background:url(x)'>x</p>"),
        div("<style>p{}</style>x"),
        div("<form><input/></form>"),
        div("<iframe src='x'/>"),
        div("<svg xmlns='http://www.w3.org/2000/svg'/>x"),
        div("<p>unclosed"),
        div(" "),
        "<p>no div</p>",
        "<div>no namespace</div>",
        "<!DOCTYPE div [<!ENTITY a 'x'>]>" + div("&a;"),
        div("x") + div("y"),
        "",
        div("\x00"),
        div("\ud800"),
    ],
)
def test_a_narrative_may_not_hold(text: str) -> None:
    assert xhtml.problems(text)
