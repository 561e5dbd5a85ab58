"""Partners read plans: the stored document and what it holds, and nothing of anybody else."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from careplan.accounts.partners import Purpose
from careplan.acts.consents import give_consent, withdraw_consent
from careplan.acts.reading import who_looked
from careplan.audit.events import Kind as Deed
from careplan.fhir import wire
from careplan.fhir.rest import plan_id
from careplan.fhir.rest_paper import paper_id
from careplan.sharing.consents import Consent
from careplan.store.patients import Face, erase_patient, new_patient
from careplan.store.ready import Ready
from tests.partners import a_partner
from tests.stores import NOW, owned, owner_url

__all__ = ["owned", "owner_url"]

LATER = NOW + timedelta(minutes=1)


def plan_of(clinic) -> str:
    return f"/fhir/CarePlan/{plan_id(clinic.patient_id)}"


@pytest.fixture
def read(client):
    def ask(address, by, **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(address, headers=by.headers | said)

    return ask


def test_the_plan_is_read_with_its_version_and_its_references(clinic, read, own_trust):
    answer = read(plan_of(clinic), own_trust)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert answer.headers["ETag"] == 'W/"2"'
    assert answer.headers["Cache-Control"] == "no-store"
    plan = answer.json
    assert (plan["meta"]["versionId"], plan["status"]) == ("2", "active")
    assert plan["meta"]["lastUpdated"] == plan["created"]
    assert plan["subject"] == {"reference": f"Patient/{clinic.patient_id}"}


def test_everything_the_document_holds_is_read_as_it_stands_there(clinic, read, own_trust):
    """Against the slow way: the document read as a tree, the references changed, written again."""
    document = clinic.current.emergency
    resources = [entry["resource"] for entry in wire.loads(document)["entry"]]
    kinds = {one["id"]: one["resourceType"] for one in resources}
    assert len(resources) == len(kinds) > 30
    for tree in resources:
        answer = read(f"/fhir/{tree['resourceType']}/{tree['id']}", own_trust)
        assert answer.status_code == 200, (tree["resourceType"], answer.text)
        served = wire.loads(answer.data)
        at = served["meta"].pop("lastUpdated")
        assert served["meta"].pop("versionId") == "2"
        assert at == served.get("created", at)
        tree["meta"].pop("versionId", None)
        assert served == _pointing(tree, kinds)
    for identity in set(kinds) - {str(clinic.patient_id)}:
        assert read(f"/fhir/Patient/{identity}", own_trust).status_code == 404, kinds[identity]


def _pointing(value, kinds):
    if isinstance(value, list):
        return [_pointing(one, kinds) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: _pointing(one, kinds) for name, one in value.items()}
    to = made.get("reference")
    if isinstance(to, str) and to.startswith("urn:uuid:"):
        identity = to.removeprefix("urn:uuid:")
        made["reference"] = f"{kinds[identity]}/{identity}"
    return made


def test_the_document_is_the_stored_bytes(clinic, read, own_trust):
    stored = clinic.current
    for address in (f"{plan_of(clinic)}/$document", f"/fhir/Bundle/{stored.head.emergency_id}"):
        answer = read(address, own_trust)
        assert (answer.status_code, answer.data) == (200, stored.emergency)
        assert answer.headers["ETag"] == 'W/"2"'
    packed = read(f"{plan_of(clinic)}/$document", own_trust, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(stored.emergency) / 2
    assert read(f"/fhir/Bundle/{stored.head.record_id}", own_trust).status_code == 404


def test_an_earlier_version_is_read_by_its_number(clinic, read, own_trust):
    first, now = (read(f"{plan_of(clinic)}/_history/{one}", own_trust) for one in (1, 2))
    assert (first.status_code, first.headers["ETag"]) == (200, 'W/"1"')
    assert "author" in now.json
    assert now.data == read(plan_of(clinic), own_trust).data
    for none in ("0", "3", "01", "x", "99999999999"):
        assert read(f"{plan_of(clinic)}/_history/{none}", own_trust).status_code == 404


def test_a_version_in_hand_is_not_sent_again_and_the_look_is_written_down(clinic, read, own_trust):
    before = len(clinic.events())
    for tag in ('W/"2"', '"2"', 'W/"1", W/"2"'):
        answer = read(plan_of(clinic), own_trust, If_None_Match=tag)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == 'W/"2"'
    assert read(plan_of(clinic), own_trust, If_None_Match='W/"1"').status_code == 200
    assert clinic.deeds()[:4] == [Deed.PARTNER_READ] * 4
    assert len(clinic.events()) == before + 4


def test_each_look_stands_in_the_persons_trail_in_plain_words(clinic, client, own_trust):
    for address in (plan_of(clinic), f"{plan_of(clinic)}/$document"):
        assert client.get(address, headers=own_trust.headers).status_code == 200
    head = client.head(plan_of(clinic), headers=own_trust.headers)
    assert (head.status_code, head.data) == (200, b"")
    looks = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    system = "A computer system of St Anselm's Hospital (Record system) read"
    said = "version 2. Your team let this system in."
    assert [one.text for one in looks[:2]] == [
        f"{system} your emergency plan, {said}",
        f"{system} your whole emergency page, {said}",
    ]
    assert [(one.times, one.first is not None) for one in looks[:2]] == [(2, True), (1, False)]
    assert clinic.deeds()[:3] == [Deed.PARTNER_READ] * 3, "each is kept; two of a kind are one line"
    assert clinic.chains_hold()


def test_what_cannot_be_written_down_is_not_read(clinic, read, own_trust, owned):
    with _full_trail(owned):
        answer = read(plan_of(clinic), own_trust)
    assert (answer.status_code, answer.json["resourceType"]) == (500, "OperationOutcome")
    assert "734163000" not in answer.text
    assert read(plan_of(clinic), own_trust).status_code == 200


_WAYS = {
    "sqlite": (
        "CREATE TRIGGER full_up BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no'); END",
        "DROP TRIGGER full_up",
    ),
    "postgresql": (
        "ALTER TABLE audit_event ADD CONSTRAINT full_up CHECK (false) NOT VALID",
        "ALTER TABLE audit_event DROP CONSTRAINT full_up",
    ),
}


@contextmanager
def _full_trail(owned):
    """The trail takes nothing more: only the schema's owner can do that to it."""
    shut, opened = _WAYS[owned.dialect]
    with owned.begin() as tx:
        tx.run(text(shut))
    try:
        yield
    finally:
        with owned.begin() as tx:
            tx.run(text(opened))


