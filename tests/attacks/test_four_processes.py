"""Guessing at a server of four processes: no process counts for itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from careplan.sharing.links import LIFETIME, Kind, Opening
from careplan.store.tables import counter
from tests.acts.worlds import Clinic
from tests.attacks.guessers import guess_to_the_end
from tests.attacks.server import Answer, Running, running
from tests.web.reader import Page

PASSCODE, BORN = "blue heron 7", "14/03/1997"


@pytest.fixture
def server(clinic: Clinic, store_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(store_url, tmp_path, workers=4) as found:
        yield found


@pytest.mark.asvs("2.4.1")
def test_the_count_is_exact_and_the_right_answer_opens(clinic: Clinic, server: Running) -> None:
    """To the end of a link's life, the right answer racing in every round; and at the code door
    every knock is counted, whichever process it came to."""
    ends = {"opening": Opening.PASSCODE, "passcode": PASSCODE}
    link = clinic.share(Kind.PRIVATE_PRINT, **ends)
    met = guess_to_the_end(clinic, server, link, right=PASSCODE, at_once=8)
    assert met.wrong == LIFETIME[Opening.PASSCODE]
    assert met.opened >= met.rounds - 1
    assert met.waited >= met.rounds

    knocks, before = 12, _all_counted(clinic)
    with ThreadPoolExecutor(knocks) as threads:
        said = list(threads.map(lambda code: _type(server, code), _codes(knocks)))
    assert [one.status for one in said] == [404] * knocks
    assert _all_counted(clinic) == before + knocks


def _all_counted(clinic: Clinic) -> int:
    with clinic.world.store.read() as tx:
        return sum(tx.run(select(counter.c.count)).scalars())


def _codes(number: int) -> list[str]:
    return [f"ABCDE-FGH{at:02}-M" for at in range(number)]


def _type(server: Running, code: str) -> Answer:
    form = server.ask("GET", "/code")
    token = Page(form.body.decode()).value_of("csrf_token")
    typed = urlencode({"csrf_token": token, "code": code, "birth_date": BORN, "passcode": ""})
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    kind = "application/x-www-form-urlencoded"
    return server.ask("POST", "/code", typed.encode(), Content_Type=kind, Cookie=cookie)
