"""The condition's files: whole, and refused by name and place when they are not."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS
from careplan.plan.dictionary import AUTHORS, CONDITIONS, SURFACES, BadContent, Carry, dictionary
from careplan.plan.drugs import drugs

WORDS = dictionary()


def test_it_works():
    assert WORDS.field("pain_plan.steps.dose").label == "Dose"
    assert WORDS.words("triggers", "period") == "period"
    assert WORDS.carries("background.ethnicity", "emergency") is Carry.NEVER
    assert WORDS.condition["plan_title"] == "My sickle cell plan"


def test_a_code_from_elsewhere_is_shown_as_it_stands():
    assert WORDS.words("triggers", "full-moon") == "full-moon"


def test_sections_stand_in_the_order_and_by_the_hand_of_the_plan():
    assert set(WORDS.sections) == set(SECTIONS)
    written_by = {name: section.by for name, section in WORDS.sections.items()}
    assert set(written_by.values()) <= set(AUTHORS)
    assert all(written_by[name] == "patient" for name in OWN_WORDS)
    assert all(written_by[name] == "team" for name in (*CLINICAL, "identity"))


def test_every_surface_row_is_whole():
    for row in WORDS.surfaces.values():
        assert tuple(row) == SURFACES


def test_every_field_has_one_entry_and_the_other_way_round():
    expected = set()
    for name, cls in SECTIONS.items():
        expected |= {f"{name}.{f.name}" for f in fields(cls) if f.name != "unsure"}
    assert {path for path in WORDS.fields if path.count(".") == 1} == expected


def test_children_belong_to_their_parent():
    for field in WORDS.fields.values():
        assert all(child.rpartition(".")[0] == field.path for child in field.children)
        assert bool(field.children) is (field.type in ("list", "group"))


@pytest.fixture
def broken(tmp_path: Path) -> Any:
    """Our own folder, copied, with one thing in it changed."""
    shutil.copytree(CONDITIONS / "sickle_cell", tmp_path / "sickle_cell")

    def break_it(file: str, old: str, new: str) -> Path:
        path = tmp_path / "sickle_cell" / file
        text = path.read_text("utf-8")
        assert re.search(old, text, re.MULTILINE)
        path.write_text(re.sub(old, new, text, count=1, flags=re.MULTILINE), "utf-8")
        return tmp_path

    return break_it


def test_the_untouched_copy_is_read(broken):
    root = broken("fields.toml", "^# Every field", "# Each field")
    assert dictionary("sickle_cell", root).fields == WORDS.fields


BREAKS = [
    ("fields.toml", r"^legal_name.*$", "", "identity.legal_name"),
    ("fields.toml", r"^legal_name", "shoe_size", "identity.legal_name"),
    (
        "fields.toml",
        r"^legal_name",
        'hat = { label = "Hat", type = "line" }\nlegal_name',
        "identity.hat",
    ),
    ("fields.toml", r"^\[review\]", "[revue]", "review"),
    ("fields.toml", r'^by = "patient"', 'by = "anybody"', "about_me"),
    ("fields.toml", r'^by = "patient"', "", "about_me"),
    ("fields.toml", r'^title = "About me"', "", "about_me"),
    ("fields.toml", r'surface = "name"', 'surface = "nowhere"', "about_me.known_as"),
    ("fields.toml", r'options = "languages"', 'options = "tongues"', "about_me.spoken_language"),
    ("fields.toml", r'type = "nhs_number"', 'type = "magic"', "identity.nhs_number"),
    ("fields.toml", r'type = "nhs_number"', 'type = "line", colour = "red"', "identity.nhs_number"),
    ("fields.toml", r'label = "Name", ', "", "identity.legal_name"),
    ("fields.toml", r'label = "Name"', 'label = " "', "identity.legal_name"),
    ("fields.toml", r"min = 20, max = 220", "min = 220, max = 20", "baselines.haemoglobin"),
    (
        "fields.toml",
        r"trap = \{ below = 20, from = 3,",
        "trap = { below = 20,",
        "baselines.haemoglobin",
    ),
    (
        "fields.toml",
        r'drug = \{ label = "Medicine", type = "line", max = 80 \}\nformulation',
        'drug = { label = "Medicine", type = "line", surface = "team" }\nformulation',
        "pain_plan.steps.drug",
    ),
    ("fields.toml", r"^\[identity\]", "[identity", "fields.toml"),
    ("fields.toml", r"^source = .*$", "sauce = 1", "sauce"),
    ("surfaces.toml", r'^a4 = "must"\n', "", "who: a4"),
    ("surfaces.toml", r"^a4 = ", "a5 = ", "who: a"),
    ("surfaces.toml", r'^a4 = "must"', 'a4 = "perhaps"', "who: 'perhaps'"),
    ("options.toml", r'^cold = "cold"', 'cold = ""', "triggers"),
    ("options.toml", r'^cold = "cold"', 'cold = "stress"', "triggers"),
    ("options.toml", r'^cold = "cold"', 'cold = "cold"\ncold = "chill"', "options.toml"),
]


@pytest.mark.parametrize(("file", "old", "new", "place"), BREAKS)
def test_bad_content_is_refused_by_its_place(broken, file, old, new, place):
    root = broken(file, old, new)
    with pytest.raises(BadContent, match=re.escape(place)) as refused:
        dictionary("sickle_cell", root)
    assert str(refused.value).startswith(file)


def test_a_missing_file_is_bad_content(broken):
    root = broken("options.toml", "^# The", "# The")
    (root / "sickle_cell" / "options.toml").unlink()
    with pytest.raises(BadContent, match=r"options\.toml"):
        dictionary("sickle_cell", root)


def test_one_medicine_has_one_family(broken):
    root = broken("drugs.toml", r"^\[other\]", "[other]\nmorphine = []")
    with pytest.raises(BadContent, match="morphine"):
        drugs("sickle_cell", root)
