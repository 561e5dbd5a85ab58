"""The signed card as a file of a link: for whoever holds all of it, and never for one that asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from careplan.acts import cards
from careplan.acts.card_keys import key_list
from careplan.acts.fetching import CARD, PAGE, location_of, open_file
from careplan.acts.publishing import current_of
from careplan.keys.health_cards import read_card
from careplan.keys.jwe import decrypt_file
from careplan.sharing.links import Kind
from tests.acts.test_fetching import look, revoke
from tests.acts.worlds import ADA, Clinic, key_of, token_of
from tests.stores import NOW


def ticket(clinic: Clinic, link) -> str:
    (card,) = (one for one in look(clinic, link).further if one.position == CARD)
    assert card.content_type == "application/smart-health-card"
    return location_of(clinic.world, token=token_of(link), file=card, zipped=False, at=NOW)


def test_a_full_link_hands_out_the_card_on_its_paper(clinic):
    link = clinic.share()
    jwe = open_file(clinic.world, ticket=ticket(clinic, link), at=NOW)
    assert jwe is not None
    file, kind = decrypt_file(jwe, key=key_of(link))
    (jws,) = json.loads(file)["verifiableCredential"]
    with clinic.world.store.read() as tx:
        keys = key_list(tx)["keys"]
    assert kind == "application/smart-health-card"
    assert "morphine 10 mg subcutaneous" in json.dumps(read_card(jws, keys))
    again = open_file(clinic.world, ticket=ticket(clinic, link), at=NOW)
    assert again != jwe, "a fresh IV each time"


@pytest.mark.parametrize("kind", [Kind.PRIVATE_PRINT, Kind.MESSAGE])
def test_a_link_that_asks_names_no_card(clinic, kind):
    found = look(clinic, clinic.share(kind))
    assert [one.position for one in found.further] == [PAGE]


def test_a_card_that_fits_in_no_code_spoils_nothing_else(clinic, monkeypatch):
    """Readers give up a whole link for one file that is not there."""
    link = clinic.share()
    monkeypatch.setattr(cards, "MOST_LETTERS", 700)
    jwe = open_file(clinic.world, ticket=ticket(clinic, link), at=NOW)
    assert jwe is not None
    assert decrypt_file(jwe, key=key_of(link))[0] == b'{"verifiableCredential":[]}'


def test_a_card_that_fits_in_no_code_is_not_named(clinic, monkeypatch):
    """Known when the version is published, and again with the next."""
    link = clinic.share()
    monkeypatch.setattr(cards, "MOST_LETTERS", 700)
    assert not cards.has_room(clinic.world, clinic.publish())
    assert [one.position for one in look(clinic, link).further] == [PAGE]
    monkeypatch.undo()
    assert cards.has_room(clinic.world, clinic.publish())
    assert [one.position for one in look(clinic, link).further] == [PAGE, CARD]


def test_a_card_past_its_end_is_not_named(clinic):
    """Twelve months after the review, to the day; readers turn the whole link away for it."""
    link, due = clinic.share(), ADA.review.review_due
    assert due is not None
    last = datetime(due.year + 1, due.month, due.day, 12, tzinfo=UTC)
    for at, places in ((last, [PAGE, CARD]), (last + timedelta(days=1), [PAGE])):
        assert [one.position for one in look(clinic, link, at=at).further] == places
    with clinic.world.store.begin() as tx:
        version = current_of(tx, clinic.patient_id)
        assert version is not None
        card = cards.signed_card(clinic.world, tx, version, UUID(link.link.id), NOW)
    assert card.good_until == last.date()


def test_a_dead_link_hands_out_no_card(clinic):
    link = clinic.share()
    fetched = ticket(clinic, link)
    revoke(clinic, link)
    assert open_file(clinic.world, ticket=fetched, at=NOW) is None
