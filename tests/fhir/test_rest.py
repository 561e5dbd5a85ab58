"""A resource cut out of a document is the one read out of it as a tree, for every person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from careplan.fhir import wire
from careplan.fhir.brief_ids import brief
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.fhir.rest import NOBODY, NotAsWritten, Parts, Stamp, plan_id, whose
from careplan.fhir.rest_dates import BadDate, of_day, of_moment, of_time_until_day, read_date
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import narrative
from careplan.summary.wording import LONDON
from tests import make
from tests.people.everybody import PEOPLE

WORDS = dictionary()
STAMP = Stamp(3, make.NOW)


@pytest.mark.parametrize("key", PEOPLE)
def test_cut_out_or_read_out_it_is_the_same(key: str) -> None:
    version = PEOPLE[key].version()
    document = to_emergency_bundle(
        version, WORDS, narrative=lambda seen: narrative(seen, WORDS), notices=()
    )
    _same(document, document, version.patient_id)


def test_a_document_from_before_ids_were_brief_is_served_with_brief_ones() -> None:
    version = make.a_version()
    long = to_bundle(version, WORDS, narrative="<div xmlns='http://www.w3.org/1999/xhtml'>x</div>")
    short = wire.dumps(brief(wire.loads(long), str(version.patient_id)))
    assert long != short
    _same(long, short, version.patient_id)


def _same(document: bytes, expected: bytes, person: Any) -> None:
    resources = [one["resource"] for one in wire.loads(expected)["entry"]]
    kinds = {one["id"]: one["resourceType"] for one in resources}
    parts = Parts(document, patient_id=person, stamp=STAMP)
    assert plan_id(person) in kinds
    for tree in resources:
        part = parts.one(tree["resourceType"], tree["id"])
        assert part is not None
        served = wire.loads(part.body)
        assert served["meta"].pop("versionId") == "3"
        assert served["meta"].pop("lastUpdated").startswith(f"{make.NOW:%Y-%m-%d}")
        tree["meta"].pop("versionId", None)
        assert wire.dumps(served) == wire.dumps(_pointing(tree, kinds))
    assert parts.by_id("0" * 36) is None
    assert parts.one("Goal", str(person)) is None


def _pointing(value: Any, kinds: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_pointing(one, kinds) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: _pointing(one, kinds) for name, one in value.items()}
    identity = str(made.get("reference", "")).removeprefix("urn:uuid:")
    return made | {"reference": f"{kinds[identity]}/{identity}"} if identity in kinds else made


def test_what_is_no_document_is_not_cut() -> None:
    with pytest.raises(NotAsWritten):
        Parts(b'{"entry":[]}', patient_id=make.an_id("x"), stamp=STAMP).by_id("x")


def test_whose_a_resource_is() -> None:
    person = make.an_id("somebody")
    found = whose(plan_id(person))
    assert found.low <= person <= found.high
    for none in ("", "x", str(person).upper(), f"{person}0", "../" + str(person)):
        assert whose(none) == NOBODY


def test_a_date_is_a_day_in_london_where_summer_time_is_kept() -> None:
    winter, summer = (read_date(f"2026-{one}") for one in ("01-15", "07-15"))
    assert (winter.low.isoformat(), summer.low.isoformat()) == (
        "2026-01-15T00:00:00+00:00",
        "2026-07-14T23:00:00+00:00",
    )
    change = read_date("2026-03-29")
    assert (change.high - change.low).total_seconds() == 23 * 3600
    exact = read_date("ge2026-07-15T00:00:00.5+01:00")
    assert exact.low.isoformat() == "2026-07-14T23:00:00.500000+00:00"
    assert of_moment(exact) == ((exact.low, None),)


def test_every_prefix_finds_and_leaves_out_as_fhir_says() -> None:
    """A whole day, and a time until a day, against every span asked for, by the definitions."""
    day = date(2027, 3, 28)
    for value in ("2027-03-27", "2027-03-28", "2027-03-29", "2027-03", "2027", "2026", "2028"):
        first, after = (_day(read_date(value), end) for end in ("low", "high"))
        inside = first <= day < after
        truth = {
            "eq": (inside, False),
            "ne": (not inside, True),
            "gt": (day >= after, day >= after),
            "lt": (day < first, True),
            "ge": (inside or day >= after, day >= first),
            "le": (inside or day < first, True),
            "sa": (day >= after, False),
            "eb": (day < first, day < first),
        }
        for prefix, (whole, until) in truth.items():
            asked = read_date(prefix + value)
            assert _in(of_day(asked), day) is whole, (prefix, value)
            assert _in(of_time_until_day(asked), day) is until, (prefix, value)


def _day(asked: Any, end: str) -> Any:
    return _next(getattr(asked, end))


def _next(at: Any) -> Any:
    """The day that begins at this moment, in London."""
    return at.astimezone(LONDON).date()


def _in(spans: Any, day: Any) -> bool:
    return any((low is None or low <= day) and (high is None or day < high) for low, high in spans)


@pytest.mark.parametrize(
    "text",
    ["", "ge", "ap2026", "xx2026", "2026-", "2026-13", "2026-02-30", "26", "2026-01-01T24:00:00Z",
     "2026-01-01T", "0001", "2026-01-01T00:00:00+99:99", "2026-1-1", " 2026", "2026-01-01T10"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        read_date(text)
