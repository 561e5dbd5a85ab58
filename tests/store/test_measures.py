"""Sheets are kept once, promises until done, postcodes in one spelling, people begun in pieces."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from careplan.measures.keeping import from_text, to_text
from careplan.measures.sheet import Period, make_sheet
from careplan.sharing.links import Kind, Link, Opening
from careplan.store import measures
from careplan.store.deprivation import keep_quintiles, postcodes_known, quintile_of
from careplan.store.links import LinkSecrets, keep_link
from careplan.store.measures import (
    EVERYONE,
    Promise,
    keep_promise,
    keep_sheet,
    mark_done,
    people_begun,
    promises_of,
    public_promises,
    sheet_days,
    sheet_of,
)
from careplan.store.patients import erase_patient
from careplan.store.signatures import KeptSignature, keep_signature
from tests.measures.a_row import many_rows
from tests.stores import NOW, TODAY, a_patient

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def a_sheet(until, since=None):
    cases = [row.case() for row in many_rows(1, people=60, visits=150)]
    return make_sheet(cases, about="visits", period=Period(since=since, until=until))


def test_a_sheet_comes_back_whole_and_is_never_kept_twice(store):
    first = a_sheet(OCTOBER)
    with store.begin() as tx:
        assert keep_sheet(tx, first, whose=EVERYONE, at=NOW)
        assert keep_sheet(tx, a_sheet(NOVEMBER, OCTOBER), whose=EVERYONE, at=NOW)
        assert not keep_sheet(tx, a_sheet(OCTOBER), whose=EVERYONE, at=NOW)
        assert keep_sheet(tx, a_sheet(date(2026, 9, 1)), whose="everyone-else", at=NOW)
    with store.read() as tx:
        assert sheet_of(tx, "visits", whose=EVERYONE, until=OCTOBER) == first
        assert sheet_days(tx, "visits", whose=EVERYONE) == (NOVEMBER, OCTOBER)
        assert sheet_days(tx, "service", whose=EVERYONE) == ()


def a_promise(tx, **changes):
    facts = {
        "scope": "a team", "public": True, "measure": "within_30", "owner": "Dr Oduya",
        "action": "First dose at triage", "due_on": TODAY, "made_at": NOW, "made_by": tx.new_id(),
    }  # fmt: skip
    made = Promise(promise_id=tx.new_id(), **(facts | changes))
    keep_promise(tx, made)
    return made


def test_a_promise_stands_until_its_own_team_says_done(store):
    with store.begin() as tx:
        open_one = a_promise(tx, due_on=TODAY + timedelta(days=9))
        inside = a_promise(tx, public=False)
        others = a_promise(tx, scope="another team")
        assert [one.promise_id for one in public_promises(tx)] == [
            others.promise_id,
            open_one.promise_id,
        ]
        assert inside in promises_of(tx, "a team")
        assert not mark_done(tx, others.promise_id, scope="a team", on=TODAY)
        assert mark_done(tx, others.promise_id, scope="another team", on=TODAY)
        assert not mark_done(tx, others.promise_id, scope="another team", on=TODAY)
        assert [one.done_on for one in public_promises(tx)] == [None, TODAY]


def test_a_postcode_is_found_in_any_spelling_and_keeps_its_newest_fifth(store):
    with store.begin() as tx:
        keep_quintiles(tx, [("se1 7eh", 1), ("M13 9WL", 2)])
        keep_quintiles(tx, [("SE17EH", 3)])
    with store.read() as tx:
        assert quintile_of(tx, " Se1 7Eh ") == 3
        assert quintile_of(tx, "ZZ1 1ZZ") is None
        assert postcodes_known(tx) == 2


def test_people_begun_come_in_pieces_with_how_far_they_are(store, monkeypatch):
    monkeypatch.setattr(measures, "_BEGUN", measures._BEGUN.limit(2))
    monkeypatch.setattr(measures, "_AFTER", measures._AFTER.limit(2))
    signed_at = NOW + timedelta(days=12)
    with store.begin() as tx:
        people = [a_patient(tx) for _ in range(5)]
        erase_patient(tx, people[4])
        for at in (signed_at, signed_at + timedelta(days=200)):
            keep_signature(
                tx,
                KeptSignature(
                    patient_id=people[0], signature_id=tx.new_id(), signed_at=at,
                    expires_on=at.date(), clinical=b"{}", signer={},
                ),
            )  # fmt: skip
        link_id = tx.new_id()
        link = Link(id=str(link_id), kind=Kind.FULL_PRINT, opening=Opening.CARD, created_at=NOW)
        secrets = LinkSecrets(token="t" * 43, key=b"K" * 32, short_code="ABCDEFGHJKM")
        keep_link(tx, people[1], link, secrets)
    with store.read() as tx:
        found = {
            one.patient_id: (one.signed_at, one.has_link)
            for one in people_begun(tx, since=NOW, until=NOW + timedelta(seconds=1))
        }
        assert not list(people_begun(tx, since=NOW - timedelta(days=9), until=NOW))
    assert found == {
        people[0]: (signed_at, False),
        people[1]: (None, True),
        people[2]: (None, False),
        people[3]: (None, False),
    }


@pytest.mark.parametrize("format_", [0, 2])
def test_a_sheet_of_another_format_is_refused(format_):
    text = to_text(a_sheet(OCTOBER)).replace('{"format":1,', f'{{"format":{format_},', 1)
    with pytest.raises(ValueError, match=f"format {format_}"):
        from_text(text)
