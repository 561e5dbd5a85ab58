"""One fact is changed in the browser: every surface that carries it says so, and nobody else's."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import pytest

from careplan.accounts.people import Who
from careplan.acts.drafting import EMPTY, save_section
from careplan.acts.exporting import Form, export
from careplan.acts.publishing import publish_words
from careplan.plan.care_plan import OWN_WORDS
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import Carry, dictionary
from careplan.store.versions import current_version
from tests import make
from tests.journeys.facts import folded
from tests.journeys.papers import codes_on, text_of
from tests.journeys.site import Site
from tests.journeys.steps import (
    a_group,
    given_ada_with_her_phone,
    given_dr_marsden_at_her_desk,
    when_a_stranger_scans,
    when_she_publishes,
)
from tests.journeys.visitor import DESK, PHONE, Answer, Visitor
from tests.stores import NOW
from tests.visitors import a_person

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
NHS_NUMBER = "9990110212"


@dataclass(frozen=True)
class Change:
    """One answer on one page; the words it was read by, and is read by from now on."""

    field: str
    page: str
    answer: Mapping[str, Answer]
    old: str
    new: str
    item: str = ""


DOSE = Change(
    "pain_plan.steps.dose",
    "Pain plan",
    {"Dose": {"Amount": "11"}},
    "first dose morphine 10 mg subcutaneous",
    "first dose morphine 11 mg subcutaneous",
    item="Step 4",
)
AT_THE_DESK = (
    DOSE,
    Change(
        "pain_plan.escalation_action",
        "Pain plan",
        {"Escalation: action": "ketamine PCA and call haematology"},
        "morphine PCA and call haematology",
        "ketamine PCA and call haematology",
    ),
    Change(
        "baselines.creatinine",
        "Baselines when well",
        {"Creatinine, micromol/L": {"Value": "57"}},
        "54 micromol/L",
        "57 micromol/L",
    ),
    Change(
        "allergies.entries.reaction",
        "Allergies, checked",
        {"Reaction": "blisters in the mouth"},
        "widespread rash and lip swelling (severe)",
        "blisters in the mouth (severe)",
        item="Allergy 1",
    ),
    Change(
        "care_team.phone_24h",
        "Care team and 24-hour number",
        {"Haematology number, answered day and night": "020 7946 0199"},
        "020 7946 0100",
        "020 7946 0199",
    ),
    Change(
        "transfusion.group",
        "Transfusion",
        {"Blood group": "AB RhD negative"},
        "O RhD positive",
        "AB RhD negative",
    ),
    Change(
        "medicines.entries.dose",
        "Regular medicines, checked",
        {"Dose": "2 g"},
        "hydroxycarbamide 1.5 g",
        "hydroxycarbamide 2 g",
        item="Medicine 1",
    ),
)
ON_THE_PHONE = (
    Change(
        "what_matters.what_matters",
        "what_matters/what-matters",
        {"What matters most to you?": "My sister’s wedding."},
        "I run a nursery.",
        "My sister’s wedding.",
    ),
    Change(
        "my_veins.best_site",
        "my_veins/best-place",
        {"Where is the best place to put a needle in?": "right elbow"},
        "back of left hand",
        "right elbow",
    ),
    Change(
        "about_me.known_as",
        "about_me/name",
        {"What should staff call you?": "Grace B"},
        "known as Ada",
        "known as Grace B",
    ),
    Change(
        "about_me.when_in_severe_pain",
        "about_me/severe-pain",
        {"What are you like when the pain is very bad?": "I shout."},
        "I go quiet and shut my eyes.",
        "I shout.",
    ),
)


@pytest.mark.slow
def test_the_first_dose(visit: Visit, adas_site: Site) -> None:
    it_is_changed_at_the_desk(visit, adas_site, DOSE)


@pytest.mark.slow
def test_a_fact_of_the_desk_chosen_at_random(visit: Visit, adas_site: Site) -> None:
    """Another in each run: pytest says which seed chose it."""
    it_is_changed_at_the_desk(visit, adas_site, random.choice(AT_THE_DESK[1:]))


@pytest.mark.slow
def test_a_fact_of_the_phone_chosen_at_random(visit: Visit, adas_site: Site) -> None:
    change = random.choice(ON_THE_PHONE)
    other, before = _somebody_else(adas_site)
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to(f"/plan/write/{change.page}").answers(change.answer).presses("Continue")
    when_she_publishes(phone)
    it_is_found_everywhere(visit, phone, change)
    assert _documents(adas_site, other) == before


def it_is_changed_at_the_desk(visit: Visit, site: Site, change: Change) -> None:
    other, before = _somebody_else(site)
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses(change.page)
    if change.item:
        desk.page.locator("summary", has_text=change.item).first.click()
    within = a_group(desk, change.item) if change.item else None
    desk.answers(change.answer, within=within).presses("Save")
    desk.presses("Review and sign").presses("Sign and publish").reads("Signed and published")
    phone = visit("Ada", PHONE)
    given_ada_with_her_phone(phone)
    it_is_found_everywhere(visit, phone, change)
    assert _documents(site, other) == before


def it_is_found_everywhere(visit: Visit, phone: Visitor, change: Change) -> None:
    paper = phone.goes_to("/plan/print").prints("Print the full page")
    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, codes_on(paper)[0])
    texts = {
        "a4": text_of(paper),
        "card": text_of(phone.prints("Print the full card")),
        "page": stranger.text,
        "export": _export(phone.site, Form.TEXT),
        "emergency": phone.goes_to("/plan/read").page.locator(".plan-framed").first.inner_text(),
    }
    assert change.field in dictionary().fields
    owed = {
        name: folded(text)
        for name, text in texts.items()
        if dictionary().carries(change.field, name) is Carry.MUST
    }
    assert {"a4", "page", "export", "emergency"} <= owed.keys()
    new, old = folded(change.new), folded(change.old)
    assert [name for name, text in owed.items() if new not in text] == []
    said = f"(patient says: {old})"  # her own words stand beside the team's until she changes them
    left = {name: folded(text).replace(said, "") for name, text in texts.items()}
    assert [name for name, text in left.items() if old in text] == []
    last_words = folded(change.new.rsplit(" ", 1)[-1].strip("()"))
    assert last_words in folded(phone.page.locator(".plan-record").inner_text())


def _somebody_else(site: Site) -> tuple[Who, tuple[bytes, bytes]]:
    """Another person, with the same words of her own as Ada, who must not notice anything."""
    world = site.world
    other = a_person(world, email="temi@example.org", legal_name="Temitope Ade", nhs_number=None)
    patient_id = UUID(other.patient_id)
    for name in OWN_WORDS:
        body = {**EMPTY, "plain": to_plain(make.ada_own_words().section(name))}
        save_section(
            world, by=other, patient_id=patient_id, section=name, body=body, based_on=0, at=NOW
        )
    publish_words(world, by=other, patient_id=patient_id, at=NOW)
    return other, _documents(site, other)


def _documents(site: Site, person: Who) -> tuple[bytes, bytes]:
    with site.world.store.read() as tx:
        kept = current_version(tx, UUID(person.patient_id))
    assert kept is not None
    return kept.record, kept.emergency


def _export(site: Site, form: Form) -> str:
    return export(site.world, person=NHS_NUMBER, form=form, at=site.clock.now).decode()
