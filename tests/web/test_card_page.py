"""The static page for signed cards: the same for everybody, allowed by hash, asking nobody."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from hashlib import sha256

import html5lib

from careplan.fhir import codes
from careplan.web.scan.card_page import card_page, known_codes


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _inside(tag: str, html: str) -> str:
    (found,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return str(found)


def test_the_policy_allows_its_own_script_and_style_and_its_own_service():
    page = card_page(str)
    html = page.body.decode()
    assert f"script-src {_hash(_inside('script', html))};" in page.csp
    assert f"style-src {_hash(_inside('style', html))};" in page.csp
    for rule in (
        "default-src 'none'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "trusted-types 'none'",
    ):
        assert rule in page.csp
    assert "unsafe" not in page.csp


def test_it_is_well_made_small_and_asks_nobody_else():
    page = card_page(str)
    html = page.body.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    assert gzip.decompress(page.gzip) == page.body
    assert len(page.gzip) < 12_000
    assert not re.search(r"""(src|srcset|poster|action)\s*=\s*["']""", html)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert addresses <= {codes.SNOMED, "https://smarthealth.cards#health-card"}


def test_its_text_is_never_markup():
    script = _inside("script", card_page(str).body.decode())
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "DOMParser"):
        assert way not in script
    assert not re.search(r"localStorage|sessionStorage|indexedDB|caches|cookie", script)


def test_it_knows_every_code_that_a_card_can_hold():
    known = known_codes(str)
    for code in (*codes.SUBSTANCES.values(), *codes.GENOTYPES.values(), codes.NO_KNOWN_ALLERGY):
        assert known[code]


def test_it_is_served_once_and_then_known(client):
    first = client.get("/c")
    assert first.status_code == 200
    assert first.headers["Content-Security-Policy"] == card_page(str).csp
    assert "Set-Cookie" not in first.headers
    again = client.get("/c", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
