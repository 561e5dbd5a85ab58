"""The signed card of a link: one for each version, and taken back with what it stands on."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.acts import cards
from careplan.acts.card_keys import key_list, remove, rotate, taken_back
from careplan.acts.cards import (
    CardDoesNotFit,
    NoCardForIt,
    SignedCard,
    card_file,
    good_until,
    signed_card,
)
from careplan.acts.identity import correct_identity, identity_now
from careplan.acts.papers import stale_since
from careplan.acts.publishing import current_of, stop_dose
from careplan.acts.sharing import Shared, replace_link, revoke_link
from careplan.acts.world import NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind as Deed
from careplan.keys.health_cards import from_numeric, read_card
from careplan.plan.care_plan import Version
from careplan.sharing.links import Kind
from careplan.store.cards import signing_key
from careplan.store.trail import service_events_of
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW

LATER = NOW + timedelta(days=3)


def version_of(clinic: Clinic) -> Version:
    with clinic.world.store.read() as tx:
        found = current_of(tx, clinic.patient_id)
    assert found is not None
    return found


def id_of(link: Shared) -> UUID:
    return UUID(link.link.id)


def card_of(clinic: Clinic, link: Shared, version: Version | None = None) -> SignedCard:
    version = version or version_of(clinic)
    with clinic.world.store.begin() as tx:
        return signed_card(clinic.world, tx, version, id_of(link), NOW)


def keys_of(clinic: Clinic) -> list[dict[str, Any]]:
    with clinic.world.store.read() as tx:
        keys: list[dict[str, Any]] = key_list(tx)["keys"]
    return keys


def crl_of(clinic: Clinic, kid: str, at: datetime = NOW) -> dict[str, Any]:
    with clinic.world.store.read() as tx:
        return taken_back(tx, kid, at)


def stop(clinic: Clinic) -> Version:
    facts: dict[str, Any] = {"patient_id": clinic.patient_id, "at": NOW}
    seen = clinic.current.head.number
    return stop_dose(clinic.world, by=clinic.doctor, version_seen=seen, **facts)


def service_deeds(clinic: Clinic) -> list[Deed]:
    with clinic.world.store.read() as tx:
        return [one.event.kind for one in service_events_of(tx, service_chain(NOW))]


def test_it_works(clinic):
    link = clinic.share()
    card = card_of(clinic, link)
    said = read_card(card.jws, keys_of(clinic))
    assert said["iss"] == clinic.world.base_url
    assert (said["vc"]["rid"], len(card.rid)) == (card.rid, 11)
    assert said["vc"]["type"] == ["https://smarthealth.cards#health-card"]
    assert said["nbf"] == int(version_of(clinic).published_at.timestamp())
    assert datetime.fromtimestamp(said["exp"] - 1, UTC).date() == card.good_until
    assert card.good_until.year == card.review_due.year + 1  # type: ignore[union-attr]
    assert "morphine 10 mg subcutaneous" in json.dumps(said["vc"])
    assert "9990110212" not in json.dumps(said)
    assert len(card.jws) <= 1195
    assert from_numeric(card.digits) == card.jws
    assert card_of(clinic, link) == card, "made once, and the same ever after"


def test_the_file_of_a_link_holds_the_same_card(clinic):
    link = clinic.share()
    with clinic.world.store.begin() as tx:
        file = card_file(clinic.world, tx, version_of(clinic), id_of(link), NOW)
    assert json.loads(file) == {"verifiableCredential": [card_of(clinic, link).jws]}


@pytest.mark.parametrize("kind", [Kind.PRIVATE_PRINT, Kind.MESSAGE])
def test_a_link_that_asks_has_no_card(clinic, kind):
    link = clinic.share(kind)
    with pytest.raises(NoCardForIt):
        card_of(clinic, link)


def test_nobody_elses_link_and_no_version_but_the_newest(clinic):
    link, version = clinic.share(), version_of(clinic)
    with pytest.raises(NoCardForIt):
        card_of(clinic, link, replace(version, number=version.number + 1))
    stranger = replace(version, patient_id=clinic.world.new_id())
    with pytest.raises(NotThere):
        card_of(clinic, link, stranger)
    clinic.publish(at=LATER)
    with pytest.raises(NoCardForIt):
        card_of(clinic, link, version)


def test_new_words_take_no_card_back(clinic):
    link = clinic.share()
    before = card_of(clinic, link)
    clinic.publish(at=LATER)
    after = card_of(clinic, link)
    assert after.jws != before.jws
    assert after.rid == before.rid
    assert crl_of(clinic, before.kid) == {
        "kid": before.kid,
        "method": "rid",
        "ctr": 0,
        "rids": [],
    }


@pytest.mark.parametrize("how", ["revoked", "replaced", "signed", "stopped"])
def test_what_ends_a_card(clinic, how):
    link, other = clinic.share(), clinic.share()
    before, beside = card_of(clinic, link), card_of(clinic, other)
    facts = {"by": clinic.ada, "patient_id": clinic.patient_id, "link_id": id_of(link), "at": NOW}
    if how == "revoked":
        revoke_link(clinic.world, **facts)
    elif how == "replaced":
        replace_link(clinic.world, **facts)
    elif how == "signed":
        clinic.sign()
    else:
        stop(clinic)
    of_all = how in ("signed", "stopped")
    taken = sorted({before.rid, beside.rid} if of_all else {before.rid})
    assert crl_of(clinic, before.kid)["rids"] == taken
    assert crl_of(clinic, before.kid)["ctr"] == len(taken)
    assert keys_of(clinic)[0]["crlVersion"] == len(taken)
    if not of_all:
        with pytest.raises(NoCardForIt):
            card_of(clinic, link)
        return
    after = card_of(clinic, link)
    assert after.rid not in taken
    said = json.dumps(read_card(after.jws, keys_of(clinic)), ensure_ascii=False)
    assert ("10 mg" in said) == (how == "signed")
    assert ("Do not use the dose on earlier copies: ring" in said) == (how == "stopped")


def put_right(clinic: Clinic, **changes: Any) -> None:
    now = identity_now(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    facts: dict[str, Any] = {"method": "photo_id", "at": LATER, "today": LATER.date()}
    facts |= {"by": clinic.doctor, "patient_id": clinic.patient_id}
    correct_identity(clinic.world, identity=replace(now, **changes), **facts)


def test_a_name_or_birth_date_put_right_ends_every_card_and_the_person_is_told(clinic):
    """Also when it is put back: no card is ever born under a name that is on the list."""
    link, mine = clinic.share(), {"by": clinic.ada, "patient_id": clinic.patient_id}
    cards = [card_of(clinic, link)]
    put_right(clinic, nhs_number="9990110212")
    assert card_of(clinic, link).rid == cards[0].rid
    assert stale_since(clinic.world, **mine) is None
    for changed in (
        {"legal_name": "Adaeze Okonkwo"},
        {"legal_name": ADA.identity.legal_name},
        {"date_of_birth": date(1997, 3, 15)},
    ):
        put_right(clinic, **changed)
        assert stale_since(clinic.world, **mine) == LATER
        assert crl_of(clinic, cards[0].kid)["rids"] == sorted(one.rid for one in cards)
        cards.append(card_of(clinic, link))
        assert stale_since(clinic.world, **mine) is None
    assert len({one.rid for one in cards}) == len(cards)
    assert "1997-03-15" in json.dumps(read_card(cards[-1].jws, keys_of(clinic)))


def test_a_card_that_has_ended_by_itself_is_not_named_and_still_counted(clinic):
    card = card_of(clinic, clinic.share())
    stop(clinic)
    long_after = NOW + timedelta(days=1000)
    assert crl_of(clinic, card.kid, long_after) | {"rids": [card.rid]} == crl_of(clinic, card.kid)


def test_what_fits_in_no_code_is_said_by_name(clinic, monkeypatch):
    monkeypatch.setattr(cards, "MOST_LETTERS", 700)
    with pytest.raises(CardDoesNotFit, match="morphine 10 mg"):
        card_of(clinic, clinic.share())


@pytest.mark.parametrize(
    ("review", "until"),
    [
        (date(2027, 9, 8), date(2028, 9, 8)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (None, date(2027, 11, 23)),
    ],
)
def test_until_when_a_card_is_good(clinic, review, until):
    version = version_of(clinic)
    plan = version.plan.with_section("review", replace(version.plan.review, review_due=review))
    assert good_until(replace(version, plan=plan)) == until


# --- the keys ----------------------------------------------------------------------------------


def test_the_first_card_makes_the_key_and_writes_it_down(clinic):
    assert keys_of(clinic) == []
    card = card_of(clinic, clinic.share())
    assert [key["kid"] for key in keys_of(clinic)] == [card.kid]
    assert "d" not in keys_of(clinic)[0]
    assert service_deeds(clinic).count(Deed.CARD_KEY_MADE) == 1
    assert clinic.chains_hold()


def test_many_first_cards_at_once_make_one_key(clinic):
    links = [clinic.share() for _ in range(4)]
    version = version_of(clinic)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda link: card_of(clinic, link, version), links))
    assert len({card.kid for card in made}) == len(keys_of(clinic)) == 1
    assert service_deeds(clinic).count(Deed.CARD_KEY_MADE) == 1


def test_after_a_change_of_key_old_cards_stay_good(clinic):
    link = clinic.share()
    before = card_of(clinic, link)
    turned = rotate(clinic.world, at=NOW)
    assert turned.before == before.kid
    assert {key["kid"] for key in keys_of(clinic)} == {before.kid, turned.kid}
    assert card_of(clinic, link) == before
    assert read_card(before.jws, keys_of(clinic))
    assert card_of(clinic, clinic.share()).kid == turned.kid
    with clinic.world.store.read() as tx:
        signs = signing_key(tx)
    assert signs is not None
    assert signs.kid == turned.kid


def test_a_stolen_key_is_gone_at_once(clinic):
    link = clinic.share()
    before = card_of(clinic, link)
    now = remove(clinic.world, before.kid, at=NOW)
    assert [key["kid"] for key in keys_of(clinic)] == [now.kid]
    assert card_of(clinic, link).kid == now.kid
    with pytest.raises(NotThere):
        crl_of(clinic, before.kid)
    with pytest.raises(NotThere):
        remove(clinic.world, before.kid, at=NOW)
    assert service_deeds(clinic).count(Deed.CARD_KEY_REMOVED) == 1
    assert clinic.chains_hold()
