"""Fetches another system's public keys from the address that was registered for it.

Somebody else names the address, so it must not lead into our own network: the name is looked up
once, every address it stands for must be one of the whole world's, and it is that address the
connection goes to. Three seconds, looking up included, and 64 kilobytes are all there is.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from careplan.partners.patience import MOST_BYTES, CannotFetch, in_time, whole_body

__all__ = ["MOST_BYTES", "BadAddress", "CannotFetch", "fetch_keys", "read_address"]

PATIENCE = 3.0
LONGEST_ADDRESS = 500

_NOT_THE_WORLDS = tuple(
    ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 that is a way to some IPv4 address, whichever."""
_ANSWERED = 200


class BadAddress(CannotFetch):
    """Not an address that keys may be fetched from."""


def read_address(url: str, *, anywhere: bool = False) -> str:
    """The address as it is kept. Raises BadAddress. `anywhere` is for demonstrations and tests:
    plain http, and this machine."""
    if len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress("an address has at most 500 plain letters and no spaces")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("this is not an address") from None
    if parts.scheme != "https" and not (anywhere and parts.scheme == "http"):
        raise BadAddress("the address must begin with https://")
    if not parts.hostname or port == 0:
        raise BadAddress("the address names no computer")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise BadAddress("the address must hold no password and no #")
    return url


def fetch_keys(url: str, *, anywhere: bool = False, patience: float = PATIENCE) -> bytes:
    """What stands at the address, unread. Raises CannotFetch.

    Whoever is slow is left behind: a thread of its own waits on, and nobody for it.
    """
    address = read_address(url, anywhere=anywhere)
    return in_time(
        lambda: _fetched(address, anywhere=anywhere, patience=patience),
        seconds=patience,
        late="it did not answer in three seconds",
    )


def _fetched(url: str, *, anywhere: bool, patience: float) -> bytes:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    to = checked_address(host, port, anywhere=anywhere)
    with requests.Session() as asking:
        asking.trust_env = False  # neither a proxy nor a password of this machine's
        asking.mount("https://", _Named(host))
        literal = f"[{to}]" if to.version == 6 else str(to)
        there = parts._replace(netloc=f"{literal}:{port}").geturl()
        said = {"Host": parts.netloc, "Accept": "application/json", "Accept-Encoding": "identity"}
        with asking.get(
            there, headers=said, timeout=patience, allow_redirects=False, stream=True
        ) as answer:
            return _body(answer)


def _body(answer: Any) -> bytes:
    if answer.status_code != _ANSWERED:
        raise CannotFetch(f"it answered {answer.status_code}, not 200")
    return whole_body(answer)


class _Named(HTTPAdapter):
    """Goes to an address that was checked, and asks for the certificate of the name it stood for.

    Looked up a second time, the name could stand for another computer by then.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(max_retries=0)

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        more |= {"server_hostname": self.host, "assert_hostname": self.host}
        super().init_poolmanager(*sizes, **more, ssl_minimum_version=ssl.TLSVersion.TLSv1_2)


Lookup = Callable[[str, int], list[str]]


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def checked_address(
    host: str, port: int, *, anywhere: bool = False, look_up: Lookup | None = None
) -> IPv4Address | IPv6Address:
    """The one to connect to. Raises BadAddress if any of the name's addresses is not for all."""
    look_up = look_up or _looked_up
    try:
        found = [ip_address(one.partition("%")[0]) for one in look_up(host, port)]
    except (OSError, ValueError, UnicodeError):
        raise CannotFetch("there is no computer of this name") from None
    if not found:
        raise CannotFetch("there is no computer of this name")
    if not anywhere and not all(_is_the_worlds(one) for one in found):
        raise BadAddress("this name stands for a computer inside a private network")
    return found[0]


def _is_the_worlds(one: IPv4Address | IPv6Address) -> bool:
    if isinstance(one, IPv6Address):
        if one.ipv4_mapped is not None:
            return _is_the_worlds(one.ipv4_mapped)
        if any(one in network for network in _NOT_THE_WORLDS):
            return False
    return one.is_global and not one.is_multicast and not one.is_reserved
