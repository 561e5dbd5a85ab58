"""Kills workers at random moments, and looks each time at what is there.

After each: every act that was acknowledged is there, none is half there, the chains hold. At the
end of all: every message that was to be told of has left, and no letter came twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from careplan.acts.notifying import News, choose, send_due
from careplan.acts.world import World
from careplan.audit.events import Kind as Deed
from careplan.notify.smtp import SmtpPost
from careplan.sharing.links import Kind, Opening
from careplan.store.db import Store
from careplan.store.drafts import draft_of
from careplan.store.links import KeptLink, link_by_token
from careplan.store.migrate import migrate
from careplan.store.tables import (
    link_file,
    notice_sent,
    outbox,
    plan_version,
    signature,
    wrong_answer,
)
from careplan.store.trail import events_of
from tests.acts.worlds import Clinic, a_signed_plan, token_of
from tests.conftest import BASE_URL, CHEAP
from tests.crash.deeds import DEEDS, SECTION, Place, moment
from tests.notify.servers import Mailbox, a_mail_server
from tests.stores import NOW, a_keyring, seeded

APART = 500
"""How many deeds one worker could do at the most: each begins with a number of its own."""
FIRST_TAKES = 0.5
"""Seconds within which a worker is killed that has done nothing yet."""


class Lost(AssertionError):
    """Something that was acknowledged is not there, or something is half there."""


@dataclass
class Killed:
    """What a campaign came to."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    in_the_middle: int = 0
    kept_unsaid: int = 0
    letters: int = 0
    repeated_to_the_mailbox: int = 0

    def as_facts(self) -> dict[str, Any]:
        # Not asdict: it rebuilds a Counter from its pairs, and so counts the pairs.
        return {
            one.name: dict(said) if isinstance(said, Counter) else said
            for one in fields(self)
            for said in (getattr(self, one.name),)
        }


class Nursery:
    """The process that forks workers. A worker's last line may be cut off: then it was not said."""

    def __init__(self, url: str) -> None:
        command = (sys.executable, "-m", "tests.crash.nursery", url)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def worker(
        self, deed: str, place: Place, *, first: int, chance: random.Random
    ) -> list[dict[str, Any]]:
        """What it told us before it was killed: somewhere in the deed after the first few."""
        asked = {"deed": deed, "place": asdict(place), "first": first}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        self.process.stdin.flush()
        said: list[dict[str, Any]] = []
        pid, left, since, took = 0, chance.randint(0, DEEDS[deed][1]), 0.0, 0.0
        for line in self._lines():
            pid = line.get("pid", pid)
            if "over" in line:
                return said
            said.append(line)
            took, since = time.monotonic() - since, time.monotonic()
            if "ready" in line and left == 0:
                took = chance.uniform(0, FIRST_TAKES)
            if ("ready" in line or "done" in line) and left == 0:
                time.sleep(chance.uniform(0, took))  # in the middle of one as long as the last
                os.kill(pid, signal.SIGKILL)
            left -= "done" in line or "ready" in line
        raise Lost(f"a worker that was to {deed} died of itself: its words are above")

    def _lines(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@contextmanager
def a_nursery(url: str) -> Iterator[Nursery]:
    nursery = Nursery(url)
    try:
        yield nursery
    finally:
        nursery.close()


def campaign(url: str, *, kills: int, seed: str, tell: Any = None) -> Killed:
    """As many kills, shared out among the deeds. Raises Lost with what is wrong and after which."""
    migrate(url)
    found, chance = Killed(), random.Random(seed)
    store = Store(url, a_keyring(), entropy=seeded(f"{seed} store"))
    clinic = a_signed_plan(World(store, seeded(seed), BASE_URL, strength=CHEAP))
    choose(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        kinds=frozenset({News.OPENED}),
        at=NOW,
    )
    card = clinic.share()
    with a_mail_server() as (mail, mailbox), a_nursery(url) as nursery:
        for number in range(kills):
            deed = list(DEEDS)[number % len(DEEDS)]
            asks = clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH)
            place = Place(token_of(card), token_of(asks), mail)
            said = nursery.worker(deed, place, first=(number + 1) * APART, chance=chance)
            Look(clinic, place, deed, said, found).at_all()
            found.kills[deed] += 1
            if tell:
                tell(found)
        _post_the_rest(clinic, mail, mailbox, found, after=(kills + 1) * APART)
    store.close()
    return found


