"""A leaked password is found in the public list's own form, without reading it in."""

from __future__ import annotations

import random
from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.leaked import LeakedFile, NotTheList, is_common
from careplan.accounts.passwords import Problem, problem_with

LEAKED = [f"otters walking {number}" for number in range(4_000)]


def _hash(password: str) -> str:
    return sha1(password.encode()).hexdigest().upper()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> LeakedFile:
    path = tmp_path_factory.mktemp("leaked") / "ordered-by-hash.txt"
    counts = random.Random(7)
    lines = sorted(f"{_hash(one)}:{10 ** counts.randrange(9)}" for one in LEAKED)
    path.write_bytes("\r\n".join(lines).encode() + b"\r\n")
    return LeakedFile(path)


def test_every_password_of_the_list_is_found(listed: LeakedFile) -> None:
    assert [one for one in LEAKED if not listed(one)] == []


@given(st.text(max_size=30))
def test_no_other_is(listed: LeakedFile, text: str) -> None:
    assert listed(text) is (text in LEAKED)


@pytest.mark.asvs("6.2.4")
def test_it_is_refused_with_the_sentence_for_common_ones(listed: LeakedFile) -> None:
    assert problem_with("otters walking 77") is None
    assert problem_with("otters walking 77", leaked=listed) is Problem.TOO_COMMON
    wide = "otters walking 7\uff17"  # as another keyboard writes it
    assert problem_with(wide, leaked=listed) is Problem.TOO_COMMON


@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_short_list_is_read_too(tmp_path: Path, lines: int, ending: str) -> None:
    path = tmp_path / "short.txt"
    some = sorted(LEAKED[:lines], key=_hash)
    path.write_text(f"{ending or chr(10)}".join(map(_hash, some)) + ending, newline="")
    assert all(LeakedFile(path)(one) for one in some)
    assert not LeakedFile(path)("otters asleep")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2\npassword\n",
        f"{_hash('b')}:{'9' * 30}\n",
        "\n".join(sorted(map(_hash, "abc"), reverse=True)),
    ],
)
def test_another_file_is_not_taken_for_the_list(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text)
    with pytest.raises(NotTheList):
        LeakedFile(path)


@pytest.mark.parametrize("text", ["sonyericsson", "1234Liverpool!!", "leavemealone1"])
def test_the_commonest_are_always_known(text: str) -> None:
    assert is_common(text)
    assert problem_with(text) is Problem.TOO_COMMON


def test_honest_words_are_not() -> None:
    assert not is_common("four quiet herons walking")
