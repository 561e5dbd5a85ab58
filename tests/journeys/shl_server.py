"""A small service for the viewer's journeys: its page, one link, and whatever the link should do.

It stands in for the web room so that every answer a link can give, and every way a network can
fail, is one attribute away. What it encrypts with is the specification's JWE.
"""

from __future__ import annotations

import json
import threading
import zlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from careplan.web.scan.viewer import viewer_page

XHTML = "http://www.w3.org/1999/xhtml"
KEY = bytes(range(32))
TOKEN = "t" * 43
CURRENT: dict[str, Any] = {
    "label": "CURRENT",
    "tone": "ok",
    "words": "",
    "age": "29 years",
    "version": 3,
    "checked": "2026-11-20T03:12:00Z",
}

ADULT = """
<p class="alarm">SICKLE CELL CRISIS = MEDICAL EMERGENCY. Pain relief now: aim 15 min, at most
30.</p>
<section class="who"><h2>Check name and date of birth with the person or wristband</h2>
<p><strong>Adaeze Grace Okonkwo-Bright</strong>, known as Ada (she/her)</p>
<p>Born <strong>14 March 1997</strong> · NHS number <strong>999 011 0212</strong></p></section>
<section class="genotype"><h2>Sickle type</h2> <p>HbSS</p></section>
<section class="allergies listed"><h2>Allergies</h2>
<ul><li>CO-AMOXICLAV: widespread rash and lip swelling (severe)</li></ul></section>
<section class="dose first"><h2>First dose</h2>
<p class="big"><strong>Morphine 10 mg subcutaneous</strong></p>
<p>Again after 30 min, at most 3 doses. 30 mg in first 2 hours, then senior review.</p></section>
<section class="dose second"><h2>Instead of the first dose, if no injection possible or not given
within 15 minutes</h2>
<p class="big"><strong>Morphine immediate release 20 mg oral</strong></p>
<p>Again after 60 min, at most 2 doses. Counts towards the maximum: 40 mg then senior review.</p>
</section>
<section class="signed"><h2>Signed</h2> <p>8 September 2026 by Dr Helena Marsden, consultant
haematologist, St Anselm’s Hospital. Valid to 8 September 2027.</p></section>
<section class="phone24"><h2>Haematology, 24 hours</h2> <p><a href="tel:02079460100">020 7946
0100</a> ask for the haematology registrar on call</p></section>
<section class="more next"><h2>Reassess and escalate</h2>
<p>Every 30 minutes until comfortable, then at least every 4 hours.</p>
<p>Still 7 or more after 3 doses: morphine PCA and call haematology <a
href="tel:02079460101">020 7946 0101</a></p>
<p>Sedation score, respiratory rate and oxygen saturation every 30 minutes for 2 hours, hourly to 6
hours, then 4-hourly. Naloxone at the bedside.</p></section>
<section class="more history"><h2>Has not worked, and what did</h2>
<ul><li>Tramadol: no relief and I felt sick (my experience)</li>
<li>Codeine: no relief (documented 2019)</li></ul>
<p>19 August 2026: morphine 10 mg subcutaneous x2, pain 9 to 4 in 50 minutes, mild itch.</p>
</section>
<section class="more unusual"><h2>This is not my usual pain if</h2>
<p>“Pain in my chest, or a headache that is new. I do not get those in a normal crisis.”</p>
</section>
<section class="more normal"><h2>My normal</h2>
<table><tbody><tr><th scope="row">Haemoglobin</th><td>82 g/L</td><td>8 Sep 2026</td></tr>
<tr><th scope="row">Oxygen saturation on air</th><td>96 %</td><td>8 Sep 2026</td></tr>
<tr><th scope="row">Creatinine</th><td>54 umol/L</td><td>8 Sep 2026</td></tr>
<tr><th scope="row">Weight</th><td>61.5 kg</td><td>8 Sep 2026</td></tr></tbody></table></section>
<section class="more transfusion"><h2>Transfusion</h2>
<dl><dt>Group</dt><dd>O RhD positive</dd><dt>Antibodies</dt><dd>None found</dd>
<dt>Needs</dt><dd>Rh and K matched, HbS negative</dd></dl></section>
<section class="more helps"><h2>What helps me</h2>
<ul><li>Believe me and tell me what you are about to do</li><li>Heat pads straight away</li>
<li>Let me keep my own warm drink</li></ul></section>
<section class="foot"><p>Supports, does not replace, your judgement. Not a prescription.</p>
<p>Hospital that knows me: St Anselm’s Hospital, SA448210.</p></section>
"""


def b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def narrative(inside: str = ADULT) -> str:
    return f'<div class="plan" xmlns="{XHTML}">{inside}</div>'


VERSION = "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber"
NOTICE = "https://my-sickle-cell-plan.example/fhir/StructureDefinition/day-notice"


