"""Reading a page: every fact of the ordinary adult goes in and comes out unchanged;
nothing typed is lost.
"""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.plan.care_plan import SECTIONS
from careplan.plan.codec import to_plain
from careplan.plan.voice import MySickle
from careplan.web.forms.pages import section_pages
from careplan.web.forms.raw import raw_of
from careplan.web.forms.read import again, empty_body, finish, look, read_page
from careplan.web.forms.reading import Next, NotFinished
from careplan.web.forms.text import keepable
from tests.make import TODAY, ada
from tests.web.forms.kit import (
    body_of,
    form_of,
    new_ids,
    page_asking,
    pages,
    post,
    sections,
)

ID = "3f0c1c9a-6a52-4b38-9f56-0f6a5d3c7e01"
OTHER = "3f0c1c9a-6a52-4b38-9f56-0f6a5d3c7e02"


@pytest.mark.parametrize("section", [s.id for s in sections()])
def test_every_fact_of_ada_goes_in_and_comes_out(section):
    """Page by page, as her browser sends it, into an empty draft."""
    wanted = body_of(section, ada())
    body = empty_body()
    for page in section_pages(section).pages:
        if page.applies(body):
            reading = read_page(page, form_of(page, wanted), body, new_ids(), today=TODAY)
            sure = {f"sure_{ask.name}": ["yes"] for ask in reading.asks}
            reading = read_page(page, form_of(page, wanted) | sure, body, new_ids(), today=TODAY)
            assert reading.clear, reading
            assert reading.next is Next.CONTINUE
            body = reading.body
    made = finish(section, body, today=TODAY)
    assert to_plain(made) == wanted["plain"]
    if section not in ("identity", "my_allergies"):
        assert made == ada().section(section)


def test_a_form_written_by_hand():
    """What a browser really sends for a few questions, not what our own code would."""
    page = page_asking("my_sickle.triggers")
    reading = post(
        page, {"triggers": ["", "period", "cold"], "triggers_other": " too little sleep "}
    )
    assert reading.body["plain"] == {
        "triggers": ["period", "cold"],
        "triggers_other": "too little sleep",
    }
    page = page_asking("pain_plan.steps")
    form = {
        "steps-item": ID,
        f"steps-{ID}-stage": "first dose",
        f"steps-{ID}-drug": "morphine",
        f"steps-{ID}-dose-amount": "10",
        f"steps-{ID}-dose-amount_high": "",
        f"steps-{ID}-dose-unit": "mg",
        f"steps-{ID}-dose-strength": "",
        f"steps-{ID}-routes": ["", "subcutaneous"],
        f"steps-{ID}-repeat-kind": "every",
        f"steps-{ID}-repeat-number": "30",
        f"steps-{ID}-repeat-unit": "min",
        f"steps-{ID}-repeat-times": "",
        f"steps-{ID}-max_doses": "3",
    }
    reading = post(page, form)
    assert reading.clear
    assert reading.body["plain"]["steps"] == [
        {
            "id": ID,
            "stage": "first dose",
            "drug": "morphine",
            "dose": {"amount": "10", "unit": "mg"},
            "routes": ["subcutaneous"],
            "repeat": {"kind": "every", "number": 30, "unit": "min"},
            "max_doses": 3,
        }
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["IV", "oral"], ["IV", "oral"]),
        (["oral", "IV"], ["oral", "IV"]),
        (["oral", ""], ["oral"]),
        (["", "oral"], ["oral"]),
        (["IV", "oral", "buccal"], ["IV", "oral", "buccal"]),
        (["", "oral", "IV"], ["oral", "IV"]),  # check boxes, as they were sent before
        (["", ""], None),
    ],
)
@pytest.mark.parametrize("before", [None, ["IV", "oral"]])
def test_routes_are_kept_in_the_order_in_which_they_are_chosen(sent, kept, before):
    page = page_asking("pain_plan.adjuncts")
    item = {"id": ID, "drug": "paracetamol", "given": True}
    body = empty_body() | {"plain": {"adjuncts": [item | ({"routes": before} if before else {})]}}
    reading = post(page, {"adjuncts-item": ID, f"adjuncts-{ID}-routes": sent}, body)
    assert reading.clear
    assert reading.body["plain"]["adjuncts"][0].get("routes") == kept
    assert [one for one in raw_of(page, reading.body)[f"adjuncts-{ID}-routes"] if one] == (
        kept or []
    )


def test_a_route_chosen_twice_is_a_question():
    page = page_asking("pain_plan.adjuncts")
    form = {
        "adjuncts-item": ID,
        f"adjuncts-{ID}-drug": "paracetamol",
        f"adjuncts-{ID}-given": "yes",
        f"adjuncts-{ID}-routes": ["IV", "IV"],
    }
    reading = post(page, form)
    (error,) = reading.errors
    assert error.summary == ("Adjunct, Route: You chose the same answer twice. Change one of them.")
    assert error.html_id == f"adjuncts-{ID}-routes"
    assert raw_of(page, reading.body)[f"adjuncts-{ID}-routes"] == ["IV", "IV"]


