"""The chart: what it says is in words, where the bars lie is where the figures are, and it needs
nothing from anybody."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest

from careplan.render.chart import Bar, bar_chart

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Asian or Asian British, together with White; Chinese or any other; Prefers not to say"
BARS = [
    Bar(label="Black or Black British", said="48 (44 to 52)", value=48, low=44, high=52),
    Bar(label=LONG, said="0 (0 to 16)", value=0, low=0, high=16),
    Bar(label="<b>Robert'); & Sons", said="100 (84 to 100)", value=100, low=84, high=100),
]


def drawn(bars=BARS, top=100.0):
    text = bar_chart(bars, name="chart", title="Relief, of 100", text="All of it.", top=top)
    return text, fromstring(text)


def test_it_is_a_picture_with_a_name_and_its_words_in_text():
    text, root = drawn()
    assert root.get("role") == "img"
    named = {one.get("id"): one.text for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert [named[one] for one in (root.get("aria-labelledby") or "").split()] == [
        "Relief, of 100",
        "All of it.",
    ]
    words = " ".join(one.text or "" for one in root.iter(f"{SVG}text"))
    for bar in BARS:
        assert bar.label in words, "nothing is cut"
        assert bar.said in words
    assert [one.text for one in root.iter(f"{SVG}text")][:5] == ["0", "25", "50", "75", "100"]
    assert "currentColor" in text


def test_nothing_in_it_runs_styles_or_fetches():
    text, root = drawn()
    kinds = {str(one.tag).removeprefix(SVG) for one in root.iter()}
    assert kinds == {"svg", "title", "desc", "g", "path", "rect", "text"}
    names = {name for one in root.iter() for name in one.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("style", "href")}
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "pygal" not in text


def test_bars_and_intervals_lie_where_the_figures_are():
    _text, root = drawn()
    guides = [one for one in root.iter(f"{SVG}path") if one.get("stroke-opacity")]
    zero, hundred = (float((guides[at].get("d") or "")[1:].split()[0]) for at in (0, 4))
    scale = (hundred - zero) / 100
    rects = list(root.iter(f"{SVG}rect"))
    spans = [one for one in root.iter(f"{SVG}path") if one.get("fill") == "none"]
    for bar, rect, span in zip(BARS, rects, spans, strict=True):
        assert float(rect.get("x", "")) == pytest.approx(zero, abs=0.1)
        assert float(rect.get("width", "")) == pytest.approx(bar.value * scale, abs=0.1)
        ends = [float(x) for x in re.findall(r"[ML]([\d.]+) ", span.get("d") or "")]
        assert min(ends) == pytest.approx(zero + bar.low * scale, abs=0.1)
        assert max(ends) == pytest.approx(zero + bar.high * scale, abs=0.1)
    tops = [float(rect.get("y", "")) for rect in rects]
    assert tops == sorted(tops), "in the order of the table"


def test_a_chart_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        drawn([])
