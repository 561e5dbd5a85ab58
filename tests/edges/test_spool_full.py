"""The disk of the notes of an outage, full: no plan is shown that cannot be written down, in words
that point to the paper, and what was noted before is told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from careplan.acts import late
from careplan.acts.opening import Opened, Reader
from careplan.store.errors import CannotWriteDown
from careplan.store.spool import Spool
from tests.acts.worlds import token_of
from tests.edges.disks import Disk, small_disk
from tests.nodes.conftest import Cut, clinic, cut, people, people_once, signed_once
from tests.stores import NOW, TODAY, a_keyring, seeded
from tests.visitors import sure

__all__ = ["clinic", "cut", "people", "people_once", "signed_once"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "small", megabytes=1) as made:
        yield made


@pytest.fixture
def full(cut: Cut, disk: Disk) -> Cut:
    """The same node with its notes on that disk; filled but for a few lines."""
    spool = Spool(disk.place / "spool", a_keyring(), entropy=seeded("spool"))
    fallback = replace(sure(cut.world.fallback), spool=spool)
    return replace(cut, world=replace(cut.world, fallback=fallback), spool=spool)


def looks(cut: Cut, card: str, name: str) -> bool:
    reader = Reader(None, name, NOW, TODAY)
    try:
        found = late.open_link(cut.world, reader, token=card, again=None, zipped=False)
    except CannotWriteDown:
        return False
    return isinstance(found, Opened)


def test_what_cannot_be_noted_is_not_shown_and_what_was_is_told(full: Cut, disk: Disk) -> None:
    card = token_of(full.clinic.share())
    assert looks(full, card, "Ward 0")
    disk.fill()
    names = [f"Ward {number}" for number in range(1, 200)]
    opened = list(takewhile(lambda name: looks(full, card, name), names))
    assert len(opened) < len(names), "the disk is full"
    assert "room" in sure(full.spool.trouble())
    disk.free()
    assert full.spool.trouble() is None
    assert looks(full, card, "Ward 200")
    told = full.tell()
    assert told.unreadable == 0
    noted = [one.actor.name for one in full.clinic.events() if one.kind == "link_opened"]
    assert sorted(noted) == sorted(["Ward 0", *opened, "Ward 200"])
    assert full.clinic.chains_hold()
