"""Two people, for what nobody may do alone: let somebody in, and check their registration.

Whoever lets somebody in could let in a second account of their own, and check with that. So not
only the two who act are compared, but by whom each of them came in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def may_check(checker: str, member: str, let_in: Mapping[str, frozenset[str]]) -> bool:
    """Whether this administrator has nothing to do with how the member came in."""
    return checker not in of_one_hand(member, let_in)


def of_one_hand(account: str, let_in: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Everybody whom one and the same person may have made: whoever let them in, whom they let in,
    and so on in both directions."""
    found, waiting = {account}, [account]
    while waiting:
        for near in _neighbours(waiting.pop(), let_in):
            if near not in found:
                found.add(near)
                waiting.append(near)
    return frozenset(found)


def _neighbours(account: str, let_in: Mapping[str, frozenset[str]]) -> Iterable[str]:
    yield from let_in.get(account, frozenset())
    yield from (one for one, by in let_in.items() if account in by)
