"""A second condition as data: its plan goes the same way, and nothing of the first is on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from careplan.accounts.people import Who
from careplan.acts.drafting import EMPTY, all_drafts
from careplan.acts.invitation_file import BadRow, Row, read_row
from careplan.acts.papers import Paper, card_of, page_of
from careplan.acts.publishing import current_of
from careplan.acts.sharing import make_link
from careplan.acts.signing_in import who_is
from careplan.acts.world import World
from careplan.fhir.bundle import from_bundle
from careplan.fhir.conform import check
from careplan.fhir.wire import loads
from careplan.plan import ahead, people, sickle
from careplan.plan import medicines as meds
from careplan.plan.care_plan import CarePlan
from careplan.plan.codec import to_plain
from careplan.plan.content import FIRST
from careplan.plan.values import Answer3, DecimalText, PartialDate
from careplan.sharing.links import Kind
from careplan.store.versions import current_version
from careplan.web.forms.pages import section_pages
from careplan.web.forms.raw import raw_of
from tests import make
from tests.stores import NOW, TODAY
from tests.visitors import ADA, a_clinician, linked_patient, sign_up, signed_in_team
from tests.web.reader import Page, Reader

SECOND = "beta_thalassaemia"
ANOTHERS = re.compile(r"sickle|crisis|first dose|act now: analgesia", re.IGNORECASE)
SHOWN = {"text", "display", "title", "div", "valueString", "value", "description"}
"""What a reader of a FHIR document shows to people; names and addresses of ours are not."""


def clinical() -> CarePlan:
    """What a team types of a grown-up with beta thalassaemia major, on a chelator."""
    complication = sickle.Complication.HEART_DISEASE
    return CarePlan(
        diagnosis=sickle.Diagnosis(genotype="TDT", confirmed_method="DNA"),
        allergies=meds.Allergies(meds.AllergyState.NONE_CONFIRMED, date(2026, 9, 8)),
        baselines=sickle.Baselines(
            haemoglobin=make.reading("98"),
            ferritin=make.reading("2400"),
            weight=make.reading("57"),
        ),
        medicines=meds.Medicines(
            (
                meds.RegularMedicine(
                    make.an_id("chelator"),
                    "deferiprone",
                    "1.5 g",
                    make.hours(8),
                    last_fbc=date(2026, 11, 16),
                    in_crisis="stop when hot, and ring us",
                ),
            )
        ),
        complications=sickle.Complications(
            (
                make.an_event(complication, Answer3.YES, "2024"),
                make.an_event(sickle.Complication.SPLENECTOMY, Answer3.NO),
            )
        ),
        transfusion=sickle.Transfusion(
            group="A-pos",
            antibody_state=sickle.AntibodyState.NONE_FOUND,
            special=("rh-k",),
            programme="top-up",
            interval_weeks=3,
            last_on=date(2026, 11, 13),
            baseline_hb=DecimalText("98"),
            refusal=sickle.Refusal.NONE,
            iron_status="ferritin 2400, heart T2* 14 ms",
        ),
        infection=ahead.Infection(
            vaccines=(ahead.Vaccine(make.an_id("pcv"), "PPV23", on=PartialDate("2024")),),
        ),
        care_team=people.CareTeam(
            consultant=people.Professional("Dr Helena Marsden", "Consultant", "GMC 7012345"),
            phone_24h="020 7946 0100",
            phone_24h_tested_on=date(2026, 11, 1),
            phone_24h_hours="day and night",
            hospital_name="St Anselm's Hospital",
        ),
        review=people.Review(date(2027, 9, 8)),
    )


def form_of(section: str, plan: CarePlan, revision: int = 0) -> dict[str, Any]:
    page = section_pages(section, SECOND).pages[0]
    form: dict[str, Any] = dict(raw_of(page, {**EMPTY, "plain": to_plain(plan.section(section))}))
    return form | {"action": "continue", "revision": str(revision)}


@dataclass(frozen=True)
class Signed:
    client: Reader
    world: World
    doctor: Who
    patient_id: UUID

    def at(self, rest: str = "") -> str:
        return f"/team/{self.patient_id}" + (f"/{rest}" if rest else "")

    def page(self, address: str) -> Page:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status)
        return self.client.page(answer)


@pytest.fixture
def signed(client: Reader, world: World) -> Signed:
    """A person signs up and writes; the team writes every section at its desk and signs."""
    sign_up(client, condition=SECOND)
    person = who_is(world, email=ADA.email)
    words = "I go grey and I cannot stand up."
    answer = client.submit(
        "/plan/write/about_me/severe-pain",
        {"when_in_severe_pain": words, "action": "continue", "revision": "0"},
    )
    assert answer.status_code == 302
    published = client.submit("/plan/publish")
    assert published.status_code == 200, client.page(published).text
    staff = a_clinician(world, with_phone=False)
    linked_patient(world, staff, person=person)
    signed_in_team(client, world, staff)
    made = Signed(client, world, staff.who, UUID(person.patient_id))
    plan = clinical()
    for name in ("diagnosis", "allergies", "baselines", "medicines", "complications",
                 "transfusion", "infection", "care_team", "review"):  # fmt: skip
        sent = client.submit(made.at(name.replace("_", "-")), form_of(name, plan))
        assert sent.status_code == 302, (name, client.page(sent).errors)
    page = made.page(made.at("sign"))
    names = ("fingerprint", "expires-day", "expires-month", "expires-year")
    form = {name: page.value_of(name) for name in names}
    reasons = [one.get("name") for one in page.root.iter() if "reason-" in one.get("name", "")]
    form |= dict.fromkeys(reasons, "Discussed with the person")
    sent = client.submit(made.at("sign"), form)
    assert sent.status_code == 302, client.page(sent).text
    return made


def shown_to_people(tree: Any, name: str = "") -> Iterator[str]:
    if isinstance(tree, dict):
        for inner, value in tree.items():
            yield from shown_to_people(value, inner)
    elif isinstance(tree, list):
        for value in tree:
            yield from shown_to_people(value, name)
    elif name in SHOWN and isinstance(tree, str):
        yield tree


def words_of(pdf: bytes) -> str:
    reader = PdfReader(BytesIO(pdf))
    told = " ".join(page.extract_text() for page in reader.pages)
    return f"{reader.metadata.title if reader.metadata else ''} {told}"


def test_it_goes_the_same_way_and_needs_no_dose(signed: Signed) -> None:
    world = signed.world
    with world.store.read() as tx:
        kept, version = current_version(tx, signed.patient_id), current_of(tx, signed.patient_id)
    assert kept is not None
    assert version is not None
    assert version.condition == SECOND
    assert version.signature is not None
    assert not version.plan.pain_plan.steps
    assert from_bundle(kept.record) == version
    for document in (kept.record, kept.emergency):
        assert check(document) == []
        tree = loads(document)
        assert tree["entry"][0]["resource"]["title"] == "My thalassaemia plan"
        told = list(shown_to_people(tree))
        assert "deferiprone" in told
        assert [text for text in told if ANOTHERS.search(text)] == []


def test_the_paper_and_the_card_are_its_own(signed: Signed) -> None:
    world = signed.world
    with world.store.read() as tx:
        version = current_of(tx, signed.patient_id)
    assert version is not None
    link = make_link(
        world, by=who_is(world, email=ADA.email), patient_id=signed.patient_id,
        kind=Kind.FULL_PRINT, at=NOW,
    )  # fmt: skip
    papers = {
        Paper.PAGE: words_of(page_of(world, version, at=NOW, link=link)),
        Paper.CARD: words_of(card_of(world, version, at=NOW, link=link)),
    }
    assert "Thalassaemia emergency plan" in papers[Paper.PAGE]
    assert "Thalassaemia emergency card" in papers[Paper.CARD]
    for told in papers.values():
        assert "BETA THALASSAEMIA" in told
        assert "deferiprone" in told
        assert not ANOTHERS.findall(told)


def test_the_desk_and_the_person_read_its_own_words(signed: Signed) -> None:
    desk = signed.page(signed.at())
    assert "Thalassaemia type" in desk.text
    assert "I go grey and I cannot stand up." in desk.text
    assert "no neutrophils" in desk.text
    body = desk.text.replace("My sickle cell plan", "")  # the service’s own name
    assert not ANOTHERS.findall(body)
    assert signed.client.get(signed.at("pain-plan")).status_code == 404
    type_page = signed.page(signed.at("diagnosis"))
    assert "Carrier only" in type_page.text
    assert "HbSS" not in type_page.text


def test_the_person_is_asked_its_own_questions(client: Reader, world: World) -> None:
    sign_up(client, condition=SECOND)
    page = client.page(client.get("/plan"))
    home = page.text
    assert page.title.endswith("My thalassaemia plan")
    assert "What tells you that something is wrong?" in home
    assert not ANOTHERS.findall(home)
    assert client.get("/plan/write/usual_pain/where").status_code == 404
    assert client.get("/plan/write/my_sickle").status_code == 404
    drafts = all_drafts(
        world, by=(me := who_is(world, email=ADA.email)), patient_id=UUID(me.patient_id)
    )
    assert set(drafts) == {"identity"}


def test_what_its_plan_does_not_have_is_no_page_of_it(client: Reader, world: World) -> None:
    sign_up(client, condition=SECOND)
    about = client.page(client.get("/plan/talk/about"))
    offered = {one.get("href") for one in about.find("a")} - {None}
    sections = [one for one in offered if one.startswith("/plan/talk/about/")]
    assert len(sections) > 10
    for one in sections:
        assert client.get(one).status_code == 200, one
    for name in world.words_for(SECOND).left_out:
        assert client.get(f"/plan/talk/about/{name}").status_code == 404, name
    assert client.get("/plan/talk/new/usual_pain.where").status_code == 404
    for press in ("school/agree", "make/school"):
        answer = client.submit(f"/plan/copies/{press}", seen_on="/plan/copies")
        assert answer.status_code == 404


def test_a_plan_nobody_has_content_for_cannot_be_started(client: Reader, world: World) -> None:
    form = {"legal_name": "A B", "born-day": "1", "born-month": "1", "born-year": "1990",
            "email": "x@example.org", "password": ADA.password, "condition": "../x"}  # fmt: skip
    answer = client.submit("/account/new", form)
    assert answer.status_code == 422
    assert "Choose the plan you want to write." in client.page(answer).text


def test_a_team_starts_plans_for_either_from_one_list() -> None:
    row = Row(2, "Ben Other", "14/03/1997")
    assert read_row(row, today=TODAY).condition == FIRST
    for written in ("Beta thalassaemia", SECOND):
        assert read_row(replace(row, condition=written), today=TODAY).condition == SECOND
    with pytest.raises(BadRow, match="sickle cell, beta thalassaemia"):
        read_row(replace(row, condition="the moon"), today=TODAY)


def test_a_carrier_has_no_plan_to_sign(signed: Signed) -> None:
    plan = CarePlan(diagnosis=sickle.Diagnosis(genotype="carrier"))
    sent = signed.client.submit(signed.at("diagnosis"), form_of("diagnosis", plan, 1))
    assert sent.status_code == 302
    assert "carrier only" in signed.page(signed.at()).text.casefold()
