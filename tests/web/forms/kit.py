"""What the tests of forms share:
a template engine as the site's, and ways to post as a browser would.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    make_logging_undefined,
)

from careplan.plan.codec import to_plain
from careplan.web.forms.pages import Page, Section, patient_pages, team_pages
from careplan.web.forms.questions import questions
from careplan.web.forms.raw import raw_of
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import Reading
from careplan.web.words import gettext, ngettext
from tests.make import TODAY

TEMPLATES = Path(__file__).parents[3] / "templates"


class Complaints(logging.Handler):
    """Names a template of ours asked for and did not find.
    The component library asks all the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        frame = sys._getframe()
        while frame.f_back and not frame.f_code.co_filename.endswith((".html", ".jinja")):
            frame = frame.f_back
        if frame.f_code.co_filename.endswith(".html"):
            self.found.append(f"{frame.f_code.co_filename}: {record.getMessage()}")


def engine() -> tuple[Environment, Complaints]:
    made, complaints = _engine()
    complaints.found.clear()
    return made, complaints


@cache
def _engine() -> tuple[Environment, Complaints]:
    """The site's own settings, with an undefined that tells. Compiled once."""
    complaints = Complaints()
    logger = logging.getLogger("careplan.templates")
    logger.addHandler(complaints)
    logger.propagate = False
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
        autoescape=True,
        undefined=make_logging_undefined(logger, base=ChainableUndefined),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(csrf_token=lambda: "token", brand="My sickle cell plan", demo=False)
    return made, complaints


def new_ids() -> Any:
    numbers = count(1)
    return lambda: UUID(int=next(numbers), version=4)


def sections() -> tuple[Section, ...]:
    return (*patient_pages(), *team_pages())


def pages() -> Iterator[Page]:
    return (page for section in sections() for page in section.pages)


def body_of(section: str, plan: Any) -> dict[str, Any]:
    """A draft that holds a section of a plan, without what nobody types."""
    plain = to_plain(plan.section(section))
    if section == "identity":
        plain = {key: value for key, value in plain.items() if not key.startswith("checked")}
    if section == "my_allergies":
        for entry in plain.get("entries", ()):
            del entry["reported_on"]
    return empty_body() | {"plain": plain}


def form_of(page: Page, body: dict[str, Any]) -> dict[str, list[str]]:
    return raw_of(page, body) | {"action": ["continue"]}


def post(
    page: Page, form: dict[str, Any], body: dict[str, Any] | None = None, today: date = TODAY
) -> Reading:
    """Post a form given as one text, or a list of texts, for each control."""
    raw = {name: [value] if isinstance(value, str) else value for name, value in form.items()}
    return read_page(
        page, {"action": ["continue"]} | raw, body or empty_body(), new_ids(), today=today
    )


def page_asking(path: str) -> Page:
    return next(page for page in pages() if path in page.fields)


def question_at(path: str) -> Any:
    return next(one for one in questions(page_asking(path)) if one.path == path)
