"""Checks that ask others: how people reach us, and the way out for messages. Nothing is sent."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import click

from careplan.notify.post import TryLater
from careplan.web.commands.telling import post_of
from careplan.web.doctor.findings import Finding, in_words, look, well, wrong
from careplan.web.here import Here

_RENEW, _SOON = timedelta(days=14), timedelta(days=3)
_OFF = timedelta(seconds=30)
_PATIENCE = 10
_REACH = "See that the name leads here, and that proxy and firewall let it by."


def of_others(here: Here, *, trusted: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """`trusted`: which certificates are believed; those of the machine unless said otherwise."""
    yield from _address(here, trusted or ssl.create_default_context())
    yield from _mail(here)


def _address(here: Here, trusted: ssl.SSLContext) -> Iterator[Finding]:
    base = urlsplit(here.settings.base_url)
    if base.scheme != "https":
        yield look(
            "tls",
            "BASE_URL is not https: what people read travels in clear.",
            "Put a proxy with a certificate in front (ops/nginx, ops/caddy) and set https.",
        )
        return
    door = http.client.HTTPSConnection(
        base.hostname or "", base.port, timeout=_PATIENCE, context=trusted
    )
    try:
        door.request("GET", f"{base.path}/healthz")
        certificate = door.sock.getpeercert() or {}
        answer = door.getresponse()
        yield from _answered(answer.status, answer.headers.get("Date"), here)
        yield from _certificate(certificate, here)
    except ssl.SSLCertVerificationError as problem:
        why = problem.verify_message
        yield wrong("tls", f"The certificate of BASE_URL is not believed: {why}.", "Renew it.")
    except (OSError, http.client.HTTPException) as problem:
        yield wrong("address", f"BASE_URL cannot be reached: {type(problem).__name__}.", _REACH)
    finally:
        door.close()


def _answered(status: int, date: str | None, here: Here) -> Iterator[Finding]:
    if status != 200:
        yield wrong("address", f"BASE_URL answers {status} at /healthz.", _REACH)
        return
    yield well("address", "BASE_URL leads to a service that answers.")
    if date is None:
        return
    off = abs(parsedate_to_datetime(date) - here.now())
    if off > _OFF:
        yield wrong(
            "clock",
            f"This machine's clock and that of BASE_URL differ by {in_words(off)}.",
            "Let both follow a time server: one-time codes and links go by the clock.",
        )


def _certificate(certificate: object, here: Here) -> Iterator[Finding]:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not isinstance(ends, str):
        yield look("tls", "BASE_URL shows no certificate that could be read.", "Look at the proxy.")
        return
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - here.now()
    said = f"The certificate of BASE_URL is good for {in_words(left)} more."
    do = "Renew it, and see why that does not happen by itself."
    if left < _SOON:
        yield wrong("tls", said, do)
    elif left < _RENEW:
        yield look("tls", said, do)
    else:
        yield well("tls", said)


def _mail(here: Here) -> Iterator[Finding]:
    try:
        post = post_of(here.settings)
        if post is None:
            yield look(
                "mail",
                "No way for messages is set: nobody is told that somebody opened their plan.",
                "Set MAIL_SERVER and MAIL_FROM, or NOTIFY_API_KEY and NOTIFY_TEMPLATE.",
            )
            return
        post.reach()
    except click.ClickException as problem:
        yield wrong("mail", problem.message, "See docs/settings.md.")
    except TryLater as problem:
        yield wrong(
            "mail",
            f"The way for messages cannot be used: {problem}.",
            "See its address, its password and its certificate. Messages wait and none is lost.",
        )
    else:
        yield well("mail", "The way for messages lets us in.")
