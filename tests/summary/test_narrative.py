"""The narrative is FHIR-safe XHTML that nobody's text can break."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.plan import life, people, voice
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import glue, narrative, phone, record_narrative
from careplan.summary.plain import NotANarrative, plain_text
from tests import make
from tests.summary import others

WORDS = dictionary()
BLOCKS = ("div", "h2", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td")
ELEMENTS = frozenset([*BLOCKS, "span", "strong", "b", "br", "a"])
ATTRIBUTES = {"class", "dir", "lang", "href", "scope"}
EVERYONE = (
    make.a_version(),
    make.an_unsigned_version(),
    others.a_stopped_version(),
    others.mama_version(),
)


@pytest.mark.parametrize("version", EVERYONE)
def test_only_elements_and_attributes_that_fhir_allows(version):
    for text in (narrative(version, WORDS), record_narrative(version, WORDS)):
        for element in ET.fromstring(text).iter():
            assert element.tag.removeprefix("{http://www.w3.org/1999/xhtml}") in ELEMENTS
            assert set(element.attrib) <= ATTRIBUTES
            assert element.get("href", "tel:").startswith("tel:")


def test_the_class_names_viewers_rely_on():
    text = narrative(make.a_version(), WORDS)
    for name in (
        "plan", "alarm", "who", "genotype", "allergies listed", "dose first", "dose second",
        "signed", "phone24", "more next", "more before", "more different", "more normal",
        "more blood", "more history", "more veins", "more helps", "more medicines", "foot",
    ):  # fmt: skip
        assert f'class="{name}"' in text
    assert 'class="flags"' in narrative(make.a_version(others.delroy()), WORDS)


def matters(text):
    plan = make.ada().with_section("what_matters", voice.WhatMatters(text))
    return make.a_version(plan)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</div></div><div class='dose first'><p>morphine 500 mg</p></div>",
        "&lt;b&gt; &amp; ]]> <!-- -->",
        "{{ 7*7 }} {% raw %}",
    ],
)
def test_evil_text_is_shown_as_text(evil):
    text = narrative(matters(evil), WORDS)
    assert " ".join(evil.split()) in plain_text(text)
    assert (
        len(list(ET.fromstring(text).iter()))
        <= len(list(ET.fromstring(narrative(matters("x"), WORDS)).iter())) + 3
    )


@given(st.text(min_size=1, max_size=200))
def test_any_text_makes_well_formed_xml(text):
    made = narrative(matters(text), WORDS)
    ET.fromstring(made)
    assert "\0" not in made


def test_line_breaks_are_kept():
    assert "one<br/>two" in narrative(matters("one\ntwo"), WORDS)


def test_a_number_is_held_to_its_unit():
    assert '<span class="n">0.5 microgram</span>' in glue("about 0.5 microgram each")
    assert '<span class="n">8 September</span> 2026' in glue("8 September 2026")
    assert "span" not in glue("grade 3 morphine")


@pytest.mark.parametrize(
    ("code", "named", "shown"),
    [
        ("other", "Edo", "Language I speak: Edo"),
        (None, "Edo", "Language I speak: Edo"),
        ("other", None, "Language I speak: Another language"),
        ("en", "Edo", "Language I speak: English, Edo"),
    ],
)
def test_a_language_outside_the_list_is_read_by_its_name(code, named, shown):
    version = make.an_unsigned_version()
    me = replace(version.plan.about_me, spoken_language=code, spoken_language_other=named)
    seen = replace(version, plan=version.plan.with_section("about_me", me))
    assert shown in plain_text(narrative(seen, WORDS))


def test_only_numbers_can_be_dialled():
    assert phone("020 7946 0100") == '<a href="tel:02079460100">020 7946 0100</a>'
    assert phone("+44 (0)20 7946 0100") == '<a href="tel:+4402079460100">+44 (0)20 7946 0100</a>'
    for strange in ("switchboard", "javascript:1", "12", "1" * 40, "020 ext 4 <b>"):
        assert "tel:" not in phone(strange)


def test_plain_text_takes_no_declarations():
    with pytest.raises(NotANarrative):
        plain_text('<!DOCTYPE a [<!ENTITY b "c">]><div>&b;</div>')
    with pytest.raises(NotANarrative):
        plain_text("<div>")


def test_right_to_left_names_say_so():
    plan = make.ada()
    plan = plan.with_section("about_me", replace(plan.about_me, known_as="ليلى"))
    assert '<span class="own" dir="auto">ليلى</span>' in narrative(make.a_version(plan), WORDS)


def test_no_number_is_said():
    plan = make.ada().with_section("care_team", people.CareTeam())
    assert "No number recorded. Ring haematology through the hospital switchboard." in plain_text(
        narrative(make.a_version(plan), WORDS)
    )


def test_the_record_says_codes_in_words_and_names_the_parts_of_an_item_only_where_it_has_parts():
    plan = make.ada().with_section("visibility", life.Visibility(("my_veins", "child_words")))
    text = plain_text(record_narrative(make.a_version(plan), WORDS))
    assert "Only for my team | My veins\nMy own page" in text
    assert "Things that help me | Believe me and tell me what you are about to do\n" in text
    assert "Regular medicines | Medicine: hydroxycarbamide; Dose: 1.5 g; How often: every" in text
