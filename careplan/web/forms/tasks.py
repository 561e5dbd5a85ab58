"""The task list: what is done, what waits for the team, what may be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from careplan.plan.care_plan import CLINICAL, Version
from careplan.plan.content import FIRST
from careplan.plan.dictionary import dictionary
from careplan.web.forms.pages import Body, Page, Section, first_five, patient_pages, team_pages
from careplan.web.forms.questions import UNSURE, questions
from careplan.web.words import _, ngettext

Drafts = Mapping[str, Body]
"""A draft's body for each section that has one."""
Href = Callable[[str, str], str]
"""The address of a page: href(section, page)."""


class State(StrEnum):
    DONE = "done"
    IN_PROGRESS = "in progress"
    NOT_STARTED = "not started"
    OPTIONAL = "optional"
    NEEDS_LOOK = "needs another look"
    WAITING = "waiting for your team"


@dataclass(frozen=True, slots=True)
class Task:
    """One line. `page` is the page to open, "" where there is nothing for this reader to open."""

    id: str
    title: str
    state: State
    section: str
    page: str = ""
    hint: str = ""
    href: str = ""

    @property
    def item(self) -> dict[str, object]:
        """As the page components take it."""
        status = (
            {"tag": {"text": self.words, "colour": self.colour}}
            if self.colour
            else {"text": self.words}
        )
        return {
            "heading": {"text": self.title},
            "hint": {"text": self.hint},
            "href": self.href,
            "status": status,
        }

    @property
    def words(self) -> str:
        return _STATE_WORDS[self.state]()

    @property
    def colour(self) -> str:
        """The tag's colour; "" is plain text. The words say it all without it."""
        return _COLOURS[self.state]


_STATE_WORDS = {
    State.DONE: lambda: _("Done"),
    State.IN_PROGRESS: lambda: _("In progress"),
    State.NOT_STARTED: lambda: _("Not started"),
    State.OPTIONAL: lambda: _("If you like"),
    State.NEEDS_LOOK: lambda: _("Needs another look"),
    State.WAITING: lambda: _("Waiting for your team"),
}
_COLOURS = {
    State.DONE: "",
    State.IN_PROGRESS: "aqua-green",
    State.NOT_STARTED: "blue",
    State.OPTIONAL: "grey",
    State.NEEDS_LOOK: "red",
    State.WAITING: "yellow",
}


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    hint: str
    tasks: tuple[Task, ...]

    @property
    def done(self) -> int:
        return sum(task.state is State.DONE for task in self.tasks)


def task_list(
    drafts: Drafts,
    *,
    href: Href,
    signed: Iterable[str] = (),
    condition: str = FIRST,
    age: int | None = None,
) -> tuple[Group, ...]:
    """The person's list. `signed`: clinical sections that stand in a signed version.

    A section for another age is left out, unless something is written in it; one of the team's too,
    once the plan is signed without it.
    """
    done = frozenset(signed)
    rest = (one for one in _the_rest(condition) if one.fits(age) or _begun(one, drafts))
    groups = (
        Group(
            "tonight",
            _("If you were taken ill tonight"),
            _("Five answers. They take about three minutes."),
            tuple(_first_five(drafts, condition)),
        ),
        Group(
            "well",
            _("When you feel well"),
            _("Do one at a time, in any order. Stop when you like: we keep it."),
            tuple(_own_section(section, drafts) for section in rest),
        ),
        Group(
            "team",
            _("What your team writes"),
            _("You can read it here as soon as it is signed."),
            tuple(_of_team(section, done) for section in team_pages(condition)
                  if section.id in (done or CLINICAL)),
        ),
    )  # fmt: skip
    return tuple(_addressed(group, href) for group in groups)


def signed_sections(current: Version | None) -> tuple[str, ...]:
    """The clinical sections in which something is signed: one left empty is not "done"."""
    if current is None or current.signature is None:
        return ()
    sections = ((name, current.plan.section(name)) for name in CLINICAL)
    return tuple(name for name, one in sections if one != type(one)())


