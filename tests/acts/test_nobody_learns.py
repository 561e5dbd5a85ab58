"""Doors that must not tell who has an account do the same work for both: the same hashes of a
password, the same statements. How long that takes is measured by `bin/prove enumeration`."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from careplan.acts.accounts import EmailInUse, NewPerson, make_helper_account, make_own_account
from careplan.acts.inviting_staff import InvitationNotGood, take_up_invitation
from careplan.acts.linking import CodeNotGood
from careplan.acts.recovering import come_back
from careplan.acts.signing_in import WrongSignIn, sign_in
from careplan.acts.world import World
from careplan.store.db import Transaction
from prove import enumeration
from tests.stores import NOW, TODAY
from tests.visitors import ADA, a_clinician, a_person

WORDS = "eleven grey otters dancing"
REFUSED = (WrongSignIn, EmailInUse, InvitationNotGood, CodeNotGood)


def _new_account(world: World, email: str) -> None:
    asked = NewPerson(email, WORDS, "Zed Young", ADA.date_of_birth)
    make_own_account(world, asked, at=NOW, today=TODAY)


DOORS: dict[str, Callable[[World, str], Any]] = {
    "sign in": lambda world, email: sign_in(world, email=email, password=WORDS, at=NOW),
    "new account": _new_account,
    "new helper": lambda world, email: make_helper_account(
        world, name="Zed Young", email=email, password=WORDS, at=NOW
    ),
    "recovery": lambda world, email: come_back(
        world, email=email, typed="4K7M-2QXN", password=WORDS, at=NOW
    ),
    "invitation": lambda world, email: take_up_invitation(
        world, email=email, typed="4K7M-2QXN-8PRT-6WVZ", password=WORDS, at=NOW
    ),
}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is asked of the database and of the password hash, and unsealed, from now on."""
    done: Counter[str] = Counter()

    def counted(owner: type, name: str, what: str) -> None:
        real = getattr(owner, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            done[what] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, noted)

    counted(PasswordHasher, "hash", "hashes")
    counted(PasswordHasher, "verify", "hashes")
    counted(Transaction, "run", "statements")
    counted(Transaction, "run_ready", "statements")
    counted(Transaction, "unseal", "unsealed")
    counted(Transaction, "unseal_facts", "unsealed")
    return done


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("door", DOORS)
def test_the_same_work_is_done_for_an_address_with_an_account_and_without(
    world: World, work: Counter[str], door: str
) -> None:
    """A person's, a clinician's, nobody's."""
    a_person(world)
    staff = a_clinician(world)
    with pytest.raises(WrongSignIn):  # the day's chain of the service has begun
        sign_in(world, email="first@example.org", password=WORDS, at=NOW)
    said = []
    for email in ("nobody@example.org", ADA.email, staff.email):
        work.clear()
        with contextlib.suppress(*REFUSED):
            DOORS[door](world, email)
        said.append(dict(work))
    assert said[0] == said[1] == said[2]
    assert said[0]["statements"] > 0
    assert said[0].get("hashes", 0) == (0 if door in ("recovery", "invitation") else 1)


def test_the_clock_was_asked_since_this_last_changed() -> None:
    """Or run bin/prove enumeration, and keep what it finds with the change."""
    kept = json.loads(enumeration.evidence().read_text("utf-8"))
    assert kept["covers"] == enumeration.covers(), "run bin/prove enumeration"
    assert len(kept["found"]) == 2 * len(enumeration.DOORS)
    for name, found in kept["found"].items():
        assert found["tries"] >= enumeration.LEAST, name
        assert found["chance"] >= enumeration.BELOW_THIS_IT_TELLS, name
