"""A helper's pages: what they open, what they never show, and what is said when access ends."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from careplan.accounts.grants import Basis
from careplan.acts.carers import Asked, helpers_of, make_code_for, suspend_access
from careplan.acts.drafting import section_draft
from careplan.acts.quietly import tell_in_private
from careplan.plan.codec import to_plain
from careplan.plan.life import HardTimes, Pregnancy
from careplan.plan.medicines import Medicines, MyMedicine, MyMedicines, RegularMedicine
from careplan.plan.person import AboutMe
from careplan.plan.voice import Contact, MyPeople, WhatMatters
from tests.acts.families import Family, a_family
from tests.stores import NOW
from tests.visitors import come_in, signed_in_team

SECRETS = ("07700900XPHONE", "XADDRESSX", "XPOSTCODEX", "07700900XOTHER", "XTOLDX", "XTRAUMAX",
           "XMINDX", "XCONTRAX", "XPRIVATEMEDX", "XNOTEX")  # fmt: skip


@pytest.fixture
def family(world) -> Family:
    return a_family(world)


@pytest.fixture
def filled(family: Family) -> Family:
    """Kofi's plan with a secret in every place that no helper may see."""
    kofi = family.kofi
    contact = Contact(UUID(int=9), "Idil Hassan", "aunt", SECRETS[3], SECRETS[4], True)
    sections = {
        "about_me": AboutMe(
            known_as="Kofi", phone=SECRETS[0], address=SECRETS[1], postcode=SECRETS[2]
        ),
        "my_people": MyPeople(contacts=(contact,)),
        "hard_times": HardTimes(past_trauma=SECRETS[5], mental_health=SECRETS[6]),
        "pregnancy": Pregnancy(contraception=SECRETS[7]),
        "what_matters": WhatMatters(what_matters="Football on Saturday"),
    }
    for name, section in sections.items():
        family.save(name, to_plain(section), by=kofi)
    family.publish(by=kofi)
    medicine = RegularMedicine(UUID(int=11), SECRETS[8], keep_private=True)
    family.sign()
    plain = to_plain(Medicines(entries=(medicine,)))
    family.save("medicines", plain, by=family.doctor.who)
    return family


def address(family: Family, rest: str = "") -> str:
    return f"/for/{family.patient_id}{rest}"


def as_helper(client, name: str):
    return come_in(client, email=f"{name}@example.org")


def test_no_page_of_a_helper_shows_what_is_kept_from_helpers(client, filled):
    """Every door of the blueprint is opened by both kinds of helper."""
    rules = [
        one for one in client.application.url_map.iter_rules() if one.endpoint.startswith("carer")
    ]
    assert len(rules) > 10
    for name in ("abena", "grace"):
        as_helper(client, name)
        seen = client.get("/helping", follow_redirects=True).get_data(as_text=True)
        for rule in rules:
            if "patient_id" not in rule.arguments or "section" in rule.arguments:
                continue
            path = rule.rule.replace("<uuid:patient_id>", str(filled.patient_id))
            seen += client.get(path, follow_redirects=True).get_data(as_text=True)
        for section in (
            "about_me",
            "my_people",
            "hard_times",
            "pregnancy",
            "child_words",
            "what_matters",
        ):
            seen += client.get(address(filled, f"/write/{section}")).get_data(as_text=True)
            for page in (
                "phone",
                "address",
                "contacts",
                "trauma",
                "mental-health",
                "pregnant",
                "family",
            ):
                seen += client.get(address(filled, f"/write/{section}/{page}")).get_data(
                    as_text=True
                )
        assert "Football on Saturday" in seen
        assert [one for one in SECRETS if one in seen] == []
        client.submit("/account/sign-out", seen_on="/account")


