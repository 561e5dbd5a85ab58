"""Passwords are hashed well, and turned away when somebody could guess them."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts import passwords
from careplan.accounts.passwords import (
    STRONG,
    Problem,
    Strength,
    UnreadableHash,
    check_password,
    hash_password,
    needs_rehash,
    problem_with,
)

CHEAP = Strength(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "quiet otters mend kettles"


def hashed(text: str, strength: Strength = CHEAP) -> str:
    return hash_password(text, entropy=secrets.token_bytes, strength=strength)


def test_the_right_password_and_no_other() -> None:
    stored = hashed(GOOD)
    assert check_password(stored, GOOD, strength=CHEAP)
    assert not check_password(stored, GOOD + " ", strength=CHEAP)
    assert not check_password(stored, "", strength=CHEAP)


def test_two_hashes_of_one_password_differ() -> None:
    assert hashed(GOOD) != hashed(GOOD)
    assert GOOD not in hashed(GOOD)


def test_the_salt_comes_from_the_entropy_given() -> None:
    assert hash_password(GOOD, entropy=bytes, strength=CHEAP) == hash_password(
        GOOD, entropy=bytes, strength=CHEAP
    )


def test_production_uses_argon2id_at_least_as_costly_as_owasp_asks() -> None:
    stored = hashed(GOOD, STRONG)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password(stored, GOOD)
    assert not needs_rehash(stored)


def test_a_cheaper_hash_still_opens_and_asks_to_be_renewed() -> None:
    stored = hashed(GOOD)
    assert check_password(stored, GOOD, strength=STRONG)
    assert needs_rehash(stored)
    assert not needs_rehash(stored, strength=CHEAP)


def test_what_looks_alike_is_alike() -> None:
    stored = hashed("caf\u00e9 ﬁve kettles")
    assert check_password(stored, "cafe\u0301 five kettles", strength=CHEAP)


def test_an_unknown_person_has_no_right_password() -> None:
    assert not check_password(None, GOOD, strength=CHEAP)
    assert not check_password(None, "", strength=CHEAP)


@pytest.mark.asvs("6.3.8")
def test_an_unknown_person_takes_the_same_time() -> None:
    slow = Strength(time_cost=2, memory_cost=4096, parallelism=1)
    stored = hashed(GOOD, slow)

    def quickest(known: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            check_password(known, "wrong", strength=slow)
            times.append(time.perf_counter() - start)
        return min(times)

    # Without the dummy hash this would be a thousandth, not a third.
    assert quickest(stored) / 3 < quickest(None) < quickest(stored) * 3


def test_a_broken_hash_is_told_from_a_wrong_password() -> None:
    for stored in ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken"]:
        with pytest.raises(UnreadableHash):
            check_password(stored, GOOD, strength=CHEAP)


@given(st.text(max_size=200))
def test_any_text_can_be_a_password(text: str) -> None:
    assert check_password(hashed(text), text, strength=CHEAP)
    problem_with(text, name=text, email=text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kettle otter", None),
        ("kettleotter", Problem.TOO_SHORT),
        ("", Problem.TOO_SHORT),
        ("kettle otter mend quiet " * 5 + "12345678", None),
        ("kettle otter mend quiet " * 5 + "123456789", Problem.TOO_LONG),
        ("aaaaaaaaaaaaaa", Problem.REPEATED),
        ("abcdabcdabcd", Problem.REPEATED),
        ("otterotterotter", Problem.REPEATED),
        ("aabbaabbccaabb", Problem.REPEATED),
        ("qwertyuiop12", Problem.KEYBOARD_RUN),
        ("QWERTYUIOP!!", Problem.KEYBOARD_RUN),
        ("poiuytrewq99", Problem.KEYBOARD_RUN),
        ("1q2w3e4r5t6y", Problem.KEYBOARD_RUN),
        ("1qaz2wsx3edc", Problem.KEYBOARD_RUN),
        ("abcdefghijkl", Problem.KEYBOARD_RUN),
        ("abcd1234asdf", Problem.KEYBOARD_RUN),
        ("123456789012", Problem.KEYBOARD_RUN),
        ("07700 900 461", Problem.NUMBERS_ONLY),
        ("14/03/1997 14:07", Problem.NUMBERS_ONLY),
        ("password1234", Problem.TOO_COMMON),
        ("p4ssw0rd!!!!", Problem.TOO_COMMON),
        ("P@55w0rd2026", Problem.TOO_COMMON),
        ("MyPassword99!", Problem.TOO_COMMON),
        ("iloveyou2026", Problem.TOO_COMMON),
        ("LiverpoolArsenal", Problem.TOO_COMMON),
        ("SickleCellWarrior1", Problem.TOO_COMMON),
        ("Christmas2026!!", Problem.TOO_COMMON),
        ("sunshine-dragon", Problem.TOO_COMMON),
        (GOOD, None),
        ("correct horse battery staple", None),
        ("Xk9#mq!2LmZ7vw", None),
        ("Xk9#password!q2LmZ7", None),
        ("ẹkú àárọ̀ sí gbogbo yín", None),
        ("صباح الخير يا أصدقاء", None),
    ],
)
@pytest.mark.asvs("6.2.1", "6.2.4")
def test_which_passwords_are_turned_away(text: str, problem: Problem | None) -> None:
    assert problem_with(text) is problem


@pytest.mark.parametrize(
    "text",
    [
        "kettleADEBAYOotter",
        "zoe-adebayo-otter",
        "otters of a.bright99",
        "abright99kettles",
        "zoébright kettle",
    ],
)
def test_names_and_addresses_are_turned_away(text: str) -> None:
    problem = problem_with(text, name="Zoë Adebayo", email="a.Bright99@example.org")
    assert problem is Problem.HOLDS_NAME


def test_short_names_do_not_spoil_honest_words() -> None:
    assert problem_with("quality otters", name="Ali Ott", email="al@example.org") is None


def test_twelve_is_counted_after_folding() -> None:
    assert problem_with("\ufb01x the otters") is None  # the ligature counts as two
    assert problem_with("kettle otte\u0301r") is None
    assert problem_with("kettle otte\u0301") is Problem.TOO_SHORT  # one letter, two code points


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_says_what_to_do(problem: Problem) -> None:
    assert problem.sentence.endswith(".")


@given(st.binary(min_size=12, max_size=24))
def test_random_passwords_are_let_through(raw: bytes) -> None:
    """Made like a password manager's, of characters that spell no word and run nowhere."""
    text = "".join("bdfhkmqtvxz2468#?"[byte % 17] for byte in raw)
    assert problem_with(text) in {None, Problem.REPEATED, Problem.NUMBERS_ONLY}


def test_the_list_is_long_plain_and_without_twins() -> None:
    listed = Path(passwords.__file__).with_name("too_common.txt").read_text("utf-8").splitlines()
    words = [line for line in listed if line and not line.startswith("#")]
    assert len(words) >= 200
    assert len(words) == len(set(words))
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
