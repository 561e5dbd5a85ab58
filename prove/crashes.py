"""Processes killed at random moments of every kind of deed, two hundred times on each database."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from careplan.acts import drafting, notifying, opening, publishing, signing
from careplan.store import db, engines, outbox, trail
from prove.evidence import digest_of, here_and_now, keep, kept
from prove.postgres import postgres
from tests.crash.killing import campaign

NAME = "crashes"
ROUNDS, KILLS = 8, 28
"""Rounds on each database, each on a database of its own and a whole number of every deed."""
DATABASES = ("SQLite", "PostgreSQL")
Found = dict[str, dict[str, Any]]


def covers() -> str:
    """A digest of what begins and ends a transaction, and of the deeds themselves."""
    code = (
        *(db.Store, engines, outbox, trail.append),
        *(drafting.save_section, signing.sign_plan, publishing.publish, publishing.answer_plan),
        *(opening.open_link, notifying.send_due),
    )
    return digest_of(code)


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove crashes takes nothing more than --all", file=sys.stderr)
        return 2
    before = {} if asked else kept(NAME)
    found: Found = before.get("found", {}) if before.get("covers") == covers() else {}
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        for database in DATABASES:
            for number in range(ROUNDS):
                title = f"{database}, round {number + 1}"
                if title not in found:
                    found[title] = _round(database, place, number)
                    write(found)
                    print(f"  {title}: {found[title]}", flush=True)
    print(f"{len(found)} of {len(DATABASES) * ROUNDS} rounds: docs/evidence/{NAME}.md")
    return 0


def _round(database: str, place: Path, number: int) -> dict[str, Any]:
    seed = f"crashes {number + 1}"
    if database == "SQLite":
        url = f"sqlite:///{place}/crashes-{number}.db"
        return campaign(url, kills=KILLS, seed=seed).as_facts()
    with postgres(place / f"postgres-{number}") as url:
        return campaign(url, kills=KILLS, seed=seed).as_facts()


def write(found: Found) -> None:
    about = here_and_now("careplan/store/db.py", "careplan/store/engines.py")
    rows = "\n".join(_row(database, found) for database in DATABASES)
    page = (
        "# Processes killed in the middle\n\n"
        f"Written by `bin/prove crashes`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seeds “crashes 1” to “crashes {ROUNDS}”. A process saves, signs, "
        "publishes, answers, opens a link, guesses at one or sends messages, and is killed "
        "(SIGKILL) at a random moment of it. After each kill every act that it had acknowledged "
        "was there, none was half there, every chain of the trail held, counts agreed with the "
        "trail, and every link showed the newest version. At the end of a round every message "
        "had left. A letter handed over twice, because nobody lived to write down that it was "
        "taken, carried the same Message-ID, by which a mailbox knows it.\n\n"
        "| Database | Kills | of them | In the middle of a deed | Acknowledged | Kept, not yet "
        "acknowledged | Letters | Handed over twice |\n"
        f"|---|---|---|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"covers": covers(), "found": found, **about}, page)


def _row(database: str, found: Found) -> str:
    rounds = [said for title, said in found.items() if title.startswith(f"{database},")]
    kills: Counter[str] = sum((Counter(one["kills"]) for one in rounds), Counter())
    done = sum(sum(one["acknowledged"].values()) for one in rounds)
    names = ("in_the_middle", "kept_unsaid", "letters", "repeated_to_the_mailbox")
    middle, unsaid, letters, twice = (sum(one[name] for one in rounds) for name in names)
    each = ", ".join(f"{name} {kills[name]}" for name in sorted(kills))
    return (
        f"| {database} | {sum(kills.values())} | {each} | {middle} | {done} | {unsaid} "
        f"| {letters} | {twice} |"
    )
