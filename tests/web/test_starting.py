"""The commands by which whoever runs the service lets people in, where nobody in a team can."""

from __future__ import annotations

import re

import pytest
from click.testing import Result
from flask import Flask

from careplan.accounts.people import Role
from careplan.acts.signing_in import sign_in, who_is
from careplan.acts.world import World
from tests.conftest import Clock
from tests.visitors import PASSWORD, a_clinician, sure
from tests.web.reader import Reader

WORDS = "eleven grey otters dancing"
A_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-)+[0-9A-Z]{4}\b")
TEAM = (
    *("make-team", "--name", "St Anselm's red cell team", "--ods", "R9X01"),
    *("--organisation", "St Anselm's Hospital", "--admin-name", "Grace Oye"),
)
GRACE, AMIR = "grace@example.org", "amir@example.org"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def comes(app: Flask, said: Result, email: str, *, path: str = "/account/invited") -> None:
    assert said.exit_code == 0, said.output
    assert path in said.output
    code = sure(A_CODE.search(said.output)).group()
    client: Reader = app.test_client()  # type: ignore[assignment]
    answer = client.submit(path, {"email": email, "password": WORDS, "code": code})
    assert answer.status_code == 200


def test_a_team_begins_with_two_administrators_who_choose_their_passwords(
    app: Flask, world: World, clock: Clock
) -> None:
    comes(app, run(app, *TEAM, "--admin-email", GRACE), GRACE)
    comes(
        app,
        run(app, "invite-admin", "--team", TEAM[2], "--name", "Amir Shah", "--email", AMIR),
        AMIR,
    )
    for email in (GRACE, AMIR):
        assert sign_in(world, email=email, password=WORDS, at=clock.now)
        assert who_is(world, email=email).roles == {Role.TEAM_ADMIN}


def test_a_team_that_is_there_is_not_made_again_and_another_code_helps(app: Flask) -> None:
    """As after a run that was cut off when all was kept and nothing was printed yet."""
    assert run(app, *TEAM, "--admin-email", GRACE).exit_code == 0
    again = run(app, *TEAM, "--admin-email", GRACE)
    assert again.exit_code == 1
    assert "invite-admin --team “St Anselm's red cell team”" in again.output
    comes(
        app,
        run(app, "invite-admin", "--team", TEAM[2], "--name", "Grace Oye", "--email", GRACE),
        GRACE,
    )


def test_what_cannot_be_done_is_one_sentence(app: Flask) -> None:
    for words, says in (
        ((*TEAM, "--admin-email", "nobody"), "name@example.com"),
        (("invite-admin", "--team", "x", "--name", "A B", "--email", AMIR), "no team has"),
        (("check-registration", AMIR, "--by", "Esi"), "nobody of a team"),
        (("recover-admin", AMIR, "--by", "Esi"), "there is no account"),
        (("recover-admin", AMIR), "--by"),
    ):
        said = run(app, *words)
        assert said.exit_code != 0
        assert says in said.output


def test_the_one_administrator_comes_back_and_a_number_is_checked(app: Flask, world: World) -> None:
    a_clinician(world, email=GRACE, role=Role.TEAM_ADMIN)
    comes(app, run(app, "recover-admin", GRACE, "--by", "Esi Boateng"), GRACE, path="/account/lost")
    assert not sure(who_is(world, email=GRACE).registration).verified
    said = run(app, "check-registration", GRACE, "--by", "Esi Boateng")
    assert "They can sign now." in said.output
    assert sure(who_is(world, email=GRACE).registration).verified
    again = run(app, "check-registration", GRACE, "--by", "Esi Boateng")
    assert "no registration of theirs that waits" in again.output
    assert PASSWORD not in said.output
