"""Every door: who it is for, what its answers carry, and that looking changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Blueprint
from sqlalchemy import select
from werkzeug.routing import Rule

from careplan.acts.conversation import start_remark
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_EMERGENCY, DEMO_PATIENT
from careplan.acts.sharing import links
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.plan.places import Place
from careplan.store.tables import metadata
from careplan.web import access
from careplan.web.access import Reader as For
from careplan.web.forms.pages import section_pages
from tests.measures.published import publish
from tests.stores import NOW
from tests.visitors import (
    PASSWORD,
    SESSION_COOKIE,
    a_clinician,
    a_person,
    come_in,
    sign_up,
    signed_in_team,
)

# The whole map, by where an address begins. A new door that fits none of these lines must be
# thought about here first.
READERS = (
    (r"/plan(/.*)?", For.PATIENT),
    (r"/team/((members|partners)(/.*)?|measures/(promises(/.*)?|work-out))", For.TEAM_ADMIN),
    (r"/team(?!/members|/partners|/measures/[pw])(/.*)?", For.TEAM),
    (r"/measures(\.csv|\.json)?", For.ANYONE),
    (r"/for/<uuid:patient_id>(/.*)?", For.CARER),
    (r"/helping(/code)?", For.SIGNED_IN),
    (r"/demo/(patient|team|emergency|staff-door)", For.DEMO),
    (r"/emergency", For.EMERGENCY),
    (r"/account(/arrive|/again|/password|/second-step(/set-up|/off)?)?", For.SIGNED_IN),
    (r"/account/passkeys(/make|/<named>/remove)?", For.SIGNED_IN),
    (r"/account/passkeys/(ask|sign-in)", For.ANYONE),
    (r"/account/elsewhere(/<any\(people, staff\):side>/(join|leave))?", For.SIGNED_IN),
    (r"/account/elsewhere/<any\(people, staff\):side>/(go|back|invited)", For.ANYONE),
    (r"/account/sessions(/end-others|/<uuid:session_id>/end)?", For.SIGNED_IN),
    (r"/together", For.SIGNED_IN),  # a screen handed over, whose session has lost its second step
    (r"/account/(new|new-helper|sign-in|sign-out|signed-out|lost|invited)", For.ANYONE),
    (
        r"/|/code|/reply|/scan|/s|/c|/emergency\.css|/favicon\.ico|/robots\.txt|/healthz|/readyz",
        For.ANYONE,
    ),
    (r"/\.well-known/(jwks\.json|crl/<kid>\.json)", For.ANYONE),
    (r"/metrics", For.ANYONE),  # with METRICS_TOKEN, and none where it is not set
    (r"/fhir/(token|metadata|openapi\.json|\.well-known/smart-configuration)", For.ANYONE),
    (r"/fhir/(?!token|metadata|openapi|\.well-known).*", For.PARTNER),
    (r"/going-in(/taps)?", For.ANYONE),
    (r"/visit-form", For.ANYONE),  # a paper form: nobody is on it
    (r"/my-copy(/still)?|/sw\.js|/manifest\.webmanifest|/icons/<.*>\.png", For.ANYONE),
    (r"/\.well-known/security\.txt|/static/<path:filename>", For.ANYONE),
    (r"/[mu]/<token>|/f/<ticket>", For.ANYONE),  # a 256-bit address is the key
)
NOT_FORMS = re.compile(r"/m/<token>|/my-copy/still|/going-in/taps|/reply|/fhir/.*")
"""Asked for by programs: no cookie is looked at, so there is nothing for a token to protect."""
LOOKS_WRITTEN_DOWN = re.compile(
    r"/plan(/answer|/read|/show(/ambulance)?|/talk|/talk/<uuid:thread_id>)?"
    r"|/plan/versions/(<int:number>|side-by-side)|/team(/handovers|/received|/replies|/reports)?"
    r"|/team/<uuid:patient_id>(?!/reports/).*"
)
"""GETs that append to the trail: looking at a plan is a deed. They change nothing else. A report
is a deed too, and here there is none to look at."""
TRAIL = {"audit_event", "trail_head", "service_event", "service_head"}
OF_NOBODY = (
    "grant_id",
    "note_id",
    "batch_id",
    "account_id",
    "errand_id",
    "phone_id",
    "session_id",
    "invitation_id",
    "promise_id",
    "report_id",
    "partner_id",
    "received_id",
)
"""Parts of addresses for which the demonstration's people have nothing: 404 is the answer."""
READ_UP_TO = {"thread_seen", "department_reply"}
"""Opening a thread, or what departments said, marks it as read by that side; nothing else."""


