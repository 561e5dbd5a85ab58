"""The command that erases a person for ever, and lists who asked for it."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from careplan.acts.erasing import (
    AnotherPlan,
    NobodyDecided,
    TooLong,
    Why,
    all_asked,
    erase,
    whom_to_erase,
)
from careplan.acts.exporting import NoSuchPerson
from careplan.summary.wording import day
from careplan.web.commands.running import Cannot
from careplan.web.here import here

SURE = "Nobody can undo this. Type the plan number to erase {number} for ever"


@click.command("erase")
@click.argument("person", required=False)
@click.option("--asked", is_flag=True, help="List who asked for it, and what was decided.")
@click.option(
    "--why",
    type=click.Choice([one.value for one in Why]),
    help="Not needed where the person asked and the decision is written down.",
)
@click.option("--authority", help="Who at the trust decided it, by name and post.")
@click.option("--plan-number", help="To be sure; otherwise it is asked for.")
@with_appcontext
def erase_command(
    person: str | None,
    *,
    asked: bool,
    why: str | None,
    authority: str | None,
    plan_number: str | None,
) -> None:
    """Erase PERSON (NHS number, plan number, or the id that an erasure left behind): their key, and
    all that finds them, for ever.

    The trail stays as bytes that nobody can open, and the sums that were counted stay. Backups made
    before hold the old key until they run out: see docs/keeping.md.
    """
    if asked:
        _list()
        return
    if person is None:
        raise click.UsageError("Name a person, or ask for --asked.")
    try:
        whom = whom_to_erase(here().world, person=person)
        sure = plan_number or click.prompt(SURE.format(number=whom.plan_number))
        gone = erase(
            here().world,
            person=person,
            plan_number=sure,
            why=Why(why) if why else None,
            authority=authority,
            at=here().now(),
        )
    except NoSuchPerson:
        raise Cannot("nobody has this number.") from None
    except AnotherPlan:
        raise Cannot("this is not their plan number; nothing was erased.") from None
    except NobodyDecided:
        raise Cannot("nobody has decided this: say --why and --authority.") from None
    except TooLong:
        raise Cannot("the name and post of who decided may have 120 letters.") from None
    click.echo(f"Erased, with {gone.accounts} accounts. What is left of it is {gone.patient_id}.")
    click.echo("Backups made before today still hold it until they run out.", err=True)


def _list() -> None:
    for one in all_asked(here().world):
        request = one.request
        told = f" by {request.decided_by}" if request.decided_by else ""
        click.echo(f"{one.plan_number}  asked {day(request.asked_at)}  {request.stands}{told}")
