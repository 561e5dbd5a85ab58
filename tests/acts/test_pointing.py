"""Pointers for the National Record Locator: of whom one is made, and that each is written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from careplan.acts.consents import withdraw_consent
from careplan.acts.exporting import NoSuchPerson, NothingPublished
from careplan.acts.pointing import CannotPoint, Wanted, pointers
from careplan.acts.world import SYSTEM
from careplan.audit.events import Kind as Deed
from careplan.fhir.pointer_rules import problems
from careplan.sharing.consents import Consent
from careplan.store.directory import Kind, leave
from careplan.store.tables import team
from tests.acts.worlds import Clinic
from tests.stores import NOW

NUMBER = "9990110212"
ADDRESS = "https://plan.example.org/fhir/CarePlan/"


def made(clinic: Clinic, **wanted: Any) -> list[dict[str, Any]]:
    found = pointers(clinic.world, person=NUMBER, wanted=Wanted(**wanted), at=NOW)
    return [json.loads(one) for one in found]


def test_the_newest_version_s_pointer_leads_to_the_plan_and_replaces_the_one_before(
    clinic: Clinic,
) -> None:
    (found,) = made(clinic)
    assert problems(found) == []
    assert found["id"] == f"R9X01-{clinic.current.head.emergency_id}"
    (content,) = found["content"]
    plan = next(
        entry["resource"]["id"]
        for entry in json.loads(clinic.current.emergency)["entry"]
        if entry["resource"]["resourceType"] == "CarePlan"
    )
    assert content["attachment"]["url"] == f"{ADDRESS}{plan}/$document"
    event = clinic.events()[0]
    assert (event.kind, event.actor, dict(event.what)) == (
        Deed.POINTER_MADE,
        SYSTEM,
        {"version": "2"},
    )


def test_every_version_s_pointer_replaces_the_one_before_it(clinic: Clinic) -> None:
    second, first = made(clinic, every=True)
    assert (second["status"], first["status"]) == ("current", "superseded")
    assert second["relatesTo"][0]["target"]["identifier"]["value"] == first["id"]
    assert "relatesTo" not in first
    assert made(clinic, number=1) == [first]
    assert [event.kind for event in clinic.events()[:3]] == [Deed.POINTER_MADE] * 3
    assert clinic.chains_hold()


def test_the_locator_s_own_id_of_the_one_before_can_be_given(clinic: Clinic) -> None:
    (found,) = made(clinic, replaces="R9X01-given-by-the-locator")
    assert found["relatesTo"][0]["target"]["identifier"]["value"] == "R9X01-given-by-the-locator"
    with pytest.raises(CannotPoint, match="same custodian"):
        made(clinic, replaces="RX898-somebody-elses")


def refused(clinic: Clinic, why: str, **wanted: Any) -> None:
    before = clinic.everything()
    with pytest.raises(CannotPoint, match=why):
        made(clinic, **wanted)
    assert clinic.everything() == before


def test_there_is_none_without_a_number_that_was_checked(clinic: Clinic) -> None:
    with clinic.world.store.begin() as tx:
        leave(tx, Kind.NHS_NUMBER, patient_id=clinic.patient_id)
    before = clinic.everything()
    with pytest.raises(NoSuchPerson):
        made(clinic)
    number = json.loads(clinic.current.record)["entry"][0]["resource"]["identifier"]["value"]
    with pytest.raises(CannotPoint, match="nobody of the team has checked"):
        pointers(clinic.world, person=number, wanted=Wanted(), at=NOW)
    assert clinic.everything() == before


@pytest.mark.parametrize(("ods", "why"), [(None, "has no ODS code"), ("R9-X01", "would refuse it")])
def test_there_is_none_without_a_sound_ods_code(clinic: Clinic, ods: str | None, why: str) -> None:
    with clinic.world.store.begin() as tx:
        tx.run(update(team).values(ods=ods))
    refused(clinic, why)


def test_there_is_none_for_somebody_who_lets_nobody_else_read(clinic: Clinic) -> None:
    own: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    withdraw_consent(clinic.world, **own, consent=Consent.AMBULANCE)
    assert made(clinic), "emergency departments still may"
    withdraw_consent(clinic.world, **own, consent=Consent.EMERGENCY_STAFF)
    refused(clinic, "lets no other organisation read")


def test_there_is_none_of_what_does_not_exist(clinic: Clinic) -> None:
    refused(clinic, "no version 7", number=7)


def test_there_is_none_before_anything_is_published(people: Clinic) -> None:
    with pytest.raises(NothingPublished):
        made(people)


def test_the_commands_write_for_their_owner_and_judge_a_pointer(
    clinic: Clinic, app: Flask, tmp_path: Path
) -> None:
    run = app.test_cli_runner()
    plan, out = tmp_path / "plan.json", tmp_path / "pointers.ndjson"
    plan.touch(0o644)
    assert run.invoke(args=["export", NUMBER, "--out", str(plan)]).exit_code == 0
    assert (plan.read_bytes(), plan.stat().st_mode & 0o777) == (clinic.current.record, 0o600)
    told = run.invoke(args=["nrl-pointer", NUMBER, "--all", "--out", str(out)])
    assert (told.exit_code, out.stat().st_mode & 0o777) == (0, 0o600)
    assert "not traced" in told.stderr
    lines = out.read_bytes().splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["current", "superseded"]
    told = run.invoke(args=["nrl-pointer", NUMBER, "--version", "1"])
    assert told.stdout.encode() == lines[1] + b"\n"
    assert run.invoke(args=["nrl-check", str(out)]).exit_code == 0
    out.write_bytes(lines[0] + b"\n" + lines[1].replace(b"superseded", b"gone") + b"\n{\n")
    told = run.invoke(args=["nrl-check", str(out)])
    assert told.exit_code == 1
    assert "line 2: DocumentReference.status: must be current" in told.output
    assert "line 3: document: not JSON" in told.output
    told = run.invoke(args=["nrl-pointer", NUMBER, "--version", "9"])
    assert (told.exit_code, told.stderr) == (1, "Cannot: this plan has no version 9.\n")