@pytest.fixture
def store_url(lived_in_url):
    """Ada's plan is there; on one database, for doors know nothing of databases."""
    return lived_in_url


@pytest.fixture
def app(make_app):
    """With every door there can be: those that a deployment switches on are shut otherwise."""
    return make_app(break_glass=True)


@pytest.fixture
def ada(world):
    return who_is(world, email=DEMO_PATIENT)


@pytest.fixture
def paths(app, world, ada):
    """Every rule with an address that really leads somewhere."""
    own = UUID(ada.patient_id)
    with world.store.begin() as tx:
        publish(tx, UUID(who_is(world, email=DEMO_CLINICIAN).team_id))
    page = section_pages("about_me").pages[0]
    values = {
        "patient_id": own,
        "link_id": UUID(links(world, by=ada, patient_id=own, at=NOW)[0].link.id),
        "number": 1,
        "kind": "card",
        "page_id": page.id,
        "token": "x" * 43,
        "named": "x" * 43,
        "ticket": "x" * 43,
        "kid": "x" * 43,
        "filename": "plan.css",
        "where": "care_team.phone_24h",
        "consent": "school",
        "copy": "large",
        "drawing": "192",
        "side": "people",
        "deed": "suspend",
        "identity": str(own),
        "version": "1",
        **dict.fromkeys(OF_NOBODY, uuid4()),
        "thread_id": start_remark(
            world, by=ada, patient_id=own, place=Place("care_team.phone_24h"), words="?", at=NOW
        ),
    }
    adapter = app.url_map.bind("plan.example.org", url_scheme="https")

    def address(rule: Rule) -> str:
        desk = rule.rule.startswith("/team") and "/talk/" not in rule.rule
        section = "pain-plan" if desk else "about_me"
        kinds = [("/fhir.*validate", "Bundle"), ("/fhir.*", "Patient"), (".*", "card")]
        kind = next(name for pattern, name in kinds if re.fullmatch(pattern, rule.rule))
        varies = {"section": section, "kind": kind}
        wanted = {name: (values | varies)[name] for name in rule.arguments}
        method = "GET" if "GET" in ways(rule) else "POST"
        return adapter.build(rule.endpoint, wanted, method=method)

    return [(rule, address(rule)) for rule in app.url_map.iter_rules()]


