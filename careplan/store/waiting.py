"""How much waits or stands about in the service: numbers of rows and ages, about nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select

from careplan.store.db import Transaction
from careplan.store.tables import card_key, outbox, session

TRIED_OFTEN = 3
"""Tries after which a message counts as failing, though it is tried again."""
_c = outbox.c
_OUTBOX = select(
    func.count(_c.message_id).label("messages"),
    func.coalesce(func.sum(case((_c.attempts >= TRIED_OFTEN, 1), else_=0)), 0).label("failing"),
    func.min(_c.created_at).label("oldest"),
).where(_c.sent_at.is_(None))
_SESSIONS = (
    select(func.count()).select_from(session).where(session.c.last_seen_at >= bindparam("since"))
)
_SIGNING_SINCE = select(func.max(card_key.c.created_at)).where(card_key.c.retired_at.is_(None))
_ALIVE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`oldest_message`: how long the oldest unsent one has waited. `card_key`: how old the key is
    that signs; None before the first card."""

    messages: int
    failing: int
    oldest_message: timedelta
    sessions: int
    card_key: timedelta | None


def waiting(tx: Transaction, *, at: datetime) -> Waiting:
    unsent = tx.run(_OUTBOX).one()
    signing = tx.run(_SIGNING_SINCE).scalar_one()
    return Waiting(
        messages=unsent.messages,
        failing=unsent.failing,
        oldest_message=at - unsent.oldest if unsent.oldest is not None else timedelta(),
        sessions=tx.run(_SESSIONS, {"since": at - _ALIVE}).scalar_one(),
        card_key=at - signing if signing is not None else None,
    )
