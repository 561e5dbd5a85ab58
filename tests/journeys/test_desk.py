"""A nurse on a Monday: a list given in, a filter and a search that are still there after Back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from tests.journeys.steps import given_dr_marsden_at_her_desk
from tests.journeys.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LIST = "\ufeffName;Date of birth;NHS number;Hospital number\r\n" + "".join(
    [
        *(f"Sam {one * 2} Cole;1/2/2001;;RJ1 {n}\r\n" for n, one in enumerate(LETTERS * 3)),
        "Zoë O'Brien;3/4/1999;9990110220;\r\n",
        "=HYPERLINK(1);1/2/2001;;\r\n",
        "Tom Later;1/2/2031;;\r\n",
    ]
)


@pytest.mark.parametrize(("size", "script"), [(DESK, True), (PHONE, False)])
def test_a_list_becomes_plans(visit: Visit, adas_site: object, size: object, script: bool) -> None:
    nurse = visit("Dr Marsden", size, script=script)
    given_dr_marsden_at_her_desk(nurse)
    nurse.goes_to("/team")
    nurse.presses("Start plans from a list").reads_heading("Start plans from a list")
    nurse.presses("Start plans").reads("Choose a file first.")
    file = FilePayload(name="list.csv", mimeType="text/csv", buffer=LIST.encode())
    nurse.page.set_input_files("#list", files=[file])
    nurse.finds("Start plans").click()  # the page comes back by itself until the work is done
    nurse.page.get_by_role("heading", name="What became of the list").wait_for()
    nurse.looks()
    nurse.reads("Tom Later").reads("is in the future").reads("'=HYPERLINK(1)")
    nurse.reads("no second plan was started")

    nurse.presses("See who is not linked yet").reads_heading("People")
    nurse.presses("Next page").reads("First page")
    nurse.answers({"Find by name, date of birth, NHS, hospital or plan number": "zoe 3 April 1999"})
    nurse.presses("Find").reads("1 person found for “zoe 3 April 1999”.")
    nurse.presses("Zoë O'Brien").reads("No plan signed")
    nurse.page.go_back()
    nurse.reads("1 person found for “zoe 3 April 1999”.")
    nurse.page.go_back()
    nurse.reads("First page")
