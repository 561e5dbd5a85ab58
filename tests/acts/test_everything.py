"""Everything that is kept about a person, taken along: what is in it, what must never be."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from PIL import Image

from careplan.acts.consents import give_consent
from careplan.acts.conversation import start_remark
from careplan.acts.everything import MOST, README, TooOften, everything
from careplan.acts.everything_parts import LEFT_OUT, NOBODYS, PARTS
from careplan.acts.own_sessions import SURE_FOR, NotSure
from careplan.acts.photos import give_photo
from careplan.acts.private_words import write_note
from careplan.acts.quietly import tell_in_private
from careplan.acts.signing_in import sign_in
from careplan.acts.visiting import begin
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind as Deed
from careplan.plan.places import Place
from careplan.sharing.consents import Consent
from careplan.sharing.links import Kind, Opening
from careplan.store.accounts import account_of
from careplan.store.tables import metadata
from careplan.store.versions import history_of, version_of
from tests.acts.test_papers import codes
from tests.acts.worlds import Clinic, key_of, token_of
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD

PRIVATE = "I cry on the ward at night, =and nobody knows"
QUIET = "my uncle takes my phone away"
REMARK = "Please write that I need a quiet room"
HALF = "unsigned 999 milligrams"


def a_picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (90, 120), "brown").save(made, "JPEG")
    return made.getvalue()


def signed_in(clinic: Clinic) -> str:
    return sign_in(clinic.world, email=ADA.email, password=PASSWORD, at=NOW)


def taken(clinic: Clinic, token: str | None = None, **more) -> dict[str, bytes]:
    token = token or signed_in(clinic)
    facts: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW} | more
    with ZipFile(BytesIO(everything(clinic.world, token=token, **facts))) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_every_table_is_in_it_or_left_out_for_a_reason():
    """A new table cannot be forgotten: it goes into a part, or somebody writes down why not."""
    named = [table for part in PARTS for table in part.tables]
    named += [table for tables in LEFT_OUT.values() for table in tables]
    named += NOBODYS
    assert Counter(named) == Counter(metadata.tables.keys())
    of_a_person = {
        name
        for name, table in metadata.tables.items()
        if {"patient_id", "account_id"} & set(table.c.keys())
    }
    assert not of_a_person & NOBODYS.keys()


@dataclass(frozen=True)
class Full:
    """Ada with something of each kind, everything she took along, and what must not be in it."""

    files: dict[str, bytes]
    secrets: tuple[str, ...]
    keys: tuple[bytes, ...]


@pytest.fixture
def full(clinic: Clinic) -> Full:
    world = clinic.world
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    passcode = "seven lanterns"
    aunt: dict[str, Any] = {
        "label": "=cmd for my aunt",
        "opening": Opening.PASSCODE,
        "passcode": passcode,
    }
    links = (clinic.share(Kind.MESSAGE, **aunt), clinic.share())
    write_note(world, text=PRIVATE, **mine)
    tell_in_private(world, words=QUIET, stop=None, **mine)
    start_remark(world, place=Place("what_matters.what_matters"), words=REMARK, **mine)
    give_consent(world, consent=Consent.SCHOOL, **mine)
    give_photo(world, data=a_picture(), **mine)
    begin(world, tap_id=world.new_id(), **mine)
    clinic.save("about_me", {"known_as": "Adaeze the second"})
    clinic.save("pain_plan", {}, typed={"dose": HALF})
    token = signed_in(clinic)
    with world.store.read() as tx:
        account = account_of(tx, UUID(clinic.ada.account_id))
    assert account is not None
    secrets = [token, QUIET, HALF, passcode, account.password_hash or "no hash"]
    for one in links:
        secrets += [token_of(one), one.short_code, one.address]
    return Full(taken(clinic, token), tuple(secrets), tuple(map(key_of, links)))


def test_it_holds_what_is_kept(full: Full):
    told = {name: body.decode() for name, body in full.files.items() if name.endswith("json")}
    assert PRIVATE in full.files["private-words.txt"].decode()
    assert REMARK in told["conversations.json"]
    assert "Adaeze the second" in told["your-drafts.json"]
    assert full.files["photo.jpg"].startswith(b"\xff\xd8")
    assert json.loads(told["what-you-agreed-to.json"])[0]["consent"] == Consent.SCHOOL
    assert "=cmd for my aunt" in {one["label"] for one in json.loads(told["links.json"])}
    account = json.loads(told["account.json"])
    assert (account["email"], len(account["signed_in"])) == (ADA.email, 1)
    assert json.loads(told["visits.json"])[0]["taps"]
    assert json.loads(told["about-you.json"])["team"]["name"]


def test_nothing_in_it_opens_more(full: Full):
    whole = b"\n".join(full.files.values())
    assert [one for one in full.secrets if one.encode() in whole] == []
    assert not any(one in whole for one in full.keys)
    assert codes(full.files["your-plan.pdf"]) == set()


def test_every_version_is_the_very_bytes_that_were_published(clinic: Clinic):
    files = taken(clinic)
    assert files["your-plan.pdf"].startswith(b"%PDF")
    with clinic.world.store.read() as tx:
        heads = history_of(tx, clinic.patient_id)
        for head in heads:
            kept = version_of(tx, clinic.patient_id, head.number)
            assert kept is not None
            assert files[f"versions/version-{head.number}-whole-plan.json"] == kept.record
            assert files[f"versions/version-{head.number}-emergency-page.json"] == kept.emergency
    assert len(heads) == 2


def test_the_log_is_whole_and_no_cell_of_it_runs(clinic: Clinic):
    clinic.share(Kind.FULL_PRINT, label="=cmd()")
    files = taken(clinic)
    rows = list(csv.reader(StringIO(files["who-looked.csv"].decode("utf-8-sig"))))
    assert len(rows) - 1 == len(files["who-looked.txt"].decode().splitlines())
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    assert "You took a copy of everything" in rows[1][1]
    assert clinic.deeds(1) == [Deed.EVERYTHING_TAKEN]
    assert clinic.chains_hold()


def test_each_file_is_named_in_plain_words_with_what_is_missing(clinic: Clinic):
    files = taken(clinic)
    read_me = files[README].decode()
    assert all(name in read_me for name in files if name != README)
    assert all(why in read_me for why in LEFT_OUT)
    assert "(photo.jpg)" in read_me
    assert "What your team is still writing" in read_me
    assert not [name for name in files if "ada" in name.lower() or "999" in name]


def test_a_person_who_has_published_nothing_gets_theirs(people: Clinic):
    files = taken(people)
    assert not [name for name in files if name.startswith(("versions/", "your-plan"))]
    assert "(your-plan.pdf)" in files[README].decode()


def test_its_owner_shows_again_who_they_are(people: Clinic):
    token, late = signed_in(people), NOW + SURE_FOR
    with pytest.raises(NotSure):
        taken(people, token, at=late)
    with pytest.raises(NotAllowed):
        taken(people, "not a session")
    assert Deed.EVERYTHING_TAKEN not in people.deeds()


def test_nobody_takes_another_persons(people: Clinic):
    token = signed_in(people)
    for by in (people.doctor, people.elsewhere):
        with pytest.raises((NotAllowed, NotThere)):
            taken(people, token, by=by)
    with pytest.raises(NotThere):
        taken(people, token, patient_id=people.world.new_id())
    assert Deed.EVERYTHING_TAKEN not in people.deeds()


def test_a_few_times_a_day_and_no_more(people: Clinic):
    token = signed_in(people)
    for _ in range(MOST):
        taken(people, token)
    with pytest.raises(TooOften):
        taken(people, token)
    tomorrow = NOW + timedelta(days=1)
    taken(
        people, sign_in(people.world, email=ADA.email, password=PASSWORD, at=tomorrow), at=tomorrow
    )
    assert people.deeds().count(Deed.EVERYTHING_TAKEN) == MOST + 1
