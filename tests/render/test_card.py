"""Cards: the full one carries items 2 to 7, the private one tells nobody anything."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pypdf import PdfReader

from careplan.plan.ahead import Leads
from careplan.plan.care_plan import Version
from careplan.plan.pain import Stage
from careplan.plan.surfaces import emergency
from careplan.render.card import full_card, private_card
from careplan.render.paper import DoesNotFit
from careplan.render.qr import TooSmall
from careplan.sharing.birth_dates import forms
from careplan.sharing.links import Opening
from tests import make
from tests.people.everybody import PEOPLE
from tests.render.sheets import LINK, WORDS, a_full_card, a_private_card, codes_on, picture, text_of
from tests.summary import others, walk

NAMED = {
    "STOP details": ("transfusion.refusal_detail", "transfusion.acc", "transfusion.advance"),
    "reactions": ("allergies.entries.reaction", "allergies.entries.severity", "my_allergies"),
    "second choice": ("pain_plan.steps",),
}
"""What the card names as left out, and the fields that are then not on it."""


def not_flags(path: str, value: object) -> bool:
    """A checked report is settled; what was asked about and is not there is no flag."""
    said_no = path in ("transfusion.refusal", "transfusion.hyperhaemolysis") and value in (
        "none",
        "no",
    )
    return said_no or path == "my_allergies.entries.reported_on"


def outside(path: str, value: object, version: Version) -> bool:
    """A part of a step at home, in an ambulance or on the ward: "other doses: scan"."""
    if not path.startswith("pain_plan.steps."):
        return False
    name = path.rpartition(".")[2]
    here = (Stage.FIRST_DOSE, Stage.SECOND_CHOICE)
    shown = [one for one in version.plan.pain_plan.steps if one.stage in here]
    values = [getattr(one, name) for one in shown]
    return not any(value == one or (isinstance(one, tuple) and value in one) for one in values)


def test_it_works():
    printed = full_card(a_full_card())
    assert printed.left_out == ()
    assert codes_on(picture(printed.pdf)) == [LINK]


@pytest.mark.parametrize("key", PEOPLE)
def test_the_full_card_carries_its_musts_or_names_them(key):
    version = PEOPLE[key].version()
    printed = full_card(a_full_card(version))
    text = walk.folded(text_of(printed.pdf))
    gone = tuple(path for name in printed.left_out for path in NAMED.get(name, ()))
    for path, value in walk.must(emergency(version, WORDS).plan, "card", WORDS):
        elsewhere = not_flags(path, value) or outside(path, value, version)
        if elsewhere or path.startswith(gone or ("-",)):
            continue
        words = walk.expected(path, value, WORDS)
        assert words is None or walk.folded(words) in text, (path, words)
    for name in ("Not printed here:", *printed.left_out):
        assert walk.folded(name) in text


def test_an_ordinary_card_leaves_nothing_out():
    for key in ("ada", "kofi", "mina", "amal"):
        assert full_card(a_full_card(PEOPLE[key].version())).left_out == ()


@pytest.mark.parametrize("leads", [Leads.THIS, Leads.OTHER, Leads.NOT_DECIDED])
def test_the_card_says_which_plan_leads(leads):
    text = walk.folded(text_of(full_card(a_full_card(others.with_other_plan(leads))).pdf))
    assert walk.folded("Another plan exists (Universal Care Plan, 1 December 2025):") in text
    assert walk.folded(str(leads)) in text


def test_the_card_says_that_somebody_had_a_curative_treatment():
    text = walk.folded(text_of(full_card(a_full_card(make.a_version(others.cured()))).pdf))
    assert walk.folded("AFTER CURATIVE TREATMENT: gene therapy (exa-cel), March 2025.") in text


def test_a_card_of_every_flag_at_once_still_has_room():
    printed = full_card(a_full_card(make.a_version(others.every_flag())))
    assert "STOP details" in printed.left_out
    text = walk.folded(text_of(printed.pdf))
    for words in (
        "Pregnant, due 8 March 2027.",
        "0117 496 0120",
        "ANY transfusion",
        "Do NOT give NSAID",
    ):
        assert walk.folded(words) in text


def test_the_full_card_holds_nothing_that_is_never():
    version = make.a_version()
    text = text_of(full_card(a_full_card(version)).pdf)
    for path, value in walk.never(version.plan, "card", WORDS):
        if isinstance(value, date):  # a day says nothing by itself, and the signature's is shown
            continue
        words = walk.expected(path, value, WORDS)
        if (
            words
            and len(words) > 4
            and words not in ("Dr Helena Marsden", "Black or Black British: African")
        ):
            assert words not in text, path
    assert "African" not in text


@pytest.mark.parametrize(
    ("version", "named"),
    [
        (make.a_version(others.delroy()), "STOP details"),
        (others.mama_version(), "second choice"),
    ],
)
def test_what_does_not_fit_is_named_on_the_card(version, named):
    printed = full_card(a_full_card(version))
    assert named in printed.left_out
    assert walk.folded(named) in walk.folded(text_of(printed.pdf))


def test_first_dose_allergens_and_flags_are_never_left_out():
    text = walk.folded(text_of(full_card(a_full_card(make.a_version(others.delroy()))).pdf))
    for words in (
        "oxycodone 10 mg subcutaneous", "at most 3 doses", "vancomycin",
        "30 mg in first 2 hours, then consultant review", "Declines all blood products",
        "before ANY transfusion", "Over-sedation with an opioid",
        "Do NOT give NSAID",
    ):  # fmt: skip
        assert walk.folded(words) in text


@pytest.mark.parametrize("version", [make.an_unsigned_version(), others.a_stopped_version()])
def test_no_dose_without_a_live_signature(version):
    text = text_of(full_card(a_full_card(version)).pdf)
    assert "10 mg" not in text


def test_a_first_dose_that_does_not_fit_is_refused():
    plan = make.ada()
    (step,) = plan.pain_plan.stage(plan.pain_plan.steps[3].stage)
    long = replace(step, ceiling="ceiling " * 200)
    plan = plan.with_section("pain_plan", replace(plan.pain_plan, steps=(long,)))
    with pytest.raises(DoesNotFit, match="FIRST DOSE"):
        full_card(a_full_card(make.a_version(plan)))


def test_a_link_too_long_for_the_card_is_refused():
    with pytest.raises(TooSmall):
        full_card(a_full_card(link="https://h.example/s#shlink:/" + "x" * 500))


def sizes_in(pdf: bytes) -> list[float]:
    sizes: list[float] = []

    def note(text, cm, tm, font, size):
        if text.strip():
            sizes.append(abs(cm[0] * tm[0] * size))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    return sizes


@pytest.mark.parametrize("version", [make.a_version(), others.mama_version()])
def test_nothing_is_smaller_than_7_points(version):
    assert min(sizes_in(full_card(a_full_card(version)).pdf)) >= 6.99
    assert min(sizes_in(private_card(a_private_card()).pdf)) >= 6.99


@pytest.mark.parametrize("name", ["ada", "delroy", "mama"])
def test_both_sides_end_above_their_cut(name):
    versions = {
        "ada": make.a_version(),
        "delroy": make.a_version(others.delroy()),
        "mama": others.mama_version(),
    }
    dark = np.asarray(picture(full_card(a_full_card(versions[name])).pdf, dpi=200)) < 128
    mm = 200 / 25.4
    # The fold line runs on; between it and the outer marks nothing may stand below the cut.
    outline = np.flatnonzero(_light_lines(full_card(a_full_card(versions[name])).pdf))
    top, bottom = outline[0], outline[-1]
    assert bottom - top == pytest.approx(54 * mm, abs=3)
    for left, right in ((22, 103), (107, 188)):
        below = dark[bottom + 3 : bottom + int(10 * mm), int(left * mm) : int(right * mm)]
        last = dark[bottom - int(1.5 * mm) : bottom - 2, int(left * mm) : int(right * mm)]
        assert not below.any()
        assert not last.any()


def _light_lines(pdf: bytes) -> np.ndarray:
    """The rows where the thin outline of the card runs."""
    return (np.asarray(picture(pdf, dpi=200)) < 240).mean(axis=1) > 0.7


# --- private ------------------------------------------------------------------------------------


def everything_in(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return "\n".join([text_of(pdf), str(reader.metadata), *codes_on(picture(pdf))])


def test_the_private_card_works():
    printed = private_card(a_private_card())
    text = text_of(printed.pdf)
    assert codes_on(picture(printed.pdf)) == [LINK]
    for words in ("Ada", "020 7946 0100", "7K4MQ-X2R9B-T", "date of birth"):
        assert words in text


def test_the_private_card_holds_no_form_of_the_birth_date():
    for first_name in ("Ada", None):
        held = everything_in(private_card(a_private_card(first_name=first_name)).pdf).casefold()
        for form in forms(date(1997, 3, 14)):
            assert form.casefold() not in held


def test_the_private_card_holds_nothing_of_who_or_what():
    held = everything_in(private_card(a_private_card()).pdf).casefold()
    version = make.a_version()
    for path, value in walk.never(version.plan, "private", WORDS):
        words = walk.expected(path, value, WORDS)
        if words and len(words) > 3:
            assert words.casefold() not in held, path
    for word in ("sickle", "haemat", "morphine", "okonkwo", "nhs", "allerg", "crisis", "pain"):
        assert word not in held


def test_the_private_card_asks_what_its_link_asks():
    assert "passcode" in text_of(private_card(a_private_card(opening=Opening.PASSCODE)).pdf)


def test_the_private_card_without_name_or_number():
    text = text_of(private_card(a_private_card(first_name=None, phone=None)).pdf)
    assert "Ada" not in text
    assert "Ring" not in text
