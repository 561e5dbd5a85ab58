"""What people do, in sentences: given somebody, when they do this, then that is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PASSWORD, DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in
from tests.journeys import ada
from tests.journeys.ada import Typed, Written
from tests.journeys.papers import text_of
from tests.journeys.site import Site
from tests.journeys.visitor import Visitor
from tests.visitors import PASSWORD, Staff, a_clinician, code_of

# --- accounts -----------------------------------------------------------------------------------


def when_she_makes_an_account(visitor: Visitor) -> None:
    visitor.goes_to("/").presses("Make an account")
    visitor.answers(ada.ACCOUNT).presses("Make my account")
    when_she_signs_in(visitor, ada.EMAIL, ada.PASSWORD, opened=True)


def when_she_signs_in(visitor: Visitor, email: str, password: str, *, opened: bool = False) -> None:
    if not opened:
        visitor.goes_to("/account/sign-in")
    visitor.reads_heading("Sign in")
    visitor.answers({"E-mail address": email, "Password": password}).presses("Sign in")


def given_a_clinician_without_a_code_app(site: Site) -> Staff:
    return a_clinician(site.world, with_phone=False)


def when_the_clinician_signs_in_and_sets_up_the_second_step(visitor: Visitor, staff: Staff) -> str:
    """The secret is read off the page, as an app would read it off the screen."""
    when_she_signs_in(visitor, staff.email, PASSWORD)
    visitor.reads_heading("Set up your second step")
    secret = visitor.page.locator("code").inner_text().replace(" ", "")
    code = code_of(secret, visitor.site.clock.now)
    visitor.answers({"The 6 numbers from your code app": code}).presses("Continue")
    visitor.reads_heading("People")
    return secret


def given_ada_with_her_phone(visitor: Visitor) -> Visitor:
    """Signed in as the Ada of the demonstration, whose plan is signed and answered."""
    when_she_signs_in(visitor, DEMO_PATIENT, DEMO_PASSWORD)
    return visitor.reads("CURRENT")


def given_dr_marsden_at_her_desk(visitor: Visitor) -> Visitor:
    """Signed in with both steps; the steps themselves have journeys of their own."""
    world, at = visitor.site.world, visitor.site.clock.now
    token = demo_sign_in(world, email=DEMO_CLINICIAN, at=at)
    visitor.page.context.add_cookies(
        [{"name": "careplan", "value": token, "url": visitor.site.address}]
    )
    visitor.goes_to("/team")
    return visitor.presses("Adaeze Grace Okonkwo-Bright")


# --- the person writes --------------------------------------------------------------------------


def when_she_answers(visitor: Visitor, pages: Mapping[str, Typed]) -> None:
    """One page after the other, in the order in which she is asked."""
    for heading, typed in pages.items():
        visitor.reads_heading(heading)
        fill_in(visitor, heading, typed)
        visitor.presses("Continue")


def fill_in(visitor: Visitor, heading: str, typed: Typed) -> None:
    if isinstance(typed, str):
        visitor.answer(heading, typed)
    elif isinstance(typed, Mapping):
        visitor.answers(typed)
    else:
        for number, item in enumerate(typed):
            if number:
                visitor.presses(add_another(visitor))
            visitor.answers(item)  # type: ignore[arg-type]


def add_another(visitor: Visitor) -> str:
    button = visitor.page.locator("button", has_text="Add another").first
    return " ".join(button.inner_text().split())


def when_she_answers_the_first_five(visitor: Visitor) -> None:
    visitor.presses(next(iter(ada.FIRST_FIVE)))
    when_she_answers(visitor, ada.FIRST_FIVE)


def when_she_answers_everything_else(visitor: Visitor) -> None:
    for part, pages in ada.THE_REST.items():
        visitor.goes_to("/plan").presses(part)
        when_she_answers(visitor, pages)
        visitor.reads("Check your answers")


def when_she_publishes(visitor: Visitor) -> None:
    visitor.goes_to("/plan").presses("See it and publish").presses("Publish")
    visitor.reads_heading("Published")


def when_she_shows_a_code_in_clinic(visitor: Visitor) -> str:
    visitor.goes_to("/plan").presses("In clinic: show a code to your team").presses("Make a code")
    return visitor.page.locator(".plan-code").inner_text().strip()


# --- the desk -----------------------------------------------------------------------------------


def when_the_clinician_links_the_plan(visitor: Visitor, code: str) -> None:
    visitor.goes_to("/team").presses("Link a person in clinic")
    visitor.answers({"The code on their phone": code}).presses("Continue")
    visitor.reads_heading("Check who this is")
    visitor.answers({**ada.IDENTITY, "How did you check?": "Photo identity document"})
    visitor.presses("Link this plan to our team").reads("is now on your team’s list")


def when_the_clinician_writes(visitor: Visitor, section: str, facts: Written) -> None:
    """From the person's page into one section, all of it, and Save."""
    visitor.presses(section)
    visitor.answers(facts.answers)
    for group, answers in facts.groups.items():
        visitor.answers(answers, within=a_group(visitor, group))
    for name, items in facts.items.items():
        for number, item in enumerate(items, start=1):
            if number > 1:
                visitor.presses(f"Add another: {name}")
            visitor.answers(item, within=a_group(visitor, f"{name} {number}"))
    visitor.presses("Save").reads("Saved: ")


