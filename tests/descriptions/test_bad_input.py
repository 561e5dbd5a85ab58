"""What no well-meaning program sends, at every door that takes a body: a 4xx that says why, in the
door's own form, nothing kept, and no more memory than a body may have."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from careplan.store.tables import metadata
from tests.conftest import BASE_URL
from tests.descriptions.peopled import Peopled

FHIR = "application/fhir+json"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TAKE_FHIR = ("/fhir/CarePlan", "/fhir/Bundle")
JUDGE_FHIR = ("/fhir/$validate", "/fhir/Bundle/$validate")
TAKE_JSON = ("/m/{token}", "/going-in/taps", "/my-copy/still")
NOT_COUNTED = frozenset({"counter", "partner_token", "partner_assertion"})
"""How often somebody asked, and the token with which these tests do."""
TRAIL = frozenset({"audit_event", "service_event"})
"""That somebody looked, or was refused."""
MUCH = 50_000_000
BOUND = 12_000_000
"""Bytes of memory at most while 50 MB are being sent: some copies of what a door takes."""


@dataclass(frozen=True)
class Bad:
    """`but`: the doors at which it is no fault."""

    body: bytes
    kind: str | None = FHIR
    headers: tuple[tuple[str, str], ...] = ()
    but: tuple[str, ...] = ()


def _whole(inside: str) -> bytes:
    return f'{{"resourceType":"CarePlan","status":"active",{inside}}}'.encode()


READ_AND_JUDGED = JUDGE_FHIR
"""Where what is read and wrong is the answer, and not a failure."""
BAD: dict[str, Bad] = {
    "nothing": Bad(b""),
    "blank": Bad(b" \n "),
    "no JSON": Bad(b"<Bundle xmlns='http://hl7.org/fhir'/>"),
    "cut off": Bad(b'{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uu'),
    "two values": Bad(b"{}{}"),
    "null": Bad(b"null", but=READ_AND_JUDGED),
    "a list": Bad(b"[]", but=READ_AND_JUDGED),
    "a number": Bad(b"5", but=READ_AND_JUDGED),
    "a list in a list in a list": Bad(b"[" * 100_000 + b"]" * 100_000),
    "an object in an object": Bad(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "never closed": Bad(b'{"extension":[' * 50_000),
    "one name twice": Bad(b'{"resourceType":"Bundle","resourceType":"CarePlan"}'),
    "one name twice, inside": Bad(_whole('"subject":{"reference":"a","reference":"b"}')),
    "not UTF-8": Bad(b'{"resourceType":"Bundle","x":"caf\xe9"}'),
    "UTF-16": Bad(_whole('"title":"x"').decode().encode("utf-16")),
    "UTF-32": Bad(_whole('"title":"x"').decode().encode("utf-32")),
    "half a character": Bad(_whole('"title":"\\ud800"')),
    "the other half": Bad(_whole('"title":"\\udc00x"')),
    "a zero byte": Bad(_whole('"title":"a\\u0000b"'), but=READ_AND_JUDGED),
    "a number beyond numbers": Bad(_whole('"x":1e400'), but=READ_AND_JUDGED),
    "a number of many digits": Bad(_whole('"x":' + "9" * 10_000), but=READ_AND_JUDGED),
    "not a number": Bad(_whole('"x":NaN')),
    "infinity": Bad(_whole('"x":-Infinity')),
    "leading zeros": Bad(_whole('"x":007')),
    "plain text": Bad(b"{}", kind="text/plain"),
    "XML by name": Bad(b"{}", kind="application/fhir+xml"),
    "a form": Bad(b"resourceType=Bundle", kind=FORM),
    "an upload": Bad(b"--x--", kind="multipart/form-data; boundary=x"),
    "no kind at all": Bad(b"{}", kind=None),
    "packed": Bad(gzip.compress(b"{}"), headers=(("Content-Encoding", "gzip"),)),
    "a bomb": Bad(gzip.compress(bytes(MUCH)), headers=(("Content-Encoding", "gzip"),)),
    "packed in secret": Bad(gzip.compress(b"{}")),
    "packed by a name of its own": Bad(b"{}", headers=(("Content-Encoding", "x-none"),)),
}


@pytest.fixture(scope="module")
def count(people: Peopled) -> Callable[[], dict[str, int]]:
    def rows() -> dict[str, int]:
        with people.world.store.read() as tx:
            return {
                one.name: tx.run(select(func.count()).select_from(one)).scalar() or 0
                for one in metadata.sorted_tables
                if one.name not in NOT_COUNTED | TRAIL
            }

    return rows


@pytest.fixture
def nothing_kept(count) -> Iterator[None]:
    before = count()
    yield
    assert count() == before


def _post(people: Peopled, path: str, body, kind: str | None, **more):
    client = people.app.test_client()
    path = path.format(token=people.known["token"][0])
    return client.post(path, data=body, content_type=kind, base_url=BASE_URL, **more)


@pytest.mark.parametrize("name", BAD)
def test_a_fhir_door_says_what_is_wrong(people, nothing_kept, name):
    bad = BAD[name]
    for path in (*TAKE_FHIR, *JUDGE_FHIR):
        answer = _post(people, path, bad.body, bad.kind, headers=dict(bad.headers))
        said = (path, answer.status_code, answer.text[:300])
        assert answer.mimetype == FHIR, said
        assert answer.json["resourceType"] == "OperationOutcome", said
        assert all(one["diagnostics"] for one in answer.json["issue"]), said
        if path in bad.but:
            assert answer.status_code == 200, said
            assert {one["severity"] for one in answer.json["issue"]} & {"error", "fatal"}, said
        else:
            assert 400 <= answer.status_code < 500, said


@pytest.mark.parametrize("name", BAD)
def test_a_door_of_json_says_no_in_json(people, nothing_kept, name):
    """A link's manifest without a recipient, and the doors of phones without a token."""
    bad = BAD[name]
    kind = JSON if bad.kind == FHIR else bad.kind
    for path in TAKE_JSON:
        answer = _post(people, path, bad.body, kind, headers=dict(bad.headers))
        said = (path, answer.status_code, answer.text[:300])
        assert 400 <= answer.status_code < 500, said
        assert isinstance(answer.json, dict), said


