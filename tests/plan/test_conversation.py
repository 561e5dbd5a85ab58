"""Who may do what in a thread, whatever was done in it before; and where a place in a plan is."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from careplan.plan.codec import to_plain
from careplan.plan.conversation import (
    LONGEST,
    Deed,
    Entry,
    Kind,
    Refused,
    Side,
    State,
    Suggested,
    Thread,
    Why,
    add,
    begun,
    may_suggest,
    open_deeds,
    owner_of,
)
from careplan.plan.dictionary import dictionary
from careplan.plan.places import (
    Gone,
    NoSuchPlace,
    Place,
    check_place,
    fits_at,
    label_at,
    may_be_filled,
    names_a_dose,
    put_at,
    said_at,
    value_at,
)
from tests import make
from tests.stores import NOW

WORDS = dictionary()
ADA = make.ada()
PLACE = {Side.PATIENT: Place("what_matters.what_matters"), Side.TEAM: Place("care_team.phone_24h")}


def entry(side: Side, deed: Deed = Deed.SAID, words: str = "Because.") -> Entry:
    return Entry(number=0, side=side, deed=deed, at=NOW, by="Somebody", by_id="1", words=words)


def a_thread(side: Side, *, about: Side | None = None, suggested: bool = True) -> Thread:
    what = Suggested("other words") if suggested else None
    place = PLACE[about or side.other]
    return begun(UUID(int=1), place, "A place", entry(side), what)


class Machine(RuleBasedStateMachine):
    """Two sides press everything there is, in any order."""

    @initialize(side=st.sampled_from(Side), about=st.sampled_from(Side), suggested=st.booleans())
    def begin(self, side: Side, about: Side, suggested: bool) -> None:
        about = side.other if suggested else about
        self.thread = a_thread(side, about=about, suggested=suggested)
        self.settled: list[Deed] = []

    @rule(
        side=st.sampled_from(Side),
        deed=st.sampled_from(Deed),
        words=st.sampled_from(["", " ", "No.", "x" * (LONGEST + 1)]),
        changed=st.booleans(),
    )
    def press(self, side: Side, deed: Deed, words: str, changed: bool) -> None:
        before, may = self.thread, open_deeds(self.thread, side, changed=changed)
        try:
            self.thread = add(before, entry(side, deed, words), changed=changed)
        except Refused as no:
            bad_words = no.why in (Why.NO_WORDS, Why.TOO_LONG)
            self.check(allowed=bad_words or deed not in may)
            return
        assert deed in may
        assert self.thread.entries[:-1] == before.entries
        if self.thread.state is not before.state:
            self.settled.append(deed)
        if deed in (Deed.ACCEPTED, Deed.DECLINED):
            assert side is not before.opened_by
        if deed is Deed.DECLINED:
            assert words.strip()

    def check(self, *, allowed: bool) -> None:
        assert allowed, "it was offered, and then refused"

    @invariant()
    def it_is_settled_at_most_once(self) -> None:
        assert len(self.settled) <= 1
        assert (self.thread.state is State.OPEN) == (not self.settled)

    @invariant()
    def nobody_waits_for_themselves(self) -> None:
        last, waits = self.thread.last, self.thread.waiting_for
        if self.thread.kind is Kind.COMMENT or self.settled:
            assert waits is not last.side
        if self.thread.kind is Kind.SUGGESTION and not self.settled:
            assert waits is self.thread.opened_by.other

    @invariant()
    def only_the_person_lets_words_stand_and_only_beside_the_teams(self) -> None:
        standing = self.thread.standing
        if standing:
            assert standing.side is Side.PATIENT
            assert owner_of(self.thread.place.section) is Side.TEAM


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestMachine = Machine.TestCase


@pytest.mark.parametrize("side", Side)
def test_nobody_suggests_a_change_to_their_own_words(side):
    with pytest.raises(Refused) as no:
        a_thread(side, about=side)
    assert no.value.why is Why.NOT_YOURS
    assert not may_suggest(side, PLACE[side].section)


def test_the_second_answer_is_told_that_there_is_one():
    thread = add(a_thread(Side.PATIENT), entry(Side.TEAM, Deed.ACCEPTED))
    for deed in (Deed.ACCEPTED, Deed.DECLINED):
        with pytest.raises(Refused) as no:
            add(thread, entry(Side.TEAM, deed))
        assert no.value.why is Why.SETTLED


def test_a_reply_waits_for_the_other_side_until_it_is_read():
    thread = a_thread(Side.PATIENT, suggested=False)
    assert thread.waiting_for is Side.TEAM
    thread = add(thread, entry(Side.TEAM, Deed.REPLIED))
    assert thread.waiting_for is Side.PATIENT
    assert add(thread, entry(Side.PATIENT, Deed.NOTED, "")).waiting_for is None


def test_a_suggestion_is_closed_as_overtaken_only_when_the_field_has_changed():
    thread = a_thread(Side.PATIENT)
    with pytest.raises(Refused):
        add(thread, entry(Side.PATIENT, Deed.OVERTOOK))
    closed = add(thread, entry(Side.PATIENT, Deed.OVERTOOK), changed=True)
    assert closed.state is State.OVERTAKEN


# --- places ------------------------------------------------------------------------------------

STEP = str(ADA.pain_plan.steps[0].id)
PAIN = to_plain(ADA.pain_plan)


def test_an_item_keeps_its_place_when_others_move():
    place = Place("pain_plan.steps.drug", STEP)
    moved = PAIN | {"steps": PAIN["steps"][::-1]}
    assert value_at(PAIN, place) == value_at(moved, place) == PAIN["steps"][0]["drug"]
    with pytest.raises(Gone):
        value_at(PAIN | {"steps": PAIN["steps"][1:]}, place)
    with pytest.raises(Gone):
        put_at({}, place, "x")


def test_putting_changes_one_value_and_nothing_else():
    for path in ("care_team.phone_24h", "care_team.nurse.phone"):
        plain = to_plain(ADA.care_team)
        put = put_at(plain, Place(path), "020 7946 0999")
        assert value_at(put, Place(path)) == "020 7946 0999"
        assert put_at(put, Place(path), value_at(plain, Place(path))) == plain or (
            value_at(plain, Place(path)) is None
        )
    assert put_at({"unsure": ["a", "b"]}, Place("my_sickle.a"), "x") == {"a": "x", "unsure": ["b"]}


def test_a_place_that_is_not_in_the_plan_is_refused():
    for path, item in (
        ("pain_plan.nothing", None),
        ("identity.legal_name", None),
        ("pain_plan.steps.drug", None),
        ("care_team.phone_24h", STEP),
        ("", None),
    ):
        with pytest.raises(NoSuchPlace):
            check_place(Place(path, item), WORDS)
    check_place(Place("pain_plan.steps"), WORDS)
    check_place(Place("pain_plan.steps", STEP), WORDS)
    check_place(Place("care_team.nurse.phone"), WORDS)


def test_no_dose_allergy_or_medicine_is_ever_filled_in():
    for path, field in WORDS.fields.items():
        if path.partition(".")[0] in ("pain_plan", "medicines", "allergies", "my_allergies"):
            assert not may_be_filled(Place(path), WORDS), path
        if field.type in ("dose", "interval", "reading", "blood_pressure", "list", "group"):
            assert not may_be_filled(Place(path), WORDS), path
    assert may_be_filled(Place("care_team.phone_24h"), WORDS)


@pytest.mark.parametrize("text", ["10mg", "5 mL now", "two: 2 tablets", "100 micrograms", "1 g"])
def test_words_with_a_dose_in_them_are_known(text):
    assert names_a_dose(text)


@pytest.mark.parametrize("text", ["ring 020 7946 0100", "in 2016", "room 4, green"])
def test_words_without_a_dose_are_left_alone(text):
    assert not names_a_dose(text)


def test_every_place_has_a_name_and_says_what_stands_there():
    for name in WORDS.sections:
        plain = to_plain(ADA.section(name))
        for path in WORDS.sections[name].fields:
            items = plain.get(path.partition(".")[2]) if WORDS.field(path).type == "list" else None
            said = said_at(plain, Place(path), WORDS)
            assert said is None or said.strip()
            assert label_at(Place(path), plain, WORDS)
            for item in items or ():
                assert said_at(plain, Place(path, item["id"]), WORDS)
                assert "…" not in label_at(Place(path, item["id"]), plain, WORDS)[:3]


def test_only_a_value_the_plan_can_hold_fits():
    assert fits_at("care_team.phone_24h", "020 7946 0999")
    assert fits_at("pain_plan.steps.routes", ["IV"]) or not fits_at("pain_plan.steps.routes", ["x"])
    assert not fits_at("care_team.phone_24h", 4)
    assert not fits_at("care_team.phone_24h", None)
    assert not fits_at("care_team.phone_24h_tested_on", "soon")
    assert replace(a_thread(Side.PATIENT), label="B").label == "B"
