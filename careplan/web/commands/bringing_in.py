"""The command that brings one plan in from a file."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from careplan.acts.bringing_in import CannotBring, bring_in
from careplan.acts.world import World
from careplan.store.teams import teams
from careplan.web.commands.running import Cannot
from careplan.web.here import here


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", "name", required=True, help="The name of the team, as make-team took it.")
@with_appcontext
def import_command(file: Path, name: str) -> None:
    """Bring a record (`export PERSON --as record`) in as a new person of a team.

    Every section becomes a draft; nothing is published until a clinician of the team signs. It is
    written in the person's trail.
    """
    world = here().world
    team_id = team_named(world, name)
    try:
        brought = bring_in(world, document=file.read_bytes(), team_id=team_id, at=here().now())
    except CannotBring as problem:
        raise Cannot(str(problem)) from None
    except OSError as problem:
        raise Cannot(f"{file} could not be read: {problem.strerror}.") from None
    click.echo(f"Plan {brought.plan_number} is in, as drafts: a clinician of {name} can sign it.")


def team_named(world: World, name: str) -> UUID:
    """Raises Cannot with the names there are."""
    with world.store.read() as tx:
        known = teams(tx)
    found = [one.team_id for one in known if one.name == name]
    if len(found) != 1:
        there = ", ".join(f"“{one.name}”" for one in known) or "none"
        why = "more than one team has" if found else "no team has"
        raise Cannot(f"{why} the name “{name}”. There are: {there}.")
    return found[0]
