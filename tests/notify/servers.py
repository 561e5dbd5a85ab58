"""A mail server and a Notify service of our own, on this machine, for as long as a test lasts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps what arrives; refuses or breaks off when it is told to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse: str | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    @property
    def ids(self) -> set[str]:
        return {letter["Message-ID"] for letter in self.letters}


@contextmanager
def a_mail_server() -> Iterator[tuple[str, Mailbox]]:
    """Its address, and what arrives there."""
    mailbox = Mailbox()
    with socket.socket() as free:  # the controller cannot be given port 0
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", mailbox
    finally:
        controller.stop()


class Notify(ThreadingHTTPServer):
    """As much of the Notify interface as its own client asks of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _NotifyHandler)
        self.kept: list[dict[str, Any]] = []
        self.answer_with: int | None = None
        self.lose_the_answer = False
        self.authorised: list[str] = []


class _NotifyHandler(BaseHTTPRequestHandler):
    server: Notify

    def log_message(self, *said: Any) -> None: ...

    def _say(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.authorised.append(self.headers["Authorization"])
        if self.server.answer_with:
            self._say(self.server.answer_with, {"errors": [{"message": "no"}]})
            return
        self.server.kept.append({"path": self.path, **asked})
        if self.server.lose_the_answer:
            self._say(503, {"errors": [{"message": "gateway"}]})
            return
        self._say(201, {"id": "1"})

    def do_GET(self) -> None:
        wanted = parse_qs(urlsplit(self.path).query).get("reference", [""])[0]
        found = [one for one in self.server.kept if one["reference"] == wanted]
        self._say(200, {"notifications": found})


@contextmanager
def a_notify_service() -> Iterator[Notify]:
    server = Notify()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
