"""What is asked after a visit, read from `report.toml` and checked against the report's own words.

One list for the pages, the paper form, the telephone and the published questionnaire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from careplan.plan.content import BadContent, read_toml
from careplan.visits.report import (
    Audience,
    Eased,
    Followed,
    Respected,
    Source,
    Sureness,
    Unfair,
    VisitReport,
    YesNo,
)

FILE = Path(__file__).parent / "report.toml"
BELIEVED = ("1", "2", "3", "4", "5")
CLOSED: Mapping[str, type[StrEnum]] = MappingProxyType(
    {
        "yes_no": YesNo,
        "followed": Followed,
        "eased": Eased,
        "respected": Respected,
        "unfair": Unfair,
        "sureness": Sureness,
        "source": Source,
        "audience": Audience,
    }
)


class Kind(StrEnum):
    """How a question is asked."""

    HOSPITAL = "hospital"
    TIME = "time"
    RELIEF = "relief"
    """A time, or that none was given."""
    CHOICE = "choice"
    CHOICES = "choices"
    SCALE = "scale"
    WORDS = "words"
    AUDIENCE = "audience"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`for_them`: how it is asked of somebody who speaks for the person."""

    id: str
    kind: Kind
    label: str
    hint: str = ""
    for_them: str = ""
    for_them_hint: str = ""
    choices: str = ""
    answers: Mapping[str, str]

    def asked(self, *, of_them: bool) -> str:
        return (of_them and self.for_them) or self.label

    def hinted(self, *, of_them: bool) -> str:
        return (of_them and self.for_them_hint) or self.hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    id: str
    title: str
    for_them: str = ""
    questions: tuple[Question, ...]

    def asked(self, *, of_them: bool) -> str:
        return (of_them and self.for_them) or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Somebody to turn to, said beside every report. `phone`: the trust's own, or blank."""

    id: str
    title: str
    text: str
    phone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """All of the content, by page and by question."""

    pages: tuple[Page, ...]
    choices: Mapping[str, Mapping[str, str]]
    audience_hints: Mapping[str, str]
    beside: tuple[Beside, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(one for page in self.pages for one in page.questions)

    def page(self, page_id: str) -> Page | None:
        return next((one for one in self.pages if one.id == page_id), None)

    def after(self, page_id: str) -> Page | None:
        ids = [one.id for one in self.pages]
        at = ids.index(page_id) + 1
        return self.pages[at] if at < len(ids) else None

    def before(self, page_id: str) -> Page | None:
        ids = [one.id for one in self.pages]
        at = ids.index(page_id)
        return self.pages[at - 1] if at else None


@cache
def asked(file: Path = FILE) -> Asked:
    """Raises BadContent where a question or a choice is not one of the report's."""
    found = read_toml(file)
    choices = {name: dict(words) for name, words in found["choices"].items()}
    for name, words in choices.items():
        known = BELIEVED if name == "believed" else tuple(map(str, CLOSED.get(name, ())))
        if tuple(words) != known:
            raise BadContent(f"{file.name}: choices.{name}: {', '.join(known)} were expected")
    if set(choices) != {*CLOSED, "believed"}:
        raise BadContent(f"{file.name}: choices: a closed list is missing")
    if set(found["audience_hints"]) != set(choices["audience"]):
        raise BadContent(f"{file.name}: audience_hints: one for each audience was expected")
    pages = tuple(_page(one, choices) for one in found["pages"])
    beside = tuple(Beside(**one) for one in found["beside"])
    return Asked(pages, choices, found["audience_hints"], beside)


def _page(found: Mapping[str, Any], choices: Mapping[str, Mapping[str, str]]) -> Page:
    questions = tuple(_question(one, choices) for one in found["questions"])
    return Page(**{**found, "questions": questions})


def _question(found: Mapping[str, Any], choices: Mapping[str, Mapping[str, str]]) -> Question:
    if found["id"] not in VisitReport.__dataclass_fields__:
        raise BadContent(f"{FILE.name}: {found['id']}: no such question of the report")
    answers = choices[found["choices"]] if "choices" in found else {}
    return Question(**{**found, "kind": Kind(found["kind"]), "answers": answers})
