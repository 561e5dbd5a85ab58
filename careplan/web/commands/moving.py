"""Commands that take a whole team's plans out to a file, and bring such a file in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from careplan.acts.bringing_in import CannotBring
from careplan.acts.moving import AT_ONCE, Came, Counted, Part, count_team, take_in, take_out
from careplan.web.commands.bringing_in import team_named
from careplan.web.commands.moving_file import (
    BadFile,
    Growing,
    Line,
    Lines,
    beside,
    growing,
    keep,
    must_be_whole,
    read_state,
)
from careplan.web.commands.running import Cannot
from careplan.web.here import here

TOLD_EVERY = 500
KEPT_EVERY = 50
IN_CLEAR = (
    "{file} holds every one of these plans in clear: whoever can read it reads them. It is its "
    "owner's alone here. Send it only encrypted, and delete it and every copy once it is in."
)


def _tell(text: str) -> None:
    click.echo(text, err=True)


@click.command("export-team")
@click.argument("team")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--emergency", is_flag=True, help="The emergency documents, not the whole records.")
@click.option("--at-once", type=click.IntRange(1, 500), default=AT_ONCE, show_default=True,
              help="People in one transaction.")  # fmt: skip
@with_appcontext
def export_team_command(team: str, *, out: Path, emergency: bool, at_once: int) -> None:
    """Write the newest version of every plan of TEAM (its name) to a file, one a line.

    The bytes are those that were published, and each person's trail says that they were taken. Cut
    off, run it again: it goes on where it was.
    """
    team_id = team_named(here().world, team)
    counted = count_team(here().world, team_id=team_id)
    part = Part.EMERGENCY if emergency else Part.RECORD
    try:
        with growing(out, team=team_id, part=part) as file:
            _write_out(file, team_id, at_once, of=counted.published)
            file.finish()
    except BadFile as problem:
        raise Cannot(str(problem)) from None
    except OSError as problem:
        raise Cannot(f"{out} could not be written: {problem.strerror}.") from None
    _say_what_is_in_it(file, counted)


def _write_out(file: Growing, team_id: UUID, at_once: int, *, of: int) -> None:
    part = Part(file.state.part)
    if file.state.lines:
        _tell(f"Going on after {file.state.lines:,} plans.")
    while True:
        taken = take_out(
            here().world,
            team_id=team_id,
            part=part,
            after=file.after,
            at=here().now(),
            most=at_once,
        )
        if taken.last is None:
            return
        before = file.state.lines // TOLD_EVERY
        file.add(taken.documents, last=taken.last, damaged=taken.damaged)
        if before != file.state.lines // TOLD_EVERY:
            _tell(f"{file.state.lines:,} of {of:,} plans written.")


def _say_what_is_in_it(file: Growing, counted: Counted) -> None:
    for one in file.state.damaged:
        click.echo(f"not written: {one}: what is kept is not what was published.")
    click.echo(f"{file.state.lines:,} plans written to {file.path}.")
    if counted.unpublished:
        click.echo(f"{counted.unpublished:,} people have published nothing and are not in it.")
    _tell(IN_CLEAR.format(file=file.path))
    if file.state.damaged:
        raise Cannot("some plans were not written; restore them from a backup.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import has come in one file for one team."""

    digest: str
    team: str
    offset: int = 0
    lines: int = 0
    brought: int = 0
    before: int = 0
    refused: int = 0


@click.command("import-team")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", required=True, help="The name of the team, as make-team took it.")
@with_appcontext
def import_team_command(file: Path, *, team: str) -> None:
    """Bring every record of FILE (made by export-team) in as a new person of a team.

    A line that cannot come in is told of and the others go on. Nothing is published: every section
    becomes a draft, and each person's trail says so. Cut off, run it again.
    """
    team_id = team_named(here().world, team)
    try:
        done = _bring_in(file, Progress(digest=must_be_whole(file), team=str(team_id)))
    except BadFile as problem:
        raise Cannot(str(problem)) from None
    except OSError as problem:
        raise Cannot(f"{file} could not be read: {problem.strerror}.") from None
    click.echo(f"{done.brought:,} people are in, as drafts: clinicians of {team} can sign them.")
    if done.before:
        click.echo(f"{done.before:,} had come in from this file before.")
    _tell(IN_CLEAR.format(file=file))
    if done.refused:
        raise Cannot(f"{done.refused:,} lines could not come in; each is told of above.")


def _bring_in(path: Path, progress: Progress) -> Progress:
    kept = beside(path, "imported")
    known = read_state(kept)
    if known is not None and (known.get("digest"), known.get("team")) == (
        progress.digest,
        progress.team,
    ):
        progress = Progress(**known)  # type: ignore[arg-type]
        _tell(f"Going on after {progress.lines:,} lines.")
    with path.open("rb") as file:
        file.seek(progress.offset)
        for line in Lines(file, number=progress.lines):
            progress = _one(line, progress, click.echo)
            if progress.lines % KEPT_EVERY == 0:
                keep(kept, asdict(progress))
            if progress.lines % TOLD_EVERY == 0:
                _tell(f"{progress.lines:,} lines read, {progress.brought:,} people in.")
    kept.unlink(missing_ok=True)
    return progress


def _one(line: Line, so_far: Progress, say: Callable[[str], None]) -> Progress:
    so_far = replace(so_far, offset=line.end, lines=line.number)
    if line.body is None:
        say(f"line {line.number}: longer than any plan.")
        return replace(so_far, refused=so_far.refused + 1)
    team_id = UUID(so_far.team)
    try:
        came = take_in(here().world, document=line.body, team_id=team_id, at=here().now())
    except CannotBring as problem:
        say(f"line {line.number}: {problem}")
        return replace(so_far, refused=so_far.refused + 1)
    if came is Came.BEFORE:
        return replace(so_far, before=so_far.before + 1)
    return replace(so_far, brought=so_far.brought + 1)
