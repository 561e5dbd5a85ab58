"""What other systems send waits for the team: kept as it came, it moves nothing by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.accounts.partners import Partner
from careplan.acts import receiving
from careplan.acts.drafting import section_draft
from careplan.acts.partner_tokens import TooMany
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.received import (
    all_waiting,
    came_for,
    how_many_wait,
    open_received,
    open_unplaced,
)
from careplan.acts.receiving import Receipt, SentBefore, Unfit, read_sent, receive
from careplan.acts.settling import (
    CannotTake,
    NeedsReason,
    NotTheirs,
    place,
    put_away,
    put_away_unplaced,
    take_section,
)
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import ActorKind
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.plan.care_plan import CarePlan, DoseStop
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.dictionary import dictionary
from careplan.plan.medicines import Allergies, Allergy, AllergyState
from careplan.store.patients import erase_patient
from careplan.store.received import Settled
from careplan.summary.narrative import narrative, record_narrative
from tests import make
from tests.acts.worlds import Clinic
from tests.arrivals import SYSTEM, a_care_plan, a_document, a_patient, a_system, sent
from tests.stores import NOW

LATEX = Allergy(make.an_id("latex"), "latex", "rash")


def a_partner(clinic: Clinic, team: str | None = None, **changes: Any) -> Partner:
    return replace(a_system(UUID(team or clinic.doctor.team_id or "")), **changes)


def send(clinic: Clinic, tree: dict[str, Any] | bytes, partner: Partner | None = None) -> Receipt:
    data = tree if isinstance(tree, bytes) else sent(tree)
    kind = "CarePlan" if b'"resourceType": "CarePlan", "contained"' in data[:60] else "Bundle"
    return receive(clinic.world, partner=partner or a_partner(clinic), kind=kind, data=data, at=NOW)


def elsewhere(plan: CarePlan | None = None, *, emergency: bool = False) -> bytes:
    """Ada's plan as another install of this program has it."""
    version, words = make.a_version(plan), dictionary()
    if emergency:
        return to_emergency_bundle(version, words, narrative=narrative(version, words))
    return to_bundle(version, words, narrative=record_narrative(version, words))


def with_latex() -> CarePlan:
    known = make.ada().allergies
    return make.ada().with_section("allergies", replace(known, entries=(*known.entries, LATEX)))


# --- sending ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tree", [a_care_plan(), a_document()], ids=["plan", "document"])
def test_it_waits_under_the_person_and_nothing_else_moves(
    clinic: Clinic, tree: dict[str, Any]
) -> None:
    before, drafts = clinic.current, clinic.everything()
    receipt = send(clinic, tree)
    assert receipt.first
    (kept,) = came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    assert (kept.received_id, kept.state) == (receipt.received_id, Settled.WAITING)
    assert kept.facts["sender"] == "Night desk"
    assert clinic.current == before
    changed = {name for name, rows in clinic.everything().items() if rows != drafts[name]}
    kept_in = {"received", "received_key", "audit_event", "trail_head", "outbox"}
    assert changed == {*kept_in, "counter"}
    event = clinic.events()[0]
    assert (event.kind, event.actor.kind) == (Deed.RECEIVED, ActorKind.PARTNER)
    assert event.actor.organisation == "An ambulance service"
    assert "document-received" in clinic.told()
    assert clinic.chains_hold()


def test_half_a_person_is_nobody(clinic: Clinic) -> None:
    for count, patient in enumerate(
        (
            a_patient(born="1997-03-15"),
            a_patient(number="9990110220"),
            {"resourceType": "Patient", "id": "p1"},
        ),
        1,
    ):
        named = [{"system": SYSTEM, "value": f"plan-{count}"}]
        assert send(clinic, a_care_plan(contained=[patient], identifier=named)).first
        assert came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id) == ()
        found = all_waiting(clinic.world, by=clinic.doctor, at=NOW)
        assert (len(found.placed), len(found.unplaced)) == (0, count)
    assert Deed.RECEIVED not in clinic.deeds()


def test_another_teams_people_are_nobody(clinic: Clinic) -> None:
    partner = a_partner(clinic, clinic.elsewhere.team_id)
    receipt = send(clinic, a_document(), partner)
    assert came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id) == ()
    assert how_many_wait(clinic.world, by=clinic.doctor) == 0
    assert how_many_wait(clinic.world, by=clinic.elsewhere) == 1
    with pytest.raises(NotThere):
        open_unplaced(clinic.world, by=clinic.doctor, received_id=receipt.received_id, at=NOW)


