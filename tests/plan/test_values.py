"""The small values: what may be typed, and how it is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.plan.values import (
    DecimalText,
    Dose,
    DoseUnit,
    Interval,
    IntervalKind,
    TimeUnit,
    is_decimal_text,
    is_partial_date,
    nhs_number,
    spaced,
    unit_words,
)
from tests.make import every
from tests.strategies import decimal_texts, partial_dates


@pytest.mark.parametrize(
    "text", ["0", "1", "10", "0.5", "61.5", "0.05", "2.25", "9999999", "1000.0001"]
)
def test_decimals_as_people_should_write_them(text):
    assert is_decimal_text(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "00", "0.0", ".5", "5.", "2.50", "5.0", "05", "-1", "+1", "1,5", "1e3", "1 ", "1\n"),
        *("١", "1٠", "1.٥", "ten", "12345678", "1.00001"),
    ],
)
def test_decimals_that_can_be_misread(text):
    assert not is_decimal_text(text)


@given(decimal_texts())
def test_drawn_numbers_are_well_written(text):
    assert is_decimal_text(text)


@given(partial_dates())
def test_a_date_as_far_as_it_is_known(text):
    assert is_partial_date(text)


def test_leap_day_only_in_a_leap_year():
    assert is_partial_date("2024-02-29")
    assert not is_partial_date("2023-02-29")


@pytest.mark.parametrize(
    "text",
    [
        *("", "16", "0000", "2019-13", "2019-00", "2019-02-31", "2019-1", "2019-12-4"),
        *("2019-12-", "٢٠١٩", "2019-12-04T10:00", "201912", "2019-12-04-01"),
    ],
)
def test_what_is_no_date(text):
    assert not is_partial_date(text)


@pytest.mark.parametrize(
    "text", ["9990110212", "999 011 0212", "999-011-0212", "999\u00a0011\u00a00212"]
)
def test_nhs_number_however_it_is_spaced(text):
    assert nhs_number(text) == "9990110212"


@pytest.mark.parametrize(
    "text",
    [
        *("9990110213", "9990110221", "999011021", "99901102122", "0000000000", ""),
        *("999O110212", "٩٩٩٠١١٠٢١٢"),
    ],
)
def test_nhs_number_refused(text):
    assert nhs_number(text) is None


@given(st.integers(0, 9_999_99))
def test_exactly_one_check_digit_or_none_fits(serial):
    """A remainder of ten has no check digit, so those nine digits are never issued."""
    nine = f"999{serial:06}"
    fits = [digit for digit in range(10) if nhs_number(f"{nine}{digit}")]
    assert len(fits) <= 1


@given(st.integers(0, 999_999), st.integers(0, 8))
def test_two_neighbours_swapped_are_noticed(serial, place):
    numbers = (f"999{serial:06}{digit}" for digit in range(10))
    whole = next((number for number in numbers if nhs_number(number)), None)
    if whole is None or whole[place] == whole[place + 1]:
        return
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert nhs_number(swapped) is None


def test_nhs_number_is_shown_3_3_4():
    assert spaced("9990110212") == "999 011 0212"


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        (Dose(DoseUnit.MG, DecimalText("10")), "10 mg"),
        (Dose(DoseUnit.MG, DecimalText("0.5")), "0.5 mg"),
        (Dose(DoseUnit.MG, DecimalText("5"), DecimalText("10")), "5 to 10 mg"),
        (Dose(DoseUnit.MG_PER_KG, DecimalText("0.1")), "0.1 mg/kg"),
        (Dose(DoseUnit.MICROGRAM_PER_KG, DecimalText("1.5")), "1.5 microgram/kg"),
        (Dose(DoseUnit.MICROGRAM_PER_HOUR, DecimalText("20")), "20 microgram/hour"),
        (Dose(DoseUnit.SACHET, DecimalText("1")), "1 sachet"),
        (Dose(DoseUnit.SACHET, DecimalText("2")), "2 sachets"),
        (Dose(DoseUnit.SACHET, DecimalText("1"), DecimalText("2")), "1 to 2 sachets"),
        (Dose(DoseUnit.UNIT, DecimalText("6000")), "6000 units"),
        (Dose(DoseUnit.UNIT, DecimalText("0.5")), "0.5 units"),
        (Dose(DoseUnit.DROP, DecimalText("1")), "1 drop"),
        (Dose(DoseUnit.PUFF, DecimalText("2")), "2 puffs"),
        (
            Dose(DoseUnit.ML, DecimalText("10"), strength="3.1 g in 5 mL"),
            "10 mL of 3.1 g in 5 mL",
        ),
        (Dose(DoseUnit.SELF_ADMINISTERED), "self-administered"),
        (Dose(DoseUnit.SELF_ADMINISTERED, strength="50%"), "self-administered, 50%"),
    ],
)
def test_dose_in_words(dose, said):
    assert dose.words == said


def test_only_the_two_units_by_weight_are_per_kilogram():
    assert {unit for unit in DoseUnit if Dose(unit).per_kilogram} == {"mg/kg", "microgram/kg"}


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (every(30, TimeUnit.MINUTE), "every 30 minutes"),
        (every(1, TimeUnit.HOUR), "every hour"),
        (every(6, TimeUnit.HOUR), "every 6 hours"),
        (every(1, TimeUnit.DAY), "every day"),
        (every(7, TimeUnit.DAY), "every 7 days"),
        (every(1, TimeUnit.WEEK), "every week"),
        (Interval(IntervalKind.SINGLE_DOSE), "single dose, do not repeat"),
        (Interval(IntervalKind.SET_TIMES, times="at night"), "at night"),
        (Interval(IntervalKind.SET_TIMES), "at set times"),
        (Interval(IntervalKind.EVERY), "every …"),
    ],
)
def test_interval_in_words(interval, said):
    assert interval.words == said


def test_the_bare_length():
    assert every(30, TimeUnit.MINUTE).length == "30 minutes"
    assert every(1, TimeUnit.DAY).length == "day"
    assert Interval(IntervalKind.SINGLE_DOSE).length == ""


@pytest.mark.parametrize(
    ("interval", "complete"),
    [
        (every(30, TimeUnit.MINUTE), True),
        (every(0, TimeUnit.MINUTE), False),
        (Interval(IntervalKind.EVERY, 30), False),
        (Interval(IntervalKind.EVERY, unit=TimeUnit.HOUR), False),
        (Interval(IntervalKind.SINGLE_DOSE), True),
        (Interval(IntervalKind.SET_TIMES, times="at night"), True),
        (Interval(IntervalKind.SET_TIMES, times="  "), False),
        (Interval(IntervalKind.SET_TIMES), False),
    ],
)
def test_an_interval_says_enough_or_not(interval, complete):
    assert interval.complete is complete


def test_minutes_are_for_the_limit_only():
    assert every(24, TimeUnit.HOUR).minutes == every(1, TimeUnit.DAY).minutes == 1440
    assert Interval(IntervalKind.SINGLE_DOSE).minutes is None


@pytest.mark.parametrize(
    ("ucum", "said"),
    [
        ("mm[Hg]", "mmHg"),
        ("10*9/L", "×10⁹/L"),
        ("umol/L", "micromol/L"),
        ("ug/L", "microgram/L"),
        ("mL/min/1.73m2", "mL/min/1.73 m²"),
        ("kg", "kg"),
        ("g/L", "g/L"),
        ("%", "%"),
    ],
)
def test_units_for_people(ucum, said):
    assert unit_words(ucum) == said
