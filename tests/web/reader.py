"""A client that reads every answer as strictly as the people and programs who will read it.

Ask for a page as usual; an answer with a flaw fails the test there and then, naming each flaw.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import E as MESSAGES
from werkzeug.test import TestResponse

Element = Any

# What nhsuk-frontend-jinja 0.10.2 makes, which browsers read as intended. None so far.
ALLOWED_PARSE_ERRORS: frozenset[str] = frozenset()
UNTYPED = {"hidden", "submit", "button", "image", "reset"}
ASSETS = ("/static/", "/emergency.css", "/favicon.ico")
CACHEABLE = (*ASSETS, "/s", "/c", "/measures", "/measures.csv", "/measures.json")
PUBLIC = (*ASSETS, "/.well-known/jwks.json", "/.well-known/crl/")
"""Design 3.2: the viewer's shell holds no data and may be kept; everything else may not."""


class Flawed(AssertionError):
    """An answer that somebody could not read, or that leaves a door open."""


class Reader(FlaskClient):
    """`address` is the service's own: without it cookies for https would be tested over http."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.application.config["READ_AT"])
        kwargs["buffered"] = True  # files are read and closed, not left open
        response = super().open(*args, **kwargs)
        flaws = [*flaws_in_headers(response), *_flaws_in_page(response)]
        if flaws:
            raise Flawed(f"{response.request.path}:\n  " + "\n  ".join(flaws))
        return response

    def page(self, response: TestResponse) -> Page:
        return Page(response.get_data(as_text=True))

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Press the button as a person does: the form's own token, from a page just loaded."""
        form = self.page(self.get(kwargs.pop("seen_on", path), follow_redirects=True))
        token = form.value_of("csrf_token")
        return self.post(path, data={"csrf_token": token, **(data or {})}, **kwargs)


