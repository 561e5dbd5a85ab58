"""The team's side of what they and a person talk about, at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from careplan.acts.desk import Desk, open_desk
from careplan.acts.talks import talks_of_section
from careplan.plan.conversation import Side, State
from careplan.web.access import Reader, open_to
from careplan.web.conditions import condition_of, words_for
from careplan.web.conversation import answering, beginning, listing, places
from careplan.web.conversation.door import Door
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of

team_conversation = Blueprint(
    "team_conversation", __name__, url_prefix="/team/<uuid:patient_id>/talk"
)


def _door(patient_id: UUID) -> Door:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    header = header_of(desk, here().today())

    def to(name: str, **values: Any) -> str:
        if name == "together":
            return url_for("team_together.meet", patient_id=patient_id)
        return url_for(f"team_conversation.{name}", patient_id=patient_id, **values)

    return Door(
        patient_id,
        Side.TEAM,
        "conversation/desk.html",
        to,
        header.called,
        words_for(patient_id),
        condition_of(patient_id),
        {"header": header},
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """A suggested change beside the section it is for; `to_type` once it is accepted in words."""

    href: str
    label: str
    words: str
    to_type: bool


def suggested_for(desk: Desk, patient_id: UUID, section: str) -> tuple[Beside, ...]:
    """What is open here, and what was accepted in words since the last signature: nobody types
    that but whoever has this section in front of them."""
    signature = desk.current.signature if desk.current else None
    found = []
    for one in talks_of_section(here().world, by=who(), patient_id=patient_id, section=section):
        asked = one.suggested
        to_type = one.state is State.ACCEPTED and asked is not None and not asked.fills
        late = signature is None or one.last.at > signature.signed_at
        if asked is not None and (one.state is State.OPEN or (to_type and late)):
            href = url_for("team_conversation.thread", patient_id=patient_id, thread_id=one.id)
            found.append(Beside(href, one.label, asked.words, to_type))
    return tuple(found)


@team_conversation.get("")
@open_to(Reader.TEAM)
def home(patient_id: UUID) -> Any:
    return listing.home(_door(patient_id))


@team_conversation.get("/about")
@open_to(Reader.TEAM)
def about(patient_id: UUID) -> Any:
    return places.about(_door(patient_id))


@team_conversation.get("/about/<section>")
@open_to(Reader.TEAM)
def section(patient_id: UUID, section: str) -> Any:
    return places.section(_door(patient_id), section)


@team_conversation.route("/new/<where>", methods=["GET", "POST"])
@open_to(Reader.TEAM)
def new(patient_id: UUID, where: str) -> Any:
    return beginning.new(_door(patient_id), where)


@team_conversation.route("/<uuid:thread_id>", methods=["GET", "POST"])
@open_to(Reader.TEAM)
def thread(patient_id: UUID, thread_id: UUID) -> Any:
    return answering.thread(_door(patient_id), thread_id)
