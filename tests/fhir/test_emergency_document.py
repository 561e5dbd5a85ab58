"""What the emergency document alone has: brief ids, and sentences with their days."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from careplan.fhir.brief_ids import brief
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.fhir.conform import check
from careplan.fhir.day_notices import said_on
from careplan.plan.codec import Unreadable
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import narrative
from careplan.summary.today import DayNotice
from tests import make
from tests.people.everybody import PEOPLE

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
NOTICE = DayNotice("Weigh again.", date(2027, 1, 6), date(2027, 2, 6))


def ids(document: bytes) -> list[str]:
    return [entry["resource"]["id"] for entry in json.loads(document)["entry"]]


def test_an_id_begins_like_the_persons_and_ends_like_the_items() -> None:
    version = make.a_version()
    record = ids(to_bundle(version, WORDS, narrative=DIV))
    seen = ids(to_emergency_bundle(version, WORDS, narrative=DIV))
    person = str(version.patient_id)
    assert person in seen
    assert {one[:-10] for one in seen} == {person[:-10]}
    assert {one[-10:] for one in seen} <= {one[-10:] for one in record}
    assert len(seen) == len(set(seen))
    assert [str(UUID(one)) for one in seen] == seen


def test_making_ids_brief_twice_is_making_them_brief_once() -> None:
    person = str(make.an_id("somebody"))
    urn = f"urn:uuid:{make.an_id('item')}"
    tree: Any = {"id": str(make.an_id("item")), "to": [{"reference": urn}], "reference": "#here"}
    once = brief(tree, person)
    assert once == brief(once, person)
    assert once["to"][0]["reference"] == f"urn:uuid:{once['id']}"
    assert once["reference"] == "#here"


@pytest.mark.parametrize("key", PEOPLE)
def test_every_persons_document_keeps_every_rule(key: str) -> None:
    version = PEOPLE[key].version()
    document = to_emergency_bundle(
        version, WORDS, narrative=lambda seen: narrative(seen, WORDS), notices=(NOTICE,)
    )
    assert check(document) == []


def test_a_notice_is_said_on_its_days_only() -> None:
    document = to_emergency_bundle(make.a_version(), WORDS, narrative=DIV, notices=(NOTICE,))
    days = [(2027, 1, 5), (2027, 1, 6), (2027, 2, 6), (2027, 2, 7)]
    said = [said_on(document, date(*day)) for day in days]
    assert said == [(), (NOTICE.text,), (NOTICE.text,), ()]


def test_a_document_from_before_says_nothing() -> None:
    document = to_emergency_bundle(make.a_version(), WORDS, narrative=DIV)
    assert said_on(document, date(2027, 1, 6)) == ()


def test_a_record_holds_no_notice() -> None:
    tree = json.loads(to_bundle(make.a_version(), WORDS, narrative=DIV))
    seen = to_emergency_bundle(make.a_version(), WORDS, narrative=DIV, notices=(NOTICE,))
    notice = json.loads(seen)["entry"][0]["resource"]["extension"][-1]
    tree["entry"][0]["resource"]["extension"].append(notice)
    with pytest.raises(Unreadable, match="extension"):
        from_bundle(json.dumps(tree).encode())
