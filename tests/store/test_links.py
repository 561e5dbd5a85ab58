"""Links: found by what was printed, counted exactly however many try at once, dead for good."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.sharing.links import Kind, Link, Opening, State, standing
from careplan.store.counters import count_in, counted_in, forget_before
from careplan.store.errors import NotFound, Taken
from careplan.store.link_files import NewFile, Packing, drop_files, files_of, put_files
from careplan.store.links import (
    LinkSecrets,
    count_view,
    count_wrong_answer,
    keep_link,
    link_by_code,
    link_by_token,
    link_of,
    links_of,
    lock_link,
    mark_locked,
    mark_told,
    pause_link,
    replace_link,
    revoke_link,
    secrets_of,
)
from careplan.store.patients import erase_patient, patient_of
from careplan.store.scans import scanned
from tests.stores import NOW, a_patient, asked_of

ID = UUID(int=51)
LATER = NOW + timedelta(minutes=5)
MANY = 50


def a_link(**changes):
    facts: dict[str, Any] = {
        "id": str(ID),
        "kind": Kind.MESSAGE,
        "opening": Opening.DATE_OF_BIRTH,
        "created_at": NOW,
        "label": "For school",
    }
    return Link(**facts | changes)


def secrets(token="t" * 43, code="ABCDEFGHJK1"):
    return LinkSecrets(token=token, key=b"k" * 32, short_code=code, passcode_hash="$argon2id$")


@pytest.fixture
def link(store, patient_id):
    with store.begin() as tx:
        keep_link(tx, patient_id, a_link(max_views=10), secrets())
    return (patient_id, ID)


def at_once(deed):
    """What fifty threads got that all began at the same moment."""
    gate = threading.Barrier(MANY)

    def one(number):
        gate.wait()
        return deed(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_it_works(store, patient_id):
    with store.begin() as tx:
        keep_link(tx, patient_id, a_link(), secrets())
        assert link_by_token(tx, "nobody's") is None
        assert link_by_code(tx, "00000000000") is None
    with store.read() as tx:
        found = link_by_token(tx, "t" * 43)
        assert found == link_by_code(tx, "ABCDEFGHJK1") == link_of(tx, patient_id, ID)
        assert (found.patient_id, found.link_id) == (patient_id, ID)
        assert found.facts == a_link(label="")
        assert secrets_of(tx, patient_id, ID) == secrets()
        assert [one.facts.label for one in links_of(tx, patient_id)] == ["For school"]


def test_a_code_is_found_however_it_was_grouped(store, link):
    with store.read() as tx:
        assert link_by_code(tx, "abcde-fghjk-1").link_id == ID


def test_an_address_is_found_letter_for_letter_only(store, link):
    with store.read() as tx:
        assert link_by_token(tx, "T" * 43) is None
        assert link_by_token(tx, "t" * 43 + " ") is None


def test_two_links_never_share_an_address(store, link):
    patient_id, _ = link
    with store.begin() as tx, pytest.raises(Taken):
        keep_link(tx, patient_id, a_link(id=str(UUID(int=52))), secrets(code="ZZZZZZZZZZZ"))


def test_a_link_says_nothing_when_printed_by_accident(store, link):
    assert "ABCDEFGHJK1" not in repr(secrets())
    assert "t" * 43 not in repr(secrets())


def test_a_scan_reads_link_person_and_files_in_one_statement(store, link):
    """Counting and the audit follow."""
    file = NewFile(content_type="application/fhir+json", jwe="plain", jwe_zipped="zipped")
    with store.begin() as tx:
        put_files(tx, link[0], link[1], [file, file], version=7, at=NOW)
        statements = asked_of(tx)
        found = scanned(tx, "t" * 43, packing=Packing.ZIPPED)
        assert len(statements) == 1
        assert found.link == link_by_token(tx, "t" * 43)
        assert found.patient == patient_of(tx, link[0])
        assert found.files == files_of(tx, *link, packing=Packing.ZIPPED)
        assert [one.position for one in found.files] == [0, 1]


def test_a_scan_of_a_link_without_files_finds_the_link(store, link):
    with store.begin() as tx:
        assert scanned(tx, "t" * 43, packing=Packing.PLAIN).files == ()
        assert scanned(tx, "T" * 43, packing=Packing.PLAIN) is None


def test_an_ended_link_is_still_found_and_is_not_counted(store, link):
    with store.begin() as tx:
        assert revoke_link(tx, *link, at=LATER)
        assert not revoke_link(tx, *link, at=NOW)
        assert count_view(tx, *link, at=LATER) is None
        found = link_by_token(tx, "t" * 43)
        assert found.facts.revoked_at == LATER
        assert standing(found.facts, now=LATER) is State.REVOKED


def test_a_replaced_link_names_the_new_one(store, link):
    with store.begin() as tx:
        assert replace_link(tx, *link, by=UUID(int=77))
        assert not revoke_link(tx, *link, at=NOW)
        assert link_of(tx, *link).facts.replaced_by == str(UUID(int=77))
        assert count_view(tx, *link, at=LATER) is None


def test_views_are_counted_up_to_the_most(store, link):
    with store.begin() as tx:
        assert [count_view(tx, *link, at=LATER) for _ in range(12)] == [*range(1, 11), None, None]


def test_a_link_without_a_limit_is_counted_without_end(store, patient_id):
    with store.begin() as tx:
        keep_link(tx, patient_id, a_link(), secrets())
        assert [count_view(tx, patient_id, ID, at=LATER) for _ in range(3)] == [1, 2, 3]


def test_another_persons_link_is_nobodys(store, link):
    with store.begin() as tx:
        other = a_patient(tx)
        assert count_view(tx, other, ID, at=LATER) is None
        assert link_of(tx, other, ID) is None
        for ask in (lock_link, secrets_of):
            with pytest.raises(NotFound):
                ask(tx, other, ID)


def test_the_same_wrong_answer_counts_once(store, link):
    with store.begin() as tx:
        first = count_wrong_answer(tx, *link, answer="1997-03-15", lifetime=50)
        again = count_wrong_answer(tx, *link, answer="1997-03-15", lifetime=50)
        other = count_wrong_answer(tx, *link, answer="1997-03-16", lifetime=50)
    assert [(one.distinct, one.already_seen) for one in (first, again, other)] == [
        (1, False),
        (1, True),
        (2, False),
    ]


def test_wrong_answers_stop_counting_at_the_lifetime(store, link):
    with store.begin() as tx:
        counted = [
            count_wrong_answer(tx, *link, answer=str(number), lifetime=3).distinct
            for number in range(6)
        ]
    assert counted == [1, 2, 3, 3, 3, 3]


def test_pausing_telling_and_locking(store, link):
    with store.begin() as tx:
        pause_link(tx, *link, until=LATER)
        assert mark_told(tx, *link, at=NOW)
        assert not mark_told(tx, *link, at=LATER)
        assert mark_locked(tx, *link, at=NOW)
        assert not mark_locked(tx, *link, at=LATER)
        kept = link_of(tx, *link)
    assert (kept.facts.next_try_at, kept.told_at, kept.locked_at) == (LATER, NOW, NOW)


# --- many at once ----------------------------------------------------------------------------


def test_fifty_wrong_answers_at_once_are_counted_as_fifty(store, link):
    def answer(number):
        with store.begin() as tx:
            return count_wrong_answer(tx, *link, answer=f"answer {number}", lifetime=100).distinct

    assert sorted(at_once(answer)) == list(range(1, MANY + 1))
    with store.read() as tx:
        assert link_of(tx, *link).facts.distinct_wrong == MANY


def test_the_same_answer_fifty_times_at_once_counts_once(store, link):
    def answer(_):
        with store.begin() as tx:
            return count_wrong_answer(tx, *link, answer="1997-03-15", lifetime=50)

    counted = at_once(answer)
    assert sum(not one.already_seen for one in counted) == 1
    with store.read() as tx:
        assert link_of(tx, *link).facts.distinct_wrong == 1


def test_fifty_at_once_never_pass_the_lifetime(store, link):
    def answer(number):
        with store.begin() as tx:
            return count_wrong_answer(tx, *link, answer=f"answer {number}", lifetime=10).distinct

    assert max(at_once(answer)) == 10
    with store.read() as tx:
        assert link_of(tx, *link).facts.distinct_wrong == 10


def test_fifty_looks_at_once_never_pass_the_most(store, link):
    def look(_):
        with store.begin() as tx:
            return count_view(tx, *link, at=LATER)

    assert sorted(one for one in at_once(look) if one) == list(range(1, 11))


def test_who_locks_a_link_sees_what_the_one_before_counted(store, link):
    """Fifty judge and count; under the lock each sees the count that came before."""

    def judge(number):
        with store.begin() as tx:
            before = lock_link(tx, *link).facts.distinct_wrong
            after = count_wrong_answer(tx, *link, answer=str(number), lifetime=100).distinct
            return before, after

    assert sorted(at_once(judge)) == [(number, number + 1) for number in range(MANY)]


def test_fifty_knocks_at_once_are_counted_as_fifty(store):
    def knock(_):
        with store.begin() as tx:
            return count_in(tx, "code-door", window=timedelta(minutes=1), at=NOW)

    assert sorted(at_once(knock)) == list(range(1, MANY + 1))


# --- files and the door ----------------------------------------------------------------------


def test_files_are_served_as_the_reader_can_take_them(store, link):
    patient_id, link_id = link
    files = [NewFile(content_type="application/fhir+json", jwe="a.b", jwe_zipped="z.b")]
    with store.begin() as tx:
        put_files(tx, patient_id, link_id, files * 2, version=3, at=NOW)
        put_files(tx, patient_id, link_id, files, version=4, at=LATER)
        (plain,) = files_of(tx, *link, packing=Packing.PLAIN)
        (zipped,) = files_of(tx, *link, packing=Packing.ZIPPED)
        assert (plain.jwe, zipped.jwe) == ("a.b", "z.b")
        assert (plain.version, plain.position, plain.last_updated) == (4, 0, LATER)
        drop_files(tx, *link)
        assert files_of(tx, *link, packing=Packing.PLAIN) == ()


def test_an_erased_persons_links_are_nobodys_and_hand_out_nothing(store, link):
    files = [NewFile(content_type="application/fhir+json", jwe="a.b", jwe_zipped="z.b")]
    patient_id, link_id = link
    with store.begin() as tx:
        put_files(tx, patient_id, link_id, files, version=1, at=NOW)
        erase_patient(tx, patient_id)
        assert files_of(tx, patient_id, link_id, packing=Packing.PLAIN) == ()
        assert link_by_token(tx, "t" * 43) is None
        assert link_by_code(tx, "ABCDEFGHJK1") is None


def test_windows_count_for_themselves(store):
    minute = timedelta(minutes=1)
    with store.begin() as tx:
        counts = [
            count_in(tx, scope, window=minute, at=NOW + timedelta(seconds=after))
            for scope, after in (("a", 0), ("a", 59), ("b", 0), ("a", 60))
        ]
        assert counts == [1, 2, 1, 1]
        assert counted_in(tx, "a", window=minute, at=NOW) == 2
        assert counted_in(tx, "c", window=minute, at=NOW) == 0
        assert forget_before(tx, NOW + minute) == 2
        assert counted_in(tx, "a", window=minute, at=NOW) == 0
