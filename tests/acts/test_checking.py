"""What the rules learn beside the plan itself: who has seen it, who signed it, what was so then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from careplan.acts.checking import due_now
from careplan.acts.conversation import suggest
from careplan.acts.drafting import section_draft
from careplan.acts.publishing import answer_plan
from careplan.acts.reading import overview, read_version
from careplan.acts.signing import NeedsReasons, findings_of, signing_page
from careplan.acts.talks import talks
from careplan.acts.world import NotThere
from careplan.plan.care_plan import AnswerKind
from careplan.plan.life import Pregnancy
from careplan.plan.places import Place
from careplan.plan.safety import Finding, rule_table
from careplan.plan.values import Answer3
from careplan.store.patients import note_standing
from tests import make
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW, TODAY


def found(clinic: Clinic, rule: str) -> list[Finding]:
    everything = findings_of(
        clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, today=TODAY
    )
    return [one for one in everything if one.rule == rule]


def answer(clinic: Clinic, kind: AnswerKind) -> None:
    answer_plan(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        version_seen=2,
        kind=kind,
        words=None,
        at=NOW,
    )


def test_not_seen_yet_is_told_and_signing_anew_is_its_answer(clinic: Clinic) -> None:
    (one,) = found(clinic, "R36")
    assert one.settled
    clinic.sign(reasons={})


def test_a_disagreement_wants_a_reason(clinic: Clinic) -> None:
    answer(clinic, AnswerKind.DO_NOT_AGREE)
    (one,) = found(clinic, "R36")
    assert not one.settled
    with pytest.raises(NeedsReasons):
        clinic.sign(reasons={})
    clinic.sign(reasons={one.key: "We have talked about it"})


def test_an_agreement_leaves_nothing_to_say(clinic: Clinic) -> None:
    answer(clinic, AnswerKind.AGREE)
    assert found(clinic, "R36") == []


def test_who_signed_has_left(clinic: Clinic) -> None:
    assert found(clinic, "R21") == []
    with clinic.world.store.begin() as tx:
        note_standing(tx, clinic.patient_id, signer_left_at=NOW)
    (one,) = found(clinic, "R21")
    assert "no longer in the team" in one.text
    clinic.sign(reasons={})


def test_a_pregnancy_told_of_since_makes_a_task(clinic: Clinic) -> None:
    clinic.save("pregnancy", Pregnancy(pregnant=Answer3.YES), by=clinic.ada)
    clinic.publish()
    assert len(found(clinic, "R33")) == 1
    seen = overview(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=NOW)
    told = due_now(clinic.world, patient=seen.patient, current=seen.current, today=TODAY)
    assert [one.kind for one in told if one.kind.startswith("happened")] == ["happened-pregnancy"]
    clinic.sign()
    assert found(clinic, "R33") == []


def test_a_reason_stands_ready_the_next_time_and_staff_see_it_afterwards(clinic: Clinic) -> None:
    old = make.reading("82", date(2025, 1, 8))
    clinic.save("baselines", replace(ADA.baselines, haemoglobin=old))
    (one,) = found(clinic, "R25")
    clinic.sign(reasons={one.key: "Taken again next week"})
    mine: dict[str, Any] = {"patient_id": clinic.patient_id, "at": NOW}
    page = signing_page(clinic.world, by=clinic.doctor, **mine, today=TODAY)
    assert page.reasons == {one.key: "Taken again next week"}
    (kept,) = read_version(clinic.world, by=clinic.nurse, **mine, number=3).reasons
    assert (kept.rule, kept.finding, kept.reason) == ("R25", one.text, "Taken again next week")
    assert read_version(clinic.world, by=clinic.ada, **mine, number=3).reasons == ()


def test_r22_nobody_else_writes_a_clinical_field(clinic: Clinic) -> None:
    """No rule finds it, because it is never let in: the person's change is kept as a proposal."""
    assert "may_write_clinical" in rule_table()["R22"]["kept_by"]
    place = Place("care_team.phone_24h")
    with pytest.raises(NotThere):
        clinic.save(place.section, {"phone_24h": "020 7946 0999"}, by=clinic.ada)
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    before = section_draft(clinic.world, **mine, section=place.section)
    suggest(
        clinic.world,
        **mine,
        place=place,
        words="020 7946 0999",
        reason="The number has changed",
        value="020 7946 0999",
        at=NOW,
    )
    assert section_draft(clinic.world, **mine, section=place.section) == before
    assert len(talks(clinic.world, **mine, at=NOW)) == 1
