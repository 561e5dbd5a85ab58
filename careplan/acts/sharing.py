"""Making, replacing and taking back the links that open a plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.passwords import hash_password
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share, may_write_own_words
from careplan.acts.cards import take_back
from careplan.acts.files import link_files
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.keys.tokens import to_b64url
from careplan.sharing.answers import folded_answer
from careplan.sharing.links import (
    OPENINGS,
    Kind,
    Link,
    Opening,
    State,
    address_of,
    flag_for,
    new_address_token,
    payload,
    replaced,
    revoke,
    standing,
    viewer_address,
)
from careplan.sharing.short_codes import new_code, shown
from careplan.store.db import Transaction
from careplan.store.link_files import drop_files, put_files
from careplan.store.links import (
    KeptLink,
    LinkSecrets,
    keep_link,
    link_of,
    links_of,
    name_link,
    secrets_of,
)
from careplan.store.links import replace_link as keep_replaced
from careplan.store.links import revoke_link as keep_revoked
from careplan.store.patients import lock_patient
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
    """A link with what a print needs of it. `address` is what the QR holds: never log it.

    `code` is empty for an app's link: nobody types it, so it has no second door.
    """

    link: Link
    state: State
    address: str = field(repr=False)
    code: str = field(repr=False)

    @property
    def short_code(self) -> str:
        """As it is printed and read aloud: "ABCDE-FGHJK-M"."""
        return shown(self.code) if self.code else ""


def shared(world: World, link: Link, secrets: LinkSecrets, at: datetime) -> Shared:
    url = address_of(link, world.base_url, token=secrets.token)
    text = payload(url, key=to_b64url(secrets.key), flag=flag_for(link))
    address = viewer_address(world.base_url, payload=text)
    return Shared(link, standing(link, now=at), address, secrets.short_code or "")


def make_link(  # noqa: PLR0913 (a link is what it says of itself)
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
    direct: bool = False,
    at: datetime,
) -> Shared:
    """A new link on the newest version. Raises NothingToShare, BadPasscode, sharing's refusals."""
    opening = opening or OPENINGS[kind][0]
    hashed = _passcode_hash(world, passcode, at) if opening is Opening.PASSCODE else None
    link = Link(
        id=str(world.new_id()),
        kind=kind,
        opening=opening,
        created_at=at,
        label=label,
        expires_at=expires_at,
        max_views=max_views,
        direct=direct,
    )
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        secrets = _keep(world, tx, patient_id, link, hashed)
        append(tx, AuditEvent(Deed.LINK_CREATED, at, actor(by), str(patient_id), _said(link)))
    return shared(world, link, secrets, at)


def printed_link(world: World, *, by: Who, patient_id: UUID, kind: Kind, at: datetime) -> Shared:
    """The live link of this kind of print, so that every copy of it opens with the same code."""
    for one in links(world, by=by, patient_id=patient_id, at=at):
        if one.link.kind is kind and one.state is State.LIVE:
            return one
    return make_link(world, by=by, patient_id=patient_id, kind=kind, at=at)


def links(world: World, *, by: Who, patient_id: UUID, at: datetime) -> list[Shared]:
    """Every link of the person, newest first, dead ones too."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return every_link(world, tx, patient_id, at)


def every_link(world: World, tx: Transaction, patient_id: UUID, at: datetime) -> list[Shared]:
    """The same for whoever has already been allowed to see them."""
    return [
        shared(world, one.facts, secrets_of(tx, patient_id, one.link_id), at)
        for one in links_of(tx, patient_id)
    ]


def one_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> Shared:
    """One link of the person. Raises NotThere for any other's."""
    for one in links(world, by=by, patient_id=patient_id, at=at):
        if one.link.id == str(link_id):
            return one
    raise NotThere


def revoke_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> None:
    """Dead from this moment for every copy. Raises NotFromHere when it is dead already."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        lock_patient(tx, patient_id)
        old = _kept(tx, patient_id, link_id).facts
        end_link(tx, by=by, patient_id=patient_id, old=old, at=at)


def replace_link(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> Shared:
    """One tap for a lost or burnt link: the old one dies, a new one of the same kind is born."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        lock_patient(tx, patient_id)
        old = _named(tx, patient_id, link_id).facts
        return born_again(world, tx, by=by, patient_id=patient_id, old=old, at=at)


