"""Checks of this machine: its settings, its files, its disk, its door."""

from __future__ import annotations

import http.client
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from careplan.settings import abouts, default_of
from careplan.web.doctor.findings import Finding, look, well, wrong
from careplan.web.here import Here

_LOW, _VERY_LOW = 0.10, 0.02
_PRIVATE = stat.S_IRWXG | stat.S_IRWXO


def of_node(here: Here, *, root: Path, figures: str = "") -> Iterator[Finding]:
    """`figures`: the folder in which processes count together."""
    yield from _settings(here)
    yield from _figures(here, figures)
    yield from _files(here, root)
    yield from _disk(here, root)
    yield from _spool(here)
    yield from _door(here)


def _settings(here: Here) -> Iterator[Finding]:
    if here.settings.environment != "production":
        yield look(
            "settings",
            f"CAREPLAN_ENV is {here.settings.environment}: this must not serve real people.",
            "Leave it away, or set it to production, where real people are served.",
        )
        return
    asked = {one: about for one, about in abouts().items() if about.needed == "yes"}
    missing = [
        about.name for one, about in asked.items() if getattr(here.settings, one) == default_of(one)
    ]
    if missing:
        yield look(
            "settings",
            f"Not set, and a production service needs it: {', '.join(missing)}.",
            "See docs/settings.md.",
        )
    else:
        yield well("settings", "What a production service needs is set.")


def _figures(here: Here, folder: str) -> Iterator[Finding]:
    if here.settings.metrics_token and not folder:
        yield look(
            "figures",
            "METRICS_TOKEN is set but not PROMETHEUS_MULTIPROC_DIR: each process tells its own.",
            "Set it for the site to an empty folder, as ops/systemd does.",
        )


def _database_file(here: Here) -> Path | None:
    address = urlsplit(here.settings.database_url)
    return Path(address.path[1:]) if address.scheme.startswith("sqlite") else None


def _files(here: Here, root: Path) -> Iterator[Finding]:
    """Secrets and the database are for one user alone."""
    file = _database_file(here)
    names = [root / ".env"]
    if file is not None:
        names += [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))]
    open_ones = [one for one in names if one.is_file() and one.stat().st_mode & _PRIVATE]
    for one in open_ones:
        secret = one.name == ".env"
        said = f"{one.name} may be read by other users of this machine."
        do = f"chmod 600 {one.name}, and start the service with UMask=0077."
        yield wrong("files", said, do) if secret else look("files", said, do)
    if not open_ones:
        yield well("files", "Settings and database are for this user alone.")
    if file is not None and file.exists() and not os.access(file.parent, os.W_OK):
        yield wrong(
            "files",
            "The folder of the database cannot be written to, and SQLite needs it.",
            f"Give {file.parent.name} to the user that serves.",
        )


def _disk(here: Here, root: Path) -> Iterator[Finding]:
    file = _database_file(here)
    places = {"the program": root}
    if here.settings.spool:
        places["the spool"] = Path(here.settings.spool)
    if file is not None:
        places["the database"] = file.parent
    for what, place in places.items():
        if not place.is_dir():
            continue
        usage = shutil.disk_usage(place)
        share = usage.free / usage.total
        said = f"{usage.free // 2**20:,} MB free where {what} lies ({share:.0%})."
        do = "Make room: what cannot be written down is refused, in words."
        if share < _VERY_LOW:
            yield wrong("disk", said, do)
        elif share < _LOW:
            yield look("disk", said, do)
        else:
            yield well("disk", said)


def _spool(here: Here) -> Iterator[Finding]:
    fallback = here.world.fallback
    if fallback is None:
        return
    trouble = fallback.spool.trouble()
    if trouble is not None:
        yield wrong("spool", trouble, "Put it right now: it is needed when nothing else works.")
        return
    aside = fallback.spool.set_aside()
    if aside:
        yield wrong(
            "spool",
            f"{aside:,} bytes were set aside: in them is a look that is in nobody's list.",
            "See docs/runbooks/spool-unreadable.md.",
        )
    waits = fallback.spool.waiting()
    if waits:
        yield look("spool", f"{waits:,} bytes wait to be told to the database.", "Run work here.")
    elif not aside:
        yield well("spool", "It can be written to, and nothing waits in it.")


def _door(here: Here) -> Iterator[Finding]:
    """Whether the site answers on this machine itself."""
    port = here.settings.port
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        door.request("GET", "/healthz")
        status = door.getresponse().status
    except OSError:
        yield look(
            "port",
            f"Nothing answers on port {port} of this machine.",
            "If the site is meant to run here, start it; PORT says where it listens.",
        )
        return
    finally:
        door.close()
    if status == 200:
        yield well("port", f"The site answers on port {port}.")
    else:
        yield wrong(
            "port",
            f"Something else answers on port {port}: {status}.",
            "Stop it, or set another PORT.",
        )
