"""The second door through its page: a stranger learns nothing from its bytes or its time."""

from __future__ import annotations

import re
import time
from statistics import median
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from careplan.accounts.passwords import check_password
from careplan.acts import opening
from careplan.acts.sharing import Shared, revoke_link
from careplan.sharing.links import Kind, Opening
from careplan.store.tables import counter
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.web.reader import Reader

UNKNOWN = "00000-00000-0"
PASSCODE = "blue heron 7"
SAMPLES, AT_MOST = 15, 3


@pytest.fixture
def tries(clinic: Clinic) -> dict[str, dict[str, str]]:
    """What somebody who guesses may come with, by what is the matter with it."""
    live, gone = (clinic.share(Kind.PRIVATE_PRINT) for _ in range(2))
    locked, ended = (
        clinic.share(Kind.PRIVATE_PRINT, opening=Opening.PASSCODE, passcode=PASSCODE)
        for _ in range(2)
    )
    for link in (gone, ended):
        revoke_link(
            clinic.world,
            by=clinic.ada,
            patient_id=clinic.patient_id,
            link_id=UUID(link.link.id),
            at=NOW,
        )

    def typed(link: Shared | None, born: str, passcode: str = "") -> dict[str, str]:
        code = link.short_code if link else UNKNOWN
        return {"code": code, "birth_date": born, "passcode": passcode}

    return {
        "unknown": typed(None, "1/1/1901"),
        "unknown, with a passcode": typed(None, "14/3/1997", PASSCODE),
        "no code": {"code": "what?", "birth_date": "1/1/1901", "passcode": ""},
        "wrong birth date": typed(live, "1/1/1901"),
        "no birth date": typed(live, ""),
        "dead": typed(gone, "14/3/1997"),
        "wrong passcode": typed(locked, "14/3/1997", "not this one"),
        "no passcode": typed(locked, "14/3/1997"),
        "right passcode, wrong birth date": typed(locked, "1/1/1901", PASSCODE),
        "dead, right passcode": typed(ended, "14/3/1997", PASSCODE),
    }


def knock(client: Reader, typed: dict[str, str]) -> TestResponse:
    return client.submit("/code", typed)


def without_token(response: TestResponse) -> bytes:
    page = response.get_data()
    bare, found = re.subn(rb'(name="csrf_token"[^>]*value=")[^"]*', rb"\1", page)
    assert found >= 1
    return bare


def same_for_all(response: TestResponse, typed: dict[str, str]) -> tuple[object, ...]:
    """The answer without the code that was typed, which stays in its box, and its length."""
    own = {"Set-Cookie", "Content-Length", "X-Request-ID"}
    told = {name: value for name, value in response.headers if name not in own}
    code = f' value="{typed["code"]}"'.encode() if typed["code"] else b""
    body = without_token(response)
    assert code in body
    return response.status_code, told, body.replace(code, b"", 1)


@pytest.mark.asvs("6.3.8")
def test_every_refusal_is_the_same_bytes(client: Reader, tries) -> None:
    said = {why: same_for_all(knock(client, typed), typed) for why, typed in tries.items()}
    first = said["unknown"]
    assert first[0] == 404
    assert [why for why, answer in said.items() if answer != first] == []


@pytest.mark.asvs("6.3.8")
def test_every_try_costs_one_hash_and_one_count(
    client: Reader, clinic: Clinic, tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is counted beside the clock, which a busy machine moves: a hash outweighs all else."""
    hashed: list[bool] = []

    def noted(kept, typed, *, strength):
        hashed.append(True)
        return check_password(kept, typed, strength=strength)

    monkeypatch.setattr(opening, "check_password", noted)
    before = knocks_at(clinic)
    for number, typed in enumerate(tries.values(), start=1):
        assert knock(client, typed).status_code == 404
        assert (len(hashed), knocks_at(clinic) - before) == (number, number)


def knocks_at(clinic: Clinic) -> int:
    with clinic.world.store.read() as tx:
        return sum(tx.run(select(counter.c.count)).scalars())


def test_every_refusal_takes_about_as_long(client: Reader, tries) -> None:
    """Taken in turn, so that a slow moment of the machine falls on all of them."""
    form = client.page(client.get("/code")).value_of("csrf_token")
    took: dict[str, list[float]] = {why: [] for why in tries}
    for number in range(SAMPLES + 2):
        for why, typed in tries.items():
            begun = time.perf_counter()
            assert client.post("/code", data={"csrf_token": form, **typed}).status_code == 404
            if number >= 2:
                took[why].append(time.perf_counter() - begun)
    medians = {why: median(times) for why, times in took.items()}
    assert max(medians.values()) <= AT_MOST * min(medians.values()), medians


def test_the_right_answer_opens_the_page(client: Reader, clinic: Clinic) -> None:
    link = clinic.share()
    typed = {"code": link.short_code, "birth_date": "14 March 1997", "passcode": ""}
    response = knock(client, typed)
    assert response.status_code == 200
    assert "morphine" in client.page(response).text
    assert clinic.ada.name in client.page(response).text
