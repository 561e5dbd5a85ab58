"""Doses, measured values and dates:
written so that nobody can misread them, or refused with the reason.
"""

from __future__ import annotations

import pytest

from careplan.web.forms.dates import in_words
from careplan.web.forms.pages import section_pages
from careplan.web.forms.say import value_words
from tests.make import TODAY
from tests.web.forms.kit import page_asking, post, question_at

ID = "3f0c1c9a-6a52-4b38-9f56-0f6a5d3c7e01"
PAIN = section_pages("pain_plan").pages[0]


def dose(amount="10", high="", unit="mg", strength=""):
    name = f"steps-{ID}-dose"
    form = {
        "steps-item": ID,
        f"steps-{ID}-stage": "first dose",
        f"steps-{ID}-drug": "morphine",
        f"{name}-amount": amount,
        f"{name}-amount_high": high,
        f"{name}-unit": unit,
        f"{name}-strength": strength,
    }
    return post(PAIN, form)


def kept(reading):
    return reading.body["plain"]["steps"][0].get("dose")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({}, {"amount": "10", "unit": "mg"}),
        ({"amount": "0.5"}, {"amount": "0.5", "unit": "mg"}),
        ({"amount": "2.5", "high": "5"}, {"amount": "2.5", "amount_high": "5", "unit": "mg"}),
        (
            {"amount": "5", "unit": "mL", "strength": "10 mg/5 mL"},
            {"amount": "5", "unit": "mL", "strength": "10 mg/5 mL"},
        ),
        ({"amount": "", "unit": "self-administered"}, {"unit": "self-administered"}),
        ({"amount": "50", "unit": "microgram"}, {"amount": "50", "unit": "microgram"}),
        ({"amount": "", "unit": ""}, None),
    ],
)
def test_a_dose_is_kept_as_typed(given, plain):
    reading = dose(**given)
    assert reading.clear, reading.errors
    assert kept(reading) == plain


@pytest.mark.parametrize(
    ("given", "control", "says"),
    [
        ({"amount": ".5"}, "amount", "zero in front of the point"),
        ({"amount": "5.0"}, "amount", "zeros after the point"),
        ({"amount": "1.50"}, "amount", "zeros after the point"),
        ({"amount": "5."}, "amount", "zeros after the point"),
        ({"amount": "1,000"}, "amount", "commas"),
        ({"amount": "10mg"}, "amount", "only the number"),
        ({"amount": "0"}, "amount", "above zero"),
        ({"amount": "0.0"}, "amount", "above zero"),
        ({"high": "0"}, "amount_high", "above zero"),
        ({"amount": "-5"}, "amount", "above zero"),
        ({"amount": "05"}, "amount", "zeros in front"),
        ({"amount": "1٢"}, "amount", "number"),
        ({"amount": "ten"}, "amount", "Write a number"),
        ({"amount": "1e3"}, "amount", "only the number"),
        ({"amount": "99999999999999"}, "amount", "Write a number"),
        ({"amount": ""}, "amount", "how much"),
        ({"unit": ""}, "unit", "Choose the unit"),
        ({"unit": "µg"}, "unit", "Choose the unit"),
        ({"unit": "mL"}, "strength", "strength"),
        ({"amount": "10", "high": "5"}, "amount_high", "more than the first"),
    ],
)
def test_a_dose_that_could_be_misread_is_refused_and_kept(given, control, says):
    reading = dose(**given)
    (error,) = reading.errors
    assert error.html_id == f"steps-{ID}-dose-{control}"
    assert says in error.text
    assert kept(reading) is None
    amount = given.get("amount", "10")
    assert reading.body["typed"][f"steps-{ID}-dose-amount"] == [amount]


def repeat(kind="", number="", unit="", times=""):
    name = f"steps-{ID}-repeat"
    form = {
        "steps-item": ID,
        f"steps-{ID}-stage": "home",
        f"steps-{ID}-drug": "senna",
        f"{name}-kind": kind,
        f"{name}-number": number,
        f"{name}-unit": unit,
        f"{name}-times": times,
    }
    return post(PAIN, form)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "every", "number": "30", "unit": "min"},
        {"kind": "every", "number": "5", "unit": "min"},
        {"kind": "every", "number": "6", "unit": "h"},
        {"kind": "every", "number": "8", "unit": "h"},
        {"kind": "every", "number": "24", "unit": "h"},
        {"kind": "every", "number": "1", "unit": "day"},
        {"kind": "single dose, do not repeat"},
        {"kind": "at set times", "times": "at night"},
    ],
)
def test_intervals(given):
    assert repeat(**given).clear


