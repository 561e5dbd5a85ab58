"""What `bin/prove load` tries besides number: slow clients, and a service that cannot write."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from careplan.clock import now
from prove.gunicorn import COOKIE, Site, serving, settings, until
from prove.pair import Server
from prove.slow import IMPATIENT, MOST, PROXIES, SLOW, Met, meet, proxies
from tests.load.crowd import crowd, lost, versions_of, visitors
from tests.load.doings import Kept, Visitors
from tests.load.lines import Browser, Line
from tests.load.tally import Tally
from tests.load.town import Town

AT_ONCE = 6
SECONDS = 20.0
_IN_A_ROW = 30
STRAIGHT = "straight at the application server"


# --- slow clients ---------------------------------------------------------------------------------


def slow(town: Town, url: str, place: Path) -> dict[str, Any]:
    """Each way in, with and without them."""
    found: dict[str, Any] = {}
    with serving(settings(url, TRUST_PROXY="1"), place, name="slow") as site:
        found[STRAIGHT] = meet(town, site.port, None, patience=IMPATIENT).as_facts()
        print(f"  {STRAIGHT}: {found[STRAIGHT]}", flush=True)
        until("it answers again", site.ready, 60)
        for name in proxies():
            with PROXIES[name](place / name, site.port) as (port, tls):
                met: Met = meet(town, port, tls)
            found[f"behind {name}"] = met.as_facts()
            print(f"  behind {name}: {met.as_facts()}", flush=True)
    return found


def judged_slow(found: Mapping[str, Any]) -> Iterator[str]:
    for way, said in found.items():
        if min(said["held"]) < SLOW * 3 / 4:
            yield f"{way}, only {min(said['held'])} slow clients held a line"
        if way == STRAIGHT:
            continue
        if said["not_opened"]:
            yield f"{way}, {said['not_opened']} openings failed beside {SLOW} slow clients"
        if said["ratio"] > MOST:
            yield f"{way}, openings took {said['ratio']} times as long beside {SLOW} slow clients"


def page_of_slow(found: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"| {way} | {_list(said['without_ms'])} | {_list(said['beside_ms'])} | {said['ratio']} | "
        f"{said['opened']} | {said['not_opened']} | {_list_of(said['held'])} |"
        for way, said in found.items()
    )
    return (
        f"## {SLOW} slow clients\n\n"
        "A third of them send the head of a request one byte a second, a third its body, and a "
        "third read a large file so. Eight people open links meanwhile, and 95 in a hundred "
        "openings came within so many milliseconds, three times over; the ratio is the middle "
        f"one. Whoever is not answered within {IMPATIENT:.0f} s straight at the application server "
        "gives up: it is never to be reached without a proxy that takes a whole request in first.\n"
        "\n| | Without them | Beside them | Ratio | Opened | Not opened | Slow ones with a line |\n"
        f"|---|---|---|---|---|---|---|\n{rows}\n"
    )


def _list(numbers: list[int]) -> str:
    return f"{_list_of(numbers)} ms"


def _list_of(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


# --- a service that cannot write ------------------------------------------------------------------


def modes(town: Town, url: str, place: Path, database: Server) -> dict[str, Any]:
    """Looked after, and without its database: what people are told, and that it comes back."""
    versions, kept = versions_of(town), Kept()
    found: dict[str, Any] = {}
    spool = {"SPOOL": str(place / "spool")}
    here = visitors(town, at=now(), cookie=COOKIE)
    with serving(settings(url, READ_ONLY="1", **spool), place, name="read-only") as site:
        found["looked after"] = _meanwhile(town, here, site, kept, "looked after")
    with serving(settings(url, **spool), place, name="modes") as site:
        found["all well again"] = _meanwhile(town, here, site, kept, "all well again")
        database.kill()
        found["the database gone"] = _meanwhile(town, here, site, kept, "the database gone")
        database.start()
        back = until("links open again", lambda: _open_everywhere(town, site), 120)
        found["and back"] = _meanwhile(town, here, site, kept, "and back")
        # Looks of the time when nothing could be written are told by the site itself.
        until("every look is told", lambda: not _spooled(place / "spool"), 180)
    found["and back"]["seconds"] = round(back, 1)
    town.world.store.close()  # its connections were to the server that was killed
    found["lost"] = list(lost(town, kept, versions))
    return found


def _meanwhile(town: Town, here: Visitors, site: Site, kept: Kept, mode: str) -> dict[str, Any]:
    tally, ends = Tally(), time.monotonic() + SECONDS
    more = crowd(
        town,
        here,
        site.port,
        over=lambda: time.monotonic() > ends,
        at_once=AT_ONCE,
        seed=mode,
        tally=tally,
        may_refuse=True,
    )
    kept.add(more)
    refused = sum(one[503] for one in tally.statuses.values())
    slowest = max(one.within(1.0) for one in tally.times.values())
    return {
        "requests": tally.many,
        "done": tally.answered(200, 300),
        "refused": refused,
        "opened": more.views.total(),
        "other_5xx": tally.answered(500, 600) - refused,
        "slowest": round(slowest, 1),
        "faults": dict(tally.faults),
    }


def _spooled(folder: Path) -> list[str]:
    return [one.name for one in folder.glob("*") if one.name not in ("lock", "telling")]


def _open_everywhere(town: Town, site: Site) -> bool:
    """Each process finds out by itself, within a second or two, that the database is back: so many
    in a row, each on a line of its own, have met all of them."""
    return all(_opens(town, site) for _ in range(_IN_A_ROW))


def _opens(town: Town, site: Site) -> bool:
    door = town.people[0].card
    with Line("127.0.0.1", site.port) as line:
        said = {"recipient": "Ward 9"}
        return line.post_json(Browser(), f"/m/{door.token}", said).status == 200


def judged_modes(found: Mapping[str, Any]) -> Iterator[str]:
    for mode, said in found.items():
        if mode == "lost":
            yield from said
            continue
        if said["other_5xx"]:
            yield f"{mode}: {said['other_5xx']} answers were a 5xx without words"
        yield from (f"{mode}: {what} ({many} times)" for what, many in said["faults"].items())
    for mode in ("all well again", "and back"):
        if found[mode]["refused"]:
            yield f"{mode}: {found[mode]['refused']} were refused"
    if not found["looked after"]["opened"]:
        yield "no link opened while the service was looked after"
    if not found["the database gone"]["refused"]:
        yield "nothing was refused while the database was gone"


def page_of_modes(found: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"| {mode} | {said['requests']} | {said['done']} | {said['opened']} | {said['refused']} | "
        f"{said['other_5xx']} | {said['slowest']} s |"
        for mode, said in found.items()
        if mode != "lost"
    )
    kept = "; ".join(found["lost"]) or "all that was acknowledged is kept"
    return (
        "## A service that cannot write\n\n"
        "The same people ask while the service is looked after (`READ_ONLY`), then while its "
        "database is gone (killed, with nothing finished). “Refused” is 503 in words that point to "
        "the paper, with when to come again. Nobody restarted the application: links opened again "
        f"at every process {found['and back']['seconds']} s after the database had started, and "
        f"{kept}.\n\n"
        "| | Requests | Done | of them openings | Refused in words | Other 5xx | Slowest |\n"
        f"|---|---|---|---|---|---|---|\n{rows}\n"
    )
