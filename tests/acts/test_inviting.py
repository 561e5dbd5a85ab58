"""Plans from a list: every row whole or not at all, each with its reason, and never twice."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from careplan.acts.invitation_file import (
    MOST_ROWS,
    BadFile,
    BadRow,
    Row,
    read_list,
    read_row,
    report_csv,
    safe_cell,
)
from careplan.acts.inviting import SLICE, go_on, report, take_list, work_all
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.chains import Whole, verify_all
from careplan.store.directory import Kind as Finds
from careplan.store.invitations import Came, Work
from careplan.store.lists import search_team
from careplan.store.patients import face_of, find_patient, patient_of
from careplan.store.teams import set_member_state
from careplan.store.trail import events_of
from tests.stores import NOW, TODAY
from tests.visitors import ADA_ON_PAPER, a_person

HEAD = "Name,Date of birth,NHS number,Hospital number\n"


# --- the file ----------------------------------------------------------------------------------


def test_a_list_reads():
    (row,) = read_list(f"{HEAD}Ada Okonkwo,14/03/1997,999 011 0212,RJ1 123\n".encode())
    assert row == Row(2, "Ada Okonkwo", "14/03/1997", "999 011 0212", "RJ1 123")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfname;date of birth\r\nZo\xc3\xab;1997-03-14\r\n",
        b"sep=;\r\nDOB;Full name\r\n1997-03-14;Zo\xc3\xab\r\n",
        b"Address,NAME,DOB\n1 Mews,Zo\xc3\xab,1997-03-14\n\n,,\n",
        b'"Name"\t"Date of Birth"\r\n"Zo\xc3\xab"\t"1997-03-14"\r\n',
    ],
)
def test_spreadsheets_spell_the_same_list_in_many_ways(data):
    (row,) = read_list(data)
    assert (row.name, row.born) == ("Zoë", "1997-03-14")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and so on", "workbook"),
        ("Name,DOB\nZo\u00eb,1".encode("latin-1"), "cannot be read"),
        ("Name,DOB\nAda,1".encode("utf-16"), "CSV UTF-8"),
        (b"Name,Born in\nAda,1\n", "none called \u201cdate of birth\u201d"),
        (b"Ada Okonkwo,14/03/1997\n", "first row must name"),
        (b"Name,Name,DOB\na,b,c\n", "Two columns"),
        (HEAD.encode(), "nobody in this file"),
        (b'Name,DOB\n"Ada,1997\n', "Save it as CSV again"),
        (b"a" * 200_000, "Save it as CSV again"),
        (b"Name,DOB" + b"," * 300_000, "Save it as CSV again"),
        (HEAD.encode() + b"Ada,1997-03-14,,\n" * (MOST_ROWS + 1), "10,001 rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(data, said):
    with pytest.raises(BadFile, match=said):
        read_list(data)


def test_ten_thousand_rows_are_a_list():
    assert len(read_list(HEAD.encode() + b"Ada,1997-03-14,,\n" * MOST_ROWS)) == MOST_ROWS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "no name"),
        ({"name": "=HYPERLINK(1)"}, "formula"),
        ({"name": "\uff0bAda"}, "formula"),
        ({"hospital": "@x1"}, "formula"),
        ({"name": "1234"}, "letters"),
        ({"name": "A" * 71}, "longer than 70"),
        ({"born": ""}, "no date of birth"),
        ({"born": "24/11/2026"}, "24 November 2026, is in the future"),
        ({"born": "14/3/97"}, "four figures"),
        ({"born": "99/99/1997"}, "cannot be read"),
        ({"born": "14/3/1900"}, "too long ago"),
        ({"nhs": "9990110213"}, "last figure"),
        ({"nhs": "9.99E+09"}, "last figure"),
        ({"hospital": "none"}, "hospital number"),
        ({"extra": True}, "more columns"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(changes, said):
    row = {"number": 2, "name": "Ada", "born": "14/03/1997", "nhs": "", "hospital": ""} | changes
    with pytest.raises(BadRow, match=said):
        read_row(Row(**row), today=TODAY)


def test_a_day_is_never_taken_for_a_month():
    assert read_row(Row(2, "Ada", "03/04/1997"), today=TODAY).born == date(1997, 4, 3)


@settings(max_examples=30)
@given(some.text(max_size=20))
@example("=1+1")
@example("+44 20 7946 0100")
@example("-2+3")
@example("@SUM(A1)")
@example("\tx")
@pytest.mark.asvs("1.2.10")
def test_nothing_that_goes_out_runs_as_a_formula(text):
    assert safe_cell(text)[:1] not in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
    assert report_csv([(text,)]).startswith(b"\xef\xbb\xbf")


# --- the work ----------------------------------------------------------------------------------


def given_in(people, text, *, by=None):
    return take_list(people.world, by=by or people.nurse, data=(HEAD + text).encode(), at=NOW)


def done(people, batch_id):
    while True:
        found = go_on(people.world, by=people.nurse, batch_id=batch_id, at=NOW, today=TODAY)
        if found.batch.state is not Work.WORKING:
            return found


def said(people, batch_id):
    rows = report(people.world, by=people.nurse, batch_id=batch_id, at=NOW).rows
    return {row.number: (row.state, row.facts["said"]) for row in rows}


def test_it_works(people):
    text = (
        "Sam Cole,1/2/2001,999 011 0220,RJ1 77\n"
        "Sam Cole,1/2/2001,9990110220,\n"
        "SAM  COLE,2001-02-01,,\n"
        "Sam Cole,1/2/2001,,\n"
        "Other Name,3/2/2001,,rj1-77\n"
        "=1+1,1/2/2001,,\n"
        "Tom Later,1/2/2031,,\n"
        "Zoë O'Brien,1/2/2001,,\n"
    )
    found = done(people, given_in(people, text))
    assert found.batch.state is Work.DONE
    assert found.tally == {Came.CREATED: 2, Came.THERE: 4, Came.REFUSED: 2, Came.WAITING: 0}
    rows = said(people, found.batch.batch_id)
    assert rows[3] == (
        Came.THERE, "The same NHS number as row 2 of this list, so no second plan was started.",
    )  # fmt: skip
    assert "name and date of birth as row 2" in rows[4][1]
    assert "hospital number as row 2" in rows[6][1]
    assert "formula" in rows[7][1]
    team_id = UUID(people.nurse.team_id)
    with people.world.store.read() as tx:
        for typed in ("cole 1/2/2001", "999 011 0220", "RJ1-77", "zoe"):
            (line,) = search_team(tx, team_id, typed, today=TODAY)
            standing = line.patient.standing
            assert standing.unlinked
            assert standing.signed_at is None
        sam = find_patient(tx, Finds.NHS_NUMBER, "9990110220")
        assert [one.event.kind for one in events_of(tx, sam, limit=5)] == [Kind.PLAN_STARTED]
        assert isinstance(verify_all(tx), Whole)


def test_the_same_list_given_in_again_starts_nothing(people):
    text = "Sam Cole,1/2/2001,,\nTom Day,2/2/2001,9990110220,\n"
    done(people, given_in(people, text))
    again = done(people, given_in(people, text))
    assert (again.tally[Came.CREATED], again.tally[Came.THERE]) == (0, 2)


def test_another_teams_person_is_not_described(people):
    done_before = given_in(people, "Sam Cole,1/2/2001,9990110220,\n")
    done(people, done_before)
    batch_id = given_in(people, "Else Where,5/5/2005,9990110220,\n", by=people.elsewhere)
    assert work_all(people.world, at=NOW, today=TODAY) == 1
    rows = report(people.world, by=people.elsewhere, batch_id=batch_id, at=NOW).rows
    assert "it is not your team’s" in rows[0].facts["said"]
    assert "Sam" not in rows[0].facts["said"]
    with pytest.raises(NotThere):
        report(people.world, by=people.nurse, batch_id=batch_id, at=NOW)


def test_the_work_goes_on_where_it_stopped(people):
    text = "".join(f"Person {'abcdefghij'[n % 10]}{n // 10 * 'x'},1/2/2001,,\n" for n in range(99))
    batch_id = given_in(people, text)
    first = go_on(people.world, by=people.nurse, batch_id=batch_id, at=NOW, today=TODAY)
    assert (first.done, first.rows) == (SLICE, ())
    assert work_all(people.world, at=NOW, today=TODAY) == 1
    assert done(people, batch_id).tally[Came.CREATED] == 99


def test_a_list_stops_where_the_right_of_whoever_gave_it_in_stops(people):
    batch_id = given_in(people, "Sam Cole,1/2/2001,,\n")
    with people.world.store.begin() as tx:
        nurse = people.nurse
        set_member_state(tx, UUID(nurse.account_id), UUID(nurse.team_id), "suspended")
    found = go_on(people.world, by=people.doctor, batch_id=batch_id, at=NOW, today=TODAY)
    assert found.batch.state is Work.STOPPED
    assert found.tally[Came.WAITING] == 1


def test_only_a_care_team_starts_plans(people):
    with pytest.raises(NotAllowed):
        given_in(people, "Sam Cole,1/2/2001,,\n", by=people.ada)


def test_an_old_report_is_forgotten(people):
    old = given_in(people, "Sam Cole,1/2/2001,,\n")
    later = NOW + timedelta(days=31)
    take_list(people.world, by=people.nurse, data=(HEAD + "T Day,1/2/2001,,").encode(), at=later)
    with pytest.raises(NotThere):
        report(people.world, by=people.nurse, batch_id=old, at=later)


# --- and then, in clinic -----------------------------------------------------------------------


@pytest.mark.parametrize("number", ["9990110220", ""])
def test_whoever_comes_with_a_plan_of_their_own_goes_on_with_one(people, number):
    world, team_id = people.world, UUID(people.nurse.team_id)
    done(people, given_in(people, f"Sam Cole,1/2/2001,{number},RJ1 55\n"))
    with world.store.read() as tx:
        (started,) = (
            one.patient.patient_id for one in search_team(tx, team_id, "RJ1-55", today=TODAY)
        )
    born = date(2001, 2, 1)
    sam = a_person(world, email="sam@example.org", legal_name="Sam Cole", date_of_birth=born)
    sams = UUID(sam.patient_id)
    code = show_code(world, by=sam, patient_id=sams, at=NOW)
    checked = replace(
        ADA_ON_PAPER, legal_name="Sam Cole", date_of_birth=born, nhs_number="9990110220"
    )
    link_in_clinic(
        world, by=people.doctor, typed=code, identity=checked, method="photo_id", at=NOW,
        today=TODAY,
    )  # fmt: skip
    with world.store.read() as tx:
        assert patient_of(tx, started).erased
        assert patient_of(tx, started).team_id is None
        assert face_of(tx, sams).hospital_number == "RJ1 55"
        assert find_patient(tx, Finds.NHS_NUMBER, "9990110220") == sams
        assert Kind.PLAN_JOINED in [one.event.kind for one in events_of(tx, sams, limit=9)]
        (line,) = search_team(tx, team_id, "sam cole", today=TODAY)
        assert line.patient.patient_id == sams
        assert isinstance(verify_all(tx), Whole)
