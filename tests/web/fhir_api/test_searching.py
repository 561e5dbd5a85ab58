"""Partners search plans: who is found, page by page, and nobody whom they may not see."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import update

from careplan.accounts.partners import Purpose
from careplan.audit.events import Kind as Deed
from careplan.fhir.codes import NHS_NUMBER, PLAN_NUMBER
from careplan.fhir.conform import Severity, check
from careplan.fhir.rest import plan_id
from careplan.store.tables import patient
from careplan.store.trail import events_of
from tests.partners import a_partner
from tests.stores import NOW
from tests.visitors import sure
from tests.web.fhir_api.crowd import crowd, publish

SITE = "https://plan.example.org"
BASE = f"{SITE}/fhir"
DAYS = [date(2027, 1, 31), None, date(2027, 2, 1), date(2028, 2, 29), date(2026, 12, 31)]


@pytest.fixture
def five(clinic):
    """Published a minute apart, after Ada."""
    team = UUID(clinic.doctor.team_id)
    when = [(NOW + timedelta(minutes=one + 1), day) for one, day in enumerate(DAYS)]
    return crowd(clinic.world, team, when)


@pytest.fixture
def search(client, own_trust):
    def ask(query="", *, by=None, prefer=None):
        said = {"Prefer": prefer} if prefer else {}
        return client.get(f"/fhir/CarePlan?{query}", headers=(by or own_trust).headers | said)

    return ask


def found(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.json["resourceType"] == "Bundle"
    entries = answer.json.get("entry", [])
    return [one["resource"]["id"] for one in entries if one["search"]["mode"] == "match"]


def link(answer, relation: str) -> str | None:
    return {one["relation"]: one["url"] for one in answer.json["link"]}.get(relation)


def test_everybody_of_the_team_longest_published_first(clinic, five, search):
    answer = search()
    assert found(answer) == [plan_id(one) for one in (clinic.patient_id, *five)]
    assert link(answer, "self") == f"{BASE}/CarePlan"
    assert link(answer, "next") is None
    first = answer.json["entry"][0]
    assert first["fullUrl"] == f"{BASE}/CarePlan/{plan_id(clinic.patient_id)}"
    assert first["resource"]["meta"]["versionId"] == "2"


ASKED = [
    ("status=active", "a01234"),
    ("status=revoked", ""),
    ("status=revoked,active&status=active", "a01234"),
    ("review-due=2027-01-31", "0"),
    ("review-due=2027", "a02"),
    ("review-due=ne2027", "34"),
    ("review-due=gt2027-01-31", "a23"),
    ("review-due=lt2027-02-01&review-due=gt2026", "0"),
    ("review-due=ge2027-01-31&review-due=le2027-02", "02"),
    ("review-due=2026-12-31,2028-02-29", "34"),
    ("date=ge2028-02-29", "3"),
    ("date=gt2028-02-29", ""),
    ("date=eq2027-01-31", ""),
    ("date=ne2027-01-31", "a0234"),
    ("date=le2020", "a0234"),
    ("date=eb2027-01-31", "4"),
    ("date=sa2020", ""),
    ("_lastUpdated=gt{at1}", "234"),
    ("_lastUpdated=le{at1}", "a01"),
    ("_lastUpdated={at1}", "1"),
    ("_id={plan2}", "2"),
    ("_id={plan2},{plan0},none", "02"),
    ("_id={person2}", ""),
    ("patient={person2}", "2"),
    ("patient=Patient/{person2},Patient/{person0}", "02"),
    ("patient:Patient={person2}&status=active", "2"),
    ("patient={base}/Patient/{person2}", "2"),
    ("patient=https://elsewhere.example/fhir/Patient/{person2}", ""),
    ("patient={person2}&_id={plan0}", ""),
    ("patient.identifier={nhs}|9990000003", "3"),
    ("patient.identifier=9990000003,9990000001", "13"),
    ("patient.identifier=https://elsewhere.example|9990000003", ""),
    ("identifier={number}|SCP-TEST-0004", "4"),
    ("identifier=SCP-TEST-0004", "4"),
    ("identifier=SCP-TEST-9999", ""),
]


def test_what_is_asked_for_is_found_and_nothing_else(clinic, five, search):
    plans = {"a": plan_id(clinic.patient_id)} | {str(n): plan_id(p) for n, p in enumerate(five)}
    said = {f"plan{n}": plan_id(p) for n, p in enumerate(five)}
    said |= {f"person{n}": str(p) for n, p in enumerate(five)}
    said |= {"at1": (NOW + timedelta(minutes=2)).isoformat().replace("+00:00", "Z")}
    said |= {"nhs": NHS_NUMBER, "number": PLAN_NUMBER, "base": BASE}
    names = {plan: name for name, plan in plans.items()}
    for query, which in ASKED:
        met = "".join(sorted(names[one] for one in found(search(query.format(**said)))))
        assert met == "".join(sorted(which)), query


def test_pages_follow_one_another_without_gap_or_double(clinic, five, search, client, own_trust):
    for size in (1, 2, 5, 6, 7):
        answer, pages = search(f"_count={size}&status=active"), []
        while True:
            pages += found(answer)
            following = link(answer, "next")
            if following is None:
                break
            assert len(found(answer)) == size
            answer = client.get(following.removeprefix(SITE), headers=own_trust.headers)
            assert link(answer, "self") == following
        assert pages == [plan_id(one) for one in (clinic.patient_id, *five)], size


def test_a_page_is_sealed_to_its_client_and_its_search(clinic, five, search):
    numbers = ",".join(f"999000000{one}" for one in range(3))
    following = sure(link(search(f"_count=2&patient.identifier={numbers}"), "next"))
    cursor = parse_qs(urlsplit(following).query)["_page"][0]
    assert "9990000" not in following
    assert len(found(search(f"_page={cursor}"))) == 1
    # What is said beside it changes nothing: the search is the sealed one.
    assert found(search(f"_page={cursor}&status=revoked&_count=50")) == [plan_id(five[2])]
    other = a_partner(clinic.world, team_id=UUID(clinic.doctor.team_id), name="Another")
    for by, text in ((other, cursor), (None, cursor[:-2] + "AA"), (None, "x"), (None, "é")):
        answer = search(f"_page={text}", by=by)
        assert (answer.status_code, answer.json["issue"][0]["code"]) == (400, "value")


def test_what_is_not_known_is_left_out_and_said_to_be(clinic, search):
    answer = search(
        "colour=blue&status=active&status:not=x" if False else "colour=blue&status=active"
    )
    assert link(answer, "self") == f"{BASE}/CarePlan?status=active"
    assert len(found(answer)) == 1
    for query in ("colour=blue", "status="):
        strict = search(query, prefer="handling=strict")
        assert (strict.status_code, strict.json["resourceType"]) == (400, "OperationOutcome")
        assert search(query, prefer="handling=lenient").status_code == 200


REFUSED = [
    "status:not=active",
    "patient:missing=true",
    "date=soon",
    "date=ap2026",
    "date=2026-13",
    "review-due=2026-02-30",
    "_lastUpdated=2026-01-01T25:00:00Z",
    "_count=-1",
    "_count=many",
    "_summary=yes",
    "_include=CarePlan:secrets",
    "_include=*",
    "_include:iterate=CarePlan:patient",
    "_summary=true&_include=CarePlan:patient",
    "patient=Group/1/2",
    "identifier=urn:x|",
    "patient=" + ",".join("x" * 51),
    "_id=" + "x" * 3000,
    "&".join(["status=active"] * 31),
]


def test_what_cannot_be_answered_is_refused_with_a_reason(clinic, search):
    for query in REFUSED:
        answer = search(query)
        said = (answer.status_code, answer.json["resourceType"])
        assert said == (400, "OperationOutcome"), query
        assert answer.json["issue"][0]["diagnostics"]


def test_what_a_plan_refers_to_comes_along_as_far_as_the_token_reads(clinic, search):
    names = ("patient", "subject", "care-team", "condition", "goal", "activity-reference")
    query = "&".join(f"_include=CarePlan:{one}" for one in names)
    entries = search(query).json["entry"]
    beside = [
        one["resource"]["resourceType"] for one in entries if one["search"]["mode"] == "include"
    ]
    assert {"Patient", "CareTeam", "Condition", "Goal", "MedicationRequest"} == set(beside)
    assert len({one["fullUrl"] for one in entries}) == len(entries)
    team, scopes = UUID(clinic.doctor.team_id), "system/CarePlan.rs system/Goal.r"
    less = a_partner(clinic.world, team_id=team, name="Less", scopes=scopes)
    answer = search(query, by=less)
    assert {one["resource"]["resourceType"] for one in answer.json["entry"]} == {"CarePlan", "Goal"}


def test_less_of_each_plan_where_less_is_asked_for(clinic, search):
    whole = search().json["entry"][0]["resource"]
    short = search("_summary=true").json["entry"][0]["resource"]
    assert {"period", "identifier", "title"} <= set(short) < set(whole)
    assert "activity" not in short
    assert short["meta"]["tag"][-1]["code"] == "SUBSETTED"
    text = search("_summary=text").json["entry"][0]["resource"]
    assert set(text) == {"resourceType", "id", "meta", "status", "intent", "subject"}
    assert set(search("_summary=data").json["entry"][0]["resource"]) == set(whole)
    only = search("_elements=period,title").json["entry"][0]["resource"]
    assert set(only) == set(text) | {"period", "title"}
    assert search("_summary=false").json["entry"][0]["resource"] == whole
    for query in ("_summary=count", "_count=0"):
        answer = search(query)
        assert (answer.json["total"], "entry" in answer.json) == (1, False)


def test_a_search_may_be_posted(clinic, client, own_trust):
    form = {"patient.identifier": f"{NHS_NUMBER}|9990110212", "status": "active"}
    answer = client.post("/fhir/CarePlan/_search", data=form, headers=own_trust.headers)
    assert found(answer) == [plan_id(clinic.patient_id)]


def test_everybody_on_a_page_is_told_and_nobody_else(clinic, five, search):
    assert len(found(search("_count=3"))) == 3
    search("_summary=count")
    with clinic.world.store.read() as tx:
        told = [
            [
                one.event.what
                for one in events_of(tx, who, limit=5)
                if one.event.kind is Deed.PARTNER_READ
            ]
            for who in (clinic.patient_id, *five)
        ]
    assert told == [
        [{"part": "found", "version": "2"}],
        *[[{"part": "found", "version": "1"}]] * 2,
        *[[]] * 3,
    ]
    assert clinic.chains_hold()


def test_who_may_not_be_seen_is_in_no_page_and_in_no_number(clinic, five, search, stranger):
    gp = a_partner(clinic.world, team_id=UUID(clinic.doctor.team_id), purpose=Purpose.GP)
    queries = ("", "patient.identifier=9990110212", f"_id={plan_id(clinic.patient_id)}")
    for by in (stranger, gp):
        for query in queries:
            assert found(search(query, by=by)) == []
            assert search(f"{query}&_summary=count", by=by).json["total"] == 0
        whose, nobody = (
            search(f"patient.identifier={one}", by=by) for one in ("9990110212", "9990110999")
        )
        assert len(whose.data) == len(nobody.data)
        assert told(whose) == told(nobody)


def told(answer):
    """Its headers, without the answer's own name, which is another each time."""
    return sorted(one for one in answer.headers if one[0] != "X-Request-ID")