def test_the_same_sent_twice_is_one_and_other_bytes_are_refused(clinic: Clinic) -> None:
    first = send(clinic, a_document())
    before = clinic.everything()
    again = send(clinic, a_document())
    assert (again.received_id, again.first) == (first.received_id, False)
    with pytest.raises(SentBefore):
        send(clinic, a_document(timestamp="2026-11-20T11:00:00Z"))
    assert clinic.everything() == before
    other = a_partner(clinic, partner_id=make.an_id("another system"))
    assert send(clinic, a_document(), other).first, "another sender's names are its own"
    named = a_document(identifier={"system": SYSTEM, "value": "document-2"})
    assert send(clinic, named).first


def test_a_sender_has_its_share_of_a_day(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault over there must not fill the disk here; what was kept before is still answered."""
    monkeypatch.setattr(receiving, "SENT_A_DAY", 2)
    named = [{"system": SYSTEM, "value": f"document-{one}"} for one in range(3)]
    kept = [send(clinic, a_document(identifier=one)) for one in named[:2]]
    before = clinic.everything()
    with pytest.raises(TooMany) as rest:
        send(clinic, a_document(identifier=named[2]))
    assert 0 < rest.value.seconds <= 24 * 3600
    assert clinic.everything() == before
    assert send(clinic, a_document(identifier=named[0])).received_id == kept[0].received_id
    other = a_partner(clinic, partner_id=make.an_id("another system"))
    assert send(clinic, a_document(), other).first


def test_sent_several_times_at_one_moment_it_is_kept_once(clinic: Clinic) -> None:
    partner, data = a_partner(clinic), sent(a_document())

    def once(_turn: int) -> Receipt:
        return receive(clinic.world, partner=partner, kind="Bundle", data=data, at=NOW)

    with ThreadPoolExecutor(4) as together:
        receipts = list(together.map(once, range(4)))
    assert len({one.received_id for one in receipts}) == 1
    assert sum(one.first for one in receipts) == 1
    assert len(came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)) == 1


def test_its_sender_alone_reads_it_back(clinic: Clinic) -> None:
    partner, data = a_partner(clinic), sent(a_document())
    placed = send(clinic, data, partner)
    nobody = send(clinic, a_care_plan(contained=[a_patient(number="9990110220")]), partner)
    other = a_partner(clinic, partner_id=make.an_id("another system"))

    def read(partner: Partner, kind: str, received_id: UUID) -> bytes | None:
        return read_sent(clinic.world, partner=partner, kind=kind, received_id=received_id)

    assert read(partner, "Bundle", placed.received_id) == data
    assert read(partner, "CarePlan", nobody.received_id) is not None
    assert read(partner, "CarePlan", placed.received_id) is None
    assert read(other, "Bundle", placed.received_id) is None
    assert read(partner, "Bundle", uuid4()) is None
    with clinic.world.store.begin() as tx:
        erase_patient(tx, clinic.patient_id)
    assert read(partner, "Bundle", placed.received_id) is None


def test_what_is_refused_is_not_kept(clinic: Clinic) -> None:
    before = clinic.everything()
    for data in (b"{", sent(a_document(type="batch")), sent(a_document(a_patient()))):
        with pytest.raises(Unfit):
            send(clinic, data)
    assert clinic.everything() == before


# --- the team --------------------------------------------------------------------------------


def opened(clinic: Clinic, receipt: Receipt) -> Any:
    return open_received(
        clinic.world,
        by=clinic.doctor,
        patient_id=clinic.patient_id,
        received_id=receipt.received_id,
        at=NOW,
    )


def take(clinic: Clinic, receipt: Receipt, section: str, based_on: int | None = None) -> None:
    beside = {one.section: one.revision for one in opened(clinic, receipt).beside}
    take_section(
        clinic.world,
        by=clinic.doctor,
        patient_id=clinic.patient_id,
        received_id=receipt.received_id,
        section=section,
        based_on=beside.get(section, 0) if based_on is None else based_on,
        at=NOW,
    )


def drafted(clinic: Clinic, section: str) -> Any:
    kept = section_draft(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, section=section
    )
    assert kept is not None
    return kept.body


def test_reading_it_is_written_down(clinic: Clinic) -> None:
    receipt = send(clinic, a_document())
    shown = opened(clinic, receipt)
    assert [one.title for one in shown.said.things["allergies"]] == ["Penicillin"]
    assert (shown.version, shown.beside) == (None, ())
    assert clinic.deeds(1) == [Deed.RECEIVED_READ]
    with pytest.raises(NotThere):
        open_received(
            clinic.world,
            by=clinic.elsewhere,
            patient_id=clinic.patient_id,
            received_id=receipt.received_id,
            at=NOW,
        )


@pytest.mark.parametrize("emergency", [False, True], ids=["record", "emergency"])
def test_allergies_are_added_to_and_never_lost(clinic: Clinic, *, emergency: bool) -> None:
    """Ours hold one that the other document does not; the same ones do not come twice."""
    mine = Allergy(make.an_id("plasters"), "plasters", "itch")
    ours = replace(make.ada().allergies, entries=(*make.ada().allergies.entries, mine))
    clinic.save("allergies", ours)
    receipt = send(clinic, elsewhere(with_latex(), emergency=emergency))
    take(clinic, receipt, "allergies")
    body = drafted(clinic, "allergies")
    found = from_plain(Allergies, body["plain"])
    assert [one.substance for one in found.entries] == [
        *(one.substance for one in ours.entries),
        "latex",
    ]
    assert body["brought"] is True
    (kept,) = came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    assert (kept.state, kept.facts["taken"]) == (Settled.TAKEN, ["allergies"])
    assert clinic.deeds(1) == [Deed.RECEIVED_TAKEN]
    assert from_bundle(clinic.current.record).plan.allergies == make.ada().allergies
    with pytest.raises(CannotTake):
        take(clinic, receipt, "allergies")


def test_none_confirmed_gives_way_to_an_allergy(clinic: Clinic) -> None:
    clinic.save("allergies", Allergies(AllergyState.NONE_CONFIRMED, date(2026, 9, 8)))
    take(clinic, send(clinic, elsewhere(with_latex())), "allergies")
    found = from_plain(Allergies, drafted(clinic, "allergies")["plain"])
    assert (found.state, found.confirmed_on) == (AllergyState.LIST, None)


def test_a_dose_goes_into_a_draft_and_stays_one(clinic: Clinic) -> None:
    plan = make.ada()
    steps = plan.pain_plan.steps[:1]
    plan = plan.with_section("pain_plan", replace(plan.pain_plan, steps=steps))
    receipt = send(clinic, elsewhere(plan))
    before = clinic.current
    take(clinic, receipt, "pain_plan")
    body = drafted(clinic, "pain_plan")
    assert body["plain"] == to_plain(plan.pain_plan)
    assert body["brought"] is True
    assert clinic.current == before
    clinic.publish()
    assert from_bundle(clinic.current.record).plan.pain_plan == make.ada().pain_plan


def test_what_may_not_be_taken(clinic: Clinic) -> None:
    plan = replace(make.ada(), pain_plan=replace(make.ada().pain_plan, steps=()))
    emergency = send(clinic, elsewhere(plan, emergency=True))
    another = send(clinic, a_document())
    stop = DoseStop("Dr Noor Shah", "Consultant", "Royal Elsewhere", NOW, "020 7946 0999")
    version, words = replace(make.a_version(plan), stop=stop), dictionary()
    stopped = send(clinic, to_bundle(version, words, narrative=record_narrative(version, words)))
    for receipt, section in (
        (stopped, "pain_plan"),
        (emergency, "pain_plan"),
        (another, "allergies"),
        (emergency, "what_helps"),
        (emergency, "no_such"),
    ):
        with pytest.raises(CannotTake):
            take(clinic, receipt, section)
    assert "brought" not in drafted(clinic, "pain_plan")


def test_two_who_write_at_once_meet(clinic: Clinic) -> None:
    receipt = send(clinic, elsewhere(with_latex()))
    revision = next(
        one.revision for one in opened(clinic, receipt).beside if one.section == "allergies"
    )
    clinic.save("allergies", make.ada().allergies, by=clinic.nurse)
    with pytest.raises(ChangedMeanwhile):
        take(clinic, receipt, "allergies", based_on=revision)
    assert "brought" not in drafted(clinic, "allergies")


def test_put_away_with_a_reason(clinic: Clinic) -> None:
    receipt = send(clinic, a_document())
    mine: dict[str, Any] = {
        "by": clinic.doctor,
        "patient_id": clinic.patient_id,
        "received_id": receipt.received_id,
        "at": NOW,
    }
    for reason in ("", "   ", "x" * 501):
        with pytest.raises(NeedsReason):
            put_away(clinic.world, reason=reason, **mine)
    put_away(clinic.world, reason="We know all of this.", **mine)
    assert how_many_wait(clinic.world, by=clinic.doctor) == 0
    (kept,) = came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    assert (kept.state, kept.facts["reason"]) == (Settled.DECLINED, "We know all of this.")
    assert clinic.deeds(1) == [Deed.RECEIVED_DECLINED]
    with pytest.raises(NotThere):
        put_away(clinic.world, reason="Again", **mine)


def _nobodys(clinic: Clinic, **patient: str) -> UUID:
    named = {"resourceType": "Patient", "id": "p1"} if not patient else a_patient(**patient)
    return send(clinic, a_care_plan(contained=[named])).received_id


ADA = {"number": "9990110212", "born": date(1997, 3, 14)}


def test_the_team_places_what_it_knows_and_checks_again(clinic: Clinic) -> None:
    received_id = _nobodys(clinic)
    shown = open_unplaced(clinic.world, by=clinic.doctor, received_id=received_id, at=NOW)
    assert shown.waits
    for number, born in (
        ("9990110212", date(1997, 3, 15)),
        ("9990110212", None),
        ("9990110220", date(1997, 3, 14)),
        ("", date(1997, 3, 14)),
    ):
        with pytest.raises(NotTheirs):
            place(
                clinic.world,
                by=clinic.doctor,
                received_id=received_id,
                number=number,
                born=born,
                at=NOW,
            )
    found = place(clinic.world, by=clinic.doctor, received_id=received_id, **ADA, at=NOW)  # type: ignore[arg-type]
    assert found == clinic.patient_id
    assert clinic.deeds(1) == [Deed.RECEIVED_PLACED]
    (kept,) = came_for(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    assert (kept.received_id, kept.facts["placed_by"]) == (received_id, clinic.doctor.name)
    assert read_sent(
        clinic.world, partner=a_partner(clinic), kind="CarePlan", received_id=received_id
    )
    with pytest.raises(NotThere):
        place(clinic.world, by=clinic.doctor, received_id=received_id, **ADA, at=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("patient", [{"number": "9990110220"}, {"born": "1997-03-15"}], ids=str)
def test_nothing_is_placed_on_whom_it_is_not_about(clinic: Clinic, patient: dict[str, str]) -> None:
    received_id = _nobodys(clinic, **patient)
    with pytest.raises(NotTheirs):
        place(clinic.world, by=clinic.doctor, received_id=received_id, **ADA, at=NOW)  # type: ignore[arg-type]
    assert how_many_wait(clinic.world, by=clinic.doctor) == 1


def test_what_is_about_nobody_here_is_destroyed(clinic: Clinic) -> None:
    received_id = _nobodys(clinic)
    with pytest.raises(NotThere):
        put_away_unplaced(
            clinic.world, by=clinic.elsewhere, received_id=received_id, reason="Not ours", at=NOW
        )
    put_away_unplaced(
        clinic.world, by=clinic.doctor, received_id=received_id, reason="Not ours", at=NOW
    )
    assert how_many_wait(clinic.world, by=clinic.doctor) == 0
    partner = a_partner(clinic)
    assert (
        read_sent(clinic.world, partner=partner, kind="CarePlan", received_id=received_id) is None
    )
    again = send(clinic, a_care_plan(contained=[{"resourceType": "Patient", "id": "p1"}]))
    assert (again.received_id, again.first) == (received_id, False)


def test_lists_are_for_the_team_alone(clinic: Clinic) -> None:
    send(clinic, a_document())
    _nobodys(clinic)
    with pytest.raises(NotAllowed):
        all_waiting(clinic.world, by=clinic.ada, at=NOW)
    found = all_waiting(clinic.world, by=clinic.nurse, at=NOW)
    assert [face.legal_name for _one, face in found.placed if face] == [clinic.ada.name]
    assert len(found.unplaced) == 1
    assert how_many_wait(clinic.world, by=clinic.nurse) == 2
