"""Keys are fetched from where they were said to be, soon, and never from inside a network."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from careplan.partners import jwks
from careplan.partners.jwks import (
    BadAddress,
    CannotFetch,
    checked_address,
    fetch_keys,
    read_address,
)
from tests.stores import NOW

KEYS = b'{"keys":[]}'


class Site:
    """A web server of this test's own that says what it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.says: Callable[[BaseHTTPRequestHandler], None] = lambda one: reply(one, KEYS)
        self.heard: list[BaseHTTPRequestHandler] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.heard.append(self)
                site.says(self)

            def log_message(self, *_said: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/jwks.json"


def reply(one: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    one.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        one.send_header(name, value)
    one.end_headers()
    one.wfile.write(body)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_what_stands_there_comes_back_as_it_is(site: Site) -> None:
    assert fetch_keys(site.url, anywhere=True) == KEYS
    heard = site.heard[0]
    assert (heard.path, heard.headers["Host"]) == ("/jwks.json", f"127.0.0.1:{site.port}")
    assert "Authorization" not in heard.headers
    assert "Cookie" not in heard.headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_it_is_led_nowhere_else(site: Site, status: int) -> None:
    site.says = lambda one: reply(one, b"", status, Location=f"{site.url}?again")
    with pytest.raises(CannotFetch, match=str(status)):
        fetch_keys(site.url, anywhere=True)
    assert len(site.heard) == 1


@pytest.mark.parametrize("status", [204, 404, 500])
def test_only_an_answer_counts(site: Site, status: int) -> None:
    site.says = lambda one: reply(one, KEYS if status != 204 else b"", status)
    with pytest.raises(CannotFetch, match=str(status)):
        fetch_keys(site.url, anywhere=True)


def test_it_takes_64_kilobytes_and_no_more(site: Site) -> None:
    site.says = lambda one: reply(one, b" " * 65536)
    assert len(fetch_keys(site.url, anywhere=True)) == 65536
    site.says = lambda one: reply(one, b" " * 65537)
    with pytest.raises(CannotFetch, match="64"):
        fetch_keys(site.url, anywhere=True)


def _drips(one: BaseHTTPRequestHandler) -> None:
    """A letter now and then, so that no single wait is long."""
    for _letter in range(40):
        one.wfile.write(b"H")
        time.sleep(0.05)


def _says_nothing(_one: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


@pytest.mark.parametrize("slow", [_drips, _says_nothing])
def test_nobody_waits_for_a_slow_one(site: Site, slow: Any) -> None:
    site.says = slow
    begun = time.monotonic()
    with pytest.raises(CannotFetch, match="three seconds"):
        fetch_keys(site.url, anywhere=True, patience=0.3)
    assert time.monotonic() - begun < 1
    assert jwks.PATIENCE == 3


def test_a_broken_answer_is_no_answer(site: Site) -> None:
    def breaks_off(one: BaseHTTPRequestHandler) -> None:
        one.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")
        one.connection.shutdown(socket.SHUT_RDWR)

    site.says = breaks_off
    with pytest.raises(CannotFetch):
        fetch_keys(site.url, anywhere=True)

    def speaks_otherwise(one: BaseHTTPRequestHandler) -> None:
        one.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    site.says = speaks_otherwise
    with pytest.raises(CannotFetch):
        fetch_keys(site.url, anywhere=True)


def test_neither_a_proxy_nor_a_password_of_this_machines_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetch_keys(site.url, anywhere=True) == KEYS
    assert "Authorization" not in site.heard[0].headers


# --- where it may go -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "jwks.json",
        "//host/jwks.json",
        "http://trust.example.org/jwks.json",
        "ftp://trust.example.org/jwks.json",
        "file:///etc/passwd",
        "https://",
        "https:///jwks.json",
        "https://user@trust.example.org/",
        "https://user:password@trust.example.org/",
        "https://trust.example.org/#part",
        "https://trust.example.org:0/",
        "https://trust.example.org:99999/",
        "https://trust.example.org/a b",
        "https://trust.example.org/\r\nHost: evil",
        "https://trüst.example.org/",
        "https://[::1/",
        "https://trust.example.org/" + "a" * 500,
    ],
)
def test_only_an_https_address_is_taken(url: str) -> None:
    with pytest.raises(BadAddress):
        read_address(url)
    with pytest.raises(BadAddress):
        fetch_keys(url)


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.asvs("1.3.6")
def test_no_name_leads_into_a_private_network(address: str) -> None:
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(BadAddress, match="private"):
            checked_address("trust.example.org", 443, look_up=lambda *_name, f=found: f)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_worlds_is_the_one_to_go_to(address: str) -> None:
    found = checked_address("trust.example.org", 443, look_up=lambda *_name: [address])
    assert str(found) == address


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_however_this_machine_is_spelt(url: str) -> None:
    with pytest.raises(CannotFetch):
        fetch_keys(url)


def test_a_name_that_is_none_is_said_to_be_none() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    def nowhere(_host: str, _port: int) -> list[str]:
        return []

    for look_up in (unknown, nowhere):
        with pytest.raises(CannotFetch, match="no computer"):
            checked_address("nowhere.example", 443, look_up=look_up)


# --- to the address that was checked, with the certificate of the name ---------------------------


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """One that vouches for itself, for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW.replace(year=2020))
        .not_valid_after(NOW.replace(year=2090))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    kept, secret = folder / f"{name}.crt", folder / f"{name}.key"
    kept.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return kept, secret


@pytest.mark.parametrize("shows", ["trust.example.org", "evil.example.org"])
def test_the_name_is_looked_up_once_and_the_certificate_is_the_names(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shows: str
) -> None:
    """A name server that says another thing the second time leads nobody astray."""
    trusted, secret = _certificate(tmp_path, shows)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(trusted))
    looked: list[str] = []

    def look_up(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(jwks, "_looked_up", look_up)
    url = f"https://trust.example.org:{site.port}/jwks.json"
    if shows == "trust.example.org":
        assert fetch_keys(url, anywhere=True) == KEYS
        assert site.heard[0].headers["Host"] == f"trust.example.org:{site.port}"
    else:
        with pytest.raises(CannotFetch, match=requests.exceptions.SSLError.__name__):
            fetch_keys(url, anywhere=True)
        assert site.heard == []
    assert looked == ["trust.example.org"]
