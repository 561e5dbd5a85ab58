"""Commands that work the measures out, and load the table of how deprived postcodes are."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.acts.deprivation_file import BadTable
from careplan.acts.deprivation_file import load_deprivation as load
from careplan.acts.measuring import ENOUGH, work_out
from careplan.web.commands.running import Cannot
from careplan.web.here import here


@click.command("measures")
@with_appcontext
def measures_command() -> None:
    """Publish what visit reports say up to the end of last month. Run it every night.

    It publishes once a month at most, and only when enough people are in it.
    """
    made = work_out(here().world, at=here().now())
    click.echo(f"Reports read to count: {made.counted}.")
    for about in made.published:
        click.echo(f"New figures of {about}, up to {made.until}.")
    for about in made.waiting:
        click.echo(f"Of {about} too little is new: fewer than {ENOUGH} people. It waits.")


@click.command("load-deprivation")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load_deprivation_command(file: Path) -> None:
    """Load a CSV of postcode,quintile (1 is the most deprived fifth of the country)."""
    try:
        loaded = load(here().world, data=file.read_bytes(), at=here().now())
    except BadTable as problem:
        raise Cannot(f"{file.name} could not be loaded: {problem}.") from None
    for line in loaded.problems:
        click.echo(line, err=True)
    click.echo(f"Postcodes kept: {loaded.kept}. Rows refused: {loaded.refused}.")
