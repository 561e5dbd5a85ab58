"""Commands that copy everything away, put it back, and try out whether it would come back."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.acts.backing_up import BackedUp, back_up
from careplan.acts.backup_file import CannotRestore, Whole, dictionaries_in
from careplan.acts.restoring import Drilled, NotWrittenDown, drill, restore
from careplan.keys.envelope import DataKey
from careplan.store.dumping import NotEverything, OtherSchema, unhurried
from careplan.store.engines import UnknownDatabase
from careplan.store.errors import CannotKeep, Unavailable
from careplan.store.roles import NoSuchRole, OwnRole
from careplan.web.commands.backup_file import ToFile, ToPipe
from careplan.web.commands.moving_file import BadFile
from careplan.web.commands.running import Cannot
from careplan.web.here import here

_NO_KEY = (
    "BACKUP_KEY is not set. It is 32 random bytes in base64 (openssl rand -base64 32 makes one); "
    "keep a copy where neither the server nor its backups are."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"{table}: {rows:,} rows", err=True)


def _key() -> DataKey:
    if not here().settings.backup_key:
        raise Cannot(_NO_KEY)
    return DataKey(here().settings.backup_key)


@contextmanager
def _in_words() -> Iterator[None]:
    """Every way in which it can fail, as one line."""
    try:
        yield
    except (BadFile, CannotRestore, OtherSchema, NoSuchRole, OwnRole, UnknownDatabase) as problem:
        raise Cannot(str(problem)) from None
    except NotEverything as problem:
        raise Cannot(f"{problem}: run it as the application's role or as the owner.") from None
    except (Unavailable, CannotKeep) as problem:
        raise Cannot(f"{problem}.") from None
    except OSError as problem:
        what = problem.filename or "the backup"
        raise Cannot(f"{what} could not be read or written: {problem.strerror}.") from None


# --- out -----------------------------------------------------------------------------------------


@click.command("backup")
@click.option("--out", required=True, help="The file to write, or - for the standard output.")
@click.option("--from", "source", help="Another database to read, such as a standby of ours.")
@with_appcontext
def backup_command(*, out: str, source: str | None) -> None:
    """Write everything, as it stands at one moment, to a file sealed with BACKUP_KEY.

    The service goes on meanwhile. The file is named as asked once it is whole, with its SHA-256
    beside it; `drill` shows whether it would come back.
    """
    key, world = _key(), here().world
    with _in_words(), ExitStack() as over:
        url = source or here().settings.database_url
        store = unhurried(url, world.store.keyring, entropy=world.entropy)
        over.callback(store.close)
        sink = _sink(out)
        over.callback(sink.close)
        made = back_up(world, sink, key=key, source=store, clock=here().now, tell=_tell)
    _say_what_was_made(made, sink, out)


def _sink(out: str) -> ToFile | ToPipe:
    if out == "-":
        return ToPipe(sys.stdout.buffer)
    return ToFile(Path(out))


def _say_what_was_made(made: BackedUp, sink: ToFile | ToPipe, out: str) -> None:
    """On stderr: the standard output may be the backup."""
    where = "written" if out == "-" else f"written to {out}"
    masters = ", ".join(made.head.masters) or "no master key"
    click.echo(
        f"{made.rows:,} rows of {made.tables} tables, {sink.size:,} bytes, {where}.\n"
        f"SHA-256 {sink.digest}\n"
        f"Backup {made.head.backup_id}. To restore it: BACKUP_KEY, PEPPER and {masters}.",
        err=True,
    )


# --- and back ------------------------------------------------------------------------------------


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--into", help="The empty database, sqlite:////path or postgresql://… as its owner.")
@click.option("--app-role", envvar="APP_ROLE", default="", help="As migrate takes it.")
@click.option("--dictionaries", type=click.Path(file_okay=False, path_type=Path),
              help="Only take FILE's compression dictionaries out, into this folder.")  # fmt: skip
@with_appcontext
def restore_command(
    file: Path, *, into: str | None, app_role: str, dictionaries: Path | None
) -> None:
    """Put a backup back into an empty database: whole, compared and migrated, or not at all.

    The file is read through first. Everybody has to sign in again afterwards.
    """
    key = _key()
    with _in_words(), file.open("rb") as opened:
        if dictionaries is not None:
            _take_out(dictionaries_in(opened, key=key), dictionaries)
            return
        if not into:
            raise Cannot("say into which empty database: --into URL.")
        whole = restore(
            here().world,
            opened,
            into=into,
            key=key,
            at=here().now(),
            app_role=app_role,
            tell=_tell,
        )
    click.echo(
        f"Everything is back as it was on {_day(whole)}: {whole.rows:,} rows of "
        f"{len(whole.shapes)} tables, compared.\n"
        "What was done since is not in it: links turned off, people erased, passwords changed. "
        "docs/backup.md says what to do again before the service opens.\n"
        "Nobody is signed in."
    )


def _take_out(found: dict[int, bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, words in found.items():
        (folder / f"{number}.txt").write_bytes(words)
    click.echo(f"{len(found)} compression dictionaries written to {folder}.")


# --- trying it out -------------------------------------------------------------------------------


@click.command("drill")
@click.argument("file", type=_FILE)
@click.option("--into", help="An empty database to use; nothing stays in it. SQLite otherwise.")
@click.option("--scratch", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A folder for the scratch database with room for everything.")  # fmt: skip
@with_appcontext
def drill_command(file: Path, *, into: str | None, scratch: Path | None) -> None:
    """Restore FILE where it harms nobody, compare, verify and open what is in it, and say so.

    Prints a page for the record, removes what it made, and writes down that it was done.
    """
    key, began, trouble = _key(), time.monotonic(), ""
    with (
        _in_words(),
        tempfile.TemporaryDirectory(prefix="careplan-drill-", dir=scratch) as place,
        file.open("rb") as opened,
    ):
        url = into or f"sqlite:///{place}/scratch.sqlite3"
        try:
            found = drill(here().world, opened, into=url, key=key, at=here().now(), tell=_tell)
        except NotWrittenDown as problem:
            found, trouble = problem.found, str(problem)
        size = file.stat().st_size
    took = time.monotonic() - began
    click.echo(_page(found, file, size=size, on=url.partition(":")[0], took=took))
    if trouble:
        raise Cannot(f"{trouble}.")


def _page(found: Drilled, file: Path, *, size: int, on: str, took: float) -> str:
    head, whole = found.whole.head, found.whole
    held = [f"  {name:24} {rows:>12,}" for name, (rows, _) in whole.said.items() if rows]
    return "\n".join(
        (
            "Drill of a backup: it comes back whole.",
            "",
            f"File                 {file.name}, {size:,} bytes, every one proven",
            f"Backup               {head.backup_id}, made on {_day(whole)}, schema {head.revision}",
            f"Master keys          {', '.join(head.masters) or 'none'}: at hand, tried",
            f"Restored into        a scratch database ({on}), which is gone again",
            f"Compared             {whole.rows:,} rows of {len(whole.shapes)} tables: the same",
            f"Audit                {found.chains:,} chains hold, {found.events:,} events",
            f"A plan, opened       {_opened(found.plan_bytes, 'nobody has published one')}",
            f"A link's file        {_opened(found.file_bytes, 'there is none')}",
            f"Took                 {took:.0f} seconds",
            "",
            "Rows of each table that has any:",
            *held,
        )
    )


def _opened(size: int | None, otherwise: str) -> str:
    return otherwise if size is None else f"{size:,} bytes, as they were published"


def _day(whole: Whole) -> str:
    return whole.head.made_at.strftime("%d %B %Y at %H:%M UTC")
