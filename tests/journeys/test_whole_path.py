"""The whole path of one plan: from Ada's phone to a stranger's screen, with not one fact lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import pytest

from careplan.acts.exporting import Form, export
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import CarePlan
from careplan.plan.codec import to_plain
from careplan.sharing.birth_dates import forms
from careplan.summary.plain import plain_text
from tests import make
from tests.journeys import ada
from tests.journeys.facts import facts_of, folded, missing_from, shown_in_spite, typed_in
from tests.journeys.papers import codes_on, links_on, pages_of, signed_card_on, text_of
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_a_clinician_without_a_code_app,
    the_short_code_on,
    when_a_stranger_scans,
    when_a_stranger_types_the_short_code,
    when_she_answers_everything_else,
    when_she_answers_the_first_five,
    when_she_makes_an_account,
    when_she_publishes,
    when_she_shows_a_code_in_clinic,
    when_the_clinician_links_the_plan,
    when_the_clinician_signs,
    when_the_clinician_signs_in_and_sets_up_the_second_step,
    when_the_clinician_writes,
)
from tests.journeys.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.journey

NHS_NUMBER = "9990110212"
FIRST_DOSE = "morphine 10 mg subcutaneous"


@pytest.mark.slow
def test_every_fact_goes_in_and_comes_out(visit: Callable[..., Visitor], site: Site) -> None:
    phone, desk = visit("Ada", PHONE), visit("Dr Marsden", DESK)
    when_ada_writes_and_publishes(phone)
    site.clock.go_on(minutes=30)
    code = when_she_shows_a_code_in_clinic(phone)
    when_dr_marsden_writes_and_signs(desk, code)
    site.clock.go_on(minutes=5)
    phone.goes_to("/plan").presses("Read and answer")
    phone.answers({"My answer": "I agree"}).presses("Give my answer").reads("CURRENT")
    page = phone.goes_to("/plan/print").prints("Print the full page")
    card = phone.prints("Print the full card")
    private = phone.prints("Print the private card")

    stranger, computer = visit("Stranger", PHONE), visit("Old computer", DESK, script=False)
    (address,) = set(links_on(page))
    assert links_on(card) == [address]
    assert signed_card_on(card) == signed_card_on(page)
    when_a_stranger_scans(stranger, address).reads(FIRST_DOSE)
    assert stranger.page.context.cookies() == []
    when_a_stranger_types_the_short_code(computer, the_short_code_on(page), "14 March 1997")
    computer.reads(FIRST_DOSE)

    plan = then_the_record_is_what_was_typed(site)
    shown = {
        "a4": text_of(page),
        "card": text_of(card),
        "page": stranger.text,
        "emergency": plain_text(_narrative(site)),
        "record": phone.goes_to("/plan/read").page.locator(".plan-record").inner_text(),
    }
    then_no_fact_is_lost(plan, shown)
    then_no_fact_is_lost(plan, {"page": computer.text})
    then_nothing_hidden_is_shown(site, plan, shown)
    then_the_private_card_tells_nothing(private, plan)
    assert pages_of(page) == 1
    phone.goes_to("/plan/who-looked").reads("opened your emergency page")


def when_ada_writes_and_publishes(phone: Visitor) -> None:
    when_she_makes_an_account(phone)
    then_the_first_five_are_few(phone)
    when_she_answers_everything_else(phone)
    when_she_publishes(phone)


def when_dr_marsden_writes_and_signs(desk: Visitor, code: str) -> None:
    doctor = given_a_clinician_without_a_code_app(desk.site)
    when_the_clinician_signs_in_and_sets_up_the_second_step(desk, doctor)
    when_the_clinician_links_the_plan(desk, code)
    for section, facts in ada.CLINIC.items():
        when_the_clinician_writes(desk, section, facts)
    desk.site.clock.go_on(minutes=10)
    when_the_clinician_signs(desk)


def then_the_first_five_are_few(phone: Visitor) -> None:
    """Under three minutes on a bad day: six short pages and no more than thirty touches."""
    pages, taps = phone.pages, phone.taps
    when_she_answers_the_first_five(phone)
    assert phone.page.url.endswith("/plan/five-done")
    assert phone.pages - pages <= 7
    assert phone.taps - taps <= 30


def then_no_fact_is_lost(plan: CarePlan, shown: Mapping[str, str]) -> None:
    lost = {name: missing_from(text, plan, name) for name, text in shown.items()}
    assert lost == {name: [] for name in shown}


def then_the_record_is_what_was_typed(site: Site) -> CarePlan:
    kept = export(site.world, person=NHS_NUMBER, form=Form.RECORD, at=site.clock.now)
    version = from_bundle(kept)
    assert typed_in(to_plain(version.plan)) == typed_in(to_plain(make.ada()))
    assert version.signature is not None
    assert version.signature.expires_on == ada.VALID_TO
    assert version.signature.name == "Dr Helena Marsden"
    return version.plan


def _document(site: Site) -> dict[str, object]:
    kept = export(site.world, person=NHS_NUMBER, form=Form.FHIR, at=site.clock.now)
    found: dict[str, object] = json.loads(kept)
    return found


def _narrative(site: Site) -> str:
    entries: list[dict[str, dict[str, dict[str, str]]]] = _document(site)["entry"]  # type: ignore[assignment]
    return entries[0]["resource"]["text"]["div"]


def _values(tree: object) -> Iterator[str]:
    """What a document says; the names of FHIR's own elements say nothing of anybody."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from _values(one)
    else:
        yield str(tree)


def then_nothing_hidden_is_shown(site: Site, plan: CarePlan, shown: dict[str, str]) -> None:
    texts = {**shown, "emergency": " | ".join(_values(_document(site)))}
    del texts["record"]
    spilt = {name: shown_in_spite(text, plan, name) for name, text in texts.items()}
    assert spilt == {name: [] for name in texts}


def then_the_private_card_tells_nothing(paper: bytes, plan: CarePlan) -> None:
    """Neither words nor code hold a birth date in any form, a number, a drug, an allergy."""
    told = folded(" ".join([text_of(paper), *codes_on(paper)]))
    dates = [form for form in forms(ada.BORN) if folded(form) in told]
    assert dates == []
    assert shown_in_spite(told, plan, "private") == []
    assert missing_from(told, plan, "private") == []
    for clinical in ("999 011 0212", NHS_NUMBER, "morphine", "co-amoxiclav", "HbSS", "sickle"):
        assert folded(clinical) not in told
    assert len(facts_of(plan)) > 200