def a_group(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("fieldset").and_(
        visitor.page.get_by_role("group", name=name, exact=True)
    )


def when_the_clinician_signs(visitor: Visitor) -> None:
    visitor.presses("Review and sign").answers(
        {"Last day on which this plan is valid": ada.VALID_TO}
    )
    visitor.presses("Sign and publish").reads("Signed and published as version")


# --- strangers ----------------------------------------------------------------------------------


def when_a_stranger_scans(visitor: Visitor, address: str) -> Visitor:
    """What a phone's camera does with the square code."""
    visitor.page.goto(address)
    expect(visitor.page.locator(".plan, form, [role=alert] a").first).to_be_visible()
    return visitor.looks()


def the_short_code_on(paper: bytes) -> str:
    """As a person reads it off the paper."""
    found = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]\b", text_of(paper))
    assert found, "no short code on this paper"
    return found.group()


def when_a_stranger_types_the_short_code(visitor: Visitor, code: str, born: str) -> Visitor:
    visitor.goes_to("/code").answers({"Short code": code, "The person’s date of birth": born})
    return visitor.presses("Open the plan")


# --- mistakes -----------------------------------------------------------------------------------


def then_the_page_says_what_is_wrong(visitor: Visitor, *sentences: str) -> None:
    """The whole promise of an NHS error: title, summary, a link to each field, the same words."""
    page = visitor.page
    assert page.title().startswith("Error: "), page.title()
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_be_visible()
    if visitor.script:
        expect(summary).to_be_focused()
    for sentence in sentences:
        expect(summary).to_contain_text(sentence)
    links = summary.get_by_role("link").all()
    assert links, "an error summary without a way to the field"
    told = [text.casefold() for text in page.locator(".nhsuk-error-message").all_inner_texts()]
    for link in links:
        href = link.get_attribute("href") or ""
        expect(page.locator(href)).to_have_count(1)
        said = link.inner_text().casefold()
        assert any(text.removeprefix("error:").strip() in said for text in told), (said, told)
    if visitor.script:
        links[0].click()
        where = "[document.activeElement.id, document.activeElement.closest('[id]')?.id]"
        assert (links[0].get_attribute("href") or "")[1:] in page.evaluate(where)


# --- links --------------------------------------------------------------------------------------


def when_she_makes_a_link(visitor: Visitor, label: str, *, passcode: str = "") -> None:
    visitor.goes_to("/plan/share").presses("Make a link to send")
    asks = "A passcode I choose" if passcode else "My date of birth"
    visitor.answers(
        {"What do you want to call it?": label, "What must they type to open it?": asks}
    )
    if passcode:
        visitor.answers({"Passcode, if you chose one": passcode})
    visitor.presses("Make the link").reads_heading(label)


def the_address_on(visitor: Visitor) -> str:
    """As she copies it into a message."""
    return visitor.page.get_by_label("Address of the link").input_value()


def when_a_stranger_answers(visitor: Visitor, answer: str) -> None:
    visitor.page.locator("main input").fill(answer)
    visitor.page.get_by_role("button", name="Open the plan").click()
    told = visitor.page.locator(".plan, [role=alert]:not(:empty)")
    expect(told.first).to_be_visible()
    visitor.page.wait_for_load_state("networkidle")


def when_the_clinician_stops_the_dose(visitor: Visitor) -> None:
    """Two steps: what will happen, then the press that does it."""
    visitor.presses("Stop the dose")
    visitor.presses("Stop the dose now").reads("The dose is stopped.")
