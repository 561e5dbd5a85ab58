"""What `bin/prove load` found, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.load.tally import Tally


def page(
    found: Mapping[str, Any],
    whole: Tally,
    growths: Sequence[Sequence[tuple[int, float]]],
    about: Mapping[str, str],
    seed: str,
) -> str:
    rounds = found["rounds"]
    return (
        "# Very many at once\n\n"
        f"Written by `bin/prove load`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{seed}”, {len(rounds)} rounds. The site as `ops/start` starts "
        "it, on a PostgreSQL that keeps its promises, as the application’s role; people open "
        "links, read, write, sign and guess over twelve lines that stay open, on the same two "
        "cores as the server and its database. Of every fiftieth answer the body is looked at: the "
        "file decrypts and is the right person’s plan, the page names that person and nobody else, "
        "what was saved reads back. After each round every opening, version and saved word that "
        "was acknowledged is looked for, and every chain of the trail is walked. Times are of a "
        "machine that may have had other work at the same time.\n\n"
        + "\n".join(_facts(rounds, whole, growths, found["starts"]))
        + "\n\n| What was asked | Answers | of them looked at | half within | 95 % within | 99 % "
        "within | Statuses |\n|---|---|---|---|---|---|---|\n" + "\n".join(_kinds(whole)) + "\n"
    )


def _facts(
    rounds: Mapping[str, Any],
    whole: Tally,
    growths: Sequence[Sequence[tuple[int, float]]],
    starts: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    seconds = sum(said["seconds"] for said in rounds.values())
    lost = [what for said in rounds.values() for what in said["lost"]]
    yield "| | |"
    yield "|---|---|"
    yield f"| Requests | {whole.many:,} |"
    yield f"| A second | {whole.many / (seconds or 1):.0f} |"
    yield f"| Answered with what was asked for (2xx) | {whole.share:.2%} |"
    yield f"| 4xx, all of them expected | {whole.answered(400, 500):,} |"
    yield f"| 5xx | {whole.answered(500, 600)} |"
    yield f"| Bodies looked at | {whole.looked.total():,} |"
    yield f"| Faults | {'; '.join(whole.faults) or 'none'} |"
    yield f"| Acknowledged and not kept | {'; '.join(lost) or 'nothing'} |"
    for start, workers in zip(starts, growths, strict=True):
        for (number, grew), seen in zip(workers, start["weights"].values(), strict=True):
            weighed = f"{seen[0][1] / 1024:.0f} MB at first, {seen[-1][1] / 1024:.0f} MB at last"
            yield (
                f"| Worker {number}, {start['requests']:,} requests | {weighed}; on the line that "
                f"fits the last three quarters best {grew:+.1%} over 100,000 requests |"
            )


def _kinds(whole: Tally) -> Iterator[str]:
    for kind, times in sorted(whole.times.items(), key=lambda one: -one[1].many):
        soon = " | ".join(f"{times.within(share) * 1000:.0f} ms" for share in (0.5, 0.95, 0.99))
        statuses = ", ".join(f"{one} {n:,}" for one, n in sorted(whole.statuses[kind].items()))
        yield f"| {kind} | {times.many:,} | {whole.looked[kind]:,} | {soon} | {statuses} |"