def with_news(groups: tuple[Group, ...], unread: Mapping[str, int]) -> tuple[Group, ...]:
    """Each section says how much has been written about it that this side has not read."""

    def told(task: Task) -> Task:
        found = (
            unread.get(task.section, 0) if task.id in (task.section, f"team-{task.section}") else 0
        )
        if not found:
            return task
        news = ngettext("%(num)s new message", "%(num)s new messages", found) % {"num": found}
        return replace(task, hint=f"{news}. {task.hint}".strip())

    return tuple(replace(one, tasks=tuple(told(task) for task in one.tasks)) for one in groups)


def team_task_list(drafts: Drafts, *, href: Href, condition: str = FIRST) -> tuple[Group, ...]:
    """The desk's list: identity, then each clinical section."""
    tasks = tuple(
        _section_task(section, section.pages, drafts) for section in team_pages(condition)
    )
    return (_addressed(Group("clinical", _("Plan sections"), "", tasks), href),)


def _addressed(group: Group, href: Href) -> Group:
    tasks = (replace(t, href=href(t.section, t.page)) if t.page else t for t in group.tasks)
    return replace(group, tasks=tuple(tasks))


def section_state(section: Section, body: Body) -> State:
    return _state(section.pages, {section.id: body}, optional=section.optional)


def _first_five(drafts: Drafts, condition: str) -> Iterable[Task]:
    """One task for each of the five, though one of them may need a second page."""
    five = first_five(condition)
    for number in sorted({page.first_five for page in five if page.first_five}):
        pages = tuple(page for page in five if page.first_five == number)
        state = _state(pages, drafts, optional=False)
        yield Task(f"tonight-{number}", pages[0].heading, state, pages[0].section, pages[0].id)


def _the_rest(condition: str) -> tuple[Section, ...]:
    every = patient_pages(condition)
    return tuple(s for s in every if any(page.first_five is None for page in s.pages))


def _begun(section: Section, drafts: Drafts) -> bool:
    body = drafts.get(section.id, {})
    return bool(body.get("plain") or body.get("typed"))


def _own_section(section: Section, drafts: Drafts) -> Task:
    rest = tuple(page for page in section.pages if page.first_five is None)
    return _section_task(section, rest, drafts)


def _section_task(section: Section, pages: tuple[Page, ...], drafts: Drafts) -> Task:
    body = drafts.get(section.id, {})
    state = _state(pages, drafts, optional=section.optional)
    open_first = next((p for p in pages if p.applies(body) and not _done(p, body)), pages[0])
    hint = _counted(section, body) or section.hint
    return Task(section.id, section.title, state, section.id, open_first.id, hint)


def _counted(section: Section, body: Body) -> str:
    """ "7 of 10": how far somebody is with a list of their own; "" before they have begun."""
    if not section.counted:
        return ""
    words = dictionary(section.condition)
    options = words.field(f"{section.id}.{section.counted}").options
    ticked = body.get("plain", {}).get(section.counted, ())
    if not ticked or options is None:
        return ""
    return _("%(done)s of %(every)s done", done=len(ticked), every=len(words.options[options]))


def _of_team(section: Section, signed: frozenset[str]) -> Task:
    state = State.DONE if section.id in signed else State.WAITING
    return Task(f"team-{section.id}", section.title, state, section.id)


def _done(page: Page, body: Body) -> bool:
    return page.id in body.get("done", ())


def _state(pages: tuple[Page, ...], drafts: Drafts, *, optional: bool) -> State:
    """Done when every page that is not optional is; a page that does not apply is not asked."""
    asked = [p for p in pages if p.applies(drafts.get(p.section, {}))]
    if any(_left_typed(page, drafts.get(page.section, {})) for page in asked):
        return State.NEEDS_LOOK
    done = [page for page in asked if _done(page, drafts.get(page.section, {}))]
    needed = [page for page in asked if not page.optional]
    if done and all(page in done for page in needed):
        return State.DONE
    started = done or any(_has_words(page, drafts.get(page.section, {})) for page in asked)
    if started:
        return State.IN_PROGRESS
    return State.OPTIONAL if optional or not needed else State.NOT_STARTED


def _left_typed(page: Page, body: Body) -> bool:
    names = tuple(question.name for question in questions(page))
    return any(
        key == one or key.startswith(f"{one}-") for key in body.get("typed", {}) for one in names
    )


def _has_words(page: Page, body: Body) -> bool:
    plain = body.get("plain", {})
    return any(plain.get(q.key) or q.key in plain.get(UNSURE, ()) for q in questions(page))
