"""The command that changes the key which signs the codes that need no signal."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.card_keys import remove, rotate
from careplan.acts.world import NotThere
from careplan.web.commands.running import Cannot
from careplan.web.here import here


@click.command("rotate-card-key")
@click.option("--remove", "stolen", metavar="KID", help="Of a key that somebody else may have.")
@with_appcontext
def rotate_card_key_command(stolen: str | None) -> None:
    """Sign cards with a new key from now on; those printed stay good. Do it once a year.

    With --remove no card of that key is believed any more, from this moment: every full print
    made with it then needs printing again.
    """
    world, at = here().world, here().now()
    if stolen is None:
        now = rotate(world, at=at)
        click.echo(f"Cards are signed with {now.kid} from now on.")
        click.echo(f"{now.before} is kept to check cards." if now.before else "It is the first.")
        return
    try:
        now = remove(world, stolen, at=at)
    except NotThere:
        raise Cannot("no key of this name is published.") from None
    click.echo(f"{stolen} is removed: no card of it is good. {now.kid} signs from now on.")
