"""Commands by which whoever runs the service lets people in where nobody in a team can: the first
administrators, a registration with nobody else to check it, and a way back in."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import with_appcontext

from careplan.accounts.clinic_codes import shown
from careplan.accounts.people import Role
from careplan.acts.accounts import member_problems
from careplan.acts.inviting_staff import (
    Asked,
    Invited,
    TeamThere,
    begin_team,
    invite_from_server,
)
from careplan.acts.members import NotNowForThem, check_from_server
from careplan.acts.recovering import let_back_from_server
from careplan.acts.world import NotThere
from careplan.store.teams import Team
from careplan.summary.wording import moment
from careplan.web.commands.bringing_in import team_named
from careplan.web.commands.running import Cannot
from careplan.web.here import here

_SERVER = "on the server"


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
    """Make a team, and print an invitation for its first administrator once.

    Invite a second one with invite-admin: whoever lets a clinician in cannot check their
    registration too.
    """
    _need_good(admin_name, admin_email)
    world, admin = here().world, _administrator(admin_name, admin_email)
    team = Team(team_id=world.new_id(), name=name, organisation=organisation, ods=ods, phone=phone)
    try:
        made = begin_team(world, team, admin=admin, doer=_SERVER, at=here().now())
    except TeamThere as problem:
        raise Cannot(
            f"{problem}, so nothing was made. If its first invitation was lost, print another: "
            f"invite-admin --team “{problem.name}”."
        ) from None
    click.echo("The team is made.")
    _print_invitation(admin, made)


@click.command("invite-admin")
@click.option("--team", required=True, help="The name of the team, as make-team took it.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@with_appcontext
def invite_admin_command(team: str, name: str, email: str) -> None:
    """Print an invitation for another administrator of a team once.

    Two administrators who were both invited here can check the registration of whomever the other
    let in.
    """
    _need_good(name, email)
    _invite_admin(team_named(here().world, team), name, email)


def _need_good(name: str, email: str) -> None:
    problems = member_problems(name=name, email=email)
    if problems:
        raise Cannot(" ".join(problems.values()))


def _administrator(name: str, email: str) -> Asked:
    return Asked(name, email, "Administrator", Role.TEAM_ADMIN)


def _invite_admin(team_id: UUID, name: str, email: str) -> None:
    asked = _administrator(name, email)
    made = invite_from_server(
        here().world, team_id=team_id, asked=asked, doer=_SERVER, at=here().now()
    )
    _print_invitation(asked, made)


def _print_invitation(asked: Asked, made: Invited) -> None:
    door = f"{here().settings.base_url}/account/invited"
    click.echo(
        f"{asked.name} opens {door} with {asked.email} and the code "
        f"{shown(made.code)}, which works once, until {moment(made.until)}. "
        "Give the code in person or by telephone."
    )


@click.command("check-registration")
@click.argument("email")
@click.option("--by", required=True, help="Who looked the number up in the public register.")
@with_appcontext
def check_registration_command(email: str, by: str) -> None:
    """Write down that somebody's registration was looked up, so that they can sign plans.

    For a team whose only administrator let them in: nobody does both.
    """
    try:
        name = check_from_server(
            here().world, email=email, doer=f"{by}, {_SERVER}", at=here().now()
        )
    except NotThere:
        raise Cannot("nobody of a team has this e-mail address.") from None
    except NotNowForThem:
        raise Cannot("there is no registration of theirs that waits to be checked.") from None
    click.echo(f"{name}’s registration is checked. They can sign now.")


@click.command("recover-admin")
@click.argument("email")
@click.option("--by", required=True, help="Who has seen the person and knows who they are.")
@with_appcontext
def recover_admin_command(email: str, by: str) -> None:
    """Print a code once, for a team's only administrator who cannot get in.

    Also for an account that nobody in a team may give a code for: it reaches beyond one team. A
    registration must then be checked again.
    """
    try:
        given = let_back_from_server(
            here().world, email=email, doer=f"{by}, {_SERVER}", at=here().now()
        )
    except NotThere:
        raise Cannot("there is no account with this e-mail address that may be used.") from None
    click.echo(
        f"{given.name} opens {here().settings.base_url}/account/lost with {email} and the code "
        f"{shown(given.code)}, which works once, until {moment(given.until)}."
    )
