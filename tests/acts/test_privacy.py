"""What never leaves: hidden fields, unpublished drafts, and anything at all in the kept bytes."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import make_url, select

from careplan.acts.drafting import save_section
from careplan.acts.files import link_files
from careplan.acts.opening import Opened, open_by_code, open_link
from careplan.acts.opening import Reader as Stranger
from careplan.acts.sharing import Shared
from careplan.acts.world import World
from careplan.fhir.bundle import to_emergency_bundle
from careplan.keys.jwe import decrypt_file
from careplan.plan.care_plan import SECTIONS, CarePlan, Version
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.dictionary import Carry, dictionary
from careplan.plan.surfaces import as_the_person_allows
from careplan.plan.voice import WhatMatters
from careplan.sharing.links import OPENINGS, Kind, Opening
from careplan.store.tables import metadata
from careplan.summary.narrative import narrative
from tests import make
from tests.acts.worlds import ADA, Clinic, a_signed_plan, decrypted, key_of, token_of
from tests.stores import NOW, TODAY
from tests.strategies import versions
from tests.visitors import ADA_ON_PAPER

WORDS = dictionary()
SHORTEST = 6
"""The base64 of shorter texts is in any ciphertext by chance."""


# --- what is hidden from an emergency department -------------------------------------------------


def is_hidden(path: str) -> bool:
    return path in WORDS.fields and WORDS.carries(path, "emergency") is Carry.NEVER


def without_hidden(plain: Any, path: str) -> Any:
    """A section's plain JSON without anything an emergency department must not see."""
    if isinstance(plain, list):
        return [without_hidden(item, path) for item in plain]
    if not isinstance(plain, dict):
        return plain
    unsure = [one for one in plain.get("unsure", []) if not is_hidden(f"{path}.{one}")]
    kept = {
        name: without_hidden(value, f"{path}.{name}")
        for name, value in plain.items()
        if name != "unsure" and not is_hidden(f"{path}.{name}")
    }
    return kept | ({"unsure": unsure} if unsure else {})


def forgotten(plan: CarePlan) -> CarePlan:
    """The plan as if its hidden facts had never been written."""
    checked, plan = plan.identity.checked_on is not None, as_the_person_allows(plan)
    times, pregnancy = plan.hard_times.show_in_ed, plan.pregnancy.show_in_ed
    for name, kind in SECTIONS.items():
        plain = without_hidden(to_plain(plan.section(name)), name)
        plan = plan.with_section(name, from_plain(kind, plain, name))
    # A tick is hidden, and what it lets be seen is what these documents hold.
    plan = plan.with_section("hard_times", replace(plan.hard_times, show_in_ed=times))
    plan = plan.with_section("pregnancy", replace(plan.pregnancy, show_in_ed=pregnancy))
    if checked:
        # That somebody checked is said; not who, nor when.
        told = replace(plan.identity, checked_on=date(1999, 9, 9))
        plan = plan.with_section("identity", told)
    return plan


def handed_out(version: Version) -> bytes:
    """What a link's two files hold, once decrypted."""
    shown = narrative(version, WORDS)
    document = to_emergency_bundle(version, WORDS, narrative=shown)
    key, only_random = b"k" * 32, World(NO_STORE, lambda size: b"\x07" * size, "")
    (file,) = link_files(only_random, key, document)
    for jwe in (file.jwe, file.jwe_zipped):
        assert decrypt_file(jwe, key=key) == (document, "application/fhir+json")
    return document


NO_STORE: Any = None


def said(document: bytes) -> Iterator[str]:
    """Every text in the document, unescaped."""

    def walk(tree: Any) -> Iterator[str]:
        if isinstance(tree, dict):
            for item in tree.values():
                yield from walk(item)
        elif isinstance(tree, list):
            for item in tree:
                yield from walk(item)
        elif isinstance(tree, str):
            yield tree

    return walk(json.loads(document))


