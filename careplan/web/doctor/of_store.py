"""Checks that ask the database: does it answer, keep its promises, and fit our keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from careplan.acts.waiting import Standing, standing_of_service
from careplan.store.db import Transaction
from careplan.store.errors import Unavailable
from careplan.store.facts import Facts, facts, service_key_fits
from careplan.store.rekeying import masters_in_use
from careplan.store.roles import role_problems
from careplan.web.doctor.findings import Finding, in_words, look, well, wrong
from careplan.web.here import Here

_CLOCK_LOOK, _CLOCK_WRONG = timedelta(seconds=3), timedelta(seconds=30)
_OUTBOX_LOOK, _OUTBOX_WRONG = timedelta(minutes=30), timedelta(hours=6)
_BACKUP, _DRILL, _HEADS = timedelta(hours=36), timedelta(days=14), timedelta(days=8)
_CARD_KEY = timedelta(days=400)


def of_store(here: Here, *, workers: int) -> Iterator[Finding]:
    """All of them, or the one that says why none could be asked."""
    standing = standing_of_service(here.world, at=here.now())
    if standing.schema_matches is None:
        yield _away()
        return
    try:
        if not standing.schema_matches:
            yield wrong(
                "migrations",
                "The database speaks of another schema than this program.",
                "Run migrate as the owner of the tables; if the database is the newer, bring "
                "this program up to date.",
            )
            return
        yield well("migrations", "The database has the schema of this program.")
        with here.world.store.read() as tx:
            yield from _database(tx, here, workers)
            yield from _keys(tx, here)
    except Unavailable:
        yield _away()
        return
    yield from _waiting(standing)
    yield from _copies(standing, here)


def _away() -> Finding:
    return wrong(
        "database",
        "The database cannot be asked.",
        "See that it runs, that DATABASE_URL is right and this machine can reach it; a new one "
        "needs migrate first, as the owner of its tables and with APP_ROLE=the role of "
        "DATABASE_URL.",
    )


def _database(tx: Transaction, here: Here, workers: int) -> Iterator[Finding]:
    found = facts(tx)
    yield from _promises(found, tx.dialect)
    yield from _connections(found, workers)
    yield from _clock(found, here)
    if tx.dialect == "postgresql":
        problems = role_problems(tx)
        if problems:
            yield wrong(
                "role",
                f"The role we come in by may too much ({len(problems)}): {problems[0]}",
                "Serve as a role of its own, and run migrate as the owner with APP_ROLE=its name.",
            )
        else:
            yield well("role", "The role we come in by may do what it needs and no more.")
    elif here.settings.environment == "production":
        yield look(
            "database",
            "This is SQLite: one machine, and no second fence around people's records.",
            "Use PostgreSQL where more than one team or machine depends on it.",
        )


def _promises(found: Facts, dialect: str) -> Iterator[Finding]:
    for promise in found.broken_promises:
        yield wrong("database", f"In the database {promise}.", "Set it so, or a power cut loses.")
    if not found.broken_promises:
        yield well("database", f"It answers and keeps what it acknowledges ({dialect}).")


def _connections(found: Facts, workers: int) -> Iterator[Finding]:
    if found.most_connections is None:
        return
    needed = workers * found.of_a_process
    if needed > found.most_connections * 0.8:
        yield look(
            "connections",
            f"{workers} processes may take {needed} connections; the server allows "
            f"{found.most_connections}.",
            "Raise max_connections above all nodes' together, or lower WEB_WORKERS.",
        )
    else:
        yield well(
            "connections", f"This node may take {needed} of {found.most_connections} connections."
        )


def _clock(found: Facts, here: Here) -> Iterator[Finding]:
    if found.at is None:
        return
    off = abs(found.at - here.now())
    said = f"This machine's clock and the database's differ by {in_words(off)}."
    do = "Let both follow a time server (timedatectl status): reviews and links go by the clock."
    if off >= _CLOCK_WRONG:
        yield wrong("clock", said, do)
    elif off >= _CLOCK_LOOK:
        yield look("clock", said, do)
    else:
        yield well("clock", "This machine's clock and the database's agree.")


def _keys(tx: Transaction, here: Here) -> Iterator[Finding]:
    held, current = set(here.settings.master_keys), here.settings.master_key_current
    used = masters_in_use(tx)
    for name in sorted(used.keys() - held):
        yield wrong(
            "keys",
            f"{used[name]:,} people's keys are under {name}, which MASTER_KEYS does not hold: "
            "their plans cannot be opened.",
            f"Put {name} back into MASTER_KEYS from your copy.",
        )
    old = sorted((used.keys() & held) - {current})
    for name in old:
        yield look(
            "keys",
            f"{used[name]:,} people's keys are still under {name}; {current} is in use.",
            "Run rekey, then take it away.",
        )
    if not used.keys() - {current}:
        yield well("keys", f"Every person's key is under {current}.")
    if service_key_fits(tx) is False:
        yield wrong(
            "pepper",
            "PEPPER is not the one this database was filled with: nobody can be found or sign in.",
            "Put the right one back from your copy. Do not let people use it meanwhile.",
        )


def _waiting(standing: Standing) -> Iterator[Finding]:
    kept = standing.waiting
    if kept is None:
        return
    oldest = kept.oldest_message
    said = f"{kept.messages} messages wait, the oldest for {in_words(oldest)}."
    do = "See that send-notices runs, and what the check of mail says."
    if oldest >= _OUTBOX_WRONG:
        yield wrong("outbox", said, do)
    elif oldest >= _OUTBOX_LOOK:
        yield look("outbox", said, do)
    else:
        yield well("outbox", said if kept.messages else "No message waits.")
    if kept.card_key is not None and kept.card_key >= _CARD_KEY:
        yield look(
            "card key",
            f"The key that signs cards is {in_words(kept.card_key)} old.",
            "Run rotate-card-key. Codes already printed stay good.",
        )
    elif kept.card_key is not None:
        yield well("card key", f"It is {in_words(kept.card_key)} old.")


def _copies(standing: Standing, here: Here) -> Iterator[Finding]:
    last = standing.copies
    if last is None or here.settings.demo:
        return
    for check, when, most, do in (
        ("backup", last.backup, _BACKUP, "Run backup, and see why its timer does not."),
        (
            "drill",
            last.drill,
            _DRILL,
            "Run drill on the newest backup: a copy that was never opened may be none.",
        ),
        (
            "audit heads",
            last.heads,
            _HEADS,
            "Run export-audit-heads and keep the file elsewhere: a cut trail looks whole without.",
        ),
    ):
        if when is None:
            yield look(check, "It was never done.", do)
            continue
        ago = here.now() - when
        said = f"It was last done {in_words(ago)} ago."
        yield look(check, said, do) if ago > most else well(check, said)
