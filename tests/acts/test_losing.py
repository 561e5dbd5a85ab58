"""A lost card: what was lost is dead everywhere at once, and new ones are there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from careplan.acts.losing import Lost, could_be_lost, lose
from careplan.acts.sharing import NothingToShare, Shared, links, printed_link
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.audit.events import sentence
from careplan.sharing.links import Kind, Opening, State
from tests.acts.worlds import Clinic, decrypted
from tests.stores import NOW

LATER = NOW + timedelta(hours=1)
ONE_OF_EACH = (Kind.FULL_PRINT, Kind.PRIVATE_PRINT, Kind.MESSAGE, Kind.APP)


def one_of_each(clinic: Clinic) -> dict[Kind, Shared]:
    ends = {Kind.APP: {"expires_at": NOW + timedelta(days=7)}}
    return {
        kind: clinic.share(kind, label=f"a {kind}", **ends.get(kind, {})) for kind in ONE_OF_EACH
    }


def lost(clinic: Clinic, what: Lost, *, by=None, shown=None, at=LATER) -> tuple[Shared, ...]:
    mine = {"patient_id": clinic.patient_id, "at": at, "by": by or clinic.ada}
    if shown is None:
        shown = {one.link.id for one in could_be_lost(clinic.world, **mine)[what]}
    return lose(clinic.world, **mine, lost=what, shown=frozenset(shown))


def states(clinic: Clinic) -> dict[str, State]:
    found = links(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    return {one.link.id: one.state for one in found}


@pytest.mark.parametrize(
    ("what", "stopped"),
    [
        (Lost.FULL, {Kind.FULL_PRINT}),
        (Lost.PRIVATE, {Kind.PRIVATE_PRINT}),
        (Lost.EVERYTHING, set(ONE_OF_EACH)),
    ],
)
@pytest.mark.asvs("8.3.2")
def test_what_was_lost_is_dead_and_made_anew_and_nothing_else(
    clinic: Clinic, what: Lost, stopped: set[Kind]
) -> None:
    before = one_of_each(clinic)
    made = lost(clinic, what)

    assert {one.link.kind for one in made} == stopped
    now = states(clinic)
    for kind, old in before.items():
        dead = kind in stopped
        assert now[old.link.id] is (State.REPLACED if dead else State.LIVE)
        assert (decrypted(clinic.world, old) == []) is dead
    for new in made:
        old = before[new.link.kind]
        assert new.state is State.LIVE
        assert new.address != old.address
        assert new.code != old.code or new.link.kind is Kind.APP
        assert (new.link.opening, new.link.label) == (old.link.opening, old.link.label)
        assert set(decrypted(clinic.world, new)) == {clinic.current.emergency}
    assert clinic.deeds()[0] is Deed.CARD_LOST
    assert clinic.deeds().count(Deed.LINK_REPLACED) == len(stopped)
    assert clinic.chains_hold()


def test_every_code_of_a_kind_of_print_gives_way_to_one(clinic: Clinic) -> None:
    old = [clinic.share(), clinic.share()]
    (new,) = lost(clinic, Lost.FULL)
    assert all(states(clinic)[one.link.id] is State.REPLACED for one in old)
    assert (
        printed_link(
            clinic.world,
            by=clinic.ada,
            patient_id=clinic.patient_id,
            kind=Kind.FULL_PRINT,
            at=LATER,
        ).code
        == new.code
    )


def test_pressing_twice_never_ends_the_new_card(clinic: Clinic) -> None:
    old = clinic.share()
    shown = {old.link.id}
    (new,) = lost(clinic, Lost.FULL, shown=shown)
    before = clinic.everything()
    assert lost(clinic, Lost.FULL, shown=shown) == ()
    assert lost(clinic, Lost.EVERYTHING, shown=shown) == ()
    assert clinic.everything() == before
    assert states(clinic)[new.link.id] is State.LIVE


def test_many_presses_at_once_make_one_new_card(clinic: Clinic) -> None:
    shown = {clinic.share().link.id}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: lost(clinic, Lost.FULL, shown=shown), range(8)))
    assert sorted(map(len, made)) == [0] * 7 + [1]
    found = links(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    assert sorted(one.state for one in found) == [State.LIVE, State.REPLACED]
    assert clinic.deeds().count(Deed.CARD_LOST) == 1
    assert clinic.chains_hold()


def test_somebody_without_such_a_card_gets_one(clinic: Clinic) -> None:
    message = clinic.share(Kind.MESSAGE)
    (new,) = lost(clinic, Lost.PRIVATE)
    assert (new.link.kind, new.link.opening) == (Kind.PRIVATE_PRINT, Opening.DATE_OF_BIRTH)
    assert states(clinic)[message.link.id] is State.LIVE
    assert Deed.CARD_LOST not in clinic.deeds()


def test_a_link_sent_with_a_passcode_asks_for_the_same_one(clinic: Clinic) -> None:
    old = clinic.share(
        Kind.MESSAGE, opening=Opening.PASSCODE, passcode="blue heron 7", max_views=3, label="aunt"
    )
    (new,) = lost(clinic, Lost.EVERYTHING)
    assert (new.link.opening, new.link.max_views, new.link.label) == (Opening.PASSCODE, 3, "aunt")
    assert states(clinic)[old.link.id] is State.REPLACED


def test_the_team_may_do_it_for_somebody_who_rings_and_they_see_it(clinic: Clinic) -> None:
    old = clinic.share(label="under my pillow")
    (new,) = lost(clinic, Lost.FULL, by=clinic.nurse)
    assert states(clinic)[old.link.id] is State.REPLACED
    event = clinic.events()[0]
    assert event.kind is Deed.CARD_LOST
    assert sentence(event).endswith(
        "stopped what was lost: the full card or page. New ones took their place."
    )
    assert new.link.label == "under my pillow"


def test_nobody_else_may(clinic: Clinic) -> None:
    clinic.share()
    before = clinic.everything()
    with pytest.raises(NotThere):
        lost(clinic, Lost.FULL, by=clinic.elsewhere, shown=set())
    assert clinic.everything() == before


def test_before_anything_was_published_there_is_nothing_to_make(people: Clinic) -> None:
    before = people.everything()
    with pytest.raises(NothingToShare):
        lost(people, Lost.FULL, shown={str(uuid4())})
    assert lost(people, Lost.EVERYTHING, shown=set()) == ()
    assert people.everything() == before


def test_one_thing_goes_wrong_and_nothing_is_lost(clinic: Clinic, monkeypatch) -> None:
    """The old card still opens when a new one could not be made."""
    clinic.share(), clinic.share(Kind.PRIVATE_PRINT)
    before = clinic.everything()
    drawn = iter(range(9))

    def fails_later(wanted: int) -> bytes:
        if next(drawn) == 8:
            raise OSError("no more randomness")
        return UUID(int=next(_UNIQUE)).bytes[-wanted:].rjust(wanted, b"x")

    object.__setattr__(clinic.world, "entropy", fails_later)
    with pytest.raises(OSError, match="no more randomness"):
        lost(clinic, Lost.EVERYTHING)
    assert clinic.everything() == before


_UNIQUE = iter(range(10**9, 10**10))