def test_no_link_of_ada_holds_what_is_hidden(clinic: Clinic) -> None:
    shared: list[Shared] = []
    for kind, openings in OPENINGS.items():
        for opening in openings:
            code = "blue heron 7" if opening is Opening.PASSCODE else None
            until = NOW + timedelta(days=1) if kind is Kind.APP else None
            shared.append(clinic.share(kind, opening=opening, passcode=code, expires_at=until))
    clinic.publish(at=NOW + timedelta(hours=1))

    secrets = ("Igbo", "Wellfield", "Y99001", "07700 900142", "GMC", "7012345", "07A1234E")
    documents = [document for link in shared for document in decrypted(clinic.world, link)]
    assert len(documents) == 12
    for document in documents:
        told = "\n".join(said(document))
        assert [text for text in (*secrets, "EthnicCategory", '"gender"') if text in told] == []
        assert "gender" not in json.loads(document)["entry"][1]["resource"]
    record = clinic.current.record.decode()
    assert [text for text in secrets if text not in record] == []


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions())
def test_hidden_facts_change_not_one_byte_of_what_is_handed_out(version: Version) -> None:
    """Stronger than looking for them: whoever has the file cannot tell whether there are any."""
    assert handed_out(version) == handed_out(replace(version, plan=forgotten(version.plan)))


def test_there_is_something_to_hide() -> None:
    assert forgotten(ADA) != ADA
    assert forgotten(ADA).about_me.phone is None
    assert not forgotten(ADA).background.ethnicity


def test_what_is_only_drafted_leaves_by_no_door(clinic: Clinic) -> None:
    link = clinic.share()
    clinic.save("what_matters", WhatMatters("NEVER PUBLISHED"))
    clinic.save("care_team", replace(ADA.care_team, phone_24h="020 7946 0666"))
    clinic.save("about_me", {}, typed={"phone": "HALF TYPED"})
    clinic.sign(at=NOW)
    clinic.save("care_team", replace(ADA.care_team, phone_24h="020 7946 0999"))

    documents = [clinic.current.record, clinic.current.emergency, *decrypted(clinic.world, link)]
    found = open_by_code(
        clinic.world,
        Stranger("14/3/1997", "", NOW, TODAY),
        code=link.code,
        passcode="",
    )
    documents.append(str(found).encode())
    for document in documents:
        for text in (b"NEVER PUBLISHED", b"HALF TYPED", b"0999"):
            assert text not in document


# --- what lies in the database -------------------------------------------------------------------

FACTS = [
    *("Adaeze", "Okonkwo", "9990110212", "999 011 0212", "1997-03-14", "ada@example.org"),
    *("Igbo", "Wellfield", "07700 900142", "Chidi", "co-amoxiclav", "morphine", "HbSS", "nursery"),
    *(
        "Helena",
        "Marsden",
        "7012345",
        "helena@example.org",
        "O-pos",
        "SA448210",
        "squeeze your hand",
    ),
    *("swelling", "hydroxycarbamide", "blue heron 7", "My wallet", "ED nurse at the door"),
]


def forms(text: str) -> Iterator[bytes]:
    """As it is, in UTF-16, in hex, and in base64 at each of its three places."""
    raw = text.encode()
    yield raw
    yield raw.upper()
    yield text.encode("utf-16-le")
    yield raw.hex().encode()
    if len(raw) < SHORTEST:
        return
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        yield whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def everything_happens(clinic: Clinic) -> Shared:
    """A link, a passcode, a reader with a name, a print of every text that could be kept."""
    link = clinic.share(
        Kind.MESSAGE, opening=Opening.PASSCODE, passcode="blue heron 7", label="My wallet"
    )
    reader = Stranger("blue heron 7", "ED nurse at the door", NOW, TODAY)
    found = open_link(clinic.world, reader, token=token_of(link), again=None, zipped=False)
    assert isinstance(found, Opened)
    clinic.publish(at=NOW)
    return link


