"""The picture for a lock screen: the live private link, and what strangers may see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.publishing import current_of
from careplan.acts.sharing import NothingToShare, printed_link
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.render.lock_screen import LockScreen, lock_screen
from careplan.sharing.links import Kind as LinkKind
from careplan.sharing.links import State, standing
from careplan.store.links import links_of, mark_pictured
from careplan.store.trail import append


def alarm_words(world: World, condition: str) -> str:
    """ "Sickle cell: medical emergency"."""
    name = world.words_for(condition).condition["name"]
    return f"{name[0].upper()}{name[1:]}: medical emergency"


def lock_screen_picture(
    world: World, *, by: Who, patient_id: UUID, named: bool, says_what: bool, at: datetime
) -> bytes:
    """A PNG, made anew each time: it is small and belongs to no version, for its link opens the
    newest. `named` puts the first name on it, `says_what` the condition. Raises NothingToShare,
    render.lock_screen.NoRoom.
    """
    link = printed_link(world, by=by, patient_id=patient_id, kind=LinkKind.PRIVATE_PRINT, at=at)
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        version = current_of(tx, patient_id)
    if version is None:
        raise NothingToShare
    picture = lock_screen(
        LockScreen(
            link=link.address,
            phone=version.plan.care_team.phone_24h,
            first_name=version.plan.about_me.known_as if named else None,
            alarm=alarm_words(world, version.condition) if says_what else None,
        )
    )
    with world.store.begin() as tx:
        mark_pictured(tx, patient_id, UUID(link.link.id), at=at)
        what = {"card": "lock_screen", "version": str(version.number), "link": link.link.id}
        append(tx, AuditEvent(Kind.CARD_PRINTED, at, actor(by), str(patient_id), what))
    return picture


def picture_is_dead(world: World, *, by: Who, patient_id: UUID, at: datetime) -> bool:
    """Whether a picture was saved whose link has ended, and none since: what stands on the lock
    screen then leads nowhere, and nothing on the telephone says so."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        pictured = [one for one in links_of(tx, patient_id) if one.pictured_at is not None]
    return bool(pictured) and not any(standing(one.facts, now=at) is State.LIVE for one in pictured)
