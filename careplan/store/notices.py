"""Who wants to be told of what, and which notices have left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.tables import notice_choice, notice_due, notice_sent, patient

_c, _s, _d = notice_choice.c, notice_sent.c, notice_due.c
_CHOICES = (
    select(notice_choice).where(_c.patient_id == bindparam("of_patient")).order_by(_c.account_id)
)


def _or_instead(insert: Any) -> Any:
    new = insert(notice_choice)
    keys = [_c.patient_id, _c.account_id]
    return new.on_conflict_do_update(index_elements=keys, set_={"body": new.excluded.body})


_SET = on_both(_or_instead)
_DROP = delete(notice_choice).where(
    _c.patient_id == bindparam("of_patient"), _c.account_id == bindparam("of_account")
)
_TELL_OPENED = (
    update(patient)
    .where(patient.c.patient_id == bindparam("of_patient"))
    .values(tell_opened=bindparam("told"))
)
_HANDED = on_both(
    lambda insert: insert(notice_sent).on_conflict_do_nothing().returning(_s.reference)
)
_STATE = select(_s.state).where(
    _s.patient_id == bindparam("of_patient"), _s.reference == bindparam("of_reference")
)
_DONE = (
    update(notice_sent)
    .where(_s.patient_id == bindparam("of_patient"), _s.reference == bindparam("of_reference"))
    .values(state=bindparam("new_state"), at=bindparam("now"))
)
_LATELY = (
    select(_s.reference)
    .where(
        _s.patient_id == bindparam("of_patient"),
        _s.account_id == bindparam("of_account"),
        _s.kind == bindparam("of_kind"),
        _s.state == "sent",
        _s.at > bindparam("since"),
    )
    .limit(1)
)
_COMING = (
    select(patient.c.patient_id, patient.c.review_due)
    .outerjoin(
        notice_due,
        (_d.patient_id == patient.c.patient_id) & (_d.due_on == patient.c.review_due),
    )
    .where(
        patient.c.review_due > date.min,
        patient.c.review_due <= bindparam("until"),
        patient.c.signed_at.is_not(None),
        patient.c.state != "erased",
        _d.patient_id.is_(None),
    )
    .order_by(patient.c.review_due, patient.c.patient_id)
    .limit(bindparam("most", type_=patient.c.current_version.type))
)
_REMINDED = on_both(
    lambda insert: insert(notice_due).on_conflict_do_nothing().returning(_d.patient_id)
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The kinds of news one account wants to hear of."""

    account_id: UUID
    kinds: frozenset[str]


def choices_of(tx: Transaction, patient_id: UUID) -> tuple[Choice, ...]:
    rows = tx.run(_CHOICES, {"of_patient": patient_id})
    owner = of_patient(patient_id)
    return tuple(
        Choice(
            row.account_id,
            frozenset(tx.unseal_facts(owner, _c.body, str(row.account_id), row.body)["kinds"]),
        )
        for row in rows
    )


def choose(tx: Transaction, patient_id: UUID, account_id: UUID, kinds: frozenset[str]) -> None:
    if not kinds:
        tx.run(_DROP, {"of_patient": patient_id, "of_account": account_id})
        return
    facts = {"kinds": sorted(kinds)}
    body = tx.seal_facts(of_patient(patient_id), _c.body, str(account_id), facts)
    tx.run(_SET, {"patient_id": patient_id, "account_id": account_id, "body": body})


def tell_of_openings(tx: Transaction, patient_id: UUID, *, told: bool) -> None:
    """Kept beside the person, so that a scan nobody wants to hear of costs no message."""
    tx.run(_TELL_OPENED, {"of_patient": patient_id, "told": told})


def hand_over(
    tx: Transaction, patient_id: UUID, reference: UUID, *, account_id: UUID, kind: str, at: datetime
) -> str | None:
    """Write down that a notice is about to leave. None when it is the first try; otherwise how
    the earlier one stands: "handed" (nobody knows whether it arrived) or "sent"."""
    row = {
        "patient_id": patient_id,
        "reference": reference,
        "account_id": account_id,
        "kind": kind,
        "state": "handed",
        "at": at,
    }
    if tx.run(_HANDED, row).one_or_none() is not None:
        return None
    found = {"of_patient": patient_id, "of_reference": reference}
    return str(tx.run(_STATE, found).scalar_one())


def mark_notice(
    tx: Transaction, patient_id: UUID, reference: UUID, *, state: str, at: datetime
) -> None:
    changed = {"of_patient": patient_id, "of_reference": reference, "new_state": state, "now": at}
    tx.run(_DONE, changed)


def told_lately(
    tx: Transaction, patient_id: UUID, account_id: UUID, kind: str, *, since: datetime
) -> bool:
    wanted = {"of_patient": patient_id, "of_account": account_id, "of_kind": kind, "since": since}
    return tx.run(_LATELY, wanted).one_or_none() is not None


def reviews_to_mention(
    tx: Transaction, *, until: date, limit: int
) -> tuple[tuple[UUID, date], ...]:
    """Signed plans whose review comes by `until` and of which nobody has been told yet."""
    rows = tx.run(_COMING, {"until": until, "most": limit})
    return tuple((row.patient_id, row.review_due) for row in rows)


def mention_once(tx: Transaction, patient_id: UUID, due_on: date, *, at: datetime) -> bool:
    row = {"patient_id": patient_id, "due_on": due_on, "at": at}
    return tx.run(_REMINDED, row).one_or_none() is not None
