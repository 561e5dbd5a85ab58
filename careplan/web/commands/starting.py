"""The command that makes a deployment's first team, and the administrator who adds the rest."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.accounts.people import Role
from careplan.acts.accounts import (
    NewMember,
    add_to_team,
    email_is_free,
    helper_problems,
    make_team,
)
from careplan.keys.tokens import new_token
from careplan.web.commands.running import Cannot
from careplan.web.here import here


@click.command("make-team")
@click.option("--name", required=True, help="Like: St Anselm's red cell team.")
@click.option("--organisation", required=True, help="Like: St Anselm's Hospital.")
@click.option("--ods", required=True, help="The organisation's ODS code.")
@click.option("--phone", help="The number answered day and night.")
@click.option("--admin-name", required=True)
@click.option("--admin-email", required=True)
@with_appcontext
def make_team_command(
    name: str, organisation: str, ods: str, phone: str | None, admin_name: str, admin_email: str
) -> None:
    """Make a team and its first administrator, and print their first password once."""
    world, at = here().world, here().now()
    password = new_token(world.entropy, 12)
    problems = helper_problems(name=admin_name, email=admin_email, password=password)
    if problems:
        raise Cannot(" ".join(problems.values()))
    if not email_is_free(world, admin_email):
        raise Cannot("this e-mail address has an account already.")
    team_id = make_team(world, name=name, organisation=organisation, ods=ods, phone=phone, at=at)
    admin = NewMember(admin_email, password, admin_name, "Administrator", Role.TEAM_ADMIN, None)
    add_to_team(world, admin, team_id=team_id, verified_by="The command make-team", at=at)
    click.echo(f"The team is made. {admin_name} signs in with {admin_email} and {password}")
