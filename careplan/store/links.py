"""Links that open a plan: found by a hash of address or code, counted by single statements.

A link's facts are in clear, so that a scan needs one row and no key. What opens it is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, or_, select, update

from careplan.keys.tokens import from_b64url, to_b64url
from careplan.sharing.links import Kind, Link, Opening
from careplan.store import directory
from careplan.store.db import Transaction, on_both
from careplan.store.errors import NotFound
from careplan.store.fences import narrow
from careplan.store.owners import of_patient
from careplan.store.ready import Ready
from careplan.store.tables import directory as directory_table
from careplan.store.tables import link, patient, wrong_answer

_c, _d = link.c, directory_table.c
FACTS = [column for column in _c if column not in (_c.label, _c.secrets)]
_ONE = (_c.patient_id == bindparam("of_patient"), _c.link_id == bindparam("of_link"))

# Address or code to link, its person's wrapped key beside it: the whole of a scan's first read.
_BY_HASH = select(*FACTS, patient.c.data_key).where(
    _d.kind == bindparam("of_kind"),
    _d.hash == bindparam("of_hash"),
    _c.patient_id == _d.patient_id,
    _c.link_id == _d.target,
    patient.c.patient_id == _d.patient_id,
)
_BY_ID = select(*FACTS).where(*_ONE)
_LOCKED = _BY_ID.with_for_update(key_share=True)
_SECRETS = select(_c.secrets).where(*_ONE)
_OF_PATIENT = (
    select(*FACTS, _c.label)
    .where(_c.patient_id == bindparam("of_patient"))
    .order_by(_c.created_at.desc(), _c.link_id)
)
_WARNED = _OF_PATIENT.where(or_(_c.told_at.is_not(None), _c.locked_at.is_not(None)))
_KEEP = insert(link)
_NOT_ENDED = (_c.revoked_at.is_(None), _c.replaced_by.is_(None))
_REVOKE = update(link).where(*_ONE, *_NOT_ENDED).values(revoked_at=bindparam("at"))
_REPLACE = update(link).where(*_ONE, *_NOT_ENDED).values(replaced_by=bindparam("new_link"))
ONE_MORE_VIEW = (
    update(link)
    .where(*_ONE, *_NOT_ENDED, or_(_c.max_views.is_(None), _c.views < _c.max_views))
    .values(views=_c.views + 1, last_view_at=bindparam("at"))
    .returning(_c.patient_id, _c.views)
)
_COUNT_VIEW = Ready(ONE_MORE_VIEW)
_SEE_ANSWER = on_both(
    lambda insert: insert(wrong_answer).on_conflict_do_nothing().returning(wrong_answer.c.link_id)
)
_COUNT_WRONG = (
    update(link)
    .where(*_ONE, _c.distinct_wrong < bindparam("lifetime"))
    .values(distinct_wrong=_c.distinct_wrong + 1)
    .returning(_c.distinct_wrong)
)
_WRONG_SO_FAR = select(_c.distinct_wrong).where(*_ONE)
_PAUSE = update(link).where(*_ONE).values(next_try_at=bindparam("until"))
_TELL = update(link).where(*_ONE, _c.told_at.is_(None)).values(told_at=bindparam("at"))
_SEE_WARNING = update(link).where(*_ONE).values(seen_at=bindparam("at"))
_PICTURE = update(link).where(*_ONE).values(pictured_at=bindparam("at"))
_NAME = update(link).where(*_ONE).values(label=bindparam("new_label"))
_LOCK = update(link).where(*_ONE, _c.locked_at.is_(None)).values(locked_at=bindparam("at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSecrets:
    """What opens a link. `passcode_hash` is the accounts room's, for links that ask for one."""

    token: str
    key: bytes
    short_code: str | None = None
    passcode_hash: str | None = None

    def __repr__(self) -> str:
        return "LinkSecrets(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLink:
    """`facts.label` is empty unless the links were asked for by their owner (`links_of`)."""

    patient_id: UUID
    link_id: UUID
    facts: Link
    told_at: datetime | None
    locked_at: datetime | None
    seen_at: datetime | None = None
    last_view_at: datetime | None = None
    pictured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many different wrong answers there have been, and whether this one was among them."""

    distinct: int
    already_seen: bool


def keep_link(tx: Transaction, patient_id: UUID, facts: Link, secrets: LinkSecrets) -> None:
    owner, link_id = of_patient(patient_id), UUID(facts.id)
    row = {
        "patient_id": patient_id,
        "link_id": link_id,
        "kind": facts.kind,
        "opening": facts.opening,
        "created_at": facts.created_at,
        "expires_at": facts.expires_at,
        "max_views": facts.max_views,
        "direct": facts.direct,
        "views": facts.views,
        "distinct_wrong": facts.distinct_wrong,
        "label": tx.seal(owner, _c.label, facts.id, facts.label.encode()),
        "secrets": tx.seal_facts(owner, _c.secrets, facts.id, _secret_facts(secrets)),
    }
    tx.run(_KEEP, row)
    kind = directory.Kind
    directory.enter(tx, kind.LINK_TOKEN, secrets.token, patient_id=patient_id, target=link_id)
    if secrets.short_code is not None:
        code = secrets.short_code
        directory.enter(tx, kind.SHORT_CODE, code, patient_id=patient_id, target=link_id)


def link_by_token(tx: Transaction, token: str) -> KeptLink | None:
    """The link with this address, dead or alive."""
    return _by_hash(tx, directory.Kind.LINK_TOKEN, token)


def link_by_code(tx: Transaction, short_code: str) -> KeptLink | None:
    """The link with this (canonical) short code, dead or alive."""
    return _by_hash(tx, directory.Kind.SHORT_CODE, short_code)


def link_of(tx: Transaction, patient_id: UUID, link_id: UUID) -> KeptLink | None:
    row = tx.run(_BY_ID, _key(patient_id, link_id)).one_or_none()
    return None if row is None else link_from(row)


def lock_link(tx: Transaction, patient_id: UUID, link_id: UUID) -> KeptLink:
    """The link as it is now, and nobody else tries an answer at it until the transaction ends.

    Without this, fifty answers sent at once would all be judged before the first was counted.
    """
    row = tx.run(_LOCKED, _key(patient_id, link_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such link")
    return link_from(row)


def links_of(tx: Transaction, patient_id: UUID) -> tuple[KeptLink, ...]:
    """The person's links with the names they gave them, newest first."""
    rows = tx.run(_OF_PATIENT, {"of_patient": patient_id})
    return tuple(link_from(row, label=_label(tx, row)) for row in rows)


