"""All seven people go in through the pages and come out on every surface that owes their facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.accounts.registration import read_registration
from careplan.acts.accounts import make_team
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.plan.people import Review
from careplan.plan.sickle import Reading
from careplan.plan.surfaces import as_the_person_allows
from careplan.plan.values import DecimalText
from careplan.store.versions import current_version
from tests.journeys.facts import folded, missing_from, shown_in_spite, typed_in
from tests.journeys.papers import links_on, pages_of, pages_text, text_of
from tests.journeys.site import Site
from tests.journeys.steps import (
    then_the_page_says_what_is_wrong,
    when_a_stranger_scans,
    when_she_publishes,
    when_she_shows_a_code_in_clinic,
    when_she_signs_in,
)
from tests.journeys.typist import types_clinic, types_own_words
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.people.case import Case, Expected
from tests.people.everybody import PEOPLE
from tests.visitors import PASSWORD, a_member

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
TODAY = date(2026, 11, 23)
FRONT = {
    "mama": (
        *("oxycodone immediate release 5 mg oral", "penicillin: anaphylaxis", "anti-Dob"),
        *("Do NOT give NSAID", "Another plan exists", "020 7946 0190"),
    ),
    "delroy": (
        *("oxycodone 10 mg subcutaneous", "vancomycin", "cell salvage", "Hyperhaemolysis"),
        *("Do NOT give NSAID", "wallet", "0121 496 0130"),
    ),
}
"""What page 1 of a paper of two must say."""


@dataclass(frozen=True)
class Came:
    """What came out for one person: the published plan, the page and the paper they print."""

    version: Version
    phone: Visitor
    paper: bytes


# --- the journeys -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("key", "pages"), [("luzia", 1), ("delroy", 2), ("mina", 1)])
def test_everything_goes_in_and_comes_out(visit: Visit, site: Site, key: str, pages: int) -> None:
    """Ada, the ordinary one, has `test_whole_path` to herself."""
    case = PEOPLE[key]
    came = goes_the_whole_way(visit, case, script=key != "delroy")
    assert pages_of(came.paper) == pages
    if pages > 1:
        then_the_first_page_is_enough(came.paper, FRONT[key])
    then_every_surface_tells_it(visit, case, came)


def goes_the_whole_way(visit: Visit, case: Case, *, script: bool = True) -> Came:
    phone = visit(case.called, PHONE, script=script)
    when_they_make_an_account(phone, case)
    types_own_words(phone, case.plan)
    when_she_publishes(phone)
    when_their_team_signs(visit, phone, case)
    when_they_answer(phone, case)
    return Came(then_the_record_is(phone, case), phone, prints(phone, case))


def prints(phone: Visitor, case: Case) -> bytes:
    """Without script a browser opens the paper itself, so that it is asked for here."""
    return phone.goes_to("/plan/print").prints("Print the full page")


@pytest.mark.slow
def test_mama_of_two_pages_and_out_of_date(visit: Visit, site: Site) -> None:
    """A plan of two pages, past its last day when an emergency department opens it."""
    case = mama_as_she_can_be_signed()
    site.clock.now = _on(case.signed_on)
    phone = visit(case.called, PHONE)
    when_they_make_an_account(phone, case)
    types_own_words(phone, case.plan)
    when_she_publishes(phone)
    desk, address = when_their_team_signs(visit, phone, case)
    when_they_answer(phone, case)
    version = then_the_record_is(phone, case)
    site.clock.now = _on(TODAY)
    when_she_signs_in(phone, email_of(case), PASSWORD)
    came = Came(version, phone, prints(phone, case))
    assert pages_of(came.paper) == 2
    then_the_first_page_is_enough(came.paper, FRONT["mama"])
    stranger = then_every_surface_tells_it(visit, case, came)
    stranger.reads("REVIEW OVERDUE").reads("20 November 2026").reads(
        "oxycodone immediate release 5 mg oral"
    )
    comes_to_the_desk(desk, case)
    desk.goes_to(f"{address}/sign")
    assert rules_shown(desk) == {"R17", "R21", "R35", "R36"}


def mama_as_she_can_be_signed() -> Case:
    """Her file has a signature of May over readings of November, which the service refuses to
    make (R25). So she is signed on the day of the readings, for as long as leaves her overdue."""
    case, due = PEOPLE["mama"], date(2026, 11, 20)
    return replace(
        case,
        plan=case.plan.with_section("review", Review(due)),
        signed_on=date(2026, 11, 5),
        valid_to=due,
        answered_on=date(2026, 11, 5),
        expected=tuple(one for one in case.expected if one.rule != "R21"),
    )


@pytest.mark.slow
def test_amal_who_has_no_number_and_no_team(visit: Visit, site: Site) -> None:
    """She shares her own words, headed so that nobody looks for a dose; a team finds her later."""
    case = PEOPLE["amal"]
    phone = visit(case.called, PHONE)
    when_they_make_an_account(phone, case)
    types_own_words(phone, case.plan)
    when_she_publishes(phone)
    paper = prints(phone, case)
    (address,) = set(links_on(paper))
    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, address).reads("No signed pain plan yet")
    shown = {"page": stranger.text, "a4": text_of(paper)}
    lost = {name: missing_from(text, case.own_words(), name) for name, text in shown.items()}
    assert lost == {"page": [], "a4": []}
    for text in shown.values():
        assert not re.search(r"[0-9] ?(mg|microgram|mL)\b", text), text
        assert "nhs number not recorded" in folded(text), text
    when_their_team_signs(visit, phone, case)
    when_they_answer(phone, case)
    came = Came(then_the_record_is(phone, case), phone, prints(phone, case))
    then_every_surface_tells_it(visit, case, came).does_not_read("No signed pain plan yet")


@pytest.mark.slow
def test_last_years_weight_stops_a_signature_and_never_hides_a_dose(
    visit: Visit, site: Site
) -> None:
    case = PEOPLE["kofi"]
    phone = visit(case.called, PHONE)
    when_they_make_an_account(phone, case)
    types_own_words(phone, case.own_words())
    when_she_publishes(phone)
    desk = visit(case.signer.name, DESK)
    given_their_clinician(desk, case)
    address = when_the_plan_is_linked(desk, case, when_she_shows_a_code_in_clinic(phone))
    old = replace(case.plan.baselines, weight=Reading(DecimalText("22.8"), date(2025, 10, 6)))
    types_clinic(desk, address, case.plan.with_section("baselines", old))
    desk.goes_to(f"{address}/sign").reads("weighed 22.8 kg on 6 October 2025")
    assert rules_shown(desk) == {"R7"}
    desk.does_not_read("Sign and publish").reads("cannot be signed while a check stops it")
    desk.reads("0.1 mg/kg")
    types_clinic(desk, address, case.plan, only="baselines")
    when_it_is_signed(desk, case, address)
    when_they_answer(phone, case)
    came = Came(then_the_record_is(phone, case), phone, prints(phone, case))
    then_every_surface_tells_it(visit, case, came)
    (scanned,) = set(links_on(came.paper))
    site.clock.now = _on(date(2027, 1, 5))
    fresh = when_a_stranger_scans(visit("The day before", PHONE), scanned)
    fresh.does_not_read("weigh again.")
    site.clock.now = _on(date(2027, 1, 6))
    later = when_a_stranger_scans(visit("In January", PHONE), scanned)
    later.reads("0.1 mg/kg").reads("26.4 kg").reads("6 October 2026").reads("weigh again.")
    phone.page.context.clear_cookies()
    when_she_signs_in(phone, email_of(case), PASSWORD)
    phone.goes_to("/plan/show").reads("weigh again.")


def test_a_birth_date_that_is_still_to_come(visit: Visit, site: Site) -> None:
    phone = visit("Somebody", PHONE).goes_to("/account/new")
    phone.answers(
        {
            "Your full name": "Kofi Emmanuel Mensah",
            "Your date of birth": date(2027, 5, 22),
            "Your e-mail address": "kofi@example.org",
            "Make a password": PASSWORD,
        }
    ).presses("Make my account")
    then_the_page_says_what_is_wrong(phone, "This date is in the future. Check the year.")
    assert phone.page.get_by_label("Your full name").input_value() == "Kofi Emmanuel Mensah"


def _on(day: date) -> datetime:
    return datetime.combine(day, time(10), UTC)


# --- steps --------------------------------------------------------------------------------------


def when_they_make_an_account(phone: Visitor, case: Case) -> None:
    who = case.plan.identity
    assert who.legal_name
    assert who.date_of_birth
    phone.page.goto(f"{phone.site.address}/account/new")
    phone.answers(
        {
            "Your full name": who.legal_name,
            "Your date of birth": who.date_of_birth,
            "Your NHS number, if you like": who.nhs_number or "",
            "Your e-mail address": email_of(case),
            "Make a password": PASSWORD,
        }
    ).presses("Make my account")
    when_she_signs_in(phone, email_of(case), PASSWORD, opened=True)


def email_of(case: Case) -> str:
    return f"{case.key}@example.org"


def when_their_team_signs(visit: Visit, phone: Visitor, case: Case) -> tuple[Visitor, str]:
    """Linked in clinic by the code on the phone, written at the desk, signed with reasons."""
    desk = visit(case.signer.name, DESK)
    given_their_clinician(desk, case)
    address = when_the_plan_is_linked(desk, case, when_she_shows_a_code_in_clinic(phone))
    types_clinic(desk, address, case.plan)
    when_it_is_signed(desk, case, address)
    return desk, address


def given_their_clinician(desk: Visitor, case: Case) -> None:
    world, at, signer = desk.site.world, desk.site.clock.now, case.signer
    team = make_team(
        world,
        name=signer.team,
        organisation=signer.organisation,
        ods=signer.ods,
        phone=signer.phone,
        at=at,
    )
    number = replace(read_registration(signer.registration), verified_at=at)
    email = f"doctor.of.{case.key}@example.org"
    a_member(
        world,
        team_id=team,
        email=email,
        name=signer.name,
        title=signer.role,
        role=Role.CLINICIAN,
        registration=number,
        at=at,
    )
    comes_to_the_desk(desk, case)


def comes_to_the_desk(desk: Visitor, case: Case) -> None:
    email = f"doctor.of.{case.key}@example.org"
    token = demo_sign_in(desk.site.world, email=email, at=desk.site.clock.now)
    desk.page.context.add_cookies([{"name": "careplan", "value": token, "url": desk.site.address}])


def when_the_plan_is_linked(desk: Visitor, case: Case, code: str) -> str:
    desk.page.goto(f"{desk.site.address}/team/link")
    desk.answers({"The code on their phone": code}).presses("Continue")
    sex = str(case.plan.identity.sex_registered)
    desk.answers({"Sex registered": sex, "How did you check?": "Photo identity document"})
    desk.presses("Link this plan to our team").reads("is now on your team’s list")
    found = re.search(r"/team/[0-9a-f-]{36}", urlsplit(desk.page.url).path)
    if found:
        return found.group()
    desk.page.get_by_role("link", name=case.plan.identity.legal_name or "").first.click()
    return urlsplit(desk.page.url).path


def when_it_is_signed(desk: Visitor, case: Case, address: str) -> None:
    """Exactly the expected rules are shown; each warning gets its reason."""
    desk.goes_to(f"{address}/sign")
    assert rules_shown(desk) == {one.rule for one in due_when_signing(case, desk.site.clock.now)}
    for box in desk.page.locator("textarea[name^=reason-]").all():
        box.fill("Known, weighed and meant so.")
    desk.answers({"Last day on which this plan is valid": case.valid_to})
    desk.presses("Sign and publish").reads("Signed and published as version")


def rules_shown(desk: Visitor) -> set[str]:
    said = " ".join(desk.page.locator(".desk-check__source").all_inner_texts())
    return set(re.findall(r"Rule (R[0-9]+)\.", said))


def due_when_signing(case: Case, at: datetime) -> list[Expected]:
    """Before anybody has answered, on that day."""
    return [
        one
        for one in case.expected
        if not one.after_answer and (one.first_on is None or one.first_on <= at.date())
    ]


def when_they_answer(phone: Visitor, case: Case) -> None:
    said = {
        "agree": "I agree",
        "agree except": "I agree, except for some of it",
        "discussed and do not agree": "We talked about it and I do not agree",
    }
    phone.goes_to("/plan/answer").answers({"My answer": said[case.answer]})
    if case.words:
        phone.answers({"In my own words": case.words})
    if case.interpreter:
        phone.answers({"Interpreter’s name, if one helped": case.interpreter})
    phone.presses("Give my answer")


# --- what must be so ----------------------------------------------------------------------------


def then_the_record_is(phone: Visitor, case: Case) -> Version:
    """Read back from the record that was kept, fact by fact what the builder holds."""
    world = phone.site.world
    patient = who_is(world, email=email_of(case)).patient_id
    with world.store.read() as tx:
        kept = current_version(tx, UUID(patient))
    assert kept is not None
    version = from_bundle(kept.record)
    assert typed_in(to_plain(version.plan)) == typed_in(to_plain(case.plan))
    assert version.signature is not None
    assert version.signature.expires_on == case.valid_to
    assert version.signature.name == case.signer.name
    assert version.signature.registration == case.signer.registration
    assert version.answer is not None
    assert (version.answer.kind, version.answer.words) == (case.answer, case.words)
    assert version.answer.interpreter == case.interpreter
    return version


def then_the_first_page_is_enough(paper: bytes, front: Sequence[str]) -> None:
    """Items 1 to 8, and the word that there is more."""
    first, second = pages_text(paper)
    assert "TURN OVER" in first
    assert "TURN OVER" not in second
    for wanted in front:
        assert folded(wanted) in folded(first), wanted


def then_every_surface_tells_it(visit: Visit, case: Case, came: Came) -> Visitor:
    (address,) = set(links_on(came.paper))
    stranger = visit(f"Stranger to {case.called}", PHONE)
    when_a_stranger_scans(stranger, address)
    record = came.phone.goes_to("/plan/read").page.locator(".plan-record").inner_text()
    shown = {"page": stranger.text, "a4": text_of(came.paper), "record": record}
    plan, seen = came.version.plan, as_the_person_allows(came.version.plan)
    lost = {
        name: missing_from(text, plan if name == "record" else seen, name)
        for name, text in shown.items()
    }
    assert lost == {name: [] for name in shown}
    spilt = {name: shown_in_spite(shown[name], plan, name) for name in ("page", "a4")}
    assert spilt == {"page": [], "a4": []}
    then_what_they_keep_is_kept(plan, shown)
    return stranger


def then_what_they_keep_is_kept(plan: CarePlan, shown: Mapping[str, str]) -> None:
    for medicine in plan.medicines.entries:
        if medicine.keep_private:
            assert medicine.drug not in shown["page"]
            assert medicine.drug not in shown["a4"]
