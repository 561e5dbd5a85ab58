"""One's own password, sessions and second step: changed by their owner, who was asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from careplan.acts.accounts import new_second_factor, set_second_factor
from careplan.acts.drafting import section_draft
from careplan.acts.own_password import NewPassword, WeakPassword, change_password, password_set_on
from careplan.acts.own_second_step import turn_off_second_step
from careplan.acts.own_sessions import (
    SURE_FOR,
    NotSure,
    end_other_sessions,
    end_own_session,
    own_sessions,
    show_again,
)
from careplan.acts.phones import keep_on_phone, phones
from careplan.acts.signing_in import (
    TRIES,
    TooManyTries,
    WrongCode,
    WrongSignIn,
    give_second_factor,
    needs_second_factor,
    recognise,
    sign_in,
    sign_out,
    who_is,
)
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.sessions import session_by_token
from careplan.store.trail import events_of
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, code_of, sure

NEW = "seven slow lanterns drifting"
LATER = NOW + timedelta(minutes=2)


def come_in(world, *, password=PASSWORD, at=NOW, device=""):
    return sign_in(world, email=ADA.email, password=password, at=at, device=device)


def known(world, token, at=NOW):
    return sure(recognise(world, token=token, at=at)).who


def deeds(world, who, limit=10):
    with world.store.read() as tx:
        return [one.event for one in events_of(tx, UUID(who.patient_id), limit=limit)]


@pytest.fixture
def ada(world):
    return a_person(world)


@pytest.fixture
def app(world, ada):
    """The secret of the code app that she set up a minute ago."""
    secret, before = new_second_factor(world), NOW - timedelta(minutes=1)
    set_second_factor(world, by=ada, secret=secret, code=code_of(secret, before), at=before)
    return secret


# --- a second step for everybody -----------------------------------------------------------------


@pytest.mark.asvs("6.3.3")
def test_whoever_sets_it_up_is_asked_for_it(world, ada, app):
    token = come_in(world)
    half = known(world, token)
    assert needs_second_factor(half)
    with pytest.raises(LookupError):  # a password alone reads nothing, whatever the door
        section_draft(world, by=half, patient_id=UUID(ada.patient_id), section="about_me")

    fresh = give_second_factor(world, token=token, code=code_of(app, NOW), at=NOW)

    whole = known(world, fresh)
    assert not needs_second_factor(whole)
    section_draft(world, by=whole, patient_id=UUID(ada.patient_id), section="about_me")


def test_it_is_asked_wherever_she_was_signed_in_before(world, ada):
    before = come_in(world)
    token = come_in(world)
    secret = new_second_factor(world)
    more = {"secret": secret, "code": code_of(secret, NOW), "at": NOW, "token": token}
    fresh = sure(set_second_factor(world, by=ada, **more))

    assert needs_second_factor(known(world, before))
    assert not needs_second_factor(known(world, fresh))


def test_it_is_turned_off_again(world, ada, app):
    token = give_second_factor(world, token=come_in(world), code=code_of(app, NOW), at=NOW)
    turn_off_second_step(world, by=known(world, token), token=token, at=NOW)

    assert not needs_second_factor(known(world, come_in(world)))
    assert deeds(world, ada)[1].kind is Kind.SECOND_FACTOR_REMOVED


def test_nobody_turns_off_what_they_have_not_given(world, ada, app):
    token = come_in(world)
    for by in (known(world, token), ada):
        with pytest.raises(NotAllowed):
            turn_off_second_step(world, by=by, token=token, at=NOW)


def test_staff_keep_theirs(world):
    staff = a_clinician(world)
    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)
    token = give_second_factor(world, token=token, code=code_of(staff.secret, NOW), at=NOW)
    with pytest.raises(NotAllowed):
        turn_off_second_step(world, by=known(world, token), token=token, at=NOW)


# --- showing again who one is --------------------------------------------------------------------


@pytest.mark.asvs("7.5.2")
def test_a_session_is_sure_for_a_quarter_of_an_hour_and_can_be_again(world, ada):
    token, late = come_in(world), NOW + SURE_FOR
    with pytest.raises(NotSure):
        end_other_sessions(world, by=ada, token=token, at=late)

    show_again(world, by=ada, token=token, password=PASSWORD, code="", at=late)

    assert end_other_sessions(world, by=ada, token=token, at=late) == 0
    with pytest.raises(NotSure):
        end_other_sessions(world, by=ada, token=token, at=late + SURE_FOR)


def test_the_code_is_asked_again_too(world, ada, app):
    token = give_second_factor(world, token=come_in(world), code=code_of(app, NOW), at=NOW)
    by, late = known(world, token), NOW + SURE_FOR
    mine = {"by": by, "token": token, "at": late}
    with pytest.raises(WrongSignIn):
        show_again(world, password="something else", code=code_of(app, late), **mine)
    with pytest.raises(WrongCode):
        show_again(world, password=PASSWORD, code="", **mine)
    with pytest.raises(NotSure):
        turn_off_second_step(world, by=by, token=token, at=late)
    show_again(world, password=PASSWORD, code=code_of(app, late), **mine)
    turn_off_second_step(world, by=by, token=token, at=late)


def test_it_cannot_be_guessed_for_long(world, ada):
    mine = {"by": ada, "token": come_in(world), "code": "", "at": NOW}
    for _ in range(TRIES):
        with pytest.raises(WrongSignIn):
            show_again(world, password="something else", **mine)
    with pytest.raises(TooManyTries):
        show_again(world, password=PASSWORD, **mine)


def test_nobody_is_sure_in_somebody_elses_session(world, ada):
    a_person(world, email="sam@example.org")
    sams = sign_in(world, email="sam@example.org", password=PASSWORD, at=NOW)
    with pytest.raises(NotAllowed):
        show_again(world, by=ada, token=sams, password=PASSWORD, code="", at=NOW)
    with pytest.raises(NotAllowed):
        end_other_sessions(world, by=ada, token=sams, at=NOW)


# --- sessions ------------------------------------------------------------------------------------


def test_she_reads_where_she_is_signed_in(world, ada):
    come_in(world, device="Safari on an iPhone")
    this = come_in(world, device="Chrome on a Windows computer", at=LATER)
    lost = come_in(world)
    sign_out(world, token=lost, by=ada, at=NOW)

    found = own_sessions(world, by=ada, token=this, at=LATER)

    assert [(one.device, one.this) for one in found] == [
        ("Chrome on a Windows computer", True),
        ("Safari on an iPhone", False),
    ]
    assert [one.begun_at for one in found] == [LATER, NOW]
    assert all(str(one.session_id) not in this for one in found)


def test_what_time_has_ended_is_not_listed(world, ada):
    come_in(world)
    month = NOW + timedelta(days=30)
    token = come_in(world, at=month)
    assert len(own_sessions(world, by=ada, token=token, at=month)) == 1


def test_the_second_step_keeps_the_name_of_the_device(world, ada, app):
    token = come_in(world, device="Firefox on a Mac")
    fresh = give_second_factor(world, token=token, code=code_of(app, NOW), at=NOW)
    (one,) = own_sessions(world, by=known(world, fresh), token=fresh, at=NOW)
    assert one.device == "Firefox on a Mac"


def test_ending_one_ends_it_at_once_and_no_other(world, ada):
    lost, third, this = come_in(world), come_in(world), come_in(world)
    with world.store.read() as tx:
        session_id = sure(sure(session_by_token(tx, lost)).session_id)

    end_own_session(world, by=ada, token=this, session_id=session_id, at=NOW)

    assert recognise(world, token=lost, at=NOW) is None
    assert recognise(world, token=third, at=NOW)
    assert (deeds(world, ada)[0].kind, deeds(world, ada)[0].what["count"]) == (
        Kind.SESSIONS_ENDED,
        "1",
    )
    with pytest.raises(NotThere):
        end_own_session(world, by=ada, token=this, session_id=session_id, at=NOW)


@pytest.mark.asvs("7.5.2")
def test_ending_the_others_leaves_this_one(world, ada):
    others, this = [come_in(world), come_in(world)], come_in(world)

    assert end_other_sessions(world, by=ada, token=this, at=NOW) == 2

    assert [recognise(world, token=one, at=NOW) for one in others] == [None, None]
    assert recognise(world, token=this, at=NOW)


def test_nobody_ends_somebody_elses(world, ada):
    adas = come_in(world)
    (hers,) = own_sessions(world, by=ada, token=adas, at=NOW)
    sam = a_person(world, email="sam@example.org")
    sams = sign_in(world, email="sam@example.org", password=PASSWORD, at=NOW)
    for session_id in (hers.session_id, uuid4()):
        with pytest.raises(NotThere):
            end_own_session(world, by=sam, token=sams, session_id=session_id, at=NOW)
    assert end_other_sessions(world, by=sam, token=sams, at=NOW) == 0
    assert recognise(world, token=adas, at=NOW)


def test_the_copy_a_lost_phone_kept_is_told_to_go_with_its_session(clinic):
    world, ada = clinic.world, clinic.ada
    lost, this = come_in(world), come_in(world)
    keep_on_phone(
        world, by=ada, patient_id=clinic.patient_id, name="Old phone", at=NOW, session=lost
    )

    end_other_sessions(world, by=ada, token=this, at=NOW)

    (kept,) = phones(world, by=ada, patient_id=clinic.patient_id, at=NOW)
    assert kept.forgotten_at == NOW
    assert dict(deeds(world, ada)[0].what) == {"cause": "ended"}


def test_signing_in_again_on_a_phone_still_lets_its_copy_go_at_sign_out(clinic):
    world, ada = clinic.world, clinic.ada
    first = come_in(world)
    keep_on_phone(world, by=ada, patient_id=clinic.patient_id, name="Mine", at=NOW, session=first)
    again = sign_in(world, email=ADA.email, password=PASSWORD, at=NOW, old_token=first)

    sign_out(world, token=again, by=ada, at=NOW)

    (kept,) = phones(world, by=ada, patient_id=clinic.patient_id, at=NOW)
    assert kept.forgotten_at == NOW


# --- the password --------------------------------------------------------------------------------


def changes(world, by, token, **typed):
    wanted = NewPassword(**({"old": PASSWORD, "new": NEW} | typed))
    return change_password(world, by=by, token=token, typed=wanted, at=LATER)


def test_a_new_password_ends_every_other_session(world, ada):
    other, this = come_in(world), come_in(world)

    assert changes(world, ada, this) == 1

    assert recognise(world, token=other, at=LATER) is None
    assert recognise(world, token=this, at=LATER)
    assert come_in(world, password=NEW, at=LATER)
    with pytest.raises(WrongSignIn):
        come_in(world, at=LATER)
    assert {one.kind for one in deeds(world, ada)} >= {Kind.PASSWORD_CHANGED, Kind.SESSIONS_ENDED}
    assert password_set_on(world, by=ada) == LATER


def test_a_wrong_old_password_changes_nothing_and_is_counted(world, ada):
    other, this = come_in(world), come_in(world)
    for _ in range(TRIES):
        with pytest.raises(WrongSignIn):
            changes(world, ada, this, old="something else")
    with pytest.raises(TooManyTries):
        changes(world, ada, this)
    assert recognise(world, token=other, at=LATER)
    assert password_set_on(world, by=ada) == NOW


@pytest.mark.parametrize("new", ["short", PASSWORD, "sonyericsson1", "ada ada ada ada ada"])
def test_a_weak_one_or_the_same_is_turned_away(world, ada, new):
    token = come_in(world)
    with pytest.raises(WeakPassword):
        changes(world, ada, token, new=new)
    assert come_in(world)


def test_one_that_leaked_is_turned_away(world, ada):
    token = come_in(world)
    knows = replace(world, leaked=lambda text: text == NEW)
    with pytest.raises(WeakPassword, match="Many people use this password"):
        changes(knows, ada, token)


def test_the_second_step_is_asked_where_it_is_set(world, ada, app):
    token = give_second_factor(world, token=come_in(world), code=code_of(app, NOW), at=NOW)
    by = known(world, token)
    with pytest.raises(WrongCode):
        changes(world, by, token)
    with pytest.raises(WrongCode):
        changes(world, by, token, code="000000")
    changes(world, by, token, code=code_of(app, LATER))
    assert come_in(world, password=NEW)


def test_a_password_alone_does_not_change_itself_past_the_second_step(world, ada, app):
    token = come_in(world)
    with pytest.raises(NotAllowed):
        changes(world, known(world, token), token, code=code_of(app, LATER))


def test_what_was_typed_is_in_no_report():
    assert PASSWORD not in repr(NewPassword(PASSWORD, NEW, "123456"))


def test_nobody_has_no_password(world):
    staff = a_clinician(world)
    assert password_set_on(world, by=who_is(world, email=staff.email)) == NOW
