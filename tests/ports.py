"""A port of this machine that nobody listens at, for a server that a test or a proof starts."""

from __future__ import annotations

import socket


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
