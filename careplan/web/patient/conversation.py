"""The person's side of what they and their team talk about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from careplan.plan.conversation import Side
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.conditions import condition_of, words_for
from careplan.web.conversation import answering, beginning, listing, places
from careplan.web.conversation.door import Door

conversation = Blueprint("conversation", __name__, url_prefix="/plan/talk")


def _door() -> Door:
    def to(name: str, **values: Any) -> str:
        return url_for(f"conversation.{name}", **values)

    mine = own_patient()
    words, condition = words_for(mine), condition_of(mine)
    return Door(mine, Side.PATIENT, "patient/shell.html", to, "", words, condition)


@conversation.get("")
@open_to(Reader.PATIENT)
def home() -> Any:
    return listing.home(_door())


@conversation.get("/about")
@open_to(Reader.PATIENT)
def about() -> Any:
    return places.about(_door())


@conversation.get("/about/<section>")
@open_to(Reader.PATIENT)
def section(section: str) -> Any:
    return places.section(_door(), section)


@conversation.route("/new/<where>", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def new(where: str) -> Any:
    return beginning.new(_door(), where)


@conversation.route("/<uuid:thread_id>", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def thread(thread_id: UUID) -> Any:
    return answering.thread(_door(), thread_id)
