"""The signed card of a link: made once for a version, and taken back with what it stands on.

It is signed and not encrypted, so only links that open with the card alone have one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from careplan.acts.card_keys import key_that_signs
from careplan.acts.world import NotThere, World, london_day
from careplan.fhir.offline import NoRoom, least, project
from careplan.fhir.offline_facts import Facts
from careplan.keys.health_cards import (
    CardKey,
    as_numeric,
    letters_of,
    new_card_key,
    sign_card,
)
from careplan.keys.tokens import to_b64url
from careplan.plan.care_plan import CarePlan, Version
from careplan.store.cards import (
    IssuedCard,
    is_newest,
    issued_card_of,
    keep_issued_card,
    newest_taken_back,
    revoke_cards,
)
from careplan.store.db import Transaction
from careplan.store.errors import NotFound
from careplan.store.links import lock_link

__all__ = [
    "CardDoesNotFit",
    "NoCardForIt",
    "SignedCard",
    "card_file",
    "card_kept",
    "has_room",
    "names_another",
    "signed_card",
    "take_back",
]

MOST_LETTERS = 1195
"""Of a JWS in one QR of version 22 at level L, which is the largest the standard wants printed."""

CARD_TYPE = "application/smart-health-card"
_TYPE = "https://smarthealth.cards#health-card"
_FHIR = "4.0.1"
_RID_BYTES = 8
_NEVER_CLOSER = 1.06
"""zopfli has not yet made anything six parts in a hundred smaller than zlib: then why ask it."""

CardDoesNotFit = NoRoom


class NoCardForIt(ValueError):
    """No card for such a link or version: it asks an answer, is dead, or is not the newest."""


@dataclass(frozen=True, slots=True)
class SignedCard:
    """`left_out` names for the paper what the code had no room for."""

    jws: str = field(repr=False)
    left_out: tuple[str, ...]
    good_until: date
    review_due: date | None
    kid: str
    rid: str

    @property
    def digits(self) -> str:
        """What the QR holds."""
        return as_numeric(self.jws)


def signed_card(
    world: World, tx: Transaction, version: Version, link_id: UUID, at: datetime
) -> SignedCard:
    """The link's card for this version, the one kept or a new one: so ask in a transaction that
    may write. `version` is the whole one.

    Raises CardDoesNotFit, then print without it and say so; NoCardForIt; NotThere.
    """
    patient_id = version.patient_id
    _must_be_open(tx, patient_id, link_id)
    kept = issued_card_of(tx, patient_id, link_id, version=version.number)
    if kept is None:
        kept = _new_card(world, tx, version, link_id, at)
        keep_issued_card(tx, patient_id, link_id, kept, version=version.number)
    return SignedCard(
        jws=kept.jws,
        left_out=kept.left_out,
        good_until=kept.good_until,
        review_due=version.plan.review.review_due,
        kid=kept.kid,
        rid=kept.rid,
    )


def card_file(
    world: World, tx: Transaction, version: Version, link_id: UUID, at: datetime
) -> bytes:
    """The same card as the file a SMART Health Link hands out (`CARD_TYPE`). Raises as it does."""
    return _as_file(signed_card(world, tx, version, link_id, at).jws)


def card_kept(tx: Transaction, version: Version, link_id: UUID) -> bytes | None:
    """That file, where the card was made already: for whoever cannot write. The caller knows that
    the link is open and asks no answer."""
    kept = issued_card_of(tx, version.patient_id, link_id, version=version.number)
    return None if kept is None else _as_file(kept.jws)


def _as_file(jws: str) -> bytes:
    return json.dumps({"verifiableCredential": [jws]}, separators=(",", ":")).encode()


def take_back(
    tx: Transaction, patient_id: UUID, *, link_id: UUID | None = None, at: datetime
) -> int:
    """How many cards nobody should believe any more: those of one link, or all the person's.

    Called with the deed that ends them, in its transaction: a link revoked or replaced, a new
    signature, a stopped dose, a name or birth date put right.
    """
    return revoke_cards(tx, patient_id, link_id=link_id, at=at)


def names_another(before: CarePlan, after: CarePlan) -> bool:
    """Whether a card of `before` shows another name or birth date than one of `after` would."""
    return _named(before) != _named(after)


def _named(plan: CarePlan) -> tuple[str | None, date | None]:
    return plan.identity.legal_name or plan.about_me.known_as, plan.identity.date_of_birth


def _must_be_open(tx: Transaction, patient_id: UUID, link_id: UUID) -> None:
    """Held until the end of the transaction, so that no card is made while its link dies."""
    try:
        link = lock_link(tx, patient_id, link_id).facts
    except NotFound:
        raise NotThere from None
    if not link.full:
        raise NoCardForIt("a link that asks an answer has no card, for a card asks nothing")
    if link.revoked_at is not None or link.replaced_by is not None:
        raise NoCardForIt("the link is dead")


def _new_card(
    world: World, tx: Transaction, version: Version, link_id: UUID, at: datetime
) -> IssuedCard:
    if not is_newest(tx, version.patient_id, version=version.number):
        raise NoCardForIt("a newer version has been published")
    key = key_that_signs(world, tx, at)
    rid = _rid(tx, version.patient_id, link_id, key)
    made = project(
        version,
        world.words_of(version),
        fits=lambda bundle: _fits(_payload(world, version, bundle, rid), key),
    )
    return IssuedCard(
        kid=key.kid,
        rid=rid,
        good_until=good_until(version),
        made_at=at,
        jws=sign_card(_payload(world, version, made.bundle, rid), key),
        left_out=made.left_out,
    )


def _payload(world: World, version: Version, bundle: Mapping[str, Any], rid: str) -> dict[str, Any]:
    subject = {"fhirVersion": _FHIR, "fhirBundle": bundle}
    return {
        "iss": world.base_url.rstrip("/"),
        "nbf": int(version.published_at.timestamp()),
        "exp": _end_of(good_until(version)),
        "vc": {"type": [_TYPE], "credentialSubject": subject, "rid": rid},
    }


def has_room(world: World, version: Version) -> bool:
    """Whether one code holds at least what a card of this version must say: known once, when it is
    published, so that no link names a card that nobody can make.

    Tried under a name as long as any card's; a real one may still be some letters longer, and is
    then handed out empty.
    """
    rid = to_b64url(world.entropy(_RID_BYTES))
    payload = _payload(world, version, least(Facts(version, world.words_of(version))), rid)
    return _fits(payload, new_card_key(world.entropy))


def _fits(payload: Mapping[str, Any], key: CardKey) -> bool:
    """zlib answers most of the time, and a hundred times as fast as zopfli."""
    quick = letters_of(payload, key, pack=zlib.compress)
    if quick <= MOST_LETTERS:
        return True
    return quick <= MOST_LETTERS * _NEVER_CLOSER and letters_of(payload, key) <= MOST_LETTERS


def _rid(tx: Transaction, patient_id: UUID, link_id: UUID, key: CardKey) -> str:
    """One for each link and key until its cards are taken back, then another: so new words of the
    person's own take no card back, and none is ever born under a name that is on the list.

    It tells nothing of whose card it is.
    """
    after = newest_taken_back(tx, patient_id, link_id)
    whole = tx.hash("card rid", f"{key.kid}:{link_id}:{after}")
    return to_b64url(whole[:_RID_BYTES])


def good_until(version: Version) -> date:
    return good_until_from(version.plan.review.review_due, version.published_at)


def good_until_from(review_due: date | None, published_at: datetime) -> date:
    """Twelve months after the review; without a review, after the day of publication.

    An overdue plan still shows, with a warning: hiding it is more dangerous. But a card that nobody
    can take back from a phone without a signal must end some day.
    """
    start = review_due or london_day(published_at)
    month_end = start.month == 2 and start.day == 29
    return start.replace(year=start.year + 1, day=28 if month_end else start.day)


def _end_of(day: date) -> int:
    """When the day is over, as a verifier anywhere reads it."""
    return int(datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC).timestamp())
