"""A list given in by a browser: refused in words, or worked off and reported row by row."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest

from careplan.acts.world import World
from careplan.web.security import LARGER
from tests.visitors import Staff, signed_in_team
from tests.web.reader import Reader

LIST = (
    "\ufeffName;Date of birth;NHS number;Hospital number\r\n"
    "Sam Cole;1/2/2001;9990110220;RJ1 77\r\n"
    "Sam Cole;1/2/2001;999 011 0220;\r\n"
    "=HYPERLINK(1);1/2/2001;;\r\n"
)


@pytest.fixture
def staff(client: Reader, world: World) -> Staff:
    return signed_in_team(client, world)


def give_in(client: Reader, data: bytes, name: str = "list.csv") -> object:
    return client.submit(
        "/team/invite", {"list": (BytesIO(data), name)}, content_type="multipart/form-data"
    )


@pytest.mark.usefixtures("staff")
def test_it_works(client: Reader) -> None:
    answer = give_in(client, LIST.encode())
    assert answer.status_code == 303  # type: ignore[attr-defined]
    address = answer.headers["Location"]  # type: ignore[attr-defined]
    said = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert said == {"done": 3, "total": 3, "words": "3 of 3 rows done", "working": False}
    page = client.page(client.get(address))
    assert page.heading == "What became of the list"
    assert "The same NHS number as row 2" in page.text
    assert "'=HYPERLINK(1)" in page.text
    report = client.get(f"{address}/report.csv")
    assert report.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(StringIO(report.get_data().decode("utf-8-sig"))))
    assert [row[2] for row in rows] == ["Result", "Plan started", "Already there", "Refused"]
    assert rows[1][5] == "Link in clinic"
    assert rows[3][1].startswith("'=")
    assert "Sam Cole" in client.page(client.get("/team?only=unlinked")).text


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "", "Choose a file first."),
        (b"PK\x03\x04", "list.xlsx", "This is a workbook."),
        (b"who\nknows\n", "list.csv", "none called"),
    ],
)
def test_a_file_that_cannot_be_used(client: Reader, data: bytes, name: str, said: str) -> None:
    answer = give_in(client, data, name)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert said in client.page(answer).errors["list"]  # type: ignore[arg-type]


@pytest.mark.usefixtures("staff")
def test_a_file_far_too_big_is_refused_in_words(client: Reader) -> None:
    answer = client.post(
        "/team/invite",
        data=b"--x",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(LARGER["team.invite"] + 1)},
    )
    assert answer.status_code == 413
    page = client.page(answer)
    assert page.heading == "That file is too big"
    assert "2 megabytes" in page.text


@pytest.mark.usefixtures("staff")
def test_nobody_elses_list(client: Reader) -> None:
    assert client.get("/team/invite/00000000-0000-4000-8000-000000000000").status_code == 404