@pytest.mark.parametrize(
    ("given", "control"),
    [
        ({"kind": "every"}, "number"),
        ({"kind": "every", "number": "0", "unit": "min"}, "number"),
        ({"kind": "every", "number": "30", "unit": "year"}, "unit"),
        ({"kind": "single dose, do not repeat", "number": "30", "unit": "min"}, "number"),
        ({"kind": "at set times"}, "times"),
        ({"number": "30", "unit": "min"}, "kind"),
        ({"kind": "every", "number": "30", "unit": "min", "times": "at night"}, "times"),
    ],
)
def test_intervals_that_say_two_things_or_half_of_one(given, control):
    assert repeat(**given).errors[0].html_id == f"steps-{ID}-repeat-{control}"


@pytest.mark.parametrize(
    ("number", "unit"), [("4", "min"), ("1441", "min"), ("25", "h"), ("2", "day"), ("1", "week")]
)
def test_a_dose_in_a_crisis_is_not_repeated_at_once_or_days_later(number, unit):
    (error,) = repeat(kind="every", number=number, unit=unit).errors
    assert error.html_id == f"steps-{ID}-repeat-number"
    if number != "1441":
        assert error.text == "Write a time from 5 minutes to 24 hours."


def test_a_medicine_beside_the_opioid_may_be_given_once_a_week():
    name = f"adjuncts-{ID}"
    form = {"adjuncts-item": ID, f"{name}-drug": "x", f"{name}-given": "yes"} | {
        f"{name}-every-{part}": said
        for part, said in (("kind", "every"), ("number", "1"), ("unit", "week"), ("times", ""))
    }
    assert post(PAIN, form).clear


def pressure(systolic, diastolic, **more):
    page = page_asking("baselines.blood_pressure")
    date = {"blood_pressure-day": "8", "blood_pressure-month": "9", "blood_pressure-year": "2026"}
    return post(
        page,
        {"blood_pressure-systolic": systolic, "blood_pressure-diastolic": diastolic} | date | more,
    )


def test_blood_pressure():
    assert pressure("108", "64").body["plain"]["blood_pressure"] == {
        "systolic": 108,
        "diastolic": 64,
        "on": "2026-09-08",
    }
    assert "higher than the second" in pressure("64", "64").errors[0].text
    assert "from 50 to 260" in pressure("300", "64").errors[0].text
    assert pressure("130", "64").clear
    assert "higher than most" in pressure("131", "64").asks[0].text


@pytest.mark.parametrize(
    ("value", "clear"), [("100", True), ("100.1", False), ("0.1", True), ("0", True)]
)
def test_hbs_is_a_part_of_a_hundred(value, clear):
    page = page_asking("baselines.hbs_percent")
    form = {
        "hbs_percent-value": value,
        "hbs_percent-day": "1",
        "hbs_percent-month": "1",
        "hbs_percent-year": "2026",
    }
    assert post(page, form).clear is clear


def date_of(day, month, year):
    page = page_asking("diagnosis.confirmed_on")
    return post(
        page, {"confirmed_on-day": day, "confirmed_on-month": month, "confirmed_on-year": year}
    )


@pytest.mark.parametrize(
    ("boxes", "iso"),
    [
        (("2", "4", "1997"), "1997-04-02"),
        (("02", "April", "1997"), "1997-04-02"),
        (("2", "apr", "1997"), "1997-04-02"),
        (("29", "2", "2024"), "2024-02-29"),
        (("٢", "٤", "١٩٩٧"), "1997-04-02"),
        ((str(TODAY.day), str(TODAY.month), str(TODAY.year)), TODAY.isoformat()),
    ],
)
def test_dates_as_people_write_them(boxes, iso):
    assert date_of(*boxes).body["plain"]["confirmed_on"] == iso