def test_the_next_team_finds_who_is_coming(clinic, search, stranger):
    assert found(search(by=stranger)) == []
    with clinic.world.store.begin() as tx:
        tx.run(update(patient).values(next_team_id=UUID(clinic.elsewhere.team_id)))
    assert found(search(by=stranger)) == [plan_id(clinic.patient_id)]
    assert search("_summary=count", by=stranger).json["total"] == 1


def test_a_history_lists_the_versions_newest_first_page_by_page(clinic, client, own_trust):
    (who,) = crowd(clinic.world, UUID(clinic.doctor.team_id), [(NOW, None)])
    with clinic.world.store.begin() as tx:
        for number in range(2, 6):
            at = NOW + timedelta(hours=number)
            publish(tx, who, number, at=at, due=None, plan="SCP-TEST-0000")
    address = f"/fhir/CarePlan/{plan_id(who)}/_history"

    def versions(answer):
        assert (answer.status_code, answer.json["type"]) == (200, "history")
        return [one["resource"]["meta"]["versionId"] for one in answer.json.get("entry", [])]

    def ask(query=""):
        return client.get(f"{address}?{query}", headers=own_trust.headers)

    whole = ask()
    assert versions(whole) == ["5", "4", "3", "2", "1"]
    newest, *_others, first = whole.json["entry"]
    assert newest["request"] == {"method": "PUT", "url": f"CarePlan/{plan_id(who)}"}
    assert first["request"] == {"method": "POST", "url": "CarePlan"}
    assert (newest["response"]["etag"], newest["response"]["status"]) == ('W/"5"', "200 OK")
    page = ask("_count=2")
    following = sure(link(page, "next")).removeprefix(SITE)
    after = client.get(following, headers=own_trust.headers)
    assert (versions(page), versions(after)) == (["5", "4"], ["3", "2"])
    since = (NOW + timedelta(hours=4)).isoformat().replace("+00:00", "Z")
    assert versions(ask(f"_since={since}")) == ["5", "4"]
    assert ask("_since=yesterday").status_code == ask("_count=x").status_code == 400
    with clinic.world.store.read() as tx:
        last = events_of(tx, who, limit=1)[0].event
    assert (last.kind, last.what["part"]) == (Deed.PARTNER_READ, "past")


def test_what_a_search_answers_is_fhir(clinic, search):
    for query in ("_include=CarePlan:patient", "_summary=true", "_summary=count"):
        wrong = [one for one in check(search(query).data) if one.severity is Severity.ERROR]
        assert wrong == []
