"""Every address that holds an id, with ids that exist, tried by everybody they are not for.

`test_access` walks the doors of the demonstration, where many of these are nobody's.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.accounts.people import Role, Standing
from careplan.acts.carers import end_access, helpers_of
from careplan.acts.conversation import start_remark
from careplan.acts.errands import ask_for_card
from careplan.acts.inviting import take_list
from careplan.acts.inviting_staff import Asked, invite_member
from careplan.acts.phones import keep_on_phone
from careplan.acts.private_words import write_note
from careplan.acts.promising import make_promise
from careplan.acts.quietly import notes_for_team, tell_in_private
from careplan.acts.receiving import receive
from careplan.acts.reporting import answer_report, begin_report
from careplan.acts.sharing import make_link
from careplan.acts.signing_in import begin_two_factor, sign_in
from careplan.plan.places import Place
from careplan.sharing.links import Kind, Opening
from careplan.store.errands import Way
from careplan.store.teams import set_member_state
from careplan.visits.report import Audience
from tests.acts.families import Family, a_family
from tests.acts.test_measuring import ASKED as PROMISED
from tests.arrivals import a_care_plan, a_patient, a_system, sent
from tests.partners import a_client, an_administrator
from tests.stores import NOW
from tests.visitors import PASSWORD, SESSION_COOKIE, Staff, a_person, come_in

OTHERS = {
    "section": "about_me",
    "page_id": "name",
    "number": 1,
    "kind": "card",
    "where": "care_team.phone_24h",
    "consent": "school",
    "copy": "large",
    "deed": "suspend",
}
SADE = Asked("Dr Sade Cole", "sade@example.org", "Registrar", Role.CLINICIAN)
PRESSED = {"change": "suspend", "deed": "agree", "words": "x", "action": "reply", "again": "no"}


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def family(world) -> Family:
    found = a_family(world)
    found.sign()
    return found


@pytest.fixture
def ids(world, family) -> dict[str, Any]:
    return things(world, family)


def things(world, family: Family) -> dict[str, Any]:
    """What there is of Kofi's, by the name that an address has for its id."""
    kofi: dict[str, Any] = {"by": family.kofi, "patient_id": family.patient_id, "at": NOW}
    doctor: dict[str, Any] = {**kofi, "by": family.doctor.who}
    link = make_link(world, **kofi, kind=Kind.MESSAGE, opening=Opening.DATE_OF_BIRTH, label="x")
    tell_in_private(world, **kofi, words="He reads this", stop=None)
    (told,) = notes_for_team(world, by=family.doctor.who, patient_id=family.patient_id)
    report_id = uuid4()
    told_team: dict[str, Any] = {"audience": (Audience.TEAM,)}
    begin_report(world, **kofi, report_id=report_id)
    system = a_system(family.doctor.team_id)
    admin = an_administrator(world, team_id=family.doctor.team_id)
    answer_report(world, **kofi, report_id=report_id, answers=told_team, based_on=1)
    return {
        "patient_id": family.patient_id,
        "report_id": report_id,
        "thread_id": start_remark(world, **kofi, place=Place("care_team.phone_24h"), words="?"),
        "link_id": UUID(link.link.id),
        "grant_id": UUID(helpers_of(world, **doctor)[0].grant.id),
        "errand_id": ask_for_card(world, **kofi, kind=Kind.FULL_PRINT, way=Way.POST).id,
        "batch_id": take_list(
            world, by=family.doctor.who, data=b"Name,DOB\nA B,1997-03-14", at=NOW
        ),
        "account_id": UUID(family.doctor.who.account_id),
        "received_id": receive(
            world,
            partner=system,
            kind="CarePlan",
            data=sent(a_care_plan(contained=[a_patient(born="2001-01-01")])),
            at=NOW,
        ).received_id,
        "partner_id": a_client(world, by=admin).partner_id,
        "promise_id": make_promise(world, by=admin, asked=PROMISED, at=NOW),
        "invitation_id": invite_member(world, by=admin, asked=SADE, at=NOW).invitation_id,
        "phone_id": keep_on_phone(world, **kofi, name="x").phone.phone_id,
        "note_id": [write_note(world, **kofi, text="Mine"), told.note_id],
    }


def at_the_desk(app, world, staff: Staff):
    client = app.test_client()
    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)
    with world.store.begin() as tx:
        account_id = UUID(staff.who.account_id)
        token = begin_two_factor(world, tx, account_id, at=NOW, old_token=token)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


def opened(client, ids: dict[str, Any]) -> list[str]:
    """Every door that did not say no, by any way in."""
    app, tried, found = client.application, 0, []
    token = client.page(client.get("/account", follow_redirects=True)).value_of("csrf_token")
    adapter = app.url_map.bind("plan.example.org", url_scheme="https")
    for note_id in ids["note_id"]:
        for rule in app.url_map.iter_rules():
            if not rule.arguments & ids.keys():
                continue
            desk = rule.rule.startswith("/team") and "/talk/" not in rule.rule
            values = {**OTHERS, **ids, "note_id": note_id}
            values |= {"section": "pain-plan"} if desk else {}
            wanted = {name: values[name] for name in rule.arguments}
            for way in {"GET", "POST"} & (rule.methods or set()):
                data = {"csrf_token": token, **PRESSED} if way == "POST" else None
                answer = client.open(
                    adapter.build(rule.endpoint, wanted, method=way), method=way, data=data
                )
                tried += 1
                if answer.status_code not in (403, 404):
                    found.append(f"{way} {rule.rule}: {answer.status_code}")
    assert tried > 100  # or nothing was proved
    return found


@pytest.mark.asvs("8.2.2")
def test_another_person_and_another_team_open_none_of_them(app, world, family, ids):
    a_person(world, email="bo@example.org", legal_name="Bo Mensah")
    assert opened(come_in(app.test_client(), email="bo@example.org"), ids) == []
    assert opened(at_the_desk(app, world, family.adults), ids) == []


@pytest.mark.asvs("7.4.2", "8.3.2")
def test_whose_right_has_ended_opens_none_of_them(app, world, family, ids):
    doctor = at_the_desk(app, world, family.doctor)
    for one in helpers_of(world, by=family.doctor.who, patient_id=family.patient_id, at=NOW):
        this = {"patient_id": family.patient_id, "grant_id": UUID(one.grant.id), "at": NOW}
        end_access(world, by=family.kofi, **this)
    assert opened(come_in(app.test_client(), email="abena@example.org"), ids) == []
    with world.store.begin() as tx:
        account_id = UUID(family.doctor.who.account_id)
        set_member_state(tx, account_id, family.doctor.team_id, Standing.SUSPENDED)
    assert opened(doctor, ids) == []
