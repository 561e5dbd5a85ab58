"""A copy is taken with the person's leave or not at all, kept like paper, and each time told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from careplan.acts.consents import NotAgreed, give_consent, withdraw_consent
from careplan.acts.opening import Reader as Stranger
from careplan.acts.opening import Shown, open_by_code
from careplan.acts.publishing import stop_dose
from careplan.acts.reading import who_looked
from careplan.acts.renditions import CONSENT, Copy, copy_of, held_out
from careplan.acts.sharing import NothingToShare
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.plan.life import HardTimes, SchoolAndWork
from careplan.plan.medicines import Medicines
from careplan.sharing.consents import Consent
from careplan.store.tables import rendition
from tests import make
from tests.acts.test_papers import codes, words
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW, TODAY

LATER = NOW + timedelta(hours=1)
PDFS = [one for one in Copy if one is not Copy.TEXT]


def take(clinic: Clinic, kind: Copy, *, at=NOW, by=None) -> bytes:
    return copy_of(
        clinic.world, by=by or clinic.ada, patient_id=clinic.patient_id, kind=kind, at=at
    )


def say(clinic: Clinic, act, consent: Consent, *, at=NOW) -> None:
    act(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, consent=consent, at=at)


def agree_to_all(clinic: Clinic) -> None:
    for consent in Consent:
        say(clinic, give_consent, consent)


def told(made: bytes) -> str:
    return words(made) if made.startswith(b"%PDF") else " ".join(made.decode().split())


def kept(clinic: Clinic) -> list[tuple[str, int]]:
    with clinic.world.store.read() as tx:
        return sorted((row.kind, row.version) for row in tx.run(select(rendition)))


def test_what_is_not_agreed_is_not_made(clinic: Clinic) -> None:
    before = clinic.everything()
    for kind in (Copy.SCHOOL, Copy.GP):
        with pytest.raises(NotAgreed):
            take(clinic, kind)
        with pytest.raises(NotAgreed):
            take(clinic, kind, by=clinic.nurse)
    say(clinic, withdraw_consent, Consent.AMBULANCE)
    before = clinic.everything()
    with pytest.raises(NotAgreed):
        take(clinic, Copy.AMBULANCE)
    assert clinic.everything() == before, "not even a link was made for it"


def test_taken_back_is_gone_at_once(clinic: Clinic) -> None:
    agree_to_all(clinic)
    for kind, consent in CONSENT.items():
        take(clinic, kind)
        assert (str(kind), 2) in kept(clinic)
        say(clinic, withdraw_consent, consent, at=LATER)
        assert (str(kind), 2) not in kept(clinic), "the kept paper was thrown away"
        with pytest.raises(NotAgreed):
            take(clinic, kind, at=LATER)


@pytest.mark.parametrize("kind", Copy)
def test_the_same_copy_is_kept_for_the_day(clinic: Clinic, kind: Copy) -> None:
    agree_to_all(clinic)
    first = take(clinic, kind)
    assert take(clinic, kind, at=LATER, by=clinic.nurse) == first
    assert kept(clinic) == [(str(kind), 2)]
    assert clinic.deeds()[:2] == [Deed.EXPORTED] * 2
    looks = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    assert looks[0].text.startswith(clinic.nurse.name)
    clinic.publish(at=LATER)
    # Where there is a link its page was drawn anew; the copies of before are gone.
    assert not [one for one in kept(clinic) if one != ("sent-page", 3)]
    assert "version 3" in told(take(clinic, kind, at=LATER))


def test_only_what_holds_a_full_page_holds_its_code(clinic: Clinic) -> None:
    agree_to_all(clinic)
    for kind in PDFS:
        made = take(clinic, kind)
        found = codes(made)
        if kind in (Copy.LARGE, Copy.AMBULANCE):
            assert len(found) == 1
            assert next(iter(found)).startswith("https://plan.example.org/s#shlink:/")
        else:
            assert found == set()
            for secret in ("shlink", "/code", "/m/"):
                assert secret not in words(made)


SENTINELS = {
    "private trauma": "SENTINELTRAUMA",
    "mental health": "SENTINELMIND",
    "kept private": "sentinelcillin",
    "ethnicity": "SENTINELROOTS",
    "fertility": "SENTINELFERTILE",
}
SCHOOL_ONLY = "SENTINELSCHOOL"


def test_no_copy_holds_what_is_hidden_or_kept_private(clinic: Clinic) -> None:
    """Each secret in the field where it belongs, and then every copy looked through."""
    plan = ADA
    entries = plan.medicines.entries
    key = make.an_id("kept private")
    secret = replace(entries[0], id=key, drug=SENTINELS["kept private"], keep_private=True)
    clinic.save("medicines", Medicines((*entries, secret)))
    clinic.save("hard_times", HardTimes(past_trauma="SENTINELTRAUMA", mental_health="SENTINELMIND"))
    clinic.save("background", replace(plan.background, self_described="SENTINELROOTS"))
    clinic.save("pregnancy", replace(plan.pregnancy, fertility="SENTINELFERTILE"))
    clinic.save("school_and_work", SchoolAndWork(place=SCHOOL_ONLY, pain="Ring my mum"))
    clinic.publish()
    clinic.sign()
    agree_to_all(clinic)
    for kind in Copy:
        text = told(take(clinic, kind))
        for planted in SENTINELS.values():
            assert planted not in text, (kind, planted)
        assert (SCHOOL_ONLY in text) is (kind is Copy.SCHOOL)
    page = told(take(clinic, Copy.SCHOOL))
    for fact in ("999 011 0212", "14 March 1997", "10 mg", "hydroxycarbamide", "dihydrocodeine"):
        assert fact not in page, fact


def test_a_stopped_dose_is_on_no_copy(clinic: Clinic) -> None:
    agree_to_all(clinic)
    stop_dose(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=LATER
    )
    for kind in Copy:
        text = told(take(clinic, kind, at=LATER))
        for dose in ("10 mg", "20 mg", "30 mg", "paracetamol 1 g"):
            assert dose not in text, (kind, dose)
        assert "stopped" in text.lower()


def test_nothing_published_nothing_copied(people: Clinic) -> None:
    agree_to_all(people)
    before = people.everything()
    for kind in Copy:
        with pytest.raises(NothingToShare):
            take(people, kind)
    with pytest.raises(NothingToShare):
        held_out(people.world, by=people.ada, patient_id=people.patient_id, at=NOW)
    assert people.everything() == before


def test_strangers_to_the_plan_get_nothing(clinic: Clinic) -> None:
    agree_to_all(clinic)
    before = clinic.everything()
    for kind in Copy:
        with pytest.raises(NotThere):
            take(clinic, kind, by=clinic.elsewhere)
    with pytest.raises(NotThere):
        held_out(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id, at=NOW)
    assert clinic.everything() == before


def test_holding_the_plan_out_is_written_down(clinic: Clinic) -> None:
    version = held_out(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=NOW)
    assert version.number == 2
    assert clinic.deeds()[0] is Deed.SHOWN_TO_STAFF


# --- the ambulance order at the short-code door --------------------------------------------------


def scan(clinic: Clinic, code: str, *, for_crew: bool, born="14 March 1997") -> Shown | None:
    found = open_by_code(
        clinic.world,
        Stranger(born, "", NOW, TODAY),
        code=code,
        passcode="",
        for_crew=for_crew,
    )
    assert found is None or isinstance(found, Shown)
    return found


def test_a_crew_may_ask_for_its_own_order(clinic: Clinic) -> None:
    link = clinic.share()
    usual, crew = (scan(clinic, link.code, for_crew=one) for one in (False, True))
    assert usual
    assert crew
    assert (usual.for_crew, crew.for_crew) == (False, True)
    assert "Questions already answered" in crew.narrative
    assert "Questions already answered" not in usual.narrative
    for secret in ("Igbo", "Wellfield", "07A1234E"):
        assert secret not in crew.narrative


def test_turned_off_a_crew_reads_the_usual_order(clinic: Clinic) -> None:
    link = clinic.share()
    say(clinic, withdraw_consent, Consent.AMBULANCE)
    found = scan(clinic, link.code, for_crew=True)
    assert found
    assert not found.for_crew
    assert "FIRST DOSE" in found.narrative
    assert scan(clinic, link.code, for_crew=True, born="1 January 2000") is None
