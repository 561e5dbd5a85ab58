"""Everything about people that a test has put into a database: what must be in no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from careplan.plan.codec import to_plain
from careplan.store.accounts import account_of
from careplan.store.db import Store, Transaction
from careplan.store.drafts import drafts_of
from careplan.store.links import links_of, secrets_of
from careplan.store.patients import face_of
from careplan.store.tables import account, hospital, patient, team
from careplan.store.trail import events_of
from careplan.store.versions import current_version
from careplan.summary.wording import day
from tests.at_rest.scanner import SHORTEST

# The days by which lists are ordered stand in clear. The day somebody was born never does.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def facts_in(store: Store) -> set[str]:
    """Names, numbers, doses, addresses, birth dates, and whatever else anybody wrote."""
    found: set[str] = set()
    with store.read() as tx:
        public = set(_public(tx))
        for patient_id in tx.run(select(patient.c.patient_id)).scalars():
            found |= set(_of_person(tx, patient_id))
        for account_id in tx.run(select(account.c.account_id)).scalars():
            kept = account_of(tx, account_id)
            if kept is not None:
                found |= {kept.name, kept.email, kept.title or ""}
    return {one for one in found if len(one) >= SHORTEST and not _is_public(one, public)}


def _public(tx: Transaction) -> Iterator[str]:
    """What stands in clear and may: of teams and of hospitals."""
    for table in (team, hospital):
        for row in tx.run(select(table)):
            yield from (one for one in row if isinstance(one, str))


def _is_public(fact: str, public: set[str]) -> bool:
    """A word of ours, or a part of what is public."""
    one_word = fact.isascii() and fact.replace("_", "").isalpha() and fact.islower()
    return one_word or any(fact.lower() in one.lower() for one in public)


def _of_person(tx: Transaction, patient_id: UUID) -> Iterator[str]:
    face = face_of(tx, patient_id)
    if face is not None:
        yield from _texts(to_plain(face))
        yield from _days(face.date_of_birth)
        number = face.nhs_number or ""
        yield f"{number[:3]} {number[3:6]} {number[6:]}"
    for draft in drafts_of(tx, patient_id).values():
        yield from _texts(draft.body)
        yield draft.by_name
    for link in links_of(tx, patient_id):
        secrets = secrets_of(tx, patient_id, link.link_id)
        yield from (secrets.token, secrets.short_code or "", link.facts.label)
    yield from (one.event.actor.name for one in events_of(tx, patient_id, limit=500))
    kept = current_version(tx, patient_id)
    if kept is not None:
        yield kept.record[200:260].decode("utf-8", "ignore")


def _days(born: date | None) -> Iterator[str]:
    if born is not None:
        yield from (born.isoformat(), day(born), f"{born:%d/%m/%Y}", f"{born:%d.%m.%Y}")


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for one in tree.values():
            yield from _texts(one)
    elif isinstance(tree, list):
        for one in tree:
            yield from _texts(one)
    elif isinstance(tree, str) and not _DAY.fullmatch(tree):
        yield tree
