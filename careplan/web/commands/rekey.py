"""The command that wraps every key anew under the current master key."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.rekeying import AT_ONCE, Rekeyed, left_to_rewrap, rekey
from careplan.web.commands.running import Cannot
from careplan.web.here import here


@click.command("rekey")
@click.option(
    "--at-once",
    type=click.IntRange(1, 5_000),
    default=AT_ONCE,
    show_default=True,
    help="Keys in one transaction.",
)
@click.option("--dry-run", is_flag=True, help="Say how many there are to do, and do nothing.")
@with_appcontext
def rekey_command(*, at_once: int, dry_run: bool) -> None:
    """Wrap every key anew under MASTER_KEY_CURRENT, while the service goes on. Safe to stop.

    First restart every process with both keys and the new one current; then run this; then take
    the old one out of MASTER_KEYS.
    """
    world, current = here().world, here().settings.master_key_current
    left = left_to_rewrap(world)
    whole = sum(left.values())
    if dry_run:
        click.echo(f"To wrap anew under {current}: {whole:,}.")
        return

    def tell(done: int) -> None:
        click.echo(f"{done:,} of {whole:,} keys wrapped anew.", err=True)

    _say(rekey(world, now=here().now, tell=tell, at_once=at_once), current)


def _say(found: Rekeyed, current: str) -> None:
    click.echo(f"{found.done:,} keys wrapped anew under {current}.")
    for name, many in sorted(found.still.items()):
        known = "run this again" if name in here().settings.master_keys else "not in MASTER_KEYS"
        click.echo(f"{name} still wraps {many:,}: {known}.")
    for name in found.spare:
        click.echo(f"{name} wraps nothing any more: it may be taken out of MASTER_KEYS.")
    if found.still:
        raise Cannot("some keys are still under another master key.")
