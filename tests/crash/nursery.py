"""A process without threads that forks one worker after another, for somebody else to kill.

Asked for on its input, a line of JSON each; what the workers did comes out, a line of JSON each.
Run as `python -m tests.crash.nursery ADDRESS` with the address of the database.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import count
from typing import Any

from careplan.acts.world import World
from careplan.render.press import warm
from careplan.store.db import Store
from tests.conftest import BASE_URL, CHEAP
from tests.crash.deeds import DEEDS, Place, clinic_in, moment
from tests.stores import a_keyring, seeded


def main(url: str) -> None:
    warm()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            work(url, asked)
        tell(pid=child)
        os.waitpid(child, 0)
        tell(over=child)


def work(url: str, asked: dict[str, Any]) -> None:
    """Until it is killed. Each deed is told of when it begins, and again once it is kept."""
    first = int(asked["first"])
    name = f"crash {first}"  # no two workers draw the same ids
    store = Store(url, a_keyring(), entropy=seeded(f"{name} store"))
    clinic = clinic_in(World(store, seeded(name), BASE_URL, strength=CHEAP))
    place, (deed, _most) = Place.read(asked["place"]), DEEDS[asked["deed"]]
    tell(ready=True)
    for number in count(first):
        tell(begun=number)
        tell(done=number, facts=deed(clinic, place, number, moment(number)))


def tell(**said: Any) -> None:
    """In one write, so that half a line is a line nobody acknowledged."""
    os.write(1, json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
