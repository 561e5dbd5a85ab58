"""Which rows each rule of `retention.toml` is about, and from when they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, exists, select

from careplan.store.tables import (
    audit_event,
    carer_code,
    ceremony,
    clinic_code,
    counter,
    directory,
    invitation_batch,
    invitation_row,
    issued_card,
    kept_phone,
    link,
    link_file,
    notice_due,
    notice_sent,
    outbox,
    partner_assertion,
    partner_token,
    patient,
    received_key,
    recovery_code,
    rendition,
    replayed,
    service_event,
    session,
    staff_invitation,
    tapping_phone,
    unplaced,
    wrong_answer,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table of which `only` is true, counted from `since`. What refers to them goes
    first: tables, each with the columns that hold such a row's key."""

    table: Table
    since: ColumnElement[Any]
    only: tuple[ColumnElement[bool], ...] = ()
    first: tuple[tuple[Table, tuple[ColumnElement[Any], ...]], ...] = ()


_newer = link.alias("newer")
_ENDED = case(
    (link.c.revoked_at.is_not(None), link.c.revoked_at),
    (
        link.c.replaced_by.is_not(None),
        select(_newer.c.created_at)
        .where(_newer.c.patient_id == link.c.patient_id, _newer.c.link_id == link.c.replaced_by)
        .correlate(link)
        .scalar_subquery(),
    ),
    else_=link.c.expires_at,
)
_OF_WRONG_ANSWER = (
    select(_ENDED)
    .where(link.c.patient_id == wrong_answer.c.patient_id, link.c.link_id == wrong_answer.c.link_id)
    .correlate(wrong_answer)
    .scalar_subquery()
)
# A card's name must stay on the list of those taken back for as long as anybody may check it.
_NO_CARD = ~exists().where(
    and_(issued_card.c.patient_id == link.c.patient_id, issued_card.c.link_id == link.c.link_id)
)
_NOT_REPLACING = ~exists().where(
    and_(_newer.c.patient_id == link.c.patient_id, _newer.c.replaced_by == link.c.link_id)
)
_GIVEN_IN = (
    select(invitation_batch.c.made_at)
    .where(invitation_batch.c.batch_id == invitation_row.c.batch_id)
    .correlate(invitation_row)
    .scalar_subquery()
)
_EMPTY = ~exists().where(invitation_row.c.batch_id == invitation_batch.c.batch_id)
_EARLIER = exists().where(
    and_(
        patient.c.patient_id == rendition.c.patient_id,
        patient.c.current_version > rendition.c.version,
    )
)
_STILL_DUE = exists().where(
    and_(
        patient.c.patient_id == notice_due.c.patient_id,
        patient.c.review_due == notice_due.c.due_on,
    )
)
_FOUND_BY = ((directory, (directory.c.patient_id, directory.c.target)),)

ROWS: Mapping[str, Rows] = MappingProxyType(
    {
        "sessions": Rows(session, session.c.last_seen_at),
        "counters": Rows(counter, counter.c.window_start),
        "partner_tokens": Rows(partner_token, partner_token.c.expires_at),
        "partner_assertions": Rows(partner_assertion, partner_assertion.c.expires_at),
        "ceremonies": Rows(ceremony, ceremony.c.expires_at),
        "clinic_codes": Rows(clinic_code, clinic_code.c.expires_at),
        "carer_codes": Rows(carer_code, carer_code.c.expires_at),
        "recovery_codes": Rows(recovery_code, recovery_code.c.expires_at),
        "staff_invitations": Rows(staff_invitation, staff_invitation.c.expires_at),
        "invitation_rows": Rows(invitation_row, _GIVEN_IN),
        "invitation_lists": Rows(invitation_batch, invitation_batch.c.made_at, (_EMPTY,)),
        "messages_sent": Rows(outbox, outbox.c.sent_at),
        "notices_sent": Rows(notice_sent, notice_sent.c.at),
        "reminders": Rows(notice_due, notice_due.c.at, (~_STILL_DUE,)),
        "old_paper": Rows(rendition, rendition.c.made_at, (_EARLIER,)),
        "wrong_answers": Rows(wrong_answer, _OF_WRONG_ANSWER),
        "kept_phones": Rows(kept_phone, kept_phone.c.expires_at, first=_FOUND_BY),
        "tapping_phones": Rows(tapping_phone, tapping_phone.c.forgotten_at, first=_FOUND_BY),
        "replayed": Rows(replayed, replayed.c.at),
        "unplaced": Rows(
            unplaced,
            unplaced.c.received_at,
            # Sent again, it comes again: nothing of it is here any more.
            first=((received_key, (received_key.c.received_id,)),),
        ),
        "dead_links": Rows(
            link,
            _ENDED,
            (_NO_CARD, _NOT_REPLACING),
            first=(
                (wrong_answer, (wrong_answer.c.patient_id, wrong_answer.c.link_id)),
                (link_file, (link_file.c.patient_id, link_file.c.link_id)),
                *_FOUND_BY,
            ),
        ),
        "trail_of_people": Rows(audit_event, audit_event.c.at),
        "trail_of_service": Rows(service_event, service_event.c.at),
    }
)
