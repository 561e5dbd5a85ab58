"""The person's own phone with no signal: a locked copy kept, opened, taken back, and wiped."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from careplan.acts.phones import forget_phone, phones
from careplan.acts.publishing import stop_dose
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in, recognise, who_is
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
PIN = "740193"
DOSE = "morphine 10 mg"
SHELLS = {"/s", "/c", "/scan", "/my-copy", "/going-in", "/manifest.webmanifest"}

EVERY_ENTRY = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const one = await caches.open(name);
    for (const asked of await one.keys()) {
      const kept = await one.match(asked, { ignoreVary: true });
      const texts = /text|json|script|xml/.test(kept.headers.get("content-type"));
      found.push([asked.url, texts ? await kept.text() : ""]);
    }
  }
  return found;
}"""

# Every byte that is laid down, as letters: a structured clone is walked down to its leaves.
EVERY_BYTE = """async () => {
  const leaves = [];
  const walk = (one) => {
    if (one instanceof ArrayBuffer) one = new Uint8Array(one);
    if (ArrayBuffer.isView(one)) leaves.push(new TextDecoder("latin1").decode(one));
    else if (one && typeof one === "object") Object.entries(one).flat().forEach(walk);
    else leaves.push(String(one));
  };
  const done = (asked) => new Promise((so) => { asked.onsuccess = () => so(asked.result); });
  const names = [];
  for (const { name } of await indexedDB.databases()) {
    names.push(name);
    const base = await done(indexedDB.open(name));
    for (const shelf of base.objectStoreNames) {
      walk(await done(base.transaction(shelf).objectStore(shelf).getAll()));
    }
    base.close();
  }
  const others = [...Object.values({ ...localStorage }), ...Object.values({ ...sessionStorage })];
  const workers = (await navigator.serviceWorker.getRegistrations()).length;
  return { names, leaves: [...leaves, ...others].join("\\n"), workers };
}"""


@pytest.fixture
def adas_site(adas_site: Site) -> Site:
    """Its clock at the phone's: a copy kept a month ago by one of them would be too old."""
    moved = time.time() - adas_site.clock.now.timestamp()
    if moved > 0:
        adas_site.clock.now += timedelta(seconds=moved)
    return adas_site


def keeps_a_copy(phone: Visitor, pin: str = PIN) -> None:
    phone.goes_to("/plan/phone/keep")
    phone.answers({"Is this your own phone?": "Yes, it is mine and only I use it"})
    phone.answers({"What do you call this phone?": "My blue phone"})
    phone.answers({"A PIN for this copy": pin, "The same PIN again": pin})
    phone.finds("Keep the copy").click()
    expect(phone.finds("Open the copy now")).to_be_visible(timeout=20_000)


def types_the_pin(phone: Visitor, pin: str = PIN) -> None:
    phone.page.get_by_label("Your PIN").fill(pin)
    phone.finds("Open my plan").click()


def own(site: Site) -> dict[str, Any]:
    ada = who_is(site.world, email=DEMO_PATIENT)
    return {"by": ada, "patient_id": UUID(ada.patient_id), "at": site.clock.now}


def at_the_desk_the_dose_is_stopped(site: Site) -> None:
    token = demo_sign_in(site.world, email=DEMO_CLINICIAN, at=site.clock.now)
    doctor = recognise(site.world, token=token, at=site.clock.now)
    assert doctor is not None
    facts = own(site) | {"by": doctor.who}
    version = phones(site.world, **own(site))[0].version
    stop_dose(site.world, **facts, version_seen=version)