def rename_link(
    world: World, *, by: Who, patient_id: UUID, link_id: UUID, label: str, at: datetime
) -> None:
    """The person's own name for it; the trail says that it has one, and never which it had."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        if not name_link(tx, patient_id, link_id, label):
            raise NotThere
        what = {"link": str(link_id)}
        append(tx, AuditEvent(Deed.LINK_RENAMED, at, actor(by), str(patient_id), what))


# --- the same, inside an act that does more -----------------------------------------------------


def born_again(
    world: World, tx: Transaction, *, by: Who, patient_id: UUID, old: Link, at: datetime
) -> Shared:
    """A new link like the old one, which dies in its favour. Raises NotFromHere."""
    link = _in_place_of(old, id=str(world.new_id()), at=at)
    hashed = secrets_of(tx, patient_id, UUID(old.id)).passcode_hash
    secrets = _keep(world, tx, patient_id, link, hashed)
    end_link(tx, by=by, patient_id=patient_id, old=old, new=link.id, at=at)
    return shared(world, link, secrets, at)


def end_link(
    tx: Transaction, *, by: Who, patient_id: UUID, old: Link, at: datetime, new: str | None = None
) -> None:
    """Dead for every copy, in favour of `new` if there is one. Raises NotFromHere."""
    link_id, what = UUID(old.id), {"link": old.id}
    if new is None:
        revoke(old, now=at)
        keep_revoked(tx, patient_id, link_id, at=at)
        deed = Deed.LINK_REVOKED
    else:
        replaced(old, by=new, now=at)
        keep_replaced(tx, patient_id, link_id, by=UUID(new))
        deed, what = Deed.LINK_REPLACED, what | {"by_link": new}
    drop_files(tx, patient_id, link_id)
    take_back(tx, patient_id, link_id=link_id, at=at)
    append(tx, AuditEvent(deed, at, actor(by), str(patient_id), what))


def born_anew(
    world: World, tx: Transaction, *, by: Who, patient_id: UUID, kind: Kind, at: datetime
) -> Shared:
    """A first link of a kind of print, where there is none to replace."""
    new_id, opening = str(world.new_id()), OPENINGS[kind][0]
    link = Link(id=new_id, kind=kind, opening=opening, created_at=at)
    secrets = _keep(world, tx, patient_id, link, None)
    append(tx, AuditEvent(Deed.LINK_CREATED, at, actor(by), str(patient_id), _said(link)))
    return shared(world, link, secrets, at)


def _keep(
    world: World, tx: Transaction, patient_id: UUID, link: Link, passcode_hash: str | None
) -> LinkSecrets:
    current = current_version(tx, patient_id)
    if current is None:
        raise NothingToShare
    secrets = LinkSecrets(
        token=new_address_token(world.entropy),
        key=world.entropy(32),
        short_code=None if link.kind is Kind.APP else new_code(world.entropy),
        passcode_hash=passcode_hash,
    )
    keep_link(tx, patient_id, link, secrets)
    files = link_files(world, secrets.key, current.emergency)
    number = current.head.number
    put_files(tx, patient_id, UUID(link.id), files, version=number, at=current.head.published_at)
    return secrets


def _in_place_of(old: Link, *, id: str, at: datetime) -> Link:  # noqa: A002 (a link's own word)
    """The same link born anew: nothing counted yet. One whose time was up gets as much again."""
    ends = old.expires_at
    if ends is not None and ends <= at:
        ends = at + (ends - old.created_at)
    return replace(
        old, id=id, created_at=at, expires_at=ends, views=0, distinct_wrong=0, next_try_at=None
    )


def _named(tx: Transaction, patient_id: UUID, link_id: UUID) -> KeptLink:
    """With the name that its owner gave it."""
    for kept in links_of(tx, patient_id):
        if kept.link_id == link_id:
            return kept
    raise NotThere


def _kept(tx: Transaction, patient_id: UUID, link_id: UUID) -> KeptLink:
    kept = link_of(tx, patient_id, link_id)
    if kept is None:
        raise NotThere
    return kept


def _said(link: Link) -> dict[str, str]:
    said = {"link": link.id, "paper": str(link.kind), "how": str(link.opening)}
    return {**said, "label": link.label} if link.label else said


def _passcode_hash(world: World, passcode: str | None, at: datetime) -> str:
    folded = folded_answer(passcode or "", opening=Opening.PASSCODE, now=at)
    if folded is None or len(folded) < MIN_PASSCODE:
        raise BadPasscode(f"A passcode needs at least {MIN_PASSCODE} letters or numbers.")
    if len(folded) > MAX_PASSCODE:
        raise BadPasscode(f"A passcode may have at most {MAX_PASSCODE} letters or numbers.")
    return hash_password(folded, entropy=world.entropy, strength=world.strength)