def warned_links_of(tx: Transaction, patient_id: UUID) -> tuple[KeptLink, ...]:
    """Those at which wrong answers were given until somebody was to be told, with their names."""
    rows = tx.run(_WARNED, {"of_patient": patient_id})
    return tuple(link_from(row, label=_label(tx, row)) for row in rows)


def secrets_of(tx: Transaction, patient_id: UUID, link_id: UUID) -> LinkSecrets:
    row = tx.run(_SECRETS, _key(patient_id, link_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such link")
    owner = of_patient(patient_id)
    facts = tx.unseal_facts(owner, _c.secrets, str(link_id), row.secrets)
    return LinkSecrets(**facts | {"key": from_b64url(facts["key"])})


def revoke_link(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> bool:
    """Whether this call ended it. Its hashes stay, so that a reader can be told it is dead."""
    return tx.run(_REVOKE, _key(patient_id, link_id) | {"at": at}).rowcount == 1


def replace_link(tx: Transaction, patient_id: UUID, link_id: UUID, *, by: UUID) -> bool:
    """Whether this call ended it, in favour of a newer one."""
    return tx.run(_REPLACE, _key(patient_id, link_id) | {"new_link": by}).rowcount == 1


def count_view(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> int | None:
    """One more view, in one statement; None when the link is used up, revoked or replaced."""
    counted = tx.run_ready(_COUNT_VIEW, _key(patient_id, link_id) | {"at": at})
    return int(counted[0][1]) if counted else None


def count_wrong_answer(
    tx: Transaction, patient_id: UUID, link_id: UUID, *, answer: str, lifetime: int
) -> Counted:
    """Counts a wrong answer that was never given at this link before, up to the lifetime.

    `answer` is folded already; only its keyed hash is kept. The row of the answer is what
    decides: of many who give the same one at once, one inserts it and one counts.
    """
    key = _key(patient_id, link_id)
    hashed = tx.hash("wrong_answer", f"{link_id}:{answer}")
    seen = {"patient_id": patient_id, "link_id": link_id, "answer_hash": hashed}
    new = tx.run(_SEE_ANSWER, seen).one_or_none() is not None
    distinct = None
    if new:
        distinct = tx.run(_COUNT_WRONG, key | {"lifetime": lifetime}).scalar_one_or_none()
    if distinct is None:
        distinct = tx.run(_WRONG_SO_FAR, key).scalar_one()
    return Counted(int(distinct), already_seen=not new)


def pause_link(tx: Transaction, patient_id: UUID, link_id: UUID, *, until: datetime) -> None:
    """No answer may be tried before then."""
    tx.run(_PAUSE, _key(patient_id, link_id) | {"until": until})


def mark_told(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> bool:
    """Whether this call is the first, so that person and team are told once."""
    return tx.run(_TELL, _key(patient_id, link_id) | {"at": at}).rowcount == 1


def mark_locked(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> bool:
    """Whether this call is the first."""
    return tx.run(_LOCK, _key(patient_id, link_id) | {"at": at}).rowcount == 1


def mark_warning_seen(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> bool:
    """The person knows of what happened up to then; what happens later is news again."""
    return tx.run(_SEE_WARNING, _key(patient_id, link_id) | {"at": at}).rowcount == 1


def mark_pictured(tx: Transaction, patient_id: UUID, link_id: UUID, *, at: datetime) -> None:
    """Its code stands in a picture on somebody's phone, which dies with it."""
    tx.run(_PICTURE, _key(patient_id, link_id) | {"at": at})


def name_link(tx: Transaction, patient_id: UUID, link_id: UUID, label: str) -> bool:
    """The person's own name for it, which nobody else reads."""
    sealed = tx.seal(of_patient(patient_id), _c.label, str(link_id), label.encode())
    return tx.run(_NAME, _key(patient_id, link_id) | {"new_label": sealed}).rowcount == 1


# --- rows to values --------------------------------------------------------------------------


def _key(patient_id: UUID, link_id: UUID) -> dict[str, Any]:
    return {"of_patient": patient_id, "of_link": link_id}


def _by_hash(tx: Transaction, kind: directory.Kind, value: str) -> KeptLink | None:
    if narrow(tx) is not None:
        directory.led_to(tx, kind, value)
    wanted = {"of_kind": kind, "of_hash": directory.hash_of(tx, kind, value)}
    row = tx.run(_BY_HASH, wanted).one_or_none()
    if row is None:
        return None
    tx.remember(of_patient(row.patient_id), row.data_key)
    return link_from(row)


def _label(tx: Transaction, row: Row[Any]) -> str:
    owner = of_patient(row.patient_id)
    return tx.unseal(owner, _c.label, str(row.link_id), row.label).decode()


def link_from(row: Any, *, label: str = "") -> KeptLink:
    """A row, or anything else with the columns of `FACTS`."""
    facts = Link(
        id=str(row.link_id),
        kind=Kind(row.kind),
        opening=Opening(row.opening),
        created_at=row.created_at,
        label=label,
        expires_at=row.expires_at,
        max_views=row.max_views,
        direct=row.direct,
        views=row.views,
        distinct_wrong=row.distinct_wrong,
        next_try_at=row.next_try_at,
        revoked_at=row.revoked_at,
        replaced_by=str(row.replaced_by) if row.replaced_by else None,
    )
    return KeptLink(
        patient_id=row.patient_id,
        link_id=row.link_id,
        facts=facts,
        told_at=row.told_at,
        locked_at=row.locked_at,
        seen_at=row.seen_at,
        last_view_at=row.last_view_at,
        pictured_at=row.pictured_at,
    )


def _secret_facts(secrets: LinkSecrets) -> dict[str, str | None]:
    return {
        "token": secrets.token,
        "key": to_b64url(secrets.key),
        "short_code": secrets.short_code,
        "passcode_hash": secrets.passcode_hash,
    }
