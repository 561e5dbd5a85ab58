"""One side’s way in to the pages on which both talk about a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import render_template

from careplan.plan.care_plan import CLINICAL, OWN_WORDS
from careplan.plan.conversation import Side
from careplan.plan.dictionary import Dictionary


@dataclass(frozen=True)
class Door:
    """One side's pages about one plan. `to(name, **values)` gives the address of a page of this
    side: home, about, section, new, thread. `frame` is what the side's shell needs."""

    patient_id: UUID
    side: Side
    shell: str
    to: Callable[..., str]
    called: str
    words: Dictionary
    condition: str
    frame: Mapping[str, Any] = field(default_factory=dict)
    sections: tuple[str, ...] = (*CLINICAL, *OWN_WORDS)
    helping: bool = False

    def show(self, template: str, **more: Any) -> str:
        return render_template(
            f"conversation/{template}.html",
            shell=self.shell,
            door=self,
            team_side=self.side is Side.TEAM,
            **self.frame,
            **more,
        )