def test_a_private_medicine_is_not_in_the_list_a_helper_helps_to_write(client, filled):
    """The person wrote it down themself; the team's list says that it is kept private."""
    mine = MyMedicines(entries=(MyMedicine(UUID(int=21), f"{SECRETS[8]} 50 mg"),))
    filled.save("my_medicines", to_plain(mine), by=filled.kofi)
    as_helper(client, "abena")
    pages = ("/write/my_medicines", "/write/my_medicines/list", "/talk/about/my_medicines")
    for page in pages:
        answer = client.get(address(filled, page))
        assert answer.status_code == 200
        assert SECRETS[8] not in answer.get_data(as_text=True)
    form = {"action": "continue", "revision": "1"}
    client.submit(address(filled, pages[1]), form)
    kept = section_draft(
        filled.world, by=filled.kofi, patient_id=filled.patient_id, section="my_medicines"
    )
    assert kept is not None
    assert kept.body["plain"]["entries"] == to_plain(mine)["entries"]


def test_the_doors_of_the_person_are_not_a_helpers(client, filled):
    as_helper(client, "abena")
    for path in (
        "/plan",
        "/plan/who-looked",
        "/plan/private",
        "/plan/contact",
        "/plan/helpers",
        "/plan/share",
    ):
        assert client.get(path).status_code == 403
    assert client.get("/team").status_code == 403
    assert client.get(f"/for/{UUID(int=5)}").status_code == 404


def test_with_one_plan_a_helper_comes_straight_to_it(client, family):
    as_helper(client, "abena")
    page = client.page(client.get("/helping", follow_redirects=True))
    assert "You are here for" in page.text
    assert "as mother" in page.text


def test_a_helper_writes_with_their_name_and_publishes(client, family):
    as_helper(client, "abena")
    answer = client.submit(
        address(family, "/write/what_matters/what-matters"),
        {"what_matters": "School trips", "revision": "0"},
    )
    assert answer.status_code == 302
    page = client.page(client.get(address(family, "/publish")))
    assert "School trips" in page.text
    assert "version 1" in client.page(client.submit(address(family, "/publish"))).text
    record = client.page(client.get(address(family, "/read"))).text
    assert "School trips" in record


def test_somebody_who_only_reads_has_no_door_to_write(client, filled):
    as_helper(client, "grace")
    client.get(address(filled, "/read"))
    for rest in ("/write/what_matters/what-matters", "/publish", "/answer", "/child", "/my-number"):
        assert client.get(address(filled, rest)).status_code == 404


def test_access_that_ended_a_minute_ago_is_told_and_the_words_given_back(client, family, clock):
    clock.now = datetime(2033, 5, 21, 22, 59, tzinfo=UTC)
    as_helper(client, "abena")
    path = address(family, "/write/what_matters/what-matters")
    token = client.page(client.get(path)).value_of("csrf_token")
    clock.now = datetime(2033, 5, 21, 23, 0, tzinfo=UTC)  # midnight in London: he is sixteen
    typed = {"csrf_token": token, "what_matters": "He likes to be asked", "revision": "0"}
    answer = client.post(path, data=typed)
    page = client.page(answer)
    assert answer.status_code == 403
    assert "You cannot open this plan at the moment" in page.text
    assert "He likes to be asked" in page.text
    assert "their team" in page.text
    saved = client.post(path, data=typed, headers={"X-Autosave": "1", "Accept": "application/json"})
    assert (saved.status_code, saved.get_json()["saved"]) == (403, False)
    assert "at the moment" in client.page(client.get("/helping")).text


def test_the_same_words_whatever_ended_it(client, family, world):
    as_helper(client, "samuel")
    found = helpers_of(world, by=family.doctor.who, patient_id=family.patient_id, at=NOW)
    grant = next(one for one in found if one.grant.relation == "father")
    suspend_access(
        world,
        by=family.doctor.who,
        patient_id=family.patient_id,
        grant_id=UUID(grant.grant.id),
        reason="He rang and shouted.",
        at=NOW,
    )
    page = client.page(client.get(address(family)))
    assert "You cannot open this plan at the moment" in page.text
    assert "shouted" not in page.text


