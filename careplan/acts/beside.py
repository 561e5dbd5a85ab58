"""What a carer does for somebody: their own answer, their own number, and handing a child the
phone so that the child's words stay the child's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.grants import Basis, Grant
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_answer_beside, may_speak_for_child
from careplan.acts.drafting import EMPTY
from careplan.acts.publishing import (
    ANSWERS,
    ChangedMeanwhile,
    Deed,
    Ground,
    ground,
    next_version,
    publish,
    words_page,
)
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import AnswerBeside, AnswerKind, CarePlan, PatientAnswer, Version
from careplan.plan.lifecycle import Event
from careplan.plan.proxies import for_a_carer, version_for_a_carer
from careplan.store.drafts import draft_of, keep_draft
from careplan.store.patients import face_of
from careplan.store.trail import append

MOST_CONTACTS = 5


class AnsweredThemself(ValueError):
    """The person answered this plan on a phone of their own: nobody answers over that."""


class NoRoom(ValueError):
    """The plan names as many people to ring as it can hold."""


def answer_beside(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    version_seen: int,
    kind: AnswerKind,
    words: str | None,
    at: datetime,
) -> Version:
    """A carer's own answer, in the next version: it takes back only their own earlier one.

    It neither unpublishes nor hides anything, whatever it says.
    """
    found = ground(
        world, by=by, patient_id=patient_id, may=may_answer_beside, sections=("identity",)
    )
    grant = _seen(found, by, version_seen)
    mine = AnswerBeside(
        grant.name, grant.relation, kind, at, words, True if grant.in_their_place else None
    )
    version = next_version(world, found, at=at, reason=f"{grant.called}, answered: {kind}")
    others = tuple(
        one for one in version.beside if (one.name, one.relation) != (mine.name, mine.relation)
    )
    version = replace(version, beside=(*others, mine))
    what = {"answer": ANSWERS[kind]}
    return publish(
        world, found, version, Deed(by, may_answer_beside, Event.ANSWER, Kind.CARER_ANSWERED, what)
    )


def answer_from_child(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    version_seen: int,
    kind: AnswerKind,
    words: str | None,
    at: datetime,
) -> Version:
    """The child's own answer, given on the phone somebody with parental responsibility held out.

    Raises AnsweredThemself where they gave one without that phone.
    """
    found = ground(
        world, by=by, patient_id=patient_id, may=may_speak_for_child, sections=("identity",)
    )
    grant = _seen(found, by, version_seen)
    before = found.current.answer if found.current else None
    if before is not None and before.helped_by is None:
        raise AnsweredThemself
    called = found.plan.about_me.known_as or found.plan.identity.legal_name or "The child"
    version = next_version(world, found, at=at, reason=f"{called} answered: {kind}")
    version = replace(version, answer=PatientAnswer(kind, at, words, helped_by=grant.called))
    what = {"answer": ANSWERS[kind]}
    deed = Deed(by, may_speak_for_child, Event.ANSWER, Kind.CHILD_ANSWERED, what)
    return publish(world, found, version, deed)


def _seen(found: Ground, by: Who, version_seen: int) -> Grant:
    if by.grant is None:
        raise NotThere
    if found.current is None or found.current.number != version_seen:
        raise ChangedMeanwhile
    return by.grant


def words_preview(
    world: World, *, by: Who, patient_id: UUID, at: datetime
) -> tuple[CarePlan, Version]:
    """What was published and what publishing would give, both as a carer may see them."""
    found, trial = words_page(world, by=by, patient_id=patient_id, at=at)
    before = found.current.plan if found.current else CarePlan()
    return for_a_carer(before), version_for_a_carer(trial)


# --- the child's own page --------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What somebody has written here so far, and the revision it has."""

    words: str
    revision: int
    own_phone: bool = False
    """The child writes on a phone of their own: nobody writes over that."""


def child_page(world: World, *, by: Who, patient_id: UUID) -> Page:
    """The page a carer hands to the child: empty where the child wrote on a phone of their own."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_speak_for_child)
        kept = draft_of(tx, patient_id, "child_words")
    if kept is None:
        return Page("", 0)
    if not kept.body.get("said_by"):
        return Page("", kept.revision, own_phone=True)
    return Page(kept.body.get("plain", {}).get("words") or "", kept.revision)


def child_writes(
    world: World, *, by: Who, patient_id: UUID, words: str, based_on: int, at: datetime
) -> None:
    """The child's words, labelled as the child's. Raises store.drafts.Stale."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_speak_for_child)
        face = face_of(tx, patient_id)
        kept = draft_of(tx, patient_id, "child_words")
        if kept is not None and not kept.body.get("said_by"):
            raise NotThere  # the child writes on a phone of their own: nobody writes over that
        said_by = (face.known_as or face.legal_name) if face else "The child"
        plain = {"words": words} if words else {}
        role = f"with {by.name}"
        body = {**EMPTY, "plain": plain, "role": role, "said_by": said_by, "done": ["my-own-words"]}
        keep_draft(tx, patient_id, "child_words", body, based_on=based_on, by=by, at=at)
        append(tx, AuditEvent(Kind.CHILD_WROTE, at, actor(by), str(patient_id)))


# --- the carer's own number ------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """How to reach this carer. Each writes their own; none sees another's."""

    phone: str = ""
    may_be_told: str = ""
    first: bool = False
    revision: int = 0


def own_number(world: World, *, by: Who, patient_id: UUID) -> Number:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_answer_beside)
        kept = draft_of(tx, patient_id, "my_people")
    contacts = kept.body.get("plain", {}).get("contacts", []) if kept else []
    mine: dict[str, Any] = next((one for one in contacts if one["id"] == _grant(by).id), {})
    return Number(
        mine.get("phone", ""),
        mine.get("may_be_told", ""),
        mine.get("first", False),
        kept.revision if kept else 0,
    )


def keep_own_number(
    world: World, *, by: Who, patient_id: UUID, number: Number, at: datetime
) -> None:
    """Their own line among the people to ring; every other line stays as it is, unseen."""
    grant = _grant(by)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_answer_beside)
        kept = draft_of(tx, patient_id, "my_people")
        body = dict(kept.body) if kept else dict(EMPTY)
        plain = dict(body.get("plain", {}))
        others = [one for one in plain.get("contacts", []) if one["id"] != grant.id]
        if len(others) >= MOST_CONTACTS:
            raise NoRoom
        mine = {
            "id": grant.id,
            "name": grant.name,
            "relation": grant.relation,
            **({"phone": number.phone} if number.phone else {}),
            **({"may_be_told": number.may_be_told} if number.may_be_told else {}),
            **({"first": True} if number.first else {}),
            **({"parental_responsibility": True} if grant.basis is Basis.PARENTAL else {}),
        }
        plain["contacts"] = [*others, mine]
        body |= {"plain": plain, "role": grant.relation}
        based_on = kept.revision if kept else 0
        keep_draft(tx, patient_id, "my_people", body, based_on=based_on, by=by, at=at)
        what = {"section": "my_people"}
        append(tx, AuditEvent(Kind.DRAFT_SAVED, at, actor(by), str(patient_id), what))


def _grant(by: Who) -> Grant:
    if by.grant is None:
        raise NotThere
    return by.grant
