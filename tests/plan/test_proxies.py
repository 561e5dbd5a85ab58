"""What no carer sees, for everybody in the case files: not in the plan, nor in words on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from careplan.plan.care_plan import OWN_WORDS, CarePlan, Contribution
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import dictionary
from careplan.plan.life import HardTimes
from careplan.plan.medicines import Medicines, MyMedicine, MyMedicines, RegularMedicine
from careplan.plan.proxies import (
    HIDDEN,
    NOT_A_CARERS,
    WRITTEN,
    body_for_a_carer,
    for_a_carer,
    private_drugs,
    version_for_a_carer,
    with_hidden,
)
from careplan.summary.narrative import narrative, record_narrative
from tests import make
from tests.people.everybody import PEOPLE

EVERYBODY = tuple(PEOPLE.values())


def secrets(plan: CarePlan) -> Iterator[str]:
    """Every text of a plan that is not for a carer."""
    about, times, pregnancy = plan.about_me, plan.hard_times, plan.pregnancy
    yield from filter(None, (about.phone, about.address, about.postcode, times.mental_health))
    if times.show_in_ed is not True:
        yield from filter(None, (times.past_trauma, times.hospital_is_hard))
    for one in plan.my_people.contacts:
        yield from filter(None, (one.phone,))
        if one.may_be_told and " " in one.may_be_told:  # "everything" stands elsewhere too
            yield one.may_be_told
    yield from filter(None, (pregnancy.unit_phone, pregnancy.contraception, pregnancy.fertility))
    yield from (one.drug for one in plan.medicines.entries if one.keep_private)


@pytest.mark.parametrize("case", EVERYBODY, ids=lambda case: case.key)
def test_nobodys_kept_words_reach_a_carer(case) -> None:
    version = version_for_a_carer(make.a_version(case.plan))
    shown = repr(to_plain(version.plan))
    words = dictionary()
    shown += narrative(version, words) + record_narrative(version, words)
    elsewhere = repr(to_plain(replace(case.plan.care_team)))
    found = [one for one in secrets(case.plan) if one in shown and one not in elsewhere]
    assert found == []


def test_the_case_files_have_something_to_keep() -> None:
    assert sum(len(list(secrets(case.plan))) for case in EVERYBODY) > 10


def test_hard_times_are_seen_only_when_they_were_shared() -> None:
    times = HardTimes("Waiting", "Held down", None, "Low mood")
    plan = CarePlan(hard_times=times)
    assert for_a_carer(plan).hard_times == HardTimes()
    shared = for_a_carer(replace(plan, hard_times=replace(times, show_in_ed=True))).hard_times
    assert (shared.past_trauma, shared.mental_health) == ("Held down", None)


def test_a_medicine_kept_private_is_in_no_list() -> None:
    ids = [make.an_id(name) for name in ("team", "own", "open")]
    private = make.ada().medicines.entries[0]
    private = replace(private, id=ids[0], drug="Desogestrel", keep_private=True)
    mine = (MyMedicine(ids[1], " desogestrel "), MyMedicine(ids[2], "folic acid"))
    plan = CarePlan(medicines=Medicines((private,)), my_medicines=MyMedicines(None, mine))
    seen = for_a_carer(plan)
    assert seen.medicines.entries == ()
    assert [one.drug for one in seen.my_medicines.entries] == ["folic acid"]


def test_who_wrote_what_is_not_shown_is_not_shown_either() -> None:
    wrote = tuple(
        Contribution(name, "Mina", "patient", make.NOW) for name in ("hard_times", "what_matters")
    )
    plan = make.ada().with_section("hard_times", HardTimes("Waiting"))
    seen = version_for_a_carer(make.a_version(plan, contributions=wrote))
    assert [one.section for one in seen.contributions] == ["what_matters"]


def test_every_own_section_is_a_carers_to_write_or_is_not() -> None:
    assert set(WRITTEN) | NOT_A_CARERS == set(OWN_WORDS)
    assert not set(WRITTEN) & NOT_A_CARERS


def test_a_carers_save_keeps_what_they_never_saw() -> None:
    before = {"plain": {"known_as": "Kofi", "phone": "1"}, "typed": {"address": "x"}, "done": []}
    seen = body_for_a_carer("about_me", before)
    assert seen == {"plain": {"known_as": "Kofi"}, "typed": {}, "done": []}
    saved = {**seen, "plain": {"known_as": "K", "phone": "2"}}
    assert with_hidden("about_me", saved, before) == {
        **before,
        "plain": {"known_as": "K", "phone": "1"},
    }
    assert HIDDEN["about_me"] == {"phone", "address", "postcode"}


def test_a_medicine_kept_private_is_in_no_draft_a_carer_opens_and_survives_their_save() -> None:
    kept = Medicines(entries=(RegularMedicine(UUID(int=1), "Sertraline", keep_private=True),))
    private = private_drugs(kept)
    secret = {"id": "a", "drug": "sertraline  50 mg tablets", "note": "since May"}
    folic = {"id": "b", "drug": "Folic acid"}
    before = {
        "plain": {"entries": [secret, folic]},
        "typed": {"entries-a-dose": "fifty", "entries-b-dose": "five"},
    }
    seen = body_for_a_carer("my_medicines", before, private)
    assert seen == {"plain": {"entries": [folic]}, "typed": {"entries-b-dose": "five"}}
    changed = {**folic, "dose": "5 mg"}
    saved = with_hidden("my_medicines", {"plain": {"entries": [changed]}}, before, private)
    assert saved["plain"]["entries"] == [changed, secret]
    assert saved["typed"] == {"entries-a-dose": "fifty"}
    mine = MyMedicines(entries=(MyMedicine(UUID(int=2), "Sertraline 50 mg"),))
    plan = make.ada().with_section("medicines", kept).with_section("my_medicines", mine)
    assert for_a_carer(plan).my_medicines.entries == ()
