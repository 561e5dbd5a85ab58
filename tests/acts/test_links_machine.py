"""Any order of publishing, stopping, sharing, looking, revoking, replacing and waiting.

After every step each live link serves the current version and nothing older, through every door it
has; and each dead one serves nothing at its manifest, at its direct door, or where a file waited.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from careplan.acts.cards import CARD_TYPE
from careplan.acts.fetching import Further, location_of, open_file
from careplan.acts.opening import Dead, Opened, Reader, open_direct, open_link
from careplan.acts.publishing import stop_dose
from careplan.acts.sharing import Shared, replace_link, revoke_link
from careplan.acts.tickets import FILE_LIVES
from careplan.acts.world import london_day
from careplan.keys.jwe import decrypt_file
from careplan.plan.lifecycle import NotNow
from careplan.sharing.links import LONGEST_FOR_APP, Kind
from careplan.store.link_files import LinkFile
from tests.acts.worlds import Clinic, key_of, token_of
from tests.stores import NOW

MOST_FILES = 3
BORN = "14/03/1997"
SHARED: tuple[tuple[Kind, dict[str, Any]], ...] = (
    (Kind.FULL_PRINT, {}),
    (Kind.PRIVATE_PRINT, {}),
    (Kind.MESSAGE, {"lives": timedelta(days=1)}),
    (Kind.APP, {"lives": LONGEST_FOR_APP}),
    (Kind.APP, {"lives": timedelta(days=1), "direct": True}),
)


@dataclass
class Held:
    """A link as its holder knows it, and what was named to them."""

    link: Shared
    ends: datetime | None
    ended: bool = False
    named: list[tuple[str, datetime]] = field(default_factory=list)

    def dead(self, at: datetime) -> bool:
        return self.ended or (self.ends is not None and at >= self.ends)


class Links(RuleBasedStateMachine):
    clinic: Clinic
    clock: list[datetime]
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Held] = []

    @property
    def at(self) -> datetime:
        return self.clock[0]

    @property
    def mine(self) -> dict[str, Any]:
        return {"by": self.clinic.ada, "patient_id": self.clinic.patient_id, "at": self.at}

    # --- what people do ------------------------------------------------------------------------

    @rule(target=held, what=st.sampled_from(SHARED))
    def share(self, what: tuple[Kind, dict[str, Any]]) -> Held:
        kind, more = what
        lives = more.get("lives")
        ends = self.at + lives if lives else None
        more = {"expires_at": ends, "direct": more.get("direct", False)}
        return self._new(self.clinic.share(kind, at=self.at, **more), ends)

    @rule()
    def publish(self) -> None:
        self.clinic.publish(at=self.at)

    @rule()
    def sign(self) -> None:
        self.clinic.sign(at=self.at, today=london_day(self.at))

    @rule()
    def stop(self) -> None:
        number, mine = self.clinic.current.head.number, self.mine | {"by": self.clinic.nurse}
        try:
            stop_dose(self.clinic.world, version_seen=number, **mine)
        except NotNow:
            return

    @rule(one=held)
    def look(self, one: Held) -> None:
        """Everything the link names is fetched now, and its tickets are kept for later."""
        found = self._ask(one)
        if not isinstance(found, Opened) or one.link.link.direct:
            return
        world, token = self.clinic.world, token_of(one.link)
        files: list[LinkFile | Further] = [*found.files, *found.further]
        for file in files:
            ticket = location_of(world, token=token, file=file, zipped=False, at=self.at)
            one.named.append((ticket, self.at + FILE_LIVES))
        self._all_current(one, [self._fetch(ticket) for ticket, _ in one.named[-len(files) :]])

    @rule(one=consumes(held))
    def revoke(self, one: Held) -> None:
        if not one.ended:
            revoke_link(self.clinic.world, link_id=UUID(one.link.link.id), **self.mine)
            one.ended = True

    @rule(target=held, one=consumes(held))
    def replace(self, one: Held) -> Held:
        new = replace_link(self.clinic.world, link_id=UUID(one.link.link.id), **self.mine)
        one.ended = True
        return self._new(new, new.link.expires_at)

    @rule(wait=st.sampled_from([timedelta(minutes=29), timedelta(hours=20), timedelta(days=2)]))
    def wait(self, wait: timedelta) -> None:
        self.clock[0] += wait

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def every_door_is_as_it_should_be(self) -> None:
        self.clock[0] += timedelta(seconds=30)
        for one in self.all:
            found = self._ask(one)
            if one.dead(self.at):
                assert isinstance(found, Dead)
            else:
                assert isinstance(found, Opened)
                self._all_current(one, [found.files[0].jwe])
            assert self._ask_elsewhere(one) is None
            named = one.named[-MOST_FILES:]  # the newest: drawing each again takes its time
            waiting = [self._fetch(ticket) for ticket, until in named if until > self.at]
            if one.dead(self.at):
                assert not any(waiting)
            else:
                self._all_current(one, waiting)
            assert not any(self._fetch(ticket) for ticket, until in named if until <= self.at)

    # --- how it is done ------------------------------------------------------------------------

    def _new(self, link: Shared, ends: datetime | None) -> Held:
        self.all.append(Held(link, ends))
        return self.all[-1]

    def _doors(self, one: Held) -> tuple[Callable[[], object], Callable[[], object]]:
        """The link's own door, and the one that is not its."""
        reader = Reader(BORN, "Ward 9", self.at, london_day(self.at))
        world, token = self.clinic.world, token_of(one.link)

        def manifest() -> object:
            return open_link(world, reader, token=token, again=None, zipped=False)

        def direct() -> object:
            return open_direct(world, reader, token=token)

        return (direct, manifest) if one.link.link.direct else (manifest, direct)

    def _ask(self, one: Held) -> object:
        return self._doors(one)[0]()

    def _ask_elsewhere(self, one: Held) -> object:
        return self._doors(one)[1]()

    def _fetch(self, ticket: str) -> str | None:
        return open_file(self.clinic.world, ticket=ticket, at=self.at)

    def _all_current(self, one: Held, served: list[str | None]) -> None:
        current = self.clinic.current
        document = json.loads(current.emergency)
        for jwe in served:
            assert jwe is not None
            plain, kind = decrypt_file(jwe, key=key_of(one.link))
            said = json.loads(plain)
            if kind == CARD_TYPE:
                assert one.link.link.full
                assert len(said["verifiableCredential"]) == 1
            elif said["resourceType"] == "DocumentReference":
                related = said["context"]["related"][0]["identifier"]
                assert related == document["identifier"]
            else:
                assert plain == current.emergency


@pytest.mark.slow
def test_any_order_of_deeds(clinic: Clinic) -> None:
    class Here(Links):
        pass

    Here.clinic, Here.clock = clinic, [NOW]
    on_postgres = clinic.world.store.dialect == "postgresql"
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=2 if on_postgres else 5,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
