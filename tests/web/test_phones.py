"""The phone's doors: what is handed over once, what a phone that asks is told, and the shells."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from careplan.acts.phones import phones
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in, who_is
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE, sign_up


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


@pytest.fixture
def ada(client, world):
    token = demo_sign_in(world, email=DEMO_PATIENT, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


def kept(client, **form):
    asked = {"own": "yes", "name": "My blue phone", **form}
    return client.submit("/plan/phone/keep", asked)


def still(app, token, **more):
    """As a phone asks: with no cookie at all."""
    return app.test_client().post("/my-copy/still", json={"token": token, **more})


# --- keeping and forgetting ----------------------------------------------------------------------


def test_a_copy_is_handed_over_once_and_kept_by_no_cache(ada, app):
    answer = kept(ada)
    said = answer.get_json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "morphine" in said["behind"]["narrative"]
    assert set(said["beside"]) == {"token", "phone", "version", "kept_at", "expires_at"}
    assert "Okonkwo" not in json.dumps(said["beside"])
    page = ada.page(ada.get("/plan/phone"))
    assert "My blue phone" in page.text
    assert "kept a copy" in ada.page(ada.get("/plan/who-looked")).text
    asked = still(app, said["beside"]["token"])
    assert asked.get_json() == {
        "keep": True,
        "newest": said["beside"]["version"],
        "newer": False,
        "dose": "as kept",
    }
    assert "Set-Cookie" not in asked.headers


@pytest.mark.parametrize(
    ("form", "status"), [({"own": "no"}, 422), ({"own": ""}, 422), ({"name": "x" * 60}, 422)]
)
def test_on_a_phone_of_others_nothing_is_handed_over(ada, form, status):
    answer = kept(ada, **form)
    assert answer.status_code == status
    assert set(answer.get_json()) == {"problem"}


def test_before_anything_is_published_there_is_nothing_to_keep(client):
    sign_up(client, email="bo@example.org", legal_name="Bo Mensah")
    assert kept(client).status_code == 409


def test_forgotten_and_never_known_get_the_same_bytes(ada, app, world):
    token = kept(ada).get_json()["beside"]["token"]
    own = who_is(world, email=DEMO_PATIENT)
    (phone,) = phones(world, by=own, patient_id=UUID(own.patient_id), at=NOW)
    address = f"/plan/phone/{phone.phone_id}/forget"
    assert ada.submit(address, seen_on="/plan/phone").status_code == 302
    forgotten, unknown = still(app, token), still(app, "x" * 43)
    assert forgotten.status_code == unknown.status_code == 410
    assert forgotten.get_json() == {"keep": False}
    assert forgotten.data == unknown.data
    named = {"X-Request-ID": ""}  # the answer's own name
    assert dict(forgotten.headers) | named == dict(unknown.headers) | named
    assert "told to on" in ada.page(ada.get("/plan/phone")).text


@pytest.mark.parametrize("token", [None, 7, "", "x", "x" * 44, ["x"], {}])
def test_what_is_no_question_is_told_to_forget(app, token):
    assert still(app, token).status_code == 410
    assert app.test_client().post("/my-copy/still", data=b"[" * 900).status_code == 410


def test_signing_out_lets_this_phones_copy_go(ada, app):
    token = kept(ada).get_json()["beside"]["token"]
    answer = ada.submit("/account/sign-out", seen_on="/account")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert still(app, token).status_code == 410


def test_a_copy_erased_after_wrong_pins_is_said_to_the_person(ada, app):
    token = kept(ada).get_json()["beside"]["token"]
    assert still(app, token, gone="wrong_pins").status_code == 410
    assert "ten wrong PINs" in ada.page(ada.get("/plan/who-looked")).text


def test_the_pin_has_no_name_and_so_is_never_sent(ada):
    page = ada.page(ada.get("/plan/phone/keep"))
    for name in ("pin", "pin-again"):
        (box,) = page.find("input", id=name)
        assert box.get("name") is None
    assert "try every PIN" in page.text
    assert "JavaScript turned off" in page.text


# --- the shells ----------------------------------------------------------------------------------


def test_the_app_has_a_neutral_name_and_icons_of_the_size_they_say(client):
    said = client.get("/manifest.webmanifest")
    facts = said.get_json(force=True)
    assert said.mimetype == "application/manifest+json"
    assert (facts["short_name"], facts["start_url"], facts["scope"]) == ("My plan", "/plan", "/")
    assert facts["display"] == "standalone"
    for icon in facts["icons"]:
        answer = client.get(icon["src"])
        assert answer.mimetype == icon["type"]
        if icon["type"] == "image/png":
            image = Image.open(BytesIO(answer.data))
            assert f"{image.width}x{image.height}" == icon["sizes"]
            if icon["purpose"] == "maskable":
                assert image.getchannel("A").getextrema() == (255, 255)
    assert {icon.get("purpose") for icon in facts["icons"]} >= {"any", "maskable"}
    assert 'rel="manifest"' in client.get("/").get_data(as_text=True)
    assert 'rel="manifest"' not in client.get("/scan").get_data(as_text=True)


def shells(client) -> list[str]:
    script = client.get("/sw.js").get_data(as_text=True)
    lists = re.findall(r"^const (?:SHELLS|READER) = (\[.*\]);$", script, re.M)
    return [path for one in lists for path in json.loads(one)]


def test_every_shell_is_there_for_somebody_who_is_nobody(app, ada):
    """The same bytes whoever is signed in, so nobody's name can be in one."""
    found = shells(ada)
    assert {"/s", "/c", "/scan", "/my-copy", "/going-in"} <= set(found)
    assert not [path for path in found if path.startswith("/plan") or "?" in path or "#" in path]
    for path in found:
        answer = app.test_client().get(path)
        assert answer.status_code == 200, path
        assert b"Okonkwo" not in answer.data


def test_the_worker_is_at_the_root_and_named_by_what_it_keeps(client):
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert re.search(r'KEPT = "shells-[0-9a-f]{16}"', answer.get_data(as_text=True))


def test_only_a_press_registers_the_worker(app):
    """Nothing in any page or script registers it but the three that were told apart for it."""
    scripts = Path(app.static_folder).glob("*.js")
    with_it = {one.name for one in scripts if "serviceWorker.register(" in one.read_text("utf-8")}
    assert with_it == {"ready.js", "keep-copy.js", "remember.js"}
    for page in ("/s", "/c", "/my-copy", "/going-in"):
        body = app.test_client().get(page).get_data(as_text=True)
        assert "serviceWorker.register" not in body


def test_the_page_that_opens_a_copy_is_static_and_runs_only_what_it_names(app, ada):
    mine, anybody = ada.get("/my-copy"), app.test_client().get("/my-copy")
    assert mine.data == anybody.data
    policy = mine.headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "'self'" not in policy.partition("style-src")[0].partition("script-src")[2]
