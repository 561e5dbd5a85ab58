"""The static page behind the QR: small, the same bytes every time, and allowed by hash alone."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from hashlib import sha256

import html5lib
import pytest

from careplan.web.scan.inline import press_css, press_js
from careplan.web.scan.viewer import viewer_page


def _each(tag: str, html: str) -> list[str]:
    """What stands inside every tag of this kind: one style; the script that asks, and the rest."""
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    assert len(found) == {"style": 1, "script": 2}[tag]
    return found


def _inside(tag: str, html: str) -> str:
    return "\n".join(_each(tag, html))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_it_fits_the_first_round_trip():
    page = viewer_page(str)
    headers = sum(len(name) + len(value) + 4 for name, value in page.headers.items())

    assert len(page.gzip) + headers <= 14_000
    assert gzip.decompress(page.gzip) == page.body


def test_it_is_the_same_bytes_every_time():
    assert viewer_page(str) == viewer_page(str)


def test_other_words_are_another_page_with_another_name():
    loud = viewer_page(str.upper)

    assert loud.etag != viewer_page(str).etag
    assert b"TYPE THE SHORT CODE" in loud.body


def test_the_policy_allows_just_these_scripts_and_this_style():
    page = viewer_page(str)
    html = page.body.decode()

    scripts = " ".join(map(_hash, _each("script", html)))
    assert f"script-src {scripts};" in page.csp
    assert f"style-src {_hash(_inside('style', html))};" in page.csp
    assert "default-src 'none'" in page.csp
    assert "unsafe" not in page.csp
    assert page.headers["Content-Security-Policy"] == page.csp


def test_it_is_well_made_html():
    html5lib.HTMLParser(strict=True).parse(viewer_page(str).body.decode())


def test_it_asks_nobody_else_for_anything():
    html = viewer_page(str).body.decode()

    assert not re.search(r"""(src|srcset|poster|action)\s*=\s*["']""", html)
    assert not re.search(r"@import|url\(|data:", html)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert addresses <= {"http://www.w3.org/1999/xhtml"}


def test_words_cannot_leave_the_script_or_the_markup():
    html = viewer_page(lambda _: "</script><img src=x onerror=alert(1)>").body.decode()

    assert "<img" not in html
    assert len(re.findall("</script>", html)) == 2


def test_the_first_question_goes_out_before_the_rest_of_the_page_is_there():
    html = viewer_page(str).body.decode()

    assert html.index("askManifest(link, {})") < html.index("<style>") < len(html) / 3


def test_every_sentence_the_script_says_is_given_to_it():
    script = _inside("script", viewer_page(str).body.decode())
    used = set(re.findall(r"\bW\.(\w+)", script))
    refusals = set(re.findall(r"""(?:new Refusal|tell)\("(\w+)\"""", script))
    words = next(line for line in script.splitlines() if line.startswith("const W = "))

    assert used
    assert refusals
    for name in used | refusals:
        assert f'"{name}":' in words


def test_the_script_never_uses_text_as_markup_and_never_stores():
    script = _inside("script", viewer_page(str).body.decode())

    for forbidden in (
        "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "new Function",
        "localStorage", "sessionStorage", "indexedDB", "caches.", "cookie", "serviceWorker",
    ):  # fmt: skip
        assert forbidden not in script


def test_pressing_keeps_what_a_style_means():
    css = "a :hover, b { color: red; /* why */ margin: 0 calc(1px + 2px) ; }\n@media (x: 1) {}"

    assert press_css(css) == "a :hover,b{color:red;margin:0 calc(1px + 2px)}@media (x:1){}"


def test_pressing_keeps_every_line_of_a_script():
    assert press_js("// why\n  let a = 1\n\n  // b\n  let c = `x`\n") == "let a = 1\nlet c = `x`"


def test_pressing_refuses_a_script_it_could_spoil():
    with pytest.raises(ValueError, match="cannot be pressed"):
        press_js("let a = `one\n  // two`")
