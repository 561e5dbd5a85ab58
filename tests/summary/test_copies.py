"""Each copy carries what its surface must and holds nothing it must never, for every person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from careplan.plan.ahead import WarningSign, WarningSigns
from careplan.plan.care_plan import CarePlan, Signature, Version
from careplan.plan.dictionary import Carry, dictionary
from careplan.plan.drugs import drugs
from careplan.plan.pain import Stage
from careplan.plan.surfaces import as_the_person_allows, emergency, seen_on
from careplan.summary import wording
from careplan.summary.allergies import unchecked
from careplan.summary.ambulance import ambulance
from careplan.summary.blocks import Block
from careplan.summary.emergency import summarise
from careplan.summary.gp import gp_copy
from careplan.summary.school import school_page
from careplan.summary.text import COLUMNS, plain_copy, width
from tests import make
from tests.people.everybody import PEOPLE
from tests.summary import others, walk

WORDS, DRUGS = dictionary(), drugs()
EVERYONE = {name: case.version() for name, case in PEOPLE.items()} | {
    "unsigned": make.an_unsigned_version(),
    "stopped": others.a_stopped_version(),
}
# When a report was made matters until the team has checked it, and then stands with the checking.
SETTLED = "my_allergies.entries.reported_on"


def words_of(blocks: tuple[Block, ...], *more: str) -> str:
    told = [text for block in blocks for text in (block.heading or "", *_facts(block))]
    return walk.folded(" ".join([*more, *told]))


def _facts(block: Block) -> Iterator[str]:
    for fact in block.facts:
        ends = "" if (fact.label or ":")[-1:] in ":?" else ":"
        yield f"{fact.label or ''}{ends} {fact.text}"


def school(version: Version) -> str:
    page = school_page(version, WORDS, DRUGS)
    return words_of(page.blocks, *page.lead, *page.after)


def gp(version: Version) -> str:
    page = gp_copy(version, WORDS)
    return words_of(page.blocks, *page.lead, *page.after)


def crew(version: Version) -> str:
    return words_of(ambulance(version, WORDS).blocks)


def text(version: Version) -> str:
    return walk.folded(plain_copy(version, WORDS))


COPIES = {"school": school, "gp": gp, "ambulance": crew, "text": text}


def owed(version: Version, surface: str) -> Iterator[tuple[str, Any]]:
    """Every field filled in that this surface must carry, as the person allows."""
    seen = seen_on(as_the_person_allows(version.plan), surface, WORDS)
    shown = emergency(version, WORDS).plan
    for path, value in walk.must(seen, surface, WORDS):
        no_dose = not version.shows_dose and path.startswith("pain_plan")
        kept = WORDS.carries(path, "emergency") is Carry.NEVER or (path, value) in set(
            walk.leaves(shown, WORDS)
        )
        if path == "transfusion.hyperhaemolysis":  # a yes is the flag itself
            continue
        if kept and not no_dose and not (path == SETTLED and not unchecked(version.plan)):
            yield path, value


@pytest.mark.parametrize("name", EVERYONE)
@pytest.mark.parametrize("surface", COPIES)
def test_a_copy_shows_every_must_in_words(surface: str, name: str) -> None:
    version = EVERYONE[name]
    told = COPIES[surface](version)
    for path, value in owed(version, surface):
        expected = walk.expected(path, value, WORDS)
        assert expected is None or walk.folded(expected) in told, (path, expected)


@pytest.mark.parametrize("name", EVERYONE)
@pytest.mark.parametrize("surface", COPIES)
def test_a_copy_holds_nothing_that_is_never(surface: str, name: str) -> None:
    version = EVERYONE[name]
    told = COPIES[surface](version)
    allowed = {
        walk.folded(walk.expected(path, value, WORDS) or "")
        for path, value in walk.leaves(version.plan, WORDS)
        if WORDS.carries(path, surface) is not Carry.NEVER
    }
    # Who signed and when, and our own words, stand on the copy of a plan in which nothing is.
    allowed.add(COPIES[surface](replace(version, plan=CarePlan())))
    if (by := version.signature) is not None:
        allowed |= {walk.folded(one) for one in (by.name, by.role, *_days(by))}
    for path, value in walk.never(version.plan, surface, WORDS):
        words = walk.folded(walk.expected(path, value, WORDS) or "")
        # A hidden word may equal a shown one; only one that stands alone tells.
        if len(words) > 5 and not any(words in one for one in allowed):
            assert words not in told, (path, words)


def _days(by: Signature) -> tuple[str, str]:
    return wording.day(by.signed_at), wording.day(by.expires_on)


@pytest.mark.parametrize("name", EVERYONE)
def test_no_copy_shows_what_was_never_signed_or_was_stopped(name: str) -> None:
    version = EVERYONE[name]
    bare = replace(version, signature=None)
    for copy in COPIES.values():
        told = copy(bare)
        for step in version.plan.pain_plan.steps:
            if step.dose:
                assert walk.folded(f"{step.drug} {step.dose.words}") not in told


# --- plain text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERYONE)
def test_plain_text_keeps_the_order_and_its_width(name: str) -> None:
    version = EVERYONE[name]
    made = plain_copy(version, WORDS)
    assert made.encode().decode() == made
    for line in made.splitlines():
        assert width(line) <= COLUMNS, line
        assert line == line.rstrip()
    folded, at = walk.folded(made), 0
    for block in summarise(version, WORDS).blocks:
        for fact in block.facts:
            at = folded.index(walk.folded(fact.text), at)


def test_a_number_stays_with_its_unit_in_plain_text() -> None:
    lines = plain_copy(make.a_version(), WORDS).splitlines()
    ends = {line.rpartition(" ")[2] for line in lines}
    for line in lines:
        assert not (line.split(" ")[0] in ("mg", "hours", "minutes", "g") and ends), line


def test_a_word_wider_than_a_line_is_broken_and_not_cut() -> None:
    plan = make.ada()
    long = "語" * 50 + "é́" * 100
    plan = plan.with_section("what_matters", replace(plan.what_matters, what_matters=long))
    made = plain_copy(make.a_version(plan), WORDS)
    assert all(width(line) <= COLUMNS for line in made.splitlines())
    assert long in made.replace("\n", "")


# --- the ambulance view --------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERYONE)
def test_an_ambulance_reads_the_same_first_ten_seconds(name: str) -> None:
    version = EVERYONE[name]
    front = tuple(block for block in summarise(version, WORDS).blocks if block.front)
    blocks = ambulance(version, WORDS).blocks
    assert blocks[: len(front)] == front
    assert [block.id for block in blocks[len(front) :]] == ["where", "answered"]


@pytest.mark.parametrize("name", EVERYONE)
def test_an_ambulance_reads_nothing_that_an_emergency_may_not(name: str) -> None:
    version = EVERYONE[name]
    shown = {
        path for block in ambulance(version, WORDS).blocks for f in block.facts for path in f.paths
    }
    assert all(WORDS.carries(path, "emergency") is not Carry.NEVER for path in shown)


# --- the page for school -------------------------------------------------------------------------


def test_kofis_school_page_says_what_a_teacher_needs() -> None:
    told = school(EVERYONE["kofi"])
    for words in (
        *("Kofi Emmanuel Mensah", "St Brigid's Primary", "Ms Fallon", "water bottle at all times"),
        *("ring mother at 38.0", "Ring 999 at once", "NO KNOWN ALLERGIES", "07700 900151"),
        *("paracetamol 375 mg oral", "ibuprofen 200 mg oral", "Still does not mean better"),
        *("Spleen bigger than three fingers", "Come straight in", "Northgate Children's Hospital"),
    ):
        assert walk.folded(words) in told, words
    for words in (
        *("diamorphine", "mg/kg", "26.4", "999 021 0225", "22 May 2017", "Ghanaian", "HbSS"),
        *("hydroxycarbamide", "Group and save", "NC90117", "178", "A RhD"),
    ):
        assert walk.folded(words) not in told, words


def with_home(drug: str, version: Version, *, agreed: bool | None = None, **more: Any) -> Version:
    plan = version.plan
    (first, *_) = plan.pain_plan.stage(Stage.HOME)
    step = replace(first, id=make.an_id("home"), drug=drug, **more)
    pain = replace(plan.pain_plan, steps=(*plan.pain_plan.steps, step))
    allows = replace(plan.school_and_work, show_controlled=agreed)
    plan = plan.with_section("pain_plan", pain).with_section("school_and_work", allows)
    return replace(version, plan=plan)


@pytest.mark.parametrize(
    "drug",
    [
        *(
            "morphine",
            "Oramorph",
            "codeine",
            "co-codamol",
            "dihydrocodeine",
            "tramadol",
            "ketamine",
        ),
        *("pregabalin", "gabapentin", "diazepam", "a medicine nobody here knows"),
    ],
)
def test_a_controlled_dose_needs_the_persons_yes(drug: str) -> None:
    kofi = EVERYONE["kofi"]
    for agreed in (None, False):
        told = school(with_home(drug, kofi, agreed=agreed))
        assert walk.folded(drug) not in told
        assert walk.folded("Not printed here: 1 medicine for home. Ask the family.") in told
        assert "paracetamol375mg" in told
    told = school(with_home(drug, kofi, agreed=True))
    assert walk.folded(drug) in told
    assert "Notprintedhere:1" not in told


@pytest.mark.parametrize("field", ["note", "ceiling", "relation_when"])
def test_a_controlled_medicine_named_beside_another_stays_out(field: str) -> None:
    told = school(
        with_home("naproxen", EVERYONE["kofi"], agreed=None, **{field: "then Oramorph 5 mg"})
    )
    assert "Oramorph" not in told
    assert "naproxen" not in told


def test_a_sign_that_names_a_controlled_medicine_is_kept_without_it() -> None:
    kofi = EVERYONE["kofi"]
    signs = kofi.plan.warning_signs
    one = replace(signs.entries[0], home="give Oramorph 5 mg and ring")
    plan = kofi.plan.with_section("warning_signs", replace(signs, entries=(one,)))
    told = school(replace(kofi, plan=plan))
    assert "Oramorph" not in told
    assert walk.folded("Spleen bigger than three fingers") in told


def test_school_is_told_when_nothing_is_signed_or_a_dose_was_stopped() -> None:
    assert walk.folded("No clinician has signed medicines") in school(EVERYONE["unsigned"])
    told = school(EVERYONE["stopped"])
    assert walk.folded("has stopped the doses") in told
    assert "paracetamol1g" not in told


def test_what_is_only_for_the_team_is_not_for_school_either() -> None:
    kofi = EVERYONE["kofi"]
    hidden = replace(kofi.plan.visibility, team_only=("my_people",))
    told = school(replace(kofi, plan=kofi.plan.with_section("visibility", hidden)))
    assert "SamuelMensah" not in told
    assert "SamuelMensah" in school(kofi)


# --- the GP copy ---------------------------------------------------------------------------------


def test_a_practice_reads_vaccines_and_what_to_prescribe() -> None:
    told = gp(EVERYONE["kofi"])
    for words in ("penicillin V 250 mg", "hydroxycarbamide 500 mg", "MenACWY", "PPV23"):
        assert walk.folded(words) in told, words
    assert walk.folded("To: The GP practice") in told
    ada = gp(EVERYONE["ada"])
    assert walk.folded("To: Wellfield Surgery") in ada
    for words in ("FIRST DOSE", "SECOND CHOICE", "Igbo"):
        assert walk.folded(words) not in ada, words


@pytest.mark.parametrize("named", ["codiene 30 mg", "Sativex 2 puffs", "the liquid, 5 ml"])
def test_a_dose_of_what_nobody_knows_stays_off_the_school_page(named: str) -> None:
    sign = WarningSign(make.an_id("sign"), "Bad pain", f"Give {named}", None)
    kofi = EVERYONE["kofi"]
    plan = kofi.plan.with_section("warning_signs", WarningSigns(None, (sign,)))
    school_hidden = replace(plan.school_and_work, show_controlled=None)
    told = school(replace(kofi, plan=plan.with_section("school_and_work", school_hidden)))
    assert "Badpain" in told
    assert walk.folded(named) not in told


def test_a_page_about_a_girl_speaks_of_no_erection() -> None:
    assert "erection" in school(EVERYONE["kofi"])
    assert "erection" not in school(EVERYONE["mina"])
