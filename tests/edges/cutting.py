"""Does what sets a service up again and again, each time killed one statement later.

Run as `python -m tests.edges.cutting DEED ADDRESS STEP [FILE] [-- DEED …]`, a process without
threads that forks one child for each try. At last nobody kills it. A line of JSON for each deed
says what was found.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 (once here, not in every child)
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from careplan.accounts.people import Role
from careplan.acts.inviting_staff import Asked, begin_team
from careplan.acts.restoring import restore
from careplan.acts.world import World
from careplan.keys.envelope import DataKey
from careplan.store.chains import Whole, verify_all
from careplan.store.db import Store
from careplan.store.migrate import head_matches, migrate
from careplan.store.partitioning import by_person, partitions_of
from careplan.store.teams import Team
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, PARTITIONS, a_keyring, seeded

KEY = DataKey(bytes(range(100, 132)))
Counts = dict[str, int]


class Half(AssertionError):
    """Something was left half done."""


def main(deed: str, url: str, step: str, *more: str) -> int:
    done, looks = DEEDS[deed]
    before, killed, at = looks(url), 0, 1
    while cut(lambda: done(url, *more), at=at):
        killed, at = killed + 1, at + int(step)
        found = looks(url)
        if found != before:
            raise Half(f"{deed}, killed at statement {at - int(step)}: {found} and not {before}")
    after = looks(url)
    if after == before:
        raise Half(f"{deed}: it was not done at last")
    if cut(lambda: done(url, *more), at=sys.maxsize, quiet=True) or looks(url) != after:
        raise Half(f"{deed}: doing it once more changed what was there")
    sys.stdout.write(json.dumps({"killed": killed, "before": before, "after": after}) + "\n")
    return 0


def cut(done: Callable[[], Any], *, at: int, quiet: bool = False) -> bool:
    """Whether it was killed: before its statement of that number, or a COMMIT, which counts."""
    child = os.fork()
    if child == 0:
        try:
            _kill_at(at)
            done()
        except BaseException:  # noqa: BLE001
            if not quiet:
                traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status) and not quiet:
        raise Half("it failed of itself: its words are above")
    return False


def _kill_at(number: int) -> None:
    left = [number]

    def one_more(*_about: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", one_more)
    event.listen(Engine, "commit", one_more)


# --- what is done, and what is there afterwards -----------------------------------------------


def there(url: str) -> Any:
    """Every table and how many rows lie in it; a database at another head is neither of the two."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                whole = connection.execute(text("PRAGMA integrity_check")).scalar()
                if whole != "ok":
                    raise Half(f"the file is damaged: {whole}")
            counts = _counts(connection)
            spread = partitions_of(connection)
    finally:
        engine.dispose()
    if counts and not head_matches(url):
        raise Half("there are tables, and not those of this program")
    return {"rows": counts, "partitions": spread}


def _counts(connection: Connection) -> Counts:
    names = set(inspect(connection).get_table_names())
    parts = {name for name in names for whole in by_person() if name.startswith(f"{whole}_p")}
    beside = {name for name in names if name.endswith("__spread")}
    if beside:
        raise Half(f"copies lie beside the tables: {sorted(beside)}")
    whole = sorted(names - {one for one in parts if one[-2:].isdecimal()})
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        for name in whole
    }


def _spread(url: str) -> None:
    migrate(url, partitions=PARTITIONS)


def _world(url: str) -> World:
    store = Store(url, a_keyring(), entropy=os.urandom)
    return World(store, seeded("cut"), BASE_URL, strength=CHEAP)


def _team(url: str) -> None:
    """Refused the second time, as a team of that name is there."""
    world = _world(url)
    admin = Asked("Grace Oye", "grace@example.org", "Administrator", Role.TEAM_ADMIN)
    team = Team(
        team_id=world.new_id(), name="Red cell team", organisation="St Anselm's", ods="R9X01"
    )
    begin_team(world, team, admin=admin, doer="on the server", at=NOW)


def _restored(url: str, file: str) -> None:
    world = _world(f"{url}.elsewhere" if url.startswith("sqlite") else url)
    with Path(file).open("rb") as opened:
        restore(world, opened, into=url, key=KEY, at=NOW + timedelta(days=1))


def _chained(url: str) -> Any:
    """And the trail holds."""
    found = there(url)
    if found["rows"]:
        store = Store(url, a_keyring(), entropy=os.urandom)
        with store.read() as tx:
            if not isinstance(verify_all(tx), Whole):
                raise Half("the trail is broken")
        store.close()
    return found


DEEDS: dict[str, tuple[Callable[..., Any], Callable[[str], Any]]] = {
    "migrate": (migrate, there),
    "partitions": (_spread, there),
    "restore": (_restored, _chained),
    "make-team": (_team, _chained),
}

if __name__ == "__main__":
    for one in " ".join(sys.argv[1:]).split(" -- "):
        main(*one.split())