class Page:
    """An HTML page, to ask questions of."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root = self.parser.parse(html)

    @property
    def title(self) -> str:
        return _text(self.root.find("head/title"))

    @property
    def heading(self) -> str:
        return _text(next(self.root.iter("h1"), None))

    @property
    def text(self) -> str:
        return _text(self.root.find("body"))

    @property
    def errors(self) -> dict[str, str]:
        """The error summary: where each line goes, and what it says."""
        found = (one for one in self.root.iter("div") if "nhsuk-error-summary" in _classes(one))
        links = (link for summary in found for link in summary.iter("a"))
        return {link.get("href", "").removeprefix("#"): _text(link) for link in links}

    def value_of(self, name: str) -> str:
        for control in self.root.iter():
            if control.tag in ("input", "textarea", "select") and control.get("name") == name:
                return str(control.get("value") or _text(control))
        raise LookupError(f"no control is called {name}")

    def find(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.replace("_", "-").rstrip("-"): value for name, value in attributes.items()}
        return [
            one
            for one in self.root.iter()
            if str(one.tag).rpartition("}")[2] == tag  # a drawing's parts carry a namespace
            and all(one.get(name) == value for name, value in wanted.items())
        ]


def _flaws_in_page(response: TestResponse) -> list[str]:
    is_page = response.mimetype == "text/html" and not 300 <= response.status_code < 400
    if not is_page or response.request.method in ("HEAD", "OPTIONS"):
        return []
    policy = response.headers.get("Content-Security-Policy", "")
    return flaws_in(response.get_data(as_text=True), policy=policy)


def flaws_in(html: str, *, policy: str = "") -> list[str]:
    """Every flaw of a whole page. `policy` may allow an inline script or style by its hash."""
    page = Page(html)
    found: list[str] = []
    for look in (_parsing, _frame, _ids, _controls, _forms, _links, _pictures, _summary):
        found += look(page)
    return [*found, *_inline(page, policy)]


def flaws_in_headers(response: TestResponse) -> Iterator[str]:
    headers, path = response.headers, response.request.path
    policy = headers.get("Content-Security-Policy", "")
    # Reading codes is WebAssembly, allowed on the one page that does it.
    weighed = policy.replace("'wasm-unsafe-eval'", "") if path == "/scan" else policy
    if "default-src 'none'" not in policy or "unsafe-" in weighed:
        yield f"the content policy is weak or missing: {policy!r}"
    wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    for name, value in wanted.items():
        if headers.get(name) != value:
            yield f"{name} is {headers.get(name)!r}"
    if not path.startswith(ASSETS) and "frame-ancestors 'none'" not in policy:
        yield "it may be framed"
    kept = "no-store" not in headers.get("Cache-Control", "")
    if kept and not (path.startswith(PUBLIC) or path in CACHEABLE):
        yield "it may be kept in a cache"
    for cookie in headers.getlist("Set-Cookie"):
        yield from _flaws_in_cookie(cookie)


def _flaws_in_cookie(cookie: str) -> Iterator[str]:
    name, *attributes = (part.strip() for part in cookie.split(";"))
    lower = {attribute.lower() for attribute in attributes}
    if not name.startswith("__Host-"):
        yield f"the cookie {name.partition('=')[0]} is not __Host-"
    for needed in ("secure", "httponly", "path=/", "samesite=lax"):
        if needed not in lower:
            yield f"the cookie {name.partition('=')[0]} lacks {needed}"


# --- one look each -----------------------------------------------------------------------------


def _parsing(page: Page) -> Iterator[str]:
    for (line, column), code, facts in page.parser.errors:
        if code not in ALLOWED_PARSE_ERRORS:
            place = "".join(page.html.splitlines()[line - 1 : line]).strip()
            yield f"not well made at {line}:{column}: {MESSAGES.get(code, code) % facts}: {place}"


def _frame(page: Page) -> Iterator[str]:
    if not page.root.get("lang"):
        yield "the page does not say its language"
    if not page.title:
        yield "no title"
    headings = list(page.root.iter("h1"))
    if len(headings) != 1 or not _text(headings[0]):
        yield f"{len(headings)} first-level headings"
    if len(list(page.root.iter("main"))) != 1:
        yield "not exactly one main part"
    for one in page.root.iter():
        for words in ((one.text or "").strip(), (one.tail or "").strip()):
            if words in ("None", "Undefined") or re.search(r"{{|%\(\w+\)s", words):
                yield f"{words!r} is not what anybody wrote"


def _ids(page: Page) -> Iterator[str]:
    counted = Counter(one.get("id") for one in page.root.iter() if one.get("id"))
    for name, times in counted.items():
        if times > 1:
            yield f"the id {name!r} stands {times} times"
    for one in page.root.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in (one.get(attribute) or "").split():
                if name not in counted:
                    yield f"{attribute}={name!r} names nothing"


def _controls(page: Page) -> Iterator[str]:
    named = {label.get("for") for label in page.root.iter("label") if _text(label)}
    inside = {one for label in page.root.iter("label") if _text(label) for one in label.iter()}
    for one in page.root.iter():
        if one.tag not in ("input", "select", "textarea") or one.get("type") in UNTYPED:
            continue
        if not (one.get("id") in named or one in inside or _is_named(one)):
            yield f"nobody says what {one.get('name')!r} is for"
    for legend in (fieldset.find(".//legend") for fieldset in page.root.iter("fieldset")):
        if not _text(legend):
            yield "a group of controls has no legend"
    for button in page.root.iter("button"):
        hidden = button.get("aria-hidden") == "true"  # what the Enter key presses
        if not (_text(button) or _is_named(button) or hidden):
            yield f"the button {button.get('class')!r} says nothing"


def _forms(page: Page) -> Iterator[str]:
    for form in page.root.iter("form"):
        if (form.get("method") or "get").lower() != "post":
            continue
        # Where nobody has a cookie, the ticket of one opening is the token.
        guard = "ticket" if form.get("action") == "/reply" else "csrf_token"
        tokens = [one for one in form.iter("input") if one.get("name") == guard]
        if len(tokens) != 1 or not tokens[0].get("value"):
            yield f"the form to {form.get('action')!r} has no token"


def _links(page: Page) -> Iterator[str]:
    ids = {one.get("id") for one in page.root.iter()}
    for link in page.root.iter("a"):
        address = link.get("href")
        if not address:
            yield f"the link {_text(link)!r} goes nowhere"
        elif address.startswith("#") and address[1:] not in ids:
            yield f"the link {address!r} goes to nothing on this page"
        if not (_text(link) or _is_named(link)):
            yield f"the link to {address!r} says nothing"


def _pictures(page: Page) -> Iterator[str]:
    for one in page.root.iter("img"):
        if one.get("alt") is None:
            yield f"the picture {one.get('src')!r} has no words instead"
    for tag, attribute in (("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")):
        for one in page.root.iter(tag):
            address = one.get(attribute)
            if address and not re.match(r"/[^/]|data:", address):
                yield f"{tag} is fetched from elsewhere: {address!r}"


def _summary(page: Page) -> Iterator[str]:
    """The NHS contract for errors: said first, in the title, and again beside the question."""
    if not page.errors:
        return
    if not page.title.startswith("Error:"):
        yield "there are errors and the title does not say so"
    beside = " ".join(_text(one) for one in page.root.iter() if _is_error_message(one))
    for anchor, sentence in page.errors.items():
        parts = sentence.split(": ")  # "Step 4, Dose: Write the dose."; a label may have its own
        said = any(": ".join(parts[n:]) in beside for n in range(len(parts)))
        if not said and not page.find("fieldset", id=anchor):
            yield f"{sentence!r} does not stand beside its question"


def _inline(page: Page, policy: str) -> Iterator[str]:
    for one in page.root.iter():
        if not isinstance(one.tag, str):
            continue
        if one.get("style") is not None:
            yield f"{one.tag} carries its own style"
        for attribute in one.keys():  # noqa: SIM118 (an element, not a mapping)
            if str(attribute).startswith("on"):
                yield f"{one.tag} carries a script in {attribute}"
        if (one.get("href") or "").strip().lower().startswith("javascript:"):
            yield "a link is a script"
        is_code = one.tag == "style" or (one.tag == "script" and not one.get("src"))
        if is_code and _hash(one.text or "") not in policy:
            yield f"an inline {one.tag} that the policy does not name"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _is_named(one: Element) -> bool:
    return bool(one.get("aria-label") or one.get("aria-labelledby") or one.get("title"))


def _is_error_message(one: Element) -> bool:
    return "nhsuk-error-message" in _classes(one)


def _classes(one: Element) -> list[str]:
    return (one.get("class") or "").split() if isinstance(one.tag, str) else []


def _text(one: Element | None) -> str:
    return "" if one is None else " ".join("".join(one.itertext()).split())