@pytest.mark.parametrize(
    ("boxes", "box", "says"),
    [
        (("2", "", "1997"), "month", "the day, the month and the year"),
        (("2", "4", "97"), "year", "4 numbers"),
        (("31", "4", "1997"), "day", "April 1997 has no day 31"),
        (("29", "2", "2023"), "day", "no day 29"),
        (("1", "13", "1997"), "month", "12 months"),
        (("x", "4", "1997"), "day", "as a number"),
        (("2", "Aprile", "1997"), "month", "by its name"),
        (("24", "11", "2026"), "year", "in the future"),
        (("1", "1", "1850"), "year", "from 1900"),
        (("0", "1", "1997"), "day", "no day 0"),
    ],
)
def test_dates_that_cannot_be(boxes, box, says):
    (error,) = date_of(*boxes).errors
    assert error.html_id == f"confirmed_on-{box}"
    assert says in error.text


def partial(day, month, year):
    page = page_asking("complications.events")
    form = {
        "events-item": ID,
        f"events-{ID}-kind": "gallstones",
        f"events-{ID}-had": "yes",
        f"events-{ID}-last-day": day,
        f"events-{ID}-last-month": month,
        f"events-{ID}-last-year": year,
    }
    return post(page, form)


@pytest.mark.parametrize(
    ("boxes", "text"),
    [
        (("", "", "2016"), "2016"),
        (("", "12", "2019"), "2019-12"),
        (("4", "12", "2019"), "2019-12-04"),
    ],
)
def test_a_date_as_far_as_it_is_known(boxes, text):
    assert partial(*boxes).body["plain"]["events"][0]["last"] == text


@pytest.mark.parametrize(
    "boxes", [("4", "", "2019"), ("4", "12", ""), ("", "", "2027"), ("", "12", "2026")]
)
def test_a_date_known_the_wrong_way_round(boxes):
    assert partial(*boxes).errors


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2016", "2016"),
        ("2019-12", "December 2019"),
        ("1997-03-14", "14 March 1997"),
        ("soon", "soon"),
    ],
)
def test_dates_in_words(iso, words):
    assert in_words(iso) == words


@pytest.mark.parametrize(
    ("path", "typed", "plain"),
    [
        ("about_me.phone", "020 7946 0100", "020 7946 0100"),
        ("about_me.phone", "+44 7700 900142", "+44 7700 900142"),
        ("care_team.phone_24h", "020 7946 0100 ext 42", "020 7946 0100 ext 42"),
        ("about_me.gp_ods", "y99001", "Y99001"),
        ("identity.nhs_number", "999 011 0212", "9990110212"),
    ],
)
def test_numbers_with_a_form_of_their_own(path, typed, plain):
    name = path.partition(".")[2]
    assert post(page_asking(path), {name: typed}).body["plain"][name] == plain


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("about_me.phone", "ring me"),
        ("about_me.phone", "07700"),
        ("about_me.gp_ods", "my GP"),
        ("identity.nhs_number", "999 011 0213"),
        ("my_sickle.usual_days", "2.5"),
        ("my_sickle.usual_days", "101"),
        ("my_veins.tries", "6"),
        ("transfusion.baseline_hb", "8.2"),
        ("diagnosis.genotype", "HbXX"),
    ],
)
def test_numbers_that_are_not_that(path, typed):
    name = path.partition(".")[2]
    reading = post(page_asking(path), {name: typed})
    assert len(reading.errors) == 1
    assert reading.body["typed"][name] == [typed]


def test_a_registration_names_its_body():
    page = page_asking("care_team.consultant")
    form = {
        "consultant-name": "Dr H. Marsden",
        "consultant-role": "",
        "consultant-registration": "gmc 7012345",
    }
    assert post(page, form).body["plain"]["consultant"]["registration"] == "GMC 7012345"
    assert (
        post(page, form | {"consultant-registration": "7012345"}).errors[0].html_id
        == "consultant-registration"
    )
    assert post(page, form | {"consultant-name": ""}).errors[0].html_id == "consultant-name"


def test_values_in_words():
    assert value_words(
        question_at("baselines.haemoglobin"), {"value": "82", "on": "2026-09-08"}
    ) == ("82 g/L, 8 September 2026",)
    assert value_words(question_at("baselines.spo2_on_air"), {"value": "96"}) == ("96%",)
    step = {
        "id": ID,
        "stage": "first dose",
        "drug": "morphine",
        "dose": {"amount": "10", "unit": "mg"},
        "routes": ["subcutaneous"],
    }
    assert value_words(question_at("pain_plan.steps"), [step]) == (
        "first dose, morphine, 10 mg, subcutaneous",
    )
    assert value_words(question_at("pain_plan.steps"), [step | {"routes": ["IV", "oral"]}]) == (
        "first dose, morphine, 10 mg, IV or oral",
    )
