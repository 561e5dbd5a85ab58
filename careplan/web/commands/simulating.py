"""The command that fills a demonstration with invented people, visits and unfairness."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.simulating import ThereAlready, simulate
from careplan.web.commands.running import Cannot, page_ids
from careplan.web.here import here

MOST_PEOPLE, MOST_VISITS = 1000, 50


@click.command("simulate")
@click.option("--people", "count", required=True, type=click.IntRange(1, MOST_PEOPLE))
@click.option("--seed", required=True, type=click.IntRange(0))
@click.option("--visits", default=4, show_default=True, type=click.IntRange(0, MOST_VISITS))
@click.option("--signed", default=70, show_default=True, type=click.IntRange(0, 100), help="In %.")
@with_appcontext
def simulate_command(count: int, seed: int, visits: int, signed: int) -> None:
    """Put invented people in, with plans, openings, taps and reports. Refuses in production.

    Black people, people who need an interpreter and everybody at night are treated worse in them,
    by the amounts in careplan/visits/invented.py, so that the measures have something to find.
    """
    if here().settings.environment == "production":
        raise Cannot("invented people do not belong beside real ones; set CAREPLAN_ENV=demo.")
    try:
        played = simulate(
            here().world,
            people_count=count,
            visits_each=visits,
            seed=seed,
            today=here().today(),
            done=page_ids,
            signed=signed / 100,
        )
    except ThereAlready as problem:
        raise Cannot("the people of this seed are in already; choose another seed.") from problem
    click.echo(
        f"{played.people} invented people are in, {played.signed} with a signed plan: "
        f"{len(played.visits)} visits, {played.openings} openings, "
        f"{played.replies} replies of departments. Next: flask --app wsgi measures"
    )
