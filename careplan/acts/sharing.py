"""Making, replacing and taking back the links that open a plan."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.passwords import hash_password
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.files import link_files
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind as Deed
from careplan.keys.tokens import new_token
from careplan.sharing.answers import folded_answer
from careplan.sharing.links import (
    OPENINGS,
    Kind,
    Link,
    Opening,
    State,
    flag_for,
    manifest_url,
    new_address_token,
    payload,
    standing,
    viewer_address,
)
from careplan.sharing.short_codes import new_code, shown
from careplan.store.db import Transaction
from careplan.store.links import (
    LinkRow,
    Secrets,
    keep_link,
    link_of,
    links_of,
    mark_replaced,
    put_files,
    revoke,
)
from careplan.store.trail import append
from careplan.store.versions import current_version

MIN_PASSCODE = 6
MAX_PASSCODE = 64


class NothingToShare(ValueError):
    """Nothing has been published yet, so a link would open on nothing."""


class BadPasscode(ValueError):
    """Too short, too long, or nothing but blanks; the sentence says which."""


@dataclass(frozen=True)
class Shared:
    """A link with what a print needs of it. `address` is what the QR holds: never log it."""

    link: Link
    address: str
    short_code: str


def shared(world: World, row: LinkRow) -> Shared:
    url = manifest_url(world.base_url, token=row.secrets.token)
    text = payload(url, key=row.secrets.key, flag=flag_for(row.link.opening))
    return Shared(row.link, viewer_address(world.base_url, payload=text), shown(row.secrets.short_code))


def make_link(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    kind: Kind,
    opening: Opening | None = None,
    passcode: str | None = None,
    label: str = "",
    expires_at: datetime | None = None,
    max_views: int | None = None,
    at: datetime,
) -> Shared:
    """A new link on the newest version. Raises NothingToShare, BadPasscode and sharing's refusals."""
    opening = opening or OPENINGS[kind][0]
    hashed = _passcode_hash(world, passcode, at) if opening is Opening.PASSCODE else None
    link = Link(
        id=str(world.new_id()), kind=kind, opening=opening, created_at=at, label=label,
        expires_at=expires_at, max_views=max_views,
    )  # fmt: skip
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        row = _keep(world, tx, patient_id, link, hashed, at)
        append(tx, AuditEvent(Deed.LINK_CREATED, at, actor(by), str(patient_id), _said(link)))
    return shared(world, row)


def printed_link(world: World, *, by: Who, patient_id: UUID, kind: Kind, at: datetime) -> Shared:
    """The live link of this kind of print, so that every copy of it opens with the same code."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        for row in links_of(tx, patient_id):
            if row.link.kind is kind and standing(row.link, now=at) is State.LIVE:
                return shared(world, row)
    return make_link(world, by=by, patient_id=patient_id, kind=kind, at=at)


def links(world: World, *, by: Who, patient_id: UUID) -> list[Shared]:
    """Every link of the person, newest first, dead ones too."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return [shared(world, row) for row in links_of(tx, patient_id)]


def one_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID) -> Shared:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return shared(world, _row(tx, patient_id, link_id))


def revoke_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> None:
    """Dead from this moment for every copy. Raises NotFromHere when it is dead already."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        row = _row(tx, patient_id, link_id)
        revoke(tx, row, at)
        append(tx, AuditEvent(Deed.LINK_REVOKED, at, actor(by), str(patient_id), {"link": row.link.id}))


def replace_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> Shared:
    """One tap for a lost or burnt link: the old one dies, a new one of the same kind is born."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        old = _row(tx, patient_id, link_id)
        link = Link(
            id=str(world.new_id()), kind=old.link.kind, opening=old.link.opening, created_at=at,
            label=old.link.label, expires_at=old.link.expires_at, max_views=old.link.max_views,
        )  # fmt: skip
        row = _keep(world, tx, patient_id, link, old.secrets.passcode_hash, at)
        mark_replaced(tx, old, by=UUID(link.id), at=at)
        what = {"link": old.link.id, "by_link": link.id}
        append(tx, AuditEvent(Deed.LINK_REPLACED, at, actor(by), str(patient_id), what))
    return shared(world, row)


def _keep(
    world: World, tx: Transaction, patient_id: UUID, link: Link, passcode_hash: str | None, at: datetime
) -> LinkRow:
    current = current_version(tx, patient_id)
    if current is None:
        raise NothingToShare
    secrets = Secrets(
        token=new_address_token(world.entropy),
        key=new_token(world.entropy),
        short_code=new_code(world.entropy),
        passcode_hash=passcode_hash,
    )
    row = LinkRow(patient_id, link, secrets)
    keep_link(tx, row)
    put_files(tx, row, current.number, link_files(world, row, current.emergency), at)
    return row


def _row(tx: Transaction, patient_id: UUID, link_id: UUID) -> LinkRow:
    row = link_of(tx, patient_id, link_id)
    if row is None:
        raise NotThere
    return row


def _said(link: Link) -> dict[str, str]:
    said = {"link": link.id, "paper": str(link.kind), "how": str(link.opening)}
    return {**said, "label": link.label} if link.label else said


def _passcode_hash(world: World, passcode: str | None, at: datetime) -> str:
    folded = folded_answer(unicodedata.normalize("NFKC", passcode or ""), opening=Opening.PASSCODE, now=at)
    if folded is None or len(folded) < MIN_PASSCODE:
        raise BadPasscode(f"A passcode needs at least {MIN_PASSCODE} letters or numbers.")
    if len(folded) > MAX_PASSCODE:
        raise BadPasscode(f"A passcode may have at most {MAX_PASSCODE} letters or numbers.")
    return hash_password(folded, entropy=world.entropy, strength=world.strength)
