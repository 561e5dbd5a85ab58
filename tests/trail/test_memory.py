"""A chain may be longer than memory: what is held while it is read does not grow with it.

`bin/prove audit` does the same with a million events, and measures the process.
"""

from __future__ import annotations

import tracemalloc
from io import BytesIO

from careplan.acts.witnessing import Against, compare, export_heads
from careplan.acts.world import World
from careplan.audit.heads import Judged
from careplan.store.chains import Whole, verify_all
from tests.backup.conftest import InMemory
from tests.stores import NOW
from tests.trail.filling import fill, somebody_with

FEW, MANY = 500, 5_000


def must_be_well(one: Judged) -> None:
    assert not one.trouble


def peak(world: World, heads: bytes) -> int:
    """Bytes of Python's own at the most, for both ways to read the trail."""
    tracemalloc.start()
    try:
        with world.store.read() as tx:
            assert isinstance(verify_all(tx), Whole)
        compare(world, Against(BytesIO(heads)), tell=must_be_well)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_as_many_events_need_no_more_memory(world: World):
    ada = somebody_with(world.store, FEW)
    sink = InMemory()
    export_heads(world, sink, at=NOW)
    peak(world, sink.getvalue())  # what is made once is made
    few = peak(world, sink.getvalue())
    fill(world.store, ada, MANY - FEW)
    many = peak(world, sink.getvalue())
    assert many < 1.25 * few + 50_000
