"""One condition based on another: only what differs is said, and a slip is told by its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from careplan.plan.content import (
    CONDITIONS,
    FIRST,
    BadContent,
    condition_facts,
    content,
    installed,
)
from careplan.plan.dictionary import dictionary
from careplan.plan.drugs import drugs
from careplan.plan.rules.tables import rule_table

SECOND = "beta_thalassaemia"


def test_the_first_releases_condition_comes_first() -> None:
    assert installed() == (FIRST, SECOND)


def test_only_what_differs_is_said() -> None:
    first, second = dictionary(FIRST), dictionary(SECOND)
    assert set(second.fields) == set(first.fields)
    assert second.surfaces == first.surfaces
    assert second.field("diagnosis.genotype").label == "Thalassaemia type"
    assert "HbSS" not in second.options["genotypes"]
    assert drugs(SECOND).family("deferiprone") == "chelators"
    assert drugs(SECOND).family("luspatercept") == "other"
    assert set(rule_table(SECOND)) < set(rule_table(FIRST))
    assert "R4" not in rule_table(SECOND)


@pytest.fixture
def second(tmp_path: Path) -> Any:
    """Both folders, copied, with one file of the second written anew."""
    for name in (FIRST, SECOND):
        shutil.copytree(CONDITIONS / name, tmp_path / name)

    def write(file: str, old: str, new: str) -> Path:
        path = tmp_path / SECOND / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path

    return write


BREAKS = [
    ("condition.toml", 'id = "beta_thalassaemia"', 'id = "other"', "id"),
    ("condition.toml", 'based_on = "sickle_cell"', 'based_on = "moon"', "based_on"),
    ("condition.toml", 'based_on = "sickle_cell"', 'based_on = "beta_thalassaemia"', "based_on"),
    ("condition.toml", 'plan_title = "My thalassaemia plan"\n', "", "plan_title"),
    ("condition.toml", 'card_title = "', 'colour = "red"\ncard_title = "', "colour"),
    ("condition.toml", '"my_sickle"', '"my_moon"', "my_moon"),
    ("fields.toml", "[diagnosis.genotype]", "[diagnosis.moon]", "diagnosis.moon"),
    ("options.toml", 'TDT = "', 'TDT = ""\nTDX = "', "genotypes"),
]


@pytest.mark.parametrize(("file", "old", "new", "place"), BREAKS)
def test_a_slip_is_told_by_its_place(
    second: Any, file: str, old: str, new: str, place: str
) -> None:
    with pytest.raises(BadContent, match=place):
        dictionary(SECOND, second(file, old, new))


def test_a_rule_that_is_not_there_cannot_apply(second: Any) -> None:
    with pytest.raises(BadContent, match="R99"):
        content(SECOND, "rules.toml", second("rules.toml", '"R1"', '"R99"'))
    with pytest.raises(BadContent, match="apply"):
        content(SECOND, "rules.toml", second("rules.toml", "apply = [", "some = ["))


def test_what_is_left_out_must_be_there(second: Any) -> None:
    with pytest.raises(BadContent, match="moon"):
        content(SECOND, "due.toml", second("due.toml", '"TCD"', '"moon"'))


def test_two_items_cannot_have_one_id(second: Any) -> None:
    root = second("due.toml", 'id = "bones"', 'id = "heart-iron"')
    with pytest.raises(BadContent, match="one id"):
        content(SECOND, "due.toml", root)


def test_one_that_is_based_on_one_that_is_based_on_one_is_refused(second: Any) -> None:
    root = second("condition.toml", 'based_on = "sickle_cell"', 'based_on = "third"')
    shutil.copytree(root / SECOND, root / "third")
    text = (root / "third" / "condition.toml").read_text("utf-8")
    text = text.replace('id = "beta_thalassaemia"', 'id = "third"')
    text = text.replace('based_on = "third"', 'based_on = "sickle_cell"')
    (root / "third" / "condition.toml").write_text(text, "utf-8")
    with pytest.raises(BadContent, match="itself based on"):
        condition_facts(SECOND, root)
