"""What was made to act, or spoilt on its way, is never shown and never runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.shl_server import ADULT, document, encrypt, narrative
from tests.journeys.viewer.scanning import TWO_MINUTES, no_violations, scan

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    "attack",
    [
        "<script>document.title = 'taken'</script>",
        "<p onclick=\"document.title = 'taken'\">a</p>",
        "<img src='x' onerror=\"document.title = 'taken'\"/>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title = 'taken'\"></svg>",
        "<svg:script xmlns:svg='http://www.w3.org/2000/svg'>document.title='taken'</svg:script>",
        "<a href=\"javascript:document.title = 'taken'\">a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<a href='https://elsewhere.example/'>a</a>",
        "<a href='tel:1;x=javascript:1'>a</a>",
        "<iframe src='https://elsewhere.example/'></iframe>",
        "<p style='position:fixed'>a</p>",
        "<p class='v-cover'>a</p>",
        "<form><input/></form>",
        "<style>* { display: none }</style>",
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><mtext>a</mtext></math>",
        "<?xml-stylesheet href='x'?>",
    ],
)
def test_what_could_act_is_left_out_and_said(page, service, attack):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    service.plain = document(narrative(ADULT + attack))
    scan(page, service)

    expect(page.locator(".v-lost")).to_contain_text("Part of this page could not be shown")
    assert page.locator(".v-lost a").get_attribute("href") == "tel:02079460100"
    live = page.locator(".plan").evaluate(
        """plan => [...plan.querySelectorAll('*')].flatMap(e => [
          ...['script', 'img', 'svg', 'iframe', 'form', 'input', 'style', 'math', 'mtext']
            .filter(name => name === e.localName),
          ...[...e.attributes].map(a => a.name + '=' + a.value),
        ]).filter(s => !/^(class=(?!v-)|class=v-cut$|scope=row$|href=tel:[0-9]+$)/.test(s))"""
    )
    assert live == []
    assert page.title() == "Emergency plan"
    assert all(address.startswith(service.origin) for address in asked)
    no_violations(page)


def test_left_out_text_leaves_a_mark_where_it_stood(page, service):
    service.plain = document(narrative("<p>Give <font>no</font> aspirin</p>"))
    scan(page, service)

    expect(page.locator(".plan p")).to_have_text("Give [part missing here] aspirin")


def test_quoted_and_foreign_text_is_only_text(page, service):
    inside = "<p>&lt;script&gt;1&lt;/script&gt; <![CDATA[<b>10 mg</b>]]> \u202eabc \U0001f642</p>"
    service.plain = document(narrative(inside))
    scan(page, service)

    expect(page.locator(".plan p")).to_contain_text("<script>1</script> <b>10 mg</b>")
    expect(page.locator(".v-lost")).to_have_count(0)


@pytest.mark.parametrize(
    "div",
    [
        "<div>not closed",
        narrative(""),
        "<div>no namespace</div>",
        f"<p xmlns='{'x'}'>a</p>",
        "text",
    ],
)
def test_a_narrative_that_cannot_be_read_shows_nothing_and_says_so(page, service, div):
    service.plain = document(div)
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def _flip(token: str, part: int) -> str:
    parts = token.split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    return ".".join(parts)


SPOILT = {
    "header": lambda: _flip(encrypt(document()), 0),
    "nonce": lambda: _flip(encrypt(document()), 2),
    "body": lambda: _flip(encrypt(document()), 3),
    "tag": lambda: _flip(encrypt(document()), 4),
    "other algorithm": lambda: encrypt(document(), alg="A256KW"),
    "other cipher": lambda: encrypt(document(), enc="A128GCM"),
    "other content": lambda: encrypt(document(), cty="text/html"),
    "critical header": lambda: encrypt(document(), crit="x"),
    "other zip": lambda: encrypt(document(), zip="GZ"),
    "not zipped": lambda: encrypt(document(), zipped=False, zip="DEF"),
    "short nonce": lambda: encrypt(document(), nonce=b"n" * 11),
    "wrapped key": lambda: encrypt(document()).replace("..", ".AAAA."),
    "four parts": lambda: ".".join(encrypt(document()).split(".")[:4]),
    "not JSON": lambda: encrypt(b"nothing"),
    "not a document": lambda: encrypt(document().replace(b'"document"', b'"collection"')),
    "a bomb": lambda: encrypt(b" " * 9_000_000),
    "empty": lambda: "",
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_was_spoilt_on_the_way_is_not_shown(page, service, how):
    service.token = SPOILT[how]()
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def test_an_older_plan_under_the_same_key_is_not_shown(page, service):
    service.plain = document(version=2)
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def test_an_open_page_never_goes_back_to_an_older_plan(page, service):
    """Even where the service itself says that the older one is the newest."""
    page.clock.install(time="2026-11-20T03:12:00Z")
    service.plain = document(version=3)
    scan(page, service)
    service.plain = document(narrative(ADULT.replace("10 mg", "5 mg")), version=2)
    service.state["version"] = 2
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.get_by_role("status")).to_have_text("Not checked since 03:12")
    expect(page.locator(".dose.first")).to_contain_text("Morphine 10 mg")


def test_the_policy_has_nothing_to_complain_of(page, service):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    scan(page, service)

    assert said == []
