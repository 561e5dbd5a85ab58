"""The doctor's checks of a machine, of its neighbours, and what the command says of them."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from careplan.web.commands import doctor
from careplan.web.doctor.findings import State, in_words, look, well, wrong
from careplan.web.doctor.of_node import of_node
from careplan.web.doctor.of_others import of_others
from tests.notify.servers import a_mail_server
from tests.ops.test_doctor import of


@pytest.fixture
def store_url(sqlite_url):
    """On one database: a machine knows nothing of databases."""
    return sqlite_url


@pytest.fixture
def alone(make_app):
    return make_app(port=1)


def node(app, root: Path, **changes):
    place = app.extensions["careplan"]
    place = replace(place, settings=replace(place.settings, **changes))
    with app.app_context():
        return list(of_node(place, root=root))


def test_secrets_that_others_may_read_show(alone, tmp_path):
    secrets = tmp_path / ".env"
    secrets.write_text("PEPPER=x", "utf-8")
    secrets.chmod(0o640)
    (finding, *_database) = of(node(alone, tmp_path), "files")
    assert finding.state is State.WRONG
    assert finding.do.startswith("chmod 600 .env")
    secrets.chmod(0o600)
    assert State.WRONG not in {one.state for one in of(node(alone, tmp_path), "files")}


def test_it_says_what_production_still_needs(alone, tmp_path):
    (finding,) = of(node(alone, tmp_path, environment="production"), "settings")
    assert (finding.state, "SECURITY_CONTACT" in finding.said) == (State.LOOK, True)
    said = {"environment": "production", "security_contact": "mailto:a@example.org"}
    (finding,) = of(node(alone, tmp_path, **said), "settings")
    assert finding.state is State.OK


def test_figures_of_several_processes_need_a_folder(alone, tmp_path):
    (finding,) = of(node(alone, tmp_path, metrics_token="x" * 24), "figures")
    assert finding.state is State.LOOK
    assert of(node(alone, tmp_path), "figures") == []


def test_it_knocks_at_its_own_door(alone, tmp_path):
    (finding,) = of(node(alone, tmp_path), "port")
    assert finding.state is State.LOOK
    with a_site(None) as port:
        (finding,) = of(node(alone, tmp_path, port=port), "port")
        assert finding.state is State.OK


# --- others --------------------------------------------------------------------------------------


class _Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Nobody reads it."""


@contextmanager
def a_site(context: ssl.SSLContext | None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Well)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side of a certificate good for ten days, and a reader who believes it."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "10", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    return serving, ssl.create_default_context(cafile=str(certificate))


def others(app, trusted=None, **changes):
    place = app.extensions["careplan"]
    place = replace(place, settings=replace(place.settings, **changes))
    with app.app_context():
        return list(of_others(place, trusted=trusted))


def test_a_certificate_that_ends_soon_shows(alone, clock, certified):
    serving, believes = certified
    clock.now = datetime.now(UTC)
    with a_site(serving) as port:
        base = f"https://localhost:{port}"
        (finding,) = of(others(alone, believes, base_url=base), "tls")
        assert (finding.state, "9 days" in finding.said) == (State.LOOK, True)
        (finding,) = of(others(alone, base_url=base), "tls")
        assert (finding.state, "not believed" in finding.said) == (State.WRONG, True)
        clock.go_on(days=8)
        found = others(alone, believes, base_url=base)
        assert of(found, "tls")[0].state is State.WRONG
        assert re.search(r"differ by [78] days", of(found, "clock")[0].said)
    (finding,) = of(others(alone, believes, base_url=base), "address")
    assert finding.state is State.WRONG


def test_it_looks_in_at_the_mail_server_and_sends_nothing(alone):
    mail = {"mail_from": "plan@example.org", "base_url": "http://127.0.0.1:1"}
    (finding,) = of(others(alone, base_url="http://127.0.0.1:1"), "mail")
    assert finding.state is State.LOOK
    with a_mail_server() as (address, mailbox):
        (finding,) = of(others(alone, mail_server=address, **mail), "mail")
        assert finding.state is State.OK
        assert mailbox.letters == []
    (finding,) = of(others(alone, mail_server=address, **mail), "mail")
    assert finding.state is State.WRONG


# --- the command ---------------------------------------------------------------------------------


def test_the_command_says_what_to_do_and_ends_with_one(make_app, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOT", tmp_path)  # this machine's own settings are its own affair
    away = make_app(database_url=f"sqlite:///{tmp_path}/no/where.db", base_url="http://127.0.0.1:1")
    runner = away.test_cli_runner()

    said = runner.invoke(args=["doctor"])
    assert said.exit_code == 1
    assert "wrong  database     The database cannot be asked." in said.output
    assert "→ See that it runs" in said.output

    found = json.loads(runner.invoke(args=["doctor", "--json"]).output)
    assert {one["state"] for one in found} <= {"ok", "look", "wrong"}
    assert all(bool(one["do"]) is (one["state"] != "ok") for one in found)


def test_what_is_only_worth_a_look_is_no_failure(alone, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    place = alone.extensions["careplan"]
    mild = replace(place, settings=replace(place.settings, base_url="http://127.0.0.1:1"))
    alone.extensions["careplan"] = mild
    done = alone.test_cli_runner().invoke(args=["doctor"])
    assert "look " in done.output
    assert (done.exit_code, "wrong" in done.output) == (0, False), done.output


def test_what_is_not_well_says_what_to_do():
    assert well("x", "Fine.").do == ""
    assert look("x", "Odd.", "Look.").state is State.LOOK
    for make in (look, wrong):
        with pytest.raises(ValueError, match="says what to do"):
            make("x", "Bad.", "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (5400, "90 minutes"),
    ],
)
def test_time_in_words(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words
