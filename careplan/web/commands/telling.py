"""The command that sends the notices people asked for."""

from __future__ import annotations

import time

import click
from flask.cli import with_appcontext

from careplan.acts.notifying import Sent, remind, send_due
from careplan.notify.govuk import NotifyPost
from careplan.notify.post import WayOut
from careplan.notify.smtp import BadAddress, SmtpPost
from careplan.settings import Settings
from careplan.web.commands.running import Cannot, only_reads
from careplan.web.here import here


@click.command("send-notices")
@click.option("--every", type=click.IntRange(5, 3600), help="Go on, with so many seconds between.")
@with_appcontext
def send_notices_command(every: int | None) -> None:
    """Send every notice that is due, and find out which reviews are coming."""
    post = post_of(here().settings)
    if post is None:
        raise Cannot("no way to send is set: give MAIL_SERVER and MAIL_FROM, or NOTIFY_API_KEY.")
    while True:
        if not only_reads():
            _send(post, tell=every is None)
        if every is None:
            return
        time.sleep(every)


def _send(post: WayOut, *, tell: bool) -> None:
    """`tell`: also when there was nothing to do."""
    remind(here().world, at=here().now(), today=here().today())
    came_to = send_due(here().world, post, at=here().now())
    if tell or came_to != Sent():
        click.echo(
            f"Sent {came_to.sent}, to be tried again {came_to.later}, given up {came_to.dropped}."
        )


def post_of(settings: Settings) -> WayOut | None:
    """The way out that the settings name."""
    if settings.notify_key:
        address = settings.notify_address or None
        return NotifyPost(settings.notify_key, settings.notify_template, address)
    if not settings.mail_server:
        return None
    try:
        return SmtpPost(settings.mail_server, settings.mail_from)
    except BadAddress as problem:
        raise Cannot(f"MAIL_SERVER or MAIL_FROM: {problem}.") from problem
