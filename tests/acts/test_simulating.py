"""Invented people and visits go in by the acts, and the measures find what was put in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from careplan.acts.measuring import VISITS, published, work_out
from careplan.acts.simulating import Played, ThereAlready, simulate
from careplan.acts.world import World, london_day
from careplan.measures.figures import view
from careplan.measures.measures import Measure
from careplan.store.chains import verify_all
from careplan.store.db import Store
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, TODAY, a_keyring, seeded

PEOPLE, EACH, SEED = 34, 3, 7


@pytest.fixture(scope="module")
def played(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Played]]:
    """Few of them signed, because a signature lays out paper and a visit does not."""
    path = tmp_path_factory.mktemp("simulated") / "simulated.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(f"sqlite:///{path}", a_keyring(), entropy=seeded("simulated"))
    world = World(store, seeded("simulated world"), BASE_URL, strength=CHEAP)
    yield world, _play(world)
    store.close()


def _play(world: World) -> Played:
    return simulate(
        world,
        people_count=PEOPLE,
        visits_each=EACH,
        seed=SEED,
        today=TODAY,
        done=lambda _: [],
        signed=0.1,
    )


def test_the_measures_find_what_was_put_in(played: tuple[World, Played]) -> None:
    world, put_in = played
    work_out(world, at=NOW)
    sheet = published(world, about=VISITS).sheet
    assert sheet is not None
    before = TODAY.replace(day=1)
    counted = [one.visit for one in put_in.visits if london_day(one.at) < before]
    for measure, question, chance in (
        (Measure.WITHIN_30, "relief", "within_30"),
        (Measure.BELIEVED, "believed", "believed"),
        (Measure.CHECKED, "checked", "checked"),
    ):
        told = [one for one in counted if question in one.told]
        total = view(sheet, measure, ()).total
        assert total is not None
        assert (total.n, total.missing) == (len(told), len(counted) - len(told))
        truth = 100 * sum(one.chances[chance] for one in told) / len(told)
        assert total.low is not None
        assert total.high is not None
        assert total.low <= truth <= total.high, measure


def test_departments_opened_and_replied(played: tuple[World, Played]) -> None:
    _, put_in = played
    assert put_in.people == PEOPLE
    assert 0 < put_in.signed < PEOPLE
    assert 0 < put_in.replies <= put_in.openings


def test_every_chain_holds(played: tuple[World, Played]) -> None:
    world, _ = played
    with world.store.read() as tx:
        verify_all(tx)


def test_the_same_seed_goes_in_once(played: tuple[World, Played]) -> None:
    with pytest.raises(ThereAlready):
        _play(played[0])
