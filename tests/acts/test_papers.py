"""Paper is made once for a version, a link and a day, and each time it is taken is written down."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from careplan.acts import cards
from careplan.acts.card_keys import key_list, remove
from careplan.acts.papers import Paper, page_of, paper
from careplan.acts.publishing import stop_dose
from careplan.acts.renditions import Copy, copy_of
from careplan.acts.sent_page import KIND as SENT
from careplan.acts.sharing import NothingToShare, Shared, links, revoke_link
from careplan.acts.sheets import gp_sheet, school_sheet
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import from_bundle
from careplan.keys.health_cards import from_numeric
from careplan.keys.tokens import from_b64url
from careplan.render.copies import copy_pdf
from careplan.sharing.birth_dates import forms
from careplan.sharing.links import Kind
from careplan.store.cards import published_keys, revoked_rids
from careplan.store.tables import rendition
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW

LATER = NOW + timedelta(hours=1)


def take(clinic: Clinic, kind: Paper, *, at=NOW, by=None, **more) -> bytes:
    return paper(
        clinic.world,
        by=by or clinic.ada,
        patient_id=clinic.patient_id,
        kind=kind,
        at=at,
        **more,
    )


def kept(clinic: Clinic) -> list[tuple[str, int]]:
    """What was printed; the page that goes through a link is no print."""
    with clinic.world.store.read() as tx:
        rows = tx.run(select(rendition).where(rendition.c.kind != SENT))
        return sorted((row.kind, row.version) for row in rows)


@cache
def words(pdf: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def codes(pdf: bytes) -> set[str]:
    """What a scanner reads on any page, without the signed card."""
    return {text for text in all_codes(pdf) if not text.startswith("shc:/")}


def signed_on(pdf: bytes) -> dict[str, Any]:
    """What the signed card on this paper says, its signature unchecked."""
    (text,) = (text for text in all_codes(pdf) if text.startswith("shc:/"))
    body = from_b64url(from_numeric(text).split(".")[1])
    read: dict[str, Any] = json.loads(zlib.decompress(body, wbits=-15))
    return read


def withdrawn(clinic: Clinic, card: dict[str, Any]) -> bool:
    with clinic.world.store.read() as tx:
        rids = [rid for one in published_keys(tx) for rid, _ in revoked_rids(tx, one.kid)]
    return card["vc"]["rid"] in rids


@cache
def all_codes(pdf: bytes) -> frozenset[str]:
    found: set[str] = set()
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=4, grayscale=True).to_numpy()
        read = zxingcpp.read_barcodes(
            picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
        found |= {one.text for one in read}
    document.close()
    return frozenset(found)


def link_of(clinic: Clinic, kind: Kind) -> Shared:
    found = links(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    return next(one for one in found if one.link.kind is kind)


@pytest.mark.parametrize("kind", Paper)
def test_each_paper_holds_the_live_link_of_its_kind(clinic: Clinic, kind: Paper) -> None:
    pdf = take(clinic, kind)
    private = kind is Paper.PRIVATE_CARD
    link = link_of(clinic, Kind.PRIVATE_PRINT if private else Kind.FULL_PRINT)
    assert codes(pdf) == {link.address}
    assert link.short_code in words(pdf)
    assert ("morphine" in words(pdf)) is not private


@pytest.mark.parametrize("kind", Paper)
def test_the_same_paper_is_kept_for_the_day(clinic: Clinic, kind: Paper) -> None:
    first = take(clinic, kind)
    again = take(clinic, kind, at=LATER, by=clinic.nurse)
    assert again == first
    assert kept(clinic) == [(str(kind), 2)]
    deed = Deed.PDF_MADE if kind is Paper.PAGE else Deed.CARD_PRINTED
    assert clinic.deeds()[:2] == [deed, deed]
    assert clinic.events()[0].actor.name == clinic.nurse.name
    assert clinic.deeds().count(Deed.LINK_CREATED) == 1

    take(clinic, kind, at=NOW + timedelta(days=1))
    assert kept(clinic) == [(str(kind), 2)] * 2


FULL = (Paper.PAGE, Paper.CARD)


def test_full_prints_hold_the_signed_card_of_their_version(clinic: Clinic) -> None:
    page, wallet = (take(clinic, kind) for kind in FULL)
    card = signed_on(page)
    assert card == signed_on(wallet)
    assert card["iss"] == clinic.world.base_url
    assert "morphine 10 mg" in json.dumps(card)
    assert not withdrawn(clinic, card)
    for pdf in (page, wallet):
        assert "For when there is no signal" in words(pdf)


def test_other_papers_hold_none(clinic: Clinic) -> None:
    assert len(all_codes(take(clinic, Paper.PRIVATE_CARD))) == 1
    link = clinic.share()
    for copy in (Copy.LARGE, Copy.AMBULANCE):
        made = copy_of(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, kind=copy, at=NOW)
        assert all_codes(made) == {link.address}
    for sheet in (school_sheet, gp_sheet):
        made_for = sheet(clinic.world, from_bundle(clinic.current.record), at=NOW)
        whole = made_for[0] if isinstance(made_for, tuple) else made_for
        assert all_codes(copy_pdf(whole)) == set()


@pytest.mark.slow
def test_after_a_new_signature_no_paper_holds_the_old_card(clinic: Clinic) -> None:
    old = signed_on(take(clinic, Paper.CARD))
    clinic.save("pain_plan", ADA.pain_plan, at=LATER)
    clinic.sign(at=LATER)
    new = signed_on(take(clinic, Paper.CARD, at=LATER))
    assert (withdrawn(clinic, old), withdrawn(clinic, new)) == (True, False)


@pytest.mark.slow
def test_after_a_key_was_stolen_even_kept_paper_is_made_anew(clinic: Clinic) -> None:
    old = take(clinic, Paper.PAGE)
    with clinic.world.store.read() as tx:
        (stolen,) = (one["kid"] for one in key_list(tx)["keys"])
    remove(clinic.world, stolen, at=LATER)
    new = take(clinic, Paper.PAGE, at=LATER)
    assert all_codes(old) != all_codes(new)
    assert signed_on(old)["vc"]["rid"] != signed_on(new)["vc"]["rid"]


def test_a_plan_too_long_for_a_card_is_printed_without_it_and_says_so(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "MOST_LETTERS", 300)
    for kind in FULL:
        pdf = take(clinic, kind)
        assert len(all_codes(pdf)) == 1
        assert "This print has no code for use without a signal" in words(pdf)
        assert take(clinic, kind, at=LATER) == pdf


def test_the_day_is_the_day_on_the_paper(clinic: Clinic) -> None:
    """Half past midnight in summer is still yesterday in UTC; the paper says today."""
    evening = NOW.replace(year=2027, month=7, day=1, hour=12)
    take(clinic, Paper.PAGE, at=evening)
    night = take(clinic, Paper.PAGE, at=evening.replace(hour=23, minute=30))
    assert "2 July 2027" in words(night)
    assert len(kept(clinic)) == 2


def test_a_new_version_drops_the_paper_of_the_old_one(clinic: Clinic) -> None:
    old = take(clinic, Paper.PAGE)
    take(clinic, Paper.PRIVATE_CARD)
    clinic.publish(at=LATER)
    assert kept(clinic) == []
    new = take(clinic, Paper.PAGE, at=LATER)
    assert kept(clinic) == [("page", 3)]
    assert ("version 2" in words(old), "version 3" in words(new)) == (True, True)


def test_a_swapped_link_is_on_new_paper(clinic: Clinic) -> None:
    old = take(clinic, Paper.CARD)
    first = link_of(clinic, Kind.FULL_PRINT)
    revoke_link(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        link_id=UUID(first.link.id),
        at=LATER,
    )
    new = take(clinic, Paper.CARD, at=LATER)
    assert codes(old) == {first.address}
    assert codes(new) == {link_of(clinic, Kind.FULL_PRINT).address}
    assert first.address not in codes(new)


def test_a_page_without_a_link_holds_no_code_and_no_key(clinic: Clinic) -> None:
    """This is the PDF that may be sent through a link."""
    link = clinic.share()
    version = from_bundle(clinic.current.record)
    pdf = page_of(clinic.world, version, at=NOW, link=None)
    assert all_codes(pdf) == set()
    told = words(pdf)
    assert "morphine" in told
    for secret in ("shlink", link.short_code, link.code, "/m/", "/s#"):
        assert secret not in told
        assert secret.encode() not in pdf


def test_a_private_card_tells_no_fact(clinic: Clinic) -> None:
    for named in (True, False):
        told = words(take(clinic, Paper.PRIVATE_CARD, named=named)).lower()
        assert ("ada" in told.split()) is named
        for fact in ("okonkwo", "999 011 0212", "9990110212", "morphine", "co-amoxiclav", "hbss"):
            assert fact not in told
        born = ADA.identity.date_of_birth
        assert born is not None
        assert [form for form in forms(born) if form.lower() in told] == []
        assert "020 7946 0100" in told


def test_a_stopped_dose_is_on_no_paper(clinic: Clinic) -> None:
    stop_dose(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=LATER
    )
    for kind in (Paper.PAGE, Paper.CARD):
        told = words(take(clinic, kind, at=LATER))
        assert "10 mg" not in told
        assert "Do not use the dose on earlier copies" in told


def test_nothing_is_printed_before_anything_is_published(people: Clinic) -> None:
    before = people.everything()
    with pytest.raises(NothingToShare):
        take(people, Paper.PAGE)
    assert people.everything() == before


def test_who_may_not_print(clinic: Clinic) -> None:
    before = clinic.everything()
    with pytest.raises(NotThere):
        take(clinic, Paper.CARD, by=clinic.elsewhere)
    assert clinic.everything() == before