@dataclass
class Look:
    """What is there after one kill, beside what the worker had said."""

    clinic: Clinic
    place: Place
    deed: str
    said: list[dict[str, Any]]
    found: Killed

    def at_all(self) -> None:
        done = [one["facts"] for one in self.said if "done" in one]
        begun = sum("begun" in one for one in self.said)
        self.found.acknowledged[self.deed] += len(done)
        self.found.in_the_middle += begun > len(done)
        if not self.clinic.chains_hold():
            raise Lost(f"{self.deed}: a chain of the trail is broken")
        self._versions(done)
        self._draft(done)
        self._openings(done)
        self._wrong_answers(done)
        self._messages(done)

    def _versions(self, done: list[dict[str, Any]]) -> None:
        """Each version with its signature, its bytes whole, its event; and every link shows it."""
        kept, acknowledged = (
            self.clinic.current,
            max((one.get("version", 0) for one in done), default=0),
        )
        number, patient_id = kept.head.number, self.clinic.patient_id
        if number < acknowledged:
            raise Lost(f"{self.deed}: version {acknowledged} was acknowledged, {number} is there")
        if self.deed in ("sign", "publish", "answer") and acknowledged:
            self.found.kept_unsaid += number > acknowledged
        if sha256(kept.record).digest() != kept.head.record_sha256:
            raise Lost(f"{self.deed}: the bytes of version {number} are not those published")
        with self.clinic.world.store.read() as tx:
            numbers = sorted(
                tx.run(
                    select(plan_version.c.number).where(plan_version.c.patient_id == patient_id)
                ).scalars()
            )
            signed = set(
                tx.run(
                    select(plan_version.c.signature_id).where(
                        plan_version.c.patient_id == patient_id,
                        plan_version.c.signature_id.is_not(None),
                    )
                ).scalars()
            )
            there = set(tx.run(select(signature.c.signature_id)).scalars())
            shown = set(tx.run(select(link_file.c.version)).scalars())
        if numbers != list(range(1, number + 1)) or not signed <= there:
            raise Lost(f"{self.deed}: versions {numbers} and their signatures do not agree")
        if shown != {number}:
            raise Lost(f"{self.deed}: links show versions {shown}, and {number} is the newest")
        deeds = self._deeds()
        told = deeds[Deed.PLAN_PUBLISHED] + deeds[Deed.OWN_WORDS_PUBLISHED]
        told += deeds[Deed.PATIENT_ANSWERED] + deeds[Deed.PLAN_SIGNED]
        if told < number:
            raise Lost(f"{self.deed}: {number} versions and only {told} events of them")

    def _draft(self, done: list[dict[str, Any]]) -> None:
        saved = [one for one in done if "revision" in one]
        if not saved:
            return
        with self.clinic.world.store.read() as tx:
            draft = draft_of(tx, self.clinic.patient_id, SECTION)
        last = saved[-1]
        if draft is None or draft.revision < last["revision"]:
            raise Lost(f"save: revision {last['revision']} was acknowledged and is not there")
        words = str(draft.body["plain"])
        if draft.revision == last["revision"] and last["words"] not in words:
            raise Lost(f"save: {last['words']!r} was acknowledged, and other words are there")
        self.found.kept_unsaid += draft.revision > last["revision"]
        if draft.revision > last["revision"] + 1 or "words of deed" not in words:
            raise Lost(f"save: revision {draft.revision} holds {words[:60]}")

    def _openings(self, done: list[dict[str, Any]]) -> None:
        link = self._link(self.place.card)
        seen = Counter(one for one in self._what(Deed.LINK_OPENED, link))
        if link.facts.views != sum(seen.values()):
            raise Lost(f"open: {link.facts.views} views are counted, {sum(seen.values())} written")
        names = self._recipients()
        lost = [one["opened"] for one in done if "opened" in one and one["opened"] not in names]
        if lost:
            raise Lost(f"open: {lost} were shown the plan and are not in the trail")

    def _wrong_answers(self, done: list[dict[str, Any]]) -> None:
        link, told = self._link(self.place.asks), sum("wrong" in one for one in done)
        with self.clinic.world.store.read() as tx:
            rows = tx.run(
                select(func.count())
                .select_from(wrong_answer)
                .where(wrong_answer.c.link_id == link.link_id)
            ).scalar_one()
        if link.facts.distinct_wrong != rows or rows < told:
            raise Lost(f"wrong: {told} told, {link.facts.distinct_wrong} counted, {rows} kept")

    def _messages(self, done: list[dict[str, Any]]) -> None:
        wanted = {UUID(one["message"]) for one in done if "message" in one}
        with self.clinic.world.store.read() as tx:
            there = set(tx.run(select(outbox.c.message_id)).scalars())
        if not wanted <= there:
            raise Lost(f"send: {len(wanted - there)} messages are gone")

    def _deeds(self) -> Counter[Deed]:
        return Counter(one.kind for one in self._events())

    def _events(self) -> list[Any]:
        with self.clinic.world.store.read() as tx:
            kept = events_of(tx, self.clinic.patient_id, limit=1_000_000)
        return [one.event for one in kept]

    def _what(self, kind: Deed, link: KeptLink) -> list[str]:
        return [
            str(one.at)
            for one in self._events()
            if one.kind is kind and one.what.get("link") == str(link.link_id)
        ]

    def _recipients(self) -> set[str]:
        return {one.actor.name for one in self._events() if one.kind is Deed.LINK_OPENED}

    def _link(self, token: str) -> KeptLink:
        with self.clinic.world.store.read() as tx:
            link = link_by_token(tx, token)
        assert link is not None
        return link


def _post_the_rest(
    clinic: Clinic, mail: str, mailbox: Mailbox, found: Killed, *, after: int
) -> None:
    """The postman goes on where the dead ones stopped, until nothing is left."""
    send_due(clinic.world, SmtpPost(mail, "plan@example.org"), at=moment(after))
    with clinic.world.store.read() as tx:
        waiting = tx.run(
            select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        ).scalar_one()
        sent = tx.run(
            select(func.count()).select_from(notice_sent).where(notice_sent.c.state == "sent")
        ).scalar_one()
    found.letters = len(mailbox.ids)
    found.repeated_to_the_mailbox = len(mailbox.letters) - len(mailbox.ids)
    if waiting:
        raise Lost(f"send: {waiting} messages never left")
    if len(mailbox.ids) != sent:
        raise Lost(f"send: {sent} letters are written down as sent, {len(mailbox.ids)} arrived")