def test_with_no_signal_the_copy_opens_and_nothing_else_was_kept(
    visit: Visit, adas_site: Site
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.presses("On my phone, with no signal").reads("This phone keeps no copy.")
    assert phone.page.evaluate(EVERY_BYTE) == {"names": [], "leaves": "", "workers": 0}
    phone.presses("Keep a copy on this phone")
    phone.answers({"Is this your own phone?": "Yes, it is mine and only I use it"})
    phone.answers({"A PIN for this copy": "123456", "The same PIN again": "123456"})
    phone.finds("Keep the copy").click()
    phone.reads("too easy to guess")
    keeps_a_copy(phone)
    for path in ("/plan", "/plan/show", "/plan/read", "/plan/share", "/plan/phone"):
        phone.goes_to(path)
    phone.reads("This phone keeps a copy.").reads("(this phone)")

    phone.page.context.set_offline(True)
    phone.goes_to("/plan/show").reads_heading("My plan").does_not_read(DOSE)
    types_the_pin(phone, "999111")
    phone.reads("That PIN is not right. Tries left before this copy is erased: 9.")
    types_the_pin(phone)
    phone.reads_heading("This is my plan: please read").reads(DOSE).looks()
    phone.reads("Copy kept on").reads("Last checked with the service").reads("Signed until")
    phone.page.context.set_offline(False)
    nothing_else_was_kept(phone)


def nothing_else_was_kept(phone: Visitor) -> None:
    entries = dict(phone.page.evaluate(EVERY_ENTRY))
    paths = {url.removeprefix(phone.site.address) for url in entries}
    known = (*SHELLS, "/static/", "/.well-known/")
    assert not [path for path in paths if not path.startswith(known)], paths
    assert not [path for path in paths if "?" in path or "#" in path or "zxing" in path]
    assert paths >= SHELLS
    everything = "\n".join(entries.values())
    held = phone.page.evaluate(EVERY_BYTE)
    assert held["names"] == ["my-copy"]
    # The empty page that reads cards knows the names of drugs; no page knows a dose.
    assert "morphine" not in "".join(text for url, text in entries.items() if url[-2:] != "/c")
    for secret in ("Okonkwo", "Adaeze", DOSE, "9990110212", "999 011 0212", PIN, "blue phone"):
        assert secret not in everything
        assert secret not in held["leaves"]
    assert "morphine" not in held["leaves"]


def test_a_stopped_dose_stays_hidden_and_a_forgotten_phone_erases_its_copy(
    visit: Visit, adas_site: Site
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", SMALL_PHONE))
    keeps_a_copy(phone)
    phone.presses("Open the copy now")
    types_the_pin(phone)
    phone.reads(DOSE)
    at_the_desk_the_dose_is_stopped(adas_site)
    phone.goes_to("/my-copy")
    types_the_pin(phone)
    phone.reads("Do not use the dose on earlier copies").does_not_read(DOSE).looks()
    phone.reads("There is a newer version")
    phone.page.context.set_offline(True)
    phone.goes_to("/my-copy")
    types_the_pin(phone)
    phone.reads("DOSE STOPPED").does_not_read(DOSE)
    phone.page.context.set_offline(False)

    phone.page.context.clear_cookies()  # signed out by time alone: the copy stays
    phone.goes_to("/plan").reads_heading("Sign in").presses("Open the copy this phone keeps")
    phone.reads("Your PIN")
    (kept,) = phones(adas_site.world, **own(adas_site))
    forget_phone(adas_site.world, **own(adas_site), phone_id=kept.phone_id)
    phone.goes_to("/my-copy").reads("This phone was told to forget it").does_not_read("Your PIN")
    assert phone.page.evaluate(EVERY_BYTE)["names"] == []


def test_signing_out_leaves_nothing_in_the_browser(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    keeps_a_copy(phone)
    assert phone.page.evaluate(EVERY_BYTE)["workers"] == 1
    phone.goes_to("/plan").presses("Sign out")
    phone.reads("We looked: no copy of your plan is left in this browser.")
    assert phone.page.evaluate(EVERY_BYTE) == {"names": [], "leaves": "", "workers": 0}
    assert phone.page.evaluate(EVERY_ENTRY) == []
    phone.goes_to("/my-copy").reads("No copy is kept on this phone")


def test_ten_wrong_pins_or_thirty_days_erase_the_copy(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    keeps_a_copy(phone)
    phone.goes_to("/my-copy")
    for wrong in range(5):
        types_the_pin(phone, f"90817{wrong}")
        phone.reads(f"erased: {9 - wrong}.")
    expect(phone.page.get_by_role("button", name="Wait:")).to_be_disabled()
    phone.page.evaluate("vault.change({ wrong: 9, wait_until: 0 })")
    phone.goes_to("/my-copy")
    types_the_pin(phone, "908179")
    phone.reads("There were ten wrong PINs.")
    assert phone.page.evaluate(EVERY_BYTE)["names"] == []

    keeps_a_copy(phone)
    phone.page.clock.set_fixed_time(time.time() + 31 * 86400)
    phone.goes_to("/my-copy").reads("It was kept for 30 days, and has been erased.")
    assert phone.page.evaluate(EVERY_BYTE)["names"] == []


def test_a_departments_device_is_made_ready_by_a_press_and_forgets(
    visit: Visit, adas_site: Site
) -> None:
    desk = visit("Desk", DESK).goes_to("/scan")
    assert desk.page.evaluate(EVERY_BYTE)["workers"] == 0
    desk.finds("Get this device ready for no signal").click()
    desk.reads("This device was made ready on").looks()
    desk.page.context.set_offline(True)
    desk.goes_to("/scan").reads_heading("Scan a plan").goes_to("/c").goes_to("/s")
    desk.goes_to("/scan")
    paths = {url.removeprefix(adas_site.address) for url, _text in desk.page.evaluate(EVERY_ENTRY)}
    assert paths >= SHELLS
    assert "/static/vendor/zxing/reader/zxing_reader.wasm" in paths
    desk.page.context.set_offline(False)
    desk.goes_to("/scan").finds("Forget").click()
    desk.reads("has forgotten everything")
    assert desk.page.evaluate(EVERY_BYTE) == {"names": [], "leaves": "", "workers": 0}
    assert desk.page.evaluate(EVERY_ENTRY) == []


def test_the_phones_own_lock_opens_the_copy_where_it_can(visit: Visit, adas_site: Site) -> None:
    """A passkey needs a name for a host, and gives one secret to this page alone."""
    here = Site(adas_site.app, adas_site.clock, adas_site.address.replace("127.0.0.1", "localhost"))
    phone = visit("Ada", PHONE)
    phone.site = here
    lock = phone.page.context.new_cdp_session(phone.page)
    lock.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal"}
    can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    lock.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **can, "hasPrf": True}})
    given_ada_with_her_phone(phone)
    phone.goes_to("/plan/phone/keep")
    phone.answers({"Is this your own phone?": "Yes, it is mine and only I use it"})
    phone.finds("Use the lock of this phone (face, finger or code)").click()
    phone.presses("Open the copy now")
    phone.finds("Open with this phone’s own lock").click()
    phone.reads(DOSE).looks()
    assert "morphine" not in phone.page.evaluate(EVERY_BYTE)["leaves"]


def test_without_script_the_page_says_what_it_cannot_do(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE, script=False))
    phone.goes_to("/plan/phone").presses("Keep a copy on this phone")
    phone.reads("so it cannot lock a copy on this phone. Print your plan instead.")
    assert not phone.page.get_by_label("A PIN for this copy").is_visible()
    phone.goes_to("/my-copy").reads("Use your paper card or page.")
