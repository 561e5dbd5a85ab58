"""Card keys, of which one signs, and the cards that were given out and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from careplan.keys.health_cards import CardKey, new_card_key
from careplan.sharing.links import Kind, Link, Opening
from careplan.store.cards import (
    IssuedCard,
    KeyState,
    is_newest,
    issued_card_of,
    keep_card_key,
    keep_issued_card,
    published_keys,
    remove_card_key,
    retire_card_key,
    revoke_cards,
    revoked_rids,
    signing_key,
)
from careplan.store.links import LinkSecrets, keep_link
from careplan.store.tables import card_key
from careplan.store.versions import NewVersion, keep_version
from tests.stores import NOW, seeded

LATER = NOW + timedelta(days=365)
FIRST, SECOND = (new_card_key(seeded(name)) for name in ("first", "second"))


@pytest.fixture
def key(store) -> CardKey:
    with store.begin() as tx:
        return keep_card_key(tx, FIRST, at=NOW)


@pytest.fixture
def links(store, patient_id) -> tuple[UUID, UUID]:
    """Two links on the first version of a plan."""
    with store.begin() as tx:
        keep_version(
            tx,
            NewVersion(
                patient_id=patient_id, number=1, published_at=NOW, record_id=tx.new_id(),
                emergency_id=tx.new_id(), record=b"r", emergency=b"e", head={},
            ),
        )  # fmt: skip
        made = (tx.new_id(), tx.new_id())
        for link_id in made:
            facts = Link(
                id=str(link_id), kind=Kind.FULL_PRINT, opening=Opening.CARD, created_at=NOW
            )
            keep_link(tx, patient_id, facts, LinkSecrets(token=link_id.hex, key=b"K" * 32))
    return made


def a_card(kid: str, rid: str = "kRv3mVbQk1c") -> IssuedCard:
    return IssuedCard(
        kid=kid, rid=rid, good_until=date(2028, 9, 8), made_at=NOW, jws="a.b.c",
        left_out=("second choice",),
    )  # fmt: skip


def test_a_key_signs_until_another_does(store, key):
    with store.begin() as tx:
        assert signing_key(tx) == key
        assert keep_card_key(tx, SECOND, at=NOW) == key, "whoever came first stays"
        retire_card_key(tx, at=LATER)
        assert signing_key(tx) is None
        assert keep_card_key(tx, SECOND, at=LATER) == SECOND
        new, old = published_keys(tx)
    assert (new.kid, new.state) == (SECOND.kid, KeyState.SIGNS)
    assert (old.kid, old.state, old.retired_at) == (key.kid, KeyState.RETIRED, LATER)
    assert old.jwk == key.public


def test_a_key_that_signs_no_more_has_no_private_part_left(store, key):
    with store.begin() as tx:
        retire_card_key(tx, at=LATER)
        assert [row.secret for row in tx.run(card_key.select())] == [None]


def test_a_removed_key_is_not_published(store, key):
    with store.begin() as tx:
        assert remove_card_key(tx, key.kid, at=LATER)
        assert not remove_card_key(tx, key.kid, at=LATER)
        assert published_keys(tx) == ()
        assert signing_key(tx) is None


def test_a_card_is_kept_once_for_link_and_version(store, key, patient_id, links):
    one, other = links
    with store.begin() as tx:
        keep_issued_card(tx, patient_id, one, a_card(key.kid), version=1)
        keep_issued_card(tx, patient_id, one, replace(a_card(key.kid), jws="x.y.z"), version=1)
    with store.read() as tx:
        assert issued_card_of(tx, patient_id, one, version=1) == a_card(key.kid)
        assert issued_card_of(tx, patient_id, other, version=1) is None
        assert issued_card_of(tx, patient_id, one, version=2) is None
        assert published_keys(tx)[0].taken == 0


def test_cards_are_taken_back_by_link_or_all_at_once(store, key, patient_id, links):
    one, other = links
    with store.begin() as tx:
        keep_issued_card(tx, patient_id, one, a_card(key.kid, "AAAAAAAAAAA"), version=1)
        keep_issued_card(tx, patient_id, other, a_card(key.kid, "BBBBBBBBBBB"), version=1)
        assert revoke_cards(tx, patient_id, link_id=one, at=LATER) == 1
        assert revoked_rids(tx, key.kid) == (("AAAAAAAAAAA", date(2028, 9, 8)),)
        assert issued_card_of(tx, patient_id, one, version=1) is None
        assert issued_card_of(tx, patient_id, other, version=1) is not None
        assert revoke_cards(tx, patient_id, at=LATER) == 1
        assert revoke_cards(tx, patient_id, at=LATER) == 0
        assert [rid for rid, _ in revoked_rids(tx, key.kid)] == ["AAAAAAAAAAA", "BBBBBBBBBBB"]
        assert published_keys(tx)[0].taken == 2
        assert revoked_rids(tx, SECOND.kid) == ()


def test_a_card_of_a_removed_key_is_no_card(store, key, patient_id, links):
    with store.begin() as tx:
        keep_issued_card(tx, patient_id, links[0], a_card(key.kid), version=1)
        remove_card_key(tx, key.kid, at=LATER)
        assert issued_card_of(tx, patient_id, links[0], version=1) is None


def test_which_version_is_the_newest(store, patient_id, links):
    with store.begin() as tx:
        assert is_newest(tx, patient_id, version=1)
        assert not is_newest(tx, patient_id, version=2)
        assert not is_newest(tx, tx.new_id(), version=1)
