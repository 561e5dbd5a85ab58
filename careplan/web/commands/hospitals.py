"""Commands on hospitals: the list that pages offer, and what people let each one's named person
read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask.cli import with_appcontext

from careplan.acts.hospitals import BadHeader, every_hospital, load_hospitals
from careplan.acts.reports_read import reports_for_hospital
from careplan.visits.questions import asked
from careplan.web.commands.running import Cannot
from careplan.web.commands.written import write_for_owner
from careplan.web.here import here
from careplan.web.report_words import rows_of


@click.command("load-hospitals")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--close-the-rest", is_flag=True, help="Those the file does not name have closed.")
@with_appcontext
def load_hospitals_command(file: Path, *, close_the_rest: bool) -> None:
    """Take in the hospitals of FILE, a CSV of code,name,town and, if you like, closed_on.

    One that has closed keeps its code and name for what was told of it, and is offered no more.
    """
    try:
        text = file.read_text("utf-8-sig")
        loaded = load_hospitals(
            here().world,
            text,
            close_the_rest=close_the_rest,
            at=here().now(),
            today=here().today(),
        )
    except UnicodeDecodeError:
        raise Cannot(f"{file.name} is not UTF-8 text; nothing was taken in.") from None
    except BadHeader:
        raise Cannot("the first line must be code,name,town; nothing was taken in.") from None
    for row in loaded.rows:
        click.echo(f"line {row.number}: {row.code or '(no code)'}: {row.became or row.problem}")
    for code in loaded.closed:
        click.echo(f"not in the file: {code}: closed")
    for code in loaded.left_as_they_are:
        click.echo(f"not in the file: {code}: left as it is")
    wrong = [row for row in loaded.rows if row.problem]
    click.echo(f"{len(loaded.rows) - len(wrong)} rows taken in, {len(wrong)} not.")
    if wrong:
        raise Cannot("some rows were not taken in; put them right and load the file again.")


@click.command("hospital-reports")
@click.argument("code")
@click.option("--days", type=click.IntRange(1, 366), default=31, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@with_appcontext
def hospital_reports_command(code: str, days: int, out: Path) -> None:
    """Write what people let the named person of hospital CODE read, without anybody's name.

    For that person alone, never for staff who treat people. Each person is told.
    """
    now, named = here().now(), every_hospital(here().world)
    if code not in named:
        raise Cannot("no hospital has this code.")
    since = now - timedelta(days=days)
    found = reports_for_hospital(here().world, hospital=code, since=since, until=now, at=now)
    parts = [f"What people told of {named[code].words}: {len(found)} visits.\n"]
    for number, report in enumerate(found, start=1):
        source = asked().choices["source"][report.source]
        parts.append(f"\nVisit {number} ({source})\n")
        rows = (row for group in rows_of(report, named, of_them=True) for row in group.rows)
        parts += [f"{row.label} {row.value}\n" for row in rows]
    write_for_owner(out, "".join(parts).encode())
    click.echo(f"{len(found)} visits written to {out}.")
