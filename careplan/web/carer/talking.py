"""A helper's side of what is said about a plan: their own threads with the team, no one else's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, url_for

from careplan.acts.reading import overview
from careplan.plan.care_plan import CLINICAL
from careplan.plan.conversation import Side
from careplan.plan.proxies import WRITTEN
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import whom, writes
from careplan.web.conditions import condition_of, words_for
from careplan.web.conversation import answering, beginning, listing, places
from careplan.web.conversation.door import Door
from careplan.web.here import here
from careplan.web.session import who


def _door(patient_id: UUID) -> Door:
    if not writes():
        abort(404)
    face = overview(here().world, by=who(), patient_id=patient_id, at=here().now()).face
    frame = whom(face)

    def to(name: str, **values: Any) -> str:
        return url_for(f"carer.talk_{name}", patient_id=patient_id, **values)

    return Door(
        patient_id,
        Side.PATIENT,
        "conversation/helper.html",
        to,
        frame["called"],
        words_for(patient_id),
        condition_of(patient_id),
        frame,
        (*CLINICAL, *WRITTEN),
        helping=True,
    )


@open_to(Reader.CARER)
def talk_home(patient_id: UUID) -> Any:
    return listing.home(_door(patient_id))


@open_to(Reader.CARER)
def talk_about(patient_id: UUID) -> Any:
    return places.about(_door(patient_id))


@open_to(Reader.CARER)
def talk_section(patient_id: UUID, section: str) -> Any:
    return places.section(_door(patient_id), section)


@open_to(Reader.CARER)
def talk_new(patient_id: UUID, where: str) -> Any:
    return beginning.new(_door(patient_id), where)


@open_to(Reader.CARER)
def talk_thread(patient_id: UUID, thread_id: UUID) -> Any:
    return answering.thread(_door(patient_id), thread_id)
