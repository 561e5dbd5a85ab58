"""The list of hospitals is loaded row by row, and a closed one keeps its name."""

from __future__ import annotations

from typing import Any

import pytest

from careplan.acts.hospitals import (
    BadHeader,
    every_hospital,
    load_hospitals,
    offered_hospitals,
)
from careplan.acts.world import NotThere
from tests.acts.worlds import Clinic
from tests.stores import NOW, TODAY

HEAD = "code,name,town\n"
TIMES: dict[str, Any] = {"at": NOW, "today": TODAY}
LISTED = HEAD + 'R9X02,Avon Cross Infirmary,\nr9x01,"St Anselm\'s  Hospital",Anselm\n'


def test_each_row_says_what_became_of_it(world: Any) -> None:
    first = load_hospitals(world, "\ufeff" + LISTED, **TIMES)
    assert [(one.number, one.code, one.became) for one in first.rows] == [
        (2, "R9X02", "new"),
        (3, "R9X01", "new"),
    ]
    again = load_hospitals(
        world,
        HEAD + "R9X01,St Anselm's Hospital,Anselm\nX!,No,\nR9X01,Again,\nR9X03,,\nR9X04,Four,x,y\n",
        **TIMES,
    )
    assert [one.became or one.problem for one in again.rows] == [
        "the same",
        "a code has 3 to 10 letters and digits",
        "this code stands in the file before",
        "a name is needed; name and town have at most 120 letters",
        "more columns than the first line names",
    ]
    assert (again.left_as_they_are, again.closed) == (("R9X02",), ())
    assert every_hospital(world)["R9X01"].name == "St Anselm's Hospital"


def test_a_closed_one_keeps_its_code_and_is_not_offered(clinic: Clinic) -> None:
    world = clinic.world
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    load_hospitals(world, LISTED, **TIMES)
    offered = [one.code for one in offered_hospitals(world, **mine)]
    assert offered == ["R9X01", "R9X02"], "her plan's own comes first"
    closed = load_hospitals(
        world, "code,name,town,closed_on\nR9X01,St Anselm's,Anselm,2026-10-01\n", **TIMES,
        close_the_rest=True,
    )  # fmt: skip
    assert ([one.became for one in closed.rows], closed.closed) == (["closed"], ("R9X02",))
    assert offered_hospitals(world, **mine) == ()
    assert set(every_hospital(world)) == {"R9X01", "R9X02"}
    load_hospitals(world, HEAD + "R9X02,Avon Cross Infirmary,\n", **TIMES)
    assert [one.code for one in offered_hospitals(world, **mine)] == ["R9X02"]
    with pytest.raises(NotThere):
        offered_hospitals(world, by=clinic.elsewhere, patient_id=clinic.patient_id)


@pytest.mark.parametrize("text", ["", "name,code,town\n", "code,name,town,closed_on,more\n"])
def test_a_file_without_the_right_first_line_changes_nothing(world: Any, text: str) -> None:
    with pytest.raises(BadHeader):
        load_hospitals(world, text, **TIMES)
    assert every_hospital(world) == {}


def test_a_wrong_closing_day_is_named(world: Any) -> None:
    bad = load_hospitals(world, "code,name,town,closed_on\nR9X01,A,B,soon\n", **TIMES)
    assert bad.rows[0].problem == "closed_on is a date like 2026-11-23"