HALF = "\ud800"


@pytest.mark.parametrize("recipient", [HALF, f"Dr {HALF}", "\x00", "\udfff\ud800", "x" * 100_000])
def test_whoever_looks_may_call_themselves_what_they_like(people, recipient):
    """The name is shown to the person it is about: what is no text is not kept as such."""
    for more in ({}, {"passcode": HALF}, {"_again": HALF}, {"embeddedLengthMax": 10**400}):
        body = json.dumps({"recipient": recipient, **more})
        answer = _post(people, "/m/{token}", body, JSON)
        assert answer.status_code in (200, 400), answer.text[:300]
        assert isinstance(answer.json, dict)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1", "9" * 5_000])
def test_a_length_that_is_no_length_embeds_what_it_allows(people, number):
    body = f'{{"recipient":"Dr Test","embeddedLengthMax":{number}}}'
    answer = _post(people, "/m/{token}", body, JSON)
    assert answer.status_code in (200, 400)
    assert isinstance(answer.json, dict)


def test_the_doors_of_phones_take_text_that_is_no_text_for_no_token(people, nothing_kept):
    for path in ("/going-in/taps", "/my-copy/still"):
        for token in (HALF * 43, "x" * 42 + "\x00", "é" * 43):
            answer = _post(people, path, json.dumps({"token": token, "sent": HALF}), JSON)
            assert answer.status_code in (400, 410), (path, answer.status_code)


# --- too much of it ------------------------------------------------------------------------------


class Endless(io.RawIOBase):
    """A body that comes from a slow line and is nowhere whole."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def seek(self, *_where: int) -> int:
        """The test client looks how long a body is, and is not told."""
        return 0

    def tell(self) -> int:
        return 0

    def readinto(self, room) -> int:
        some = min(len(room), self.left, 65_536)
        room[:some] = b" " * some
        self.left -= some
        return some


@pytest.mark.parametrize("said", [True, False], ids=["its length is said", "it is not"])
@pytest.mark.parametrize("path", [*TAKE_FHIR, *JUDGE_FHIR, "/fhir/token", *TAKE_JSON])
def test_fifty_megabytes_are_refused_in_little_memory(people, nothing_kept, path, said):
    kind = FORM if path == "/fhir/token" else FHIR if path.startswith("/fhir") else JSON
    body = Endless(MUCH)
    length = {"CONTENT_LENGTH": str(MUCH)} if said else {"wsgi.input_terminated": True}
    path = path.format(token=people.known["token"][0])
    tracemalloc.start()
    answer = people.app.test_client().post(
        path, input_stream=body, content_type=kind, base_url=BASE_URL, environ_overrides=length
    )
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:200])
    assert isinstance(answer.json, dict)
    assert most < BOUND


LONG = "x" * 1_000_000


@pytest.mark.parametrize("header", ["Authorization", "Accept", "Prefer", "If-None-Match", "Cookie"])
def test_a_header_of_a_million_letters_is_no_trouble(people, nothing_kept, header):
    headers = {"X-Stranger": "yes", header: LONG} if header == "Authorization" else {header: LONG}
    answer = people.app.test_client().get("/fhir/CarePlan", headers=headers, base_url=BASE_URL)
    wanted = {"Authorization": 401, "Accept": 406}.get(header, 200)
    assert (answer.status_code, answer.mimetype) == (wanted, FHIR)


@pytest.mark.parametrize(
    "asked",
    [
        {"identifier": LONG},
        {"no-such": LONG},
        {"_id": ",".join(["x"] * 10_000)},
        {"_lastUpdated": "9" * 100_000},
        {"_lastUpdated": "9999-12-31T23:59:60+99:99"},
        {"date": "0000"},
        {"_count": "9" * 5_000},
        {"_page": LONG},
        {"_page": "é\x00"},
        {"patient": HALF.encode("utf-8", "surrogatepass")},
        {"identifier": "\x00"},
        {f"p{number}": "x" for number in range(5_000)},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_search_that_asks_too_much_is_refused_or_finds_nothing(people, asked):
    client = people.app.test_client()
    for answer in (
        client.get("/fhir/CarePlan", query_string=asked, base_url=BASE_URL),
        client.post("/fhir/CarePlan/_search", data=asked, base_url=BASE_URL),
    ):
        assert answer.status_code in (200, 400, 413), answer.text[:300]
        assert answer.mimetype == FHIR
        if answer.status_code == 200:
            assert not answer.json.get("entry")