def test_a_number_of_ones_own_and_the_childs_page(client, family):
    as_helper(client, "abena")
    bad = client.submit(address(family, "/my-number"), {"phone": "none"})
    assert bad.status_code == 422
    good = client.submit(address(family, "/my-number"), {"phone": "07700 900151", "first": "yes"})
    assert good.status_code == 302
    client.submit(address(family, "/child"), {"words": "I want my dinosaur", "revision": "0"})
    assert "I want my dinosaur" in client.page(client.get(address(family, "/child"))).text


def test_an_answer_of_ones_own(client, family):
    signed = family.sign()
    as_helper(client, "samuel")
    path = address(family, "/answer")
    form = {"answer": "discussed and do not agree", "version": str(signed.number)}
    assert client.submit(path, form).status_code == 422
    assert client.submit(path, {**form, "words": "Too much"}).status_code == 302
    assert client.submit(path, {**form, "words": "Too much"}).status_code == 409
    child = {"answer": "agree", "version": str(signed.number + 1), "words": "OK"}
    assert client.submit(address(family, "/child/answer"), child).status_code == 302


def test_an_account_to_help_opens_nothing_and_a_code_lets_it_in(client, family, world):
    assert client.submit("/account/new-helper", {"legal_name": "", "email": "x"}).status_code == 422
    form = {
        "legal_name": "Esi Boateng",
        "email": "esi@example.org",
        "password": "four quiet herons walking",
    }
    assert client.submit("/account/new-helper", form).status_code == 200
    come_in(client, email="esi@example.org")
    assert "Nobody has let you in" in client.page(client.get("/helping")).text
    assert client.submit("/helping/code", {"code": "nonsense"}).status_code == 422
    code = make_code_for(
        world,
        by=family.doctor.who,
        patient_id=family.patient_id,
        asked=Asked("aunt", Basis.FAMILY, True),
        at=NOW,
    )
    answer = client.submit("/helping/code", {"code": code.lower()}, follow_redirects=True)
    assert "as aunt" in client.page(answer).text


# --- the person's own pages ------------------------------------------------------------------


def test_at_sixteen_the_person_is_asked_first_for_somebody_to_ring(client, family, clock):
    clock.now = datetime(2033, 6, 1, 9, tzinfo=UTC)
    come_in(client, email="kofi@example.org")
    assert "you decide who helps you" in client.page(client.get("/plan")).text
    page = client.page(client.get("/plan/helpers"))
    assert "whom should a hospital ring" in page.text
    (first, *_rest) = [
        form.get("action")
        for form in page.find("form")
        if str(form.get("action")).endswith("/again")
    ]
    assert client.submit(first, {}, seen_on="/plan/helpers").status_code == 422
    again = client.submit(first, {"again": "read"}, seen_on="/plan/helpers")
    assert again.status_code == 409
    contact = {"id": str(UUID(int=7)), "name": "Idil", "phone": "07700 900182"}
    family.save("my_people", {"contacts": [contact]}, by=family.kofi, at=clock.now)
    assert client.submit(first, {"again": "read"}, seen_on="/plan/helpers").status_code == 302
    assert "May read." in client.page(client.get("/plan/helpers")).text


def test_a_person_lets_somebody_in_with_a_code(client, family, clock):
    clock.now = datetime(2036, 1, 1, 9, tzinfo=UTC)
    come_in(client, email="kofi@example.org")
    path = "/plan/helpers/let-in"
    assert client.submit(path, {}).status_code == 422
    form = {"relation": "partner", "basis": "consent", "writes": "read", "until-day": "1",
            "until-month": "1", "until-year": "2036"}  # fmt: skip
    answer = client.submit(path, form)
    assert answer.status_code == 422
    assert "partner" in answer.get_data(as_text=True)
    form["until-year"] = "2037"
    assert "works once" in client.page(client.submit(path, form)).text


