"""No one person lets somebody in and checks them: not with any number of accounts of their own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.two_people import may_check, of_one_hand

NAMES = "abcdefgh"
LET_IN = st.dictionaries(
    st.sampled_from(NAMES), st.frozensets(st.sampled_from(NAMES), max_size=2), max_size=8
)


def test_two_administrators_of_the_server_check_for_each_other() -> None:
    let_in = {"cleo": frozenset({"grace"}), "grace": frozenset(), "amir": frozenset()}
    assert may_check("amir", "cleo", let_in)
    assert not may_check("grace", "cleo", let_in)
    assert may_check("amir", "grace", let_in), "nobody of the team let her in"


def test_a_second_account_of_ones_own_checks_nothing() -> None:
    let_in = {"puppet": frozenset({"grace"}), "cleo": frozenset({"grace"})}
    assert not may_check("puppet", "cleo", let_in)
    assert not may_check("grace", "puppet", let_in)
    through_another = {"puppet": frozenset({"grace"}), "cleo": frozenset({"puppet"})}
    assert not may_check("grace", "cleo", through_another)


@given(LET_IN, st.sampled_from(NAMES))
def test_nobody_whom_one_person_could_have_made_checks_another_of_them(
    let_in: dict[str, frozenset[str]], one: str
) -> None:
    """However they let each other in: a hand is the same seen from each of its own, and whoever
    lets somebody in stays of their hand."""
    hand = of_one_hand(one, let_in)
    assert all(of_one_hand(other, let_in) == hand for other in hand)
    assert not any(may_check(other, one, let_in) for other in hand)
    grown = let_in | {"new": frozenset({one})}
    assert not may_check(one, "new", grown)
    assert not any(may_check(other, "new", grown) for other in hand)
