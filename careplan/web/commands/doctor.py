"""The command that looks whether all is well here."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.web.doctor.findings import Finding, State
from careplan.web.doctor.of_node import of_node
from careplan.web.doctor.of_others import of_others
from careplan.web.doctor.of_providers import of_providers
from careplan.web.doctor.of_store import of_store
from careplan.web.here import here

ROOT = Path(__file__).resolve().parents[3]


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For a program: a list of findings.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    default=2,
    envvar="WEB_WORKERS",
    help="Processes that serve on this node.",
)
@click.option(
    "--figures",
    default="",
    envvar="PROMETHEUS_MULTIPROC_DIR",
    help="The folder in which the site's processes count together.",
)
@with_appcontext
def doctor_command(*, as_json: bool, workers: int, figures: str) -> None:
    """Look at keys, clock, database, migrations, mail, disk and certificate, and say what to do.

    Changes nothing and sends nothing. Ends with 1 where something is wrong; what is only worth a
    look does not count.
    """
    place = here()
    found = list(
        chain(
            of_node(place, root=ROOT, figures=figures),
            of_store(place, workers=workers),
            of_others(place),
            of_providers(place),
        )
    )
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
    else:
        for one in found:
            click.echo(_line(one))
    if any(one.state is State.WRONG for one in found):
        click.get_current_context().exit(1)


def _line(one: Finding) -> str:
    said = f"{one.state.value:5}  {one.check:12} {one.said}"
    return f"{said}\n{'':20}→ {one.do}" if one.do else said
