"""However a hurried reader writes the right date it is read; nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.birth_dates import forms, read_birth_date

BORN = date(1997, 3, 14)
FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789/"}
ARABIC = {ord(char): 0x0660 + int(char) for char in "0123456789"}


@pytest.mark.parametrize(
    "text",
    [
        "14/03/1997",
        "14/3/1997",
        "14-03-1997",
        "14.3.1997",
        "14 03 1997",
        "  14 / 03 / 1997 ",
        "14031997",
        "1997-03-14",
        "1997/3/14",
        "1997 03 14",
        "19970314",
        "14 March 1997",
        "14 MARCH 1997",
        "14 mar 1997",
        "14-Mar-1997",
        "14mar1997",
        "14th March 1997",
        "14th of March, 1997",
        "the 14th of March 1997",
        "Friday 14 March 1997",
        "Fri, 14 Mar. 1997",
        "March 14 1997",
        "March 14th, 1997",
        "1997 March 14",
        "03/14/1997",
        "03141997",
        "14/03/1997".translate(FULL_WIDTH),
        "14/03/1997".translate(ARABIC),
        "\u200f" + "14\u200e/03/1997".translate(ARABIC),
        "१४-०३-१९९७",
        "14\u201303\u20131997",
        "14\u00a003\u00a01997",
    ],
)
def test_any_common_way_is_read(text: str) -> None:
    assert read_birth_date(text) == {BORN}


@pytest.mark.parametrize("text", ["14/03/97", "14.3.97", "140397", "14 March '97", "Mar 14 97"])
def test_two_figures_mean_either_century(text: str) -> None:
    assert read_birth_date(text) == {BORN, date(2097, 3, 14)}
    assert read_birth_date(text, latest=date(2026, 11, 23)) == {BORN}


def test_day_first_unless_that_cannot_be() -> None:
    assert read_birth_date("03/04/1997") == {date(1997, 4, 3)}
    assert read_birth_date("03/14/1997") == {BORN}


def test_sept_and_may() -> None:
    assert read_birth_date("1 Sept 2001") == {date(2001, 9, 1)}
    assert read_birth_date("1 may 2001") == {date(2001, 5, 1)}


def test_leap_days_are_looked_up() -> None:
    assert read_birth_date("29/02/2000") == {date(2000, 2, 29)}
    assert read_birth_date("29/02/1900") == frozenset()
    assert read_birth_date("29/02/00") == {date(2000, 2, 29)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "hello",
        "14",
        "1997",
        "14/03",
        "March 1997",
        "31/02/1997",
        "14/13/1997",
        "00/00/0000",
        "0/3/1997",
        "14/03/997",
        "14/03/1897",
        "14/03/2100",
        "14/03/19977",
        "014/03/1997",
        "14/03/1997/1",
        "14/03/1997; drop",
        "14_03_1997",
        "14\\03\\1997",
        "1997/14/03",
        "14 Smarch 1997",
        "14 marmar 1997",
        "½/03/1997",
        "14/03/1997\x00",
        "😀",
        "1" * 8000,
        "-" * 59,
        "14/03/1997" + " " * 60,
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert read_birth_date(text) == frozenset()


@given(st.text(max_size=80))
def test_no_text_makes_it_fall_over(text: str) -> None:
    assert len(read_birth_date(text)) <= 2


@given(st.text(alphabet="0123456789/-. marchjuney", max_size=24))
def test_no_answer_guesses_more_than_two_dates(text: str) -> None:
    assert len(read_birth_date(text)) <= 2


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_form_reads_back(day: date) -> None:
    for form in forms(day):
        read = read_birth_date(form)
        american = day.day <= 12 and date(day.year, day.day, day.month) in read
        assert day in read or american, form


def test_forms_holds_the_ways_people_write() -> None:
    written = forms(BORN)
    assert len(written) == len(set(written))
    for form in ["14/03/1997", "14/3/97", "14.03.97", "1997-03-14", "14031997", "140397"]:
        assert form in written
    for form in ["14 March 1997", "14th March 1997", "Mar 14, 1997", "03/14/1997", "14Mar97"]:
        assert form in written


@pytest.mark.parametrize(
    ("day", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (13, "13th")]
)
def test_forms_knows_ordinals(day: int, word: str) -> None:
    assert f"{word} May 1990" in forms(date(1990, 5, day))
