"""Every door that answers JSON, asked thousands of times whether it answers as it is described, on
both databases.

What was found of a kind of doors stands until one of their descriptions changes: not until any line
behind them does, or no evidence would outlive a day. What every commit must not break is asked in
short by tests/descriptions.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from careplan.store.migrate import migrate
from prove.evidence import here_and_now, keep, kept
from prove.postgres import postgres
from tests.descriptions.asking import Told, ask, published_by
from tests.descriptions.peopled import peopled

NAME = "descriptions"
SEED, EXAMPLES = 20261123, 120
DATABASES = ("SQLite", "PostgreSQL")
DOORS: Mapping[str, str] = {
    "links": r"^/(m|u|f)/",
    "keys, figures, health": r"^/(\.well-known/|measures|manifest|healthz|readyz)",
    "phones": r"^/(going-in|my-copy)/",
    "a person’s own pages": r"^/plan/",
    "a helper’s pages": r"^/for/",
    "the team’s pages": r"^/team/",
    "FHIR": r"^/fhir/",
}
"""Each kind of doors, by their addresses."""
Found = dict[str, Any]


def covers(published: Mapping[str, Any], kind: str) -> str:
    """A digest of what is promised at these doors."""
    paths = {path: one for path, one in published["paths"].items() if re.search(DOORS[kind], path)}
    whole = json.dumps(paths, sort_keys=True, ensure_ascii=False)
    return sha256(whole.encode()).hexdigest()[:16]


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove descriptions takes nothing more than --all", file=sys.stderr)
        return 2
    found: dict[str, Found] = {} if asked else kept(NAME).get("found", {})
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        for name, one in _each(place, found):
            found[name] = one
            write(found)
            print(f"  {name}: {one['asked']} questions, {one['wrong']} wrong", flush=True)
    wrong = sum(one["wrong"] for one in found.values())
    print(f"{len(found)} of {len(DATABASES) * len(DOORS)}, {wrong} wrong: docs/evidence/{NAME}.md")
    return 1 if wrong else 0


def _each(place: Path, before: Mapping[str, Found]) -> Iterator[tuple[str, Found]]:
    yield from _on("SQLite", f"sqlite:///{place}/descriptions.db", before)
    with postgres(place / "postgres") as url:
        yield from _on("PostgreSQL", url, before)


def _on(database: str, url: str, before: Mapping[str, Found]) -> Iterator[tuple[str, Found]]:
    migrate(url)
    people = peopled(url)
    published = published_by(people)
    for kind in DOORS:
        name, promised = f"{database}, {kind}", covers(published, kind)
        known = before.get(name)
        if known is None or known["wrong"] or known["covers"] != promised:
            told = ask(people, seed=SEED, examples=EXAMPLES, doors=DOORS[kind])
            yield name, _found(told, promised)
    people.close()


def _found(told: Told, promised: str) -> Found:
    answers: dict[str, int] = {}
    for said, count in told.answers.items():
        status = said.rpartition(" ")[2]
        answers[status] = answers.get(status, 0) + count
    for name, examples in told.wrong.items():
        print(f"WRONG {name}\n{examples[0]}", file=sys.stderr, flush=True)
    return {
        "doors": len(told.asked),
        "asked": sum(told.asked.values()),
        "answers": dict(sorted(answers.items())),
        "wrong": sum(len(examples) for examples in told.wrong.values()),
        "covers": promised,
        **here_and_now("careplan"),
    }


def write(found: Mapping[str, Found]) -> None:
    about = here_and_now()
    rows = "\n".join(
        f"| {name} | {one['doors']} | {one['asked']} | {_spread(one['answers'])} | "
        f"{one['wrong']} | {one['commit']} |"
        for name, one in sorted(found.items())
    )
    page = (
        "# Doors that answer as they are described\n\n"
        f"Written by `bin/prove descriptions`, {about['day']}, {about['machine']}, seed {SEED}. "
        f"Schemathesis asks each door {EXAMPLES} questions made up at random from its published "
        "description and against it, besides every one at the edges of it: a status, media type, "
        "header or shape that is not described, a method that is not, a well-formed question "
        "refused, an ill-formed one taken, and any 5xx are wrong. A row is asked anew when the "
        "description of one of its doors has changed.\n\n"
        "| Database, doors | Doors | Questions | Answers | Wrong | Commit |\n"
        f"|---|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"found": dict(found), "seed": SEED, "examples": EXAMPLES}, page)


def _spread(answers: Mapping[str, int]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in answers.items())
