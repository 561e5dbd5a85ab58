""" "I have lost my card": what was lost stops everywhere at once, and a new one is ready, in one
transaction. Nobody is ever left without a card because a press was cut short."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.sharing import Shared, born_again, born_anew, end_link, links
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind, State, standing
from careplan.store.db import Transaction
from careplan.store.links import KeptLink, links_of
from careplan.store.patients import lock_patient
from careplan.store.trail import append


class Lost(StrEnum):
    """What somebody may have lost, as they think of it and not as links."""

    FULL = "full"
    PRIVATE = "private"
    EVERYTHING = "everything"


KINDS: Mapping[Lost, tuple[Kind, ...]] = MappingProxyType(
    {
        Lost.FULL: (Kind.FULL_PRINT,),
        Lost.PRIVATE: (Kind.PRIVATE_PRINT,),
        Lost.EVERYTHING: tuple(Kind),
    }
)
PRINTED = (Kind.FULL_PRINT, Kind.PRIVATE_PRINT)
_MAY_END = (State.LIVE, State.LOCKED)


def could_be_lost(
    world: World, *, by: Who, patient_id: UUID, at: datetime
) -> Mapping[Lost, tuple[Shared, ...]]:
    """The links that each answer would stop now, for a page that says so before the press."""
    found = links(world, by=by, patient_id=patient_id, at=at)
    alive = [one for one in found if one.state in _MAY_END]
    return {
        lost: tuple(one for one in alive if one.link.kind in kinds) for lost, kinds in KINDS.items()
    }


def lose(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    lost: Lost,
    shown: frozenset[str],
    at: datetime,
) -> tuple[Shared, ...]:
    """Ends what was lost, and makes new ones of the same kinds. Raises NothingToShare.

    `shown` are the ids of the links that the page said would stop: pressing the same button
    again, or Back, never ends the card that was made a minute ago. Every code of a kind of print
    gives way to one new one; each link that was sent is born again by itself, with its own name
    and question, so that it can be sent again.
    """
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        lock_patient(tx, patient_id)
        alive = _alive(tx, patient_id, at)
        ended = [one for one in alive if one.facts.id in shown and one.facts.kind in KINDS[lost]]
        made: list[Shared] = []
        for kind in KINDS[lost]:
            made += _swap(world, tx, by, patient_id, kind, _of(kind, ended), at)
        if lost is not Lost.EVERYTHING and not _of(KINDS[lost][0], alive):
            made.append(
                born_anew(world, tx, by=by, patient_id=patient_id, kind=KINDS[lost][0], at=at)
            )
        if ended:
            what = {"lost": str(lost), "count": str(len(ended))}
            append(tx, AuditEvent(Deed.CARD_LOST, at, actor(by), str(patient_id), what))
    return tuple(made)


def _swap(
    world: World,
    tx: Transaction,
    by: Who,
    patient_id: UUID,
    kind: Kind,
    ended: list[KeptLink],
    at: datetime,
) -> list[Shared]:
    if kind not in PRINTED:
        return [
            born_again(world, tx, by=by, patient_id=patient_id, old=one.facts, at=at)
            for one in ended
        ]
    if not ended:
        return []
    newest, *others = ended
    new = born_again(world, tx, by=by, patient_id=patient_id, old=newest.facts, at=at)
    for one in others:
        end_link(tx, by=by, patient_id=patient_id, old=one.facts, new=new.link.id, at=at)
    return [new]


def _alive(tx: Transaction, patient_id: UUID, at: datetime) -> list[KeptLink]:
    """Newest first, with their names."""
    return [one for one in links_of(tx, patient_id) if standing(one.facts, now=at) in _MAY_END]


def _of(kind: Kind, found: list[KeptLink]) -> list[KeptLink]:
    return [one for one in found if one.facts.kind is kind]