def test_no_column_holds_a_fact_in_clear(clinic: Clinic) -> None:
    link = everything_happens(clinic)
    with clinic.world.store.read() as tx:
        kept = {
            table.name: "\n".join(map(repr, tx.run(select(table)).all()))
            for table in metadata.sorted_tables
        }
    assert len(kept["plan_version"]) > 1000
    public = {"team"}  # organisations and their telephone numbers
    for fact in (*FACTS, link.code, token_of(link)):
        for name in kept.keys() - public:
            assert fact not in kept[name], (fact, name)
    assert base64.b64encode(key_of(link)).decode() not in str(kept)


def test_the_database_file_holds_no_fact(
    sqlite_url: str, tmp_path: Path, clinic: Clinic, store_url: str
) -> None:
    """The file itself, its log and whatever else lies beside it; free pages too."""
    if store_url != sqlite_url:
        pytest.skip("PostgreSQL keeps its files to itself")
    path = Path(str(make_url(sqlite_url).database))
    written = a_signed_plan_here(clinic)
    link = everything_happens(written)
    files = sorted(path.parent.glob(path.name + "*"))
    assert path in files
    assert len(files) >= 2, "the write-ahead log is looked at too"
    raw = b"".join(file.read_bytes() for file in files)
    assert b"plan_version" in raw
    for fact in (*FACTS, link.code, token_of(link)):
        assert [form for form in forms(fact) if form in raw] == [], fact
    assert key_of(link) not in raw


def a_signed_plan_here(clinic: Clinic) -> Clinic:
    """Everything typed again in this very file, draft by draft."""
    for name in SECTIONS:
        if name != "identity":
            clinic.save(name, ADA.section(name))
    clinic.sign(at=NOW)
    return clinic


def test_looking_for_facts_finds_them_where_they_are(tmp_path: Path) -> None:
    """Or the two tests above would prove nothing."""
    for fact in FACTS:
        for before in range(3):
            inside = base64.b64encode(b"\xff" * before + fact.encode() + b"\xff" * 3)
            found = any(form in inside for form in forms(fact))
            assert found is (len(fact) >= SHORTEST), (fact, before)
        assert any(form in fact.encode() for form in forms(fact))


def test_two_people_with_the_same_facts_share_no_byte_of_them(world: World) -> None:
    """Each is sealed under a key and for a place of their own."""
    clinic = a_signed_plan(world)
    with world.store.read() as tx:
        bodies = [row.body for row in tx.run(select(metadata.tables["section_draft"].c.body))]
    assert len(set(bodies)) == len(bodies)
    assert UUID(clinic.ada.patient_id) == clinic.patient_id


# --- what is logged ------------------------------------------------------------------------------


def test_no_log_holds_a_fact(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    link = everything_happens(clinic)
    for answer in ("wrong 1", "wrong 2", "wrong 3", "wrong 4", "wrong 5"):
        reader = Stranger(answer, "ED nurse at the door", NOW, TODAY)
        open_link(clinic.world, reader, token=token_of(link), again=None, zipped=True)
        open_by_code(clinic.world, reader, code=link.code, passcode=answer)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    for fact in (*FACTS, "wrong 1", link.code, token_of(link), ADA_ON_PAPER.legal_name or ""):
        assert fact not in logged, fact


def test_no_refusal_of_the_database_says_what_was_being_kept(clinic: Clinic) -> None:
    """An error goes to logs: it must not bring the statement's values with it."""
    clinic.take_the_next_number()
    with pytest.raises(Exception, match="refused") as told:
        save_section(
            clinic.world,
            by=clinic.ada,
            patient_id=clinic.patient_id,
            section="what_matters",
            body={"plain": {"what_matters": "NEVER PUBLISHED"}, "typed": {}, "done": []},
            based_on=1,
            at=NOW,
        )
    assert "NEVER PUBLISHED" not in str(told.value)
    assert "INSERT" not in str(told.value)
    assert str(make.an_id("x")) not in str(told.value)
