"""Carers: who is let in, what they do and never see, and how it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.clinic_codes import shown
from careplan.accounts.grants import Basis, State
from careplan.accounts.people import Standing, Who
from careplan.acts.beside import (
    AnsweredThemself,
    Number,
    answer_beside,
    answer_from_child,
    child_page,
    child_writes,
    keep_own_number,
    own_number,
    words_preview,
)
from careplan.acts.carers import (
    Asked,
    BadGrant,
    NeedsContact,
    bases_for,
    confirm_access,
    end_access,
    helpers_of,
    here_for,
    leave_ended,
    let_in_again,
    make_code_for,
    note_review,
    plans_to_help,
    restore_access,
    suspend_access,
    take_up_code,
)
from careplan.acts.drafting import all_drafts, section_draft
from careplan.acts.linking import CodeNotGood
from careplan.acts.publishing import answer_plan
from careplan.acts.quietly import deal_with, notes_for_team, open_notes, tell_in_private
from careplan.acts.reading import overview, read_version, who_looked
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere, World
from careplan.audit.events import Kind
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import State as PlanState
from careplan.plan.lifecycle import state_of
from careplan.store.trail import events_of
from tests.acts.families import Family, a_family, a_helper
from tests.stores import NOW
from tests.visitors import a_person

SIXTEEN = datetime(2033, 5, 22, 0, 1, tzinfo=UTC)
YES, NO = AnswerKind.AGREE, AnswerKind.DO_NOT_AGREE


@pytest.fixture
def family(world: World) -> Family:
    return a_family(world)


def deeds(family: Family) -> list[Kind]:
    with family.world.store.read() as tx:
        return [one.event.kind for one in events_of(tx, family.patient_id, limit=50)]


def grant_of(family: Family, name: str, *, at: datetime = NOW) -> UUID:
    found = helpers_of(family.world, by=family.doctor.who, patient_id=family.patient_id, at=at)
    return UUID(next(one.grant.id for one in found if one.grant.name.startswith(name)))


def asked(family: Family, by: Who, at: datetime = NOW) -> dict[str, Any]:
    return {"by": by, "patient_id": family.patient_id, "at": at}


# --- let in ----------------------------------------------------------------------------------


def test_a_helper_is_nobodys_until_a_code_lets_them_in(family: Family) -> None:
    stranger = a_helper(family.world, "Esi Boateng")
    assert plans_to_help(family.world, by=stranger, at=NOW) == ()
    with pytest.raises(NotThere):
        here_for(family.world, **asked(family, stranger))


def test_each_helper_comes_with_one_role_for_one_plan(family: Family) -> None:
    abena, grace = family.here("Abena"), family.here("Grace")
    assert abena.grant is not None
    assert (abena.grant.writes, abena.grant.in_their_place) == (True, True)
    assert grace.grant is not None
    assert (grace.grant.writes, grace.grant.in_their_place) == (False, False)
    (plan,) = plans_to_help(family.world, by=family.accounts["Abena"], at=NOW)
    assert plan.helper.live


def test_a_code_is_used_once_and_by_nobody_for_their_own_plan(family: Family) -> None:
    code = make_code_for(
        family.world, **asked(family, family.doctor.who), asked=Asked("aunt", Basis.FAMILY, True)
    )
    with pytest.raises(NotAllowed):
        take_up_code(family.world, by=family.kofi, typed=code, at=NOW)
    aunt = a_helper(family.world, "Esi Boateng")
    take_up_code(family.world, by=aunt, typed=shown(code), at=NOW)
    for typed in (code, "", "4K7M-2QXN", "💊" * 8):
        with pytest.raises(CodeNotGood):
            take_up_code(family.world, by=family.accounts["Grace"], typed=typed, at=NOW)


def test_a_code_lasts_a_quarter_of_an_hour(family: Family) -> None:
    code = make_code_for(
        family.world, **asked(family, family.doctor.who), asked=Asked("aunt", Basis.FAMILY, True)
    )
    aunt = a_helper(family.world, "Esi Boateng")
    with pytest.raises(CodeNotGood):
        take_up_code(family.world, by=aunt, typed=code, at=NOW + timedelta(minutes=15))


def test_access_rests_on_what_the_age_allows(family: Family) -> None:
    doctor, kofi = family.doctor.who, family.kofi
    assert bases_for(family.world, **asked(family, doctor)) == (Basis.PARENTAL, Basis.FAMILY)
    assert bases_for(family.world, **asked(family, kofi)) == ()
    assert bases_for(family.world, **asked(family, kofi, SIXTEEN)) == (Basis.YOUNG, Basis.DEPUTY)
    with pytest.raises(BadGrant) as told:
        make_code_for(
            family.world, **asked(family, doctor), asked=Asked("aunt", Basis.CONSENT, True)
        )
    assert told.value.question == "basis"


def test_an_attorney_waits_until_staff_have_seen_the_paper(world: World) -> None:
    family = a_family(world)
    adult = datetime(2036, 1, 1, 12, tzinfo=UTC)
    esi = a_helper(world, "Esi Boateng")
    family.lets_in(esi, "sister", Basis.ATTORNEY, by=family.kofi, at=adult)
    with pytest.raises(AccessEnded):
        here_for(world, **asked(family, esi, adult))
    mine = asked(family, family.doctor.who, adult)
    with pytest.raises(BadGrant):
        confirm_access(world, **mine, grant_id=grant_of(family, "Esi"), paper=" ")
    confirm_access(world, **mine, grant_id=grant_of(family, "Esi"), paper="LPA 7000-1")
    assert here_for(world, **asked(family, esi, adult)).grant is not None


def test_a_clinician_is_the_person_on_their_own_plan_and_sees_no_paper(family: Family) -> None:
    adult = datetime(2036, 1, 1, 12, tzinfo=UTC)
    both = replace(
        family.kofi, roles=family.doctor.who.roles | family.kofi.roles, second_factor=True
    )
    bases = bases_for(family.world, **asked(family, both, adult))
    assert bases == (Basis.CONSENT, Basis.ATTORNEY, Basis.DEPUTY)
    esi = a_helper(family.world, "Esi Boateng")
    family.lets_in(esi, "sister", Basis.ATTORNEY, by=both, at=adult, paper="Mine")
    with pytest.raises(AccessEnded):
        here_for(family.world, **asked(family, esi, adult))


def test_somebody_with_a_plan_of_their_own_may_help_another(family: Family) -> None:
    """A parent who has sickle cell too keeps their own plan at its own door."""
    yaa = a_person(family.world, email="yaa@example.org", legal_name="Yaa Mensah")
    family.lets_in(yaa, "aunt", Basis.FAMILY)
    acting = here_for(family.world, **asked(family, yaa))
    assert acting.patient_id == str(family.patient_id) != yaa.patient_id
    with pytest.raises(NotThere):
        overview(family.world, by=yaa, patient_id=family.patient_id, at=NOW)


# --- what they do ----------------------------------------------------------------------------


def test_a_parent_writes_and_publishes_and_is_named(family: Family) -> None:
    abena = family.here("Abena")
    family.save(
        "what_helps", {"helps": [{"id": str(UUID(int=1)), "text": "Numbing cream"}]}, by=abena
    )
    version = family.publish(by=abena)
    (one,) = version.contributions
    assert (one.section, one.name, one.role) == ("what_helps", "Abena Mensah", "mother")
    assert version.reason == "Abena Mensah, mother, changed words of the plan"
    texts = [
        look.text for look in who_looked(family.world, by=family.kofi, patient_id=family.patient_id)
    ]
    assert any("Abena Mensah (mother), who helps you, put new words" in text for text in texts)


def test_somebody_let_in_to_read_writes_nothing(family: Family) -> None:
    grace = family.here("Grace")
    overview(family.world, **asked(family, grace))
    with pytest.raises(NotThere):
        family.save("what_helps", {}, by=grace)
    with pytest.raises(NotThere):
        family.publish(by=grace)


@pytest.mark.parametrize("section", ["my_people", "hard_times", "pregnancy", "child_words"])
def test_what_is_the_persons_alone_no_carer_writes(family: Family, section: str) -> None:
    abena = family.here("Abena")
    family.save(section, {}, by=family.kofi)
    assert (
        section_draft(family.world, by=abena, patient_id=family.patient_id, section=section) is None
    )
    with pytest.raises(NotThere):
        family.save(section, {}, by=abena)


def test_saving_leaves_what_a_carer_never_saw_as_it_was(family: Family) -> None:
    abena = family.here("Abena")
    family.save("about_me", {"known_as": "Kofi", "phone": "07700 900159"}, by=family.kofi)
    seen = all_drafts(family.world, by=abena, patient_id=family.patient_id)["about_me"]
    assert seen.body["plain"] == {"known_as": "Kofi"}
    family.save("about_me", {"known_as": "Kofi M", "phone": "07700 900666"}, by=abena)
    kept = section_draft(
        family.world, by=family.kofi, patient_id=family.patient_id, section="about_me"
    )
    assert kept is not None
    assert kept.body["plain"] == {"known_as": "Kofi M", "phone": "07700 900159"}


def test_each_parent_keeps_their_own_number_and_sees_no_other(family: Family) -> None:
    abena, samuel = family.here("Abena"), family.here("Samuel")
    for by, phone in ((abena, "07700 900151"), (samuel, "07700 900152")):
        keep_own_number(family.world, **asked(family, by), number=Number(phone=phone, first=True))
    assert own_number(family.world, by=samuel, patient_id=family.patient_id).phone == "07700 900152"
    version = family.publish(by=abena)
    assert [one.phone for one in version.plan.my_people.contacts] == ["07700 900151"]
    before, shown_to = words_preview(family.world, **asked(family, samuel))
    assert "07700 900151" not in repr((before, shown_to))


def test_each_parents_answer_stands_beside_the_childs(family: Family) -> None:
    signed = family.sign()
    abena, samuel = family.here("Abena"), family.here("Samuel")
    said: dict[str, Any] = {"patient_id": family.patient_id, "at": NOW}
    one = answer_beside(
        family.world, by=samuel, **said, version_seen=signed.number, kind=NO, words="Too much."
    )
    assert one.shows_dose
    assert state_of(one) is PlanState.ANSWERED
    two = answer_beside(
        family.world, by=abena, **said, version_seen=one.number, kind=YES, words=None
    )
    three = answer_from_child(
        family.world, by=abena, **said, version_seen=two.number, kind=YES, words="OK with dinosaur"
    )
    assert [(a.name, a.relation, a.kind) for a in three.beside] == [
        ("Samuel Mensah", "father", NO),
        ("Abena Mensah", "mother", YES),
    ]
    assert three.answer is not None
    assert three.answer.helped_by == "Abena Mensah, mother"
    four = answer_beside(
        family.world, by=samuel, **said, version_seen=three.number, kind=YES, words=None
    )
    assert [a.kind for a in four.beside] == [YES, YES]
    with pytest.raises(NotThere):
        answer_beside(
            family.world, by=family.here("Grace"), **said, version_seen=4, kind=YES, words=None
        )


def test_the_childs_own_page_is_the_childs(family: Family) -> None:
    abena = family.here("Abena")
    child_writes(family.world, **asked(family, abena), words="I want my dinosaur", based_on=0)
    assert child_page(family.world, by=abena, patient_id=family.patient_id).words.startswith(
        "I want"
    )
    version = family.publish(by=abena)
    (one,) = version.contributions
    assert (one.name, one.role) == (family.kofi.name, "with Abena Mensah")
    family.save("child_words", {"words": "On my own phone"}, by=family.kofi)
    assert child_page(family.world, by=abena, patient_id=family.patient_id).words == ""
    with pytest.raises(NotThere):
        child_writes(family.world, **asked(family, abena), words="No", based_on=2)


# --- it ends ---------------------------------------------------------------------------------


def test_a_parents_access_ends_on_the_sixteenth_birthday_by_itself(family: Family) -> None:
    abena = family.accounts["Abena"]
    eve = datetime(2033, 5, 21, 22, 30, tzinfo=UTC)  # half past eleven at night, in London
    here_for(family.world, **asked(family, abena, eve))
    before = deeds(family)
    with pytest.raises(AccessEnded):
        here_for(family.world, **asked(family, abena, SIXTEEN))
    assert deeds(family) == [Kind.ACCESS_HAD_ENDED, *before]


def test_at_sixteen_a_contact_is_asked_for_before_anybody_is_let_in_again(family: Family) -> None:
    mine = asked(family, family.kofi, SIXTEEN)
    again = {**mine, "grant_id": grant_of(family, "Abena"), "writes": False}
    with pytest.raises(NeedsContact):
        let_in_again(family.world, **again)
    contact = {"id": str(UUID(int=7)), "name": "Idil", "phone": "07700 900182"}
    family.save("my_people", {"contacts": [contact]}, by=family.kofi, at=SIXTEEN)
    let_in_again(family.world, **again)
    acting = here_for(family.world, **asked(family, family.accounts["Abena"], SIXTEEN))
    assert acting.grant is not None
    assert (acting.grant.basis, acting.grant.writes) == (Basis.YOUNG, False)
    leave_ended(family.world, **mine, grant_id=grant_of(family, "Samuel"))
    left = helpers_of(family.world, **mine)
    assert [one.grant.name for one in left if one.to_settle] == ["Grace Owusu"]


def test_a_last_day_is_the_first_without(family: Family) -> None:
    last = (NOW + timedelta(days=3)).date()
    esi = a_helper(family.world, "Esi Boateng")
    family.lets_in(esi, "aunt", Basis.FAMILY, ends_on=last)
    here_for(family.world, **asked(family, esi, NOW + timedelta(days=2)))
    with pytest.raises(AccessEnded):
        here_for(family.world, **asked(family, esi, NOW + timedelta(days=3)))


def test_staff_suspend_and_give_back_and_no_page_of_the_person_tells(family: Family) -> None:
    mine = asked(family, family.doctor.who) | {"grant_id": grant_of(family, "Samuel")}
    samuel = family.here("Samuel")
    looks = who_looked(family.world, by=family.kofi, patient_id=family.patient_id)
    suspend_access(family.world, **mine, reason="The mother rang.")
    with pytest.raises(AccessEnded):
        family.here("Samuel")
    with pytest.raises(NotThere):  # mid-request: his page was open, and the act asks again
        family.save("what_helps", {}, by=samuel)
    restore_access(family.world, **mine)
    family.here("Samuel")
    after = who_looked(family.world, by=family.kofi, patient_id=family.patient_id)
    assert after == looks
    assert Kind.CARER_TURNED_AWAY in deeds(family)
    with pytest.raises(NotThere):
        restore_access(family.world, **mine)


def test_whom_the_team_paused_no_code_of_the_persons_lets_in_again(family: Family) -> None:
    """Whoever is pressed may be made to give a code; only the team gives access back."""
    world, kofi, doctor = family.world, family.kofi, family.doctor.who
    esi, consent = a_helper(world, "Esi Boateng"), Asked("friend", Basis.YOUNG, True)
    later = SIXTEEN + timedelta(days=1)
    family.lets_in(esi, "friend", Basis.YOUNG, by=kofi, at=later)
    early = make_code_for(world, **asked(family, kofi, later), asked=consent)
    paused = grant_of(family, "Esi", at=later)
    suspend_access(world, **asked(family, doctor, later), grant_id=paused, reason="Pressed")
    with pytest.raises(CodeNotGood):
        take_up_code(world, by=esi, typed=early, at=later)

    family.lets_in(esi, "friend", Basis.YOUNG, by=kofi, at=later)
    with pytest.raises(AccessEnded):
        here_for(world, **asked(family, esi, later))
    (now,) = (
        one
        for one in helpers_of(world, **asked(family, doctor, later))
        if one.grant.name == "Esi Boateng" and one.grant.state is not State.ENDED
    )
    assert (now.grant.state, now.kept.notes) == (State.SUSPENDED, "Pressed")
    restore_access(world, **asked(family, doctor, later), grant_id=UUID(now.grant.id))
    assert here_for(world, **asked(family, esi, later)).grant is not None


def test_a_code_kept_back_lets_nobody_in_again_whose_access_was_ended(family: Family) -> None:
    world, kofi = family.world, family.kofi
    esi, consent = a_helper(world, "Esi Boateng"), Asked("friend", Basis.YOUNG, True)
    later = SIXTEEN + timedelta(days=1)
    family.lets_in(esi, "friend", Basis.YOUNG, by=kofi, at=later)
    kept_back = make_code_for(world, **asked(family, kofi, later), asked=consent)
    end_access(world, **asked(family, kofi, later), grant_id=grant_of(family, "Esi", at=later))
    with pytest.raises(CodeNotGood):
        take_up_code(world, by=esi, typed=kept_back, at=later)


def test_nobody_answers_over_what_a_child_answered_themself(family: Family) -> None:
    signed = family.sign()
    said: dict[str, Any] = {"patient_id": family.patient_id, "at": NOW}
    own = answer_plan(
        family.world, by=family.kofi, **said, version_seen=signed.number, kind=NO, words="No."
    )
    with pytest.raises(AnsweredThemself):
        answer_from_child(
            family.world,
            by=family.here("Samuel"),
            **said,
            version_seen=own.number,
            kind=YES,
            words=None,
        )


def test_nobody_but_the_team_suspends_and_nobody_but_a_carer_is_ended(family: Family) -> None:
    grant: dict[str, Any] = {"grant_id": grant_of(family, "Grace")}
    for by in (family.here("Abena"), family.adults.who, family.here("Grace")):
        with pytest.raises(NotThere):
            end_access(family.world, **asked(family, by), **grant)
        with pytest.raises(NotThere):
            suspend_access(family.world, **asked(family, by), **grant, reason="x")
    end_access(family.world, **asked(family, family.kofi), **grant)
    with pytest.raises(NotThere):
        end_access(family.world, **asked(family, family.kofi), **grant)


def test_a_review_is_owed_at_each_birthday_until_the_team_has_looked(family: Family) -> None:
    eleven = datetime(2028, 5, 22, 9, tzinfo=UTC)
    mine = asked(family, family.doctor.who, eleven)
    assert {one.review for one in helpers_of(family.world, **mine)} == {11}
    note_review(family.world, **mine)
    assert {one.review for one in helpers_of(family.world, **mine)} == {None}


# --- in private ------------------------------------------------------------------------------


def test_what_is_told_in_private_reaches_the_team_and_nobody_else(family: Family) -> None:
    mine = asked(family, family.kofi)
    looks = who_looked(family.world, by=family.kofi, patient_id=family.patient_id)
    tell_in_private(
        family.world, **mine, words="He makes me show him.", stop=grant_of(family, "Samuel")
    )
    assert who_looked(family.world, by=family.kofi, patient_id=family.patient_id) == looks
    with pytest.raises(AccessEnded):
        family.here("Samuel")
    (note,) = notes_for_team(family.world, by=family.doctor.who, patient_id=family.patient_id)
    assert (note.words, note.about) == ("He makes me show him.", "Samuel Mensah, father")
    ((listed, _face),) = open_notes(family.world, by=family.doctor.who)
    assert listed == note
    assert open_notes(family.world, by=family.adults.who) == ()
    for by in (family.here("Abena"), family.adults.who):
        with pytest.raises(NotThere):
            notes_for_team(family.world, by=by, patient_id=family.patient_id)
    done = {**asked(family, family.doctor.who), "note_id": note.note_id}
    deal_with(family.world, **done)
    assert open_notes(family.world, by=family.doctor.who) == ()
    with pytest.raises(NotThere):
        deal_with(family.world, **done)


def test_a_suspended_account_is_let_in_nowhere(family: Family) -> None:
    abena = replace(family.here("Abena"), standing=Standing.SUSPENDED)
    with pytest.raises(NotThere):
        overview(family.world, **asked(family, abena))
    with pytest.raises(NotAllowed):
        take_up_code(family.world, by=abena, typed="4K7M-2QXN", at=NOW)


def test_history_and_old_versions_are_shown_as_a_carer_may_see_them(family: Family) -> None:
    family.save("hard_times", {"past_trauma": "HELD-DOWN"}, by=family.kofi)
    family.publish(by=family.kofi)
    old = read_version(
        family.world, by=family.here("Grace"), patient_id=family.patient_id, number=1, at=NOW
    )
    assert "HELD-DOWN" not in repr(old)
