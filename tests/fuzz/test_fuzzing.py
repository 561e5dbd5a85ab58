"""A short run of what `bin/prove fuzz` does for fifty thousand inputs."""

from __future__ import annotations

import gzip
import random
import shutil
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.conftest import BASE_URL
from tests.fuzz import odd
from tests.fuzz.forms import bent, forms_on
from tests.fuzz.fuzzing import Sent, _answer, fuzz
from tests.fuzz.peopled import a_client, an_app, close, peopled


@pytest.mark.slow
def test_nothing_odd_brings_it_down_or_gets_onto_a_page(
    sqlite_template: Path, tmp_path: Path
) -> None:
    people = peopled(tmp_path, sqlite_template, every=8)
    found = fuzz(people, tmp_path, inputs=200, seed="a short run")

    assert found.faults == []
    assert found.many == 200
    assert len(people.forms) > 80, "or they were not shown what they should be"
    assert set(found.answers) >= {"2xx", "3xx", "4xx"}


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\ufdd0", "\ufffe", "\U0001fffe"])
def test_a_sign_that_no_page_can_show_becomes_an_unknown_letter(
    sqlite_template: Path, tmp_path: Path, sign: str
) -> None:
    """The strict reader refuses a page that holds one."""
    app = an_app(Path(shutil.copy(sqlite_template, tmp_path / "empty.db")))
    page = a_client(app).submit("/account/sign-in", {"email": f"ada{sign}é", "password": "x"})
    close(app)

    assert page.status_code == 422
    assert 'value="ada\N{REPLACEMENT CHARACTER}é"' in page.get_data(as_text=True)


def test_a_page_that_lies_packed_is_sent_as_it_lies(sqlite_template: Path, tmp_path: Path) -> None:
    app = an_app(Path(shutil.copy(sqlite_template, tmp_path / "empty.db")))
    browser = Client(app)  # the strict reader reads plain pages only
    packed, plain = (
        browser.get("/s", base_url=BASE_URL, headers={"Accept-Encoding": how}, buffered=True)
        for how in ("gzip", "identity")
    )
    close(app)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_a_page_that_lets_markup_through_is_found() -> None:
    app = Flask("careless")
    app.add_url_rule("/", "markup", lambda: f"<p>Hello <{odd.CANARY}></p>")
    app.add_url_rule("/fell", "fell", lambda: ("sorry", 500))
    found = Sent()
    for path in ("/", "/fell", "/"):
        _answer(partial(app.test_client().get, path), "", path, found)
    assert [one.split("\n")[0] for one in found.faults] == [
        "what was typed became part of the page",
        "500",
        "what was typed became part of the page",
    ]


def test_a_form_is_sent_as_a_browser_would_and_bent_in_every_way() -> None:
    html = (
        '<form method="post" action="there"><input name="csrf_token" value="t">'
        '<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b">'
        '<select name="unit"><option value="mg"></select><textarea name="words">x</textarea></form>'
    )
    (form,) = forms_on(html, visitor="somebody", seen_at="/here/")
    assert form.action == "/here/there"
    assert form.fields == (("csrf_token", "t"), ("kind", "a"), ("unit", "mg"), ("words", "x"))
    chance = random.Random("bent")
    many = [bent(chance, form.fields) for _ in range(300)]
    assert sum(dict(one).get("csrf_token") == "t" for one in many) > 290
    assert {len(one) for one in many} >= {2, 3, 4, 5, 6}
