"""Commands that set the service up and look after it."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from careplan.acts.demo_family import FAMILY
from careplan.acts.demo_people import others
from careplan.acts.forgetting import forget_what_is_over
from careplan.acts.handover import move_what_is_due
from careplan.acts.inviting import work_all
from careplan.acts.seeding import (
    DEMO_CLINICIAN,
    DEMO_EMERGENCY,
    DEMO_NURSE,
    DEMO_PASSWORD,
    DEMO_PATIENT,
    HalfSeeded,
    seed,
)
from careplan.acts.telling_late import tell_what_waits
from careplan.store.migrate import migrate
from careplan.store.partitioning import NoPartitions, OtherNumber
from careplan.store.roles import NoSuchRole, OwnRole
from careplan.web.access import routes
from careplan.web.forms.pages import section_pages
from careplan.web.here import here

PARTITIONS = ("2", "4", "8", "16", "32", "64")


class Cannot(click.ClickException):
    """One line on stderr, and exit code 1."""

    def show(self, file: object = None) -> None:  # noqa: ARG002
        click.echo(f"Cannot: {self.message}", err=True)


@click.command("migrate")
@click.option("--app-role", envvar="APP_ROLE", default="", help="The role that serves, to grant.")
@click.option(
    "--partitions",
    type=click.Choice(PARTITIONS),
    help="PostgreSQL: spread people over so many partitions, once. 16 is usual.",
)
@with_appcontext
def migrate_command(app_role: str, partitions: str | None) -> None:
    """Bring the database to this program's schema. Safe to run again."""
    url, number = here().settings.database_url, int(partitions or 0)
    try:
        done = migrate(url, app_role=app_role, partitions=number)
    except (NoPartitions, OtherNumber, NoSuchRole, OwnRole) as problem:
        raise Cannot(f"{problem}.") from problem
    if done is not None and done.tables:
        click.echo(
            f"{done.rows} rows of {done.tables} tables are spread over partitions. For "
            f"{done.nobody_wrote:.1f} seconds nobody could save, and for {done.nobody_read:.1f} of "
            "them nobody could read."
        )
    click.echo("The database is ready.")


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Put invented people in, once. Refuses in production."""
    if here().settings.environment == "production":
        raise Cannot("invented people do not belong beside real ones; set CAREPLAN_ENV=demo.")
    world, at, today = here().world, here().now(), here().today()
    try:
        fresh = seed(world, at=at, today=today, done=page_ids, everybody=True)
    except HalfSeeded as problem:
        raise Cannot(
            f"putting invented people in was cut off before its end, and {problem}. Nobody real is "
            "here: remove this database (DATABASE_URL), then migrate and seed again."
        ) from None
    click.echo("Invented people are in." if fresh else "Invented people were in already.")


def page_ids(section: str) -> list[str]:
    return [page.id for page in section_pages(section).pages]


@click.command("logins")
@with_appcontext
def logins_command() -> None:
    """Print the demonstration's logins."""
    if not here().settings.demo:
        raise Cannot("there are no demonstration logins outside CAREPLAN_ENV=demo.")
    rows = [("patient", DEMO_PATIENT), ("haematologist", DEMO_CLINICIAN), ("nurse", DEMO_NURSE)]
    for person in others(timedelta()):
        rows += [("patient", person.email), ("haematologist", person.signer.email)]
    if here().settings.break_glass:
        rows.append(("emergency", DEMO_EMERGENCY))
    rows += [("helper", email) for _name, email, _asked in FAMILY]
    for role, email in rows:
        click.echo(f"{role:14} {email:32} password: {DEMO_PASSWORD}")


@click.command("routes-access")
@with_appcontext
def routes_access_command() -> None:
    """Print every address, its methods and who it is for."""
    for rule, methods, reader in routes(current_app):
        click.echo(f"{rule:44} {methods:10} {reader}")


def only_reads() -> bool:
    """Whether nothing may be written now, told to whoever reads the log of a timer."""
    if here().settings.read_only:
        click.echo("READ_ONLY is on: nothing was done.")
    return here().settings.read_only


@click.command("work")
@with_appcontext
def work_command() -> None:
    """Work off the lists of people to start plans for, move the plans whose day has come, tell what
    this node wrote down while the database was away, and forget counts and tokens that are over.

    Safe to stop and to run again.
    """
    if only_reads():
        return
    lists = work_all(here().world, at=here().now(), today=here().today())
    moved = move_what_is_due(here().world, at=here().now())
    forget_what_is_over(here().world, at=here().now())
    told = tell_what_waits(here().world, at=here().now())
    click.echo(f"Lists worked on: {lists}. Plans moved to another team: {moved}.")
    if told.late or told.unreadable:
        click.echo(f"Looks told late: {told.late}. Lines that cannot be read: {told.unreadable}.")
