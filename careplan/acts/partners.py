"""A team's administrator lets another organisation's system in, changes its keys, shuts it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.accounts.partners import Partner, PartnerState, Purpose, Scopes
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_manage_members
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.keys.partner_keys import PartnerKeys, read_keys
from careplan.store.db import Transaction
from careplan.store.partners import (
    KeptPartner,
    every_partner,
    hold_partner,
    new_partner,
    partner_of,
    partners_of,
    set_partner_keys,
    set_partner_state,
)
from careplan.store.teams import teams
from careplan.store.trail import append

LONGEST = 80
_ODS = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
Fetch = Callable[[str], bytes]


class Blank(StrEnum):
    """A part of the form that cannot be taken as it is."""

    NAME = "name"
    ORGANISATION = "organisation"
    ODS = "ods"
    SCOPES = "scopes"
    TRAIL = "trail"
    KEYS = "keys"


@dataclass(eq=False)
class BadPartner(ValueError):
    """Which parts of what was asked for cannot be."""

    parts: tuple[Blank, ...]


class NotNowForIt(ValueError):
    """It is suspended, or not, already: somebody else was here first."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where a client's keys come from: an address of its own, or pasted here. Exactly one."""

    url: str = ""
    pasted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPartner:
    """As an administrator asks for it. The keys are read before anything is kept."""

    name: str
    organisation: str
    ods: str
    purpose: Purpose
    scopes: Scopes
    keys: Published


def partner_actor(partner: Partner) -> Actor:
    """How the trail names another organisation's system."""
    return Actor(
        ActorKind.PARTNER, str(partner.partner_id), partner.name, partner.organisation or None
    )


def system_name(partner: Partner) -> str:
    return f"{partner.name} ({partner.organisation})"


def partners(world: World, *, by: Who) -> tuple[KeptPartner, ...]:
    """Those of the team, newest first."""
    team_id = _team_of(by)
    with world.store.read() as tx:
        return partners_of(tx, team_id)


def registered(world: World) -> tuple[tuple[str, KeptPartner], ...]:
    """Every team's, with the team's name, for whoever runs the service."""
    with world.store.read() as tx:
        names = {one.team_id: one.name for one in teams(tx)}
        return tuple((names[one.partner.team_id], one) for one in every_partner(tx))


def one_partner(world: World, *, by: Who, partner_id: UUID) -> KeptPartner:
    team_id = _team_of(by)
    with world.store.read() as tx:
        return _of_team(partner_of(tx, partner_id), team_id)


def register_partner(
    world: World, *, by: Who, asked: NewPartner, fetch: Fetch, at: datetime
) -> Partner:
    """Raises BadPartner, and NotKeys or CannotFetch for keys that cannot be used."""
    team_id = _team_of(by)
    problems = _problems(asked)
    if problems:
        raise BadPartner(problems)
    found = _keys(asked.keys, fetch)
    partner = Partner(
        partner_id=world.new_id(),
        team_id=team_id,
        name=asked.name.strip(),
        organisation=asked.organisation.strip(),
        ods=asked.ods.strip().upper() or None,
        purpose=asked.purpose,
        scopes=asked.scopes,
        state=PartnerState.ACTIVE,
        made_at=at,
    )
    kept = KeptPartner(
        partner=partner,
        jwks_url=asked.keys.url.strip() or None,
        jwks=str(found),
        fetched_at=at if asked.keys.url.strip() else None,
        made_by=UUID(by.account_id),
        last_used_at=None,
    )
    with world.store.begin() as tx:
        _must_manage(tx, by, team_id)
        new_partner(tx, kept)
        _write_down(tx, Kind.PARTNER_REGISTERED, by, partner, at, purpose=str(partner.purpose))
    return partner


def change_partner_keys(
    world: World, *, by: Who, partner_id: UUID, keys: Published, fetch: Fetch, at: datetime
) -> Partner:
    """Every token it holds ends at once. Raises BadPartner, NotKeys, CannotFetch."""
    team_id = _team_of(by)
    one_partner(world, by=by, partner_id=partner_id)  # before an address of nobody's is asked
    if bool(keys.url.strip()) == bool(keys.pasted.strip()):
        raise BadPartner((Blank.KEYS,))
    found = _keys(keys, fetch)
    url = keys.url.strip() or None
    with world.store.begin() as tx:
        _must_manage(tx, by, team_id)
        partner = _of_team(hold_partner(tx, partner_id), team_id).partner
        set_partner_keys(
            tx, partner_id, jwks_url=url, jwks=str(found), fetched_at=at if url else None
        )
        _write_down(tx, Kind.PARTNER_KEYS_CHANGED, by, partner, at)
    return partner


def set_partner_standing(
    world: World, *, by: Who, partner_id: UUID, state: PartnerState, at: datetime
) -> Partner:
    """Suspended, it can do nothing from this moment; brought back, it has to sign in anew."""
    team_id = _team_of(by)
    with world.store.begin() as tx:
        _must_manage(tx, by, team_id)
        partner = _of_team(hold_partner(tx, partner_id), team_id).partner
        if partner.state is state:
            raise NotNowForIt
        set_partner_state(tx, partner_id, state)
        kind = Kind.PARTNER_RESTORED if state is PartnerState.ACTIVE else Kind.PARTNER_SUSPENDED
        _write_down(tx, kind, by, partner, at)
    return partner


def _problems(asked: NewPartner) -> tuple[Blank, ...]:
    wrong = {
        Blank.NAME: not _is_name(asked.name),
        Blank.ORGANISATION: not _is_name(asked.organisation),
        Blank.ODS: bool(asked.ods.strip()) and not _ODS.fullmatch(asked.ods.strip().upper()),
        Blank.SCOPES: not asked.scopes.may,
        # Who looked at a plan is the business of those who look after the person.
        Blank.TRAIL: "AuditEvent" in asked.scopes.may and asked.purpose is not Purpose.OWN_TRUST,
        Blank.KEYS: bool(asked.keys.url.strip()) == bool(asked.keys.pasted.strip()),
    }
    return tuple(part for part, is_wrong in wrong.items() if is_wrong)


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= LONGEST and text.strip().isprintable()


def _keys(keys: Published, fetch: Fetch) -> PartnerKeys:
    url = keys.url.strip()
    return read_keys(fetch(url) if url else keys.pasted)


def _write_down(
    tx: Transaction, kind: Kind, by: Who, partner: Partner, at: datetime, **more: str
) -> None:
    what = {
        "partner": str(partner.partner_id),
        "system": system_name(partner),
        "team": str(partner.team_id),
    }
    append(tx, AuditEvent(kind, at, actor(by), None, what | more))


def _of_team(found: KeptPartner | None, team_id: UUID) -> KeptPartner:
    if found is None or found.partner.team_id != team_id:
        raise NotThere
    return found


def _must_manage(tx: Transaction, by: Who, team_id: UUID) -> None:
    if not may_manage_members(fresh(tx, by), team_id=str(team_id)):
        raise NotAllowed


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_manage_members(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