def test_what_is_not_on_the_form_is_left_alone():
    page = page_asking("about_me.pronouns")
    body = empty_body() | {"plain": {"pronouns": "she/her", "known_as": "Ada"}}
    reading = post(page, {"gender": "woman"}, body)
    assert reading.body["plain"] == {"pronouns": "she/her", "known_as": "Ada", "gender": "woman"}


def test_ten_thousand_letters_are_kept_and_the_sentence_counts_them():
    page = page_asking("about_me.when_in_severe_pain")
    long = "quiet " * 1666 + "shhh"
    reading = post(page, {"when_in_severe_pain": long})
    (error,) = reading.errors
    assert error.text == (
        "Your answer is 10,000 letters long. It must be 200 or fewer. "
        "It has been kept below: shorten it."
    )
    assert reading.body["plain"] == {}
    assert raw_of(page, reading.body)["when_in_severe_pain"] == [long]
    assert again(page, reading.body, today=TODAY).errors == reading.errors
    with pytest.raises(NotFinished):
        finish("about_me", reading.body, today=TODAY)


def test_a_long_answer_put_right_leaves_nothing_behind():
    page = page_asking("about_me.when_in_severe_pain")
    wrong = post(page, {"when_in_severe_pain": "x" * 201}).body
    right = post(page, {"when_in_severe_pain": "I go quiet."}, wrong)
    assert right.body["typed"] == {}
    assert right.body["done"] == [page.id]
    assert finish("about_me", right.body, today=TODAY).when_in_severe_pain == "I go quiet."


@pytest.mark.parametrize(
    "name", ["😀 Zoë", "عائشة محمد", "Adébáyọ̀-Ògúnléye", "O’Neill & Söns <b>", "李小龍", "Ñandú"]
)
def test_names_of_every_kind_are_kept(name):
    reading = post(page_asking("about_me.known_as"), {"known_as": f"  {name} "})
    assert reading.body["plain"]["known_as"] == name


SIGNS = [0x00, 0x1B, 0x85, 0xD800, 0xFFFE, 0x202E, 0xFFFD]


@pytest.mark.parametrize("sign", [chr(sign) for sign in SIGNS], ids=[hex(sign) for sign in SIGNS])
def test_a_sign_that_cannot_be_kept_is_shown_where_it_stood(sign):
    page = page_asking("about_me.known_as")
    reading = post(page, {"known_as": f"A{sign}da"})
    assert "�" in reading.errors[0].text
    assert raw_of(page, reading.body)["known_as"] == ["A�da"]
    str(reading.body).encode()


def test_invisible_text_is_not_an_answer():
    reading = post(page_asking("about_me.known_as"), {"known_as": "\u200b\u200d"})
    assert reading.errors[0].text.startswith("There is nothing to read")


# I’m not sure


def test_not_sure_is_kept_as_such_and_the_value_is_blank():
    page = page_asking("my_sickle.early_signs")
    before = empty_body() | {"plain": {"early_signs": "cold"}}
    reading = post(page, {"early_signs": "", "early_signs-unsure": ["", "unsure"]}, before)
    assert reading.body["plain"] == {"unsure": ["early_signs"]}
    assert finish("my_sickle", reading.body, today=TODAY) == MySickle(unsure=("early_signs",))
    assert raw_of(page, reading.body)["early_signs-unsure"] == ["unsure"]
    back = post(page, {"early_signs": "cold", "early_signs-unsure": ""}, reading.body)
    assert back.body["plain"] == {"early_signs": "cold"}


def test_not_sure_and_an_answer_are_both_kept_and_asked_about():
    page = page_asking("my_sickle.early_signs")
    reading = post(page, {"early_signs": "cold", "early_signs-unsure": ["", "unsure"]})
    assert "I’m not sure" in reading.errors[0].text
    shown = raw_of(page, reading.body)
    assert shown["early_signs"] == ["cold"]
    assert shown["early_signs-unsure"] == ["", "unsure"]


def test_not_sure_among_radios_and_check_boxes():
    reading = post(
        page_asking("about_me.interpreter"),
        {"interpreter": "unsure", "family_must_not_interpret": "no"},
    )
    assert reading.body["plain"] == {"unsure": ["interpreter"], "family_must_not_interpret": False}
    reading = post(page_asking("usual_pain.sites"), {"sites": ["", "unsure"], "sites_other": ""})
    assert reading.body["plain"] == {"unsure": ["sites"]}


# Are you sure?