def come_as(app, world, email):
    client = app.test_client()
    token = demo_sign_in(world, email=email, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


def ways(rule: Rule) -> set[str]:
    return rule.methods or set()


def reader_of(rule: Rule) -> For:
    found = [reader for pattern, reader in READERS if re.fullmatch(pattern, rule.rule)]
    assert len(found) == 1, f"{rule.rule} is on {len(found)} lines of READERS"
    return found[0]


def posts(paths: list[tuple[Rule, str]]) -> Iterator[tuple[Rule, str]]:
    for rule, path in paths:
        if "POST" in ways(rule) and not NOT_FORMS.fullmatch(rule.rule):
            yield rule, path


# --- the map -------------------------------------------------------------------------------------


def test_every_door_says_who_it_is_for_and_it_is_what_we_think(app):
    said = {address: reader for address, _methods, reader in access.routes(app)}

    assert said == {rule.rule: str(reader_of(rule)) for rule in app.url_map.iter_rules()}


def test_a_door_that_does_not_say_stops_the_start(make_app):
    app = make_app()
    odd = Blueprint("odd", __name__)
    odd.add_url_rule("/odd", view_func=lambda: "hello", endpoint="hello")
    app.register_blueprint(odd)

    with pytest.raises(LookupError, match="does not say who it is for"):
        access.routes(app)


# --- who comes in --------------------------------------------------------------------------------


def test_strangers_are_asked_to_sign_in(app, paths):
    stranger = app.test_client()
    for rule, path in paths:
        if reader_of(rule) in (For.ANYONE, For.DEMO) or "GET" not in ways(rule):
            continue
        answer = stranger.get(path)
        if reader_of(rule) is For.PARTNER:  # a program, which has no page to sign in on
            assert answer.status_code == 401, path
            continue
        assert answer.status_code == 302, path
        assert answer.location.startswith("/account/sign-in"), path


@pytest.mark.asvs("8.2.1")
def test_everybody_finds_their_own_doors_open_and_the_others_shut(app, paths, world):
    ada, doctor = (come_as(app, world, one) for one in (DEMO_PATIENT, DEMO_CLINICIAN))
    for rule, path in paths:
        if "GET" not in ways(rule) or reader_of(rule) not in (For.PATIENT, For.TEAM):
            continue
        own, other = (ada, doctor) if reader_of(rule) is For.PATIENT else (doctor, ada)
        nothing = rule.arguments & {*OF_NOBODY} or rule.rule == "/plan/photo.jpg"
        found = 404 if nothing else 200
        assert own.get(path).status_code in (found, 302), path
        assert other.get(path).status_code == 403, path


def test_an_emergency_department_has_one_door_and_no_other(app, paths, world):
    """No list, no record and no desk: and nobody else has that one."""
    tom = come_as(app, world, DEMO_EMERGENCY)
    others = [come_as(app, world, one) for one in (DEMO_PATIENT, DEMO_CLINICIAN)]
    for rule, path in paths:
        reader = reader_of(rule)
        if reader not in (For.PATIENT, For.TEAM, For.TEAM_ADMIN, For.CARER, For.EMERGENCY):
            continue
        if reader is For.EMERGENCY:
            assert tom.get(path).status_code == 200
            assert {one.get(path).status_code for one in others} == {403}
        elif "GET" in ways(rule):
            assert tom.get(path).status_code in (403, 404), path
        else:
            assert tom.submit(path, seen_on="/emergency").status_code in (403, 404), path


@pytest.mark.asvs("6.3.3")
def test_staff_without_the_second_step_see_no_patient(app, paths, world):
    staff = a_clinician(world, email="new@example.org")
    half = come_in(app.test_client(), email=staff.email)
    for rule, path in paths:
        if "GET" in ways(rule) and reader_of(rule) is For.TEAM:
            answer = half.get(path)
            assert answer.status_code == 302, path
            assert answer.location.startswith("/account/second-step"), path


def test_another_person_learns_nothing_of_ada(app, paths, world):
    a_person(world, email="bo@example.org", legal_name="Bo Mensah")
    bo = come_in(app.test_client(), email="bo@example.org")
    for rule, path in paths:
        if "link_id" not in rule.arguments or reader_of(rule) is not For.PATIENT:
            continue
        if "GET" in ways(rule):
            assert bo.get(path).status_code == 404
        else:
            assert bo.submit(path, seen_on="/plan").status_code == 404


def test_another_team_learns_nothing_of_ada(app, paths, world):
    other = app.test_client()
    signed_in_team(other, world)
    for rule, path in paths:
        if "patient_id" not in rule.arguments:
            continue
        nowhere = path.replace(str(UUID(path.split("/")[2])), str(uuid4()))
        if "GET" in ways(rule):
            missing, found = other.get(nowhere), other.get(path)
        else:
            missing = other.submit(nowhere, seen_on="/team")
            found = other.submit(path, seen_on="/team")
        assert found.status_code == missing.status_code == 404, path
        assert other.page(found).text == other.page(missing).text


# --- what every answer carries -------------------------------------------------------------------


@pytest.mark.asvs("14.3.2", "3.4.1", "3.4.3")
def test_every_answer_carries_its_headers(app, paths, world):
    """The strict client looks at each; here every door is tried, in every way and by everybody."""
    stranger = app.test_client()
    visitors = (
        stranger,
        *(come_as(app, world, one) for one in (DEMO_PATIENT, DEMO_CLINICIAN, DEMO_EMERGENCY)),
    )
    for client in visitors:
        for _rule, path in paths:
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
                answer = client.open(path, method=method)
                assert answer.status_code < 500, (method, path)
                assert answer.headers["X-Frame-Options"] == "DENY", (method, path)
                assert "max-age" in answer.headers["Strict-Transport-Security"], (method, path)
                in_a_window = not path.startswith(("/m/", "/u/", "/f/"))
                for name in ("Cross-Origin-Opener-Policy", "Permissions-Policy"):
                    assert (name in answer.headers) is in_a_window, (method, path)


# --- writing -------------------------------------------------------------------------------------


@pytest.mark.asvs("3.5.1")
def test_nothing_is_written_without_the_forms_token(app, paths, world):
    for email in (DEMO_PATIENT, DEMO_CLINICIAN, DEMO_EMERGENCY):
        client = come_as(app, world, email)
        before = rows(world)
        for rule, path in posts(paths):
            assert client.post(path).status_code == 400, rule.rule
            data = {"csrf_token": "made up", "code": "x", "sure": "yes"}
            assert client.post(path, data=data).status_code == 400, rule.rule
        assert rows(world) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://plan.example.org.evil.example"},
        {"Origin": "https://plan.example.org:8443"},
    ],
)
@pytest.mark.asvs("3.5.1")
def test_a_form_on_another_site_cannot_write_here(app, paths, world, headers):
    client = come_as(app, world, DEMO_PATIENT)
    token = client.page(client.get("/account")).value_of("csrf_token")
    before = rows(world)
    for rule, path in posts(paths):
        answer = client.post(path, data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403, rule.rule
    assert rows(world) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "https://plan.example.org"},
        {},
    ],
)
def test_our_own_forms_do(client, world, headers):
    a_person(world, email="bo@example.org")
    data = {"email": "bo@example.org", "password": PASSWORD}

    assert client.submit("/account/sign-in", data, headers=headers).status_code == 302


