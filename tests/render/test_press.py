"""Nothing on paper is ever fetched, whatever somebody typed into their plan."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from careplan.plan import voice
from careplan.render import press, typesetter
from careplan.render.paper import page_pdf
from tests import make
from tests.render.sheets import a_sheet, text_of


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine that notes whoever rings."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    stop = threading.Event()

    def answer() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                calls.append(connection.recv(400))
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    stop.set()
    thread.join()
    server.close()


def vectors(address: str, secret: str) -> str:
    return f"""
      <img src="{address}/1"><img src="{secret}"><img src="data:image/svg+xml,%3Csvg/%3E">
      <link rel="stylesheet" href="{address}/2"><link rel="attachment" href="{secret}">
      <style>@import "{address}/3"; @font-face {{ font-family: x; src: url({address}/4) }}
      li {{ list-style-image: url({address}/6) }}
      p {{ background: url({address}/5); font-family: x }} </style>
      <object data="{address}/7"></object><embed src="{address}/8"><iframe src="{secret}"></iframe>
      <svg><image href="{address}/9"/><use href="{address}/10#a"/></svg><p>text</p><ul><li>a</ul>
      <a rel="attachment" href="{secret}">x</a>"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.asvs("1.3.6")
def test_evil_markup_reaches_nothing(listener, tmp_path):
    address, calls = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-of-this-machine")
    page = f"<html lang=en><title>t</title><body>{vectors(address, secret.as_uri())}</body></html>"
    pdf = press.lay_out(page, style="print.css").pdf()
    assert calls == []
    assert b"the-secret" not in pdf
    assert b"EmbeddedFile" not in pdf


@pytest.mark.asvs("1.2.1")
def test_evil_text_in_a_plan_is_only_text(listener, tmp_path):
    address, calls = listener
    evil = f'<img src="{address}/1"><style>@import url({address}/2)</style>'
    plan = make.ada().with_section("what_matters", voice.WhatMatters(evil))
    pdf = page_pdf(a_sheet(make.a_version(plan), notices=(evil,), host=f"{evil}"))
    assert calls == []
    assert "<img src=" in text_of(pdf)


def test_only_our_two_fonts_are_handed_out(tmp_path):
    fetcher = typesetter.Nothing()
    for url in (
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "data:text/plain,a",
        "careplan-font:other",
        "",
    ):
        with pytest.raises(typesetter.Refused):
            fetcher.fetch(url)
    for url, path in typesetter.FACES.items():
        if path.is_file():
            assert fetcher.fetch(url).read()[:4] in (b"\0\1\0\0", b"OTTO", b"true")


def test_what_was_measured_before_measures_and_draws_the_same():
    page = "<html lang=en><title>t</title><body>{}<p id=end>{}</p></body></html>"
    first, again, other = (
        press.lay_out(page.format("<p>a</p>" * lines, "b"), style="print.css")
        for lines in (40, 40, 400)
    )
    assert first.document is not None
    assert again.document is None
    assert (first.pages, first.place("end")) == (again.pages, again.place("end"))
    assert (first.pages, first.place("end")) != (other.pages, other.place("end"))
    assert again.place("no such") is None
    assert text_of(again.pdf()) == text_of(first.pdf())
    assert press.lay_out(again.html, style="card.css").document is not None


def test_it_warms():
    press.warm()
