"""The pages people fill in, read from the condition's content and checked against the dictionary
at start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from careplan.plan.content import FIRST, BadContent, content
from careplan.plan.dictionary import dictionary

Body = Mapping[str, Any]
"""A section's draft: {"plain": plan values that passed, "typed": raw text that did not, "done":
page ids}.
"""

OLDEST = 120
_META = {"source", "dated", "clinical_sign_off"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Page:
    """One question, or one topic. `when` = (field, value): asked only if the draft says so."""

    section: str
    id: str
    heading: str
    fields: tuple[str, ...]
    desk: bool
    caption: str = ""
    hint: str = ""
    why: str = ""
    optional: bool = False
    first_five: int | None = None
    when: tuple[str, str] | None = None
    body_map: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_sure: tuple[str, ...] = ()
    one_by_one: tuple[str, ...] = ()
    radios: tuple[str, ...] = ()
    in_order: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    condition: str = FIRST

    def applies(self, body: Body) -> bool:
        if self.when is None:
            return True
        name, value = self.when
        return bool(body.get("plain", {}).get(name) == value)


@dataclass(frozen=True, eq=False)
class Section:
    """The pages of one section of the plan, in the order they are asked."""

    id: str
    title: str
    hint: str
    desk: bool
    optional: bool
    pages: tuple[Page, ...]
    condition: str = FIRST
    ages: tuple[int, int] | None = None
    """From which age to which it is for; it is hidden from others only while it is empty."""

    counted: str = ""
    """A field of choices: the list says how many of them are ticked."""

    def fits(self, age: int | None) -> bool:
        return age is None or self.ages is None or self.ages[0] <= age <= self.ages[1]

    def page(self, page_id: str) -> Page:
        """Raises KeyError for a page that is not there."""
        return {page.id: page for page in self.pages}[page_id]


@cache
def patient_pages(condition: str = FIRST) -> tuple[Section, ...]:
    return tuple(_load(condition, "patient_pages.toml", desk=False))


@cache
def team_pages(condition: str = FIRST) -> tuple[Section, ...]:
    return tuple(_load(condition, "team_pages.toml", desk=True))


def section_pages(section_id: str, condition: str = FIRST) -> Section:
    """A section by its name in the plan. Raises KeyError where such a plan does not have it."""
    every = (*patient_pages(condition), *team_pages(condition))
    return {one.id: one for one in every}[section_id]


def first_five(condition: str = FIRST) -> tuple[Page, ...]:
    """What an emergency department needs most, if the person is taken ill tonight, in order."""
    every = patient_pages(condition)
    found = [page for section in every for page in section.pages if page.first_five]
    return tuple(sorted(found, key=lambda page: page.first_five or 0))


def next_page(page: Page, body: Body) -> Page | None:
    """The next page of the section that applies; None at its end."""
    return _after(pages_beside(page), page, {page.section: body})


def page_before(page: Page, body: Body) -> Page | None:
    return _after(pages_beside(page)[::-1], page, {page.section: body})


def next_of_first_five(page: Page, drafts: Mapping[str, Body]) -> Page | None:
    return _after(first_five(page.condition), page, drafts)


def before_of_first_five(page: Page, drafts: Mapping[str, Body]) -> Page | None:
    return _after(first_five(page.condition)[::-1], page, drafts)


def pages_beside(page: Page) -> tuple[Page, ...]:
    """All the pages of its section, itself among them."""
    return section_pages(page.section, page.condition).pages


def _after(pages: Sequence[Page], page: Page, drafts: Mapping[str, Body]) -> Page | None:
    rest = pages[pages.index(page) + 1 :]
    return next((one for one in rest if one.applies(drafts.get(one.section, {}))), None)


def _load(condition: str, file: str, *, desk: bool) -> Iterator[Section]:
    held, left_out = content(condition, file), dictionary(condition).left_out
    for key in held.keys() - _META - {"section"}:
        raise BadContent(f"{file}: {key}: unknown key")
    for table in held["section"]:
        if table["id"] in left_out:
            continue
        try:
            yield _section(table, condition, desk=desk)
        except (KeyError, TypeError, ValueError) as problem:
            raise BadContent(f"{file}: {table.get('id')}: {problem}") from problem


def _section(table: Mapping[str, Any], condition: str, *, desk: bool) -> Section:
    section_id = table["id"]
    title = table.get("title", dictionary(condition).sections[section_id].title)
    pages = tuple(
        _page(page, section=section_id, caption=title, condition=condition, desk=desk)
        for page in table["page"]
    )
    if len({page.id for page in pages}) < len(pages):
        raise ValueError("two pages have one id")
    hint, optional = table.get("hint", ""), table.get("optional", False)
    youngest, oldest = table.get("ages", (0, OLDEST))
    ages = (youngest, oldest) if "ages" in table else None
    counted = table.get("counted", "")
    if counted:
        dictionary(condition).field(f"{section_id}.{counted}")
    return Section(section_id, title, hint, desk, optional, pages, condition, ages, counted)


def _page(
    table: Mapping[str, Any], *, section: str, caption: str, condition: str, desk: bool
) -> Page:
    known = dict(table)
    fields = tuple(f"{section}.{name}" for name in known.pop("fields"))
    for path in fields:
        dictionary(condition).field(path)
    when = known.pop("when", None)
    lists = {key: tuple(value) for key, value in known.items() if isinstance(value, list)}
    page = Page(
        section=section,
        caption=caption,
        desk=desk,
        fields=fields,
        when=(when["field"], when["is"]) if when else None,
        condition=condition,
        **(known | lists),
    )
    _check_names(page)
    return page


def _check_names(page: Page) -> None:
    """Every name a page gives words or a manner to is a field the page asks."""
    asked = {path.partition(".")[2] for path in _all(page.fields, page.condition)}
    named = {
        *page.labels,
        *page.hints,
        *page.options,
        *page.not_sure,
        *page.one_by_one,
        *page.radios,
        *page.in_order,
    }
    for name in named - asked:
        raise ValueError(f"{page.id}: {name} is not asked here")


def _all(paths: tuple[str, ...], condition: str) -> Iterator[str]:
    for path in paths:
        yield path
        yield from _all(dictionary(condition).field(path).children, condition)