def test_looking_changes_nothing_but_the_trail(app, paths, world):
    changed: dict[str, set[str]] = {}
    for email in (None, DEMO_PATIENT, DEMO_CLINICIAN, DEMO_EMERGENCY):
        client = come_as(app, world, email) if email else app.test_client()
        for rule, path in paths:
            if "GET" in ways(rule):
                before = rows(world)
                client.get(path)
                after = rows(world)
                new = {name for name, kept in after.items() if kept != before[name]}
                changed.setdefault(rule.rule, set()).update(new)

    assert {
        address: names - TRAIL - READ_UP_TO
        for address, names in changed.items()
        if names - TRAIL - READ_UP_TO
    } == {}
    written_down = {address for address, names in changed.items() if names}
    assert written_down == {one for one in changed if LOOKS_WRITTEN_DOWN.fullmatch(one)}


def rows(world) -> dict[str, set[str]]:
    """Everything that is kept, table by table."""
    with world.store.read() as tx:
        return {
            table.name: {repr(tuple(row)) for row in tx.run(select(table))}
            for table in metadata.sorted_tables
        }


# --- a cookie for each purpose -------------------------------------------------------------------


@pytest.mark.asvs("3.3.1", "3.3.4")
def test_what_a_person_signed_in_is_sent_is_for_this_host_alone(client):
    sign_up(
        client, email="bo@example.org"
    )  # the strict client refuses any cookie that is not __Host-, Secure, HttpOnly
    client.get("/account")

    assert {cookie.key for cookie in client._cookies.values()} == {SESSION_COOKIE, "__Host-form"}