def test_a_value_out_of_the_usual_is_asked_about_once():
    page = page_asking("baselines.haemoglobin")
    form = {
        "haemoglobin-value": "150",
        "haemoglobin-day": "8",
        "haemoglobin-month": "9",
        "haemoglobin-year": "2026",
    }
    first = post(page, form)
    assert [ask.text for ask in first.asks] == ["150 g/L is higher than most. Is it right?"]
    assert "haemoglobin" not in first.body["plain"]
    assert raw_of(page, first.body)["haemoglobin-value"] == ["150"]
    sure = post(page, form | {"sure_haemoglobin": "yes"}, first.body)
    assert sure.clear
    assert sure.body["plain"]["haemoglobin"] == {"value": "150", "on": "2026-09-08"}
    assert post(page, form, sure.body).clear


def test_another_unit_is_a_question_and_never_a_conversion():
    page = page_asking("baselines.haemoglobin")
    reading = post(
        page,
        {
            "haemoglobin-value": "8.2",
            "haemoglobin-day": "8",
            "haemoglobin-month": "9",
            "haemoglobin-year": "2026",
            "sure_haemoglobin": "yes",
        },
    )
    (error,) = reading.errors
    assert (
        error.text
        == "You typed 8.2. Is this g/dL? Write it in g/L. We have not changed your number."
    )
    assert "haemoglobin" not in reading.body["plain"]


def test_a_value_without_a_date_is_asked_about():
    page = page_asking("baselines.weight")
    assert "no date" in post(page, {"weight-value": "61.5"}).asks[0].text
    reading = post(page, {"weight-value": "61.5", "sure_weight": "yes"})
    assert reading.body["plain"]["weight"] == {"value": "61.5"}


# Lists


CONTACTS = page_asking("my_people.contacts")


def test_a_person_is_added_opened_and_removed():
    form = {
        "contacts-item": ID,
        f"contacts-{ID}-name": "Chidi",
        f"contacts-{ID}-phone": "07700 900143",
    }
    one = post(CONTACTS, form | {"action": "add:contacts"})
    assert one.next is Next.STAY
    assert one.open_item == str(UUID(int=1, version=4))
    assert one.anchor == f"contacts-{one.open_item}"
    assert [item.get("name") for item in one.body["plain"]["contacts"]] == ["Chidi", None]
    assert finish("my_people", one.body, today=TODAY).contacts[0].name == "Chidi"
    two = post(CONTACTS, {"action": f"change:contacts:{ID}"}, one.body)
    assert two.open_item == ID
    three = post(CONTACTS, {"action": f"remove:contacts:{ID}"}, two.body)
    assert "Chidi" not in str(three.body)


def test_a_blank_item_is_still_there_when_a_finished_page_is_opened_again():
    form = {"contacts-item": ID, f"contacts-{ID}-name": "Chidi"}
    done = post(CONTACTS, form).body
    added = post(CONTACTS, form | {"action": "add:contacts"}, done).body
    assert CONTACTS.id in added["done"]
    assert again(CONTACTS, added, today=TODAY).body == added


def test_a_person_without_a_name_is_kept_and_asked_for():
    form = {"contacts-item": ID, f"contacts-{ID}-name": "", f"contacts-{ID}-phone": "07700 900143"}
    reading = post(CONTACTS, form)
    (error,) = reading.errors
    assert error.html_id == f"contacts-{ID}-name"
    assert reading.body["plain"]["contacts"] == [{"id": ID, "phone": "07700 900143"}]
    with pytest.raises(NotFinished):
        finish("my_people", reading.body, today=TODAY)


def test_an_empty_new_item_is_nothing():
    form = {"contacts-item": ID, f"contacts-{ID}-name": " ", f"contacts-{ID}-phone": ""}
    assert post(CONTACTS, form).body["plain"] == {}


def test_items_that_are_not_on_the_form_stay():
    body = body_of("my_people", ada())
    form = {"contacts-item": ID, f"contacts-{ID}-name": "Ngozi"}
    names = [item["name"] for item in post(CONTACTS, form, body).body["plain"]["contacts"]]
    assert names == ["Chidi Bright", "Ngozi"]


def test_no_more_than_there_is_room_for():
    body = empty_body()
    for number in range(5):
        one = f"{ID[:-2]}{number:02}"
        body = post(
            CONTACTS, {"contacts-item": one, f"contacts-{one}-name": f"P{number}"}, body
        ).body
    reading = post(CONTACTS, {"action": "add:contacts"}, body)
    assert "You can have 5" in reading.errors[0].text
    assert len(reading.body["plain"]["contacts"]) == 5


def test_a_made_up_id_makes_no_item():
    reading = post(CONTACTS, {"contacts-item": "../etc", "contacts-../etc-name": "x"})
    assert reading.body["plain"] == {}


