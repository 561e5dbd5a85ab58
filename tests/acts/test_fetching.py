"""The files a link names: each under a fresh IV, never older than the plan, gone with the link."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from careplan.acts import fetching, sent_page
from careplan.acts.fetching import PAGE, Further, location_of, open_file
from careplan.acts.opening import Dead, Opened, Reader, open_direct, open_link
from careplan.acts.publishing import stop_dose
from careplan.acts.sent_page import KIND
from careplan.acts.sharing import Shared, replace_link, revoke_link
from careplan.audit.events import Kind as Deed
from careplan.keys.jwe import decrypt_file
from careplan.plan.care_plan import Version
from careplan.sharing.links import LONGEST_FOR_APP, Kind, Opening, State, flag_for
from careplan.store.link_files import LinkFile
from careplan.store.tables import rendition
from tests.acts.worlds import ADA, Clinic, decrypted, key_of, token_of
from tests.stores import NOW

PHONE = ADA.care_team.phone_24h
BORN = "14/03/1997"
SOON = NOW + timedelta(minutes=5)
ENDS = {"expires_at": NOW + LONGEST_FOR_APP}
A_DAY = {"expires_at": NOW + timedelta(hours=20)}


def every_kind(clinic: Clinic) -> dict[str, Shared]:
    """A link of each flag there is, that has a manifest."""
    app, message = Kind.APP, Kind.MESSAGE
    made = (
        clinic.share(),
        clinic.share(app, **A_DAY),
        clinic.share(Kind.PRIVATE_PRINT),
        clinic.share(message, **A_DAY),
    )
    found = {flag_for(link.link): link for link in made}
    assert set(found) == {"L", "", "LP", "P"}
    return found


def look(clinic: Clinic, link: Shared, *, at=NOW, **more: Any) -> Opened:
    reader = Reader(BORN, "Ward 9", at, at.date())
    asked: dict[str, Any] = {"again": None, "zipped": False} | more
    found = open_link(clinic.world, reader, token=token_of(link), **asked)
    assert isinstance(found, Opened)
    return found


def ask_directly(clinic: Clinic, link: Shared, *, at=NOW):
    reader = Reader(None, "Bluebell app", at, at.date())
    return open_direct(clinic.world, reader, token=token_of(link))


def tickets_of(clinic: Clinic, link: Shared, *, zipped: bool = False, at=NOW) -> list[str]:
    found = look(clinic, link, zipped=zipped, at=at)
    token = token_of(link)
    files: list[LinkFile | Further] = [*found.files, *found.further]
    return [
        location_of(clinic.world, token=token, file=file, zipped=zipped, at=at) for file in files
    ]


def page_ticket(clinic: Clinic, link: Shared, **more: Any) -> str:
    return tickets_of(clinic, link, **more)[PAGE]


def fetched(clinic: Clinic, link: Shared, ticket: str, *, at=NOW) -> dict[str, Any]:
    jwe = open_file(clinic.world, ticket=ticket, at=at)
    assert jwe is not None
    plain, content_type = decrypt_file(jwe, key=key_of(link))
    assert content_type == "application/fhir+json"
    said: dict[str, Any] = json.loads(plain)
    return said


def pdf_in(reference: dict[str, Any]) -> bytes:
    return b64decode(reference["content"][0]["attachment"]["data"])


def words(pdf: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def kept(clinic: Clinic) -> list[int]:
    with clinic.world.store.read() as tx:
        rows = tx.run(select(rendition).where(rendition.c.kind == KIND))
        return sorted(row.version for row in rows)


# --- the page ------------------------------------------------------------------------------------


def test_the_page_holds_no_code_and_no_key_whatever_link_it_came_through(clinic: Clinic) -> None:
    """Its text, its bytes, and every page of it as a scanner sees it."""
    links = every_kind(clinic)
    for link in links.values():
        made = fetched(clinic, link, page_ticket(clinic, link))
        assert made["resourceType"] == "DocumentReference"
        pdf = pdf_in(made)
        told = words(pdf)
        assert "morphine" in told
        assert "version 2" in told
        for other in links.values():
            codes = (other.short_code, other.code) if other.code else ()
            for secret in ("shlink", *codes, token_of(other), "/m/", "/s#"):
                assert secret not in told
                assert secret.encode() not in pdf
        document = pypdfium2.PdfDocument(pdf)
        for page in document:
            assert zxingcpp.read_barcodes(page.render(scale=4).to_numpy()) == []
        document.close()
    assert kept(clinic) == [2]


@pytest.mark.parametrize("zipped", [True, False])
def test_each_fetch_has_an_iv_of_its_own(clinic: Clinic, zipped: bool) -> None:
    """One key serves a link for life, so no IV may come twice for what is encrypted again."""
    link = clinic.share()
    seen = []
    for at in (NOW, SOON):
        ticket = page_ticket(clinic, link, zipped=zipped, at=at)
        seen += [open_file(clinic.world, ticket=ticket, at=at) for _ in range(3)]
        clinic.publish(at=SOON)
    tokens = [one for one in seen if one]
    assert len({token.split(".")[2] for token in tokens}) == len(seen) == 6
    assert len({decrypt_file(token, key=key_of(link))[0] for token in tokens}) == 2
    header = json.loads(b64decode(tokens[0].split(".")[0] + "=="))
    assert header.get("zip") == ("DEF" if zipped else None)


def test_what_was_named_before_a_change_is_the_newest_when_it_comes(clinic: Clinic) -> None:
    link = clinic.share()
    before = tickets_of(clinic, link)
    assert "morphine 10 mg" in words(pdf_in(fetched(clinic, link, before[PAGE])))
    stop_dose(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=SOON)

    after = fetched(clinic, link, before[PAGE], at=SOON)

    told = words(pdf_in(after))
    assert "10 mg" not in told
    assert "Do not use the dose on earlier copies" in told
    assert fetched(clinic, link, before[0], at=SOON) == json.loads(clinic.current.emergency)
    related = after["context"]["related"][0]["identifier"]["value"]
    assert related == json.loads(clinic.current.emergency)["identifier"]["value"]


def test_a_plan_that_changes_while_the_page_is_drawn(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that was drawn in the meantime is thrown away, not handed over."""
    link = clinic.share()
    ticket, draw = page_ticket(clinic, link), sent_page.drawn
    done: list[Version] = []

    def slowly(world, page):
        found = draw(world, page)
        if not done:
            done.append(stop_dose(world, by=clinic.nurse, patient_id=clinic.patient_id,
                                  version_seen=2, at=SOON))  # fmt: skip
        return found

    monkeypatch.setattr(fetching, "drawn", slowly)
    assert "10 mg" not in words(pdf_in(fetched(clinic, link, ticket, at=SOON)))
    assert kept(clinic) == [3]


