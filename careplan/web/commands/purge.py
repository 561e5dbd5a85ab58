"""The command that removes what has been kept long enough, and says before what that would be."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.purging import Due, Scope, purge, what_is_due
from careplan.store.retention import Rule, retention
from careplan.summary.wording import day
from careplan.web.here import here


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--plans", is_flag=True, help="People's plans too, for ever. Never by itself.")
@with_appcontext
def purge_command(*, dry_run: bool, plans: bool) -> None:
    """Remove what has been kept as long as careplan/store/retention.toml says. Safe to stop."""
    world, at = here().world, here().now()
    if dry_run:
        for due in what_is_due(world, at=at):
            click.echo(_line(due))
        click.echo(f"Sign-off of these periods: {retention().sign_off}")
        return

    def tell(rule: Rule, gone: int) -> None:
        click.echo(f"{rule.id}: {gone:,} gone.", err=True)

    scope = Scope.PLANS_TOO if plans else Scope.ALL_BUT_PLANS
    click.echo(f"Removed: {purge(world, scope=scope, at=at, tell=tell):,}.")


def _line(due: Due) -> str:
    rule = due.rule
    oldest = f", the oldest of {day(due.oldest)}" if due.oldest else ""
    held = f"; held back {due.held:,} (a child's, or no birth date)" if due.held else ""
    return f"{rule.id:20} {rule.period:9} {rule.runs:6} {due.rows:>9,}{oldest}{held}"
