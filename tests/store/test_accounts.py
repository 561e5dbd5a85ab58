"""Accounts, teams, sessions, codes and messages; and keys that change while all of it goes on."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.accounts.registration import Body, Registration
from careplan.store.accounts import (
    Relation,
    account_by_email,
    account_of,
    accounts_of_patient,
    forget_failures,
    link_account,
    new_account,
    note_failure,
    patient_of_account,
    patients_of_account,
    set_password,
    set_profile,
    set_state,
    set_totp,
    totp_of,
    use_totp_step,
)
from careplan.store.clinic_codes import code_facts, make_code, purge_codes, use_code
from careplan.store.db import Store
from careplan.store.errors import NotFound, Taken
from careplan.store.outbox import add_message, forget_sent, mark_sent, put_off, take_messages
from careplan.store.patients import erase_patient, face_of
from careplan.store.rekeying import masters_in_use, rewrap_some
from careplan.store.sessions import (
    end_all_of_account,
    end_session,
    new_session,
    note_second_factor,
    purge_sessions,
    session_by_token,
    set_session_data,
    touch,
)
from careplan.store.teams import (
    add_member,
    members_of,
    memberships_of,
    set_member_state,
    set_registration,
    team_of,
    teams,
    verify_registration,
)
from tests.stores import NOW, a_keyring, a_patient, a_team, an_account, seeded

LATER = NOW + timedelta(minutes=5)
NOBODY = UUID(int=404)


# --- accounts --------------------------------------------------------------------------------


def test_an_account_works(store):
    with store.begin() as tx:
        account_id = an_account(tx, "Ada@Example.com", "Ada O.")
        assert account_by_email(tx, "sam@example.com") is None
        assert account_of(tx, NOBODY) is None
    with store.read() as tx:
        found = account_by_email(tx, " ada@EXAMPLE.com ")
        assert found == account_of(tx, account_id)
        assert (found.account_id, found.name, found.email) == (
            account_id,
            "Ada O.",
            "Ada@Example.com",
        )
        assert (found.state, found.failures, found.created_at) == ("active", 0, NOW)
        assert not found.has_totp


def test_an_address_has_one_account(store):
    with store.begin() as tx:
        an_account(tx, "ada@example.com")
        with pytest.raises(Taken):
            an_account(tx, "ADA@example.com")
        sam = an_account(tx, "sam@example.com")
        with pytest.raises(Taken):
            set_profile(tx, sam, email="ada@example.com", name="Sam", title=None)


def test_a_profile_changes(store):
    with store.begin() as tx:
        account_id = an_account(tx, "ada@example.com")
        set_profile(tx, account_id, email="new@example.com", name="Ada", title="Dr")
        assert account_by_email(tx, "ada@example.com") is None
        assert account_by_email(tx, "new@example.com").title == "Dr"
        set_state(tx, account_id, "suspended")
        set_password(tx, account_id, "$argon2id$new")
        found = account_of(tx, account_id)
        assert (found.state, found.password_hash) == ("suspended", "$argon2id$new")
        for change in (set_state, set_password):
            with pytest.raises(NotFound):
                change(tx, NOBODY, "x")


def test_failures_are_counted_and_forgotten(store):
    with store.begin() as tx:
        account_id = an_account(tx)
        assert [note_failure(tx, account_id) for _ in range(3)] == [1, 2, 3]
        forget_failures(tx, account_id)
        assert note_failure(tx, account_id) == 1
        assert note_failure(tx, NOBODY) == 0


def test_a_second_factor_is_kept_and_its_steps_only_go_forward(store):
    with store.begin() as tx:
        account_id = an_account(tx)
        assert totp_of(tx, account_id) is None
        set_totp(tx, account_id, "JBSWY3DPEHPK3PXP", NOW)
        assert account_of(tx, account_id).has_totp
        used = [use_totp_step(tx, account_id, step) for step in (100, 100, 99, 101)]
        assert used == [True, False, False, True]
        kept = totp_of(tx, account_id)
        assert (kept.secret, kept.last_step) == ("JBSWY3DPEHPK3PXP", 101)
        assert "JBSWY" not in repr(kept)


def test_of_many_who_give_one_code_one_gets_in(store):
    with store.begin() as tx:
        account_id = an_account(tx)
        set_totp(tx, account_id, "JBSWY3DPEHPK3PXP", NOW)

    def give(_):
        with store.begin() as tx:
            return use_totp_step(tx, account_id, 100)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give, range(16))) == 1


def test_an_account_is_linked_to_a_plan_once(store, patient_id):
    with store.begin() as tx:
        account_id, other = an_account(tx), a_patient(tx)
        assert patient_of_account(tx, account_id) is None
        assert link_account(tx, account_id, patient_id, relation="self", at=NOW)
        assert not link_account(tx, account_id, patient_id, relation="carer", at=NOW)
        link_account(tx, account_id, other, relation="carer", at=LATER)
        assert patient_of_account(tx, account_id) == patient_id
        assert [one.patient_id for one in patients_of_account(tx, account_id)] == [
            patient_id,
            other,
        ]
        assert accounts_of_patient(tx, patient_id) == (
            Relation(patient_id, account_id, "self", NOW),
        )


# --- teams -----------------------------------------------------------------------------------


def test_a_team_works(store):
    number = Registration(body=Body.GMC, number="7012345")
    with store.begin() as tx:
        team_id = a_team(tx)
        marsden = an_account(tx, "marsden@example.com", "Dr Helena Marsden")
        admin = an_account(tx, "admin@example.com", "Ali")
        add_member(tx, marsden, team_id, role=Role.CLINICIAN, at=NOW, registration=number)
        add_member(tx, admin, team_id, role=Role.TEAM_ADMIN, at=LATER)
        with pytest.raises(Taken):
            add_member(tx, admin, team_id, role=Role.TEAM_ADMIN, at=LATER)
        (mine,) = memberships_of(tx, marsden)
        assert mine.registration == number
        assert not mine.registration.verified
        verify_registration(tx, marsden, team_id, by=admin, at=LATER)
    with store.read() as tx:
        (mine,) = memberships_of(tx, marsden)
        assert (mine.registration.verified_at, mine.verified_by) == (LATER, admin)
        assert (mine.team_id, mine.organisation) == (team_id, "St Anselm's Hospital")
        assert [one.name for one in members_of(tx, team_id)] == ["Dr Helena Marsden", "Ali"]
        assert team_of(tx, team_id) == mine.team
        assert teams(tx) == (mine.team,)
        assert team_of(tx, NOBODY) is None


def test_another_number_is_not_verified(store):
    checked = Registration(body=Body.GMC, number="7012345", verified_at=NOW)
    with store.begin() as tx:
        team_id, account_id = a_team(tx), an_account(tx)
        add_member(tx, account_id, team_id, role=Role.CLINICIAN, at=NOW, registration=checked)
        assert memberships_of(tx, account_id)[0].registration.verified
        other = Registration(body=Body.NMC, number="07A1234E")
        set_registration(tx, account_id, team_id, other)
        assert memberships_of(tx, account_id)[0].registration == other


def test_what_is_not_there_is_not_verified(store):
    with store.begin() as tx:
        team_id, account_id = a_team(tx), an_account(tx)
        add_member(tx, account_id, team_id, role=Role.TEAM_ADMIN, at=NOW)
        with pytest.raises(NotFound):
            verify_registration(tx, account_id, team_id, by=account_id, at=NOW)
        set_member_state(tx, account_id, team_id, "left")
        assert memberships_of(tx, account_id)[0].state == "left"


# --- sessions and codes ----------------------------------------------------------------------


def test_a_session_works(store):
    with store.begin() as tx:
        account_id = an_account(tx)
        new_session(tx, "token", account_id=account_id, at=NOW, data={"next": "/plan"})
        new_session(tx, "other", account_id=account_id, at=NOW, second_factor_at=NOW)
        new_session(tx, "nobody", account_id=None, at=NOW)
        touch(tx, "token", LATER)
        note_second_factor(tx, "token", at=LATER)
        set_session_data(tx, "other", {"seen": 1})
    with store.read() as tx:
        found = session_by_token(tx, "token")
        assert (found.account_id, found.data) == (account_id, {"next": "/plan"})
        assert (found.created_at, found.last_seen_at, found.second_factor_at) == (NOW, LATER, LATER)
        assert session_by_token(tx, "other").data == {"seen": 1}
        assert session_by_token(tx, "nobody").account_id is None
        assert session_by_token(tx, "Token") is None


def test_sessions_end(store):
    with store.begin() as tx:
        account_id = an_account(tx)
        for token in "abcd":
            new_session(tx, token, account_id=account_id, at=NOW)
        new_session(tx, "late", account_id=None, at=LATER)
        end_session(tx, "a")
        assert end_all_of_account(tx, account_id, but_token="b") == 2
        assert session_by_token(tx, "b") is not None
        assert end_all_of_account(tx, account_id) == 1
        assert purge_sessions(tx, LATER) == 0
        assert purge_sessions(tx, LATER + timedelta(days=1)) == 1
        for change in (
            lambda: note_second_factor(tx, "a", at=NOW),
            lambda: set_session_data(tx, "a", {}),
        ):
            with pytest.raises(NotFound):
                change()


def _code(tx, patient_id, code="ABCD1234"):
    by = an_account(tx, "clinician@example.com")
    until = NOW + timedelta(minutes=15)
    make_code(tx, code, patient_id=patient_id, by=by, at=NOW, expires_at=until)
    return by


def test_a_code_links_once(store, patient_id):
    with store.begin() as tx:
        by = _code(tx, patient_id)
        assert code_facts(tx, "ABCD1234", LATER).patient_id == patient_id
        assert use_code(tx, "WRONG123", by=by, at=LATER) is None
        assert use_code(tx, "ABCD1234", by=by, at=LATER) == patient_id
        assert use_code(tx, "ABCD1234", by=by, at=LATER) is None
        assert code_facts(tx, "ABCD1234", LATER) is None


def test_a_code_dies_after_its_time(store, patient_id):
    end = NOW + timedelta(minutes=15)
    with store.begin() as tx:
        by = _code(tx, patient_id)
        assert code_facts(tx, "ABCD1234", end) is None
        assert use_code(tx, "ABCD1234", by=by, at=end) is None
        assert purge_codes(tx, end) == 0
        assert purge_codes(tx, end + timedelta(seconds=1)) == 1


def test_two_codes_are_never_the_same(store, patient_id):
    with store.begin() as tx:
        by = _code(tx, patient_id)
        with pytest.raises(Taken):
            make_code(tx, "ABCD1234", patient_id=patient_id, by=by, at=NOW, expires_at=LATER)


def test_of_many_who_use_one_code_one_is_linked(store, patient_id):
    with store.begin() as tx:
        by = _code(tx, patient_id)

    def use(_):
        with store.begin() as tx:
            return use_code(tx, "ABCD1234", by=by, at=LATER)

    with ThreadPoolExecutor(8) as pool:
        assert [one for one in pool.map(use, range(16)) if one] == [patient_id]


# --- messages --------------------------------------------------------------------------------


def test_a_message_works(store, patient_id):
    hold = timedelta(minutes=1)
    with store.begin() as tx:
        told = add_message(tx, "told", {"link": "x"}, patient_id=patient_id, at=NOW)
        add_message(tx, "daily", {}, patient_id=None, at=NOW, due_at=LATER)
        (mine,) = take_messages(tx, at=NOW, hold=hold, limit=9)
        assert (mine.message_id, mine.kind, mine.body) == (told, "told", {"link": "x"})
        assert (mine.patient_id, mine.attempts, mine.created_at) == (patient_id, 1, NOW)
        assert take_messages(tx, at=NOW, hold=hold, limit=9) == ()
        (again,) = take_messages(tx, at=NOW + hold, hold=hold, limit=9)
        assert (again.message_id, again.attempts) == (told, 2)
        put_off(tx, told, until=LATER + timedelta(days=1))
        assert [one.kind for one in take_messages(tx, at=LATER, hold=hold, limit=9)] == ["daily"]
        mark_sent(tx, told, at=LATER)
        assert forget_sent(tx, LATER) == 0
        assert forget_sent(tx, LATER + hold) == 1


def test_nothing_is_sent_about_somebody_erased(store, patient_id):
    with store.begin() as tx:
        add_message(tx, "told", {}, patient_id=patient_id, at=NOW)
        add_message(tx, "daily", {}, patient_id=None, at=NOW)
        erase_patient(tx, patient_id)
        (only,) = take_messages(tx, at=NOW, hold=timedelta(minutes=1), limit=9)
        assert only.kind == "daily"


def test_each_message_is_taken_by_one(store):
    with store.begin() as tx:
        for number in range(12):
            add_message(tx, "m", {"n": number}, patient_id=None, at=NOW)

    def take(_):
        with store.begin() as tx:
            found = take_messages(tx, at=NOW, hold=timedelta(minutes=1), limit=3)
        return [one.body["n"] for one in found]

    with ThreadPoolExecutor(4) as pool:
        taken = [number for some in pool.map(take, range(8)) for number in some]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(range(12))


# --- another master key ----------------------------------------------------------------------


def test_keys_are_rewrapped_while_the_service_goes_on(store, store_url):
    with store.begin() as tx:
        people = [a_patient(tx) for _ in range(5)]
        account_id = an_account(tx)
        assert masters_in_use(tx) == {"m1": 6}
    both = Store(store_url, a_keyring(current="m2", also=("m1",)), entropy=seeded("two"))
    only_new = Store(store_url, a_keyring(current="m2"), entropy=seeded("three"))
    done: list[int] = []
    while not done or done[-1]:
        with both.begin() as tx:
            done.append(rewrap_some(tx, limit=4))
            assert face_of(tx, people[0]).known_as == "Ada"
    assert done == [4, 2, 0]
    with only_new.read() as tx:
        assert masters_in_use(tx) == {"m2": 6}
        assert [face_of(tx, one).known_as for one in people] == ["Ada"] * 5
        assert account_of(tx, account_id).name == "Ada"
    both.close()
    only_new.close()


def test_a_new_account_may_have_a_title(store):
    with store.begin() as tx:
        account_id = tx.new_id()
        new_account(
            tx, account_id, kind="staff", email="m@example.com", name="Dr M", title="Consultant",
            password_hash=None, at=NOW,
        )  # fmt: skip
        assert account_of(tx, account_id).title == "Consultant"
