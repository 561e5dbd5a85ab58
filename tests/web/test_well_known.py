"""Keys and lists of cards taken back, as any reader of signed cards finds them."""

from __future__ import annotations

from uuid import UUID

import pytest

from careplan.acts.cards import SignedCard, signed_card
from careplan.acts.publishing import current_of
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.sharing import links, make_link, revoke_link
from careplan.acts.signing_in import who_is
from careplan.keys.health_cards import read_card
from careplan.sharing.links import Kind, State
from tests.stores import NOW


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def card(world, ada) -> SignedCard:
    own = UUID(ada.patient_id)
    link = make_link(world, by=ada, patient_id=own, kind=Kind.FULL_PRINT, at=NOW)
    with world.store.begin() as tx:
        version = current_of(tx, own)
        assert version is not None
        return signed_card(world, tx, version, UUID(link.link.id), NOW)


def test_before_the_first_card_there_are_no_keys(client):
    answer = client.get("/.well-known/jwks.json")
    assert (answer.status_code, answer.json) == (200, {"keys": []})


def test_a_card_is_read_with_the_keys_found_there(client, card):
    answer = client.get("/.well-known/jwks.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert "Date" not in answer.headers, "the server says it, and twice is unreadable"
    (key,) = answer.json["keys"]
    assert "d" not in key
    assert read_card(card.jws, [key])["vc"]["rid"] == card.rid


def test_a_card_taken_back_is_named_at_once(client, world, ada, card):
    path = f"/.well-known/crl/{card.kid}.json"
    before = client.get(path)
    assert before.json == {"kid": card.kid, "method": "rid", "ctr": 0, "rids": []}
    same = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")

    own = UUID(ada.patient_id)
    for one in links(world, by=ada, patient_id=own, at=NOW):
        if one.state is State.LIVE:
            revoke_link(world, by=ada, patient_id=own, link_id=UUID(one.link.id), at=NOW)
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json["rids"] == [card.rid]


@pytest.mark.parametrize("kid", ["unknown", "x" * 200])
def test_a_key_nobody_knows_has_no_list(client, kid):
    assert client.get(f"/.well-known/crl/{kid}.json").status_code == 404