def test_a_link_that_is_revoked_while_the_page_is_drawn(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = clinic.share()
    ticket, draw = page_ticket(clinic, link), sent_page.drawn

    def slowly(world, page):
        revoke(clinic, link)
        return draw(world, page)

    monkeypatch.setattr(fetching, "drawn", slowly)
    assert open_file(clinic.world, ticket=ticket, at=SOON) is None
    assert kept(clinic) == []


def test_the_page_is_drawn_when_a_version_is_published_to_somebody(clinic: Clinic) -> None:
    clinic.publish(at=SOON)
    assert kept(clinic) == []
    link = clinic.share()
    clinic.publish(at=SOON)
    assert kept(clinic) == [4]
    ticket = page_ticket(clinic, link, at=SOON)
    before = clinic.everything()
    assert "version 4" in words(pdf_in(fetched(clinic, link, ticket, at=SOON)))
    assert clinic.everything() == before


def test_a_stop_waits_for_no_page(clinic: Clinic) -> None:
    clinic.share()
    stop_dose(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=SOON)
    assert kept(clinic) == []


def test_what_is_true_of_the_day_is_on_the_page_of_that_day(clinic: Clinic) -> None:
    """A page drawn in time says nothing of a review that has become overdue since."""
    link, due = clinic.share(), ADA.review.review_due
    assert due is not None
    late = NOW.replace(year=due.year, month=due.month, day=due.day) + timedelta(days=1)
    assert "OVERDUE" not in words(pdf_in(fetched(clinic, link, page_ticket(clinic, link))))
    told = words(pdf_in(fetched(clinic, link, page_ticket(clinic, link, at=late), at=late)))
    assert "REVIEW OVERDUE" in told
    assert kept(clinic) == [2, 2]


# --- whose files ---------------------------------------------------------------------------------


@pytest.mark.asvs("8.3.2")
def test_a_dead_link_hands_out_nothing(clinic: Clinic) -> None:
    ended = NOW + timedelta(hours=20)
    gone, lost, old = clinic.share(), clinic.share(), clinic.share(Kind.APP, **A_DAY)
    late = ended - timedelta(minutes=1)
    tickets = {
        name: tickets_of(clinic, link, at=late)
        for name, link in (("gone", gone), ("lost", lost), ("old", old))
    }
    revoke(clinic, gone)
    swap(clinic, lost)
    for given in tickets.values():
        assert [open_file(clinic.world, ticket=one, at=ended) for one in given] == [None] * 3
    assert kept(clinic) == []


@pytest.mark.parametrize("position", [3, 50, 127])
def test_there_are_no_other_files(clinic: Clinic, position: int) -> None:
    link = clinic.share()
    found = look(clinic, link).further[0]
    strange = replace(found, position=position)
    ticket = location_of(clinic.world, token=token_of(link), file=strange, zipped=False, at=NOW)
    assert open_file(clinic.world, ticket=ticket, at=NOW) is None


# --- links without a manifest --------------------------------------------------------------------


def test_a_direct_link_gives_its_document_to_whoever_says_who_they_are(clinic: Clinic) -> None:
    link = clinic.share(Kind.APP, direct=True, **ENDS)
    found = ask_directly(clinic, link)
    assert isinstance(found, Opened)
    (file,) = found.files
    assert decrypt_file(file.jwe, key=key_of(link))[0] == clinic.current.emergency
    assert "zip" not in json.loads(b64decode(file.jwe.split(".")[0] + "=="))
    event = clinic.events()[0]
    assert (event.kind, event.actor.name) == (Deed.LINK_OPENED, "Bluebell app")
    assert dict(event.what) == {"link": link.link.id, "version": "2", "how": "app"}
    clinic.publish(at=SOON)
    again = ask_directly(clinic, link, at=SOON)
    assert decrypt_file(again.files[0].jwe, key=key_of(link))[0] == clinic.current.emergency
    assert clinic.deeds().count(Deed.LINK_OPENED) == 2
    assert set(decrypted(clinic.world, link)) == {clinic.current.emergency}


def test_each_kind_of_link_has_one_door(clinic: Clinic) -> None:
    direct = clinic.share(Kind.APP, direct=True, **ENDS)
    reader = Reader(None, "x", NOW, NOW.date())
    token = token_of(direct)
    before = clinic.everything()
    assert open_link(clinic.world, reader, token=token, again=None, zipped=False) is None
    clinic_links = every_kind(clinic)
    before = clinic.everything()
    for link in clinic_links.values():
        assert ask_directly(clinic, link) is None
    for token in ("", "x", "A" * 43, "é" * 43):
        assert open_direct(clinic.world, reader, token=token) is None
    assert clinic.everything() == before


def test_a_dead_direct_link_says_whom_to_ring(clinic: Clinic) -> None:
    app = Kind.APP
    gone, lost, old, used = (
        clinic.share(app, direct=True, **ENDS),
        clinic.share(app, direct=True, **ENDS),
        clinic.share(app, direct=True, **A_DAY),
        clinic.share(app, direct=True, max_views=1, **ENDS),
    )
    assert isinstance(ask_directly(clinic, used), Opened)
    revoke(clinic, gone)
    new = swap(clinic, lost)
    late = NOW + timedelta(days=2)
    before = clinic.everything()
    assert ask_directly(clinic, gone) == Dead(State.REVOKED, PHONE)
    assert ask_directly(clinic, lost) == Dead(State.REPLACED, PHONE)
    assert ask_directly(clinic, old, at=late) == Dead(State.EXPIRED, PHONE)
    assert ask_directly(clinic, used) == Dead(State.USED_UP, PHONE)
    assert clinic.everything() == before
    assert (new.link.direct, new.link.opening) == (True, Opening.CARD)
    assert isinstance(ask_directly(clinic, new), Opened)


def revoke(clinic: Clinic, link: Shared) -> None:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": SOON}
    revoke_link(clinic.world, link_id=UUID(link.link.id), **mine)


def swap(clinic: Clinic, link: Shared) -> Shared:
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": SOON}
    return replace_link(clinic.world, link_id=UUID(link.link.id), **mine)
