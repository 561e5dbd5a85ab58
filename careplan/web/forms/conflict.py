"""Two people in one section: the second sees both texts and chooses, piece by piece;
nothing is lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from careplan.web.forms.pages import Body, Page
from careplan.web.forms.questions import Question, questions
from careplan.web.forms.raw import Form, control, item_name, items_name, raw_of, unsure_name
from careplan.web.forms.say import raw_item_words, raw_words
from careplan.web.forms.views import ErrorLine
from careplan.web.words import _

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, or one item of a list, that the two texts differ in."""

    name: str
    label: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    chosen: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ConflictView:
    """`carried` are my raw controls, sent along hidden so that choosing loses nothing."""

    section: str
    page: str
    caption: str
    heading: str
    title: str
    theirs_by: str
    differences: tuple[Difference, ...]
    carried: tuple[tuple[str, str], ...]
    errors: tuple[ErrorLine, ...] = ()


def conflict_of(page: Page, form: Form, theirs: Body, *, theirs_by: str) -> ConflictView | None:
    """What this form and the stored draft differ in;
    None when it is nothing, and the form may be read.
    """
    other = raw_of(page, theirs)
    found = tuple(_differences(page, form, other))
    if not found:
        return None
    picked = _chosen(form)
    differences = tuple(
        Difference(one.name, one.label, one.mine, one.theirs, picked.get(one.name, ""))
        for one in found
    )
    return _view(page, form, differences, theirs_by, errors=())


def settle(
    page: Page, form: Form, theirs: Body, *, theirs_by: str
) -> dict[str, list[str]] | ConflictView:
    """The form as chosen, ready for read_page over `theirs`;
    or the question again where nothing was chosen.
    """
    other = raw_of(page, theirs)
    picked = _chosen(form)
    open_ones = [one for one in _differences(page, form, other) if one.name not in picked]
    if open_ones:
        sentence = _("Choose which to keep.")
        differences = tuple(
            Difference(d.name, d.label, d.mine, d.theirs, picked.get(d.name, ""),
                       "" if d.name in picked else sentence)
            for d in _differences(page, form, other)
        )  # fmt: skip
        errors = tuple(
            ErrorLine(f"#keep-{one.name}", f"{one.label}: {sentence}") for one in open_ones
        )
        return _view(page, form, differences, theirs_by, errors=errors)
    merged = {name: list(values) for name, values in form.items() if not name.startswith("keep-")}
    for question in questions(page):
        _take(question, merged, other, picked)
    return merged


def _view(
    page: Page,
    form: Form,
    differences: tuple[Difference, ...],
    theirs_by: str,
    *,
    errors: tuple[ErrorLine, ...],
) -> ConflictView:
    names = {name for question in questions(page) for name in _names(question, form)}
    kept = tuple(
        (name, value) for name, values in form.items() if _carried(name, names) for value in values
    )
    heading = _("Two people changed this page")
    title = _("Error: %(heading)s", heading=heading) if errors else heading
    return ConflictView(
        page.section, page.id, page.caption, heading, title, theirs_by, differences, kept, errors
    )


def _carried(name: str, names: set[str]) -> bool:
    return name in names or name.startswith("sure_") or name == "action"


def _chosen(form: Form) -> dict[str, str]:
    found = {}
    for name, values in form.items():
        if name.startswith("keep-") and values and values[-1] in (MINE, THEIRS):
            found[name.removeprefix("keep-")] = values[-1]
    return found


def _differences(page: Page, form: Form, other: Form) -> Iterator[Difference]:
    for question in questions(page):
        if question.kind == "list":
            yield from _in_list(question, form, other)
        elif question.kind == "group":
            yield from _in_group(question, form, other)
        elif _on_form(question, form) and _said(question, form) != _said(question, other):
            yield Difference(
                question.name, question.label, _shown(question, form), _shown(question, other)
            )


def _in_group(question: Question, form: Form, other: Form) -> Iterator[Difference]:
    for child in question.children:
        name = control(question.name, child)
        mine, theirs = _values(child, name, form), _values(child, name, other)
        if name in form and mine != theirs:
            label = f"{question.label}, {child.label}"
            yield Difference(name, label, _words(mine), _words(theirs))


def _in_list(question: Question, form: Form, other: Form) -> Iterator[Difference]:
    """Items of the form that differ from, or are gone from, the stored draft.
    Items only there stay as they are.
    """
    for item_id in dict.fromkeys(form.get(items_name(question), ())):
        name = item_name(question, item_id)
        mine = _item_values(question, name, form)
        if mine == _item_values(question, name, other):
            continue
        stored = list(other.get(items_name(question), ()))
        if item_id not in stored:
            continue
        words = raw_item_words(question, item_id, other)
        label = f"{question.label} {stored.index(item_id) + 1}"
        yield Difference(name, label, raw_item_words(question, item_id, form), words)


def _item_values(question: Question, name: str, form: Form) -> list[object]:
    return [_values(child, control(name, child), form) for child in question.children]


def _values(question: Question, name: str, form: Form) -> list[list[str]]:
    found = [_tidy(form.get(name + ending, ())) for ending in question.endings]
    return found if question.in_order else [sorted({*values}) for values in found]


def _tidy(values: object) -> list[str]:
    found = values if isinstance(values, list | tuple) else ()
    return [tidy for value in found if (tidy := value.replace("\r\n", "\n").strip())]


def _said(question: Question, form: Form) -> list[list[str]]:
    return [*_values(question, question.name, form), _tidy(form.get(unsure_name(question), ()))]


def _on_form(question: Question, form: Form) -> bool:
    return any(name in form for name in _names(question, form))


def _shown(question: Question, form: Form) -> tuple[str, ...]:
    unsure = form.get(unsure_name(question), ()) if question.may_be_unsure else ()
    if "unsure" in unsure and question.name not in (unsure_name(question),):
        return (_("I’m not sure"),)
    return raw_words(question, form)


def _words(values: list[list[str]]) -> tuple[str, ...]:
    return tuple(value for found in values for value in found)


def _names(question: Question, form: Form) -> list[str]:
    """Every control of a question on this form."""
    if question.kind in ("list", "group"):
        return [name for name in form if name.startswith(f"{question.name}-")]
    return [*(question.name + ending for ending in question.endings), unsure_name(question)]


def _take(
    question: Question, merged: dict[str, list[str]], other: Form, picked: Mapping[str, str]
) -> None:
    """Puts the other's controls in place of mine wherever theirs were chosen."""
    theirs = [name for name, which in picked.items() if which == THEIRS]
    for name in theirs:
        if name != question.name and not name.startswith(f"{question.name}-"):
            continue
        for mine in [one for one in merged if _under(one, name, question)]:
            del merged[mine]
        merged |= {one: list(v) for one, v in other.items() if _under(one, name, question)}


def _under(one: str, name: str, question: Question) -> bool:
    if question.kind in ("list", "group"):
        return one == name or one.startswith(f"{name}-")
    names = [question.name + ending for ending in question.endings]
    return one in (*names, unsure_name(question))
