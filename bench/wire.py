"""P2 and P3: bytes on the wire, headers included, for Ada and for the largest of the case files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bench.measure import Line
from bench.place import Site, crowd, folder, site
from careplan.acts.files import link_files
from careplan.fhir.bundle import to_emergency_bundle
from careplan.sharing.links import Kind
from careplan.summary.narrative import narrative
from careplan.summary.today import day_notices
from tests.summary.others import mama_version

MOST = 14_000


def measure() -> Iterator[Line]:
    with folder() as place:
        here = site(f"sqlite:///{place}/careplan.sqlite3")
        client = here.app.test_client()
        viewer = client.get("/s", headers={"Accept-Encoding": "gzip"})
        yield _line("P2", "viewer page", _on_the_wire(viewer))
        yield _line("P2", "manifest, Ada's plan", manifest_bytes(here, here.token(Kind.FULL_PRINT)))
        yield _line("P2", "manifest, the largest case", manifest_bytes(here, largest(here)))
        yield _line("P3", "the page behind the short code", _on_the_wire(_shown(here, client)))


def largest(here: Site) -> str:
    """The address of a card link on the plan of the longest case (a stroke, long names)."""
    words = here.world.words
    version = mama_version()
    days = day_notices(version, words, here.world.drugs)
    shown = narrative(version, words)
    document = to_emergency_bundle(version, words, narrative=shown, notices=days)
    (file,) = link_files(here.world, here.world.entropy(32), document)
    return crowd(here.world, file, people=1)[0]


def manifest_bytes(here: Site, token: str) -> int:
    asked = {"recipient": "Emergency department", "_zip": True}
    headers = {"Accept-Encoding": "gzip"}
    return _on_the_wire(here.app.test_client().post(f"/m/{token}", json=asked, headers=headers))


def _shown(here: Site, client: FlaskClient) -> TestResponse:
    page = client.get("/code").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {
        "csrf_token": token[1] if token else "",
        "code": here.link(Kind.FULL_PRINT).short_code,
        "birth_date": "14 March 1997",
    }
    return client.post("/code", data=form, headers={"Accept-Encoding": "gzip"})


def _on_the_wire(answer: TestResponse) -> int:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.path} answered {answer.status}")
    head = f"HTTP/1.1 {answer.status}\r\n{answer.headers}"
    return len(head.encode()) + len(answer.get_data())


def _line(number: str, what: str, size: int) -> Line:
    limit = f"≤ {MOST:,} bytes"
    return Line(number, what, f"{size:,} bytes", "", "", limit, size <= MOST)