def test_the_day_of_a_report_is_not_set_here_and_never_lost():
    """It is set where a draft is kept, so that every way in gets it."""
    page = page_asking("my_allergies.entries")
    form = {"entries-item": ID, f"entries-{ID}-substance": "latex", f"entries-{ID}-reaction": ""}
    first = post(page, form, empty_body() | {"plain": {"state": "list"}}).body
    assert first["plain"]["entries"] == [{"id": ID, "substance": "latex"}]
    first["plain"]["entries"][0]["reported_on"] = "2026-08-30"
    changed = post(page, form | {f"entries-{ID}-reaction": "rash"}, first).body
    assert changed["plain"]["entries"][0]["reported_on"] == "2026-08-30"
    blank = post(page, form | {f"entries-{ID}-substance": ""}, first).body
    assert "entries" not in blank["plain"]


# Answers that cannot both be so


def test_no_allergies_and_a_list_of_them_is_a_question():
    body = body_of("my_allergies", ada())
    reading = post(section_pages("my_allergies").pages[0], {"state": "none that I know of"}, body)
    assert "remove them" in reading.errors[0].text
    assert reading.body["plain"]["entries"]


@pytest.mark.parametrize(
    ("picked", "named", "clear"),
    [
        ("en", "", True),
        ("other", "Edo", True),
        ("", "Edo", True),
        ("other", "", False),
        ("en", "Edo", False),
    ],
)
def test_a_language_that_is_not_in_the_list_has_a_name(picked, named, clear):
    page = page_asking("about_me.spoken_language")
    reading = post(page, {"spoken_language": picked, "spoken_language_other": named})
    assert reading.clear is clear
    assert [error.html_id for error in reading.errors] == ["spoken_language_other"] * (not clear)
    assert reading.body["plain"].get("spoken_language_other", "") == named


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"state": "list"}, "state"),
        ({"state": "none confirmed"}, "confirmed_on-day"),
        ({"state": "not asked", "confirmed_on": "2026-01-02"}, "confirmed_on-day"),
        ({"entries": [{"id": ID, "substance": "latex"}]}, "state"),
    ],
)
def test_the_three_states_of_checked_allergies_do_not_mix(plain, field):
    page = page_asking("allergies.state")
    seen = look(page, empty_body() | {"plain": plain}, today=TODAY)
    assert [error.html_id for error in seen.errors] == [field]


# Done


def test_done_means_answered_and_gone_on_from():
    page = page_asking("about_me.known_as")
    saved = post(page, {"known_as": "Ada", "action": ""})
    assert saved.next is Next.STAY
    assert saved.body["done"] == []
    later = post(page, {"known_as": "Ada", "action": "later"})
    assert later.next is Next.LATER
    assert later.body["done"] == []
    done = post(page, {"known_as": "Ada"})
    assert done.body["done"] == ["name"]
    assert post(page, {"known_as": ""}, done.body).body["done"] == []
    assert post(page, {"known_as": "Ada", "action": ""}, done.body).body["done"] == ["name"]


# Laws


@given(st.text(max_size=120))
def test_any_text_survives_or_is_refused_in_a_sentence(text):
    page = page_asking("about_me.known_as")
    reading = post(page, {"known_as": text})
    kept = keepable(text).strip()
    if reading.errors:
        assert reading.errors[0].text.endswith(".")
        assert raw_of(page, reading.body)["known_as"] == [keepable(text)]
    elif kept:
        assert reading.body["plain"]["known_as"] == kept
        assert "�" not in kept
    else:
        assert reading.body["plain"] == {}


GARBAGE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "unsure",
            "yes",
            "-1",
            "1e9",
            "9" * 5000,
            "٣",
            "0.50",
            "2026",
            "31",
            "mL",
            "every",
            "\x00",
        ]
    ),
)


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: f"{page.section}-{page.id}")
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_garbage_in_any_field_never_raises_and_is_never_lost(page, data):
    names = sorted(
        {*raw_of(page, body_of(page.section, ada())), *(q for q in ("action", "revision"))}
    )
    form = {name: data.draw(st.lists(GARBAGE, max_size=3), label=name) for name in names}
    for name in names:
        if name.endswith("-item"):
            form[name] = [ID, OTHER]
    form |= {
        re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ID, name): form[name] for name in names
    }
    reading = read_page(page, form, empty_body(), new_ids(), today=TODAY)
    assert all(error.text.endswith((".", "?")) for error in reading.errors)
    plain, typed = str(reading.body["plain"]), reading.body["typed"]
    plain.encode()
    str(typed).encode()
    look(page, reading.body, today=TODAY)
    if page.section in SECTIONS and reading.clear:
        shown = raw_of(page, reading.body)
        twice = read_page(page, shown, reading.body, new_ids(), today=TODAY)
        assert twice.body["plain"] == reading.body["plain"]
