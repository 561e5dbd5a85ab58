"""The command that lists other organisations' systems, of every team."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.partners import registered
from careplan.keys.partner_keys import kept_keys
from careplan.store.partners import KeptPartner
from careplan.web.here import here


@click.command("partners")
@with_appcontext
def partners_command() -> None:
    """List the systems of other organisations that were let in, suspended ones too."""
    found = registered(here().world)
    for team, kept in found:
        click.echo(_line(team, kept))
    suspended = sum(not kept.partner.active for _team, kept in found)
    click.echo(f"{len(found)} let in, {suspended} of them suspended.")


def _line(team: str, kept: KeptPartner) -> str:
    one = kept.partner
    keys = ",".join(key["kid"] for key in kept_keys(kept.jwks).keys)
    used = kept.last_used_at.strftime("%Y-%m-%d %H:%M") if kept.last_used_at else "never"
    parts = (
        str(one.partner_id),
        one.state,
        one.purpose,
        f"last signed in {used}",
        f"{one.name} ({one.organisation})",
        f"for {team}",
        f"keys {keys} from {kept.jwks_url or 'here'}",
        str(one.scopes),
    )
    return "\t".join(parts)