def test_telling_the_team_in_private_leaves_nothing_on_the_persons_pages(client, family):
    come_in(client, email="kofi@example.org")
    before = client.page(client.get("/plan/who-looked")).text
    helpers_before = client.page(client.get("/plan/helpers")).text
    page = client.page(client.get("/plan/contact"))
    asked_before = page.text
    assert "Leave this page now" in page.text
    stop = next(
        one.get("value")
        for one in page.find("input")
        if one.get("name") == "stop" and one.get("value")
    )
    form = {"words": "He makes me", "stop": stop}
    assert client.submit("/plan/contact", form).status_code == 302
    assert client.page(client.get("/plan/who-looked")).text == before
    assert client.page(client.get("/plan/helpers")).text == helpers_before
    assert client.page(client.get("/plan/contact")).text == asked_before
    assert client.submit("/plan/contact", form).status_code == 302  # and may be asked again


# --- the desk --------------------------------------------------------------------------------


def test_the_desk_lets_in_pauses_and_gives_back(client, family, world):
    signed_in_team(client, world, family.doctor)
    base = f"/team/{family.patient_id}/helpers"
    page = client.page(client.get(base))
    assert "Abena Mensah, mother" in page.text
    form = {"relation": "aunt", "basis": "family", "writes": "read"}
    assert client.submit(f"{base}/let-in", form).status_code == 422
    assert (
        "works once"
        in client.page(client.submit(f"{base}/let-in", {**form, "checked": "yes"})).text
    )
    pause = next(
        str(one.get("action"))
        for one in page.find("form")
        if str(one.get("action")).endswith("/suspend")
    )
    assert client.submit(pause, {"words": " "}, seen_on=base).status_code == 422
    assert client.submit(pause, {"words": "The aunt rang"}, seen_on=base).status_code == 302
    page = client.page(client.get(base))
    assert "Paused by the team or the person" in page.text
    assert "The aunt rang" in page.text


def test_what_was_told_in_private_is_on_the_desk_until_dealt_with(client, family, world):
    mine = {"by": family.kofi, "patient_id": family.patient_id, "at": NOW}
    tell_in_private(world, **mine, words="He makes me", stop=None)
    signed_in_team(client, world, family.doctor)
    assert "Mensah" in client.page(client.get("/team/private")).text
    base = f"/team/{family.patient_id}/helpers"
    page = client.page(client.get(base))
    assert "He makes me" in page.text
    done = next(
        str(one.get("action")) for one in page.find("form") if "/private/" in str(one.get("action"))
    )
    assert client.submit(done, seen_on=base).status_code == 302
    assert "Nothing is waiting" in client.page(client.get("/team/private")).text


def test_two_teams_hand_a_plan_over(client, family, world, clock):
    signed = family.sign()
    signed_in_team(client, world, family.doctor)
    path = f"/team/{family.patient_id}/handover"
    assert client.submit(path, {"deed": "begin"}).status_code == 422
    form = {"deed": "begin", "to_team": str(family.adults.team_id), "move-day": "24",
            "move-month": "11", "move-year": "2026"}  # fmt: skip
    assert client.submit(path, form).status_code == 302
    assert client.submit(path, {"deed": "agree"}).status_code == 302
    client.submit("/account/sign-out", seen_on="/account")
    signed_in_team(client, world, family.adults)
    assert "Mensah" in client.page(client.get("/team/handovers")).text
    page = client.page(client.get(path))
    assert f"version {signed.number}" in page.text.lower() or "morphine" in page.text.lower()
    assert client.get(f"/team/{family.patient_id}").status_code == 404  # not theirs yet
    assert client.submit(path, {"deed": "agree"}).status_code == 302
    clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    client.submit("/account/sign-out", seen_on="/account")
    signed_in_team(client, world, family.adults)
    client.get("/team/handovers")
    assert client.get(f"/team/{family.patient_id}").status_code == 200
