"""Sending by SMTP, with TLS unless the mail server is on this machine."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from careplan.notify.post import Letter, TryLater, Undeliverable

_TIMEOUT_SECONDS = 20
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class BadAddress(ValueError):
    """The mail server's address, or the sender's, is not one."""


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """`server` as "smtps://user:secret@mail.example.org:465" or "smtp://…:587"."""

    server: str
    sender: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.server)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadAddress("the mail server must look like smtps://user:secret@host:465")
        if "@" not in parseaddr(self.sender)[1]:
            raise BadAddress("the sender must be an e-mail address")

    def __repr__(self) -> str:
        return f"SmtpPost({urlsplit(self.server).hostname})"

    def send(self, letter: Letter, *, again: bool) -> None:  # noqa: ARG002
        """A repeated letter carries the same Message-ID, by which mailboxes know it as one."""
        try:
            with self._connect() as connection:
                connection.send_message(self._message(letter))
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _said in problem.recipients.values()]
            if all(code >= 500 for code in codes):
                raise Undeliverable(f"refused with {codes}") from problem
            raise TryLater(f"refused with {codes}") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise TryLater(type(problem).__name__) from problem

    def reach(self) -> None:
        try:
            with self._connect() as connection:
                connection.noop()
        except (OSError, smtplib.SMTPException) as problem:
            raise TryLater(type(problem).__name__) from problem

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.server)
        host, context = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            made = smtplib.SMTP(host, parts.port or 587, timeout=_TIMEOUT_SECONDS)
            if host not in _OWN_MACHINE:
                made.starttls(context=context)
        if parts.username:
            made.login(unquote(parts.username), unquote(parts.password or ""))
        return made

    def _message(self, letter: Letter) -> EmailMessage:
        domain = parseaddr(self.sender)[1].partition("@")[2]
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.reference}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