def document(div: str | None = None, *, version: int | None = None, **notice: str) -> bytes:
    """An emergency document with the least the viewer reads. `notice`: text, since, until."""
    person = {
        "resourceType": "Patient",
        "name": [{"use": "official", "text": "Adaeze Grace Okonkwo-Bright"}],
        "birthDate": "1997-03-14",
    }
    about = {
        "resourceType": "Composition",
        "date": "2026-09-10",
        "attester": [{"mode": "legal", "time": "2026-09-08T10:00:00Z"}],
        "text": {"status": "generated", "div": narrative() if div is None else div},
        "extension": [
            *([{"url": VERSION, "valueString": str(version)}] if version else []),
            *([{"url": NOTICE, "extension": _parts(notice)}] if notice else []),
        ],
    }
    entries = [{"resource": about}, {"resource": person}]
    return json.dumps({"resourceType": "Bundle", "type": "document", "entry": entries}).encode()


def _parts(notice: dict[str, str]) -> list[dict[str, str]]:
    kinds = {"text": "valueString", "since": "valueDate", "until": "valueDate"}
    return [{"url": name, kinds[name]: value} for name, value in notice.items()]


def encrypt(plain: bytes, *, nonce: bytes = b"n" * 12, zipped: bool = True, **changed: str) -> str:
    """A compact JWE; `changed` spoils its header on purpose."""
    header = {"alg": "dir", "enc": "A256GCM", "cty": "application/fhir+json"}
    if zipped:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        plain = squeeze.compress(plain) + squeeze.flush()
        header["zip"] = "DEF"
    head = b64url(json.dumps(header | changed).encode())
    sealed = AESGCM(KEY).encrypt(nonce, plain, head.encode())
    return ".".join([head, "", b64url(nonce), b64url(sealed[:-16]), b64url(sealed[-16:])])


PAGE = viewer_page(str)


class _Door(BaseHTTPRequestHandler):
    """What a browser meets; `of` is the Service whose attributes decide."""

    protocol_version = "HTTP/1.1"
    of: Service

    def log_message(self, *args: Any) -> None:
        pass

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.of.requests.append(("GET", self.path, {}))
        if self.path == "/s":
            self.reply(200, PAGE.gzip, {**PAGE.headers, "Content-Encoding": "gzip"})
        elif self.path.startswith("/u/"):
            token = encrypt(self.of.plain, zipped=False).encode()
            self.reply(200, token, {"Content-Type": "application/jose"})
        elif self.path in ("/code", "/c"):
            self.reply(200, b"<!doctype html><title>Short code</title>", {})
        elif self.path.startswith("/f/"):
            self.reply(200, self.of.file_bytes, {"Content-Type": "application/jose"})
        else:
            self.reply(404, b"", {})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/reply":
            self.of.replies.append(dict(parse_qsl(sent.decode())))
            self.reply(404 if self.of.cut else 200, b"<!doctype html>", {})
            return
        body = json.loads(sent)
        self.of.requests.append(("POST", self.path, body))
        if self.of.cut:
            self.close_connection = True
            self.connection.close()
            return
        status, said, headers = self.of.decide(body)
        headers |= {"Content-Type": "application/json", "Cache-Control": "no-store"}
        self.reply(status, json.dumps(said).encode(), headers)


@dataclass
class Service:
    """One link. Set an attribute, and the next request meets it."""

    plain: bytes = field(default_factory=document)
    token: str | None = None
    state: dict[str, Any] = field(default_factory=lambda: dict(CURRENT))
    zipped: bool = True
    asks: str | None = None
    answer: str = "14 March 1997"
    attempts: int = 10
    gone: dict[str, str] | None = None
    wait: int | None = None
    status: int = 200
    cut: bool = False
    apart: str | None = None
    file: dict[str, Any] = field(default_factory=dict)
    file_bytes: bytes = b""
    going: list[str] = field(default_factory=list)
    replies: list[dict[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Service:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"of": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()

    def decide(self, body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        if self.gone is not None:
            return 404, self.gone, {}
        if self.wait is not None:
            return 429, {}, {"Retry-After": str(self.wait)}
        if self.status != 200:
            return self.status, {}, {}
        if self.asks and body.get("passcode") != self.answer:
            if "passcode" in body:
                self.attempts -= 1
            return 401, {"remainingAttempts": self.attempts, "_asks": self.asks}, {}
        token = self.token
        if token is None:
            token = encrypt(self.plain, zipped=self.zipped and bool(body["_zip"]))
        file = {"contentType": "application/fhir+json", "embedded": token} | self.file
        if self.apart is not None:
            file["location"], self.file_bytes = self.apart, file.pop("embedded").encode()
        said = {"files": [file], "_state": self.state, "_look": "look-1"}
        return 200, said | self.beside(body), {}

    def beside(self, body: dict[str, Any]) -> dict[str, Any]:
        going = {"_visit": self.going} if self.going else {}
        return going | ({} if "_again" in body else {"_reply": "reply-1"})

    @property
    def origin(self) -> str:
        assert self.server
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [body for method, _, body in self.requests if method == "POST"]

    def link(self, **changed: Any) -> str:
        """The address in the QR; `changed` spoils its payload on purpose."""
        said = {"url": f"{self.origin}/m/{TOKEN}", "key": b64url(KEY), "flag": "L"} | changed
        return f"{self.origin}/s#shlink:/{b64url(json.dumps(said).encode())}"