PURPOSES = {
    Purpose.AMBULANCE: Consent.AMBULANCE,
    Purpose.GP: Consent.GP,
    Purpose.EMERGENCY: Consent.EMERGENCY_STAFF,
}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_consent_opens_and_shuts_the_door_at_the_next_request(clinic, make_app, purpose):
    client = make_app(break_glass=True).test_client()
    partner = a_partner(clinic.world, team_id=UUID(clinic.doctor.team_id), purpose=purpose)

    def status():
        return client.get(plan_of(clinic), headers=partner.headers).status_code

    says = {"by": clinic.ada, "patient_id": clinic.patient_id, "consent": PURPOSES[purpose]}
    assert status() == (404 if purpose is Purpose.GP else 200)
    give_consent(clinic.world, **says, at=NOW)
    assert status() == 200
    withdraw_consent(clinic.world, **says, at=LATER)
    assert status() == 404


def test_no_emergency_department_reads_where_the_staff_door_is_shut(clinic, read):
    """Nobody is asked about it there, so nobody can have said no."""
    team = UUID(clinic.doctor.team_id)
    partner = a_partner(clinic.world, team_id=team, purpose=Purpose.EMERGENCY)
    assert read(plan_of(clinic), partner).status_code == 404


NOBODY = "11111111-2222-4333-8444-555555555555"


def test_who_may_not_be_seen_is_like_nobody(clinic, make_app, stranger):
    """One answer for a plan of another team, one whose consent is off, one erased, one never
    published, and an id of nobody's: the same bytes, the same headers, as many statements."""
    client = make_app(break_glass=True).test_client()
    team = UUID(clinic.doctor.team_id)
    gp = a_partner(clinic.world, team_id=team, purpose=Purpose.GP)
    own = a_partner(clinic.world, team_id=team, name="Another")
    plan, asked = plan_id(clinic.patient_id), []
    for address in (*_addresses(clinic), f"/fhir/CarePlan/{plan}/$document"):
        nobody = address.replace(address.split("/")[3], NOBODY)
        asked += [[_asked(client, one, by) for one in (address, nobody)] for by in (stranger, gp)]
    unpublished = _erased_and_not_published(clinic, team)
    ids = (plan, plan_id(unpublished), NOBODY)
    asked.append([_asked(client, f"/fhir/CarePlan/{one}", own) for one in ids])
    for alike in asked:
        assert all(one == alike[0] for one in alike), alike
    assert {answer for alike in asked for answer, _statements in alike} == {asked[0][0][0]}


def _addresses(clinic):
    plan, paper = plan_id(clinic.patient_id), paper_id(clinic.patient_id)
    return (
        f"/fhir/CarePlan/{plan}",
        f"/fhir/CarePlan/{plan}/_history",
        f"/fhir/CarePlan/{plan}/_history/1",
        f"/fhir/Patient/{clinic.patient_id}",
        f"/fhir/Bundle/{clinic.current.head.emergency_id}",
        f"/fhir/DocumentReference/{paper}",
        f"/fhir/Binary/{paper}",
    )


def _erased_and_not_published(clinic, team):
    with clinic.world.store.begin() as tx:
        erase_patient(tx, clinic.patient_id)
        unpublished = tx.new_id()
        face = Face(legal_name="Not yet", plan_number="SCP-NOT-YET")
        new_patient(tx, unpublished, face, at=NOW, team_id=team)
    return unpublished


def _asked(client, address, by):
    with _statements() as asked:
        answer = client.get(address, headers=by.headers)
    # Each answer has a name of its own.
    told = tuple(sorted(one for one in answer.headers if one[0] != "X-Request-ID"))
    return (answer.status_code, answer.data, told), len(asked)


@contextmanager
def _statements():
    """What is asked of the database, also past SQLAlchemy."""
    asked = []

    def noted(_connection, _cursor, statement, *_more):
        asked.append(statement)

    run = Ready.run

    def noted_ready(*facts):
        asked.append("ready")
        return run(*facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ready, "run", noted_ready)
        event.listen(Engine, "before_cursor_execute", noted)
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", noted)
