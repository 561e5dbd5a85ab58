"""Commands on one plan or one file: export and validate."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.acts.exporting import Form, NoCard, NoSuchPerson, NothingPublished, export
from careplan.fhir.conform import NOT_CHECKED, Severity, check
from careplan.fhir.definitions import NotSetUp
from careplan.fhir.wire import MAX_BYTES
from careplan.web.commands.running import Cannot
from careplan.web.commands.written import write_for_owner
from careplan.web.here import here


@click.command("export")
@click.argument("person")
@click.option(
    "--as",
    "form",
    type=click.Choice([one.value for one in Form]),
    default="record",
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@with_appcontext
def export_command(person: str, form: str, out: Path) -> None:
    """Write the newest version of PERSON's plan (NHS number or plan number) to a file.

    fhir is the emergency document, record everything in the record, pdf the page, card the full
    wallet card, text the emergency page in plain words. It is written in the person's trail.
    """
    try:
        body = export(here().world, person=person, form=Form(form), at=here().now())
    except NoSuchPerson:
        raise Cannot("nobody has this number.") from None
    except NoCard:
        raise Cannot("this person has no full card: it is made when they print one.") from None
    except NothingPublished:
        raise Cannot("this person has published nothing yet.") from None
    write_for_owner(out, body)
    click.echo(f"{len(body)} bytes written to {out}.")


@click.command("validate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def validate_command(file: Path) -> None:
    """Say every problem of a FHIR file with its place, and what was not checked."""
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)  # one more byte is enough to be refused
    try:
        problems = check(data, now=here().now(), advice=True)
    except NotSetUp as problem:
        raise Cannot(str(problem)) from None
    for found in problems:
        click.echo(f"{found.severity:11} {found.path or file.name}: {found.text}")
    click.echo("Not checked: " + "; ".join(NOT_CHECKED) + ".", err=True)
    errors = [one for one in problems if one.severity is Severity.ERROR]
    if errors:
        click.echo(f"{file.name}: {len(errors)} errors.", err=True)
        sys.exit(1)
    click.echo(f"{file.name}: no errors found.")
