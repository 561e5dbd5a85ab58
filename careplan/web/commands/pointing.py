"""Commands that make a pointer for the National Record Locator, and judge one."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.acts.exporting import NoSuchPerson, NothingPublished
from careplan.acts.pointing import CannotPoint, Wanted, pointers
from careplan.fhir import codes, wire
from careplan.fhir.pointer import EMERGENCY_PLAN, HAEMATOLOGY, Leads
from careplan.fhir.pointer_rules import problems
from careplan.plan.codec import Unreadable
from careplan.web.commands.running import Cannot
from careplan.web.commands.written import write_for_owner
from careplan.web.here import here

NOT_TRACED = (
    "The NHS number was checked by the team and not traced with the Personal Demographics Service: "
    "trace it before this is sent."
)


@click.command("nrl-pointer")
@click.argument("person")
@click.option("--version", "number", type=click.IntRange(min=1), help="Else the newest.")
@click.option("--all", "every", is_flag=True, help="One for every version, newest first.")
@click.option(
    "--as", "leads", type=click.Choice([one.value for one in Leads]), default="document",
    show_default=True, help="What is read at the address.",
)  # fmt: skip
@click.option(
    "--type", "kind", type=click.Choice(list(codes.NRL_TYPES)), default=EMERGENCY_PLAN,
    show_default=True, help="SNOMED CT code of the kind of plan.",
)  # fmt: skip
@click.option(
    "--setting", type=click.Choice(list(codes.NRL_SETTINGS)), default=HAEMATOLOGY,
    show_default=True, help="SNOMED CT code of the kind of service.",
)  # fmt: skip
@click.option("--replaces", help="The id that the Locator gave the pointer before this one.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Else printed.")
@with_appcontext
def nrl_pointer_command(
    person: str,
    *,
    number: int | None,
    every: bool,
    leads: str,
    kind: str,
    setting: str,
    replaces: str | None,
    out: Path | None,
) -> None:
    """Make the National Record Locator's pointer to PERSON's plan (NHS number or plan number).

    Nothing is sent. Each pointer is one line, and is written in the person's trail.
    """
    if every and (number is not None or replaces):
        raise Cannot("--all goes neither with --version nor with --replaces.")
    wanted = Wanted(
        number=number,
        every=every,
        leads=Leads(leads),
        type=kind,
        setting=setting,
        replaces=replaces,
    )
    try:
        made = pointers(here().world, person=person, wanted=wanted, at=here().now())
    except NoSuchPerson:
        raise Cannot("nobody has this number.") from None
    except NothingPublished:
        raise Cannot("this person has published nothing yet.") from None
    except CannotPoint as problem:
        raise Cannot(str(problem)) from None
    lines = b"".join(one + b"\n" for one in made)
    if out is None:
        click.echo(lines, nl=False)
    else:
        write_for_owner(out, lines)
        click.echo(f"{len(made)} written to {out}.", err=True)
    click.echo(NOT_TRACED, err=True)


@click.command("nrl-check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def nrl_check_command(file: Path) -> None:
    """Say for every line of FILE whether the National Record Locator would take it as a pointer."""
    wrong = 0
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            found = [(one.path, one.problem) for one in problems(wire.loads(line))]
        except Unreadable as problem:
            found = [(problem.path, problem.problem)]
        for path, said in found:
            click.echo(f"line {number}: {path}: {said}")
        wrong += bool(found)
    click.echo(f"{wrong} would be refused." if wrong else "Every one would be taken.", err=True)
    sys.exit(1 if wrong else 0)
